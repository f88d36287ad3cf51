"""What people give as data and targets, turned into arrays a cost can use, or refused with a reason."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["class_targets", "numbers", "one_hot", "probability_targets", "row_weights", "value_targets"]

Array = Any


def numbers(what: str, x: Any) -> Array:
    """x as an array of finite numbers; integers and booleans become float64.

    >>> numbers("X", [[1, 2]])
    array([[1., 2.]])

    Raises TypeError for text, objects and ragged rows, ValueError for nan and inf, with the place.
    """
    try:
        array = np.asarray(x)
    except ValueError:
        raise ValueError(f"{what} must be an array: its rows have different lengths") from None
    if array.dtype.kind in "US" or (array.dtype.kind == "O" and any(isinstance(v, str) for v in array.flat)):
        raise TypeError(
            f"{what} must be numbers, not text such as {str(array.flat[0])!r}; for class names take the integers "
            "np.unique(y, return_inverse=True)[1]"
        )
    if array.dtype.kind == "O":
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError):
            raise TypeError(f"{what} must be numbers, not {type(array.flat[0]).__name__}") from None
    if array.dtype.kind not in "fbiu":
        raise TypeError(f"{what} must be real numbers, not of dtype {array.dtype}")
    if array.dtype.kind != "f":
        return array.astype(np.float64)
    bad = ~np.isfinite(array)
    if bad.any():
        place = np.argwhere(bad)[0].tolist()
        raise ValueError(
            f"{what} must be finite, but {np.count_nonzero(bad)} of {array.size} entries are nan or inf, the first is "
            f"{array[tuple(place)]} at {place}: remove or fill these rows first"
        )
    return array


def value_targets(targets: Any, shape: tuple[int, ...], dtype: Any) -> Array:
    """Targets in the shape of the outputs; one column may be left out.

    >>> value_targets([1, 2], (2, 1), np.float64).shape
    (2, 1)

    Raises ValueError for another shape.
    """
    array = numbers("the targets", targets)
    if array.shape != shape:
        if array.size != _size(shape) or array.shape not in (shape[:-1], (*shape, 1)):
            raise ValueError(f"the targets have shape {array.shape}, but the outputs have shape {shape}")
        array = array.reshape(shape)
    return array.astype(dtype, copy=False)


def probability_targets(targets: Any, shape: tuple[int, ...], dtype: Any) -> Array:
    """Targets 0 and 1, or probabilities between, in the shape of the outputs.

    >>> probability_targets([True, False], (2, 1), np.float64).tolist()
    [[1.0], [0.0]]

    Raises ValueError for numbers outside of [0, 1].
    """
    array = value_targets(targets, shape, dtype)
    if array.size and not (array.min() >= 0 and array.max() <= 1):
        hint = "; for labels −1 and 1 take (y + 1)/2" if set(np.unique(array)) <= {-1.0, 1.0} else ""
        raise ValueError(
            f"the targets of a binary cross-entropy are 0 and 1, but here they go from {array.min():g} to "
            f"{array.max():g}{hint}; for more than two classes take categorical_cross_entropy"
        )
    return array


def class_targets(targets: Any, shape: tuple[int, ...], dtype: Any) -> Array:
    """Integer labels, or rows of probabilities, as rows of probabilities in the shape (n, classes) of the outputs.

    >>> class_targets([2, 0], (2, 3), np.float64).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]

    Raises ValueError for labels that are no integers 0 … classes − 1, and for rows that do not sum to 1.
    """
    array = numbers("the targets", targets)
    classes = shape[-1] if shape else 1
    if classes < 2:
        raise ValueError(
            f"a categorical cross-entropy needs an output for each class, but the outputs have shape {shape}: give the "
            "model as many outputs as there are classes, or take binary_cross_entropy with output='sigmoid'"
        )
    if array.shape == shape:
        if array.size and (array.min() < 0 or np.abs(array.sum(axis=-1) - 1).max() > 1e-5):
            raise ValueError("targets with a column for each class must be probabilities: not negative, rows of sum 1")
        return array.astype(dtype, copy=False)
    if array.shape == (*shape[:-1], 1):
        array = array[..., 0]
    if array.shape != shape[:-1]:
        raise ValueError(
            f"the targets have shape {array.shape}, but the outputs have shape {shape}: give integer labels of shape "
            f"{shape[:-1]} or rows of probabilities of shape {shape}"
        )
    return one_hot(array, classes, dtype)


def row_weights(weights: Any, shape: tuple[int, ...], dtype: Any) -> Array:
    """Weights of samples with mean 1, in a shape that broadcasts against outputs of that shape.

    >>> row_weights([1, 3], (2, 1), np.float64).tolist()
    [[0.5], [1.5]]

    Raises ValueError for another number of weights than rows, for negative ones, and if all are zero.
    """
    array = numbers("sample_weight", weights)
    if array.ndim == 0:
        array = np.full(shape[:1], array)
    if array.shape != shape[:1]:
        raise ValueError(f"sample_weight has shape {array.shape}, but must have {shape[:1]}: a weight for each sample")
    if array.min() < 0 or array.max() <= 0:
        raise ValueError("sample_weight must not be negative, and must not be zero for all samples")
    array = array.astype(np.float64) / np.mean(array, dtype=np.float64)
    return array.reshape(-1, *(1,) * (len(shape) - 1)).astype(dtype)


def one_hot(labels: Any, classes: int | None = None, dtype: Any = np.float64) -> Array:
    """A row of zeros with a 1 in the column of its class, for each label.

    >>> one_hot([0, 2]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]

    Raises ValueError for labels that are no integers 0 … classes − 1.
    """
    array = numbers("the labels", labels)
    whole = array.astype(np.int64)
    classes = int(whole.max(initial=-1)) + 1 if classes is None else classes
    bad = (whole != array) | (whole < 0) | (whole >= classes)
    if bad.any():
        place = np.argwhere(bad)[0].tolist()
        raise ValueError(
            f"labels must be integers from 0 to {classes - 1}, one for each of {classes} classes, but the label at "
            f"{place} is {array[tuple(place)]:g}; np.unique(y, return_inverse=True)[1] numbers any labels from 0"
        )
    return np.eye(classes, dtype=dtype)[whole]


def _size(shape: tuple[int, ...]) -> int:
    return int(np.prod(shape, dtype=np.int64))
