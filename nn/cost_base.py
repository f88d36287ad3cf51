"""What every cost has in common: targets and weights are checked and brought into the shape of the outputs.

A cost is a mean over the n samples of a batch.  With weights w_i of the samples, every mean over i becomes
Σ_i w_i (·)_i / Σ_i w_i: a sample of weight 2 counts as if it stood there twice, one of weight 0 as if it did not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from inspect import signature
from typing import Any

import numpy as np

import autograd_lite as ag

from .activations import Function
from .targets import numbers, row_weights, value_targets
from .weighting import combined_weights

__all__ = ["Cost", "Custom", "weighted_mean", "weighted_sum"]

Array = Any


class Cost:
    """A cost C(y, ỹ) of targets and outputs; call it with both.

    To write one of your own, any function of (targets, outputs) does; inherit to give it a form from logits as well.

    >>> class Fourth(Cost):
    ...     def of_outputs(self, targets, outputs, weights=None):
    ...         return np.mean((outputs - targets) ** 4)
    >>> print(Fourth()([0.0, 0.0], [1.0, 1.0]))
    1.0

    Raises TypeError for outputs that are integers where probabilities belong, and for ``from_logits=True`` where there
    is no form from logits.
    """

    title = "cost"
    takes = "numbers"
    link: Function | None = None
    also: tuple[Function, ...] = ()  # other last activations that give what this cost takes

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


def weighted_sum(losses: Array, weights: Array | None) -> Any:
    """The sum of all entries, each times the weight of its row."""
    return np.sum(losses if weights is None else losses * weights)


def weighted_mean(losses: Array, weights: Array | None) -> Any:
    """The mean of all entries, each with the weight of its row."""
    return weighted_sum(losses, weights) / float(losses.size)


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
