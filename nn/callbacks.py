"""What happens after each epoch: rules that end a training, and functions of your own.

A callback is any function of the history.  It is called after every epoch, when ``history.model`` has the parameters
of that epoch, and ends the training by returning True:

    def show(history):
        print(len(history.loss), history.loss[-1])

    nn.fit(model, X, y, callbacks=[show, lambda history: history.loss[-1] < 1e-3])
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .history import History

__all__ = ["Callback", "EarlyStopping", "Watch", "callbacks_of", "early_stopping_of", "tolerance_of"]

Callback = Callable[[History], Any]


@dataclass(frozen=True)
class EarlyStopping:
    """Stop when a column of the history was not better than its best for ``patience`` epochs in a row.

    Parameters
    ----------
    patience : int
        How many epochs without improvement end the training.
    min_delta : float
        By how much a value must be better than the best to count.
    monitor : str, optional
        The column of the history to watch: by default "validation_loss", or "loss" without validation data.
    maximize : bool
        Whether larger is better, as for "validation_accuracy".
    restore_best : bool
        Whether the model gets the parameters of the best epoch back when the training ends, for whatever reason.

    Raises
    ------
    ValueError
        For a patience below 1 or a negative ``min_delta``.

    Source: L. Prechelt, Early stopping — but when?, in Neural Networks: Tricks of the Trade (1998).

    >>> EarlyStopping(patience=3).patience
    3
    """

    patience: int = 10
    min_delta: float = 0.0
    monitor: str | None = None
    maximize: bool = False
    restore_best: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.patience, (int, np.integer)) or isinstance(self.patience, bool) or self.patience < 1:
            raise ValueError(f"patience must be a whole number of epochs, at least 1, but is {self.patience!r}")
        if isinstance(self.min_delta, (str, bool)) or not 0 <= self.min_delta < math.inf:
            raise ValueError(f"min_delta must be a number, at least 0, but is {self.min_delta!r}")


class Watch:
    """A rule at work: the best value of its column so far, and the epochs since."""

    def __init__(self, rule: EarlyStopping, column: str) -> None:
        self.rule, self.column = rule, column
        self.best, self.best_epoch, self.epoch = math.inf, 0, 0

    def see(self, history: History) -> bool:
        """Look at the epochs that were not seen yet; returns whether the last one is the best."""
        columns = history.to_dict()
        values = columns.get(self.column)
        if values is None:
            known = ", ".join(list(columns)[1:])
            raise ValueError(f"there is no {self.column!r} in this history to monitor; it has {known}")
        for value in values[self.epoch :]:
            self.epoch += 1
            value = math.inf if math.isnan(value) else -value if self.rule.maximize else value
            if value < self.best - self.rule.min_delta or not self.best_epoch:
                self.best, self.best_epoch = value, self.epoch
        return self.best_epoch == self.epoch

    @property
    def over(self) -> bool:
        """Whether nothing has become better for as many epochs as the rule waits."""
        return self.epoch - self.best_epoch >= self.rule.patience

    def reason(self) -> str:
        """Why the training ended."""
        name, delta = self.column.replace("_", " "), self.rule.min_delta
        better = f"fallen by more than {delta:g}" if not self.rule.maximize else f"risen by more than {delta:g}"
        better = better if delta else "become better"
        return f"the {name} has not {better} since epoch {self.best_epoch}"


def early_stopping_of(chosen: Any, validation: bool) -> Watch | None:
    """The rule that was asked for: True, a number of epochs, or an ``EarlyStopping``."""
    if chosen is None or chosen is False:
        return None
    if chosen is True:
        chosen = EarlyStopping()
    elif isinstance(chosen, (int, np.integer)):
        chosen = EarlyStopping(int(chosen))
    if not isinstance(chosen, EarlyStopping):
        raise TypeError(f"early_stopping must be True, a number of epochs or nn.EarlyStopping(...), not {chosen!r}")
    return Watch(chosen, chosen.monitor or ("validation_loss" if validation else "loss"))


def tolerance_of(tol: Any) -> Watch | None:
    """The rule that ends a training whose cost has converged: no fall by more than ``tol`` in 10 epochs."""
    if tol is None:
        return None
    if isinstance(tol, (str, bool)) or not 0 <= tol < math.inf:
        raise ValueError(f"tol must be a number, at least 0, but is {tol!r}")
    return Watch(EarlyStopping(10, float(tol), restore_best=False), "loss")


def callbacks_of(chosen: Callback | Sequence[Callback] | None) -> list[Callback]:
    """The callbacks as a list, or an error that says what one is."""
    found: list[Any] = list(chosen) if isinstance(chosen, (list, tuple)) else [] if chosen is None else [chosen]
    for callback in found:
        if not callable(callback):
            raise TypeError(f"a callback is a function of the history, called after each epoch, not {callback!r}")
    return found
