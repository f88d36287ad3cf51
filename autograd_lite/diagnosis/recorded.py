"""A cost recorded at one point, and reverse sweeps over the record with a mistake built in.

A mistake in backpropagation is a wrong local step: an adjoint that is passed on with another partial, multiplied by
something, or not at all.  Sweeping with that one step changed gives the gradient that such a mistake leads to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from ..graph import Node, path
from ..kinds import contribution, sum_to
from ..trace.graphs import Graph
from ..trace.nodes import GraphNode
from ..trace.tracing import trace
from .places import Words

__all__ = ["Recorded", "shape_of"]

Array = Any
LONGEST = 72  # characters of a definition
Edit = Callable[["Recorded", Node, Array], Array]


def shape_of(value: Any) -> tuple[int, ...] | None:
    """The shape of a recorded value; None where a function gave several at once."""
    return None if isinstance(value, tuple) else np.shape(value)


class Recorded:
    """The record of a scalar cost at one point.

    ``order`` holds the leaves and then the steps; a place in it means the same node at every point where the cost runs
    the same program.
    """

    def __init__(self, cost: Callable[..., Any], x: Any) -> None:
        self.graph: Graph = trace(cost)(x)
        if len(self.graph.outputs) != 1 or np.size(self.graph.output.value) != 1:
            shapes = [np.shape(node.value) for node in self.graph.outputs]
            raise TypeError(
                f"check_gradient is for a cost, one real number, but {self.graph.title} gives outputs of shape "
                f"{', '.join(map(str, shapes))}; reduce them first, for example with np.sum"
            )
        self.output = self.graph.output.node
        self.leaves = [node.node for node in self.graph.inputs]
        self.path = path(self.leaves, [self.output])
        self.order = [*self.leaves, *self.path.steps]
        self.place = {node: i for i, node in enumerate(self.order)}
        self.faces = {node.node: node for node in self.graph.nodes}
        self.uses: dict[Node, list[tuple[Node, int]]] = {}
        for node in self.path.steps:
            for j, parent in enumerate(node.args):
                if type(parent) is Node and parent in self.path.active:
                    self.uses.setdefault(parent, []).append((node, j))

    @property
    def program(self) -> list[Any]:
        """What was run, to compare with the record at another point."""
        return [(node.function, shape_of(node.value)) for node in self.order]

    @cached_property
    def adjoints(self) -> dict[Node, Array]:
        return self._sweep({self.output: np.ones_like(self.output.value)}, {}, {}, {})

    @cached_property
    def gradients(self) -> list[Array]:
        """The right gradient, by leaf."""
        return self._of_leaves(self.adjoints)

    def edited(
        self,
        bypass: Mapping[int, tuple[int, Array]] | None = None,
        scaled: Mapping[int, Array] | None = None,
        edges: Mapping[tuple[int, int], Edit] | None = None,
    ) -> list[Array]:
        """The gradient by a sweep with wrong steps; nodes are given by their places.

        ``bypass`` {a: (z, d)} passes ā on to z as d·ā; ``scaled`` {z: d} multiplies z̄ by d; ``edges`` {(node, j): f}
        takes f(self, node, adjoint) for what the node contributes to its argument j.
        """
        seed = {self.output: np.ones_like(self.output.value)}
        return self._of_leaves(self._sweep(seed, bypass or {}, scaled or {}, edges or {}))

    def through(self, parts: Mapping[Node, Array]) -> list[Array]:
        """What these parts of adjoints contribute to the gradient."""
        return self._of_leaves(self._sweep(dict(parts), {}, {}, {}))

    def part(self, node: Node, j: int, adjoint: Array | None = None, args: list[Any] | None = None) -> Array:
        """What the node contributes to the adjoint of its argument j; None for nothing."""
        adjoint = self.adjoints.get(node) if adjoint is None else adjoint
        if adjoint is None:
            return None
        args = args or [a.value if type(a) is Node else a for a in node.args]
        return contribution(node, j, adjoint, node.value, args)

    def _of_leaves(self, adjoints: Mapping[Node, Array]) -> list[Array]:
        return [np.asarray(adjoints.get(leaf, np.zeros_like(leaf.value))) for leaf in self.leaves]

    def _sweep(
        self,
        adjoints: dict[Node, Array],
        bypass: Mapping[int, tuple[int, Array]],
        scaled: Mapping[int, Array],
        edges: Mapping[tuple[int, int], Edit],
    ) -> dict[Node, Array]:
        def add(node: Node, part: Array) -> None:
            if part is not None:
                adjoints[node] = adjoints[node] + part if node in adjoints else part

        for node in reversed(self.path.steps):
            adjoint = adjoints.get(node)
            if adjoint is None:
                continue
            here = self.place[node]
            if here in scaled:
                adjoint = adjoints[node] = adjoint * scaled[here]
            if here in bypass:
                z, d = bypass[here]
                add(self.order[z], sum_to(adjoint * d, self.order[z].value))
                continue
            for j, parent in enumerate(node.args):
                if type(parent) is Node and parent in self.path.active:
                    edit = edges.get((here, j))
                    add(parent, self.part(node, j, adjoint) if edit is None else edit(self, node, adjoint))
        return adjoints

    # in words

    def face(self, node: Node) -> GraphNode:
        return self.faces[node]

    def text(self, node: Node) -> str:
        """The node as a person knows it: 'a1 = tanh(z1)', or what it is computed from where it has no name."""
        face = self.faces[node]
        if face.function is None:
            return face.name
        texts = [self.words.definition(node, depth) for depth in (3, 2, 1, 0)]
        definition = next((text for text in texts if len(text) <= LONGEST), texts[-1])
        return definition if face.automatic else f"{face.name} = {definition}"

    @cached_property
    def words(self) -> Words:
        return Words(self._given_name, lambda node: None, self.graph.nodes[0].array_names)

    def _given_name(self, node: Node) -> str | None:
        face = self.faces.get(node)
        return None if face is None or face.automatic else face.name
