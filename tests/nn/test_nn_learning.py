"""Learning on real data, to thresholds that a wrong gradient, a wrong step or a wrong shuffle misses."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
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
