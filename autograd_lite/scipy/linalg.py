"""``scipy.linalg`` for Tensors; each rule is made of the same function, so it can be differentiated again.

    solve_triangular   A x = b             b̄ = A⁻ᵀ x̄,  Ā = −b̄ xᵀ in the triangle
    solve_banded       A x = b             the same, within the band
    sqrtm              X X = A             Xᵀ Ā + Ā Xᵀ = X̄
    solve_sylvester    A X + X B = Q       Aᵀ Q̄ + Q̄ Bᵀ = X̄,  Ā = −Q̄ Xᵀ,  B̄ = −Xᵀ Q̄
    expm               X = exp(A)          Ā = the upper right block of exp((Aᵀ, X̄; 0, Aᵀ))

Source: M. Giles, Collected matrix derivative results, Advances in Automatic Differentiation (Springer, 2008), 35.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg

from ..custom import custom_rule
from .forward import forwarding

__all__ = ["expm", "solve_banded", "solve_sylvester", "solve_triangular", "sqrtm"]

__getattr__ = forwarding(__name__, scipy.linalg)


def _T(x: Any) -> Any:
    return np.swapaxes(x, -1, -2)


def _columns(x: Any) -> Any:
    return x if np.ndim(x) > 1 else np.reshape(x, (-1, 1))


def _is_transposed(trans: Any) -> bool:
    if trans in ("C", 2):
        raise TypeError("solve_triangular: trans='C' has no derivative rule; give the conjugate of a and trans='T'")
    return trans in ("T", 1)


def _triangle_of(
    g: Any, out: Any, a: Any, b: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False, *rest: Any,
    **options: Any,
) -> Any:  # fmt: skip
    w, x = _columns(_rhs_of(g, out, a, b, trans, lower, unit_diagonal)), _columns(out)
    full = -(x @ _T(w) if _is_transposed(trans) else w @ _T(x))
    k = 1 if unit_diagonal else 0
    return np.tril(full, -k) if lower else np.triu(full, k)


def _rhs_of(
    g: Any, out: Any, a: Any, b: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False, *rest: Any,
    **options: Any,
) -> Any:  # fmt: skip
    return solve_triangular(a, g, 0 if _is_transposed(trans) else 1, lower, unit_diagonal)


@custom_rule(vjp=[_triangle_of, _rhs_of])
def solve_triangular(
    a: Any, b: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False, overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:  # fmt: skip
    """x with A x = b for a triangular matrix, as ``scipy.linalg.solve_triangular``; b is never overwritten.

    >>> print(solve_triangular(np.array([[2.0, 1.0], [0.0, 4.0]]), np.array([4.0, 8.0])))
    [1. 2.]
    """
    return scipy.linalg.solve_triangular(a, b, trans, lower, unit_diagonal, check_finite=check_finite)


def _across(l_and_u: tuple[int, int], band: Any, transposed: bool) -> tuple[Any, Any, Any]:
    """Rows, columns and mask of the entries of a band matrix, at the places of the band."""
    below, above = l_and_u
    j = np.arange(np.shape(band)[1])[None, :]
    i = j + np.arange(below + above + 1)[:, None] - (below if transposed else above)
    inside = (i >= 0) & (i < np.shape(band)[1])
    return np.where(inside, i, 0), j + 0 * i, inside


def _transposed_band(l_and_u: tuple[int, int], band: Any) -> Any:
    below, above = l_and_u
    i, j, inside = _across(l_and_u, band, True)
    row = below + above - np.arange(below + above + 1)[:, None] + 0 * j
    return np.where(inside, band[row, i], 0)


def _band_of(g: Any, out: Any, l_and_u: Any, ab: Any, b: Any, *rest: Any, **options: Any) -> Any:
    w, x = _columns(_banded_rhs_of(g, out, l_and_u, ab, b)), _columns(out)
    i, j, inside = _across(l_and_u, ab, False)
    return np.where(inside, -np.sum(w[i] * x[j], axis=-1), 0)


def _banded_rhs_of(g: Any, out: Any, l_and_u: Any, ab: Any, b: Any, *rest: Any, **options: Any) -> Any:
    return solve_banded(tuple(l_and_u)[::-1], _transposed_band(l_and_u, ab), g)


@custom_rule(vjp=[None, _band_of, _banded_rhs_of])
def solve_banded(
    l_and_u: tuple[int, int], ab: Any, b: Any, overwrite_ab: bool = False, overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:  # fmt: skip
    """x with A x = b for a band matrix in the storage of ``scipy.linalg.solve_banded``; nothing is overwritten.

    >>> print(solve_banded((0, 0), np.array([[2.0, 4.0]]), np.array([2.0, 8.0])))
    [1. 2.]
    """
    return scipy.linalg.solve_banded(l_and_u, ab, b, check_finite=check_finite)


def _quotient_of(g: Any, out: Any, a: Any, b: Any, q: Any) -> Any:
    return solve_sylvester(_T(a), _T(b), g)


@custom_rule(vjp=[
    lambda g, out, a, b, q: -_quotient_of(g, out, a, b, q) @ _T(out),
    lambda g, out, a, b, q: -_T(out) @ _quotient_of(g, out, a, b, q),
    _quotient_of,
])  # fmt: skip
def solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """X with A X + X B = Q.

    >>> print(solve_sylvester(np.eye(1), np.eye(1), np.array([[4.0]])))
    [[2.]]
    """
    return scipy.linalg.solve_sylvester(a, b, q)


@custom_rule(vjp=lambda g, out, a: solve_sylvester(_T(out), _T(out), g))
def sqrtm(A: Any) -> Any:
    """The principal square root of a matrix.

    >>> print(sqrtm(np.diag([4.0, 9.0])))
    [[2. 0.]
     [0. 3.]]
    """
    return scipy.linalg.sqrtm(A)


def _exponent_of(g: Any, out: Any, a: Any) -> Any:
    n = np.shape(a)[-1]
    block = np.concatenate(
        [np.concatenate([_T(a), g], axis=-1), np.concatenate([np.zeros_like(a), _T(a)], axis=-1)], axis=-2
    )
    return expm(block)[..., :n, n:]


@custom_rule(vjp=_exponent_of)
def expm(A: Any) -> Any:
    """The exponential of a matrix.

    Source: R. Mathias, A chain rule for matrix functions, SIAM J. Matrix Anal. Appl. 17 (1996) 610.

    >>> import autograd_lite as ag
    >>> print(ag.grad(lambda t: expm(t * np.array([[0.0, 1.0], [0.0, 0.0]]))[0, 1])(2.0))
    1.0
    """
    return scipy.linalg.expm(A)
