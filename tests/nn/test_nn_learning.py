"""Learning on real data, to thresholds that a wrong gradient, a wrong step or a wrong shuffle misses."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.linear_model import PoissonRegressor
from sklearn.model_selection import train_test_split

import nn


def test_handwritten_digits():
    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X / 16, y, test_size=0.25, random_state=0, stratify=y)
    model = nn.FFNN([64, 64, 10], hidden="relu", output="softmax", seed=0)
    history = nn.fit(
        model, X_train, y_train, cost="categorical_cross_entropy", optimizer=nn.Adam(lr=0.003), epochs=40, seed=0,
        validation_data=(X_test, y_test),
    )  # fmt: skip
    assert nn.accuracy(y_test, model(X_test)) >= 0.96
    assert history.validation_loss[-1] < 0.2
    assert np.trace(nn.confusion_matrix(y_test, model(X_test))) >= 0.96 * len(y_test)


@pytest.mark.parametrize(
    "optimizer",
    [nn.GD(0.5), nn.Momentum(0.1), nn.AdaGrad(0.1), nn.RMSProp(0.01), nn.Adam(0.02)],
    ids=lambda opt: type(opt).__name__,
)
def test_breast_cancer_by_every_optimizer(optimizer):
    X, y = load_breast_cancer(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0, stratify=y)
    X_train, X_test = nn.standardize(X_train, X_test)
    model = nn.FFNN([30, 8, 1], hidden="tanh", output="sigmoid", seed=0)
    full = isinstance(optimizer, nn.GD)
    nn.fit(
        model, X_train, y_train, optimizer=optimizer, regularization=nn.L2(1e-3), seed=0,
        epochs=200 if full else 20, batch_size=None if full else 32,
    )  # fmt: skip
    assert nn.accuracy(y_test, model(X_test)) >= 0.95


def test_a_linear_model_finds_the_least_squares_solution():
    X, y = load_diabetes(return_X_y=True)
    (X,), y = nn.standardize(X, X[:1])[:1], (y - y.mean()) / y.std()
    model = nn.FFNN([10, 1], weights="zeros")
    nn.fit(model, X, y, optimizer=nn.Momentum(0.05), batch_size=None, epochs=6000)
    solution = np.linalg.lstsq(X, y, rcond=None)[0]
    np.testing.assert_allclose(model[0].weights.ravel(), solution, atol=1e-6)
    np.testing.assert_allclose(model[0].biases, 0, atol=1e-9)


def test_a_symmetric_start_never_learns():
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    model = nn.FFNN([2, 4, 1], output="sigmoid", weights="zeros")
    nn.fit(model, X, [0, 1, 1, 0], epochs=100, seed=0)
    assert nn.accuracy([0, 1, 1, 0], model(X)) <= 0.5
    assert np.ptp(model[0].weights, axis=1).max() == 0.0


def test_lasso_sets_useless_weights_to_zero():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 6))
    y = 2 * X[:, 0] - X[:, 1]
    model = nn.FFNN([6, 1], seed=0)
    nn.fit(model, X, y, optimizer=nn.GD(0.01), regularization=nn.L1(0.2), batch_size=None, epochs=2000)
    w = np.abs(model[0].weights.ravel())
    assert w[0] > 1.5 and w[1] > 0.5 and np.all(w[2:] < 0.02)


def test_dropout_and_batch_normalization_on_digits():
    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X / 16, y, test_size=0.25, random_state=0, stratify=y)
    model = nn.Sequential(
        nn.Dense(64, 64, seed=0), nn.BatchNorm(64), "relu", nn.Dropout(0.3),
        nn.Residual(nn.Dense(64, 64, "gelu", seed=1)), nn.Dense(64, 10, "softmax", seed=2),
    )  # fmt: skip
    history = nn.fit(
        model, X_train, y_train, optimizer=nn.Adam(lr=0.003), epochs=25, seed=0, validation_data=(X_test, y_test),
        regularization={-1: [nn.L2(1e-4), nn.MaxNorm(4)]},
    )  # fmt: skip
    assert nn.accuracy(y_test, model(X_test)) >= 0.97
    assert nn.f1_score(y_test, model(X_test)) >= 0.97
    assert history.validation_loss[-1] < 0.15
    assert np.linalg.norm(model[5].weights, axis=0).max() <= 4 * (1 + 1e-12)


def test_a_gaussian_cost_learns_how_uncertain_it_is():
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (2000, 1))
    y = np.sin(3 * x) + np.where(x > 0, 0.5, 0.1) * rng.normal(size=x.shape)
    model = nn.FFNN([1, 16, 2], seed=0)
    nn.fit(model, x, y, cost="gaussian", optimizer=nn.Adam(0.02), epochs=800, batch_size=None)
    mean, log_variance = model([[-0.5], [0.5]]).T
    np.testing.assert_allclose(mean, np.sin([-1.5, 1.5]), atol=0.15)
    np.testing.assert_allclose(np.exp(log_variance / 2), [0.1, 0.5], rtol=0.3)


def test_robust_costs_are_not_drawn_by_outliers():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 2))
    y = X @ [1.0, -2.0]
    y[:20] += 50
    errors = {}
    for cost in ("mse", "mae", "huber", "log_cosh"):
        model = nn.FFNN([2, 1], seed=0)
        nn.fit(model, X, y, cost=cost, optimizer=nn.Adam(0.05), epochs=60, seed=0)
        errors[cost] = np.max(np.abs(model[0].weights.ravel() - [1.0, -2.0]))
    assert max(errors["mae"], errors["huber"], errors["log_cosh"]) < 0.15 < errors["mse"]


def test_poisson_and_hinge_costs_learn():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(2000, 2))
    counts = rng.poisson(np.exp(0.5 + X @ [0.3, -0.6]))
    model = nn.FFNN([2, 1], output=np.exp, weights="zeros")
    nn.fit(model, X, counts, cost="poisson", optimizer=nn.Adam(0.02), epochs=600, batch_size=None)
    reference = PoissonRegressor(alpha=0, tol=1e-10).fit(X, counts)
    np.testing.assert_allclose(model[0].weights.ravel(), reference.coef_, atol=1e-4)
    np.testing.assert_allclose(model[0].biases, reference.intercept_, atol=1e-4)
    X, y = load_breast_cancer(return_X_y=True)
    model = nn.FFNN([30, 1], seed=0)
    nn.fit(model, nn.standardize(X), 2 * y - 1, cost="hinge", regularization=nn.L2(1e-3), epochs=30, seed=0,
           optimizer=nn.Adam(0.01))  # fmt: skip
    assert nn.accuracy(y, model(nn.standardize(X)).ravel() > 0) >= 0.97
