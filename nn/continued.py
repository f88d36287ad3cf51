"""Training in pieces: an epoch at a time, with a rule that says when to stop, or batch by batch as data come in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autograd_lite import trees

from .history import History
from .optimizers import Optimizer
from .optimizers import optimizer as optimizer_named
from .parameters import adopt
from .progress import progress
from .training import fit

__all__ = ["Continued", "Patience", "fit_with_patience"]

Array = Any


class Continued(Optimizer):
    """An optimizer that begins each training in the state in which its last one ended.

    >>> import numpy as np
    >>> opt = Continued("momentum")
    >>> _, state = opt.update(np.ones(1), opt.init(np.ones(1)), np.ones(1))
    >>> opt.init(np.ones(1)) is state
    True
    """

    def __init__(self, optimizer: Any) -> None:
        self.chosen = optimizer_named(optimizer)
        self.state: Any = None
        self.entrywise = isinstance(self.chosen, Optimizer) and self.chosen.entrywise
        self.needs_cost = getattr(self.chosen, "needs_cost", False)

    @property
    def lr(self) -> Any:
        return getattr(self.chosen, "lr", None)

    def init(self, params: Any) -> Any:
        return self.chosen.init(params) if self.state is None else self.state

    def update(self, grads: Any, state: Any, params: Any, **more: Any) -> tuple[Any, Any]:
        params, self.state = self.chosen.update(grads, state, params, **more)
        return params, self.state


@dataclass
class Patience:
    """When to stop: ``epochs`` epochs in a row were not better than the best before by more than ``tol``.

    >>> rule = Patience(tol=0.1, epochs=2)
    >>> [rule.exhausted(loss) for loss in (1.0, 0.5, 0.45, 0.48)]
    [False, False, False, True]
    """

    tol: float
    epochs: float
    best: float = float("inf")
    waited: int = 0

    def exhausted(self, loss: float) -> bool:
        """Note the loss of one more epoch; returns whether it is time to stop."""
        self.waited = 0 if loss < self.best - self.tol else self.waited + 1
        self.best = min(self.best, loss)
        return self.waited >= self.epochs


def fit_with_patience(
    model: Any, data: tuple[Any, ...], validation: tuple[Any, ...] | None, patience: Patience, *, optimizer: Continued,
    epochs: int, verbose: bool | None, **settings: Any,
) -> History:  # fmt: skip
    """``fit``, ended early when the validation loss, or without validation data the loss, has converged.

    ``data`` and ``validation`` are (X, y) or (X, y, sample_weight).  With validation data the parameters of the epoch
    with the smallest validation loss are kept in the end, without those of the last.
    """
    X, y, *weights = data
    history, best = History(model=model), None
    with progress(epochs, verbose) as tell:
        for _ in range(epochs):
            piece = fit(
                model, X, y, sample_weight=weights[0] if weights else None, validation_data=validation,
                optimizer=optimizer, epochs=1, verbose=False, **settings,
            )  # fmt: skip
            add(history, piece)
            if validation is not None and history.best_epoch == len(history.loss):
                best = [leaf.copy() for leaf in trees.flatten(model)[0]]
            losses = history.loss if validation is None else history.validation_loss
            tell(piece.loss[0], piece.validation_loss[0] if validation is not None else None)
            if patience.exhausted(losses[-1]):
                break
    if best is not None:
        adopt(model, trees.flatten(model)[1](best))
    return history


def add(history: History, piece: History) -> None:
    """Append the epochs of a later training."""
    history.loss += piece.loss
    history.validation_loss += piece.validation_loss
    history.cost = piece.cost
    history.seconds += piece.seconds
