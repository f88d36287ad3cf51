"""Functions that reduce an axis: the weights w = ∂out/∂x, given ``out`` still spread over the axis.

Conventions: ties of max and min share evenly; prod is right with zeros; std and norm have derivative 0 at 0.
"""

import math
import operator

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from ..kinds import broadcast, linear, reduction, unreduce
from ..registry import composed
from .elementwise import nonzero, ratio
from .shaping import floating, inverse, number


def count(x, axis):
    """How many entries of x are reduced to one."""
    if axis is None:
        return x.size
    return math.prod([x.shape[a] for a in (axis if isinstance(axis, tuple) else (axis,))])


def sorted_axes(x, axis):
    """(the axes that stay, the reduced ones)"""
    axes = tuple(range(x.ndim)) if axis is None or not x.ndim else normalize_axis_tuple(axis, x.ndim)
    return tuple(i for i in range(x.ndim) if i not in axes), axes


def lanes(x, axis):
    """x with the reduced axes joined to one, the last."""
    kept, axes = sorted_axes(x, axis)
    moved = np.transpose(x, kept + axes)
    return np.reshape(moved, (*moved.shape[: len(kept)], count(x, axes)))


def kept_shape(x, axis):
    """The shape of a reduction with keepdims=True."""
    kept, _ = sorted_axes(x, axis)
    return tuple(n if i in kept else 1 for i, n in enumerate(x.shape))


def ties(out, x, axis):
    """1/k at each of the k entries that attain the extremum."""
    chosen = np.logical_or(np.equal(x, out), np.isnan(x)).astype(x.dtype)  # max and min return nan if there is one
    return chosen / np.sum(chosen, axis=axis, keepdims=True)


def product_of_others(out, x, axis):
    """∏_{j≠i} x_j as (product before i)·(product after i), without a division."""
    kept, axes = sorted_axes(x, axis)
    flat = lanes(x, axis)
    one = np.ones_like(flat[..., :1])
    before = np.concatenate([one, np.cumprod(flat[..., :-1], axis=-1)], axis=-1)
    after = np.concatenate([np.cumprod(flat[..., :0:-1], axis=-1)[..., ::-1], one], axis=-1)
    moved = [x.shape[i] for i in kept + axes]
    return np.transpose(np.reshape(before * after, moved), inverse(kept + axes))


def deviation(out, x, axis, ddof=0, correction=0):
    """2(x − mean)/(n − ddof)."""
    n = max(count(x, axis) - (ddof or correction), 0)
    return np.conj(x - np.mean(x, axis=axis, keepdims=True)) * (2.0 / n if n else math.inf)


def reversed_cumsum(g, out, x, axis=None, dtype=None):
    if axis is None:
        return np.reshape(np.flip(np.cumsum(np.flip(g))), x.shape)
    return np.flip(np.cumsum(np.flip(g, axis), axis=axis), axis)


def std_slope(out, x, axis, ddof=0, correction=0):
    """(x − mean)/((n − ddof)·std)."""
    return ratio(0.5 * deviation(out, x, axis, ddof, correction), out)


def norm_slope(out, x, axis, ord=2):
    """∂‖x‖_p/∂x = |x|^(p−1)·sign(x)/‖x‖_p^(p−1), 0 where the norm is 0."""
    if ord == 2:
        return ratio(np.conj(x), out)
    size = np.abs(x)
    direction = ratio(np.conj(x), size)
    if ord in (np.inf, -np.inf):
        return direction * ties(out, size, axis)
    if ord == 0:
        return np.zeros_like(x)
    return direction * nonzero(ratio(size, out)) ** (ord - 1)


linear(np.sum, lambda g, out, x, axis=None, dtype=None, _=None, keepdims=False:
               broadcast(unreduce(g, x, axis), x.shape))  # fmt: skip
linear(np.cumsum, reversed_cumsum)
reduction(np.mean, lambda out, x, axis: 1.0 / max(count(x, axis), 1))
reduction(np.max, ties)
reduction(np.min, ties)
reduction(np.amax, ties)
reduction(np.amin, ties)
reduction(np.prod, product_of_others)
reduction(np.var, deviation)
reduction(np.std, std_slope)
reduction(np.linalg.vector_norm, norm_slope)


# with where= and initial=: reductions of an array in which what is not asked for counts nothing


def with_initial(function, bound, x, axis, keepdims, initial, where):
    """The extremum of each lane and of ``initial``, as if that were one entry more."""
    if initial is None:
        raise ValueError(f"np.{function.__name__} with where= needs initial=, the value where nothing is chosen")
    initial = number_like(x, initial)
    if where is not True:
        x = np.where(where, x, bound if x.dtype.kind == "f" else initial)
    flat = lanes(x, axis)
    first = np.broadcast_to(initial, (*flat.shape[:-1], 1))
    found = function(np.concatenate([first, flat], axis=-1), axis=-1)
    return np.reshape(found, kept_shape(x, axis)) if keepdims else found


def number_like(x, number):
    """The number in the dtype of x."""
    return number.astype(x.dtype) if hasattr(number, "dtype") else x.dtype.type(number)


@composed(np.sum)
def masked_sum(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True):
    total = np.sum(a if where is True else np.where(where, a, 0), axis=axis, dtype=dtype, keepdims=keepdims)
    return total if initial is None else total + number_like(total, initial)


@composed(np.prod)
def masked_prod(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True):
    product = np.prod(a if where is True else np.where(where, a, 1), axis=axis, dtype=dtype, keepdims=keepdims)
    return product if initial is None else product * number_like(product, initial)


@composed(np.max)
def masked_max(a, axis=None, out=None, keepdims=False, initial=None, where=True):
    return with_initial(np.max, -np.inf, a, axis, keepdims, initial, where)


@composed(np.min)
def masked_min(a, axis=None, out=None, keepdims=False, initial=None, where=True):
    return with_initial(np.min, np.inf, a, axis, keepdims, initial, where)


composed(np.amax)(masked_max)
composed(np.amin)(masked_min)


@composed(np.mean)
def masked_mean(a, axis=None, dtype=None, out=None, keepdims=False, *, where=True):
    total = masked_sum(a, axis, dtype, None, keepdims, None, where)
    return total / np.sum(np.broadcast_to(where, a.shape), axis=axis, keepdims=keepdims).astype(total.dtype)


@composed(np.var)
def masked_var(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=0):
    if ddof and correction:
        raise ValueError("ddof and correction can't be provided simultaneously.")
    where = np.broadcast_to(where, a.shape)
    if mean is None:
        mean = masked_mean(a, axis, dtype, None, True, where=where)
    deviation = np.where(where, a - mean, 0)
    squares = np.sum(np.real(deviation * np.conj(deviation)), axis=axis, dtype=dtype, keepdims=keepdims)
    n = np.sum(where, axis=axis, keepdims=keepdims).astype(squares.dtype) - (ddof or correction)
    return squares / np.maximum(n, 0).astype(squares.dtype)


@composed(np.std)
def masked_std(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=0):
    variance = masked_var(a, axis, dtype, None, ddof, keepdims, where=where, mean=mean, correction=correction)
    zero = np.equal(variance, 0)
    return number(np.where(zero, 0, np.sqrt(np.where(zero, 1, variance))))


@composed(np.linalg.vector_norm)
def norm_by_order(x, /, *, axis=None, keepdims=False, ord=2):
    """For an order that is a variable too."""
    ord = ord.astype(np.result_type(np.real(x), 0.0))
    total = np.sum(np.abs(x) ** ord, axis=axis, keepdims=keepdims)
    return number(np.where(np.equal(total, 0), 0, nonzero(total) ** (1 / ord)))


@composed(np.linalg.norm)
def norm(x, ord=None, axis=None, keepdims=False):
    axes = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (operator.index(axis),)
    if len(axes) == 1 and isinstance(ord, str):
        raise ValueError(f"np.linalg.norm: no vector norm has ord={ord!r}; it is a number, inf or -inf")
    if ord is None or len(axes) == 1 or (len(axes) == 2 and ord == "fro"):
        one = axes[0] if len(axes) == 1 else axes
        return np.linalg.vector_norm(x, axis=one, keepdims=keepdims, ord=2 if ord in (None, "fro") else ord)
    if len(axes) != 2:
        raise ValueError(f"np.linalg.norm: ord={ord!r} is for one or two axes, not for {len(axes)}")
    if ord in (1, -1, np.inf, -np.inf):
        rows, columns = axes if abs(ord) == 1 else axes[::-1]
        sums = np.sum(np.abs(floating(x)), axis=rows, keepdims=True)
        found = (np.max if ord > 0 else np.min)(sums, axis=columns, keepdims=True)
        return found if keepdims else number(np.squeeze(found, axis=axes))
    if ord not in (2, -2, "nuc"):
        raise ValueError(f"np.linalg.norm: no matrix norm has ord={ord!r}; it is 'fro', 'nuc', 1, -1, 2, -2, inf, -inf")
    s = np.linalg.svdvals(np.moveaxis(x, axes, (-2, -1)))
    found = {2: np.max, -2: np.min, "nuc": np.sum}[ord](s, axis=-1)
    return np.reshape(found, kept_shape(x, axes)) if keepdims else found


@composed(np.linalg.matrix_norm)
def matrix_norm(x, /, *, keepdims=False, ord="fro"):
    return norm(x, ord, (-2, -1), keepdims)


@composed(np.ptp)
def ptp(a, axis=None, out=None, keepdims=False):
    return np.max(a, axis=axis, keepdims=keepdims) - np.min(a, axis=axis, keepdims=keepdims)


@composed(np.average)
def average(a, axis=None, weights=None, returned=False, *, keepdims=False):
    if weights is None:
        mean = np.mean(a, axis=axis, keepdims=keepdims)
        return (mean, np.full_like(mean, a.size / mean.size)) if returned else mean
    if np.shape(weights) != np.shape(a):
        axes = None if axis is None else normalize_axis_tuple(axis, a.ndim)
        if axes is None or np.shape(weights) != tuple(a.shape[k] for k in axes):
            raise ValueError(
                f"np.average: weights of shape {np.shape(weights)} fit neither a of shape {a.shape} nor its axes {axis}"
            )
        weights = np.transpose(weights, np.argsort(axes).tolist())
        weights = np.reshape(weights, [n if k in axes else 1 for k, n in enumerate(a.shape)])
    weights = floating(weights * np.ones_like(a))
    total = np.sum(weights, axis=axis, keepdims=keepdims)
    mean = np.sum(a * weights, axis=axis, keepdims=keepdims) / total
    return (mean, total) if returned else mean


def cumulative(function, empty, x, axis, dtype, include_initial):
    if axis is None and x.ndim > 1:
        raise ValueError(f"np.{function.__name__} of a {x.ndim}-d array needs axis=")
    axis, x = 0 if axis is None else axis, np.atleast_1d(x)
    found = function(x, axis=axis, dtype=dtype)
    if not include_initial:
        return found
    return np.concatenate([np.full(kept_shape(x, axis), empty, found.dtype), found], axis=axis)


if hasattr(np, "cumulative_sum"):  # since NumPy 2.1

    @composed(np.cumulative_sum)
    def cumulative_sum(x, /, *, axis=None, dtype=None, out=None, include_initial=False):
        return cumulative(np.cumsum, 0, x, axis, dtype, include_initial)

    @composed(np.cumulative_prod)
    def cumulative_prod(x, /, *, axis=None, dtype=None, out=None, include_initial=False):
        return cumulative(np.cumprod, 1, x, axis, dtype, include_initial)


@composed(np.cumprod)
def cumprod(a, axis=None, dtype=None, out=None):
    """One product after the other: right with zeros, at any order."""
    a = a.astype(np.cumprod(np.zeros(0, a.dtype), dtype=dtype).dtype)
    a, axis = (np.ravel(a), 0) if axis is None else (np.atleast_1d(a), axis)
    parts = [np.take(a, i, axis=axis) for i in range(a.shape[axis])]
    for i in range(1, len(parts)):
        parts[i] = parts[i - 1] * parts[i]
    return np.stack(parts, axis=axis) if parts else a
