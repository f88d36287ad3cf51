"""``nn.race``: the same start and batches for all, medians that are medians, and a table and a picture that say how."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

import autograd_lite as ag
import nn
from nn.race_results import Lane, Race, quantile

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
Y = X @ [1.0, -2.0, 0.5] + 0.1 * RNG.normal(size=60)


def start(seed):
    return nn.FFNN([3, 4, 1], seed=seed)


def run(model, optimizers, **settings):
    return nn.race(model, X, Y, optimizers, **{"epochs": 5, "verbose": False, **settings})


@dataclass(frozen=True, repr=False)
class Recorder(nn.SGD):
    """SGD that writes down what it is given."""

    seen: ClassVar[list] = []

    def update(self, grads, state, params):
        self.seen.append([np.array(g) for g in ag.trees.flatten(grads)[0]])
        return super().update(grads, state, params)


def test_all_start_alike_and_see_the_same_batches():
    Recorder.seen.clear()
    run(start, {"one": Recorder(1e-300), "two": Recorder(1e-300)}, seeds=(4,), batch_size=20, epochs=3)
    first, second = Recorder.seen[:9], Recorder.seen[9:]
    assert len(first) == len(second) == 9
    for a, b in zip(first, second, strict=True):
        for g, h in zip(a, b, strict=True):
            np.testing.assert_array_equal(g, h)
    assert any(not np.array_equal(first[0][0], later[0]) for later in first[1:])


def test_a_lane_is_the_training_that_fit_gives():
    result = run(start, [nn.Adam(0.01)], seeds=(0, 7), regularization=nn.L2(1e-3))
    for seed, curve in zip((0, 7), result.best.curves, strict=True):
        model, cost = start(seed), nn.objective("mse", nn.L2(1e-3))
        at_start = cost(model, X, Y)
        nn.fit(model, X, Y, optimizer=nn.Adam(0.01), regularization=nn.L2(1e-3), epochs=5, seed=seed)
        assert curve.shape == (6,) and curve[0] == at_start
        assert curve[-1] == pytest.approx(cost(model, X, Y), rel=1e-12)


def test_the_model_that_is_given_stays_as_it_is():
    model = start(0)
    before = ag.trees.ravel(model)[0]
    result = run(model, ["sgd", "adam"])
    np.testing.assert_array_equal(ag.trees.ravel(model)[0], before)
    assert len({curve[0] for lane in result for curve in lane.curves}) == 1
    assert len({curve[-1] for curve in result.best.curves}) == 3  # the batches differ from seed to seed


def test_a_function_makes_the_start_of_each_seed_once():
    asked = []
    result = run(lambda seed: asked.append(seed) or start(seed), [nn.SGD(0.1), nn.Adam(0.01)], seeds=(3, 5))
    assert asked == [3, 5]
    np.testing.assert_array_equal(result[0].curves[:, 0], result[1].curves[:, 0])
    assert result[0].curves[0, 0] != result[0].curves[1, 0]


def test_each_runs_at_the_best_of_the_rates():
    result = run(start, ["sgd", "adam", nn.LBFGS()], rates=[1e-4, 0.1, 1e-2], epochs=15)
    tuned = {lane.name.partition("(")[0]: lane for lane in result}
    for name, kind in (("SGD", nn.SGD), ("Adam", nn.Adam)):
        alone = {rate: run(start, [kind(rate)], epochs=15).best for rate in (1e-4, 1e-2, 0.1)}
        best = min(alone, key=lambda rate: quantile(alone[rate].final, 0.5))
        assert tuned[name].optimizer.lr == best and tuned[name].name == f"{name}({best:g})"
        assert tuned[name].rates == [1e-4, 1e-2, 0.1]
        np.testing.assert_array_equal(tuned[name].curves, alone[best].curves)
    assert tuned["LBFGS"].rates == [] and result.tuned == [1e-4, 1e-2, 0.1]
    assert "each at its best of the rates 0.0001, 0.01, 0.1" in str(result)
    assert "SGD(0.1): its best rate is the largest that was tried" in str(result)


def test_those_that_diverge_are_counted_and_come_last():
    result = run(nn.FFNN([3, 1], seed=0), [nn.GD(9.0), nn.GD(0.1)], batch_size=None, epochs=200)
    assert [lane.name for lane in result] == ["GD(0.1)", "GD(9)"]
    lost = result[1]
    assert lost.diverged == 3 and np.isinf(lost.final).all() and np.isfinite(lost.curves[:, 0]).all()
    assert str(result).splitlines()[3].split() == ["GD(9)", "—", "—", "…", "—", "—", "3", "of", "3"]


def made(**more):
    """A race whose numbers are chosen: 4 steps in an epoch, from 1.0 down to medians 0.1 and 0.4."""
    fast = Lane("<fast>", nn.Adam(0.1), np.array([[1, 0.3, 0.1], [1, 0.15, 0.2], [1, 0.5, 0.05]]), np.full(3, 2.0), [])
    slow = Lane("slow", nn.SGD(0.1), np.array([[1, 0.9, 0.4], [1, 0.8, 0.3], [1, 2.0, np.inf]]), np.full(3, 1.0), [])
    return Race([fast, slow], [0, 1, 2], 4, "mean squared error", "training data", **{"threshold": 0.2, **more})


def test_medians_quartiles_steps_and_seconds():
    head, _, fast, slow, note = made().table(seconds=True).splitlines()
    assert head.split() == ["optimizer", "median", "quartiles", "steps", "to", "0.2", "seconds", "diverged"]
    assert fast.split() == ["<fast>", "0.1", "0.075", "…", "0.15", "8", "4", "0", "of", "3"]
    assert slow.split() == ["slow", "0.4", "0.35", "…", "—", "—", "—", "1", "of", "3"]
    assert note.startswith("objective on the training data: 3 seeds, median and quartiles; same start and batches")
    assert "steps" not in str(made(threshold=None))
    with pytest.raises(ValueError, match="threshold"):
        made(threshold=None).table(seconds=True)


def test_the_table_is_the_same_at_every_run():
    hurried = made()
    for lane in hurried:
        lane.seconds = lane.seconds / 7
    assert str(hurried) == str(made()) and hurried._repr_html_() == made()._repr_html_()
    assert str(made()).splitlines()[2].split() == ["<fast>", "0.1", "0.075", "…", "0.15", "8", "0", "of", "3"]


@pytest.mark.parametrize("q", [0.0, 0.25, 0.5, 0.6, 1.0])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 7])
def test_quantiles_are_those_of_numpy_and_know_infinity(q, n):
    values = np.random.default_rng(n).normal(size=(n, 3))
    np.testing.assert_allclose(quantile(values, q), np.quantile(values, q, axis=0), rtol=1e-12)
    assert np.isinf(quantile(np.full((n, 2), np.inf), q)).all()


def test_the_threshold_is_nine_tenths_of_the_fall_of_the_winner():
    result = run(start, [nn.Adam(0.05)], epochs=20)
    begin, end = (np.median(result.best.curves[:, i]) for i in (0, -1))
    assert result.threshold == pytest.approx(begin - 0.9 * (begin - end), rel=1e-12)
    assert run(start, [nn.Adam(0.05)], threshold=0.25).threshold == 0.25
    assert run(start, [nn.GD(1e-300)]).threshold is None


def test_weights_and_validation_data_are_used():
    weights = np.r_[np.zeros(30), np.ones(30)]
    weighted = run(start, [nn.SGD(0.05)], sample_weight=weights, batch_size=None)
    half = nn.race(start, X[30:], Y[30:], [nn.SGD(0.05)], epochs=5, batch_size=None, verbose=False)
    np.testing.assert_allclose(weighted.best.curves, half.best.curves, rtol=1e-10)
    watched = run(start, [nn.SGD(0.05)], validation_data=(X[:20], Y[:20]))
    assert watched.data == "validation data"
    assert watched.best.curves[0, 0] == pytest.approx(nn.mean_squared_error(Y[:20], start(0)(X[:20])))


def test_names_tell_equal_kinds_apart():
    result = run(start, [nn.Momentum(0.1, momentum=0.5), nn.Momentum(0.1), nn.SGD(0.1), nn.SGD(0.2), "adam"], epochs=1)
    assert {lane.name for lane in result} == {
        "Momentum(lr=0.1, momentum=0.5)", "Momentum(lr=0.1, momentum=0.9)", "SGD(0.1)", "SGD(0.2)", "Adam",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"optimizers": []}, ValueError, "needs optimizers"),
        ({"optimizers": "adam"}, TypeError, "must be a list"),
        ({"optimizers": ["adam", "adam"]}, ValueError, "are the same"),
        ({"optimizers": ["adm"]}, ValueError, "no optimizer is named 'adm'"),
        ({"seeds": ()}, ValueError, "at least one"),
        ({"seeds": (1, 1)}, ValueError, "different"),
        ({"seeds": (0.5,)}, ValueError, "each of the seeds"),
        ({"epochs": 0}, ValueError, "epochs"),
        ({"rates": (0.1, -1)}, ValueError, "rates must be positive"),
        ({"model": np.tanh}, TypeError, "race takes a model"),
        ({"model": lambda seed: np.tanh}, TypeError, "race takes a model"),
    ],
)
def test_what_is_no_race_is_refused(settings, error, message):
    given = {"model": start, "optimizers": ["adam"], **settings}
    with pytest.raises(error, match=message):
        run(given.pop("model"), given.pop("optimizers"), **given)


def test_html_is_escaped():
    html = made()._repr_html_()
    assert "&lt;fast&gt;" in html and "<fast>" not in html and html.count("<tr>") == 3
    assert "mean squared error on the training data" in html


@pytest.fixture
def axes():
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    yield plt.figure().add_subplot()
    plt.close("all")


def test_the_picture_says_how_the_race_was_run(axes):
    result = made()
    assert result.plot(axes) is axes
    assert axes.get_title(loc="left") == "Mean squared error on the training data (log scale)"
    said = [text.get_text() for text in axes.texts]
    assert said == ["<fast> 0.1", "slow 0.4 · 1 of 3 diverged", result.conditions]
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), [1, 0.3, 0.1])
    band = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert band.min() == pytest.approx(0.075) and band.max() == 1
    result.plot(axes, against="seconds")
    np.testing.assert_array_equal(axes.lines[2].get_xdata(), [0, 2, 4])
    with pytest.raises(ValueError, match="seconds"):
        result.plot(axes, against="steps")


def test_objectives_below_zero_and_lost_races_are_drawn(axes):
    below = Lane("a", nn.Adam(0.1), np.array([[1.0, -0.3, -2.0]]), np.ones(1), [])
    lost = Lane("b", nn.Adam(0.1), np.array([[1.0, np.inf, np.inf]]), np.ones(1), [])
    Race([below, lost], [0], 1, "gaussian", "training data", None).plot(axes)
    assert axes.get_yscale() == "linear"
    axes.figure.canvas.draw()
    Race([lost], [0], 1, "gaussian", "training data", None).plot().figure.canvas.draw()


def test_names_in_the_picture_do_not_overlap(axes):
    lanes = [Lane(f"n{i}", nn.Adam(0.1), np.array([[1.0, 0.1 + 1e-6 * i]]), np.ones(1), []) for i in range(6)]
    Race(lanes, [0], 1, "cost", "training data", None).plot(axes)
    heights = sorted(text.xy[1] for text in axes.texts if hasattr(text, "xy"))
    assert min(np.diff(heights)) > 0.06 and heights[0] >= 0.0


def test_the_same_numbers_give_the_same_file(tmp_path):
    for name in ("one.svg", "two.svg"):
        made().save(tmp_path / name)
    one, two = ((tmp_path / name).read_bytes() for name in ("one.svg", "two.svg"))
    assert one == two and b"<svg" in one
    made().save(tmp_path / "race.png", against="seconds")
    assert (tmp_path / "race.png").read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_the_command_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r'pip install "autograd-lite\[nn\]"'):
        made().save(tmp_path / "race.svg")
