"""An objective as a sum of squares, C = Σ r², for the method of Levenberg and Marquardt."""

from __future__ import annotations

from typing import Any

import numpy as np

from .costs import mean_squared_error
from .modes import in_training
from .objective import Objective
from .regularization import L2, weights

__all__ = ["squares"]

Array = Any


def squares(
    objective: Objective, model: Any, rng: np.random.Generator, X: Array, targets: Array,
    sample_weight: Array | None = None,
) -> Array:  # fmt: skip
    """The residuals r: (ỹ − y)/√N for the mean squared error of N numbers, and √λ w for each weight under L2.

    >>> from nn import Dense, objective
    >>> model = Dense(1, 1, weights=[[2.0]])
    >>> squares(objective("mse", L2(0.25)), model, np.random.default_rng(0), np.ones((4, 1)), np.zeros((4, 1)))
    array([1., 1., 1., 1., 1.])

    Raises TypeError for an objective of another form.
    """
    if objective.cost is not mean_squared_error:
        raise TypeError(
            f"LevenbergMarquardt is for the mean squared error, not for the {objective.cost.title}: give cost='mse' or "
            "take another optimizer, such as nn.LBFGS()"
        )
    outputs, _ = in_training(model, X, rng)
    r = (outputs - targets) * (1 / float(outputs.size) ** 0.5)
    parts = [np.reshape(r if sample_weight is None else r * np.sqrt(sample_weight), (-1,))]
    for penalty in objective.penalties:
        if not isinstance(penalty, L2):
            raise TypeError(f"LevenbergMarquardt takes nn.L2(λ) or no regularization, not {penalty!r}")
        parts += [np.sqrt(penalty.strength) * np.reshape(w, (-1,)) for w in weights(model)]
    return np.concatenate(parts)
