"""Costs: how far the outputs ỹ of a model are from the targets y, as the mean over n samples.

    mean squared error           C = mean (y − ỹ)²
    binary cross-entropy         C = −mean [y log p + (1 − y) log(1 − p)]       p = σ(z)
    categorical cross-entropy    C = −(1/n) Σ_i Σ_k y_ik log p_ik               p = softmax(z)

A cross-entropy of probabilities loses all digits where p rounds to 0 or 1, so each has a second form, of logits z:

    mean [log(1 + exp(z)) − y z]        and        −(1/n) Σ_i Σ_k y_ik (z_ik − log Σ_l exp(z_il))

A cost knows which activation ``link`` turns logits into its probabilities.  ``fit`` and ``objective`` use that: a model
that ends in this activation is trained on its ``logits``, so one writes the model that gives probabilities and the cost
is computed stably all the same.

With weights w_i of the samples, every mean over i becomes Σ_i w_i (·)_i / Σ_i w_i: a sample of weight 2 counts as if it
stood there twice, one of weight 0 as if it did not.

Source: I. Goodfellow, Y. Bengio and A. Courville, Deep Learning (MIT Press, 2016), section 6.2.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from inspect import signature
from typing import Any

import numpy as np

import autograd_lite as ag

from .activations import Function, shifted, sigmoid, softmax
from .targets import class_targets, numbers, probability_targets, row_weights, value_targets
from .weighting import combined_weights

__all__ = [
    "BinaryCrossEntropy", "CategoricalCrossEntropy", "Cost", "MeanSquaredError", "binary_cross_entropy",
    "categorical_cross_entropy", "cost", "mean_squared_error",
]  # fmt: skip

Array = Any


class Cost:
    """A cost C(y, ỹ) of targets and outputs; call it with both.

    To write one of your own, any function of (targets, outputs) does; inherit to give it a form from logits as well.
    """

    title = "cost"
    link: Function | None = None

    def __call__(
        self, targets: Any, outputs: Any, from_logits: bool = False, sample_weight: Any = None,
        class_weight: Any = None,
    ) -> Any:  # fmt: skip
        """The cost, one number; ``from_logits=True`` says that ``outputs`` come before the last activation.

        ``sample_weight`` of shape (n,) says how much each row counts in the mean, ``class_weight`` how much each class:
        a dict {label: weight}, a weight for each class, or "balanced".
        """
        if from_logits and self.link is None:
            raise TypeError(f"the {self.title} has no form from logits: leave out from_logits=True")
        if type(outputs) is not ag.Tensor:
            if self.link is not None and not from_logits and np.asarray(outputs).dtype.kind in "biu":
                raise TypeError(f"the {self.title} takes the targets first and then probabilities, not integers")
            outputs = numbers("the outputs", outputs)
        weights = self.weights(targets, outputs, sample_weight, class_weight)
        targets = self.fitted(targets, outputs)
        return self.of_logits(targets, outputs, weights) if from_logits else self.of_outputs(targets, outputs, weights)

    def weights(self, targets: Any, outputs: Array, sample_weight: Any, class_weight: Any) -> Array | None:
        """Weights of mean 1 that broadcast against the outputs, or None."""
        given = targets.value if class_weight is not None and type(targets) is ag.Tensor else targets
        chosen = combined_weights(given, sample_weight, class_weight)
        return None if chosen is None else row_weights(chosen, outputs.shape, outputs.dtype)

    def prepare(self, targets: Any, shape: tuple[int, ...], dtype: Any) -> Array:
        """The targets as an array of the shape and dtype of the outputs, or an error that says what is wrong."""
        return value_targets(targets, shape, dtype)

    def fitted(self, targets: Any, outputs: Array) -> Array:
        """The targets as ``prepare`` gives them; those that are recorded stay recorded."""
        if type(targets) is not ag.Tensor:
            return self.prepare(targets, outputs.shape, outputs.dtype)
        checked = self.prepare(targets.value, outputs.shape, outputs.dtype)
        if targets.size == checked.size:
            return targets if targets.shape == checked.shape else np.reshape(targets, checked.shape)
        labels = targets if targets.ndim == checked.ndim else np.expand_dims(targets, -1)
        return np.equal(labels, np.arange(checked.shape[-1]))

    def of_outputs(self, targets: Array, outputs: Array, weights: Array | None = None) -> Any:
        """The cost of the outputs; both arrays have the same shape, and weights of mean 1 broadcast against them."""
        raise NotImplementedError

    def of_logits(self, targets: Array, logits: Array, weights: Array | None = None) -> Any:
        """The cost of what comes before the last activation."""
        raise NotImplementedError

    def __scope__(self) -> dict[str, Any]:
        return {"label": f"Loss · {self.title}", "kind": "cost"}

    def __repr__(self) -> str:
        return f"nn.{self.title.replace(' ', '_').replace('-', '_')}"


class MeanSquaredError(Cost):
    """The mean of (y − ỹ)² over all samples and outputs.

    >>> print(round(mean_squared_error([1, 0, 1, 1], [0.9, 0.2, 0.6, 0.3]), 12))
    0.175
    """

    title = "mean squared error"

    def of_outputs(self, targets: Array, outputs: Array, weights: Array | None = None) -> Any:
        return weighted_sum((outputs - targets) ** 2, weights) / float(outputs.size)


class BinaryCrossEntropy(Cost):
    """−mean [y log p + (1 − y) log(1 − p)] for yes-or-no targets y = 0, 1 (or probabilities between).

    Called on probabilities it keeps them the rounding unit away from 0 and 1, where the cost would be infinite; from
    logits it is exact.

    >>> print(round(binary_cross_entropy([1, 0, 1, 1], [0.9, 0.2, 0.6, 0.3]), 12))
    0.510825623766
    >>> print(binary_cross_entropy([1.0, 0.0], [1000.0, 1000.0], from_logits=True))
    500.0
    """

    title = "binary cross-entropy"
    link = staticmethod(sigmoid)

    def prepare(self, targets: Any, shape: tuple[int, ...], dtype: Any) -> Array:
        return probability_targets(targets, shape, dtype)

    def of_outputs(self, targets: Array, outputs: Array, weights: Array | None = None) -> Any:
        p = _inside(outputs)
        return -weighted_sum(targets * np.log(p) + (1 - targets) * np.log(1 - p), weights) / float(outputs.size)

    def of_logits(self, targets: Array, logits: Array, weights: Array | None = None) -> Any:
        return weighted_sum(np.logaddexp(0, logits) - targets * logits, weights) / float(logits.size)


class CategoricalCrossEntropy(Cost):
    """−(1/n) Σ_i log p_i,y_i: the mean of the negative logarithm of the probability given to the right class.

    Targets are integer labels of shape (n,), or rows of probabilities such as one-hot of shape (n, classes).

    >>> p = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1]])
    >>> print(round(categorical_cross_entropy([0, 1], p), 12))
    0.289909247626
    >>> print(round(categorical_cross_entropy([[1, 0, 0], [0, 1, 0]], p), 12))
    0.289909247626
    """

    title = "categorical cross-entropy"
    link = staticmethod(softmax)

    def prepare(self, targets: Any, shape: tuple[int, ...], dtype: Any) -> Array:
        return class_targets(targets, shape, dtype)

    def of_outputs(self, targets: Array, outputs: Array, weights: Array | None = None) -> Any:
        return -weighted_sum(targets * np.log(_inside(outputs)), weights) / float(_samples(outputs))

    def of_logits(self, targets: Array, logits: Array, weights: Array | None = None) -> Any:
        z = shifted(logits)
        log_p = z - np.log(np.sum(np.exp(z), axis=-1, keepdims=True))
        return -weighted_sum(targets * log_p, weights) / float(_samples(logits))


def weighted_sum(losses: Array, weights: Array | None) -> Any:
    """The sum of all entries, each times the weight of its row."""
    return np.sum(losses if weights is None else losses * weights)


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


class Custom(Cost):
    """Any function of (targets, outputs) that gives one number, or of (targets, outputs, weights).

    The weights come with mean 1 over all the data, in a shape that broadcasts against the outputs.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.title = getattr(function, "__name__", type(function).__name__).replace("_", " ")
        self.title = "custom" if self.title == "<lambda>" else self.title

    def takes_weights(self) -> bool:
        """Whether the function has a parameter ``weights``."""
        try:
            return "weights" in signature(self.function).parameters
        except (TypeError, ValueError):  # some functions written in C do not say
            return False

    def prepare(self, targets: Any, shape: tuple[int, ...], dtype: Any) -> Array:
        """Targets in the shape of the outputs where their number fits; others, such as labels, as they are."""
        if numbers("the targets", targets).size == math.prod(shape):
            return value_targets(targets, shape, dtype)
        return np.asarray(targets)

    def of_outputs(self, targets: Array, outputs: Array, weights: Array | None = None) -> Any:
        if weights is not None and not self.takes_weights():
            raise TypeError(
                f"the cost {self.title!r} takes no weights of samples: write it as a function of (targets, outputs, "
                "weights=None), for example np.mean(weights * (outputs - targets) ** 2)"
            )
        loss = self.function(targets, outputs) if weights is None else self.function(targets, outputs, weights=weights)
        if getattr(loss, "shape", ()) != ():
            raise TypeError(
                f"the cost {self.title!r} must give one number, but gave shape {loss.shape}: take the mean, for example"
            )
        return loss


mean_squared_error = MeanSquaredError()
binary_cross_entropy = BinaryCrossEntropy()
categorical_cross_entropy = CategoricalCrossEntropy()

_BY_NAME: dict[str, Cost] = {
    "mean_squared_error": mean_squared_error,
    "mse": mean_squared_error,
    "binary_cross_entropy": binary_cross_entropy,
    "categorical_cross_entropy": categorical_cross_entropy,
}


def cost(chosen: str | Cost | Callable[[Array, Array], Any]) -> Cost:
    """The cost of that name; a function of (targets, outputs) becomes one.

    >>> cost("mse")
    nn.mean_squared_error

    Raises ValueError for an unknown name and TypeError for what is neither.
    """
    if isinstance(chosen, Cost):
        return chosen
    if isinstance(chosen, str):
        if chosen not in _BY_NAME:
            raise ValueError(
                f"no cost is named {chosen!r}; choose from {', '.join(_BY_NAME)}, or give a function of "
                "(targets, outputs)"
            )
        return _BY_NAME[chosen]
    if not callable(chosen):
        raise TypeError(f"cost must be a name or a function of (targets, outputs), not {chosen!r}")
    return Custom(chosen)
