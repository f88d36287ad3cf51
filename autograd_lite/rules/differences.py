"""Differences, integrals, interpolation and convolution of sampled functions.

    (a ∗ v)_k = Σ_i a_i v_{k−i}        ā = ȳ ∗ reversed v, the middle of it; likewise for v
    interpolation at x in (x_i, x_{i+1}):  y = f_i + s·(x − x_i),  s = (f_{i+1} − f_i)/(x_{i+1} − x_i)

which interval x lies in is locally constant; at a node the derivative is that of the interval to the right.
"""

import math

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from ..kinds import constant, elementwise, multilinear
from ..registry import composed, primitive
from .elementwise import nonzero
from .indexing import at_axis, getitem
from .reductions import kept_shape
from .shaping import as_arrays, floating, laid_along, number


def cut(a, axis, start, stop):
    """a[start:stop] along the axis"""
    return a[at_axis(axis, slice(start, stop))]


@composed(np.diff)
def diff(a, n=1, axis=-1, prepend=None, append=None):
    if n < 0 or (n and not a.ndim):
        raise ValueError(f"np.diff needs an order n ≥ 0 and an array with axes, got n={n!r} and shape {a.shape}")
    shape = kept_shape(a, axis)
    ends = [np.broadcast_to(e, shape) if e is not None and np.ndim(e) == 0 else e for e in (prepend, append)]
    if n and (prepend is not None or append is not None):
        a = np.concatenate([e for e in (ends[0], a, ends[1]) if e is not None], axis=axis)
    step = np.not_equal if a.dtype == bool else np.subtract
    for _ in range(n):
        a = step(cut(a, axis, 1, None), cut(a, axis, None, -1))
    return a


@composed(np.ediff1d)
def ediff1d(ary, to_end=None, to_begin=None):
    difference = np.diff(np.ravel(ary))
    ends = [None if e is None else np.ravel(e).astype(difference.dtype) for e in (to_begin, to_end)]
    parts = [p for p in (ends[0], difference, ends[1]) if p is not None]
    return np.concatenate(parts) if len(parts) > 1 else difference


@composed(np.gradient)
def gradient(f, *varargs, axis=None, edge_order=1):
    """Second differences inside, first (``edge_order=1``) or second ones at the ends."""
    axes = range(f.ndim) if axis is None else normalize_axis_tuple(axis, f.ndim)
    spacings = varargs or (1.0,)
    spacings = spacings * len(axes) if len(spacings) == 1 else spacings
    if len(spacings) != len(axes):
        raise TypeError(f"np.gradient: {len(varargs)} spacings for {len(axes)} axes")
    if min([f.shape[k] for k in axes], default=math.inf) < edge_order + 1:
        raise ValueError(f"np.gradient needs at least {edge_order + 1} entries along each axis, got shape {f.shape}")
    slopes = [slope_along(f, h, k, edge_order) for h, k in zip(spacings, axes, strict=True)]
    return slopes[0] if len(slopes) == 1 else tuple(slopes)


def slope_along(f, h, axis, edge_order):
    f, n = floating(f), f.shape[axis]
    h = h if isinstance(h, (int, float)) else as_arrays(h)[0]
    if np.ndim(h) == 0:
        left = right = h
    elif h.shape != (n,):
        raise ValueError(f"np.gradient: {h.size} coordinates for {n} entries along axis {axis}")
    else:
        steps = np.diff(h)
        left, right = laid_along(steps[:-1], axis, f.ndim), laid_along(steps[1:], axis, f.ndim)
    before, here, after = cut(f, axis, None, -2), cut(f, axis, 1, -1), cut(f, axis, 2, None)
    if np.ndim(h) == 0:
        inside = (after - before) / (2.0 * left)
    else:
        inside = (
            -right / (left * (left + right)) * before
            + (right - left) / (left * right) * here
            + left / (right * (left + right)) * after
        )
    ends = [end_slope(f, h, axis, edge_order, sign) for sign in (1, -1)]
    return np.concatenate([ends[0], inside, ends[1]], axis=axis).astype(f.dtype)


def end_slope(f, h, axis, edge_order, sign):
    """At the first entry, or with sign −1 at the last."""
    at = [cut(f, axis, k, k + 1) if sign > 0 else cut(f, axis, f.shape[axis] - 1 - k, f.shape[axis] - k)
          for k in range(edge_order + 1)]  # fmt: skip
    if np.ndim(h) == 0:
        steps = (h, h)
    else:
        from_end = h if sign > 0 else -np.flip(h)
        steps = [from_end[k + 1] - from_end[k] for k in range(edge_order)]
    if edge_order == 1:
        return sign * (at[1] - at[0]) / steps[0]
    a, b = steps
    return sign * (-(2 * a + b) / (a * (a + b)) * at[0] + (a + b) / (a * b) * at[1] - a / (b * (a + b)) * at[2])


@composed(np.trapezoid)
def trapezoid(y, x=None, dx=1.0, axis=-1):
    (y,) = as_arrays(y)
    if x is None:
        d = dx
    else:
        (x,) = as_arrays(x)
        d = laid_along(np.diff(x), axis, y.ndim) if x.ndim == 1 else np.diff(x, axis=axis)
    return np.sum(d * (cut(y, axis, 1, None) + cut(y, axis, None, -1)) / 2.0, axis=axis)


@composed(np.interp)
def interp(x, xp, fp, left=None, right=None, period=None):
    x, xp, fp = as_arrays(x, xp, fp)
    x, xp = x.astype(np.float64), xp.astype(np.float64)
    fp = fp.astype(np.complex128 if fp.dtype.kind == "c" else np.float64)
    if xp.ndim != 1 or fp.shape != xp.shape or xp.size == 0:
        raise ValueError(f"np.interp needs 1-d xp and fp of one length, got shapes {xp.shape} and {fp.shape}")
    if period is not None:
        x, xp, fp = wrapped(x, xp, fp, np.abs(period))
        left = right = None
    at = np.clip(np.searchsorted(xp, x, side="right") - 1, 0, max(xp.size - 2, 0))
    following = np.minimum(at + 1, xp.size - 1)
    slope = (getitem(fp, following) - getitem(fp, at)) / nonzero(getitem(xp, following) - getitem(xp, at))
    y = slope * (x - getitem(xp, at)) + getitem(fp, at)
    y = np.where(np.less(x, xp[0]), fp[0] if left is None else left, y)
    y = np.where(np.equal(x, xp[-1]), fp[-1] + slope * (x - xp[-1]), y)
    return number(np.where(np.greater(x, xp[-1]), fp[-1] if right is None else right, y))


def wrapped(x, xp, fp, period):
    """Everything moved into one period, sorted, with a neighbour from the next one at each end."""
    x, xp = np.remainder(x, period), np.remainder(xp, period)
    order = np.argsort(xp)
    xp, fp = xp[order], fp[order]
    return x, np.concatenate([xp[-1:] - period, xp, xp[:1] + period]), np.concatenate([fp[-1:], fp, fp[:1]])


@primitive
def full_convolution(a, v):
    return np.convolve(a, v)


def middle(g, w, n):
    """Σ_k ȳ_{i+k} w_k"""
    return full_convolution(g, np.flip(w))[w.shape[0] - 1 : w.shape[0] - 1 + n]


multilinear(
    full_convolution,
    lambda g, out, a, v: middle(g, v, a.shape[0]),
    lambda g, out, a, v: middle(g, a, v.shape[0]),
)


@composed(np.convolve)
def convolve(a, v, mode="full"):
    a, v = np.atleast_1d(a), np.atleast_1d(v)
    short, long = sorted((a.shape[0], v.shape[0]))
    return part_of_full(full_convolution(a, v), mode, short, long, (short - 1) // 2)


@composed(np.correlate)
def correlate(a, v, mode="valid"):
    """Σ_i a_{i+k} v_i*"""
    a, v = np.atleast_1d(a), np.atleast_1d(v)
    short, long = sorted((a.shape[0], v.shape[0]))
    start = (short - 1) // 2 if a.shape[0] >= v.shape[0] else short // 2
    return part_of_full(full_convolution(a, np.flip(np.conj(v))), mode, short, long, start)


def part_of_full(full, mode, short, long, start):
    mode = ("valid", "same", "full")[mode] if mode in (0, 1, 2) else mode
    if mode not in ("full", "same", "valid"):
        raise ValueError(f"mode must be 'full', 'same' or 'valid', got {mode!r}")
    if mode == "full":
        return full
    return full[start : start + long] if mode == "same" else full[short - 1 : long]


@primitive
def turns(p, discont, axis, period):
    """How many periods np.unwrap adds to each entry."""
    return np.round((np.unwrap(p, discont, axis, period=period) - p) / period)


constant(turns)
elementwise(np.unwrap, 1)  # multiples of the period are constant


@composed(np.unwrap)
def unwrap(p, discont=None, axis=-1, *, period=2 * math.pi):
    """For a period that is a variable too."""
    return p + turns(p, discont, axis, period) * period


@primitive
def bessel_i(n, x):
    """I_n(x) = (1/N) Σ_k exp(x cos θ_k) cos nθ_k at N angles, which converges faster than any power of 1/N.

    Source: L. N. Trefethen, J. A. C. Weideman, The exponentially convergent trapezoidal rule, SIAM Rev. 56, 385 (2014).
    """
    size = float(np.max(np.abs(x), initial=1.0))
    count = 4 * math.ceil(8 + n + 3 * math.sqrt(size))
    angles = 2 * math.pi / count * np.arange(count)
    terms = np.exp(np.multiply.outer(x, np.cos(angles))) * np.cos(n * angles)
    return np.mean(terms, axis=-1).astype(x.dtype)


elementwise(bessel_i, None, lambda out, n, x: 0.5 * (bessel_i(abs(n - 1), x) + bessel_i(n + 1, x)))
elementwise(np.i0, lambda out, x: bessel_i(1, x))
