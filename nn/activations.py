"""Activation functions σ(z), written in NumPy: their derivatives, of every order, are the engine's business.

    sigmoid(z)    = 1/(1 + exp(−z))            tanh(z)      = (exp(z) − exp(−z))/(exp(z) + exp(−z))
    relu(z)       = z for z > 0, else 0        leaky_relu(z) = z for z > 0, else slope·z
    elu(z)        = z for z > 0, else α(exp(z) − 1)
    softmax(z)_i  = exp(z_i)/Σ_k exp(z_k)      identity(z)  = z

All are finite and free of warnings for any finite z, and so are their derivatives: no exponential of a positive number
is ever taken.  A nan stays a nan.  At its kink relu has the derivative 0, leaky_relu its slope, elu α.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["activation", "elu", "identity", "leaky_relu", "name_of", "relu", "sigmoid", "softmax", "tanh"]

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

    With e = exp(−|z|) it is 1/(1 + e) for z > 0 and e/(1 + e) elsewhere.  The choice is made by ``np.where`` and not by
    ``np.abs``, whose derivative at 0 would make σ'(0) wrong.

    >>> print(sigmoid(np.array([-1000.0, 0.0, 1000.0])))
    [0.  0.5 1. ]
    """
    z = _floating(z)
    positive = z > 0
    e = np.exp(np.where(positive, -z, z))
    return np.where(positive, 1, e) / (1 + e)


def tanh(z: Array) -> Array:
    """The hyperbolic tangent.

    >>> print(tanh(0.0))
    0.0
    """
    return np.tanh(z)


def relu(z: Array) -> Array:
    """max(z, 0), with the derivative 0 at 0.

    ``np.maximum`` alone would give ½ at 0, by its rule for ties: the second factor is 0 there and 1 everywhere else.
    (``np.where(z > 0, z, 0)`` says the same, but takes a branch for each number: ten times slower on random signs.)

    >>> print(relu(np.array([-2.0, 0.0, 2.0])))
    [0. 0. 2.]
    """
    z = _floating(z)
    return np.maximum(z, 0) * (z != 0)


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
    z = _floating(z)
    positive = z > 0
    return np.where(positive, z, alpha * np.expm1(np.where(positive, 0, z)))


def softmax(z: Array) -> Array:
    """exp(z_i)/Σ_k exp(z_k) over the last axis: positive numbers that sum to 1.

    >>> print(softmax(np.array([1000.0, 1000.0, -1000.0])))
    [0.5 0.5 0. ]
    """
    e = np.exp(shifted(_floating(z)))
    return e / np.sum(e, axis=-1, keepdims=True)


def shifted(z: Array) -> Array:
    """z − c with c a number near the largest entry, so that exp(z − c) cannot overflow.

    Any c cancels in a quotient of exponentials.  The largest entry rounded up has the derivative zero, so no adjoint is
    carried back through the maximum.
    """
    return z - np.ceil(np.max(z, axis=-1, keepdims=True))


BY_NAME: dict[str, Function] = {
    f.__name__: f for f in (identity, sigmoid, tanh, relu, leaky_relu, elu, softmax)
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
