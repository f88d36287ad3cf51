"""What people give an estimator, checked and put into numbers; classes go to columns of targets and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .activations import activation, sigmoid, softmax
from .costs import cost as cost_named
from .optimizers import optimizer as optimizer_named
from .targets import one_hot

__all__ = ["Classes", "batch_rows", "float_dtype", "fraction", "layer_sizes", "number", "optimizer_with_rate", "whole"]

Array = Any


def whole(name: str, value: Any, least: int) -> int:
    """A whole number of at least ``least``, or ValueError.

    >>> whole("epochs", 3, 0)
    3
    """
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, but is {value!r}")
    return int(value)


def number(name: str, value: Any) -> float:
    """A number that is not negative, or ValueError."""
    if not isinstance(value, (int, float, np.number)) or isinstance(value, bool) or not 0 <= value < np.inf:
        raise ValueError(f"{name} must be a number of at least 0, but is {value!r}")
    return float(value)


def fraction(name: str, value: Any) -> float:
    """A number between 0 and 1, or ValueError."""
    if not 0 < number(name, value) < 1:
        raise ValueError(f"{name} must lie between 0 and 1, but is {value!r}")
    return float(value)


def layer_sizes(value: Any) -> list[int]:
    """The numbers of hidden units: of one layer from a number, of none from ().

    >>> layer_sizes((16, 8)), layer_sizes(5), layer_sizes(())
    ([16, 8], [5], [])
    """
    sizes = [value] if isinstance(value, (int, np.integer)) else value
    if isinstance(sizes, str) or not hasattr(sizes, "__iter__"):
        raise ValueError(f"hidden_layer_sizes must be a tuple of whole numbers such as (16, 16), but is {value!r}")
    return [whole("each of hidden_layer_sizes", size, 1) for size in sizes]


def batch_rows(batch_size: Any, n: int) -> int | None:
    """Samples per step: "auto" is 200 or all, if there are fewer; None is all.

    >>> batch_rows("auto", 50), batch_rows(None, 50), batch_rows(32, 50)
    (50, None, 32)
    """
    if isinstance(batch_size, str) and batch_size == "auto":
        return min(200, n)
    if isinstance(batch_size, str):
        raise ValueError(f"batch_size must be 'auto', a whole number or None for all samples, but is {batch_size!r}")
    return None if batch_size is None else whole("batch_size", batch_size, 1)


def float_dtype(dtype: Any) -> np.dtype[Any]:
    """np.dtype("float64") or np.dtype("float32"), or ValueError."""
    try:
        name = "none" if dtype is None else np.dtype(dtype).name  # for NumPy None is float64
    except TypeError:
        name = "none"
    if name not in ("float32", "float64"):
        raise ValueError(f"dtype must be 'float64' or 'float32', but is {dtype!r}")
    return np.dtype(name)


def optimizer_with_rate(optimizer: Any, learning_rate: Any) -> Any:
    """The optimizer of that name or object, with another learning rate if one is given.

    >>> optimizer_with_rate("adam", 0.01)
    Adam(lr=0.01, beta1=0.9, beta2=0.999, eps=1e-08)
    """
    chosen = optimizer_named(optimizer)
    if learning_rate is None:
        return chosen
    if not hasattr(type(chosen), "__dataclass_fields__") or "lr" not in type(chosen).__dataclass_fields__:
        raise ValueError(f"{chosen!r} has no field lr that learning_rate could set: leave learning_rate=None")
    return replace(chosen, lr=learning_rate)


@dataclass
class Classes:
    """The labels of a classification, and how they become targets of a network.

    ``columns`` is the number of outputs: one for two classes with a sigmoid (the probability of the second), else one
    for each class; or, with ``multilabel``, one for each of the labels a sample may have.
    """

    labels: Array
    multilabel: bool = False
    columns: int = 1
    output: Callable[[Array], Array] = sigmoid

    def choose_output(self, output_activation: Any, cost: Any) -> None:
        """Take the last activation that is asked for, or that belongs to the cost, or to the number of classes.

        Raises ValueError for a softmax with several labels at once.
        """
        link = None if cost is None else cost_named(cost).link
        default = sigmoid if self.multilabel or len(self.labels) <= 2 else softmax
        self.output = activation(output_activation) if output_activation is not None else link or default
        if self.multilabel and self.output is softmax:
            raise ValueError("probabilities of several labels at once do not sum to 1: take 'sigmoid', not 'softmax'")
        single = len(self.labels) <= 2 and self.output is not softmax and not self.multilabel
        self.columns = 1 if single else max(len(self.labels), 2 if self.output is softmax else 1)

    def targets(self, y: Array, dtype: Any) -> Array:
        """A row of zeros and ones for each sample.

        Raises ValueError for labels that training has not seen.
        """
        if self.multilabel:
            if y.shape[1] != len(self.labels):
                raise ValueError(f"y has {y.shape[1]} columns, but there were {len(self.labels)} labels before")
            return np.asarray(y, dtype=dtype)
        index = np.minimum(np.searchsorted(self.labels, y), len(self.labels) - 1)
        unknown = self.labels[index] != y
        if np.any(unknown):
            raise ValueError(f"y has the class {y[unknown][0]!r}, which is none of the classes {self.labels.tolist()}")
        return one_hot(index, self.columns, dtype) if self.columns > 1 else index[:, None].astype(dtype)

    def probabilities(self, outputs: Array) -> Array:
        """A column for each class, rows of sum 1 (with ``multilabel`` each column for itself).

        Raises ValueError if the outputs are no probabilities.
        """
        if np.size(outputs) and not (np.min(outputs) >= 0 and np.max(outputs) <= 1):
            raise ValueError(
                f"the outputs are no probabilities, since they go from {float(np.min(outputs).item()):g} to "
                f"{float(np.max(outputs).item()):g}: take output_activation='sigmoid' or 'softmax', or use predict"
            )
        if len(self.labels) == 1 and not self.multilabel:
            return 0 * outputs[:, :1] + 1
        if self.columns == 1 and not self.multilabel:
            return np.concatenate([1 - outputs, outputs], axis=1)
        if self.multilabel or self.output is softmax:
            return outputs
        return outputs / np.sum(outputs, axis=1, keepdims=True)

    def decisions(self, model: Any, X: Array) -> Array:
        """A number for each class that grows with its probability; for two classes one, positive for the second."""
        if self.output in (sigmoid, softmax):
            values = model.logits(X)
        else:
            values = model(X) - (0.5 if self.columns == 1 or self.multilabel else 0)
        if self.multilabel or len(self.labels) > 2:
            return values
        return values[:, 0] if self.columns == 1 else values[:, 1] - values[:, 0]

    def predicted(self, outputs: Array) -> Array:
        """The label of the largest output; of a single one, the second from ½ on."""
        if self.multilabel:
            return (outputs >= 0.5).astype(np.int64)
        if len(self.labels) == 1:
            return np.repeat(self.labels, len(outputs))
        index = np.argmax(outputs, axis=1) if self.columns > 1 else (outputs[:, 0] >= 0.5).astype(np.int64)
        return self.labels[index]
