"""Activations: their values, and derivatives up to the third order, everywhere finite and free of warnings."""

from __future__ import annotations

import numpy as np
import pytest

import autograd_lite as ag
import nn
from nn.activations import BY_NAME, activation

ENTRYWISE = [name for name in BY_NAME if "softmax" not in name]
FAR = np.array([-1000.0, -100.0, -40.0, 0.0, 40.0, 100.0, 1000.0])
NEAR = np.array([-3.0, -1.2, -0.3, 0.4, 1.1, 2.5])


def nth(function, order):
    for _ in range(order):
        function = ag.elementwise_grad(function)
    return function


@pytest.mark.parametrize("name", ENTRYWISE)
@pytest.mark.parametrize("order", [0, 1, 2, 3])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_finite_at_a_thousand(name, order, dtype):
    y = nth(BY_NAME[name], order)(FAR.astype(dtype))
    assert np.all(np.isfinite(y)) and y.dtype == dtype


@pytest.mark.parametrize("name", ENTRYWISE)
@pytest.mark.parametrize("order", [0, 1, 2])
def test_at_zero_as_just_below_it(name, order):
    """Each order of the derivative is that of one side of the kink, or of both: none is a mean of two formulas."""
    f = nth(BY_NAME[name], order)
    below, at, above = (float(f(np.array([z]))[0]) for z in (-1e-9, 0.0, 1e-9))
    if name == "softsign" and order == 2:
        assert (below, at, above) == pytest.approx((2, 0, -2), abs=1e-6)  # an odd function that jumps
    else:
        assert at == pytest.approx(below, abs=1e-6)


@pytest.mark.parametrize("order", [1, 2])
def test_softmax_is_finite_at_a_thousand(order):
    def f(z):
        return np.sum(nn.softmax(z) * np.arange(7.0))

    for _ in range(order - 1):
        f = (lambda g: lambda z: np.sum(ag.grad(g)(z) * np.arange(1.0, 8.0)))(f)
    assert np.all(np.isfinite(ag.grad(f)(FAR)))
    np.testing.assert_array_equal(nn.softmax(FAR), [0, 0, 0, 0, 0, 0, 1])


@pytest.mark.parametrize("name", ENTRYWISE)
def test_derivatives_agree_with_differences(name):
    function, h = BY_NAME[name], 1e-5
    for order in (1, 2):
        lower = nth(function, order - 1)
        difference = (lower(NEAR + h) - lower(NEAR - h)) / (2 * h)
        np.testing.assert_allclose(nth(function, order)(NEAR), difference, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("name", list(BY_NAME))
def test_rules_agree_with_each_other(name):
    ag.testing.check_grads(BY_NAME[name], NEAR, order=2)


def test_sigmoid_keeps_its_digits_in_both_tails():
    z = np.array([-700.0, -40.0, -20.0])
    np.testing.assert_allclose(nn.sigmoid(z), np.exp(z) / (1 + np.exp(z)), rtol=1e-15)
    np.testing.assert_allclose(nth(nn.sigmoid, 1)(-z), np.exp(z) / (1 + np.exp(z)) ** 2, rtol=1e-14)
    np.testing.assert_allclose(nth(nn.sigmoid, 1)(z), np.exp(z) / (1 + np.exp(z)) ** 2, rtol=1e-14)


def test_derivatives_at_the_kinks():
    assert nth(nn.sigmoid, 1)(0.0) == 0.25
    assert nth(nn.sigmoid, 2)(0.0) == 0.0
    np.testing.assert_allclose(nth(nn.sigmoid, 3)(0.0), -0.125, rtol=1e-15)
    assert [nth(f, 1)(0.0) for f in (nn.relu, nn.leaky_relu, nn.elu)] == [0.0, 0.01, 1.0]


def test_softmax_jacobian():
    z = np.array([0.3, -1.0, 2.0])
    p = nn.softmax(z)
    np.testing.assert_allclose(ag.jacobian(nn.softmax)(z), np.diag(p) - np.outer(p, p), rtol=1e-12, atol=1e-17)
    np.testing.assert_allclose(nn.softmax(np.stack([z, z + 5])), [p, p], rtol=1e-14)


@pytest.mark.parametrize("name", list(BY_NAME))
def test_dtype_and_nan_pass_through(name):
    z = np.float32([-1, 0, 2])
    assert BY_NAME[name](z).dtype == np.float32
    gradient = ag.grad(lambda z: np.sum(BY_NAME[name](z) ** 2))(z)
    assert gradient.dtype == np.float32
    assert np.isnan(BY_NAME[name](np.array([np.nan, 1.0]))[0])


@pytest.mark.parametrize("name", [name for name in BY_NAME if name != "identity"])
def test_numbers_lists_and_integers_are_accepted(name):
    f = BY_NAME[name]
    np.testing.assert_array_equal(f([1, 2]), f(np.array([1.0, 2.0])))
    if name in ENTRYWISE:
        assert f(1) == f(1.0)


def test_unknown_activations_are_named():
    with pytest.raises(ValueError, match="no activation is named 'rleu'; choose from identity, sigmoid"):
        activation("rleu")
    with pytest.raises(TypeError, match="not a int"):
        activation(3)


def test_relu_of_infinities_and_nan():
    z = np.array([-np.inf, np.inf, np.nan, -0.0])
    np.testing.assert_array_equal(nn.relu(z), [0, np.inf, np.nan, 0])
    np.testing.assert_array_equal(ag.elementwise_grad(nn.relu)(z), [0, 1, 1, 0])
