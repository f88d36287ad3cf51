"""What a diagnosis rests on: everything that was seen of one training."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..history import History
from ..objective import Objective
from .probe import Part, Snapshot, activation_name

__all__ = ["Evidence", "Step"]

Array = Any
SQUASHED = ("sigmoid", "softmax")  # activations that give probabilities


@dataclass
class Step:
    """The last step of an epoch: how far each array moved, and how large it was, as Euclidean norms."""

    moved: list[float]
    size: list[float]


@dataclass
class Evidence:
    """A training, its samples that were looked at, and the model on them at the start and at the end."""

    objective: Objective
    optimizer: Any
    history: History
    batches: int
    everything: tuple[Array, ...]
    data: tuple[Array, ...]
    validation: tuple[Array, ...] | None
    start: Snapshot
    end: Snapshot
    first_loss: float  # the objective before the first step, penalties and all
    steps: list[Step] = field(default_factory=list)
    diverged: bool = False
    first_epoch: int = 0  # the epochs that lay behind when it began, after a checkpoint

    @property
    def losses(self) -> list[float]:
        """The loss of each epoch that was watched."""
        return self.history.loss[self.first_epoch :]

    @property
    def last_activation(self) -> str:
        """The name of the last activation of the model, "" if it is not known."""
        parts = self.end.parts
        return activation_name(getattr(self.end.model, "output_activation", None)) if parts else ""

    @property
    def classes(self) -> bool:
        """Whether the targets are classes, and the outputs their probabilities."""
        return bool(self.last_activation in SQUASHED and np.isin(self.data[1], (0, 1)).all())

    def ratio(self, part: Part) -> float:
        """The median, over the epochs, of ‖Δθ‖/‖θ‖ in their last step; nan for a layer without parameters."""
        chosen = range(*part.leaves.indices(len(self.end.leaves)))
        ratios = [
            np.linalg.norm([step.moved[i] for i in chosen]) / np.linalg.norm([step.size[i] for i in chosen])
            for step in self.steps
            if any(step.size[i] for i in chosen)
        ]
        return float(np.median(ratios)) if ratios else float("nan")

    @property
    def largest_ratio(self) -> tuple[float, str]:
        """The largest of these ratios, and where it is."""
        ratios = [(self.ratio(part), part.where) for part in self.end.parts]
        return max((pair for pair in ratios if np.isfinite(pair[0])), default=(0.0, ""))
