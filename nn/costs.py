"""Costs: how far the outputs ỹ of a model are from the targets y, by name; the formulas stand in the two modules below.

A cost of probabilities or rates knows which activation ``link`` turns logits into them.  ``fit`` and ``objective`` use
that: a model that ends in this activation is trained on its ``logits``, so one writes the model that gives
probabilities and the cost is computed stably all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .cost_base import Cost, Custom
from .cross_entropies import BinaryCrossEntropy, CategoricalCrossEntropy
from .regression_costs import (
    Gaussian,
    HalfSumOfSquares,
    Hinge,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanSquaredError,
    Poisson,
)

__all__ = [
    "Cost", "Huber", "binary_cross_entropy", "categorical_cross_entropy", "cost", "gaussian", "half_sum_of_squares",
    "hinge", "huber", "log_cosh", "mean_absolute_error", "mean_squared_error", "poisson",
]  # fmt: skip

Array = Any

mean_squared_error = MeanSquaredError()
half_sum_of_squares = HalfSumOfSquares()
mean_absolute_error = MeanAbsoluteError()
huber = Huber()
log_cosh = LogCosh()
binary_cross_entropy = BinaryCrossEntropy()
categorical_cross_entropy = CategoricalCrossEntropy()
hinge = Hinge()
poisson = Poisson()
gaussian = Gaussian()

BY_NAME: dict[str, Cost] = {
    "mean_squared_error": mean_squared_error,
    "mse": mean_squared_error,
    "half_sum_of_squares": half_sum_of_squares,
    "mean_absolute_error": mean_absolute_error,
    "mae": mean_absolute_error,
    "huber": huber,
    "log_cosh": log_cosh,
    "binary_cross_entropy": binary_cross_entropy,
    "categorical_cross_entropy": categorical_cross_entropy,
    "hinge": hinge,
    "poisson": poisson,
    "gaussian": gaussian,
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
        if chosen not in BY_NAME:
            raise ValueError(
                f"no cost is named {chosen!r}; choose from {', '.join(BY_NAME)}, or give a function of "
                "(targets, outputs)"
            )
        return BY_NAME[chosen]
    if not callable(chosen):
        raise TypeError(f"cost must be a name or a function of (targets, outputs), not {chosen!r}")
    return Custom(chosen)
