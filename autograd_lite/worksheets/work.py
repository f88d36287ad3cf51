"""A sheet worked out with a student's own numbers, so that a later step can be right though an earlier one was wrong.

    expected(ā) = Σ_c ∂c/∂a·c̄      with the student's ∂c/∂a and c̄ where the sheet asks for them, the true ones elsewhere
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..kinds import contribution
from ..sweeps import rules
from ..trace.graphs import Graph
from ..trace.nodes import GraphNode, filled
from .blanks import Blank, partial_of

__all__ = ["Term", "Work"]


@dataclass(frozen=True)
class Term:
    """One term of a sum: local partial × derivative of the neighbour.

    ``node`` is the neighbour, ``child`` and ``parent`` the ends of the arrow; ``factor`` is None between arrays.
    """

    node: GraphNode
    child: GraphNode
    parent: GraphNode
    factor: Any
    derivative: Any
    amount: Any


class Work:
    """What each number of the graph is, according to the answers given, and what would follow from them."""

    def __init__(self, graph: Graph, given: Mapping[Blank, Any]) -> None:
        self.graph, self._given = graph, dict(given)

    def of(self, blank: Blank) -> Any:
        """What was answered, or what is true where nothing was asked or answered."""
        answer = self._given.get(blank)
        if answer is None or np.shape(answer) != np.shape(blank.truth):
            return blank.truth
        return answer

    def value(self, node: GraphNode) -> Any:
        return self.of(Blank("value", node))

    def derivative(self, kind: str, node: GraphNode) -> Any:
        return self.of(Blank(kind, node))

    def arguments(self, node: GraphNode) -> list[Any]:
        """The arguments of a node, as numbers."""
        return [self.value(a) if type(a) is GraphNode else a for a in node.arguments]

    def partial(self, child: GraphNode, parent: GraphNode) -> Any:
        """The local partial that was answered, or that which follows from the values; None between arrays."""
        blank = Blank("partial", child, parent)
        return self._given[blank] if blank in self._given else self.partial_at(child, parent)

    def partial_at(self, child: GraphNode, parent: GraphNode, at: Mapping[GraphNode, Any] | None = None) -> Any:
        """The local partial at the values answered; with ``at``, at other values of the arguments."""
        if partial_of(child, parent) is None:
            return None
        moved = at or {}
        args = [moved.get(a, self.value(a)) if type(a) is GraphNode else a for a in child.arguments]
        with np.errstate(all="ignore"):
            function = child.node.function if moved else None
            out = function(*args, **child.node.kwargs) if function else self.value(child)
            places = [child.place(i) for i, p in enumerate(child.parents) if p is parent]
            parts = [_tangent(child, j, np.float64(1), out, args) for j in places]
        return np.float64(sum(parts))

    def terms(self, blank: Blank) -> list[Term]:
        """The terms of a tangent or an adjoint."""
        node = blank.node
        if blank.kind == "tangent":
            pairs = [(node, parent, parent) for parent in dict.fromkeys(node.parents)]
        else:
            pairs = [(child, node, child) for child in reversed(self.graph.nodes) if node in child.parents]
        found = [self._term(blank.kind, *pair) for pair in pairs]
        return [term for term in found if term is not None]

    def _term(self, kind: str, child: GraphNode, parent: GraphNode, neighbour: GraphNode) -> Term | None:
        derivative = self.derivative(kind, neighbour)
        if derivative is None or isinstance(derivative, tuple) or (kind == "adjoint" and parent.role == "constant"):
            return None
        factor = self.partial(child, parent)
        if factor is not None:
            amount = factor * derivative
        else:
            amount = self._amount(kind, child, parent, derivative)
        return Term(neighbour, child, parent, factor, derivative, amount)

    def _amount(self, kind: str, child: GraphNode, parent: GraphNode, derivative: Any) -> Any:
        """What an array contributes, by its rule."""
        args, out = self.arguments(child), self.value(child)
        places = [child.place(i) for i, p in enumerate(child.parents) if p is parent]
        if kind == "tangent":
            parts = [_tangent(child, j, derivative, out, args) for j in places]
        else:
            parts = [filled(contribution(child.node, j, derivative, out, args), parent.value) for j in places]
        return sum(parts[1:], parts[0])

    def seed(self, blank: Blank) -> Any:
        """What the sweep starts from there, None for most nodes."""
        swept = self.graph.swept.get(blank.kind)
        return None if swept is None else swept.seeds.get(blank.node.node)

    def expected(self, blank: Blank) -> Any:
        """What belongs into the blank, given the answers before it."""
        if blank.kind == "partial" and blank.parent is not None:
            return self.partial_at(blank.node, blank.parent)
        if blank.kind == "value":
            with np.errstate(all="ignore"):
                return blank.node.node.function(*self.arguments(blank.node), **blank.node.node.kwargs)  # type: ignore[misc]
        parts = [self.seed(blank), *[term.amount for term in self.terms(blank)]]
        parts = [part for part in parts if part is not None]
        return sum(parts[1:], parts[0]) if parts else blank.truth


def _tangent(node: GraphNode, j: int, tangent: Any, out: Any, args: list[Any]) -> Any:
    seeds = [tangent if k == j else None for k in range(len(args))]
    return filled(rules[node.node.function].jvp(seeds, out, args, node.node.kwargs), node.value)
