"""Functions that reduce an axis: the weights w = ∂out/∂x, given ``out`` still spread over the axis.

Conventions: ties of max and min share evenly; prod is right with zeros; std and norm have derivative 0 at 0.
"""

import numpy as np

from ..kinds import broadcast, composed, linear, reduction, unreduce
from .elementwise import nonzero, ratio


def count(x, axis):
    """How many entries of x are reduced to one."""
    if axis is None:
        return x.size
    return np.prod([x.shape[a] for a in (axis if isinstance(axis, tuple) else (axis,))], dtype=int).item()


def ties(out, x, axis):
    """1/k at each of the k entries that attain the extremum."""
    chosen = np.logical_or(np.equal(x, out), np.isnan(x)).astype(x.dtype)  # max and min return nan if there is one
    return chosen / np.sum(chosen, axis=axis, keepdims=True)


def product_of_others(out, x, axis):
    """∏_{j≠i} x_j as (product before i)·(product after i), without a division."""
    axes = tuple(range(x.ndim)) if axis is None else tuple(a % x.ndim for a in np.atleast_1d(axis).tolist())
    kept = tuple(i for i in range(x.ndim) if i not in axes)
    moved = np.transpose(x, kept + axes)
    flat = np.reshape(moved, (*moved.shape[: len(kept)], count(x, axes)))
    one = np.ones_like(flat[..., :1])
    before = np.concatenate([one, np.cumprod(flat[..., :-1], axis=-1)], axis=-1)
    after = np.concatenate([np.cumprod(flat[..., :0:-1], axis=-1)[..., ::-1], one], axis=-1)
    return np.transpose(np.reshape(before * after, moved.shape), np.argsort(np.array(kept + axes)).tolist())


def deviation(out, x, axis, ddof=0, correction=0):
    """2(x − mean)/(n − ddof)."""
    return np.conj(x - np.mean(x, axis=axis, keepdims=True)) * (2.0 / (count(x, axis) - (ddof or correction)))


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
reduction(np.mean, lambda out, x, axis: 1.0 / count(x, axis))
reduction(np.max, ties)
reduction(np.min, ties)
reduction(np.amax, ties)
reduction(np.amin, ties)
reduction(np.prod, product_of_others)
reduction(np.var, deviation)
reduction(np.std, std_slope)
reduction(np.linalg.vector_norm, norm_slope)


@composed(np.linalg.norm)
def norm(x, ord=None, axis=None, keepdims=False):
    axes = tuple(range(x.ndim)) if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
    if ord is None or len(axes) == 1 or (len(axes) == 2 and ord == "fro"):
        one = axes[0] if len(axes) == 1 else axes
        return np.linalg.vector_norm(x, axis=one, keepdims=keepdims, ord=2 if ord in (None, "fro") else ord)
    if len(axes) == 2 and ord in (1, -1, np.inf, -np.inf):
        rows, columns = axes if abs(ord) == 1 else axes[::-1]
        sums = np.sum(np.abs(x), axis=rows, keepdims=True)
        largest = (np.max if ord > 0 else np.min)(sums, axis=columns, keepdims=True)
        return largest if keepdims else np.squeeze(largest, axis=axes)
    raise TypeError(
        f"np.linalg.norm(ord={ord!r}) of a {x.ndim}-d Tensor over axis={axis} has no derivative rule yet; "
        "for matrices ord may be None, 'fro', 1, -1, inf, -inf"
    )


@composed(np.ptp)
def ptp(a, axis=None, out=None, keepdims=False):
    return np.max(a, axis=axis, keepdims=keepdims) - np.min(a, axis=axis, keepdims=keepdims)


@composed(np.average)
def average(a, axis=None, weights=None, returned=False, *, keepdims=False):
    if weights is None:
        mean = np.mean(a, axis=axis, keepdims=keepdims)
        return (mean, np.full_like(mean, a.size / mean.size)) if returned else mean
    if np.shape(weights) != np.shape(a):
        if np.ndim(weights) != 1 or not isinstance(axis, (int, np.integer)):
            raise TypeError("np.average: weights of another shape than a must be 1-d and need an integer axis")
        weights = np.reshape(weights, [-1 if i == axis % a.ndim else 1 for i in range(a.ndim)])
    weights = weights * np.ones_like(a)
    total = np.sum(weights, axis=axis, keepdims=keepdims)
    mean = np.sum(a * weights, axis=axis, keepdims=keepdims) / total
    return (mean, total) if returned else mean


@composed(np.cumprod)
def cumprod(a, axis=None, dtype=None):
    """One product after the other: right with zeros, at any order."""
    a = a if dtype is None else a.astype(dtype)
    a, axis = (np.ravel(a), 0) if axis is None else (a, axis)
    parts = [np.take(a, i, axis=axis) for i in range(a.shape[axis])]
    for i in range(1, len(parts)):
        parts[i] = parts[i - 1] * parts[i]
    return np.stack(parts, axis=axis) if parts else a
