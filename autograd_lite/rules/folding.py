"""What every binary ufunc can do along an axis, written out: x₀ ∘ x₁ ∘ x₂ ∘ …, one step after the other.

np.add.reduce is np.sum, and so on, where a rule of its own knows a shorter way; these are for all the others.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from .reductions import kept_shape, lanes, sorted_axes


def entries(x, axis):
    return [np.take(x, i, axis=axis) for i in range(x.shape[axis])]


def reduce(ufunc, x, axis=0, keepdims=False):
    """(((x₀ ∘ x₁) ∘ x₂) ∘ …), as ufunc.reduce."""
    ufunc.reduce(np.ones((1,) * x.ndim), axis=axis)  # raises where NumPy does: no such axis, or too many
    if x.ndim == 0:
        return x
    shape, (_, axes) = kept_shape(x, axis), sorted_axes(x, axis)
    if len(axes) != 1:
        x, axes = lanes(x, axes), (-1,)
    if x.shape[axes[0]] == 0:
        raise ValueError(f"np.{ufunc.__name__}.reduce of nothing has no value")
    first, *others = entries(x, axes[0])
    for entry in others:
        first = ufunc(first, entry)
    return np.reshape(first, shape) if keepdims else first


def accumulate(ufunc, x, axis=0):
    """All the intermediate results, as ufunc.accumulate."""
    steps = entries(x, axis)
    for i in range(1, len(steps)):
        steps[i] = ufunc(steps[i - 1], steps[i])
    return np.stack(steps, axis=axis) if steps else x


def reduceat(ufunc, x, indices, axis=0):
    """The reduction of each slice x[i:j] of successive indices, or x[i] where i ≥ j, as ufunc.reduceat."""
    indices = np.asarray(indices).tolist()
    moved = np.moveaxis(x, axis, 0)
    ends = [*indices[1:], moved.shape[0]]
    parts = [reduce(ufunc, moved[i:j] if i < j else moved[i : i + 1]) for i, j in zip(indices, ends, strict=True)]
    return np.moveaxis(np.stack(parts), 0, axis)


FOLDS: dict[str, Callable[..., Any]] = {"reduce": reduce, "accumulate": accumulate, "reduceat": reduceat}
