"""Splines through points, for ``autograd_lite.scipy.interpolate``.

    p(x) = Σ_m c_m,i (x − x_i)^(k−m)        for x between x_i and x_{i+1}

The coefficients of splines are linear in the values y: SciPy computes them, and the transpose is taken with the matrix
that SciPy gives for unit vectors, block by block.  p is recorded as it stands, so it is differentiable in y and, any
number of times, in the points x.  The nodes are plain numbers; which interval a point lies in is constant.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import scipy.interpolate as si

from ..kinds import linear
from ..registry import primitive

__all__ = [
    "BSpline", "CubicHermiteSpline", "CubicSpline", "PchipInterpolator", "PiecewisePolynomial", "floating",
    "make_interp_spline", "plain_numbers",
]  # fmt: skip

BLOCK = 2**22  # numbers in a block of the matrix of a spline

Build = Callable[[Any], Any]


def plain_numbers(x: Any, what: str) -> Any:
    """x as a plain array, or an error that names what it is."""
    if hasattr(x, "node"):
        raise TypeError(f"{what} are plain numbers: there is no derivative by them. Take x.value")
    return np.asarray(x, float)


def floating(x: Any) -> Any:
    """x, or the array of floats that it stands for."""
    x = x if hasattr(x, "dtype") else np.asarray(x)
    return x if x.dtype.kind in "fc" else x.astype(float)


@primitive
def spline_coefficients(y: Any, build: Build) -> Any:
    """c of the spline through values y along the first axis."""
    return build(y)


@primitive
def spline_coefficients_transposed(g: Any, build: Build, n: int) -> Any:
    """The adjoint of the n values, from that of the coefficients."""
    width = max(1, BLOCK // (g.shape[0] * g.shape[1]))
    blocks = (np.eye(n)[:, start : start + width] for start in range(0, n, width))
    return np.concatenate([np.tensordot(build(block), g, axes=((0, 1), (0, 1))) for block in blocks])


linear(spline_coefficients, lambda g, out, y, build: spline_coefficients_transposed(g, build, y.shape[0]))
linear(spline_coefficients_transposed, lambda y, out, g, build, n: spline_coefficients(y, build))


class PiecewisePolynomial:
    """p with breaks x and coefficients c of shape (k + 1, intervals, ...), highest power first, as in ``PPoly``.

    ``axis`` is where the axes of the points stand in the result.

    >>> p = PiecewisePolynomial([0.0, 1.0, 2.0], np.array([[1.0, 3.0], [0.0, 1.0]]))
    >>> print(p([0.5, 1.5]), p(1.5, 1), p.integrate(0.0, 2.0))
    [0.5 2.5] 3.0 3.0
    """

    def __init__(self, x: Any, c: Any, extrapolate: Any = True, axis: int = 0) -> None:
        self.x, self.c, self.extrapolate, self.axis = plain_numbers(x, "breaks"), c, extrapolate, axis

    def __call__(self, x: Any, nu: int = 0, extrapolate: Any = None) -> Any:
        """The curve at points of any shape, or its derivative number ``nu``; nan outside if not extrapolated."""
        if nu:
            return self.derivative(nu)(x, 0, extrapolate)
        x, extrapolate = floating(x), self.extrapolate if extrapolate is None else extrapolate
        first, last = self.x[0], self.x[-1]
        if extrapolate == "periodic":
            plain = x.value if hasattr(x, "node") else x
            x = x - np.floor((plain - first) / (last - first)) * (last - first)
        plain = x.value if hasattr(x, "node") else x
        i = np.clip(np.searchsorted(self.x, plain, side="right") - 1, 0, len(self.x) - 2)
        d = np.reshape(x - self.x[i], np.shape(x) + (1,) * (np.ndim(self.c) - 2))
        y = self.c[0][i]
        for m in range(1, np.shape(self.c)[0]):
            y = y * d + self.c[m][i]
        if not extrapolate:
            outside = np.reshape((plain < first) | (plain > last), np.shape(d))
            y = np.where(outside, np.nan, y) if np.any(outside) else y
        return np.moveaxis(y, range(np.ndim(x)), range(self.axis, self.axis + np.ndim(x))) if self.axis else y

    def derivative(self, nu: int = 1) -> PiecewisePolynomial:
        """p⁽ⁿᵘ⁾ as a curve of its own."""
        c = self.c
        for _ in range(nu):
            k = np.shape(c)[0] - 1
            powers = np.reshape(np.arange(k, 0, -1.0), (-1,) + (1,) * (np.ndim(c) - 1))
            c = c[:-1] * powers if k else 0.0 * c
        return PiecewisePolynomial(self.x, c, self.extrapolate, self.axis)

    def antiderivative(self, nu: int = 1) -> PiecewisePolynomial:
        """The integral from the first break, as a curve of its own."""
        c = self.c
        for _ in range(nu):
            k, trailing = np.shape(c)[0], (1,) * (np.ndim(c) - 2)
            c = c / np.reshape(np.arange(k, 0, -1.0), (-1, 1, *trailing))
            steps = np.reshape(np.diff(self.x), (-1, *trailing))
            over = sum(c[m] * steps ** (k - m) for m in range(k))  # over each interval
            start = np.concatenate([np.zeros((1, *np.shape(over)[1:])), np.cumsum(over, axis=0)[:-1]])
            c = np.concatenate([c, np.expand_dims(start, 0)])
        extrapolate = False if self.extrapolate == "periodic" else self.extrapolate
        return PiecewisePolynomial(self.x, c, extrapolate, self.axis)

    def integrate(self, a: Any, b: Any) -> Any:
        """∫ₐᵇ p dx"""
        integral = self.antiderivative()
        return integral(b) - integral(a)


def _through(x: Any, y: Any, axis: int, build: Build, breaks: Any, extrapolate: Any) -> PiecewisePolynomial:
    """The spline through values y along an axis."""
    y = floating(y)
    axis %= y.ndim
    c = spline_coefficients(np.moveaxis(y, axis, 0), build)
    return PiecewisePolynomial(breaks, c, extrapolate, axis)


def _without_values(condition: Any, trailing: tuple[int, ...]) -> Any:
    """A boundary condition (order, value) with the value 0 for arrays of another shape."""
    return condition if condition is None or isinstance(condition, str) else (condition[0], np.zeros(trailing))


def _boundary(theirs: Callable[..., Any], y: Any, bc_type: Any) -> Callable[..., Any]:
    """``theirs`` with boundary conditions that fit values of any shape, and their own share of the coefficients."""
    if not isinstance(bc_type, (tuple, list)) or all(isinstance(c, str) or c is None for c in bc_type):
        return partial(theirs, bc_type=bc_type)
    return lambda values: theirs(
        values, bc_type=tuple(_without_values(condition, np.shape(values)[1:]) for condition in bc_type)
    )


def CubicSpline(x: Any, y: Any, axis: int = 0, bc_type: Any = "not-a-knot", extrapolate: Any = None) -> Any:
    """The cubic spline through points, twice continuously differentiable, as ``scipy.interpolate.CubicSpline``.

    Parameters
    ----------
    x : array of increasing numbers
    y : array or Tensor
        The values, along ``axis``.
    bc_type : str or pair
        SciPy's boundary conditions; the values in them are plain numbers.
    extrapolate : bool or "periodic", optional

    Returns
    -------
    PiecewisePolynomial

    Examples
    --------
    >>> import autograd_lite as ag
    >>> x = np.array([0.0, 1.0, 2.0, 3.0])
    >>> print(ag.grad(lambda y: CubicSpline(x, y)(1.5))(x**2))
    [-0.0625  0.5625  0.5625 -0.0625]
    >>> print(ag.grad(CubicSpline(x, x**2))(1.5))
    3.0

    Raises TypeError for nodes that are Tensors, ValueError for periodic values whose ends differ.
    """
    x, y = plain_numbers(x, "nodes"), floating(y)
    if extrapolate is None:
        extrapolate = "periodic" if bc_type == "periodic" else True
    moved = np.moveaxis(y, axis, 0)
    if bc_type == "periodic":  # the last value is the first one
        def build(v: Any) -> Any:
            return si.CubicSpline(x, np.concatenate([v, v[:1]]), bc_type="periodic").c

        if not np.allclose(moved[0], moved[-1], rtol=1e-15, atol=1e-15):
            raise ValueError("CubicSpline: with bc_type='periodic' the first and the last value must be equal")
        return PiecewisePolynomial(x, spline_coefficients(moved[:-1], build), extrapolate, axis % y.ndim)
    make = _boundary(lambda v, bc_type: si.CubicSpline(x, v, bc_type=bc_type).c, moved, bc_type)
    c = spline_coefficients(moved, make)
    return PiecewisePolynomial(x, c + _of_conditions(x, moved, bc_type), extrapolate, axis % y.ndim)


def _of_conditions(x: Any, y: Any, bc_type: Any) -> Any:
    """The share of the values in boundary conditions."""
    if isinstance(bc_type, str) or all(isinstance(condition, str) for condition in bc_type):
        return 0.0
    return si.CubicSpline(x, np.zeros(np.shape(y)), bc_type=bc_type).c


def _polynomials(spline: Any) -> Any:
    """The coefficients of a B-spline as polynomials between its inner knots."""
    k = spline.k
    inner = spline.t[k : len(spline.t) - k]
    factorial = 1.0
    rows = []
    for m in range(k + 1):
        rows.append(spline(inner[:-1], nu=m) / factorial)
        factorial *= m + 1
    return np.stack(rows[::-1])


def BSpline(t: Any, c: Any, k: int, extrapolate: Any = True, axis: int = 0) -> PiecewisePolynomial:
    """Σ_i c_i B_i(x) with the B-splines of degree k on the knots t, as ``scipy.interpolate.BSpline``; linear in c.

    >>> import autograd_lite as ag
    >>> print(ag.grad(lambda c: BSpline([0.0, 0, 1, 2, 2], c, 1)(0.25))(np.ones(3)))
    [0.75 0.25 0.  ]
    """
    t, k = plain_numbers(t, "knots"), int(k)
    build: Build = lambda v: _polynomials(si.BSpline(t, v, k))
    n = len(t) - k - 1
    c = floating(c)
    axis %= c.ndim
    c = np.moveaxis(c, axis, 0)[:n]
    return PiecewisePolynomial(t[k : n + 1], spline_coefficients(c, build), extrapolate, axis)


def make_interp_spline(x: Any, y: Any, k: int = 3, t: Any = None, bc_type: Any = None, axis: int = 0) -> Any:
    """The spline of degree k through points, as ``scipy.interpolate.make_interp_spline``; linear in y.

    The values in boundary conditions must be 0, as in "natural" and "clamped".

    >>> import autograd_lite as ag
    >>> x = np.arange(5.0)
    >>> print(ag.grad(lambda y: make_interp_spline(x, y, k=1)(1.25))(x))
    [0.   0.75 0.25 0.   0.  ]

    Raises TypeError for nodes that are Tensors and for boundary conditions that are not recorded.
    """
    x, y = plain_numbers(x, "nodes"), floating(y)
    if not (bc_type is None or isinstance(bc_type, str)) or bc_type == "periodic":
        raise TypeError(
            "make_interp_spline: of bc_type the names not-a-knot, natural and clamped are recorded; CubicSpline takes "
            "values, and periodic ones"
        )
    make = partial(si.make_interp_spline, x, k=k, t=t, bc_type=bc_type)
    knots = make(np.zeros(len(x))).t
    return _through(x, y, axis, lambda v: _polynomials(make(v)), knots[k : len(knots) - k], True)


def CubicHermiteSpline(x: Any, y: Any, dydx: Any, axis: int = 0, extrapolate: Any = None) -> PiecewisePolynomial:
    """The cubic curve with given values and slopes at the nodes; linear in both.

    >>> import autograd_lite as ag
    >>> print(ag.grad(lambda slope: CubicHermiteSpline([0.0, 1.0], np.zeros(2), slope)(0.5))(np.zeros(2)))
    [ 0.125 -0.125]
    """
    x, y, slope = plain_numbers(x, "nodes"), floating(y), floating(dydx)
    axis %= y.ndim
    y, slope = np.moveaxis(y, axis, 0), np.moveaxis(slope, axis, 0)
    h = np.reshape(np.diff(x), (-1,) + (1,) * (y.ndim - 1))
    secant = (y[1:] - y[:-1]) / h
    bend = (slope[:-1] + slope[1:] - 2 * secant) / h
    c = np.stack([bend / h, (secant - slope[:-1]) / h - bend, slope[:-1], y[:-1]])
    return PiecewisePolynomial(x, c, True if extrapolate is None else extrapolate, axis)


def PchipInterpolator(x: Any, y: Any, axis: int = 0, extrapolate: Any = None) -> PiecewisePolynomial:
    """The cubic curve that rises and falls with the values and never overshoots.

    Source: F. N. Fritsch, J. Butland, A method for constructing local monotone piecewise cubic interpolants (1984).

    >>> print(PchipInterpolator([0.0, 1.0, 2.0], [0.0, 1.0, 1.0])(1.5))
    1.0
    """
    x, y = plain_numbers(x, "nodes"), np.moveaxis(floating(y), axis, 0)
    h = np.reshape(np.diff(x), (-1,) + (1,) * (y.ndim - 1))
    secant = (y[1:] - y[:-1]) / h
    if len(x) == 2:
        slopes = np.concatenate([secant, secant])
    else:
        w1, w2 = 2 * h[1:] + h[:-1], h[1:] + 2 * h[:-1]
        left, right = secant[:-1], secant[1:]
        flat = left * right <= 0
        safe = [np.where(flat, 1.0, s) for s in (left, right)]
        inner = np.where(flat, 0.0, (w1 + w2) / (w1 / safe[0] + w2 / safe[1]))
        ends = [_end_slope(h[0], h[1], secant[0], secant[1]), _end_slope(h[-1], h[-2], secant[-1], secant[-2])]
        slopes = np.concatenate([np.expand_dims(ends[0], 0), inner, np.expand_dims(ends[1], 0)])
    curve = CubicHermiteSpline(x, y, slopes, 0, extrapolate)
    curve.axis = axis % y.ndim
    return curve


def _end_slope(h0: Any, h1: Any, s0: Any, s1: Any) -> Any:
    """The slope at an end, by three points, kept within what the end's own secant allows."""
    slope = ((2 * h0 + h1) * s0 - h0 * s1) / (h0 + h1)
    slope = np.where(np.sign(slope) != np.sign(s0), 0.0, slope)
    return np.where((np.sign(s0) != np.sign(s1)) & (np.abs(slope) > 3 * np.abs(s0)), 3 * s0, slope)
