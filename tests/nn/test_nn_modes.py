"""Training and prediction: dropout, normalization, residuals, activities, and what fit does with them."""

from __future__ import annotations

import copy
import hashlib
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
import nn

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
Y = np.sin(X @ [1.0, -2.0, 0.5])


def flat(model):
    return np.concatenate([np.ravel(x) for x in ag.trees.flatten(model)[0]])


def regularized(seed=0):
    rng = np.random.default_rng(seed)
    return nn.Sequential(
        nn.Dense(3, 8, seed=rng), nn.BatchNorm(8), "relu", nn.Dropout(0.2),
        nn.Residual(nn.Dense(8, 8, "tanh", seed=rng), nn.LayerNorm(8), nn.Dropout(0.1)), nn.Dense(8, 1, seed=rng),
    )  # fmt: skip


# dropout


def test_dropout_keeps_the_mean_and_drops_its_share():
    x = np.ones((200, 100))
    y, after = (layer := nn.Dropout(0.3)).training(x, np.random.default_rng(0))
    assert after is layer and layer(x) is x
    assert set(np.unique(y)) == {0.0, 1 / 0.7}
    np.testing.assert_allclose(np.mean(y == 0), 0.3, atol=0.01)
    np.testing.assert_allclose(np.mean(y), 1.0, atol=0.02)


def test_dropout_comes_from_the_generator_alone():
    x, layer = np.ones((5, 7)), nn.Dropout(0.5)
    one, same, other = (layer.training(x, np.random.default_rng(seed))[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_the_derivative_of_dropout_is_its_mask():
    x = RNG.normal(size=(4, 3))
    f = lambda x: nn.Dropout(0.5).training(x, np.random.default_rng(3))[0]
    mask = f(np.ones((4, 3)))
    np.testing.assert_array_equal(ag.grad(lambda x: np.sum(f(x)))(x), mask)
    ag.testing.check_grads(f, x)
    assert f(x.astype(np.float32)).dtype == np.float32
    np.testing.assert_array_equal(nn.Dropout(0).training(x, np.random.default_rng(0))[0], x)


# normalization


def test_running_statistics_approach_those_of_the_data():
    layer, rng = nn.BatchNorm(2, momentum=0.05), np.random.default_rng(0)
    for _ in range(400):
        _, layer = layer.training(rng.normal([3.0, -1.0], [2.0, 0.5], (64, 2)), rng)
    np.testing.assert_allclose(layer.mean, [3, -1], atol=0.15)
    np.testing.assert_allclose(layer.variance, [4, 0.25], rtol=0.1)


def test_batch_norm_over_more_axes_one_row_and_constant_columns():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4, 5, 2))
    y, after = nn.BatchNorm(2).training(x, rng)
    flat_y, flat_after = nn.BatchNorm(2).training(x.reshape(20, 2), rng)
    np.testing.assert_allclose(y.reshape(20, 2), flat_y, rtol=1e-13)
    np.testing.assert_allclose(after.variance, flat_after.variance, rtol=1e-13)
    one, same = after.training(x[:1, 0], rng)
    assert same is after
    np.testing.assert_array_equal(one, after(x[:1, 0]))
    np.testing.assert_array_equal(nn.BatchNorm(2).training(np.ones((5, 2)), rng)[0], np.zeros((5, 2)))


@pytest.mark.parametrize("layer", [nn.BatchNorm(3), nn.LayerNorm(3)], ids=repr)
def test_derivatives_of_normalization_in_everything(layer):
    x = RNG.normal(size=(5, 3))
    layer.gamma[:], layer.beta[:] = [0.5, 2.0, -1.0], [0.1, 0.2, 0.3]
    ag.testing.check_grads(lambda layer, x: layer(x), layer, x)
    ag.testing.check_grads(lambda layer, x: nn.in_training(layer, x, np.random.default_rng(0))[0], layer, x)


def test_running_statistics_are_no_parameters():
    layer = nn.BatchNorm(3)
    assert nn.parameter_count(layer) == 6
    gradient = ag.grad(lambda layer: np.sum(layer(X) ** 2))(layer)
    np.testing.assert_array_equal(gradient.mean, np.zeros(3))
    assert nn.L2(1.0)(nn.Sequential(layer)) == 0.0
    assert nn.BatchNorm(2, dtype=np.float32).training(np.ones((3, 2), np.float32), RNG)[1].mean.dtype == np.float32


# models


def test_prediction_is_never_random_and_training_changes_nothing_in_place():
    model = regularized()
    before, prediction = copy.deepcopy(model), model(X)
    output, after = model.training(X, np.random.default_rng(0))
    np.testing.assert_array_equal(model(X), prediction)
    np.testing.assert_array_equal(flat(model), flat(before))
    np.testing.assert_array_equal(model[1].mean, before[1].mean)
    assert not np.array_equal(after[1].mean, before[1].mean) and not np.allclose(output, prediction)
    assert after[4] is model[4] and after[0] is model[0]  # what did not change is shared


def test_training_by_hand_is_fit_bit_by_bit():
    model, by_hand = regularized(), regularized()
    opt = nn.SGD(0.1)
    fitted = nn.fit(model, X, Y, optimizer=opt, epochs=3, batch_size=16, seed=5)
    rng, losses = np.random.default_rng(5), []
    objective, state = nn.objective("mse"), opt.init(by_hand)
    for _ in range(3):
        order, total = rng.permutation(40), 0.0
        for start in range(0, 40, 16):
            rows, seen = order[start : start + 16], []

            def cost(model):
                loss, after = objective.training(model, X[rows], Y[rows], rng)  # noqa: B023
                seen.append(after)  # noqa: B023
                return loss

            loss, gradient = ag.value_and_grad(cost)(by_hand)
            statistics = nn.modes.running(seen[0])
            by_hand, state = opt.update(gradient, state, by_hand)
            by_hand = nn.modes.with_running(by_hand, statistics)
            total += loss * len(rows)
        losses.append(total / 40)
    np.testing.assert_allclose(fitted.loss, losses, rtol=1e-14)
    np.testing.assert_array_equal(flat(model), flat(by_hand))
    np.testing.assert_array_equal(model[1].mean, by_hand[1].mean)
    assert type(model[1].mean) is np.ndarray and not np.array_equal(model[1].mean, np.zeros(8))


SCRIPT = """
import hashlib, numpy as np, nn, autograd_lite as ag
rng = np.random.default_rng(0)
X = rng.normal(size=(50, 4)); y = rng.integers(0, 3, 50)
dense = nn.Dense(8, 3, "softmax", seed=2)
model = nn.Sequential(nn.Dense(4, 8, seed=1), nn.BatchNorm(8), "gelu", nn.Dropout(0.3), dense)
history = nn.fit(model, X, y, epochs=4, batch_size=7, seed=4)
data = b"".join(x.tobytes() for x in ag.trees.flatten(model)[0] + nn.modes.running(model)) + repr(history.loss).encode()
print(hashlib.sha256(data).hexdigest())
"""


def test_one_seed_gives_the_same_bits_in_two_processes():
    runs = [
        subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert runs[0] == runs[1] and len(runs[0].strip()) == 2 * hashlib.sha256().digest_size


def test_a_residual_starts_as_the_identity_and_lets_derivatives_through():
    block = nn.Residual(nn.Dense(3, 3, "tanh", weights="zeros"))
    np.testing.assert_array_equal(block(X), X)
    np.testing.assert_array_equal(ag.jacobian(block)(X[0]), np.eye(3))
    deep = nn.Sequential(*[nn.Residual(nn.Dense(4, 4, "sigmoid", seed=i)) for i in range(20)], nn.Dense(4, 1, seed=0))
    plain = nn.Sequential(*[layer.inner for layer in deep.layers[:20]], deep[20])
    x = RNG.normal(size=(10, 4))
    norms = []
    for model in (deep, plain):
        gradient = ag.grad(lambda m: np.sum(m(x) ** 2))(model)
        norms.append(np.linalg.norm(ag.trees.flatten(gradient.layers[0])[0][0]))
    assert norms[0] > 1e-2 > 1e-9 > norms[1]


def test_activities_are_penalized_in_training_alone():
    model = nn.Sequential(nn.ActivityPenalty(nn.Dense(3, 4, "relu", seed=0), nn.L1(0.1)), nn.Dense(4, 1, seed=1))
    plain = nn.objective("mse")(model, X, Y)
    loss, _ = nn.objective("mse").training(model, X, Y, np.random.default_rng(0))
    np.testing.assert_allclose(loss - plain, 0.1 * np.mean(np.sum(np.abs(model[0](X)), axis=1)), rtol=1e-12)
    nn.fit(model, X, Y, epochs=200, batch_size=None, optimizer=nn.Adam(0.05))
    free = nn.Sequential(nn.Dense(3, 4, "relu", seed=0), nn.Dense(4, 1, seed=1))
    nn.fit(free, X, Y, epochs=200, batch_size=None, optimizer=nn.Adam(0.05))
    assert np.mean(model[0](X)) < 0.5 * np.mean(free[0](X))
    assert model[0].cost == 0.0


@dataclass
class Noisy:
    """A layer of one's own: a dataclass with ``__call__``, and ``training`` only because it differs there."""

    scale: float = field(default=0.1, metadata={"static": True})
    calls: Any = field(default=0, metadata={"static": True, "running": True})

    def __call__(self, x):
        return x

    def training(self, x, rng):
        return x + self.scale * rng.normal(size=np.shape(x)), Noisy(self.scale, self.calls + 1)


def test_a_layer_of_ones_own_may_differ_in_training():
    model = nn.Sequential(nn.Dense(3, 4, seed=0), Noisy(), nn.Sequential(nn.Dense(4, 1, "sigmoid", seed=1)))
    history = nn.fit(model, X, Y > 0, epochs=3, batch_size=10, seed=0)
    assert model[1].calls == 12 and history.cost == "binary cross-entropy"
    np.testing.assert_array_equal(model(X), model(X))


@dataclass
class Branches:
    """A model of one's own that holds layers: two branches, added."""

    left: Any
    right: Any

    def __call__(self, x):
        return self.left(x) + self.right(x)

    def training(self, x, rng):
        a, left = nn.in_training(self.left, x, rng)
        b, right = nn.in_training(self.right, x, rng)
        return a + b, Branches(left, right)


def test_a_model_of_ones_own_passes_training_on():
    inner = nn.Sequential(nn.BatchNorm(3), nn.ActivityPenalty(nn.Dense(3, 1, seed=0), nn.L2(0.1)), nn.Dropout(0.5))
    model = Branches(inner, nn.Dense(3, 1, seed=1))
    nn.fit(model, X, Y, epochs=2, seed=0)
    assert not np.array_equal(model.left[0].mean, np.zeros(3))
    np.testing.assert_array_equal(model(X), model.left(X) + model.right(X))
    loss, after = nn.objective("mse").training(model, X.tolist(), Y, np.random.default_rng(0))
    outputs, _ = model.training(X, np.random.default_rng(0))
    np.testing.assert_allclose(loss, np.mean((outputs[:, 0] - Y) ** 2) + after.left[1].cost, rtol=1e-13)


@pytest.mark.parametrize("last", ["softmax", nn.Activation("softmax"), nn.Sequential(nn.Activation("softmax"))])
def test_a_last_activation_as_a_layer_is_trained_on_its_logits(last):
    dense = nn.Dense(3, 2, weights="zeros", biases=[1000.0, -1000.0])
    model = nn.Sequential(dense, nn.Dropout(0.0), last)
    objective, zeros = nn.objective("categorical_cross_entropy"), np.ones(40, int)
    assert objective(model, X, zeros) == 2000.0
    assert objective.training(model, X, zeros, np.random.default_rng(0))[0] == 2000.0
    assert model.output_activation is nn.softmax


def test_an_activation_layer_is_its_function_with_options():
    np.testing.assert_array_equal(nn.Activation("leaky_relu", slope=0.3)(X), nn.leaky_relu(X, 0.3))
    np.testing.assert_array_equal(nn.Activation(np.sin)(X), np.sin(X))
    assert repr(nn.Activation("elu", alpha=0.5)) == "Activation(elu, alpha=0.5)"
    ag.testing.check_grads(nn.Activation("elu", alpha=0.5), X)


def test_flatten_is_reshaping_and_lets_derivatives_through():
    x = RNG.normal(size=(2, 3, 4))
    np.testing.assert_array_equal(nn.Flatten()(x), x.reshape(2, 12))
    assert nn.Flatten()(np.zeros((0, 3, 4))).shape == (0, 12)
    ag.testing.check_grads(nn.Flatten(), x)


@pytest.mark.parametrize("name", [name for name in nn.costs.BY_NAME if len(name) > 3])
def test_costs_keep_float32_and_are_finite_far_from_the_targets(name):
    cost = nn.costs.BY_NAME[name]
    y, z = np.float32([[0], [1], [1]]), np.float32([[-1000], [0.5], [1000]])
    if name == "categorical_cross_entropy":
        y, z = np.array([0, 1, 0]), np.float32([[-1000, 1000], [0.5, 0.5], [3, 1]])
    elif name == "gaussian":
        z = np.concatenate([z, np.float32([[0], [-5], [80]])], axis=1)
    elif name == "poisson":
        z = np.float32([[-1000], [0.5], [50]])
    value, gradient = ag.value_and_grad(lambda z: cost(y, z, from_logits=cost.link is not None))(z)
    assert value.dtype == gradient.dtype == np.float32
    assert np.isfinite(value) and np.all(np.isfinite(gradient)) and np.any(gradient != 0)


def test_layers_in_pictures_and_in_the_summary():
    model = regularized()
    rng = np.random.default_rng(0)
    graph = ag.trace(lambda model, x: model.training(x, rng)[0])(model, X[:4])
    titles = list(dict.fromkeys(" / ".join(scope.label for scope in node.scope) for node in graph.nodes[10:]))
    assert titles == [
        "", "Layer 1 · Dense(3 → 8, identity)  (32 params)", "Layer 2 · BatchNorm(8)  (16 params)", "Layer 3 · relu",
        "Layer 4 · Dropout(0.2)", "Layer 5 · Residual  (88 params) / Layer 1 · Dense(8 → 8, tanh)  (72 params)",
        "Layer 5 · Residual  (88 params) / Layer 2 · LayerNorm(8)  (16 params)",
        "Layer 5 · Residual  (88 params) / Layer 3 · Dropout(0.1)", "Layer 5 · Residual  (88 params)",
        "Layer 6 · Dense(8 → 1, identity)  (9 params)",
    ]  # fmt: skip
    rows = {scope.label.split(" · ")[1]: dict(scope.rows) for node in graph.nodes for scope in node.scope}
    assert rows["Dropout(0.2)"] == {"rate": "0.2"}
    assert rows["Residual  (88 params)"] == {
        "5.1": "Dense(8 → 8, tanh)", "5.2": "LayerNorm(8)", "5.3": "Dropout(0.1)", "params": "88"
    }  # fmt: skip
    assert rows["BatchNorm(8)  (16 params)"]["ε"] == "1e-05"
    text = str(model.summary(X[:4]))
    assert "γ 8, β 8; running mean 8, variance 8" in text and "5.2" in text and "4×8" in text
    assert text.splitlines()[-1].split() == ["total", str(nn.parameter_count(model))]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.Dropout(1.0), ValueError, "from 0 to below 1, but is 1.0"),
        (lambda: nn.Dropout("half"), ValueError, "rate"),
        (lambda: nn.BatchNorm(0), ValueError, "features must be a whole number"),
        (lambda: nn.BatchNorm(3, momentum=0), ValueError, "momentum must be above 0"),
        (lambda: nn.LayerNorm(3, eps=-1), ValueError, "eps must be"),
        (lambda: nn.LayerNorm(3, gamma=[1.0, 2.0]), ValueError, r"gamma must be a number .*\(3,\), not \(2,\)"),
        (lambda: nn.BatchNorm(3, dtype=int), ValueError, "float dtype"),
        (lambda: nn.BatchNorm(3)(X[:, :2]), ValueError, r"BatchNorm\(3\) takes x with 3 columns.*\(40, 2\)"),
        (lambda: nn.BatchNorm(3).training(X[0], RNG), ValueError, r"batches of shape .*has shape \(3,\)"),
        (lambda: nn.Residual(), ValueError, "at least one layer"),
        (lambda: nn.Residual(nn.Dense(3, 2))(X), ValueError, r"must keep the shape of x, but turns \(40, 3\) into"),
        (lambda: nn.ActivityPenalty(nn.Dense(3, 2), 0.1), TypeError, r"nn.L1\(λ\)"),
        (lambda: nn.Flatten()(1.0), ValueError, "a single number"),
        (lambda: nn.Activation("rleu"), ValueError, "no activation is named"),
        (lambda: nn.Activation("leaky_relu", slop=1), TypeError, "slop"),
        (lambda: nn.Dense(2, 2, weights=nn.initializers.normal), TypeError, r"write normal\(...\)"),
        (lambda: nn.initializers.uniform(1, 0), ValueError, "low must not be above high"),
        (lambda: nn.initializers.normal(-1), ValueError, "at least 0"),
        (lambda: nn.Huber(0), ValueError, "delta must be a number above 0"),
        (lambda: nn.hinge([2, 1], [0.5, 0.5]), ValueError, "−1 and 1, or 0 and 1"),
        (lambda: nn.poisson([-1.0], [0.5]), ValueError, "counts, 0 or more, but one is -1"),
        (lambda: nn.poisson([1.0], [-0.5]), ValueError, "rates above 0, but the smallest output is -0.5"),
        (lambda: nn.gaussian([1.0], [[1.0, 2.0, 3.0]]), ValueError, "two outputs for each target"),
        (lambda: nn.objective("poisson")(nn.FFNN([3, 1]), X, np.ones(40)), ValueError, "rates above 0.*output=np.exp"),
    ],
)
def test_bad_layers_and_costs_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
