"""What every binary ufunc can do along an axis, written out: x₀ ∘ x₁ ∘ x₂ ∘ …, one step after the other.

np.add.reduce is np.sum, and so on, where a rule of its own knows a shorter way; these are for all the others.
"""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from .reductions import kept_shape, lanes


def entries(x, axis):
    return [np.take(x, i, axis=axis) for i in range(x.shape[axis])]


def as_computed(ufunc, x, dtype):
    """x in the dtype in which the ufunc folds it; raises what NumPy raises for a ufunc that does not fold."""
    ufunc.reduce(np.ones(1, x.dtype), dtype=dtype)
    own = ufunc.resolve_dtypes((None, x.dtype if dtype is None else np.dtype(dtype), None), reduction=True)[1]
    return x if x.dtype == own else x.astype(own)


def reduce(ufunc, x, axis=0, dtype=None, keepdims=False, initial=np._NoValue, where=True):
    """(((x₀ ∘ x₁) ∘ x₂) ∘ …), as ufunc.reduce."""
    x, where = as_computed(ufunc, x, dtype), np.broadcast_to(where, x.shape)
    given, everywhere = initial is not np._NoValue and initial is not None, bool(np.all(where))
    one, keywords = np.ones((1,) * x.ndim, x.dtype), {} if initial is np._NoValue else {"initial": 1}
    ufunc.reduce(one, axis, where=everywhere or np.ones(one.shape, bool), **keywords)  # for what it raises
    axis = axis if x.ndim else None
    shape = kept_shape(x, axis) if keepdims else None
    if np.ndim(axis) or (axis is None and x.ndim != 1):
        x, where, axis = lanes(x, axis), lanes(where, axis), -1
    axis = 0 if axis is None else operator.index(axis)
    steps, masks = entries(x, axis), entries(where, axis)
    if steps and everywhere and not given:
        total, *steps = steps
        masks = masks[1:]
    elif not given and ufunc.identity is None:
        raise ValueError(f"zero-size array to reduction operation {ufunc.__name__} which has no identity")
    else:
        total = np.broadcast_to(initial if given else ufunc.identity, np.delete(x.shape, axis)).astype(x.dtype)
    for step, mask in zip(steps, masks, strict=True):
        total = ufunc(total, step) if np.all(mask) else np.where(mask, ufunc(total, step), total)
    return total if shape is None else np.reshape(total, shape)


def accumulate(ufunc, x, axis=0, dtype=None):
    """All the intermediate results, as ufunc.accumulate."""
    x = as_computed(ufunc, x, dtype)
    steps = entries(x, axis)
    for i in range(1, len(steps)):
        steps[i] = ufunc(steps[i - 1], steps[i])
    return np.stack(steps, axis=axis) if steps else x


def reduceat(ufunc, x, indices, axis=0, dtype=None):
    """The reduction of each slice x[i:j] of successive indices, or x[i] where i ≥ j, as ufunc.reduceat."""
    x, indices = as_computed(ufunc, x, dtype), np.asarray(indices).tolist()
    moved = np.moveaxis(x, axis, 0)
    ends = [*indices[1:], moved.shape[0]]
    parts = [reduce(ufunc, moved[i:j] if i < j else moved[i : i + 1]) for i, j in zip(indices, ends, strict=True)]
    return np.moveaxis(np.stack(parts), 0, axis)


def outer(ufunc, a, b, **kwargs):
    """x_i ∘ y_j, as ufunc.outer."""
    return ufunc(np.reshape(a, np.shape(a) + (1,) * np.ndim(b)), b, **kwargs)


FOLDS: dict[str, Callable[..., Any]] = {
    "reduce": reduce, "accumulate": accumulate, "reduceat": reduceat, "outer": outer,
}  # fmt: skip

# What the methods of a ufunc are called as functions of their own, and which keywords those have
FUNCTIONS: dict[tuple[np.ufunc, str], tuple[Callable[..., Any], set[str]]] = {
    (np.add, "reduce"): (np.sum, {"axis", "dtype", "keepdims", "initial", "where"}),
    (np.multiply, "reduce"): (np.prod, {"axis", "dtype", "keepdims", "initial", "where"}),
    (np.maximum, "reduce"): (np.max, {"axis", "keepdims", "initial", "where"}),
    (np.minimum, "reduce"): (np.min, {"axis", "keepdims", "initial", "where"}),
    (np.logical_and, "reduce"): (np.all, {"axis", "keepdims", "where"}),
    (np.logical_or, "reduce"): (np.any, {"axis", "keepdims", "where"}),
    (np.add, "accumulate"): (np.cumsum, {"axis", "dtype"}),
    (np.multiply, "accumulate"): (np.cumprod, {"axis", "dtype"}),
}
