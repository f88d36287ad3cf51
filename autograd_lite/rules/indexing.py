"""Taking entries out, and its transpose: putting them back where they came from, adding where they meet."""

import numpy as np

from ..arrays.versions import view_functions
from ..kinds import linear
from ..registry import composed, primitive

ARRAYS = (np.ndarray, np.float64, np.float32)
BASIC = (slice, int, type(...), type(None))  # a basic index reads no entry twice


@primitive
def getitem(x, *index):
    """x[index]"""
    return x[index]


@primitive
def scatter(values, shape, *index):
    """Zeros of ``shape`` with ``values`` added at ``index``."""
    out = np.zeros(shape, values.dtype) if type(values) in ARRAYS else np.zeros_like(values, shape=shape)
    for i in index:
        if type(i) not in BASIC:
            np.add.at(out, index, values)
            return out
    out[index] = values
    return out


view_functions.add(getitem)  # its rule is in taking.py
linear(scatter, lambda g, out, values, shape, *index: getitem(g, *index))


def at_axis(axis, index):
    """The index that takes ``index`` along ``axis``, from the end where the axis is negative."""
    return (slice(None),) * axis + (index,) if axis >= 0 else (..., index) + (slice(None),) * (-1 - axis)


@composed(np.take)
def take(a, indices, axis=None, out=None, mode="raise"):
    if axis is None or not a.ndim:
        a, axis = np.ravel(a), 0
    n = a.shape[axis]
    if mode != "raise":
        indices = np.asarray(indices, np.intp) if type(indices) in (list, tuple) else indices
        indices = np.mod(indices, n) if mode == "wrap" else np.clip(indices, 0, n - 1)
    return getitem(a, *at_axis(axis, indices))


@composed(np.take_along_axis)
def take_along_axis(arr, indices, axis=-1):
    if axis is None:
        return np.ravel(arr)[indices]
    if np.ndim(indices) != arr.ndim:
        raise ValueError(f"np.take_along_axis: indices have {np.ndim(indices)} dimensions, the array has {arr.ndim}")
    grid = list(np.indices(arr.shape, sparse=True))
    grid[axis] = indices
    return arr[tuple(grid)]


@composed(np.repeat)
def repeat(a, repeats, axis=None):
    if axis is None or not a.ndim:
        a, axis = np.ravel(a), 0
    return a[at_axis(axis, np.repeat(np.arange(a.shape[axis]), repeats))]


def diagonal_transpose(g, out, a, offset=0, axis1=0, axis2=1):
    shape = np.moveaxis(np.empty(a.shape, np.int8), (axis1, axis2), (-2, -1)).shape
    i = np.arange(out.shape[-1])
    filled = scatter(g, shape, ..., i + max(0, -offset), i + max(0, offset))
    return np.moveaxis(filled, (-2, -1), (axis1, axis2))


linear(np.diagonal, diagonal_transpose)


@composed(np.diag)
def diag(v, k=0):
    if v.ndim == 2:
        return np.diagonal(v, k)
    n = v.shape[0] + abs(k)
    i = np.arange(v.shape[0])
    return scatter(v, (n, n), i + max(0, -k), i + max(0, k))


@composed(np.trace)
def trace(a, offset=0, axis1=0, axis2=1, dtype=None, out=None):
    return np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1, dtype=dtype)
