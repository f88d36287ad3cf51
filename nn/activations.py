"""Activation functions σ(z), written in NumPy: their derivatives, of every order, are the engine's business.

    sigmoid(z)    = 1/(1 + exp(−z))              tanh(z)       = (exp(z) − exp(−z))/(exp(z) + exp(−z))
    relu(z)       = z for z > 0, else 0          leaky_relu(z) = z for z > 0, else slope·z
    elu(z)        = z for z > 0, else α(exp(z) − 1)            selu(z)    = λ elu(z)
    softplus(z)   = log(1 + exp(z))              softsign(z)   = z/(1 + |z|)
    silu(z)       = z σ(z)                       gelu(z)       = z Φ(z), nearly
    softmax(z)_i  = exp(z_i)/Σ_k exp(z_k)        log_softmax(z)_i = z_i − log Σ_k exp(z_k)      identity(z) = z

All are finite and free of warnings for any finite z of a size up to 10⁶, and so are their derivatives: no exponential
of a positive number is ever taken.  A nan stays a nan, and an infinite z may become one, but not in relu, leaky_relu
and tanh: masks for it would slow every training down.  At its kink relu has the derivative 0, leaky_relu its slope,
elu α.

With u = relu(z) and n = z − u, which are max(z, 0) and min(z, 0), the two sides of a formula can be added instead of
chosen: z − 2u = −|z|.  A choice by ``np.where`` takes a branch for each number, which costs up to ten times as much on
random signs; and this |z| has the derivative −1 at 0, so every order is right there as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd_lite import masked

__all__ = [
    "activation", "elu", "gelu", "identity", "leaky_relu", "log_softmax", "name_of", "relu", "selu", "sigmoid", "silu",
    "softmax", "softplus", "softsign", "tanh",
]  # fmt: skip

Array = Any
Function = Callable[[Array], Array]


def _floating(z: Array) -> Array:
    """z itself, or, where it is a number, a list or of integers, an array of floats."""
    if not hasattr(z, "dtype"):
        z = np.asarray(z)
    return z if z.dtype.kind == "f" else z * 1.0


def identity(z: Array) -> Array:
    """z, as it is.

    >>> identity(2.0)
    2.0
    """
    return z


def sigmoid(z: Array) -> Array:
    """The logistic function 1/(1 + exp(−z)), accurate in both tails.

    With e = exp(−|z|) it is 1/(1 + e) for z > 0 and e/(1 + e) elsewhere; so σ' keeps its digits where σ is nearly 1.

    >>> print(sigmoid(np.array([-1000.0, 0.0, 1000.0])))
    [0.  0.5 1. ]
    """
    z = _floating(z)
    e = np.exp(z - 2 * relu(z))
    return ((z > 0) + (z <= 0) * e) / (1 + e)


def tanh(z: Array) -> Array:
    """The hyperbolic tangent.

    >>> print(tanh(0.0))
    0.0
    """
    return np.tanh(z)


def relu(z: Array) -> Array:
    """max(z, 0), with the derivative 0 at 0.

    Written as a mask, because ``np.maximum`` would give ½ at 0, by its rule for ties.  A nan stays one.

    >>> print(relu(np.array([-2.0, 0.0, 2.0])))
    [0. 0. 2.]
    """
    z = _floating(z)
    return masked(z, np.logical_not(z <= 0))


def leaky_relu(z: Array, slope: float = 0.01) -> Array:
    """z where it is positive, slope·z elsewhere.

    Source: A. Maas, A. Hannun and A. Ng, Rectifier nonlinearities improve neural network acoustic models (2013).

    >>> print(leaky_relu(np.array([-2.0, 2.0])))
    [-0.02  2.  ]
    """
    z = _floating(z)
    return np.where(z > 0, z, slope * z)


def elu(z: Array, alpha: float = 1.0) -> Array:
    """z where it is positive, α(exp(z) − 1) elsewhere.

    Source: D. Clevert, T. Unterthiner and S. Hochreiter, Fast and accurate deep network learning by exponential linear
    units (2016), eq. 16.

    >>> print(elu(np.array([-1000.0, 2.0])))
    [-1.  2.]
    """
    u, n = _sides(z)
    return u + alpha * np.expm1(n)


SELU_SCALE, SELU_ALPHA = 1.0507009873554804934, 1.6732632423543772848


def selu(z: Array) -> Array:
    """λ z where z is positive, λ α(exp(z) − 1) elsewhere, λ ≈ 1.0507, α ≈ 1.6733.

    With these numbers and LeCun's weights (the default for it), mean 0 and variance 1 of a layer's inputs are a stable
    fixed point: activations normalize themselves.

    Source: G. Klambauer et al., Self-normalizing neural networks (2017), eq. 2 and 14.

    >>> print(selu(np.array([-1000.0, 1.0])).round(6))
    [-1.758099  1.050701]
    """
    return SELU_SCALE * elu(z, SELU_ALPHA)


def softplus(z: Array) -> Array:
    """log(1 + exp(z)), a smooth relu whose derivative is the sigmoid.

    It is computed as max(z, 0) + log(1 + exp(−|z|)).

    Source: C. Dugas et al., Incorporating second-order functional knowledge for better option pricing (2001), eq. 3.

    >>> print(softplus(np.array([-1000.0, 0.0, 10.0])).round(6))
    [ 0.        0.693147 10.000045]
    """
    z = _floating(z)
    u = relu(z)
    return u + np.log1p(np.exp(z - 2 * u))


def softsign(z: Array) -> Array:
    """z/(1 + |z|), a sigmoid curve that approaches ±1 slowly.

    Source: J. Turian, J. Bergstra and Y. Bengio, Quadratic features and deep architectures for chunking (2009).

    >>> print(softsign(np.array([-1.0, 0.0, 3.0])))
    [-0.5   0.    0.75]
    """
    z = _floating(z)
    return z / (1 + np.abs(z))


def silu(z: Array) -> Array:
    """z σ(z) with the logistic σ, also called swish.

    Source: S. Elfwing, E. Uchibe and K. Doya, Sigmoid-weighted linear units (2018), eq. 3.

    >>> print(silu(np.array([-1000.0, 0.0, 1000.0])))
    [  -0.    0. 1000.]
    """
    z = _floating(z)
    return z * sigmoid(z)


GELU_SLOPE = 2 * math.sqrt(2 / math.pi)


def gelu(z: Array) -> Array:
    """z Φ(z), Φ the normal distribution function, in the form ½ z (1 + tanh(√(2/π) (z + 0.044715 z³))).

    This form, given in the source, needs no error function; it is within 5·10⁻⁴ of z Φ(z) everywhere.  It is computed
    as z σ(2√(2/π) (z + 0.044715 z³)), which is the same.

    Source: D. Hendrycks and K. Gimpel, Gaussian error linear units (2016), section 2.

    >>> print(gelu(np.array([-1000.0, 0.0, 1.0])).round(6))
    [-0.        0.        0.841192]
    """
    z = _floating(z)
    return z * sigmoid(z * (GELU_SLOPE + (0.044715 * GELU_SLOPE) * (z * z)))

def softmax(z: Array) -> Array:
    """exp(z_i)/Σ_k exp(z_k) over the last axis: positive numbers that sum to 1.

    >>> print(softmax(np.array([1000.0, 1000.0, -1000.0])))
    [0.5 0.5 0. ]
    """
    e = np.exp(shifted(_floating(z)))
    return e / np.sum(e, axis=-1, keepdims=True)


def log_softmax(z: Array) -> Array:
    """z_i − log Σ_k exp(z_k) over the last axis: the logarithm of softmax, accurate where that is nearly 0.

    >>> print(log_softmax(np.array([1000.0, 0.0, -1000.0])))
    [    0. -1000. -2000.]
    """
    z = shifted(_floating(z))
    return z - np.log(np.sum(np.exp(z), axis=-1, keepdims=True))


def _sides(z: Array) -> tuple[Array, Array]:
    """max(z, 0) with the derivative 0 at 0, and min(z, 0) with the derivative 1 there."""
    z = _floating(z)
    u = relu(z)
    return u, z - u


def shifted(z: Array) -> Array:
    """z − c with c a number near the largest entry, so that exp(z − c) cannot overflow.

    Any c cancels in a quotient of exponentials.  The largest entry rounded up has the derivative zero, so no adjoint is
    carried back through the maximum.
    """
    return z - np.ceil(np.max(z, axis=-1, keepdims=True))


BY_NAME: dict[str, Function] = {
    f.__name__: f
    for f in (
        identity, sigmoid, tanh, relu, leaky_relu, elu, selu, gelu, silu, softplus, softsign, softmax, log_softmax,
    )
}  # fmt: skip


def activation(function: str | Function) -> Function:
    """The activation function of that name; a function is returned as it is.

    >>> activation("tanh") is tanh
    True
    >>> activation(np.sin)
    <ufunc 'sin'>

    Raises ValueError for an unknown name and TypeError for what is no function.
    """
    if callable(function):
        return function
    if not isinstance(function, str):
        raise TypeError(f"an activation is a name or a function of NumPy calls, not a {type(function).__name__}")
    if function not in BY_NAME:
        raise ValueError(f"no activation is named {function!r}; choose from {', '.join(BY_NAME)}, or give a function")
    return BY_NAME[function]


def name_of(function: Callable[..., Any]) -> str:
    """The name to print for a function.

    >>> name_of(relu), name_of(lambda z: z**2)
    ('relu', 'custom')
    """
    name = getattr(function, "__name__", type(function).__name__)
    return "custom" if name == "<lambda>" else name
