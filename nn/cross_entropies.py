"""Cross-entropies: costs of probabilities p, computed from logits z wherever the model has them.

    binary        C = −mean [y log p + (1 − y) log(1 − p)]  = mean [log(1 + exp(z)) − y z]             p = σ(z)
    categorical   C = −(1/n) Σ_i Σ_k y_ik log p_ik          = −(1/n) Σ_i Σ_k y_ik log_softmax(z)_ik    p = softmax(z)

From probabilities all digits are lost where p rounds to 0 or 1; the forms on the right have no such place.

Source: I. Goodfellow, Y. Bengio and A. Courville, Deep Learning (MIT Press, 2016), section 6.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd_lite as ag

from .activations import log_softmax, sigmoid, softmax
from .cost_base import Cost, weighted_mean, weighted_sum
from .targets import class_targets, probability_targets

__all__ = ["BinaryCrossEntropy", "CategoricalCrossEntropy"]

Array = Any


class BinaryCrossEntropy(Cost):
    """−mean [y log p + (1 − y) log(1 − p)] for yes-or-no targets y = 0, 1 (or probabilities between).

    Called on probabilities it keeps them the rounding unit away from 0 and 1, where the cost would be infinite; from
    logits it is exact.

    >>> import nn
    >>> print(round(nn.binary_cross_entropy([1, 0, 1, 1], [0.9, 0.2, 0.6, 0.3]), 12))
    0.510825623766
    >>> print(nn.binary_cross_entropy([1.0, 0.0], [1000.0, 1000.0], from_logits=True))
    500.0
    """

    title = "binary cross-entropy"
    takes = "probabilities"
    link = staticmethod(sigmoid)

    def prepare(self, targets: Any, shape: tuple[int, ...], dtype: Any) -> Array:
        return probability_targets(targets, shape, dtype)

    def of_outputs(self, targets: Array, outputs: Array, weights: Array | None = None) -> Any:
        p = _inside(outputs)
        return -weighted_mean(targets * np.log(p) + (1 - targets) * np.log(1 - p), weights)

    def of_logits(self, targets: Array, logits: Array, weights: Array | None = None) -> Any:
        return weighted_mean(np.logaddexp(0, logits) - targets * logits, weights)


class CategoricalCrossEntropy(Cost):
    """−(1/n) Σ_i log p_i,y_i: the mean of the negative logarithm of the probability given to the right class.

    Targets are integer labels of shape (n,), or rows of probabilities such as one-hot of shape (n, classes).

    >>> import nn
    >>> p = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]])
    >>> print(round(nn.categorical_cross_entropy([0, 1], p), 12))
    0.289909247626
    >>> print(round(nn.categorical_cross_entropy([[1, 0, 0], [0, 1, 0]], p), 12))
    0.289909247626
    """

    title = "categorical cross-entropy"
    takes = "probabilities"
    link = staticmethod(softmax)

    def prepare(self, targets: Any, shape: tuple[int, ...], dtype: Any) -> Array:
        return class_targets(targets, shape, dtype)

    def of_outputs(self, targets: Array, outputs: Array, weights: Array | None = None) -> Any:
        return -weighted_sum(targets * np.log(_inside(outputs)), weights) / float(_samples(outputs))

    def of_logits(self, targets: Array, logits: Array, weights: Array | None = None) -> Any:
        return weighted_sum(targets * log_softmax(logits), weights) / -float(_samples(logits))


def _samples(outputs: Array) -> int:
    return outputs.size // outputs.shape[-1]


def _inside(p: Array) -> Array:
    """Probabilities at least the rounding unit away from 0 and 1."""
    if type(p) is not ag.Tensor and not (np.min(p) >= 0 and np.max(p) <= 1):
        raise ValueError(
            f"a cross-entropy takes probabilities between 0 and 1, but the outputs go from {np.min(p):g} to "
            f"{np.max(p):g}: end the model in sigmoid or softmax, or say from_logits=True"
        )
    unit = float(np.finfo(p.dtype).eps)
    return np.clip(p, unit, 1 - unit)
