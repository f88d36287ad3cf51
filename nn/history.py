"""The history of a training: one entry of each column for each epoch."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from importlib import import_module
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
    metrics : dict of lists of float
        Each metric at the end of each epoch, by name: "accuracy" on the training data, "validation_accuracy" on the
        validation data, …
    model
        The trained model, the same object that was given to ``fit``.
    cost : str
        The name of the cost.
    seconds : float
        How long the training took.
    stopped : str
        Why it ended before the last epoch; empty if it did not.
    restored_epoch : int or None
        The epoch whose parameters early stopping gave back to the model.
    state
        The state of the optimizer in the end, which ``fit(..., state=...)`` goes on from.
    diagnosis : nn.diagnosis.Diagnosis or None
        What ``fit(..., diagnose=True)`` found.

    Examples
    --------
    >>> history = History(loss=[1.0, 0.5], validation_loss=[1.1, 0.8], cost="mean squared error")
    >>> history
    History(2 epochs, loss 0.5, validation loss 0.8, best 0.8 at epoch 2)
    >>> print(history)
    epoch  loss  validation loss
    -----  ----  ---------------
        1     1              1.1
        2   0.5              0.8
    """

    loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    model: Any = None
    cost: str = "cost"
    seconds: float = 0.0
    metrics: dict[str, list[float]] = field(default_factory=dict)
    stopped: str = ""
    restored_epoch: int | None = None
    state: Any = None
    diagnosis: Any = None

    @property
    def best_epoch(self) -> int:
        """The epoch (from 1) of the smallest validation loss, or without validation data of the smallest loss.

        Raises ValueError if there are no epochs.
        """
        losses = self.validation_loss or self.loss
        if not losses:
            raise ValueError("this history has no epochs")
        return losses.index(min(losses)) + 1

    def to_dict(self) -> dict[str, list[Any]]:
        """The columns by name.

        >>> History(loss=[1.0]).to_dict()
        {'epoch': [1], 'loss': [1.0]}
        """
        columns: dict[str, list[Any]] = {"epoch": list(range(1, len(self.loss) + 1)), "loss": list(self.loss)}
        if self.validation_loss:
            columns["validation_loss"] = list(self.validation_loss)
        return {**columns, **{name: list(values) for name, values in self.metrics.items()}}

    def to_pandas(self) -> Any:
        """The columns as a pandas DataFrame, with the epoch as its index.

        Raises ImportError without pandas, with the command that installs it.
        """
        try:
            pandas = import_module("pandas")
        except ImportError:
            raise ImportError("a DataFrame needs pandas: pip install pandas") from None
        return pandas.DataFrame(self.to_dict()).set_index("epoch")

    def table(self, rows: int = 12) -> Text:
        """The epochs as text, at most ``rows`` of them, evenly chosen, always with the first and the last.

        >>> History(loss=[1.0, 0.5, 0.25]).table(rows=2)
        epoch  loss
        -----  ----
            1     1
            3  0.25
        """
        lines = self._lines(rows)
        return Text(aligned(lines, "r" * len(lines[0])))

    def _lines(self, rows: int) -> list[list[str]]:
        """The head and the chosen rows of the table."""
        columns = self.to_dict()
        n = len(self.loss)
        count = min(max(rows, 2), n)
        chosen = sorted({round(i * (n - 1) / max(count - 1, 1)) for i in range(count)})
        lines = [[str(columns["epoch"][i]), *(f"{columns[k][i]:.4g}" for k in list(columns)[1:])] for i in chosen]
        return [[name.replace("_", " ") for name in columns], *lines]

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

    def __str__(self) -> str:
        return str(self.table())

    def __repr__(self) -> str:
        if not self.loss:
            return "History(0 epochs)"
        parts = [f"{len(self.loss)} epoch{'s' if len(self.loss) > 1 else ''}", f"loss {self.loss[-1]:.4g}"]
        if self.validation_loss:
            best = self.best_epoch
            parts += [f"validation loss {self.validation_loss[-1]:.4g}"]
            parts += [f"best {self.validation_loss[best - 1]:.4g} at epoch {best}"]
        parts += [f"{name.replace('_', ' ')} {values[-1]:.4g}" for name, values in self.metrics.items() if values]
        return f"History({', '.join(parts)})"

    def _repr_html_(self) -> str:
        """The table for a notebook, in the reader's own colours."""
        head, *lines = self._lines(12)
        cell = "<td style='text-align:right;padding:2px 10px'>"
        best = str(self.best_epoch) if self.loss else ""
        rows = []
        for line in lines:
            bold = " style='font-weight:600'" if line[0] == best else ""
            rows.append(f"<tr{bold}>" + "".join(f"{cell}{escape(text)}</td>" for text in line) + "</tr>")
        names = "".join(f"<th style='text-align:right;padding:2px 10px'>{escape(name)}</th>" for name in head)
        notes = [escape(self.cost), *([f"best epoch {best}"] if best else [])]
        notes += [f"stopped: {escape(self.stopped)}"] if self.stopped else []
        found = self.diagnosis._repr_html_() if self.diagnosis else ""
        return (
            f"<table><caption style='text-align:left;white-space:nowrap'>{' · '.join(notes)}</caption>"
            f"<thead><tr>{names}</tr></thead><tbody>{''.join(rows)}</tbody></table>{found}"
        )
