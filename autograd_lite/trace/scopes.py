"""Scopes: the parts of a program that belong together, such as the layers of a network, for pictures.

Nodes are numbered in the order of their creation, so a scope is a range of numbers; it is noted only while a trace is
made, in a list that belongs to that trace and its thread.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Any

from ..graph import leaf

__all__ = ["Scope", "collected", "scope", "scopes_of"]


class Scope:
    """A part of a program with a label of its own, such as a layer; each is itself alone, however it is labelled.

    >>> Scope("hidden")
    <Scope layer 'hidden'>
    """

    __slots__ = ("kind", "label", "rows")

    def __init__(self, label: str, kind: str = "layer", rows: Sequence[tuple[str, Any]] = ()) -> None:
        self.label, self.kind = str(label), kind
        self.rows = [(str(key), str(text)) for key, text in rows]

    def __repr__(self) -> str:
        return f"<Scope {self.kind} {self.label!r}>"


_active: ContextVar[list[_Range] | None] = ContextVar("autograd_lite_scopes", default=None)
_NO_SCOPE: AbstractContextManager[None] = nullcontext()


class _Range:
    """The numbers of the nodes that were recorded in one scope."""

    __slots__ = ("scope", "start", "stop")

    def __init__(self, scope: Scope) -> None:
        self.scope, self.start, self.stop = scope, 0, sys.maxsize

    def __enter__(self) -> None:
        self.start = leaf(None).number

    def __exit__(self, *error: object) -> None:
        self.stop = leaf(None).number


def scope(
    what: Any, kind: str = "layer", rows: Sequence[tuple[str, Any]] = ()
) -> AbstractContextManager[None]:
    """Mark what is recorded inside as one part of the program, for pictures: a layer, a cost.

    Parameters
    ----------
    what : str, or an object with a method ``__scope__``
        The label.  Outside of ``trace`` it is not looked at: an object builds its texts only when they are wanted.
        ``__scope__()`` returns the arguments of this function as a dict: ``{"label": ..., "kind": ..., "rows": ...}``.
    kind : str
        What sort of part it is: "layer", "cost", "activation".
    rows : sequence of (str, value)
        What else to say of it, such as ("units", 8).

    Examples
    --------
    >>> import autograd_lite as ag
    >>> def f(x):
    ...     with ag.scope("Layer 1", rows=[("units", 1)]):
    ...         a = 2 * x
    ...     return a * a
    >>> ag.trace(f)(1.0)["a"].scope
    (<Scope layer 'Layer 1'>,)
    """
    active = _active.get()
    if active is None:
        return _NO_SCOPE
    describe = getattr(what, "__scope__", None)
    entered = _Range(Scope(what, kind, rows) if describe is None else Scope(**describe()))
    active.append(entered)
    return entered


class collected:
    """``with collected() as ranges:`` notes the scopes entered inside."""

    def __enter__(self) -> list[_Range]:
        ranges: list[_Range] = []
        self.token = _active.set(ranges)
        return ranges

    def __exit__(self, *error: object) -> None:
        _active.reset(self.token)


def scopes_of(numbers: Iterable[int], ranges: Sequence[_Range]) -> list[tuple[Scope, ...]]:
    """The scopes around each of these numbers, which rise; outermost first."""
    found: list[tuple[Scope, ...]] = []
    around: list[_Range] = []
    waiting = list(reversed(ranges))
    for number in numbers:
        while waiting and waiting[-1].start < number:
            around.append(waiting.pop())
        if any(r.stop < number for r in around):
            around = [r for r in around if r.stop > number]
        found.append(tuple([r.scope for r in around]))
    return found
