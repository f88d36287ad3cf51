"""The elementwise functions z → a in a record: single steps such as tanh, or several, as in 1/(1 + exp(−z)).

A piece goes from its one entry z to a, all steps between acting entry by entry; its derivative is an array of the shape
of a.  Where the values are those of a known function it has that function's name, however it was written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..graph import Node
from ..kinds import Constant, Elementwise, contribution
from ..sweeps import rules
from .recorded import Recorded, shape_of

__all__ = ["KNOWN", "Piece", "pieces", "softmaxes"]

Array = Any
CHOICES = frozenset({"maximum", "minimum", "fmax", "fmin", "where", "masked", "clip", "sign", "heaviside", "astype"})
MOST_STEPS, MOST_PIECES = 12, 60


def sigmoid(z: Array) -> Array:
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


def softmax(z: Array) -> Array:
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


# name: the function; its derivative in terms of its result; how one writes that
KNOWN: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array], str]] = {
    "sigmoid": (sigmoid, lambda a: a * (1 - a), "{a} * (1 - {a})"),
    "tanh": (np.tanh, lambda a: 1 - a * a, "(1 - {a}**2)"),
    "relu": (lambda z: np.maximum(z, 0), lambda a: (a > 0) * 1.0, "({a} > 0)"),
}


class Piece:
    """An elementwise function z → a of a record, by places, so that it can be found at every point."""

    def __init__(self, recorded: Recorded, entry: Node, end: Node, inside: list[Node]) -> None:
        self.z, self.a = recorded.place[entry], recorded.place[end]
        self.steps = sorted(recorded.place[node] for node in inside)
        z, a = np.asarray(entry.value), np.asarray(end.value)
        rtol = 1e3 * float(np.finfo(a.dtype).eps)
        same = [k for k, (f, _, _) in KNOWN.items() if a.shape == z.shape and np.allclose(f(z), a, rtol=rtol, atol=0)]
        self.name = same[0] if len(same) == 1 and not np.allclose(z, a) else ""
        self.label = self.name or recorded.face(end).function_name

    def derivative(self, recorded: Recorded, at: Array | None = None) -> Array:
        """da/dz, entry by entry; at other values of z if ``at`` is given."""
        values = self.run(recorded, at)
        adjoints: dict[int, Array] = {self.a: np.ones_like(values[self.a])}
        for i in reversed(self.steps):
            node, adjoint = recorded.order[i], adjoints.get(i)
            if adjoint is None:
                continue
            args = [self._value(recorded, values, x) for x in node.args]
            for j, parent in enumerate(node.args):
                place = recorded.place.get(parent) if type(parent) is Node else None
                if place is not None and (place == self.z or place in values):
                    part = contribution(node, j, adjoint, values[i], args)
                    if part is not None:
                        adjoints[place] = adjoints[place] + part if place in adjoints else part
        return np.asarray(adjoints.get(self.z, np.zeros_like(values[self.a])))

    def run(self, recorded: Recorded, at: Array | None = None) -> dict[int, Array]:
        """The values of z and of all steps, in the shape of a."""
        shape = recorded.order[self.a].value.shape
        z = recorded.order[self.z].value if at is None else at
        values = {self.z: np.array(np.broadcast_to(z, shape))}
        for i in self.steps:
            node = recorded.order[i]
            args = [self._value(recorded, values, x) for x in node.args]
            values[i] = np.asarray(node.function(*args, **node.kwargs))  # type: ignore[misc]
        return values

    def _value(self, recorded: Recorded, values: dict[int, Array], x: Any) -> Any:
        if type(x) is not Node:
            return x
        return values.get(recorded.place.get(x, -1), x.value)

    def ties(self, recorded: Recorded) -> Array:
        """Where a is at a kink: the arguments of a choice or a comparison are equal, or |x| is at 0."""
        shape = recorded.order[self.a].value.shape
        mask = np.zeros(shape, bool)
        for i in self.steps:
            node = recorded.order[i]
            name = getattr(node.function, "__name__", "")
            args = [a.value if type(a) is Node else a for a in node.args]
            if name in ("absolute", "fabs"):
                mask |= np.equal(args[0], 0)
            elif name in ("maximum", "minimum", "greater", "greater_equal", "less", "less_equal", "fmax", "fmin"):
                mask |= np.equal(args[0], args[1])
            elif name == "clip":
                for bound in args[1:]:
                    mask |= False if bound is None else np.equal(args[0], bound)
        return mask

    def inside(self, other: Piece) -> bool:
        """Whether it is a part of another piece."""
        return other is not self and set(self.steps) < set(other.steps)


def acts_entrywise(node: Node) -> bool:
    rule = rules.get(node.function)
    name = getattr(node.function, "__name__", "")
    return isinstance(rule, (Elementwise, Constant)) or name in CHOICES


def pieces(recorded: Recorded) -> list[Piece]:
    """The pieces that are more than a sum or a multiple of their entry; of known functions the whole, not the parts."""
    found: list[Piece] = []
    for end in recorded.path.steps:
        if len(found) >= MOST_PIECES or isinstance(end.value, tuple) or not acts_entrywise(end):
            continue
        if end.value.dtype.kind == "f" and end.value.size:
            found += _ending_at(recorded, end)
    known = [p for p in found if p.name]
    kept = [p for p in found if _is_one_thing(recorded, p) and not any(p.inside(k) for k in known)]
    return sorted(kept, key=lambda p: (not p.name, len(p.steps)))


def _is_one_thing(recorded: Recorded, piece: Piece) -> bool:
    """Whether a person would call it a function: one step, a known one, or what has a name and is not all there is."""
    face = recorded.face(recorded.order[piece.a])
    whole = recorded.order[piece.a] is recorded.output and recorded.order[piece.z] in recorded.leaves
    return bool(piece.name) or len(piece.steps) == 1 or not (face.automatic or whole)


def _ending_at(recorded: Recorded, end: Node) -> list[Piece]:
    """Pieces of this end, with entries further and further back."""
    found: list[Piece] = []
    inside, frontier = [end], _active(recorded, end)
    while frontier and len(inside) <= MOST_STEPS:
        if len(frontier) == 1:
            (entry,) = frontier
            if shape_of(entry.value) == end.value.shape and entry.value.dtype.kind == "f":
                piece = Piece(recorded, entry, end, inside)
                if np.ptp(piece.derivative(recorded)) > 0 or (np.size(end.value) == 1 and _is_curved(recorded, piece)):
                    found.append(piece)
        youngest = max(frontier, key=lambda node: node.number)
        if not acts_entrywise(youngest) or shape_of(youngest.value) != end.value.shape:
            break
        frontier.discard(youngest)
        frontier |= _active(recorded, youngest)
        inside.append(youngest)
    return found


def _is_curved(recorded: Recorded, piece: Piece) -> bool:
    """Whether the derivative of a piece between two numbers changes with its argument."""
    z = np.asarray(recorded.order[piece.z].value)
    with np.errstate(all="ignore"):
        there = piece.derivative(recorded, z * 0.75 + 0.1)
    return not np.allclose(there, piece.derivative(recorded), rtol=1e-9, atol=0)


def _active(recorded: Recorded, node: Node) -> set[Node]:
    return {a for a in node.args if type(a) is Node and a in recorded.path.active}


def softmaxes(recorded: Recorded) -> list[tuple[int, int]]:
    """The places (z, p) of p = softmax(z) along the last axis."""
    found = []
    for node in recorded.path.steps:
        p = node.value
        if not shape_of(p) or p.dtype.kind != "f" or p.size == 0 or p.shape[-1] < 2 or np.any(p < 0):
            continue
        if not np.allclose(p.sum(axis=-1), 1, rtol=1e-9):
            continue
        z = _softmax_entry(recorded, node)
        if z is not None:
            found.append((recorded.place[z], recorded.place[node]))
    return found


def _softmax_entry(recorded: Recorded, p: Node) -> Node | None:
    """The node z furthest back, a few steps, with p = softmax(z)."""
    entry, layer = None, {p}
    for _ in range(MOST_STEPS):
        layer = set().union(*[_active(recorded, node) for node in layer]) if layer else set()
        for z in layer:
            if shape_of(z.value) == p.value.shape and np.allclose(softmax(z.value), p.value, rtol=1e-9, atol=0):
                entry = z
    return entry
