"""How much each sample counts: its own weight, times the weight of its class.

    w_i = s_i · c(y_i)            balanced:  c(k) = n/(K Σ_{i: y_i = k} s_i), so that all K classes weigh the same

A cost divides by the mean weight, so only the ratios of weights matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .metrics import labels
from .targets import numbers

__all__ = ["combined_weights", "weights_of_classes"]

Array = Any


def combined_weights(y: Any, sample_weight: Any, class_weight: Any) -> Any:
    """The weight of each sample from both, ``None`` if neither is given.

    Parameters
    ----------
    y : array of shape (n,), (n, 1) or (n, classes)
        Integer labels, or rows of probabilities such as one-hot.
    sample_weight : array of shape (n,), optional
        How much each sample counts.
    class_weight : dict, sequence or "balanced", optional
        How much each class counts: {label: weight}, where classes left out have 1; a weight for each class 0, 1, …; or
        "balanced".

    Raises
    ------
    ValueError
        If the targets are no classes, or a weight is negative or missing.

    Examples
    --------
    >>> combined_weights([0, 1, 1], None, {1: 3})
    array([1., 3., 3.])
    >>> combined_weights([0, 1, 1, 1], None, "balanced").round(3).tolist()
    [2.0, 0.667, 0.667, 0.667]
    """
    if class_weight is None:
        return sample_weight
    classes = _classes(y)
    own = np.ones(len(classes)) if sample_weight is None else np.broadcast_to(
        numbers("sample_weight", sample_weight), classes.shape
    )  # fmt: skip
    return own * weights_of_classes(class_weight, classes, own)[classes]


def weights_of_classes(class_weight: Any, classes: Array, sample_weight: Array) -> Array:
    """The weight of each class 0, 1, …, of the labels given."""
    count = int(classes.max(initial=0)) + 1
    if isinstance(class_weight, str):
        if class_weight != "balanced":
            raise ValueError(f'class_weight must be "balanced", a dict or a sequence, but is {class_weight!r}')
        totals = np.bincount(classes, sample_weight, count)
        present = totals > 0
        return np.where(present, len(classes) / (np.count_nonzero(present) * np.where(present, totals, 1)), 0)
    if isinstance(class_weight, Mapping):
        for label in class_weight:
            if not (isinstance(label, (int, np.integer)) and label >= 0):
                raise ValueError(f"class_weight: the labels are integers from 0, but one is {label!r}")
        weights = np.ones(max(count, 1 + max(class_weight, default=0)))
        weights[list(class_weight)] = list(class_weight.values())
    else:
        weights = numbers("class_weight", class_weight)
        if weights.ndim != 1 or len(weights) < count:
            raise ValueError(
                f"class_weight has shape {weights.shape}, but there are {count} classes: give a weight for each"
            )
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        raise ValueError(f"class_weight must be finite and not negative, but is {class_weight!r}")
    return weights


def _classes(y: Any) -> Array:
    """Integer labels of shape (n,)."""
    array = numbers("the targets", y)
    rows = array.ndim == 2 and array.shape[1] > 1
    if rows and np.abs(array.sum(axis=1) - 1).max(initial=0) > 1e-5:
        raise ValueError("class_weight needs one class for each sample: integer labels, or rows of sum 1")
    if not rows and (np.any(array != np.rint(array)) or array.min(initial=0) < 0):
        raise ValueError(
            "class_weight needs classes as targets, integers from 0, but these are other numbers; for labels −1 and 1 "
            "take (y + 1)/2"
        )
    return labels(array)
