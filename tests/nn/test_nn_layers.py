"""Layers and models: shapes, names, structure, initialization, pictures."""

from __future__ import annotations

import copy
import pickle
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
import nn


def test_a_gradient_has_the_shape_of_the_model():
    model = nn.FFNN([2, 8, 1], output="sigmoid", seed=0)
    X, y = np.ones((4, 2)), np.array([0, 1, 1, 0])
    value, gradient = ag.value_and_grad(nn.objective("binary_cross_entropy"))(model, X, y)
    assert value > 0
    assert type(gradient) is nn.FFNN
    for layer, g in zip(model, gradient, strict=True):
        assert type(g) is nn.Dense
        assert (g.weights.shape, g.biases.shape) == (layer.weights.shape, layer.biases.shape)
        assert g.activation is layer.activation


def test_a_gradient_agrees_with_differences():
    model = nn.FFNN([3, 4, 2], hidden="elu", output="softmax", seed=1)
    X = np.random.default_rng(0).normal(size=(5, 3))
    ag.testing.check_grads(lambda model: nn.objective("categorical_cross_entropy")(model, X, [0, 1, 0, 1, 1]), model)


def test_same_seed_same_weights():
    a, b, c = (nn.FFNN([3, 4, 2], seed=seed) for seed in (7, 7, 8))
    for x, y, z in zip(*(ag.trees.flatten(model)[0] for model in (a, b, c)), strict=True):
        np.testing.assert_array_equal(x, y)
        assert x.ndim == 1 or not np.array_equal(x, z)
    rng = np.random.default_rng(7)
    np.testing.assert_array_equal(nn.Dense(3, 4, "tanh", seed=rng).weights, a[0].weights)
    np.testing.assert_array_equal(nn.Dense(4, 2, seed=rng).weights, a[1].weights)


def test_default_initializers_fit_the_activation():
    def spread(activation):
        return np.var(nn.Dense(400, 200, activation, seed=0).weights)

    np.testing.assert_allclose([spread("relu"), spread("elu")], 2 / 400, rtol=0.02)
    np.testing.assert_allclose([spread("tanh"), spread("sigmoid"), spread("identity")], 2 / 600, rtol=0.02)
    assert np.all(nn.Dense(2, 3, weights="zeros").weights == 0)
    own = nn.Dense(2, 3, weights=lambda rng, n_in, n_out: np.full((n_in, n_out), 7.0))
    assert np.all(own.weights == 7)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_of_weights_outputs_and_gradients(dtype):
    model = nn.FFNN([2, 3, 1], hidden="sigmoid", output="sigmoid", seed=0, dtype=dtype)
    X = np.ones((4, 2), dtype)
    gradient = ag.grad(nn.objective("binary_cross_entropy", nn.L2(0.1)))(model, X, [0, 1, 0, 1])
    assert {x.dtype for x in ag.trees.flatten((model, gradient, model(X)))[0]} == {np.dtype(dtype)}


def test_names_and_summary():
    model = nn.FFNN([64, 32, 10], hidden=np.sin, output="softmax", seed=0)
    assert repr(model) == "FFNN([64, 32, 10], hidden=sin, output=softmax)"
    assert repr(nn.FFNN([2, 1])) == "FFNN([2, 1], output=identity)"
    assert repr(nn.Sequential([nn.Dense(2, 1), "tanh", lambda x: x])) == (
        "Sequential(Dense(2 → 1, identity), tanh, custom)"
    )
    lines = str(model.summary()).splitlines()
    assert "Dense(64 → 32, sin)" in lines[2]
    assert lines[-1].split() == ["total", "2,410"]
    assert nn.parameter_count(model) == 2410


def test_models_are_copied_and_pickled_as_plain_data():
    model = nn.FFNN([2, 3, 1], seed=0)
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(twin(np.ones((1, 2))), model(np.ones((1, 2))))
        twin[0].weights[:] = 0
    assert np.all(model[0].weights != 0)


@dataclass
class Scaled:
    """A layer of a user: nothing is registered anywhere."""

    scale: Any
    power: int = field(default=2, metadata={"static": True})

    def __call__(self, x):
        return self.scale * x**self.power


def test_a_layer_of_ones_own_is_any_dataclass_that_can_be_called():
    model = nn.Sequential(nn.Dense(2, 3, seed=0), Scaled(np.ones(3)), np.tanh, nn.Dense(3, 1, seed=1))
    X = np.random.default_rng(0).normal(size=(6, 2))
    before = model(X)
    gradient = ag.grad(nn.objective("mse"))(model, X, np.zeros(6))
    assert gradient[1].scale.shape == (3,)
    history = nn.fit(model, X, np.zeros(6), epochs=50, seed=0)
    assert history.loss[-1] < history.loss[0]
    assert not np.array_equal(model(X), before)
    assert "Scaled" in repr(model) and model[1].power == 2


def test_a_graph_has_the_layers_as_boxes():
    model = nn.FFNN([2, 8, 1], output="sigmoid", seed=0)
    X, y = np.ones((4, 2)), np.array([0, 1, 1, 0])
    graph = ag.trace(nn.objective("binary_cross_entropy", nn.L2(0.1)))(model, X, y)
    labels = [scope.label for node in graph.nodes for scope in node.scope]
    assert list(dict.fromkeys(labels)) == [
        "Layer 1 · Dense(2 → 8, tanh)  (24 params)",
        "Layer 2 · Dense(8 → 1, sigmoid)  (9 params)",
        "Loss · binary cross-entropy",
        "L2 penalty",
    ]
    parameters = [node.name for node in graph.nodes if node.role == "parameter"]
    assert parameters == ["W1", "b1", "W2", "b2"]
    rows = dict(next(node.scope[0].rows for node in graph.nodes if node.scope))
    assert rows == {"units": "8", "W": "[2, 8]", "b": "[8]", "params": "24"}


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.Dense(0, 2), ValueError, "n_in must be a whole number of at least 1, but is 0"),
        (lambda: nn.Dense(2, 2.5), ValueError, "n_out"),
        (lambda: nn.Dense(2, 3, "rleu"), ValueError, "no activation is named 'rleu'"),
        (lambda: nn.Dense(2, 3, weights="xaver"), ValueError, "no initializer is named 'xaver'"),
        (lambda: nn.Dense(2, 3, weights=np.ones((3, 2))), ValueError, r"weights must have shape \(2, 3\)"),
        (lambda: nn.Dense(2, 3, biases=[1.0]), ValueError, r"biases must have shape \(3,\)"),
        (lambda: nn.Dense(2, 3, dtype=int), ValueError, "float dtype"),
        (lambda: nn.FFNN([3]), ValueError, r"\[n_in, n_out\], but got \[3\]"),
        (lambda: nn.FFNN([3, 0, 1]), ValueError, "at least 1, but is 0"),
        (lambda: nn.Sequential(), ValueError, "at least one layer"),
        (lambda: nn.Sequential([3]), TypeError, "callable or the name"),
        (lambda: nn.Dense(2, 3)(np.ones((5, 4))), ValueError, r"Dense\(2 → 3, identity\).*2 columns.*shape \(5, 4\)"),
        (lambda: nn.Dense(2, 3)(np.float64(1)), ValueError, r"x has shape \(\)"),
        (lambda: nn.Dense(2, 3)(np.array([["a", "b"]])), TypeError, "takes numbers, but x is <U1"),
        (lambda: ag.grad(nn.objective("mse"))(nn.FFNN([2, 1]), np.ones((3, 4)), np.ones(3)), ValueError, "2 columns"),
    ],
)
def test_bad_layers_and_inputs_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
