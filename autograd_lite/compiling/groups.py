"""What is known while a plan is written as loops: where each entry stands, who reads it, and the loop that is open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..graph import Node
from ..scanning.loops import scan_loop
from .emitting import Emitter
from .entries import NUMBERS, Unsupported
from .places import Place, affine, place_of
from .planning import Plan, Step
from .scans import expressible

__all__ = ["Group", "LoopWriter"]


class Group:
    """The loop that is open: its shape, its steps, what it makes, and what of that is complete only after it."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self.steps: list[tuple[str, Step]] = []
        self.made: set[Node] = set()
        self.partial: set[Node] = set()

    def makes(self, a: Node, places: Mapping[Node, Place]) -> bool:
        """Whether the node, or what it is a view of, is made in this loop."""
        return a in self.made or (a in places and places[a].base in self.made)


class LoopWriter(Emitter):
    """Writes whole arrays and their flat memory by name; the loops are for who follows to write."""

    uses_buffers = nests = False

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan, floats=False)
        self.imports.add("import numba")
        self.places: dict[Node, Place] = {node: place_of(node) for node in plan.inputs}
        self.flat: set[str] = set()
        self.group = Group(())
        for node in [*[step.node for step in plan.steps], *plan.inputs]:
            self.refuse(node)
        if plan.captured.effects:
            raise Unsupported("random numbers: draw them outside and pass them in")
        results = [y for y in plan.outputs if type(y) is Node] + [g.node for _, g in plan.guards]
        self.readers: dict[Node, list[Step | None]] = {y: [None] for y in results}
        for step in plan.steps:
            for a in step.node.parents:
                self.readers.setdefault(a, []).append(step)

    def refuse(self, node: Node) -> None:
        """Raise for what is no array of a common type."""
        if isinstance(node.value, tuple):
            if node.function is not scan_loop or not expressible(node):
                raise Unsupported(f"{getattr(node.function, '__name__', 'function')} with several results")
        elif node.value.dtype.char not in NUMBERS:
            raise Unsupported(f"numbers of type {node.value.dtype}")

    def place(self, a: Node) -> Place:
        """Where the entries of a node stand."""
        return self.places.get(a) or place_of(a)

    def _flat(self, node: Node) -> None:
        """A name for the flat memory of an array."""
        if node.value.ndim and self.names[node] not in self.flat:
            self.flat.add(self.names[node])
            self._line(f"{self.names[node]}_ = {self.names[node]}.ravel()")

    def _flat_name(self, x: Node) -> str:
        place = self.place(x)
        if place != place_of(place.base):
            raise Unsupported("an index into a part of an array")
        return f"{self.names[place.base]}_"

    def _whole(self, a: Any) -> str:
        """An argument as an array of its own."""
        place = self.place(a)
        own = place_of(place.base)
        if a is place.base:
            return self.names[a]
        if place.strides == own.strides[::-1] and place.offset == 0 and a.value.shape == place.base.value.shape[::-1]:
            return f"{self.names[place.base]}.T"
        if place.offset == 0 and place.strides == place_of(a).strides and a.value.size == place.base.value.size:
            return f"{self.names[place.base]}.reshape({a.value.shape})"
        index = [f"i{k}" for k in range(a.value.ndim)]
        base = self.names[place.base]
        self._flat(place.base)
        name = self.unique.named(f"{self.names[a]}_whole")
        self._line(f"{name} = np.empty({a.value.shape}, {self.text(a.value.dtype)})")
        for k, n in enumerate(a.value.shape):
            self._line(f"for i{k} in range({n}):")
            self.depth += 1
        self._line(f"{name}[{', '.join(index)}] = {base}_[{affine(place, index)}]")
        self.depth -= len(index)
        return name
