"""Batching rules: how a function acts on k arrays at once, its axes counted behind the one that counts them.

    reductions, rearrangements    the axis moves one place:            sum(x, 0)  →  sum(X, 1)
    products, solve               one product for the whole batch:     A x        →  X Aᵀ
    indices                       one more ``:`` in front:             x[i]       →  X[:, i]

Rules are needed for what the tables of derivatives apply to tangents and adjoints; NumPy's functions that act entry by
entry need none, nor do those composed of others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays.calls import plain_value
from ..registry import parameters, plain_functions
from ..rules.assigning import add_at, assign, part_of, places
from ..rules.elementwise import masked
from ..rules.indexing import BASIC, getitem, scatter
from ..rules.products import contract
from ..rules.shaping import astype, concatenate
from .batched import Batched, batched, batching, batching_rules, each_member, elementwise, lead

__all__: list[str] = []

Function = Callable[..., Any]


def behind(axis: Any, ndim: int) -> Any:
    """The place of an axis, or of several, of a member among the axes of the batch."""
    if isinstance(axis, (tuple, list)):
        return tuple([behind(a, ndim) for a in axis])
    if not -ndim <= axis < ndim:
        raise ValueError(f"axis {axis} is out of bounds for an array of {ndim} axes")
    return int(axis) % ndim + 1


def alone(x: Any, args: Any, kwargs: Any) -> bool:
    """Whether x is the only Batched of a call."""
    return type(x) is Batched and not any([type(a) is Batched for a in (*args, *kwargs.values())])


def along(function: Function, whole: Function) -> None:
    """The rule of function(x, ..., axis=...); ``whole(function, X, **kwargs)`` where no axis is given."""

    def rule(x: Any, *args: Any, **kwargs: Any) -> Any:
        given = {**dict(zip(parameters(function)[1:], args, strict=False)), **kwargs}
        axis = given.pop("axis", None)
        if not alone(x, args, kwargs) or (axis is not None and x.ndim == 0):
            return each_member(function, (x, *args), kwargs)
        if axis is None:
            return batched(whole(function, x.array, **given))
        return batched(function(x.array, axis=behind(axis, x.ndim), **given))

    batching(function)(rule)


def all_axes(function: Function, array: Any, **kwargs: Any) -> Any:
    return function(array, axis=tuple(range(1, array.ndim)), **kwargs)


def last_axis(function: Function, array: Any, **kwargs: Any) -> Any:
    return function(array, axis=-1, **kwargs)


def flattened(function: Function, array: Any, **kwargs: Any) -> Any:
    return function(array.reshape(len(array), -1), axis=1, **kwargs)


def restored(function: Function, array: Any, **kwargs: Any) -> Any:
    return flattened(function, array, **kwargs).reshape(array.shape)


def without_ones(function: Function, array: Any) -> Any:
    return function(array, axis=tuple(i for i, n in enumerate(array.shape) if n == 1 and i))


_function: Function
for _function in (np.sum, np.prod, np.mean, np.max, np.min, np.flip):
    along(_function, all_axes)
for _function in (np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.irfft):
    along(_function, last_axis)
along(np.cumsum, flattened)
along(np.roll, restored)
along(np.squeeze, without_ones)


batching_rules[np.where] = lambda condition, x, y: elementwise(np.where, (condition, x, y), {})
batching_rules[masked] = lambda x, mask: elementwise(masked, (x, mask), {})


batching_rules[np.real] = lambda val: batched(np.real(val.array))
batching_rules[np.imag] = lambda val: batched(np.imag(val.array))


@batching(astype)
def in_dtype(x: Any, dtype: Any) -> Any:
    return batched(x.array.astype(dtype))


@batching(np.copy)
def copied(x: Any, order: Any = "K", subok: bool = False) -> Any:
    return batched(x.array.copy())


# what depends on the shape alone


@batching(*plain_functions)
def refused(*args: Any, **kwargs: Any) -> Any:
    raise TypeError("this question about an array has no answer for a batch of them")


batching_rules[np.shape] = lambda a: a.shape
batching_rules[np.ndim] = lambda a: a.ndim
batching_rules[np.iscomplexobj] = lambda x: x.dtype.kind == "c"
batching_rules[np.isrealobj] = lambda x: x.dtype.kind != "c"


@batching(np.size)
def size(a: Any, axis: Any = None) -> Any:
    return a.size if axis is None else a.shape[axis]


@batching(np.result_type)
def result_type(*args: Any) -> Any:
    return np.result_type(*[a.dtype if type(a) is Batched else plain_value(a, np.result_type) for a in args])


@batching(np.zeros_like)
def zeros_like(a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None) -> Any:
    """Zeros are the same for every member."""
    return np.zeros(a.shape if shape is None else shape, dtype or a.dtype)


@batching(np.ones_like)
def ones_like(a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None) -> Any:
    return np.ones(a.shape if shape is None else shape, dtype or a.dtype)


# rearranging


@batching(np.reshape)
def reshape(x: Any, shape: Any, order: str = "C", *, copy: Any = None) -> Any:
    array, k = x.array, len(x.array)
    shape = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    if order == "C":
        return batched(array.reshape((k, *shape)))
    if order != "F":
        return each_member(np.reshape, (x, shape), {"order": order})
    return transpose(batched(transpose(x).array.reshape((k, *shape[::-1]))))


@batching(np.transpose)
def transpose(x: Any, axes: Any = None) -> Any:
    axes = range(x.ndim - 1, -1, -1) if axes is None else axes
    return batched(np.transpose(x.array, (0, *behind(tuple(axes), x.ndim))))


@batching(np.swapaxes)
def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    return batched(np.swapaxes(x.array, behind(axis1, x.ndim), behind(axis2, x.ndim)))


@batching(np.moveaxis)
def moveaxis(x: Any, source: Any, destination: Any) -> Any:
    return batched(np.moveaxis(x.array, behind(source, x.ndim), behind(destination, x.ndim)))


@batching(np.expand_dims)
def expand_dims(x: Any, axis: Any) -> Any:
    new = len(axis) if isinstance(axis, (tuple, list)) else 1
    return batched(np.expand_dims(x.array, behind(axis, x.ndim + new)))


@batching(np.broadcast_to)
def broadcast_to(x: Any, shape: Any, subok: bool = False) -> Any:
    shape = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    return batched(np.broadcast_to(lead(x, len(shape)), (len(x.array), *shape)))


def triangle(function: Function, x: Any, k: int) -> Any:
    """Of the last two axes; of a vector NumPy makes a matrix."""
    return batched(function(x.array, k)) if x.ndim > 1 else each_member(function, (x, k), {})


batching_rules[np.tril] = lambda m, k=0: triangle(np.tril, m, k)
batching_rules[np.triu] = lambda m, k=0: triangle(np.triu, m, k)


@batching(concatenate)
def concatenated(*arrays: Any, axis: Any = 0) -> Any:
    k = next(len(a.array) for a in arrays if type(a) is Batched)
    every = [a.array if type(a) is Batched else np.broadcast_to(a, (k, *np.shape(a))) for a in arrays]
    if axis is None:
        return batched(concatenate(*[a.reshape((k, -1)) for a in every], axis=1))
    return batched(concatenate(*every, axis=behind(axis, every[0].ndim - 1)))


# taking entries


def index_of(index: tuple[Any, ...]) -> tuple[tuple[Any, ...], int | None]:
    """The index with its Tensors as plain arrays; and how many axes its arrays make in front, None if they stay.

    NumPy puts the axes of integer arrays first if something else stands between them: x[i, :, j].
    """
    index = tuple([plain_value(i, getitem) for i in index])
    is_array = [not isinstance(i, (slice, type(None), type(...))) for i in index]
    if not any([np.ndim(i) for i, it_is in zip(index, is_array, strict=True) if it_is]):
        return index, None
    first, last = is_array.index(True), len(index) - 1 - is_array[::-1].index(True)
    if all(is_array[first : last + 1]):
        return index, None
    arrays = [np.asarray(i) for i, it_is in zip(index, is_array, strict=True) if it_is]
    return index, max([1 if a.dtype == bool else a.ndim for a in arrays])


@batching(np.diagonal)
def diagonal(a: Any, offset: Any = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return batched(np.diagonal(a.array, offset, behind(axis1, a.ndim), behind(axis2, a.ndim)))


@batching(getitem)
def getitem_of(x: Any, *index: Any) -> Any:
    if not alone(x, index, {}) or has_truth_values_alone(index):
        return each_member(getitem, (x, *index), {})
    index, in_front = index_of(index)
    taken = x.array[(slice(None), *index)]
    return batched(taken if in_front is None else np.moveaxis(taken, in_front, 0))


@batching(scatter)
def scatter_of(values: Any, shape: Any, *index: Any) -> Any:
    if not alone(values, index, {}) or has_truth_values_alone(index):
        return each_member(scatter, (values, shape, *index), {})
    index, in_front = index_of(index)
    array = values.array if in_front is None else np.moveaxis(values.array, 0, in_front)
    return batched(scatter(array, (len(values.array), *shape), slice(None), *index))


@batching(assign)
def assign_to(x: Any, value: Any, way: Any, *index: Any) -> Any:
    return written_in_rows(assign, x, value, way, index)


@batching(add_at)
def add_to(x: Any, value: Any, way: Any, *index: Any) -> Any:
    return written_in_rows(add_at, x, value, way, index)


def written_in_rows(function: Any, x: Any, value: Any, way: Any, index: tuple[Any, ...]) -> Any:
    """Written at positions in one row for each member; at the index itself, where it names no position twice."""
    like = np.empty(x.shape, x.dtype)
    if way is None and all([type(i) in BASIC for i in index]):
        every, values = _each(x, value, like[index].ndim)
        return batched(function(every, values, None, slice(None), *index))
    at = places(like, way, tuple([plain_value(i, function) for i in index]))
    if like.dtype.kind == "c":
        part = part_of(way)
        at, way = (at[..., 0] // 2, None) if part is None else (at // 2, (None, part, (), {}))
    else:
        way = None
    rows, values = _each(x, value, np.ndim(at))
    rows = np.reshape(rows, (len(rows), like.size))
    return batched(np.reshape(function(rows, values, way, slice(None), at), (len(rows), *like.shape)))


def _each(x: Any, value: Any, ndim: int) -> tuple[Any, Any]:
    """x of each member; and the values for ``ndim`` axes of it, without axes of length 1 in front of these."""
    n = len(x.array if type(x) is Batched else value.array)
    if type(value) is Batched:
        value = lead(value, ndim)
        value = np.reshape(value, (n, *value.shape[value.ndim - ndim :]))
    return x.array if type(x) is Batched else np.broadcast_to(x, (n, *x.shape)), value


def has_truth_values_alone(index: tuple[Any, ...]) -> bool:
    """x[True] adds an axis and counts as an array of none."""
    return any([isinstance(i, bool) or (np.ndim(i) == 0 and getattr(i, "dtype", i) == np.bool_) for i in index])


# products


@batching(np.matmul)
def matmul(a: Any, b: Any) -> Any:
    """A b₁, A b₂, … are the columns of one product A [b₁ b₂ …], where one factor varies and the other is a matrix."""
    if type(b) is Batched and type(a) is not Batched:
        n = np.ndim(a)
        if n == 1 and b.ndim <= 2:
            return batched(np.matmul(b.array, a) if b.ndim == 1 else np.matmul(np.swapaxes(b.array, 1, 2), a))
        if n == 2 and b.ndim == 1:
            return batched(np.matmul(b.array, np.transpose(a)))
        if n == 2 and b.ndim == 2:
            rows = np.swapaxes(b.array, 1, 2)
            product = np.matmul(rows.reshape((-1, rows.shape[2])), np.transpose(a))
            return batched(np.swapaxes(product.reshape((*rows.shape[:2], np.shape(a)[0])), 1, 2))
    elif type(a) is Batched and type(b) is not Batched and np.ndim(b) <= 2:
        m = a.shape[-1]
        product = np.matmul(a.array.reshape((-1, m)), b)
        return batched(product.reshape((*a.array.shape[:-1], *np.shape(b)[1:])))
    return matmul_of_stacks(a, b)


def matmul_of_stacks(a: Any, b: Any) -> Any:
    """Each factor as a matrix, the axes of stacks under one another."""
    columns, rows = np.ndim(b) == 1, np.ndim(a) == 1
    a, b = np.expand_dims(a, 0) if rows else a, np.expand_dims(b, 1) if columns else b
    ndim = max(np.ndim(a), np.ndim(b))
    product = np.matmul(*[lead(x, ndim) if type(x) is Batched else x for x in (a, b)])
    product = np.squeeze(product, -1) if columns else product
    return batched(np.squeeze(product, -1 if columns else -2) if rows else product)


@batching(contract)
def contract_of(subscripts: str, *operands: Any) -> Any:
    """One more letter in what varies and in the result."""
    terms, result = subscripts.split("->")
    letter = next(k for k in "zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA" if k not in subscripts)
    every = [letter + t if type(x) is Batched else t for t, x in zip(terms.split(","), operands, strict=True)]
    arrays = [x.array if type(x) is Batched else x for x in operands]
    return batched(contract(",".join(every) + "->" + letter + result, *arrays))


@batching(np.linalg.solve)
def solve(a: Any, b: Any) -> Any:
    """One factorization for all right-hand sides, where the matrix does not vary."""
    vector = np.ndim(b) == 1
    if type(a) is Batched or np.ndim(a) > 2 or np.ndim(b) > 2:
        b = np.expand_dims(b, 1) if vector else b
        ndim = max(np.ndim(a), np.ndim(b))
        found = np.linalg.solve(*[lead(x, ndim) if type(x) is Batched else x for x in (a, b)])
        return batched(np.squeeze(found, -1) if vector else found)
    if vector:
        return batched(np.transpose(np.linalg.solve(a, np.transpose(b.array))))
    columns = np.transpose(b.array, (1, 0, 2))
    found = np.linalg.solve(a, columns.reshape((len(columns), -1)))
    return batched(np.transpose(found.reshape(columns.shape), (1, 0, 2)))
