"""What a recorded run hangs on: the guards, which are asked again wherever the record is run on other values.

    node       what was asked
    door       how: "bool" for ``if x > 0``, "index", "value", ...
    outcome    what came out
    line       where in the user's code

A record is one path through a program and stands for it as long as each guard has the same outcome.  Who runs the
record and finds another one raises ``Departed``; then another record is looked for, or made.
"""

from __future__ import annotations

import linecache
import operator
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

import numpy as np

from ..graph import Node
from ..rules.constants import ABOUT_SHAPES
from ..tensor import doors
from ..trace.naming import is_user_code

__all__ = ["Departed", "Guard", "Listening", "hollow", "same_numbers", "trial", "user_line"]

SMALL = 1024  # bytes that a value may keep
_innermost: ContextVar[Listening | None] = ContextVar("autograd_lite_listening", default=None)


class Departed(Exception):
    """A decision came out differently than when this was recorded."""


class Guard(NamedTuple):
    """A value that left the graph: the node, by which door, what came out, and the user's line."""

    node: Node
    door: Any
    outcome: Any
    line: str

    def holds(self, value: Any) -> bool:
        """Whether the same comes out of this value."""
        outcome = _outcome(self.door, value)
        return bool(outcome == self.outcome) if type(outcome) in (bool, int) else same_numbers(outcome, self.outcome)


def _outcome(door: Any, value: Any) -> Any:
    """What the program saw of this value."""
    return bool(value) if door == "bool" else operator.index(value) if door == "index" else np.array(value)[()]


def same_numbers(a: Any, b: Any) -> bool:
    """Whether two arrays have the same shape, dtype and numbers, nan being the same as nan."""
    return a.shape == b.shape and a.dtype == b.dtype and bool(np.array_equal(a, b, equal_nan=a.dtype.kind in "fc"))


class Listening:
    """``with Listening() as heard:`` notes each value that leaves the graph, but not for a listener further in."""

    def __enter__(self) -> dict[Any, Guard]:
        self.heard: dict[Any, Guard] = {}
        self.token = _innermost.set(self)
        doors.append(self.told)
        return self.heard

    def told(self, node: Node, door: Any) -> None:
        key = node, door if door in ("bool", "index") else "value"
        if _innermost.get() is self and door not in ABOUT_SHAPES and key not in self.heard:
            self.heard[key] = Guard(node, door, _outcome(door, node.value), user_line())

    def __exit__(self, *error: object) -> None:
        doors.remove(self.told)
        _innermost.reset(self.token)


@contextmanager
def trial() -> Iterator[None]:
    """``with trial():`` run a record that may depart, which ends the block; then nothing of it was heard."""
    heard = {} if (listening := _innermost.get()) is None else listening.heard
    before = set(heard)
    try:
        yield
    except Departed:
        for key in heard.keys() - before:
            del heard[key]


def user_line() -> str:
    """The line of the user's code that is being run."""
    frame = sys._getframe(1)
    while frame.f_back is not None and not is_user_code(frame.f_code):
        frame = frame.f_back
    text = linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()
    return f"line {frame.f_lineno} of {frame.f_code.co_name}" + (f", `{text}`" if text else "")


def hollow(value: Any) -> Any:
    """An array of the same shape and dtype that takes no memory, where it would: a program needs no numbers."""
    if isinstance(value, tuple):
        return tuple(map(hollow, value))
    if getattr(value, "nbytes", 0) <= SMALL:
        return value
    return np.broadcast_to(np.zeros((), value.dtype), value.shape)
