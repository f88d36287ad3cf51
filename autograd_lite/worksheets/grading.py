"""Grading: each answer is right, or follows rightly from an earlier wrong one, or is wrong.

    right        |answer − number| ≤ tolerance·max(|number|, 0.1)
    follow-up    the same, for the number that follows from the student's own answers before it
    wrong        neither: what the mistake looks like is said
    open         nothing was filled in
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .blanks import Answers, Blank
from .mistakes import looks_like
from .numbers import agree, said
from .work import Work

if TYPE_CHECKING:
    from ..trace.graphs import Graph

__all__ = ["Grade", "Mark", "grade"]

_SIGNS = {"right": "✓", "follow-up": "(✓)", "wrong": "✗", "open": "–"}


@dataclass(frozen=True)
class Mark:
    """What became of one blank.

    Attributes
    ----------
    blank : Blank
    answer : number, array or None
    status : {"right", "follow-up", "wrong", "open"}
    said : str
        What there is to say of it, in a sentence; "" for what is right.
    """

    blank: Blank
    answer: Any
    status: str
    said: str = ""

    def __str__(self) -> str:
        given = "" if self.answer is None else f" = {said(self.answer)}"
        return f"{_SIGNS[self.status]:>3} {self.blank.symbol}{given}" + (f"   {self.said}" if self.said else "")


@dataclass(frozen=True)
class Grade:
    """A sheet graded, mark by mark in the order of the work; it prints as a report.

    Attributes
    ----------
    marks : tuple of Mark
    """

    marks: tuple[Mark, ...]

    @property
    def points(self) -> int:
        """One for each blank that is right, or follows rightly from the student's own numbers."""
        return sum(mark.status in ("right", "follow-up") for mark in self.marks)

    @property
    def total(self) -> int:
        """How many points there are."""
        return len(self.marks)

    @property
    def first_wrong(self) -> Mark | None:
        """The first step that is wrong by itself, None if none is."""
        return next((mark for mark in self.marks if mark.status == "wrong"), None)

    def __getitem__(self, symbol: str) -> Mark:
        for mark in self.marks:
            if symbol in (mark.blank.symbol, mark.blank.node.name if mark.blank.parent is None else ""):
                return mark
        known = ", ".join(mark.blank.symbol for mark in self.marks)
        raise KeyError(f"this sheet has no blank {symbol!r}; its blanks are {known}")

    def __str__(self) -> str:
        lines = [f"{self.points} of {self.total} points"]
        first = self.first_wrong
        if first is not None:
            lines.append(f"First wrong step: {first.blank.symbol} = {said(first.answer)}. {first.said}")
        return "\n".join([*lines, *map(str, self.marks)])

    __repr__ = __str__


def grade(graph: Graph, blanks: list[Blank], answers: Answers, tolerance: float) -> Grade:
    """The marks for these answers; see ``Worksheet.grade``."""
    work = Work(graph, answers)
    return Grade(tuple([_mark(blank, answers, work, tolerance) for blank in blanks]))


def _mark(blank: Blank, answers: Mapping[Blank, Any], work: Work, tolerance: float) -> Mark:
    if blank not in answers:
        return Mark(blank, None, "open", "Not filled in.")
    answer = answers[blank]
    if agree(answer, blank.truth, tolerance):
        return Mark(blank, answer, "right")
    expected = work.expected(blank)
    if agree(answer, expected, tolerance):
        return Mark(blank, answer, "follow-up", "Right, given the numbers before it.")
    return Mark(blank, answer, "wrong", looks_like(blank, answer, work, tolerance))
