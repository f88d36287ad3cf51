"""fit: reproducible, the same as a loop written out, and clear about what it cannot do."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
import nn

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
Y = np.tanh(X[:, 0] - X[:, 1] * X[:, 2])


@pytest.fixture(autouse=True, params=[10**9, 1], ids=["eager", "compiled"])
def compiled(request, monkeypatch):
    """All this holds for compiled steps as well."""
    monkeypatch.setattr("nn.steps.WORTH", request.param)


def weights(model):
    return np.concatenate([np.ravel(x) for x in ag.trees.flatten(model)[0]])


def trained(**settings):
    model = nn.FFNN([3, 6, 1], seed=0)
    return model, nn.fit(model, X, Y, **{"epochs": 5, "seed": 1, **settings})


def test_full_batch_training_is_the_loop_written_out():
    model, history = trained(batch_size=None, optimizer=nn.Momentum(0.05), regularization=nn.L2(0.01), epochs=7)
    by_hand, losses = nn.FFNN([3, 6, 1], seed=0), []
    opt = nn.Momentum(0.05)
    state = opt.init(by_hand)
    step = ag.value_and_grad(nn.objective("mse", nn.L2(0.01)))
    for _ in range(7):
        loss, gradient = step(by_hand, X, Y)
        by_hand, state = opt.update(gradient, state, by_hand)
        losses.append(float(loss))
    np.testing.assert_array_equal(weights(model), weights(by_hand))
    assert history.loss == losses


def test_mini_batch_training_is_the_loop_written_out():
    model, history = trained(batch_size=16, optimizer=nn.Adam(0.01), epochs=3)
    by_hand, rng, opt = nn.FFNN([3, 6, 1], seed=0), np.random.default_rng(1), nn.Adam(0.01)
    state = opt.init(by_hand)
    step = ag.value_and_grad(nn.objective("mse"))
    for epoch in range(3):
        order, total = rng.permutation(40), 0.0
        for rows in (order[:16], order[16:32], order[32:]):
            loss, gradient = step(by_hand, X[rows], Y[rows])
            by_hand, state = opt.update(gradient, state, by_hand)
            total += loss * len(rows)
        np.testing.assert_allclose(history.loss[epoch], total / 40, rtol=1e-14)
    np.testing.assert_array_equal(weights(model), weights(by_hand))


def test_the_model_itself_is_trained():
    model = nn.FFNN([3, 6, 1], seed=0)
    layer, before = model[0], weights(model)
    history = nn.fit(model, X, Y, epochs=2, seed=0)
    assert history.model is model and model[0] is layer
    assert not np.array_equal(weights(model), before)
    assert all(x.base is None for x in ag.trees.flatten(model)[0])


SCRIPT = """
import hashlib, numpy as np, nn, autograd_lite as ag
rng = np.random.default_rng(0)
X = rng.normal(size=(50, 4)); y = rng.integers(0, 3, 50)
model = nn.FFNN([4, 8, 3], hidden="relu", output="softmax", seed=3)
history = nn.fit(model, X, y, optimizer=nn.Adam(0.01), epochs=4, batch_size=7, seed=4)
data = b"".join(x.tobytes() for x in ag.trees.flatten(model)[0]) + repr(history.loss).encode()
print(hashlib.sha256(data).hexdigest())
"""


def test_the_same_seed_gives_the_same_bits_in_two_processes():
    runs = [
        subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert len(runs[0].strip()) == 2 * hashlib.sha256().digest_size


def test_another_seed_gives_another_order():
    one, same, other = (weights(trained(batch_size=8, seed=seed)[0]) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_validation_data_are_evaluated_after_each_epoch():
    model, history = trained(validation_data=(X[:10], Y[:10]), regularization=nn.L2(0.1))
    assert len(history.validation_loss) == len(history.loss) == 5
    np.testing.assert_allclose(history.validation_loss[-1], nn.objective("mse", nn.L2(0.1))(model, X[:10], Y[:10]))


def test_float32_models_are_trained_in_float32():
    model = nn.FFNN([3, 4, 1], seed=0, dtype=np.float32)
    nn.fit(model, X, Y, epochs=2, seed=0, regularization=nn.L2(0.1))
    assert {x.dtype for x in ag.trees.flatten(model)[0]} == {np.dtype(np.float32)}


def test_the_default_cost_belongs_to_the_output():
    labels = (Y > 0).astype(int)
    for output, n_out, name in (
        ("sigmoid", 1, "binary cross-entropy"),
        ("softmax", 2, "categorical cross-entropy"),
        ("identity", 1, "mean squared error"),
    ):
        history = nn.fit(nn.FFNN([3, n_out], output=output, seed=0), X, labels, epochs=1, seed=0)
        assert history.cost == name


def test_any_function_is_a_cost_and_a_penalty():
    def absolute_error(targets, outputs):
        return np.mean(np.abs(targets - outputs))

    _, history = trained(cost=absolute_error, regularization=lambda model: 0.1 * np.sum(model[0].weights ** 4))
    assert history.cost == "absolute error"
    assert history.loss[-1] < history.loss[0]


def test_integers_lists_one_sample_and_batches_larger_than_the_data():
    for x, y in (([[1, 2, 3]], [1]), (X.tolist(), (Y > 0).tolist()), (X, Y[:, None])):
        history = nn.fit(nn.FFNN([3, 2, 1], seed=0), x, y, epochs=2, batch_size=1000, seed=0)
        assert np.all(np.isfinite(history.loss))


def test_a_cost_of_ones_own_gets_labels_as_they_are():
    def log_loss(labels, p):
        return -np.mean(np.log(p[np.arange(len(labels)), labels]))

    labels = (Y > 0).astype(int)
    runs = []
    for cost in (log_loss, "categorical_cross_entropy"):
        model = nn.FFNN([3, 4, 2], output="softmax", seed=0)
        runs.append(nn.fit(model, X, labels, cost=cost, epochs=3, seed=0).loss)
    np.testing.assert_allclose(runs[0], runs[1], rtol=1e-12)
    with pytest.raises(TypeError, match=r"'squares' must give one number, but gave shape \(32, 1\)"):
        trained(cost=type("", (), {"__name__": "squares", "__call__": lambda self, t, y: (t - y) ** 2})())


@dataclass
class Line:
    """A model of Python numbers."""

    slope: Any = 2
    offset: Any = 0.5

    def __call__(self, x):
        return self.slope * x + self.offset


def test_a_model_of_plain_numbers_is_trained_in_float64():
    x = np.linspace(0, 1, 9)
    model = Line()
    nn.fit(model, x, 3 * x - 1, optimizer=nn.GD(0.5), batch_size=None, epochs=500)
    np.testing.assert_allclose([model.slope, model.offset], [3, -1], rtol=1e-9)


def test_what_was_learnt_before_an_interruption_is_kept():
    calls = []

    def interrupted(targets, outputs):
        calls.append(len(targets))
        if len(calls) == 8:
            raise KeyboardInterrupt
        return np.mean((targets - outputs) ** 2)

    model = nn.FFNN([3, 6, 1], seed=0)
    with pytest.raises(KeyboardInterrupt):
        nn.fit(model, X, Y, cost=interrupted, batch_size=None, seed=1, compile=False)  # it counts its calls
    np.testing.assert_array_equal(weights(model), weights(trained(batch_size=None, epochs=7, cost="mse")[0]))


def test_zero_epochs_change_nothing():
    model, history = trained(epochs=0)
    np.testing.assert_array_equal(weights(model), weights(nn.FFNN([3, 6, 1], seed=0)))
    assert repr(history) == "History(0 epochs)" and history.loss == []
    with pytest.raises(ValueError, match="no epochs"):
        history.plot()
    with pytest.raises(ValueError, match="no epochs"):
        _ = history.best_epoch


def test_divergence_says_where_it_began_and_keeps_the_last_finite_parameters():
    model = nn.FFNN([3, 6, 1], hidden="relu", seed=0)
    with pytest.raises(nn.DivergenceError) as caught:
        nn.fit(model, 1000 * X, Y, optimizer=nn.SGD(lr=5.0), epochs=50, seed=0)
    message = str(caught.value)
    assert "the cost became" in message and "at epoch" in message and "one step before" in message
    assert "lr=0.5 instead of 5" in message and "nn.standardize; here they reach" in message
    assert "the outputs of the model are finite, but too large for the cost" in message
    assert np.isfinite(weights(model)).all()
    with np.errstate(all="ignore"):
        assert np.isfinite(nn.objective("mse")(model, 1000 * X[:1], Y[:1]))
    assert caught.value.history.model is model


def test_after_divergence_the_model_is_as_it_was_one_step_before():
    settings = {"optimizer": nn.GD(lr=1e3), "batch_size": None}
    model = nn.FFNN([3, 6, 1], hidden="elu", seed=0)
    with pytest.raises(nn.DivergenceError) as caught:
        nn.fit(model, X, Y, epochs=1000, **settings)
    epochs = len(caught.value.history.loss)
    assert epochs > 2
    other = nn.FFNN([3, 6, 1], hidden="elu", seed=0)
    nn.fit(other, X, Y, epochs=epochs - 1, **settings)
    np.testing.assert_array_equal(weights(model), weights(other))


def test_a_model_that_starts_with_nan_is_unchanged_and_named():
    model = nn.FFNN([3, 1], seed=0)
    model[0].biases[:] = np.nan
    with pytest.raises(nn.DivergenceError, match=r"nan at epoch 1, batch 1, before any step.*layer 1.*unchanged"):
        nn.fit(model, X, Y, epochs=1, seed=0)


def test_a_last_step_to_infinity_is_noticed():
    model = nn.FFNN([3, 1], seed=0)
    before = weights(model)
    with pytest.raises(nn.DivergenceError, match="parameters became nan or infinite at epoch 1, batch 1"):
        nn.fit(model, 1e200 * X, 1e100 * Y, cost=lambda t, y: np.mean(y / 1e180), optimizer=nn.SGD(1e300), epochs=1,
               batch_size=None)  # fmt: skip
    np.testing.assert_array_equal(weights(model), before)


NOT_A_NUMBER = np.where(np.arange(120).reshape(40, 3) == 7, np.nan, X)


@pytest.mark.parametrize(
    ("x", "y", "settings", "error", "message"),
    [
        (NOT_A_NUMBER, Y, {}, ValueError, r"X must be finite, but 1 of 120 entries.*at \[2, 1\]"),
        (X, np.full(40, np.inf), {}, ValueError, "the targets must be finite"),
        (X[:, :2], Y, {}, ValueError, r"X of shape \(40, 2\) does not.*Dense\(3 → 6, tanh\) takes x with 3 columns"),
        (X, Y[:39], {}, ValueError, "X has 40 rows, but y has 39"),
        (X, 3.0, {}, ValueError, "X has 40 rows, but y has 0"),
        (X, [[1], [1, 2]] * 20, {}, ValueError, "rows have different lengths"),
        (X[:0], Y[:0], {}, ValueError, "at least one"),
        (X, Y, {"validation_data": (X[:5], Y)}, ValueError, "validation X has 5 rows"),
        (X, Y, {"validation_data": X}, TypeError, r"validation_data must be \(X, y\)"),
        (X, Y, {"validation_data": (X,)}, TypeError, r"validation_data must be \(X, y\)"),
        (X.astype(str), Y, {}, TypeError, "X must be numbers, not text such as"),
        (X, ["yes"] * 40, {}, TypeError, "the targets must be numbers, not text such as"),
        (X, np.ones((40, 2)), {}, ValueError, r"\(40, 2\), but the outputs have shape \(40, 1\)"),
        (X, Y, {"epochs": -1}, ValueError, "epochs must be a whole number, 0 or more, but is -1"),
        (X, Y, {"epochs": 2.5}, ValueError, "epochs"),
        (X, Y, {"batch_size": 0}, ValueError, "batch_size must be"),
        (X, Y, {"cost": "mes"}, ValueError, "no cost is named 'mes'"),
        (X, Y, {"cost": "binary_cross_entropy"}, ValueError, "give the model output='sigmoid'"),
        (X, Y, {"optimizer": "adm"}, ValueError, "no optimizer is named 'adm'"),
        (X, Y, {"optimizer": nn.Adam}, TypeError, r"for example nn.Adam\(lr=0.001\)"),
        (X, Y, {"regularization": 0.1}, TypeError, "regularization must be"),
        (X, Y, {"regularization": [0.1]}, TypeError, "regularization must be"),
    ],
)
def test_bad_input_is_refused_and_the_model_unchanged(x, y, settings, error, message):
    model = nn.FFNN([3, 6, 1], seed=0)
    with pytest.raises(error, match=message):
        nn.fit(model, x, y, **settings)
    np.testing.assert_array_equal(weights(model), weights(nn.FFNN([3, 6, 1], seed=0)))


def test_a_model_without_parameters_is_refused():
    with pytest.raises(TypeError, match="no parameters to train"):
        nn.fit(nn.Sequential("tanh"), X, Y)
    with pytest.raises(TypeError, match="a model is called with X"):
        nn.fit([np.ones(3)], X, Y)
    with pytest.raises(TypeError, match="FFNN takes a list of sizes"):
        nn.FFNN(3)
