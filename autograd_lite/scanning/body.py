"""A body: one run of a function on fresh leaves, recorded to be run again on other values.

    inputs     the leaves, and ``consts``: the older Tensors that the function closes over
    steps      the nodes that depend on these, in order; what depends on none of them is a constant
    guards     decisions by value, such as ``if x > 0``: with another outcome the function may do something else

A guard that fails raises ``Departed``; who runs the body then looks for another one, or records it.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..graph import Node, leaf, same
from ..rules.constants import ABOUT_SHAPES
from ..tensor import Tensor, doors, opened, tensor_of
from ..trace.flops import flops

__all__ = [
    "Body", "Departed", "Guard", "called", "chosen", "difference", "follow", "inputs_of", "placed", "record_body",
    "same_outcome", "trial",
]  # fmt: skip

Function = Callable[..., Any]

_PACKAGE = str(Path(__file__).parents[1])
_innermost: ContextVar[_Listening | None] = ContextVar("autograd_lite_body", default=None)


class Departed(Exception):
    """A decision came out differently than when this body was recorded."""


class Guard(NamedTuple):
    """A value that left the graph: the node, by which door, what came out, and where in the user's program."""

    node: Node
    door: Any
    outcome: Any
    place: str


def outcome_of(door: Any, value: Any) -> Any:
    """What the program saw of this value."""
    return bool(value) if door == "bool" else operator.index(value) if door == "index" else np.array(value)[()]


def same_outcome(a: Any, b: Any) -> bool:
    """Whether two outcomes are the same, nan being equal to itself."""
    if type(a) is bool or type(a) is int:
        return bool(a == b)
    return a.shape == b.shape and a.dtype == b.dtype and bool(np.array_equal(a, b, equal_nan=a.dtype.kind in "fc"))


def _place() -> str:
    """The line of the user's program that runs now."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return f"{Path(frame.f_code.co_filename).name}, line {frame.f_lineno}"


def called(function: Function, otherwise: str) -> str:
    """The name of a function; ``otherwise`` where it has none."""
    name = getattr(function, "__name__", None) or type(function).__name__
    return otherwise if name == "<lambda>" else str(name)


class _Listening:
    """``with _Listening() as heard:`` notes the values that leave the graph, but not those of a body inside."""

    def __enter__(self) -> list[Guard]:
        self.heard: list[Guard] = []
        self.token = _innermost.set(self)
        doors.append(self.told)
        return self.heard

    def told(self, node: Node, door: Any) -> None:
        if _innermost.get() is self and door not in ABOUT_SHAPES:
            self.heard.append(Guard(node, door, outcome_of(door, node.value), _place()))

    def __exit__(self, *error: object) -> None:
        doors.remove(self.told)
        _innermost.reset(self.token)


@contextmanager
def trial() -> Iterator[None]:
    """``with trial():`` follow a body that may depart, which ends the block; then nothing of it was heard."""
    listening = _innermost.get()
    mark = 0 if listening is None else len(listening.heard)
    try:
        yield
    except Departed:
        if listening is not None:
            del listening.heard[mark:]


class Body:
    """One recorded run: ``leaves`` and ``consts`` in, ``outputs`` out (plain values where nothing went in)."""

    __slots__ = ("consts", "guards", "leaves", "outputs", "programs", "steps")

    def __init__(self, leaves: list[Node], outputs: list[Any], heard: list[Guard], start: int) -> None:
        found, self.consts = _between(leaves, [*outputs, *[guard.node for guard in heard]], start)
        varying = {*leaves, *self.consts}
        self.steps: list[Node] = []
        for node in found:
            if any([type(a) is Node and a in varying for a in node.args]):
                varying.add(node)
                self.steps.append(node)
        self.leaves = leaves
        self.outputs = [y.value if type(y) is Node and y not in varying else y for y in outputs]
        self.programs: dict[Any, Any] = {}
        self.guards: dict[Node, list[Guard]] = {}
        for guard in heard:
            if guard.node in varying:
                self.guards.setdefault(guard.node, []).append(guard)

    def nodes(self) -> list[Node]:
        """The outputs that are computed."""
        return [y for y in self.outputs if type(y) is Node]

    @property
    def decisions(self) -> list[Guard]:
        """What was decided by value, in order."""
        return [guard for guards in self.guards.values() for guard in guards]

    def decided_as(self, other: Body) -> bool:
        """Whether another run came to the same decisions."""
        mine, others = self.decisions, other.decisions
        return [guard.door for guard in mine] == [guard.door for guard in others] and all(
            [same_outcome(a.outcome, b.outcome) for a, b in zip(mine, others, strict=True)]
        )

    @property
    def first_decision(self) -> str:
        """What was first decided by value, and where in the user's program."""
        for guard in self.decisions:
            return f"{guard.door if isinstance(guard.door, str) else guard.door.__name__} in {guard.place}"
        return "in a loop inside"

    @property
    def flops(self) -> int:
        """The operations of one run."""
        total = 0
        for node in self.steps:
            args = [a.value if type(a) is Node else a for a in node.args]
            total += flops(node.function, node.value, args, node.kwargs)  # type: ignore[arg-type]
        return total

    def forget(self) -> None:
        """Drop what one run computed on the way, also in derivatives of loops inside: a program needs no values."""
        kept = set(self.nodes())
        for node in (*self.leaves, *self.steps):
            if node not in kept:
                node.value = None
            for a in node.args:
                if getattr(a, "derived", False):
                    for body in a.bodies:
                        body.forget()

    def bare(self) -> Body:
        """The same without the values that were computed, which ``follow`` does not need."""
        new: Body = object.__new__(Body)
        copies = {node: Node(None) for node in self.leaves}
        for node in self.steps:
            args = tuple([copies.get(a, a) if type(a) is Node else a for a in node.args])
            copies[node] = Node(None, node.function, args, node.kwargs)
        new.leaves, new.steps = [copies[x] for x in self.leaves], [copies[x] for x in self.steps]
        new.consts, new.programs = self.consts, {}
        new.outputs = [copies.get(y, y) if type(y) is Node else y for y in self.outputs]
        new.guards = {copies.get(node, node): guards for node, guards in self.guards.items()}
        return new


def _between(leaves: list[Node], outputs: list[Any], start: int) -> tuple[list[Node], list[Node]]:
    """The nodes newer than ``start`` that the outputs depend on, and the older ones these begin from."""
    seen, waiting = set(leaves), list(outputs)
    found, older = [], []
    while waiting:
        node = waiting.pop()
        if type(node) is Node and node not in seen:
            seen.add(node)
            if node.number < start:
                older.append(node)
            else:
                found.append(node)
                waiting += node.args
    number = operator.attrgetter("number")
    return sorted(found, key=number), sorted(older, key=number)


def record_body(function: Function, values: Sequence[Any]) -> Body:
    """Run ``function`` on Tensors of these values; it takes and returns a list."""
    start = leaf(None).number
    leaves = [leaf(value) for value in values]
    with _Listening() as heard:
        outputs = function([tensor_of(node) for node in leaves])
    return Body(leaves, [y.node if type(y) is Tensor else y for y in outputs], heard, start)


def follow(body: Body, values: Sequence[Any], consts: Mapping[Node, Any]) -> list[Any]:
    """Run a body again; it is recorded where Nodes are among the values.

    Raises Departed if a decision comes out differently.
    """
    now: dict[Node, Any] = {**{node: consts[node] for node in body.consts}, **dict(zip(body.leaves, values))}  # noqa: B905
    for node in (*body.consts, *body.leaves):
        _decide(body, node, now[node])
    for node in body.steps:
        args = [now.get(a, a.value) if type(a) is Node else a for a in node.args]
        result = node.function(*[a.value if type(a) is Node else a for a in args], **node.kwargs)  # type: ignore[misc]
        if any([type(a) is Node for a in args]):
            result = Node(result, node.function, tuple(args), node.kwargs)
        now[node] = result
        _decide(body, node, result)
    return [now[y] if type(y) is Node else y for y in body.outputs]


def _decide(body: Body, node: Node, now: Any) -> None:
    """Ask again what was asked of a node, on behalf of whoever listens now."""
    for guard in body.guards.get(node, ()):
        value = opened(now, guard.door) if type(now) is Node else now
        if not same_outcome(outcome_of(guard.door, value), guard.outcome):
            raise Departed


def difference(a: Body, b: Body) -> str | None:
    """Where two runs that decided alike differ in what they do: a sign of random numbers or counters inside."""
    if len(a.steps) != len(b.steps):
        return f"{len(a.steps)} operations, then {len(b.steps)}"
    for one, other in zip(a.steps, b.steps, strict=True):
        name = getattr(one.function, "__name__", "a function")
        if name != getattr(other.function, "__name__", "a function"):
            return f"{name}, then {getattr(other.function, '__name__', 'another function')}"
        for x, y in zip(one.args, other.args, strict=False):
            if _is_number(x) and _is_number(y) and not same_outcome(np.asarray(x), np.asarray(y)):
                return f"a constant of {name}: {np.array2string(np.asarray(x), threshold=4)}, then {_text(y)}"
    for x, y in zip(a.outputs, b.outputs, strict=True):
        if _is_number(x) and _is_number(y) and not same_outcome(np.asarray(x), np.asarray(y)):
            return f"a result: {_text(x)}, then {_text(y)}"
    return None


def _is_number(x: Any) -> bool:
    return isinstance(x, (float, int, complex, np.ndarray, np.generic))


def _text(x: Any) -> str:
    return np.array2string(np.asarray(x), threshold=4)


def inputs_of(values: Sequence[Any], moving: Sequence[bool]) -> list[Any]:
    """Fresh leaves for what moves, that remember a Tensor; the nodes of other Tensors, and plain values as they are."""
    return [
        (Node(x.node.value, same, (x.node,)) if type(x) is Tensor else leaf(x)) if moves
        else x.node if type(x) is Tensor else x
        for x, moves in zip(values, moving, strict=True)
    ]  # fmt: skip


def chosen(items: Sequence[Any], flags: Sequence[bool]) -> list[Any]:
    return [item for item, flag in zip(items, flags, strict=True) if flag]


def placed(items: Sequence[Any], flags: Sequence[bool]) -> list[Any]:
    """The items at the places that are flagged, None elsewhere."""
    rest = iter(items)
    return [next(rest) if flag else None for flag in flags]
