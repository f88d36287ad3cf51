"""Data made easy to learn from."""

from __future__ import annotations

from typing import Any

import numpy as np

from .targets import numbers

__all__ = ["standardize"]

Array = Any


def standardize(X: Any, *others: Any) -> Any:
    """(X − μ)/s for each column, with the mean μ and the standard deviation s of X; a constant column becomes 0.

    Give the training data first: test data are treated with the numbers of the training data, as they must be.

    >>> train, test = standardize([[1.0, 5.0], [3.0, 5.0]], [[2.0, 6.0]])
    >>> print(train.tolist(), test.tolist())
    [[-1.0, 0.0], [1.0, 0.0]] [[0.0, 1.0]]

    Raises ValueError for nan, no rows, or another number of columns.
    """
    X = numbers("X", X)
    if X.ndim == 0 or not len(X):
        raise ValueError(f"standardize needs an array with at least one row, but got shape {X.shape}")
    mean, deviation = X.mean(axis=0), X.std(axis=0)
    constant = deviation <= 10 * np.finfo(X.dtype).eps * np.abs(mean)  # what rounding leaves of no spread at all
    scale = np.where(constant, 1, deviation)
    arrays = [numbers("the other data", x) for x in others]
    for x in arrays:
        if x.shape[1:] != X.shape[1:]:
            raise ValueError(f"the data have shape {x.shape}, but those to standardize by have shape {X.shape}")
    results = [(x - mean) / scale for x in (X, *arrays)]
    return tuple(results) if others else results[0]
