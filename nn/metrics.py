"""How good predictions are, as a person counts it."""

from __future__ import annotations

from typing import Any

import numpy as np

from .targets import numbers

__all__ = ["accuracy", "confusion_matrix", "labels"]

Array = Any


def labels(predictions: Any) -> Array:
    """Integer labels of shape (n,) from what a model returns, or from labels.

    Rows of several columns are probabilities or one-hot: the label is the column of the largest.  A single column of
    floats is the probability of class 1: the label is 1 from ½ on.

    >>> print(labels([[0.2, 0.8], [0.9, 0.1]]), labels([0.3, 0.5]), labels([2, 0]))
    [1 0] [0 1] [2 0]

    Raises ValueError for arrays of more than two dimensions and for a single column of other numbers.
    """
    array = numbers("the predictions", predictions)
    if array.ndim == 2 and array.shape[1] > 1:
        return np.argmax(array, axis=1)
    if array.ndim > 2 or (array.ndim == 2 and array.shape[1] == 0):
        raise ValueError(f"labels come from arrays of shape (n,) or (n, classes), not {array.shape}")
    array = array.reshape(-1)
    rounded = np.rint(array)
    if np.array_equal(rounded, array):
        return rounded.astype(np.int64)
    if array.min() < 0 or array.max() > 1:
        raise ValueError(
            f"a single column of outputs must be probabilities to give labels, but goes from {array.min():g} to "
            f"{array.max():g}: end the model in sigmoid"
        )
    return (array >= 0.5).astype(np.int64)


def _pair(y_true: Any, y_pred: Any) -> tuple[Array, Array]:
    true, predicted = labels(y_true), labels(y_pred)
    if true.shape != predicted.shape:
        raise ValueError(f"{len(true)} true labels were given, but {len(predicted)} predictions")
    if not len(true):
        raise ValueError("there are no labels to compare")
    return true, predicted


def accuracy(y_true: Any, y_pred: Any) -> float:
    """The share of the samples whose label is right; ``y_pred`` may be labels or the output of the model.

    >>> accuracy([0, 1, 1, 0], [0.1, 0.9, 0.2, 0.3])
    0.75

    Raises ValueError if the lengths differ or are zero.
    """
    true, predicted = _pair(y_true, y_pred)
    return float(np.mean(true == predicted))


def confusion_matrix(y_true: Any, y_pred: Any, classes: int | None = None) -> Array:
    """How many samples of class i (row) were taken for class j (column); its diagonal is what is right.

    >>> print(confusion_matrix([0, 1, 1, 0], [0, 1, 0, 0]))
    [[2 0]
     [1 1]]

    Raises ValueError if the lengths differ or are zero, or a label is no integer 0 … classes − 1.
    """
    true, predicted = _pair(y_true, y_pred)
    most = int(max(true.max(), predicted.max())) + 1
    classes = most if classes is None else classes
    if min(true.min(), predicted.min()) < 0 or most > classes:
        raise ValueError(f"labels must be integers from 0 to {classes - 1}, but go up to {most - 1}")
    return np.bincount(true * classes + predicted, minlength=classes**2).reshape(classes, classes)
