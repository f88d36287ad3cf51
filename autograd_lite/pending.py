"""Pending adjoints: sums that nobody has added up yet.

A node that takes one entry of a large array contributes zeros to its adjoint, but for that entry.  A loop of n such
nodes would write n arrays of zeros, and a derivative of that derivative would keep them all.  So a rule may answer with
the entries alone, a ``Part`` (see rules/taking.py).

    x̄ += part      where x̄ is there already, the entries are added to it
                   where there is none, or only other parts, they wait for each other
    asked for x̄    by a node that is a view, and passes on its adjoint entry by entry: the parts go on as they are
                   by any other node, or as a result: they are added up
"""

from __future__ import annotations

from typing import Any, Protocol

from .graph import Node

__all__ = ["Part", "Pending", "added_up"]


class Part(Protocol):
    """A contribution to an adjoint that is zero but for a few entries."""

    def onto(self, adjoint: Any) -> Any:
        """``adjoint`` with the contribution added."""

    def with_zeros(self, others: list[Any]) -> Any:
        """The whole adjoint that this part and the others make."""

    def through(self, node: Node) -> Part | None:
        """The contribution to the adjoint of what ``node`` is a view of; None if it is no view."""


class Pending:
    """The sum of some parts.  It belongs to the sweep that made it: adding another to it changes it."""

    __slots__ = ("parts",)
    __array_ufunc__ = None  # so that an array leaves ``array + pending`` to us

    def __init__(self, parts: list[Part]) -> None:
        self.parts = parts

    def __add__(self, other: Any) -> Any:
        if type(other) is Pending:
            self.parts += other.parts
            return self
        for part in self.parts:
            other = part.onto(other)
        return other

    __radd__ = __add__

    def total(self) -> Any:
        """The adjoint itself."""
        first, *others = self.parts
        return first.with_zeros(others)

    def due(self, node: Node, adjoints: dict[Node, Any], keep: bool) -> Any:
        """The adjoint of ``node``; or None, where it has gone on to what ``node`` is a view of."""
        parts = [part.through(node) for part in self.parts]
        if keep or None in parts:
            total = self.total()
            if keep:
                adjoints[node] = total
            return total
        parent, passed = node.args[0], Pending(parts)  # type: ignore[arg-type]
        adjoints[parent] = adjoints[parent] + passed if parent in adjoints else passed
        return None


def added_up(adjoints: dict[Node, Any]) -> dict[Node, Any]:
    """The same adjoints, none of them pending."""
    for node, adjoint in adjoints.items():
        if type(adjoint) is Pending:
            adjoints[node] = adjoint.total()
    return adjoints
