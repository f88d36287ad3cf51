"""The compiled step of fit gives the numbers of the step itself, and says why where it cannot be."""

from __future__ import annotations

import sys
import warnings
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
import nn
from nn import steps

RNG = np.random.default_rng(0)
X = RNG.normal(size=(44, 3))
Y = np.tanh(X[:, 0] - X[:, 1] * X[:, 2])
CLASSES = np.argmax(X, axis=1)


@pytest.fixture(autouse=True)
def made(monkeypatch):
    """Compile short trainings too; the steps that were made."""
    found = []

    class Noted(steps.CompiledStep):
        def __init__(self, *args):
            super().__init__(*args)
            found.append(self)

    monkeypatch.setattr("nn.steps.WORTH", 1)
    monkeypatch.setattr("nn.run.CompiledStep", Noted)
    return found


def numbers(model):
    return [*ag.trees.flatten(model)[0], *nn.modes.running(model)]


def assert_both_ways_agree(model, y=Y, **settings):
    """Train twice models that ``model()`` gives; returns the history of the compiled training."""
    settings = {"epochs": 4, "batch_size": 10, "seed": 1, **settings}
    eager, compiled = (nn.fit(model(), X, y, compile=flag, **settings) for flag in (False, True))
    np.testing.assert_allclose(compiled.loss, eager.loss, rtol=1e-10)
    for a, b in zip(numbers(compiled.model), numbers(eager.model), strict=True):
        assert type(a) is type(b) and np.asarray(a).dtype == np.asarray(b).dtype
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)
    return compiled


def net(*middle, dtype=np.float64, output="identity", out=1):
    last = nn.Dense(8, out, output, seed=1, dtype=dtype)
    return nn.Sequential(nn.Dense(3, 8, "tanh", seed=0, dtype=dtype), *middle, last)


@dataclass
class Counting:
    """A layer that counts its batches, and adds noise of its own kind every second time."""

    calls: Any = field(default=0, metadata={"static": True, "running": True})

    def __call__(self, x):
        return x

    def training(self, x, rng):
        noise = 0.1 * rng.normal(size=np.shape(x)) if self.calls % 2 == 0 else 0.0
        return x + noise, Counting(self.calls + 1)


@dataclass
class Curve:
    """A model of plain numbers."""

    a: float
    b: Any

    def __call__(self, x):
        return self.a * np.sin(x @ self.b)


CASES = {
    "full batch, momentum": (net, {"batch_size": None, "optimizer": nn.Momentum(0.05)}),
    "penalties and limits": (net, {"regularization": [nn.L2(0.01), nn.L1(1e-3)], "optimizer": nn.Adam(clip_norm=0.1)}),
    "constraint": (net, {"regularization": nn.MaxNorm(0.5), "optimizer": nn.SGD(0.1)}),
    "schedule": (net, {"optimizer": nn.NAdam(nn.schedules.Cosine(0.01, 15))}),
    "dropout and batch norm": (lambda: net(nn.BatchNorm(8), nn.Dropout(0.3)), {}),
    "float32": (lambda: net(nn.BatchNorm(8, dtype=np.float32), nn.Dropout(0.3), dtype=np.float32), {}),
    "activities": (lambda: net(nn.ActivityPenalty(nn.Dense(8, 8, seed=2), nn.L1(0.1))), {}),
    "weights": (net, {"sample_weight": np.arange(44.0), "cost": "huber"}),
    "classes": (lambda: net(output="softmax", out=3), {"y": CLASSES, "class_weight": {2: 3}, "metrics": "accuracy"}),
    "weights of float32": (lambda: net(output="softmax", out=3, dtype=np.float32),
                           {"y": CLASSES, "class_weight": "balanced"}),
    "yes and no": (lambda: net(output="sigmoid"), {"y": Y > 0, "validation_data": (X, Y > 0), "early_stopping": 2}),
    "relu, one batch of one row": (lambda: nn.FFNN([3, 9, 1], hidden="relu", seed=0), {"batch_size": 43}),
    "a count": (lambda: net(Counting()), {}),
    "numbers alone": (lambda: Curve(0.5, np.ones(3)), {}),
    "a branch": (net, {"cost": lambda y, o: np.sum((y - o) ** 2) if np.mean(o) > 0 else np.sum(np.abs(y - o))}),
    "a generator as seed": (lambda: net(nn.Dropout(0.5)), {"seed": 7, "diagnose": True, "verbose": False}),
}  # fmt: skip


@pytest.mark.parametrize("model, settings", CASES.values(), ids=CASES)
def test_a_compiled_training_gives_the_same_numbers(made, model, settings):
    assert_both_ways_agree(model, **settings)
    assert made[-1].programs and not made[-1].left


def test_the_program_is_recorded_once_for_each_number_of_rows(made):
    assert_both_ways_agree(net, epochs=6)
    assert sorted(made[-1].programs) == [4, 10]
    assert [len(program.variants) for program in made[-1].programs.values()] == [1, 1]


def test_settings_that_a_callback_changes_are_seen(made):
    def changing():
        model, penalty = net(nn.Dropout(0.5)), Penalty()

        def callback(history):
            model[1].rate, penalty.strength = 0.5 / (1 + len(history.loss) // 3), penalty.strength + 0.1

        return model, {"callbacks": callback, "regularization": penalty, "epochs": 6, "seed": 0}

    @dataclass
    class Penalty:
        strength: float = 0.0

        def __call__(self, model):
            return self.strength * np.sum(model[0].weights ** 2)

    histories = []
    for flag in (False, True):
        model, settings = changing()
        histories.append(nn.fit(model, X, Y, compile=flag, **settings))
    assert histories[0].loss == pytest.approx(histories[1].loss, rel=1e-12)
    assert made[-1].renewed == 7


def test_an_outside_name_of_a_cost_is_seen(made):
    strength = 1.0

    def cost(targets, outputs):
        return strength * np.mean((targets - outputs) ** 2)

    def weaker(history):
        nonlocal strength
        strength = 0.5 ** (len(history.loss) // 2)

    losses = []
    for flag in (False, True):
        strength = 1.0
        losses.append(nn.fit(net(), X, Y, cost=cost, callbacks=weaker, epochs=5, seed=0, compile=flag).loss)
    assert losses[0] == pytest.approx(losses[1], rel=1e-12)
    assert not made[-1].left


def test_numbers_that_are_changed_in_an_array_of_a_layer_are_seen():
    class Scaled:
        def __init__(self):
            self.scale = np.ones(8)

        def __call__(self, x):
            return x * self.scale

    def trained(flag):
        model = net(Scaled())

        def callback(history):
            model[1].scale *= 0.9

        return nn.fit(model, X, Y, callbacks=callback, epochs=5, seed=0, compile=flag).loss

    assert trained(True) == pytest.approx(trained(False), rel=1e-12)


class OwnGenerator:
    def __init__(self):
        self.rng = np.random.default_rng(0)

    def __call__(self, x):
        return x + self.rng.normal(size=np.shape(x))


class Counter:
    def __init__(self):
        self.numbers = count(1)

    def __call__(self, x):
        return x / next(self.numbers)


@dataclass
class Shuffling:
    """Asks the generator for what a recorded one has not."""

    def __call__(self, x):
        return x

    def training(self, x, rng):
        order = np.arange(8)
        rng.shuffle(order)
        return x[:, order], self


SEEN: list[int] = []
REFUSED = [
    ({"cost": lambda y, o: (SEEN.append(1), np.mean((y - o) ** 2))[1]}, (), "changes an entry of a list"),
    ({"cost": lambda y, o: np.mean((np.asarray(o.value) * 0 + o - y) ** 2), "epochs": 20}, (), "was recorded 8 times"),
    ({}, (OwnGenerator,), "draws random numbers from a np.random.Generator"),
    ({}, (Counter,), "gives other numbers"),
    ({}, (Shuffling,), "AttributeError: a recorded generator has no 'shuffle'"),
]


@pytest.mark.parametrize("settings, layers, message", REFUSED, ids=[m for *_, m in REFUSED])
def test_what_cannot_be_compiled_is_trained_as_it_is_with_one_warning(made, settings, layers, message):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        history = nn.fit(net(*(kind() for kind in layers)), X, Y, seed=0, **{"epochs": 4, **settings})
    (warning,) = told
    assert warning.category is UserWarning and warning.filename == __file__
    text = str(warning.message)
    assert text.startswith("nn.fit does not compile the training step, because ") and "compile=False" in text
    assert message in text
    assert made[-1].left and not made[-1].programs
    if Counter not in layers and OwnGenerator not in layers:  # whose numbers hang on how often they are asked
        again = nn.fit(net(*(kind() for kind in layers)), X, Y, seed=0, compile=False, **{"epochs": 4, **settings})
        assert history.loss == again.loss


def test_settings_that_change_all_the_time_end_the_compiling(made):
    model = net(nn.Dropout(0.5))

    def callback(history):
        model[1].rate *= 0.9

    with pytest.warns(UserWarning, match="settings of the model or of the cost were changed 8 times"):
        nn.fit(model, X, Y, callbacks=callback, epochs=12, seed=0)


def test_errors_of_the_step_come_through():
    def broken(targets, outputs):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        nn.fit(net(), X, Y, cost=broken)


def test_a_training_that_diverges_says_so():
    model = net()
    with pytest.raises(nn.DivergenceError, match="smaller learning rate"):
        nn.fit(model, X, 1e3 * Y, optimizer=nn.SGD(1e3), epochs=50, seed=0)
    assert all(np.all(np.isfinite(x)) for x in numbers(model))


def test_when_it_is_compiled(made, monkeypatch):
    nn.fit(net(), X, Y, epochs=2, compile=False)
    nn.fit(net(), X, Y, epochs=2, batch_size=None, optimizer=nn.LBFGS())
    monkeypatch.setattr("nn.steps.WORTH", 8)
    nn.fit(net(), X, Y, epochs=3, batch_size=22)
    assert not made
    nn.fit(net(), X, Y, epochs=2, batch_size=11)
    assert len(made) == 1
    with pytest.raises(ValueError, match="compile must be True, False or \"numba\", but is 'numbra'"):
        nn.fit(net(), X, Y, compile="numbra")


def test_in_machine_code(made, monkeypatch):
    settings = {"batch_size": 11, "epochs": 3, "seed": 0}
    eager = nn.fit(net(), X, Y, compile=False, **settings)
    assert nn.fit(net(), X, Y, compile="numba", **settings).loss == pytest.approx(eager.loss, rel=1e-10)
    assert made[-1].programs and not made[-1].left
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(ImportError, match="pip install"):
        nn.fit(net(), X, Y, compile="numba", **settings)
