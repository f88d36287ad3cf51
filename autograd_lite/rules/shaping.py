"""Functions that rearrange entries: linear, each with the rearrangement that undoes it as its transpose."""

from operator import index

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from ..kinds import general, linear
from ..registry import composed, primitive
from .indexing import at_axis


def as_arrays(*xs):
    return [x if hasattr(x, "shape") else np.asarray(x) for x in xs]


def floating(x):
    """x, or the floats that stand for its whole numbers."""
    return x if x.dtype.kind in "fc" else x.astype(np.float64)


def number(x):
    """x, which is NumPy's number and no array that can be written to if it has no axes."""
    return x if x.ndim else x[()]


def laid_along(vector, axis, ndim):
    """The vector on one axis of ``ndim``."""
    return np.reshape(vector, [-1 if k == axis % ndim else 1 for k in range(ndim)])


def restored(g, out, x, *args, **kwargs):
    """Back to the shape of x."""
    return np.reshape(g, x.shape)


def layout(order, x):
    """``order`` as "C" or "F": "A" means the order of x in memory."""
    return order if order != "A" else "F" if in_fortran_order(x) else "C"


def in_fortran_order(x):
    return np.isfortran(x if isinstance(x, np.ndarray) else np.empty_like(x))  # a plain array of the layout of x


def rearranged(t, out, x, shape, order="C", copy=None):
    return np.reshape(t, out.shape, order=layout(order, x))


def rearranged_back(g, out, x, shape, order="C", copy=None):
    return np.reshape(g, x.shape, order=layout(order, x))


@primitive
def astype(x, dtype):
    """x in another dtype."""
    return x.astype(dtype)


def if_floating(derivative, out, x, dtype):
    """What is made an integer or a truth value is constant; the rest is cast, as every derivative is."""
    return derivative if out.dtype.kind in "fc" else None


@primitive
def concatenate(*arrays, axis=0):
    """np.concatenate with the arrays as arguments of their own, so that each is recorded."""
    return np.concatenate(arrays, axis=axis)


def concatenate_transpose(j, g, out, *arrays, axis=0):
    if axis is None:
        start = sum(a.size for a in arrays[:j])
        return np.reshape(g[start : start + arrays[j].size], arrays[j].shape)
    start = sum(a.shape[axis] for a in arrays[:j])
    stop = start + arrays[j].shape[axis]
    return g[at_axis(axis, slice(start, stop))]


general(np.reshape, jvp=[rearranged], vjp=[rearranged_back])
linear(np.expand_dims, restored)
linear(np.squeeze, restored)
linear(np.transpose, lambda g, out, x, axes=None: np.transpose(g, None if axes is None else inverse(axes)))
linear(np.swapaxes, lambda g, out, x, axis1, axis2: np.swapaxes(g, axis1, axis2))
linear(np.moveaxis, lambda g, out, x, source, destination: np.moveaxis(g, destination, source))
linear(np.flip, lambda g, out, x, axis=None: np.flip(g, axis))
linear(np.roll, lambda g, out, x, shift, axis=None: np.roll(g, np.negative(shift).tolist(), axis))
linear(np.broadcast_to, lambda g, out, x, shape, subok=False: g)  # sum_to undoes it, as for every rule
linear(np.copy, lambda g, out, x, order="K", subok=False: g)
linear(np.tril, lambda g, out, x, k=0: np.tril(g, k))
linear(np.triu, lambda g, out, x, k=0: np.triu(g, k))
general(astype, jvp=[if_floating], vjp=[if_floating])
linear(concatenate, concatenate_transpose, variadic=True)


def inverse(axes):
    return np.argsort([a % len(axes) for a in axes]).tolist()


@composed(np.ravel)
def ravel(a, order="C"):
    if order == "K":
        places = np.empty_like(a, dtype=np.intp)
        places[...] = np.reshape(np.arange(a.size), a.shape)
        return np.reshape(a, -1)[np.ravel(places, "K")]
    return np.reshape(a, -1) if order == "C" else np.reshape(a, -1, order=order)


@composed(np.full_like)
def full_like(a, fill_value, dtype=None, order="K", subok=True, shape=None, *, device=None):
    shape, dtype = np.shape(a) if shape is None else shape, np.result_type(a) if dtype is None else np.dtype(dtype)
    if isinstance(fill_value, np.ndarray) or not hasattr(fill_value, "__array_function__"):
        return np.full(shape, fill_value, dtype)
    filled = np.broadcast_to(fill_value, shape)
    return np.copy(filled) if filled.dtype == dtype else astype(filled, dtype)


@composed(np.concatenate)
def concatenate_list(arrays, axis=0, out=None, *, dtype=None, casting="same_kind"):
    arrays = as_arrays(*arrays)
    np.concatenate([np.zeros(0, a.dtype) for a in arrays], dtype=dtype, casting=casting)  # for what it raises
    joined = concatenate(*arrays, axis=axis)
    return joined if dtype is None else joined.astype(dtype)


@composed(np.stack)
def stack(arrays, axis=0, out=None, *, dtype=None, casting="same_kind"):
    return concatenate_list([np.expand_dims(a, axis) for a in arrays], axis, dtype=dtype, casting=casting)


@composed(np.vstack)
def vstack(tup, *, dtype=None, casting="same_kind"):
    return concatenate_list([np.atleast_2d(a) for a in tup], 0, dtype=dtype, casting=casting)


@composed(np.hstack)
def hstack(tup, *, dtype=None, casting="same_kind"):
    arrays = [np.atleast_1d(a) for a in tup]
    return concatenate_list(arrays, 0 if arrays[0].ndim == 1 else 1, dtype=dtype, casting=casting)


@composed(np.dstack)
def dstack(tup):
    return concatenate(*[np.atleast_3d(a) for a in tup], axis=2)


@composed(np.column_stack)
def column_stack(tup):
    return concatenate(*[np.reshape(a, (-1, 1)) if np.ndim(a) < 2 else a for a in tup], axis=1)


@composed(np.append)
def append(arr, values, axis=None):
    if axis is None:
        return concatenate(np.ravel(arr), np.ravel(values))
    return concatenate_list([arr, values], axis)


@composed(np.atleast_1d)
def atleast_1d(*arys):
    return one_or_all([np.reshape(a, (1,)) if np.ndim(a) == 0 else a for a in arys])


@composed(np.atleast_2d)
def atleast_2d(*arys):
    return one_or_all([np.reshape(a, (1, -1)) if np.ndim(a) < 2 else a for a in arys])


@composed(np.atleast_3d)
def atleast_3d(*arys):
    shapes = {0: lambda s: (1, 1, 1), 1: lambda s: (1, *s, 1), 2: lambda s: (*s, 1)}
    return one_or_all([np.reshape(a, shapes[np.ndim(a)](np.shape(a))) if np.ndim(a) < 3 else a for a in arys])


def one_or_all(arrays):
    arrays = as_arrays(*arrays)
    return arrays[0] if len(arrays) == 1 else tuple(arrays)


@composed(np.array_split)
def array_split(ary, indices_or_sections, axis=0):
    n, indices_or_sections = ary.shape[axis], np.asarray(indices_or_sections)
    if indices_or_sections.ndim:
        ends = indices_or_sections.tolist()
    else:
        ends = np.cumsum([len(part) for part in np.array_split(range(n), indices_or_sections)])[:-1].tolist()
    return [ary[at_axis(axis, slice(a, b))] for a, b in zip([0, *ends], [*ends, None], strict=True)]


@composed(np.split)
def split(ary, indices_or_sections, axis=0):
    if np.ndim(indices_or_sections) == 0 and ary.shape[axis] % index(indices_or_sections):
        raise ValueError(
            f"np.split: {ary.shape[axis]} entries along axis {axis} do not divide into {indices_or_sections} equal "
            "parts; np.array_split makes nearly equal ones"
        )
    return array_split(ary, indices_or_sections, axis)


@composed(np.hsplit)
def hsplit(ary, indices_or_sections):
    return split(ary, indices_or_sections, 0 if ary.ndim == 1 else 1)


@composed(np.vsplit)
def vsplit(ary, indices_or_sections):
    if ary.ndim < 2:
        raise ValueError(f"np.vsplit needs at least 2 axes, got shape {ary.shape}")
    return split(ary, indices_or_sections, 0)


@composed(np.tile)
def tile(A, reps):
    reps = (reps,) if np.ndim(reps) == 0 else tuple(reps)
    shape = (1,) * (len(reps) - A.ndim) + A.shape
    reps = (1,) * (len(shape) - len(reps)) + reps
    spread = np.broadcast_to(
        np.reshape(A, [m for n in shape for m in (1, n)]), [m for r, n in zip(reps, shape, strict=True) for m in (r, n)]
    )
    return np.reshape(spread, [r * n for r, n in zip(reps, shape, strict=True)])


@composed(np.dsplit)
def dsplit(ary, indices_or_sections):
    if ary.ndim < 3:
        raise ValueError(f"np.dsplit needs at least 3 axes, got shape {ary.shape}")
    return split(ary, indices_or_sections, 2)


@composed(np.fliplr)
def fliplr(m):
    return np.flip(m, 1)


@composed(np.flipud)
def flipud(m):
    return np.flip(m, 0)


@composed(np.rot90)
def rot90(m, k=1, axes=(0, 1)):
    first, second = axes
    turned = np.flip(m, axes) if k % 4 == 2 else np.flip(m, second) if k % 4 == 1 else m
    turned = turned if k % 2 == 0 else np.swapaxes(turned, first, second)
    return np.flip(turned, second) if k % 4 == 3 else turned


@composed(np.rollaxis)
def rollaxis(a, axis, start=0):
    axis, start = normalize_axis_index(axis, a.ndim), start + a.ndim if start < 0 else start
    return np.moveaxis(a, axis, start - 1 if axis < start else start)


@composed(np.matrix_transpose)
def matrix_transpose(x, /):
    if x.ndim < 2:
        raise ValueError(f"np.matrix_transpose needs at least 2 axes, got shape {x.shape}")
    return np.swapaxes(x, -1, -2)


composed(np.linalg.matrix_transpose)(matrix_transpose)


if hasattr(np, "unstack"):  # since NumPy 2.1

    @composed(np.unstack)
    def unstack(x, /, *, axis=0):
        return tuple(np.moveaxis(x, axis, 0))


@composed(np.astype)
def astype_function(x, dtype, /, *, copy=True, device=None):
    return astype(x, np.dtype(dtype))


@composed(np.real_if_close)
def real_if_close(a, tol=100):
    if a.dtype.kind != "c":
        return a
    tol = tol * np.finfo(a.dtype).eps if tol > 1 else tol
    return np.real(a) if np.all(np.abs(np.imag(a)) < tol) else a
