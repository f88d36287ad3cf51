"""What a diagnosis says: findings as sentences, and the numbers of each layer that they rest on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from textwrap import fill

from ..text import Text, aligned

__all__ = ["Diagnosis", "Finding"]

WIDTH = 92  # columns of a sentence
HEAD = ("layer", "signal", "adjoint", "update/step", "idle")


@dataclass(frozen=True, repr=False)
class Finding:
    """One thing that is wrong with a training.

    Attributes
    ----------
    kind : str
        What it is called: "dead units", "rate too high", …
    where : str
        The layer, the data or the optimizer it was found in.
    what : str
        What was seen, with the number that shows it.
    fix : str
        What to do about it.
    number : float
        That number.

    >>> Finding("dead units", "layer 2", "61 of 64 relu units are dead", "lower the rate", 61.0)
    layer 2: 61 of 64 relu units are dead: lower the rate
    """

    kind: str
    where: str
    what: str
    fix: str
    number: float

    def __str__(self) -> str:
        return f"{self.where}: {self.what}: {self.fix}"

    __repr__ = __str__


@dataclass(repr=False)
class Diagnosis:
    """What ``fit(..., diagnose=True)`` found, as ``history.diagnosis``: nothing, or sentences with their numbers.

    Attributes
    ----------
    findings : list of Finding
        What is wrong: first in the data, then in the layers, then in how they learn.
    layers : list of rows of text
        For each layer its name, the spread of its outputs over the samples ("signal") and the size of ∂C/∂output
        ("adjoint"), both at the start → at the end; the median of ‖Δθ‖/‖θ‖ of a step; and the share of its outputs
        that are dead or saturated at the end.
    samples : int
        How many training samples were looked at.
    ok : bool
        Whether nothing wrong was found.

    Examples
    --------
    >>> import numpy as np, nn
    >>> X = np.random.default_rng(0).normal(size=(60, 2))
    >>> model = nn.FFNN([2, 4, 1], weights="zeros")
    >>> history = nn.fit(model, X, X[:, :1] * X[:, 1:], epochs=2, seed=0, diagnose=True, verbose=False)
    >>> history.diagnosis.ok, history.diagnosis.kinds
    (False, ['symmetric start'])
    >>> print(history.diagnosis[0].where)
    layer 1, Dense(2 → 4, tanh)
    """

    findings: list[Finding] = field(default_factory=list)
    layers: list[list[str]] = field(default_factory=list)
    samples: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing wrong was found."""
        return not self.findings

    @property
    def kinds(self) -> list[str]:
        """What was found, by name, each once."""
        return list(dict.fromkeys(finding.kind for finding in self.findings))

    def table(self) -> Text:
        """The numbers of the layers as text."""
        return Text(aligned([list(HEAD), *self.layers], "lrrrr"))

    def _title(self) -> str:
        count = len(self.findings)
        found = f"{count} finding{'s' if count > 1 else ''}" if count else "nothing found"
        return f"Diagnosis on {self.samples} training samples: {found}"

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __getitem__(self, index: int) -> Finding:
        return self.findings[index]

    def __str__(self) -> str:
        told = [fill(str(finding), WIDTH, initial_indent="- ", subsequent_indent="  ") for finding in self.findings]
        return "\n".join([self._title(), *told])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """The sentences and the table for a notebook, in the reader's own colours."""
        told = [[escape(text) for text in (f.kind, f.where, f.what, f.fix)] for f in self]
        items = "".join(f"<li><b>{kind}</b> · {where}: {what}: <i>{fix}</i></li>" for kind, where, what, fix in told)
        cell = "style='text-align:{};padding:2px 10px'"
        sides = ["left", *["right"] * (len(HEAD) - 1)]
        names = "".join(f"<th {cell.format(side)}>{name}</th>" for name, side in zip(HEAD, sides, strict=True))
        rows = ""
        for row in self.layers:
            cells = [f"<td {cell.format(side)}>{escape(text)}</td>" for text, side in zip(row, sides, strict=True)]
            rows += f"<tr>{''.join(cells)}</tr>"
        return (
            f"<p>{escape(self._title())}</p><ul>{items}</ul>"
            f"<table><thead><tr>{names}</tr></thead><tbody>{rows}</tbody></table>"
        )
