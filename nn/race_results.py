"""What comes of a race of optimizers: the curve of each training, their medians as a table and as a picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from .text import Text, aligned

__all__ = ["Lane", "Race", "quantile"]

Array = Any


@dataclass(repr=False)
class Lane:
    """One optimizer of a race.

    Attributes
    ----------
    name : str
        What it is called in the table and the picture.
    optimizer
        The optimizer, at the best of its rates.
    curves : array of shape (seeds, epochs + 1)
        The objective at the start and after each epoch; inf from where the training diverged.
    seconds : array of shape (seeds,)
        How long an epoch took.
    rates : list of float
        The rates that were tried; empty if it ran as it was given.
    """

    name: str
    optimizer: Any
    curves: Array
    seconds: Array
    rates: list[float]

    @property
    def final(self) -> Array:
        """The objective at the end, for each seed."""
        return self.curves[:, -1]

    @property
    def diverged(self) -> int:
        """How many of the trainings diverged."""
        return int(np.count_nonzero(~np.isfinite(self.final)))

    def epochs_to(self, threshold: float) -> Array:
        """For each seed after how many epochs the objective was first at or below the threshold; inf for never."""
        reached = self.curves <= threshold
        return np.where(reached.any(axis=1), reached.argmax(axis=1), np.inf)

    @property
    def at_the_edge(self) -> str:
        """"largest" or "smallest", if the best rate was that one of those tried, else ""."""
        if len(self.rates) < 2 or self.optimizer.lr not in (min(self.rates), max(self.rates)):
            return ""
        return "largest" if self.optimizer.lr == max(self.rates) else "smallest"

    def __repr__(self) -> str:
        return f"Lane({self.name}, median {quantile(self.final, 0.5):.4g})"


@dataclass(repr=False)
class Race:
    """What ``race`` returns: the lanes, the best one first; it prints as a table and draws itself.

    Attributes
    ----------
    lanes : list of Lane
        The optimizers in the order of the medians of their final objectives.
    seeds : list of int
        The seeds, one training for each and each optimizer.
    batches : int
        Steps in an epoch.
    cost : str
        The name of the cost.
    data : str
        What the objective is measured on: "training data" or "validation data".
    threshold : float or None
        The objective that the table gives the steps to, and on request the seconds.
    """

    lanes: list[Lane]
    seeds: list[int]
    batches: int
    cost: str
    data: str
    threshold: float | None

    @property
    def best(self) -> Lane:
        """The winner."""
        return self.lanes[0]

    @property
    def tuned(self) -> list[float]:
        """The rates that were tried, empty if every optimizer ran at the rate it was given."""
        return max((lane.rates for lane in self.lanes), key=len)

    @property
    def conditions(self) -> str:
        """How the race was run, in words."""
        count = len(self.seeds)
        seeds = f"{count} seeds, median and quartiles" if count > 1 else "1 seed only"
        rates = ", ".join(f"{rate:g}" for rate in self.tuned)
        rates = f"each at its best of the rates {rates}" if rates else "each at the rate given"
        return f"{seeds}; same start and batches for all; {rates}"

    def table(self, seconds: bool = False) -> Text:
        """The lanes as text: final objective, steps to the threshold, trainings that diverged.

        Parameters
        ----------
        seconds : bool
            Also the time to the threshold, which differs from run to run; the rest is the same for the same seeds.

        Raises
        ------
        ValueError
            If seconds are asked for, but the race had no threshold to time.
        """
        if seconds and self.threshold is None:
            raise ValueError("table(seconds=True) gives the time to a threshold: write race(..., threshold=0.1)")
        head, *rows = self._lines(seconds)
        notes = [f"objective on the {self.data}: {self.conditions}", *self._warnings()]
        return Text("\n".join([aligned([head, *rows], "l" + "r" * (len(head) - 1)), *notes]))

    def _lines(self, seconds: bool = False) -> list[list[str]]:
        goal = "" if self.threshold is None else f"{self.threshold:.3g}"
        several = len(self.seeds) > 1
        measures = ["median", "quartiles"] if several else ["at the end"]
        goals = [f"steps to {goal}"] * bool(goal) + ["seconds"] * seconds
        lines = [["optimizer", *measures, *goals, "diverged"]]
        for lane in self.lanes:
            low, middle, high = (_shown(quantile(lane.final, q), ".3g") for q in (0.25, 0.5, 0.75))
            line = [lane.name, middle, *([f"{low} … {high}"] if several else [])]
            if self.threshold is not None:
                epochs = lane.epochs_to(self.threshold)
                line += [_shown(quantile(epochs * self.batches, 0.5), ".0f")]
                line += [_shown(quantile(epochs * lane.seconds, 0.5), ".2g")] * seconds
            lines.append([*line, f"{lane.diverged} of {len(self.seeds)}"])
        return lines

    def _warnings(self) -> Iterator[str]:
        for lane in self.lanes:
            if lane.at_the_edge and np.isfinite(quantile(lane.final, 0.5)):
                yield f"{lane.name}: its best rate is the {lane.at_the_edge} that was tried, another may be better"

    def plot(self, ax: Any = None, against: str = "epochs") -> Any:
        """Draw the medians with bands from quartile to quartile, on a logarithmic scale; returns the axes.

        Parameters
        ----------
        ax : matplotlib axes, optional
            Where to draw; by default a new figure.
        against : "epochs" or "seconds"
            What to draw them over.

        Raises
        ------
        ImportError
            Without matplotlib, with the command that installs it.
        """
        from .plots import new_axes, plot_race

        if against not in ("epochs", "seconds"):
            raise ValueError(f'against must be "epochs" or "seconds", but is {against!r}')
        ax = new_axes(7.6, 4.4) if ax is None else ax
        plot_race(self, ax, against)
        return ax

    def save(self, path: str | Path, against: str = "epochs") -> None:
        """Write the picture, .svg, .png or .pdf."""
        from .plots import save_race

        save_race(self, Path(path), against)

    def __str__(self) -> str:
        return str(self.table())

    __repr__ = __str__

    def __iter__(self) -> Iterator[Lane]:
        return iter(self.lanes)

    def __len__(self) -> int:
        return len(self.lanes)

    def __getitem__(self, index: int) -> Lane:
        return self.lanes[index]

    def _repr_html_(self) -> str:
        """The table for a notebook, in the reader's own colours."""
        sides = ["left", *["right"] * 9]
        rows = ""
        for kind, line in zip(["th", *["td"] * len(self.lanes)], self._lines(), strict=True):
            cells = [
                f"<{kind} style='text-align:{side};padding:2px 10px'>{escape(text)}</{kind}>"
                for side, text in zip(sides, line, strict=False)
            ]
            rows += f"<tr>{''.join(cells)}</tr>"
        notes = "<br>".join(escape(note) for note in [f"{self.data}: {self.conditions}", *self._warnings()])
        return (
            f"<table><caption style='text-align:left'>{escape(self.cost)} on the {notes}</caption>"
            f"<tbody>{rows}</tbody></table>"
        )


def quantile(values: Array, q: float) -> Any:
    """The quantile of the values along the first axis, interpolated, where infinite values are larger than all others.

    >>> quantile(np.array([1.0, np.inf, 2.0]), 0.5), quantile(np.array([1.0, np.inf, 2.0]), 0.75)
    (np.float64(2.0), np.float64(inf))
    """
    ordered = np.sort(values, axis=0)
    place = q * (len(ordered) - 1)
    low, high = ordered[int(np.floor(place))], ordered[int(np.ceil(place))]
    with np.errstate(invalid="ignore"):
        between = low + (high - low) * (place % 1)
    return np.where(np.isinf(high), high, between)[()]


def _shown(number: float, form: str) -> str:
    return f"{number:{form}}" if np.isfinite(number) else "—"
