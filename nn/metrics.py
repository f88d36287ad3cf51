"""How good predictions are, as a person counts it.

    accuracy   the share of samples whose label is right
    precision  tp/(tp + fp)      of the samples taken for the class, the share that are of it
    recall     tp/(tp + fn)      of the samples of the class, the share that were found
    F1         2 tp/(2 tp + fp + fn)      their harmonic mean
    R²         1 − Σ(y − ỹ)²/Σ(y − ȳ)²    1 is perfect, 0 as good as the mean of y

Errors in the units of the targets are costs and metrics at once: ``nn.mean_squared_error``, ``nn.mean_absolute_error``.
The numbers are those of scikit-learn's functions of the same names.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .targets import numbers

__all__ = ["accuracy", "confusion_matrix", "f1_score", "labels", "precision", "r2_score", "recall"]

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


AVERAGES = ("binary", "macro", "micro", "weighted", None)


def _rates(y_true: Any, y_pred: Any, average: str | None, which: str) -> Any:
    """Quotients of counts: what was right over what is counted by the rows, the columns, or both halves."""
    if average not in ("auto", *AVERAGES):
        raise ValueError(f"average must be one of {', '.join(map(repr, AVERAGES))}, but is {average!r}")
    counts = confusion_matrix(y_true, y_pred)
    right, rows, columns = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    present = rows + columns > 0
    binary = len(counts) <= 2
    average = average if average != "auto" else "binary" if binary else "macro"
    if average == "binary":
        if not binary:
            raise ValueError(f'average="binary" is for the labels 0 and 1, but there are {len(counts)}: take "macro"')
        present = np.arange(len(counts)) == 1
        if not present.any():
            return 0.0
    right, rows, columns = right[present], rows[present], columns[present]
    if average == "micro":
        right, rows, columns = (x.sum(keepdims=True) for x in (right, rows, columns))
    size = {"precision": columns, "recall": rows, "f1": (rows + columns) / 2}[which]
    rates = right / np.where(size > 0, size, 1)
    if average is None:
        return rates
    return float(np.average(rates, weights=rows if average == "weighted" else None))


def precision(y_true: Any, y_pred: Any, average: str | None = "auto") -> Any:
    """Of the samples taken for a class the share that are of it, tp/(tp + fp); 0 for a class never predicted.

    Parameters
    ----------
    y_true, y_pred : arrays
        Labels, or what the model returns, as in ``labels``.
    average : "auto", "binary", "macro", "micro", "weighted" or None
        "binary" is that of class 1, "macro" the mean over the classes, "weighted" that by their sizes, "micro" that of
        all counts together, ``None`` an array with one for each class that occurs.  "auto" is "binary" for the labels 0
        and 1, else "macro".

    Raises
    ------
    ValueError
        As ``confusion_matrix``, for other averages, and for "binary" with more classes.

    >>> round(precision([0, 1, 1, 0, 1], [0, 1, 1, 1, 0]), 6)
    0.666667
    """
    return _rates(y_true, y_pred, average, "precision")


def recall(y_true: Any, y_pred: Any, average: str | None = "auto") -> Any:
    """Of the samples of a class the share that were found, tp/(tp + fn); 0 for a class that does not occur.

    Parameters and errors as in ``precision``.

    >>> round(recall([0, 1, 1, 1], [0, 1, 0, 0]), 6)
    0.333333
    """
    return _rates(y_true, y_pred, average, "recall")


def f1_score(y_true: Any, y_pred: Any, average: str | None = "auto") -> Any:
    """The harmonic mean of precision and recall, 2 tp/(2 tp + fp + fn).

    Parameters and errors as in ``precision``.

    >>> f1_score([0, 1, 1, 1], [0, 1, 0, 0])
    0.5
    >>> f1_score([0, 1, 2, 2], [0, 2, 2, 2], average=None).round(3).tolist()
    [1.0, 0.0, 0.8]
    """
    return _rates(y_true, y_pred, average, "f1")


def r2_score(y_true: Any, y_pred: Any) -> float:
    """The coefficient of determination R² = 1 − Σ(y − ỹ)²/Σ(y − ȳ)², for several outputs the mean of theirs.

    For constant targets it is 1 if the predictions are perfect, and else 0.

    >>> r2_score([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])
    0.5

    Raises ValueError if the shapes differ, and for fewer than two samples, which have no variance.
    """
    true, predicted = numbers("the targets", y_true), numbers("the predictions", y_pred)
    if true.ndim == 0 or len(true) < 2:
        raise ValueError(f"R² needs at least two samples, but the targets have shape {true.shape}")
    if true.size != predicted.size or len(true) != len(predicted):
        raise ValueError(f"the targets have shape {true.shape}, but the predictions have shape {predicted.shape}")
    true, predicted = true.reshape(len(true), -1), predicted.reshape(len(true), -1)
    error, spread = np.sum((true - predicted) ** 2, axis=0), np.sum((true - true.mean(axis=0)) ** 2, axis=0)
    constant = spread == 0
    return float(np.mean(np.where(constant, error == 0, 1 - error / np.where(constant, 1, spread))))
