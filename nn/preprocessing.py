"""Data made easy to learn from: columns on one scale, labels as rows (``nn.one_hot``), samples kept aside.

These are functions of arrays; in a Pipeline take scikit-learn's StandardScaler, MinMaxScaler and train_test_split.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .targets import numbers

__all__ = ["min_max", "standardize", "train_validation_split"]

Array = Any


def standardize(X: Any, *others: Any) -> Any:
    """(X − μ)/s for each column, with the mean μ and the standard deviation s of X; a constant column becomes 0.

    Give the training data first: test data are treated with the numbers of the training data, as they must be.

    >>> train, test = standardize([[1.0, 5.0], [3.0, 5.0]], [[2.0, 6.0]])
    >>> print(train.tolist(), test.tolist())
    [[-1.0, 0.0], [1.0, 0.0]] [[0.0, 1.0]]

    Raises ValueError for nan, no rows, or another number of columns.
    """
    X, arrays = _columns("standardize", X, others)
    mean, deviation = X.mean(axis=0), X.std(axis=0)
    scale = np.where(_negligible(deviation, mean), 1, deviation)
    results = [(x - mean) / scale for x in (X, *arrays)]
    return tuple(results) if others else results[0]


def min_max(X: Any, *others: Any, low: float = 0.0, high: float = 1.0) -> Any:
    """Each column of X on the scale from ``low`` to ``high``, low + (high − low)(X − min)/(max − min).

    Other data are treated with the numbers of X, so theirs may lie outside; a constant column becomes ``low``.

    >>> train, test = min_max([[1.0, 5.0], [3.0, 5.0]], [[4.0, 5.0]])
    >>> print(train.tolist(), test.tolist())
    [[0.0, 0.0], [1.0, 0.0]] [[1.5, 0.0]]

    Raises ValueError for nan, no rows, another number of columns, and if low is not below high.
    """
    if not low < high:
        raise ValueError(f"min_max: low must be below high, but they are {low!r} and {high!r}")
    X, arrays = _columns("min_max", X, others)
    least, span = X.min(axis=0), np.ptp(X, axis=0)
    scale = (high - low) / np.where(_negligible(span, least), 1, span)
    results = [low + (x - least) * scale.astype(X.dtype) for x in (X, *arrays)]
    return tuple(results) if others else results[0]


def _columns(name: str, X: Any, others: tuple[Any, ...]) -> tuple[Array, list[Array]]:
    """X and the other data as arrays with the same columns."""
    X = numbers("X", X)
    if X.ndim == 0 or not len(X):
        raise ValueError(f"{name} needs an array with at least one row, but got shape {X.shape}")
    arrays = [numbers("the other data", x) for x in others]
    for x in arrays:
        if x.shape[1:] != X.shape[1:]:
            raise ValueError(f"the data have shape {x.shape}, but those to {name} by have shape {X.shape}")
    return X, arrays


def _negligible(spread: Array, level: Array) -> Array:
    """Where the spread of a column is only what rounding leaves of none at all."""
    return spread <= 10 * np.finfo(spread.dtype).eps * np.abs(level)


def train_validation_split(
    *arrays: Any, validation: float = 0.25, seed: int | np.random.Generator | None = None, stratify: Any = None
) -> tuple[Array, ...]:
    """Samples in random order, in two parts: X_train, X_validation, y_train, y_validation, … .

    Parameters
    ----------
    *arrays : arrays of the same length
        X, y, sample_weight, … with a sample in each row.
    validation : float
        The share of the samples for validation, between 0 and 1.
    seed : int or numpy.random.Generator, optional
        The same seed gives the same parts.
    stratify : array of shape (n,), optional
        Labels that are to occur in both parts with about the same frequencies, such as y.

    Raises
    ------
    ValueError
        For arrays of different lengths, impossible shares, and too few samples for two parts.

    Examples
    --------
    >>> X, y = np.arange(16.0).reshape(8, 2), np.array([0, 0, 0, 0, 1, 1, 1, 1])
    >>> X_train, X_validation, y_train, y_validation = train_validation_split(X, y, seed=0, stratify=y)
    >>> print(X_train.shape, X_validation.shape, sorted(y_validation.tolist()))
    (6, 2) (2, 2) [0, 1]
    """
    columns = [np.asarray(x) for x in arrays]
    lengths = {len(x) if x.ndim else 0 for x in columns}
    if len(lengths) != 1:
        raise ValueError(f"give at least one array, and all with a row for each sample: their lengths are {lengths}")
    (n,) = lengths
    if isinstance(validation, (str, bool)) or not 0 < validation < 1:
        raise ValueError(f"validation must be a share between 0 and 1, but is {validation!r}")
    rng, kept = np.random.default_rng(seed), round(validation * n)
    if not 0 < kept < n:
        raise ValueError(f"{n} samples cannot be split into two parts with a share of {validation:g} for validation")
    order = rng.permutation(n)
    if stratify is not None:
        order = _spread_out(order, np.asarray(stratify))
    return tuple(part for x in columns for part in (x[order[kept:]], x[order[:kept]]))


def _spread_out(order: Array, groups: Array) -> Array:
    """The order changed so that any first part of it has each group in proportion.

    The k-th of m members of a group comes at the place (k + ½)/m of the way.
    """
    if groups.shape != order.shape:
        raise ValueError(f"stratify must have shape {order.shape}, a label for each sample, but has {groups.shape}")
    _, members, sizes = np.unique(groups[order], return_inverse=True, return_counts=True)
    place = np.empty(len(order))
    for group, size in enumerate(sizes):
        place[members == group] = (np.arange(size) + 0.5) / size
    return order[np.argsort(place, kind="stable")]
