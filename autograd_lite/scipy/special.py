"""``scipy.special``: its ufuncs take Tensors as they are; the functions here are those that are none."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp

from ..rules.constants import stop_gradient
from .forward import for_tensors, forwarding

__all__ = ["log_softmax", "logsumexp", "multigammaln", "polygamma", "softmax"]

__getattr__ = forwarding(__name__, sp)


@for_tensors(sp.logsumexp)
def logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False) -> Any:
    """log Σ b·exp(a) over ``axis``, without overflow.

    >>> import autograd_lite as ag
    >>> print(ag.grad(logsumexp)(np.array([1000.0, 1000.0])))
    [0.5 0.5]
    """
    a = a if hasattr(a, "dtype") else np.asarray(a)
    largest = np.max(stop_gradient(a), axis=axis, keepdims=True) if a.size else np.zeros(())
    largest = np.where(np.isfinite(largest), largest, 0).astype(a.dtype)
    terms = np.exp(a - largest)
    total = np.sum(terms if b is None else b * terms, axis=axis, keepdims=True)
    sign = np.sign(total)
    result = np.log(np.abs(total) if return_sign else total) + largest
    if not keepdims:
        result, sign = (np.squeeze(x, axis=axis) for x in (result, sign))
    return (result, sign) if return_sign else result


@for_tensors(sp.log_softmax)
def log_softmax(x: Any, axis: Any = None) -> Any:
    """x − log Σ exp(x) over ``axis``.

    >>> import autograd_lite as ag
    >>> print(ag.jacobian(log_softmax)(np.zeros(2)))
    [[ 0.5 -0.5]
     [-0.5  0.5]]
    """
    return x - logsumexp(x, axis=axis, keepdims=True)


@for_tensors(sp.softmax)
def softmax(x: Any, axis: Any = None) -> Any:
    """exp(x) / Σ exp(x) over ``axis``.

    >>> import autograd_lite as ag
    >>> print(ag.jacobian(softmax)(np.zeros(2)))
    [[ 0.25 -0.25]
     [-0.25  0.25]]
    """
    return np.exp(log_softmax(x, axis=axis))


@for_tensors(sp.polygamma)
def polygamma(n: Any, x: Any) -> Any:
    """ψ⁽ⁿ⁾(x) = (−1)ⁿ⁺¹ n! ζ(n + 1, x), the n-th derivative of digamma; n is a plain integer.

    Raises TypeError for an n that is a Tensor, by which there is no derivative.

    >>> import autograd_lite as ag
    >>> print(f"{ag.grad(lambda x: polygamma(0, x))(1.0):.12f}")
    1.644934066848
    """
    if hasattr(n, "node"):
        raise TypeError("polygamma: its order is a whole number and has no derivative; pass it as a plain number")
    orders = np.asarray(n)
    if np.all(orders == 0):
        return sp.psi(x) + np.zeros(orders.shape)
    factorial = np.where(orders < 0, np.nan, sp.gamma(orders + 1.0) * (-1.0) ** (orders + 1))
    higher = factorial * sp.zeta(np.maximum(orders, 1) + 1.0, x)
    return np.where(orders == 0, sp.psi(x), higher)


@for_tensors(sp.multigammaln)
def multigammaln(a: Any, d: int) -> Any:
    """log Γ_d(a) = d(d − 1)/4·log π + Σ_{j<d} log Γ(a − j/2).

    Raises ValueError where a is not above (d − 1)/2, as SciPy does.

    >>> import autograd_lite as ag
    >>> print(f"{ag.grad(lambda a: multigammaln(a, 1))(2.0):.12f}")
    0.422784335098
    """
    if np.any(np.less_equal(a, 0.5 * (d - 1))):
        raise ValueError(f"multigammaln: a must be above (d - 1)/2, which is {0.5 * (d - 1)}")
    return sum([sp.gammaln(a - 0.5 * j) for j in range(d)], 0.0 * a) + 0.25 * d * (d - 1) * math.log(math.pi)
