"""Derivatives of functions of points against hand-made ones, and differential equations solved by a network."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
import nn

RNG = np.random.default_rng(0)
X2, X3 = RNG.normal(size=(6, 2)), RNG.normal(size=(5, 3))


def wave(X):
    return np.sin(X[:, 0]) * np.exp(X[:, 1])


@pytest.mark.parametrize("order", range(5))
def test_all_orders_of_a_polynomial_of_one_variable(order):
    x = np.linspace(-1, 1, 7)
    expected = np.polyder(np.poly1d([1.0, 0.0, -2.0, 3.0, 1.0]), order)(x)
    u = lambda x: x**4 - 2 * x**2 + 3 * x + 1
    np.testing.assert_allclose(nn.derivative(u, order)(x), expected, atol=1e-12)
    np.testing.assert_allclose(nn.derivative(u, order)(x[:, None]), expected[:, None], atol=1e-12)


def test_gradients_hessians_and_single_partial_derivatives():
    s, c, e = np.sin(X2[:, 0]), np.cos(X2[:, 0]), np.exp(X2[:, 1])
    np.testing.assert_allclose(nn.derivative(wave)(X2), np.stack([c * e, s * e], axis=1), rtol=1e-14)
    hessians = np.stack([np.stack([-s * e, c * e], axis=1), np.stack([c * e, s * e], axis=1)], axis=1)
    np.testing.assert_allclose(nn.derivative(wave, 2)(X2), hessians, rtol=1e-14)
    np.testing.assert_allclose(nn.derivative(wave, 3, wrt=0)(X2), -c * e, rtol=1e-14)
    np.testing.assert_allclose(nn.derivative(wave, 3, wrt=(1, 0, -2))(X2), -s * e, rtol=1e-14)
    assert nn.derivative(wave, 3)(X2).shape == (6, 2, 2, 2)


@pytest.mark.parametrize("outputs", [1, 2, 3, 5])
def test_rows_of_a_batch_have_the_jacobians_of_single_points(outputs):
    model = nn.FFNN([3, 4, outputs], hidden="tanh", seed=0)
    expected = np.stack([ag.jacobian(model)(x) for x in X3])
    np.testing.assert_allclose(model.derivative(X3), expected, rtol=1e-12)
    np.testing.assert_allclose(model.derivative(X3, wrt=1), expected[..., 1], rtol=1e-12)
    second = np.stack([ag.jacobian(ag.jacobian(model))(x) for x in X3])
    np.testing.assert_allclose(model.derivative(X3, order=2), second, rtol=1e-11, atol=1e-14)


def test_derivatives_keep_float32():
    model = nn.FFNN([3, 4, 2], seed=0, dtype=np.float32)
    X = X3.astype(np.float32)
    assert model.derivative(X).dtype == model.derivative(X, 2).dtype == np.float32
    assert nn.laplacian(model)(X).dtype == nn.divergence(lambda X: X * X)(X).dtype == np.float32


def test_the_laplacian_is_the_trace_of_the_hessians_and_the_divergence_of_the_gradient():
    model = nn.FFNN([3, 5, 2], hidden="tanh", seed=1)
    trace = np.trace(model.derivative(X3, order=2), axis1=-2, axis2=-1)
    np.testing.assert_allclose(nn.laplacian(model)(X3), trace, rtol=1e-11)
    np.testing.assert_allclose(nn.divergence(nn.derivative(model))(X3), trace, rtol=1e-11)
    x = np.linspace(0, 1, 4)
    np.testing.assert_allclose(nn.laplacian(np.exp)(x), np.exp(x), rtol=1e-14)


def test_the_curl_by_hand_and_its_two_identities():
    v = lambda X: np.stack([X[:, 1] * X[:, 2] ** 2, np.sin(X[:, 0]), X[:, 0] * X[:, 1]], axis=1)
    x, y, z = X3.T
    expected = np.stack([x, 2 * y * z - y, np.cos(x) - z**2], axis=1)
    np.testing.assert_allclose(nn.curl(v)(X3), expected, rtol=1e-13)
    potential = nn.FFNN([3, 6, 1], hidden="tanh", seed=0)
    gradient = nn.derivative(lambda X: potential(X)[:, 0])
    np.testing.assert_allclose(nn.curl(gradient)(X3), 0, atol=1e-14)
    field = nn.FFNN([3, 6, 3], hidden="tanh", seed=0)
    np.testing.assert_allclose(nn.divergence(nn.curl(field))(X3), 0, atol=1e-14)
    np.testing.assert_allclose(nn.curl(nn.derivative(wave))(X2), 0, atol=1e-14)


def test_a_residual_can_be_differentiated_by_the_parameters():
    def cost(w):
        return np.sum(nn.laplacian(lambda X: np.sin(X @ w))(X2) ** 2)

    w = np.array([0.3, -0.7])
    h, step = 1e-6, np.eye(2)
    differences = [(cost(w + h * e) - cost(w - h * e)) / (2 * h) for e in step]
    np.testing.assert_allclose(ag.grad(cost)(w), differences, rtol=1e-7)


@pytest.mark.parametrize(
    "build, error, message",
    [
        (lambda: nn.derivative(wave(X2)), TypeError, r"write derivative\(u\)\(X\)"),
        (lambda: nn.laplacian(3.0), TypeError, "takes a function of points"),
        (lambda: nn.derivative(wave, -1), ValueError, "order must be a whole number"),
        (lambda: nn.derivative(wave, 2, wrt=(0, 1, 1)), ValueError, "names 3 columns"),
        (lambda: nn.derivative(wave, 0, wrt=(0, 1)), ValueError, "names 2 columns"),
        (lambda: nn.derivative(wave, wrt=0.5)(X2), ValueError, "wrt names column 0.5"),
        (lambda: nn.derivative(wave, wrt="x")(X2), ValueError, "wrt names column 'x'"),
        (lambda: nn.derivative(wave, wrt=2)(X2), ValueError, "column 2, but X has 2 columns"),
        (lambda: nn.derivative(lambda X: np.sum(X))(X2), ValueError, "a value for each row, but gave shape"),
        (lambda: nn.derivative(lambda X: np.sum(X), wrt=0)(X2), ValueError, "a value for each row, but gave shape"),
        (lambda: nn.derivative(wave)(np.zeros((2, 2, 2))), ValueError, "a point in each row"),
        (lambda: nn.derivative(wave)(np.zeros((0, 2))), ValueError, "no points"),
        (lambda: nn.derivative(wave)([[np.nan, 1.0]]), ValueError, "must be finite"),
        (lambda: nn.divergence(wave)(X2), ValueError, r"divergence takes a field of shape \(6, 2\)"),
        (lambda: nn.curl(wave)(X2), ValueError, r"curl takes a field of shape \(6, 2\)"),
        (lambda: nn.curl(lambda X: X)(np.zeros((2, 4))), ValueError, "2 or 3 coordinates"),
    ],
)
def test_what_cannot_be_is_said(build, error, message):
    with pytest.raises(error, match=message):
        build()


@dataclass
class Equation:
    """A differential equation as a model to fit: its output is the residual of a trial function."""

    net: nn.FFNN
    trial: Any = field(metadata={"static": True})
    residual: Any = field(metadata={"static": True})

    def u(self, X):
        return self.trial(X, self.net(X))

    def __call__(self, X):
        return self.residual(self.u, X)

    def solve(self, X, epochs):
        for rate in (0.02, 0.002):
            nn.fit(self, X, np.zeros((len(X), 1)), batch_size=None, epochs=epochs, optimizer=nn.Adam(rate))
        return self.u(X)


def network(inputs):
    return nn.FFNN([inputs, 10, 1], hidden="tanh", seed=0)


def test_decay():
    t = np.linspace(0, 1, 30)[:, None]
    decay = Equation(network(1), lambda t, n: 1 + t * n, lambda u, t: nn.derivative(u)(t) + 2 * u(t))
    assert np.max(np.abs(decay.solve(t, 1000) - np.exp(-2 * t))) < 2e-3


def test_logistic_growth():
    t = np.linspace(0, 2, 30)[:, None]
    growth = Equation(network(1), lambda t, n: 0.2 + t * n, lambda u, t: nn.derivative(u)(t) - 2 * u(t) * (1 - u(t)))
    assert np.max(np.abs(growth.solve(t, 1500) - 1 / (1 + 4 * np.exp(-2 * t)))) < 5e-3


def test_poisson():
    x = np.linspace(0, 1, 30)[:, None]
    source = lambda x: np.pi**2 * np.sin(np.pi * x)
    poisson = Equation(network(1), lambda x, n: x * (1 - x) * n, lambda u, x: nn.laplacian(u)(x) + source(x))
    assert np.max(np.abs(poisson.solve(x, 1000) - np.sin(np.pi * x))) < 5e-4


def test_diffusion():
    x, t = (a.reshape(-1, 1) for a in np.meshgrid(np.linspace(0, 1, 9), np.linspace(0, 0.3, 7)))

    def trial(X, n):
        x, t = X[:, :1], X[:, 1:]
        return (1 - t) * np.sin(np.pi * x) + x * (1 - x) * t * n

    diffusion = Equation(
        network(2), trial, lambda u, X: nn.derivative(u, wrt=1)(X) - nn.derivative(u, 2, wrt=0)(X)
    )  # fmt: skip
    error = diffusion.solve(np.hstack([x, t]), 1000) - np.sin(np.pi * x) * np.exp(-(np.pi**2) * t)
    assert np.max(np.abs(error)) < 2e-2


def test_wave_equation():
    x, t = (a.reshape(-1, 1) for a in np.meshgrid(np.linspace(0, 1, 9), np.linspace(0, 0.5, 7)))

    def trial(X, n):
        x, t = X[:, :1], X[:, 1:]
        return np.sin(np.pi * x) + x * (1 - x) * t**2 * n

    equation = Equation(
        network(2), trial, lambda u, X: nn.derivative(u, 2, wrt=1)(X) - nn.derivative(u, 2, wrt=0)(X)
    )  # fmt: skip
    error = equation.solve(np.hstack([x, t]), 1000) - np.sin(np.pi * x) * np.cos(np.pi * t)
    assert np.max(np.abs(error)) < 2e-2
