"""``fit(..., diagnose=True)``: sick trainings are named, healthy ones are left in peace, and the numbers are true."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pytest
import trainings

import autograd_lite as ag
import nn
from nn.diagnosis import Diagnosis, Finding, probe

SICK, HEALTHY = trainings.sick(), trainings.healthy()
FOLLOWS = {"dead units", "saturation", "exploding weights"}  # what may come of another illness


def diagnosed(model, X, y, settings, **more):
    settings = {"epochs": 50, **settings}
    try:
        return nn.fit(model, X, y, seed=0, verbose=False, diagnose=True, **settings, **more)
    except nn.DivergenceError as error:
        return error.history


@pytest.mark.parametrize("name", SICK)
def test_what_is_sick_is_named(name):
    wanted, training = SICK[name]
    found = diagnosed(*training).diagnosis
    assert wanted in found.kinds
    allowed = FOLLOWS | ({"rate too high"} if wanted == "exploding weights" else set())
    assert set(found.kinds) - allowed <= {wanted}
    for finding in found:
        assert re.search(r"\d", finding.what) and finding.fix and finding.where
        assert str(finding) == f"{finding.where}: {finding.what}: {finding.fix}"


@pytest.mark.parametrize("name", HEALTHY)
def test_what_is_healthy_is_left_in_peace(name, capfd):
    model, X, y, settings = HEALTHY[name]
    history = nn.fit(model, X, y, seed=0, diagnose=True, verbose=None, **{"epochs": 50, **settings})
    assert list(history.diagnosis) == []
    assert "nothing found" in str(history.diagnosis)
    assert "Diagnosis" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("name", ["momentum with the rate 3", "SGD with the rate 1e-5", "relu units that sleep"])
def test_training_is_the_same_bit_by_bit(name):
    _, (model, X, y, settings) = SICK[name]
    vector, rebuild = ag.trees.ravel(model)
    one, two = rebuild(vector.copy()), rebuild(vector.copy())
    plain = nn.fit(one, X, y, seed=3, verbose=False, **settings)
    seen = nn.fit(two, X, y, seed=3, verbose=False, diagnose=True, **settings)
    assert plain.loss == seen.loss and plain.diagnosis is None
    np.testing.assert_array_equal(ag.trees.ravel(one)[0], ag.trees.ravel(two)[0])


def test_the_signals_and_adjoints_are_those_of_the_recursion():
    X, y = trainings.DIGITS[:50], nn.one_hot(trainings.DIGIT[:50], 10)
    model = nn.FFNN([64, 16, 8, 10], hidden="sigmoid", output="softmax", seed=0)
    leaves = ag.trees.flatten(model)[0]
    first, second, third = probe.snapshot(model, leaves, [], nn.objective("categorical_cross_entropy"), (X, y)).parts
    a1, a2 = model[0](X), model[1](model[0](X))
    delta3 = (model(X) - y) / 50
    by_a2 = delta3 @ model[2].weights.T
    by_a1 = (by_a2 * a2 * (1 - a2)) @ model[1].weights.T
    np.testing.assert_allclose(first.adjoint, by_a1, rtol=1e-10)
    np.testing.assert_allclose(second.adjoint, by_a2, rtol=1e-10)
    np.testing.assert_array_equal(first.output, a1)
    assert third.adjoint is None and third.where == "layer 3, Dense(8 → 10, softmax)"
    assert first.signal == pytest.approx(np.sqrt(np.mean(np.sum((a1 - a1.mean(axis=0)) ** 2, axis=1))), rel=1e-12)


def test_the_curvature_is_the_largest_eigenvalue():
    X, y = trainings.CLOUD, trainings.PLANE[:, None]
    model, cost = nn.FFNN([5, 3, 1], seed=0), nn.objective("mse")
    at = probe.snapshot(model, ag.trees.flatten(model)[0], [], cost, (X, y))
    vector, rebuild = ag.trees.ravel(model)
    exact = np.linalg.eigvalsh(ag.hessian(lambda v: cost(rebuild(v), X, y))(vector))
    assert probe.curvature(at, cost, (X, y)) == pytest.approx(exact[-1], rel=1e-8)


def test_the_sentence_of_a_rate_names_the_limit():
    """For a plane in standardized inputs, C = mean (Xw + b − y)² has the Hessian 2 X̃ᵀX̃/n."""
    _, (_, X, y, settings) = SICK["a linear model that diverges"]
    wide = np.c_[X, np.ones(len(X))]
    bend = np.linalg.eigvalsh(2 * wide.T @ wide / len(X))[-1]
    said = str(diagnosed(nn.FFNN([5, 1], seed=0), X, y, settings).diagnosis[0])
    assert f"λ_max = {bend:.3g}" in said and f"2/λ_max = {2 / bend:.2g}" in said


@pytest.mark.parametrize("kind", [nn.GD, nn.Momentum, nn.Nesterov])
def test_the_limit_of_the_rate_is_where_the_steps_begin_to_grow(kind):
    from nn.diagnosis.learning import _limit

    limit, bend = _limit(kind(0.1)), 3.0
    for factor, grows in ((0.99, False), (1.01, True)):
        optimizer, x = kind(factor * limit / bend), np.array([1.0])
        state = optimizer.init(x)
        for _ in range(4000):
            x, state = optimizer.update(bend * x, state, x)
        assert (abs(x[0]) > 1) == grows


def test_dead_units_are_counted():
    _, (model, X, y, settings) = SICK["relu units that sleep"]
    history = diagnosed(model, X, y, settings)
    (finding,) = history.diagnosis
    seen = X[np.sort(np.random.default_rng(0).choice(len(X), 1000, replace=False))]
    dead = np.count_nonzero(np.max(model[0](seen), axis=0) <= 0)
    assert finding.where == "layer 1, Dense(64 → 64, relu)" and finding.number == dead / 64
    assert finding.what.startswith(f"{dead} of 64 relu units are dead (never positive on 1000 training samples;")


def test_the_layers_of_layers_are_seen():
    model = nn.Sequential(
        nn.FFNN([5, 8, 8], hidden="relu", seed=0), nn.Residual(nn.Dense(8, 8, "relu", seed=1), nn.Dense(8, 8, seed=2)),
        nn.ActivityPenalty(nn.Dense(8, 8, "tanh", seed=4), nn.L1(1e-3)), nn.LayerNorm(8), nn.Dense(8, 1, seed=3),
    )  # fmt: skip
    found = diagnosed(model, trainings.CLOUD, trainings.PLANE, {"epochs": 30, "regularization": nn.L2(1e-5)}).diagnosis
    names = [row[0] for row in found.layers]
    assert names == [
        "layer 1.1, Dense(5 → 8, relu)", "layer 1.2, Dense(8 → 8, identity)", "layer 2, Residual",
        "layer 2.1, Dense(8 → 8, relu)", "layer 2.2, Dense(8 → 8, identity)", "layer 3, ActivityPenalty",
        "layer 3.1, Dense(8 → 8, tanh)", "layer 4, LayerNorm(8)", "layer 5, Dense(8 → 1, identity)",
    ]  # fmt: skip
    assert str(found.table()).splitlines()[0].split() == ["layer", "signal", "adjoint", "update/step", "idle"]
    assert all(row[3] for row in found.layers)


def test_any_model_is_looked_at():
    @dataclass
    class Linear:
        w: np.ndarray

        def __call__(self, x):
            return x @ self.w

    history = diagnosed(Linear(np.zeros((5, 1))), trainings.CLOUD, 100 * trainings.PLANE, {"epochs": 3})
    assert history.diagnosis.kinds == ["unscaled targets"]
    assert [row[0] for row in history.diagnosis.layers] == ["w"]


def test_nothing_is_computed_unless_asked(monkeypatch):
    def forbidden(*args):
        raise AssertionError("this was not asked for")

    monkeypatch.setattr(probe, "snapshot", forbidden)
    monkeypatch.setattr("nn.diagnosis.examination.snapshot", forbidden)
    assert nn.fit(nn.FFNN([5, 1], seed=0), trainings.CLOUD, trainings.PLANE, epochs=1).diagnosis is None
    with pytest.raises(AssertionError, match="not asked"):
        nn.fit(nn.FFNN([5, 1], seed=0), trainings.CLOUD, trainings.PLANE, epochs=1, diagnose=True)


def test_it_is_told_unless_nobody_wants_to_hear(capsys):
    ones = nn.initializers.constant(1.0)
    for verbose in (None, True, False):
        model = nn.FFNN([5, 3, 1], weights=ones)
        nn.fit(model, trainings.CLOUD, trainings.PLANE, epochs=1, diagnose=True, verbose=verbose)
        said = " ".join(capsys.readouterr().err.split())
        assert ("3 of 3 units start alike" in said) == (verbose is not False)


def test_a_training_that_diverges_is_diagnosed_and_raises():
    with pytest.raises(nn.DivergenceError) as caught:
        nn.fit(
            nn.FFNN([5, 1], seed=0), trainings.CLOUD, trainings.PLANE, optimizer=nn.GD(3.0), epochs=1000,
            batch_size=None, diagnose=True, verbose=False,
        )  # fmt: skip
    assert caught.value.history.diagnosis.kinds[0] == "rate too high"


def test_a_training_that_diverges_is_never_found_healthy():
    def undefined(targets, outputs):
        return np.mean(np.log(outputs) - targets)

    model = nn.FFNN([5, 1], seed=0)
    with pytest.raises(nn.DivergenceError) as caught:
        nn.fit(model, trainings.CLOUD, trainings.PLANE, cost=undefined, diagnose=True, verbose=False)
    (finding,) = caught.value.history.diagnosis
    assert finding.kind == "diverged" and "nan in epoch 1" in finding.what


def test_nan_in_the_data_is_refused_with_its_place():
    X = trainings.CLOUD.copy()
    X[3, 2] = np.nan
    with pytest.raises(ValueError, match=r"X must be finite, but 1 of 2000 entries .* nan at \[3, 2\]"):
        nn.fit(nn.FFNN([5, 1], seed=0), X, trainings.PLANE, diagnose=True)


def test_after_a_checkpoint_only_what_is_new_is_judged(tmp_path):
    for epochs in (2, 30):
        model = nn.FFNN([5, 8, 1], seed=0)
        history = nn.fit(
            model, trainings.CLOUD, trainings.PLANE, epochs=epochs, checkpoint=tmp_path / "it", optimizer=nn.Adam(0.01),
            diagnose=True, seed=0, verbose=False,
        )  # fmt: skip
    assert len(history.loss) == 30 and history.diagnosis.kinds == []


def test_no_epochs_are_no_reason_to_fail():
    history = diagnosed(nn.FFNN([5, 1], seed=0), trainings.CLOUD, 100 * trainings.PLANE, {"epochs": 0})
    assert history.diagnosis.kinds == ["unscaled targets"]


def test_estimators_pass_it_on():
    net = nn.FFNNRegressor((4,), epochs=2, random_state=0, diagnose=True)
    assert net.fit(trainings.PATIENTS, trainings.DISEASE).history_.diagnosis.kinds == ["unscaled targets"]
    net = nn.FFNNClassifier((4,), epochs=2, random_state=0)
    assert net.fit(trainings.CELLS, trainings.CANCER).history_.diagnosis is None


def test_html_is_escaped_and_stands_below_the_history():
    found = Diagnosis([Finding("<kind>", "<where>", "1 < 2", "a & b", 1.0)], [["<layer>", "1", "2", "3", "4"]], 7)
    html = found._repr_html_()
    assert "&lt;kind&gt;" in html and "1 &lt; 2" in html and "&lt;layer&gt;" in html and "a &amp; b" in html
    assert "<kind>" not in html and "<layer>" not in html and "7 training samples: 1 finding<" in html
    history = nn.History(loss=[1.0], diagnosis=found)
    assert history._repr_html_().endswith(html)
    assert "finding" not in nn.History(loss=[1.0], diagnosis=Diagnosis())._repr_html_()
    assert list(found) == [found[0]] and len(found) == 1
    assert not found.ok and Diagnosis().ok
