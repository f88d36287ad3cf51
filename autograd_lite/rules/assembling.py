"""Arrays put together from parts or from themselves: chosen entry by entry, in blocks and on grids, cut and padded."""

import math
import operator

import numpy as np

from ..registry import composed
from .differences import cut
from .indexing import at_axis, scatter
from .shaping import as_arrays, in_fortran_order, laid_along

# chosen entry by entry


@composed(np.choose)
def choose(a, choices, out=None, mode="raise"):
    (a,) = as_arrays(a)
    n = len(choices)
    if mode != "raise":
        a = np.mod(a, n) if mode == "wrap" else np.clip(a, 0, n - 1)
    elif np.any(np.logical_or(np.less(a, 0), np.greater_equal(a, n))):
        raise ValueError(f"np.choose: there are {n} choices, and an entry of a is none of them")
    return np.select([np.equal(a, i) for i in range(n)], choices)


@composed(np.select)
def select(condlist, choicelist, default=0):
    if len(condlist) != len(choicelist) or not len(condlist):
        raise ValueError(f"np.select: {len(condlist)} conditions for {len(choicelist)} choices")
    choices = [x if type(x) in (int, float, complex) else as_arrays(x)[0] for x in choicelist]
    dtype = np.result_type(*choices, default)
    chosen = default if hasattr(default, "dtype") else np.asarray(default, dtype)
    for condition, choice in zip(reversed(condlist), reversed(choices), strict=True):
        chosen = np.where(condition, choice, chosen)
    return chosen if chosen.dtype == dtype else chosen.astype(dtype)


@composed(np.piecewise)
def piecewise(x, condlist, funclist, *args, **kw):
    """Each function sees the entries of its own condition; where several hold the last one counts."""
    if isinstance(condlist, bool) or (not isinstance(condlist, (list, tuple)) and np.ndim(condlist) == x.ndim):
        condlist = [condlist]
    masks = [m.astype(bool) for m in as_arrays(*condlist)]
    masks = [masks[0]] if masks and masks[0].ndim == 0 and x.ndim else masks
    if len(funclist) == len(masks) + 1:
        masks.append(np.logical_not(np.any(np.stack([np.broadcast_to(m, x.shape) for m in masks]), axis=0)))
    if len(funclist) != len(masks):
        raise ValueError(f"np.piecewise: {len(funclist)} functions for {len(masks)} conditions")
    y = np.zeros(x.shape, x.dtype)
    for mask, function in zip(masks, funclist, strict=True):
        mask = np.broadcast_to(mask, x.shape)
        part = function
        if callable(function):
            places = np.nonzero(mask) if x.ndim else ()
            part = function(x[places] if x.ndim else x, *args, **kw) if np.any(mask) else 0
            part = scatter(part.astype(x.dtype), x.shape, *places) if x.ndim and np.ndim(part) else part
        y = np.where(mask, part, y)
    return y if y.dtype == x.dtype else y.astype(x.dtype)


@composed(np.compress)
def compress(condition, a, axis=None, out=None):
    return np.take(a, np.flatnonzero(condition), axis=axis)


@composed(np.extract)
def extract(condition, arr):
    return np.ravel(arr)[np.flatnonzero(condition)]


# with entries left out or put in


@composed(np.delete)
def delete(arr, obj, axis=None):
    obj = np.asarray(obj) if hasattr(obj, "dtype") else obj
    if axis is None:
        arr, axis = np.ravel(arr), 0
    return np.take(arr, np.delete(np.arange(arr.shape[axis]), obj), axis=axis)


@composed(np.insert)
def insert(arr, obj, values, axis=None):
    """The old entries and the new ones, each at the places that NumPy gives them."""
    arr, values = as_arrays(arr, values)
    obj = np.asarray(obj)[()] if hasattr(obj, "dtype") else obj
    if axis is None:
        arr, axis = np.ravel(arr), 0
    n, axis = arr.shape[axis], axis % arr.ndim
    count = np.insert(np.arange(n), obj, 0).size - n
    if count == 1:  # all values go to the one place
        values = np.reshape(values, (1,) * (arr.ndim - values.ndim) + values.shape)
        values = np.moveaxis(values, 0, axis) if isinstance(obj, (int, np.integer)) else values
        count = values.shape[axis]
    shape = [count if k == axis else m for k, m in enumerate(arr.shape)]
    new = np.broadcast_to(values, shape).astype(arr.dtype)
    order = np.insert(np.arange(n), obj, np.arange(n, n + count))
    return np.take(np.concatenate([arr, new], axis=axis), order, axis=axis)


@composed(np.resize)
def resize(a, new_shape):
    """Repeated from the beginning as often as needed."""
    new_shape = tuple(np.atleast_1d(np.asarray(new_shape)).tolist())
    size = math.prod(new_shape)
    if a.size == 0:
        return np.broadcast_to(np.zeros((), a.dtype), new_shape) + 0 * np.sum(a)
    return np.reshape(np.ravel(a)[np.arange(size) % a.size], new_shape)


@composed(np.trim_zeros)
def trim_zeros(filt, trim="fb", axis=None):
    """Without the zeros at the ends of each axis."""
    axes = range(filt.ndim) if axis is None else np.atleast_1d(axis).tolist()
    kept = [slice(None)] * filt.ndim
    for k in axes:
        places = np.nonzero(filt)[k]
        first, last = (np.min(places).item(), np.max(places).item()) if places.size else (0, -1)
        kept[k] = slice(first if "f" in trim.lower() or not places.size else 0,
                        last + 1 if "b" in trim.lower() or not places.size else None)  # fmt: skip
    return filt[tuple(kept)]


# in blocks and on grids


def depth_of(arrays):
    return 1 + max(map(depth_of, arrays), default=0) if isinstance(arrays, list) else 0


@composed(np.block)
def block(arrays):
    """The innermost lists along the last axis, the next ones along the last but one, ..."""
    depth = depth_of(arrays)
    if depth == 0:
        return np.copy(arrays)

    def widest(part):
        return max(map(widest, part)) if isinstance(part, list) else np.ndim(part)

    ndim = max(depth, widest(arrays))

    def joined(part, axis):
        if isinstance(part, list):
            return np.concatenate([joined(p, axis + 1) for p in part], axis=axis)
        return np.reshape(part, (1,) * (ndim - np.ndim(part)) + np.shape(part))

    return joined(arrays, -depth)


@composed(np.meshgrid)
def meshgrid(*xi, copy=True, sparse=False, indexing="xy"):
    if indexing not in ("xy", "ij"):
        raise ValueError(f"np.meshgrid: indexing is 'xy' or 'ij', not {indexing!r}")
    n = len(xi)
    places = list(range(n))
    if indexing == "xy" and n > 1:
        places[:2] = [1, 0]
    grids = [laid_along(x, place, n) for x, place in zip(xi, places, strict=True)]
    return tuple(grids) if sparse else np.broadcast_arrays(*grids)


@composed(np.broadcast_arrays)
def broadcast_arrays(*args, subok=False):
    shape = np.broadcast_shapes(*[np.shape(a) for a in args])
    return tuple(np.broadcast_to(a, shape) for a in args)


@composed(np.diagflat)
def diagflat(v, k=0):
    return np.diag(np.ravel(v), k)


@composed(np.vander)
def vander(x, N=None, increasing=False):
    """Columns 1, x, x², ... , or the other way round."""
    x = x.astype(np.promote_types(x.dtype, int))
    N = x.shape[0] if N is None else N
    powers = np.expand_dims(x, -1) ** np.arange(N)
    return powers if increasing else np.flip(powers, 1)


# padded


@composed(np.pad)
def pad(array, pad_width, mode="constant", **kwargs):
    """One axis after the other; the result lies in memory as NumPy's does, for views of it."""
    if callable(mode) or mode == "empty":
        raise TypeError(f"np.pad: mode={mode!r} is not recorded; use a mode with a name, or np.concatenate")
    widths = pairs(pad_width, array.ndim)
    options = {k: pairs(v, array.ndim) for k, v in kwargs.items() if k != "reflect_type" and v is not None}
    if array.ndim == 0:
        return np.copy(array)
    fortran = in_fortran_order(array)
    for axis, (before, after) in enumerate(np.asarray(widths).tolist()):
        own = {k: v[axis] for k, v in options.items()}
        if "reflect_type" in kwargs:
            own["reflect_type"] = kwargs["reflect_type"]
        array = pad_axis(array, axis, before, after, mode, **own)
    if fortran != in_fortran_order(array):
        return np.copy(array, order="F" if fortran else "C")
    return array


def pairs(x, ndim):
    """(before, after) for each axis."""
    if isinstance(x, dict):
        rows = {k % ndim: np.broadcast_to(v, 2) for k, v in x.items()}
        return [rows.get(k, (0, 0)) for k in range(ndim)]
    return np.broadcast_to(x, (ndim, 2))


def pad_axis(x, axis, before, after, mode, **options):
    if mode in ("edge", "wrap", "symmetric", "reflect") and options.get("reflect_type", "even") == "even":
        return x[at_axis(axis, np.pad(np.arange(x.shape[axis]), (before, after), mode))]
    if mode in ("symmetric", "reflect"):  # odd: 2·edge less the reflection, a linear map of the axis
        weights = np.pad(np.eye(x.shape[axis], dtype=x.dtype), ((before, after), (0, 0)), mode, **options)
        return np.moveaxis(np.tensordot(weights, x, axes=(1, axis)), 0, axis)
    parts = [x]
    for side, width in enumerate((before, after)):
        if width:
            new = margin(x, axis, side, width, mode, **{k: v[side] for k, v in options.items()})
            if x.dtype.kind in "iu" and mode != "constant":
                new = np.floor(new) if mode == "linear_ramp" else np.round(new)
            shape = [width if k == axis else n for k, n in enumerate(x.shape)]
            parts.insert(0 if side == 0 else len(parts), np.broadcast_to(new, shape).astype(x.dtype))
    return np.concatenate(parts, axis=axis) if len(parts) > 1 else x


STATISTICS = {"mean": np.mean, "median": np.median, "maximum": np.max, "minimum": np.min}


def margin(x, axis, side, width, mode, constant_values=0, end_values=0, stat_length=None):
    """What stands before (side 0) or after (side 1) the array along the axis."""
    n = x.shape[axis]
    if mode == "constant":
        return constant_values
    if mode == "linear_ramp":
        edge = cut(x, axis, 0, 1) if side == 0 else cut(x, axis, n - 1, n)
        share = np.arange(width) / width if side == 0 else 1 - (np.arange(width) + 1) / width
        share = laid_along(share.astype(np.result_type(edge, 0.0)), axis, x.ndim)
        return end_values + share * (edge - end_values)
    if mode not in STATISTICS:
        raise ValueError(f"np.pad: mode {mode!r} is none of NumPy's")
    length = n if stat_length is None else min(int(stat_length), n)
    return STATISTICS[mode](cut(x, axis, 0, length) if side == 0 else cut(x, axis, n - length, n),
                            axis=axis, keepdims=True)  # fmt: skip


# function by function


@composed(np.apply_along_axis)
def apply_along_axis(func1d, axis, arr, *args, **kwargs):
    lanes = np.moveaxis(arr, axis, -1)
    shape = lanes.shape[:-1]
    results = [func1d(lanes[index], *args, **kwargs) for index in np.ndindex(*shape)]
    if not results:
        raise ValueError("np.apply_along_axis needs at least one lane")
    stacked = np.stack(results)
    inner = stacked.shape[1:]
    stacked = np.reshape(stacked, shape + inner)
    axis %= arr.ndim
    first = len(shape)
    order = [*range(axis), *range(first, first + len(inner)), *range(axis, first)]
    return np.transpose(stacked, order)


@composed(np.apply_over_axes)
def apply_over_axes(func, a, axes):
    for axis in np.atleast_1d(axes).tolist():
        found = func(a, axis)
        a = found if np.ndim(found) == np.ndim(a) else np.expand_dims(found, axis)
    return a


# grids between numbers


@composed(np.linspace)
def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, device=None):
    """start + k·(stop − start)/(n − 1): linear in both ends."""
    num = operator.index(num)
    parts, floating = num - 1 if endpoint else num, np.result_type(start, stop, 0.0)
    start, stop = (x.astype(floating) for x in as_arrays(start, stop))
    step = (stop - start) / max(parts, 1)
    k = np.reshape(np.arange(num, dtype=np.real(step).dtype), (-1,) + (1,) * step.ndim)
    points = start + k * step if parts > 0 else start + k * (stop - start)
    if endpoint and num > 1:
        points = np.concatenate([points[:-1], np.broadcast_to(stop, (1, *points.shape[1:]))])
    points = np.moveaxis(points, 0, axis)
    if dtype is not None:
        points = (np.floor(points) if np.dtype(dtype).kind in "iu" else points).astype(dtype)
    return (points, step if parts > 0 else np.float64(np.nan)) if retstep else points


@composed(np.logspace)
def logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    if np.ndim(base):
        ndim = max(np.ndim(start), np.ndim(stop), np.ndim(base))
        start, stop, base = (np.reshape(x, (1,) * (ndim - np.ndim(x)) + np.shape(x)) for x in (start, stop, base))
        base = np.expand_dims(base, axis)
    points = np.power(base, np.linspace(start, stop, num, endpoint, axis=axis))
    return points if dtype is None else points.astype(dtype)


@composed(np.geomspace)
def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    """start·(stop/start)^(k/(n − 1))"""
    floating = np.result_type(start, stop, np.float64)
    start, stop = (x.astype(floating) for x in as_arrays(start, stop))
    if np.any(np.equal(start * stop, 0)):
        raise ValueError("np.geomspace: the ends must not be 0")
    ratio = stop / start
    share = np.reshape(np.linspace(0.0, 1.0, num, endpoint), (-1,) + (1,) * ratio.ndim)
    points = start * ratio**share
    if num:
        points = np.concatenate([np.broadcast_to(start, (1, *points.shape[1:])), points[1:]])
    if endpoint and num > 1:
        points = np.concatenate([points[:-1], np.broadcast_to(stop, (1, *points.shape[1:]))])
    points = np.moveaxis(points, 0, axis)
    return points if dtype is None else points.astype(dtype)
