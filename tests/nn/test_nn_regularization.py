"""Penalties and constraints: their values, where they count, and what training does with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
import nn

W = np.array([0.5, -1.5, 0.0])
RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
Y = X @ [1.0, -2.0, 0.5]


@dataclass
class Linear:
    """A model of weights alone."""

    weights: Any

    def __call__(self, x):
        return x @ self.weights


def test_an_elastic_net_is_the_mixture_of_its_ends():
    for ratio in (0.0, 0.3, 1.0):
        value, gradient = ag.value_and_grad(nn.ElasticNet(0.1, l1_ratio=ratio))(W)
        np.testing.assert_allclose(value, ratio * 0.2 + (1 - ratio) * 0.25, rtol=1e-14)
        expected = ratio * np.array([0.1, -0.1, 0]) + (1 - ratio) * np.array([0.1, -0.3, 0])
        np.testing.assert_allclose(gradient, expected, rtol=1e-14)


def test_an_elastic_net_finds_what_scikit_learn_finds():
    from sklearn.linear_model import ElasticNet

    reference = ElasticNet(alpha=0.3, l1_ratio=0.6, fit_intercept=False, tol=1e-12).fit(X, Y)
    model = Linear(np.zeros((3, 1)))
    loss = lambda t, o: 0.5 * np.mean((o - t) ** 2)  # scikit-learn: ½ MSE + α r |w|₁ + ½ α (1 − r) |w|²
    strength = 0.3 * 0.6 + 0.5 * 0.3 * 0.4
    same = nn.ElasticNet(strength, l1_ratio=0.3 * 0.6 / strength)
    nn.fit(model, X, Y, cost=loss, regularization=same, optimizer=nn.GD(0.05), batch_size=None, epochs=2000)
    np.testing.assert_allclose(model.weights.ravel(), reference.coef_, atol=1e-3)


def test_penalties_for_single_layers():
    model = nn.FFNN([3, 4, 4, 1], seed=0)
    squares = [np.sum(layer.weights**2) for layer in model]
    sizes = [np.sum(np.abs(layer.weights)) for layer in model]
    rules = {0: nn.L2(0.5), -1: [nn.L1(0.25), nn.L2(2.0)]}
    plain = nn.objective("mse")(model, X, Y)
    value = nn.objective("mse", rules)(model, X, Y)
    np.testing.assert_allclose(value - plain, 0.5 * squares[0] + 0.25 * sizes[2] + 2 * squares[2], rtol=1e-12)
    gradient = ag.grad(lambda model: nn.objective("mse", rules)(model, X, Y) - nn.objective("mse")(model, X, Y))(model)
    np.testing.assert_allclose(gradient[1].weights, np.zeros((4, 4)), atol=1e-15)
    np.testing.assert_allclose(gradient[0].weights, model[0].weights, rtol=1e-12)


@pytest.mark.parametrize("rules, bound", [(nn.MaxNorm(0.5), (0.5, 0.5)), ({1: nn.MaxNorm(0.5)}, (np.inf, 0.5))])
def test_max_norm_holds_after_every_step_of_training(rules, bound):
    norms = []

    def cost(targets, outputs):
        return np.mean((targets - outputs) ** 2)

    def watch(model):
        norms.append([np.linalg.norm(np.asarray(layer.weights.value), axis=0).max() for layer in model])
        return 0.0

    model = nn.FFNN([3, 5, 1], seed=0)
    nn.fit(model, X, 100 * Y, cost=cost, regularization=[watch, *_list(rules)], epochs=4, optimizer=nn.Momentum(0.01))
    assert np.all(np.array(norms[1:]) <= np.array(bound) * (1 + 1e-12))
    assert np.linalg.norm(model[1].weights) == pytest.approx(0.5)
    assert (np.linalg.norm(model[0].weights, axis=0).max() > 0.6) == (bound[0] == np.inf)


def _list(rules):
    return [nn.regularization.OfLayer(k, v) for k, v in rules.items()] if isinstance(rules, dict) else [rules]


def test_max_norm_leaves_short_columns_and_biases_alone():
    layer = nn.Dense(2, 3, weights=[[3.0, 0.1, 0.0], [4.0, 0.2, 0.0]], biases=[9.0, 9.0, 9.0])
    new = nn.MaxNorm(1.0).project(layer)
    np.testing.assert_allclose(new.weights, [[0.6, 0.1, 0], [0.8, 0.2, 0]], rtol=1e-15)
    np.testing.assert_array_equal(new.biases, layer.biases)
    assert layer.weights[0, 0] == 3.0
    np.testing.assert_allclose(nn.MaxNorm(2.0).project(np.array([3.0, 4.0])), [1.2, 1.6], rtol=1e-15)
    ag.testing.check_grads(nn.MaxNorm(1.0).project, layer.weights[:, :2])


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.ElasticNet(0.1, l1_ratio=1.5), ValueError, "l1_ratio must be a number from 0 to 1"),
        (lambda: nn.ElasticNet(-0.1), ValueError, "ElasticNet: the strength"),
        (lambda: nn.MaxNorm(0), ValueError, "above 0, but is 0"),
        (lambda: nn.MaxNorm("long"), ValueError, "above 0"),
        (lambda: nn.objective("mse", 3), TypeError, "a dict by layers, not 3"),
        (lambda: nn.objective("mse", {5: nn.L2(1)})(nn.FFNN([3, 1]), X, Y), ValueError, "1 layers, numbered from 0"),
        (lambda: nn.objective("mse", {0: nn.L2(1)})(Linear(np.ones(3)), X, Y), ValueError, "no list of layers"),
    ],
)
def test_bad_regularization_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
