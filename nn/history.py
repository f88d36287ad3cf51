"""The history of a training: one entry of each list for each epoch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .text import Text, aligned

__all__ = ["History"]


@dataclass(repr=False)
class History:
    """What ``fit`` returns.

    Attributes
    ----------
    loss : list of float
        The mean of the objective over the mini-batches of each epoch, each taken before its step.
    validation_loss : list of float
        The objective on the validation data at the end of each epoch; empty without validation data.
    model
        The trained model, the same object that was given to ``fit``.
    cost : str
        The name of the cost.
    seconds : float
        How long the training took.

    Examples
    --------
    >>> History(loss=[1.0, 0.5], validation_loss=[1.1, 0.8], cost="mean squared error")
    History(2 epochs, loss 0.5, validation loss 0.8, best 0.8 at epoch 2)
    """

    loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    model: Any = None
    cost: str = "cost"
    seconds: float = 0.0

    @property
    def best_epoch(self) -> int:
        """The epoch (from 1) of the smallest validation loss, or without validation data of the smallest loss.

        Raises ValueError if there are no epochs.
        """
        losses = self.validation_loss or self.loss
        if not losses:
            raise ValueError("this history has no epochs")
        return losses.index(min(losses)) + 1

    def to_dict(self) -> dict[str, list[float]]:
        """The lists by name, as ``pandas.DataFrame`` takes them.

        >>> History(loss=[1.0]).to_dict()
        {'epoch': [1], 'loss': [1.0]}
        """
        columns: dict[str, list[Any]] = {"epoch": list(range(1, len(self.loss) + 1)), "loss": list(self.loss)}
        if self.validation_loss:
            columns["validation_loss"] = list(self.validation_loss)
        return columns

    def table(self, rows: int = 12) -> Text:
        """The epochs as text, at most ``rows`` of them, evenly chosen, always with the first and the last.

        >>> History(loss=[1.0, 0.5, 0.25]).table(rows=2)
        epoch  loss
        -----  ----
            1     1
            3  0.25
        """
        columns = self.to_dict()
        n = len(self.loss)
        count = min(max(rows, 2), n)
        chosen = sorted({round(i * (n - 1) / max(count - 1, 1)) for i in range(count)})
        lines = [[str(columns["epoch"][i]), *(f"{columns[k][i]:.4g}" for k in list(columns)[1:])] for i in chosen]
        return Text(aligned([[k.replace("_", " ") for k in columns], *lines], "r" * len(columns)))

    def plot(self, ax: Any = None) -> Any:
        """Draw the losses over the epochs, on a logarithmic scale where they are positive; returns the axes.

        Parameters
        ----------
        ax : matplotlib axes, optional
            Where to draw; by default a new figure.

        Raises
        ------
        ImportError
            Without matplotlib, with the command that installs it.
        """
        from .plots import new_axes, plot_history

        ax = new_axes() if ax is None else ax
        plot_history(self, ax)
        return ax

    def __repr__(self) -> str:
        if not self.loss:
            return "History(0 epochs)"
        parts = [f"{len(self.loss)} epoch{'s' if len(self.loss) > 1 else ''}", f"loss {self.loss[-1]:.4g}"]
        if self.validation_loss:
            best = self.best_epoch
            parts += [f"validation loss {self.validation_loss[-1]:.4g}"]
            parts += [f"best {self.validation_loss[best - 1]:.4g} at epoch {best}"]
        return f"History({', '.join(parts)})"
