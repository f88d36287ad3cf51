"""The graph: a program is a list of elementary functions, x_i = g_i(x_Pa(i)), and running it records that list.

    x = leaf(1.0)                        x₁ = 1                      Pa(1) = {}
    a = record(square, (x,))             x₂ = square(x₁)             Pa(2) = {1}
    b = record(exp, (a,))                x₃ = exp(x₂)                Pa(3) = {2}
    c = record(add, (a, b))              x₄ = x₂ + x₃                Pa(4) = {2, 3}

A node is data: the function itself, its arguments and its value.  No derivative is prepared while recording; whoever
reads the record later (a sweep, a picture, a compiler) looks up what it needs.  The order of creation is a topological
order and edges point only to older nodes, so nothing here recurses and no cycle can keep memory alive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import count
from operator import attrgetter
from typing import Any, NamedTuple

__all__ = ["Node", "Path", "leaf", "newest", "path", "record", "roots", "same"]

_numbers = count(1)
_number = attrgetter("number")
NO_KEYWORDS: Mapping[str, Any] = {}


class Node:
    """One elementary function g_i of the trace: its value, and the recipe that made it.

    ``args`` holds a Node where the argument was recorded and the plain value where it was not.  A leaf has
    ``function=None``.  ``number`` is the order of creation, unique in the process.

    >>> from operator import mul
    >>> x = leaf(3.0)
    >>> y = record(mul, (x, 2.0))
    >>> y.value, y.function is mul, y.parents == [x]
    (6.0, True, True)
    """

    __slots__ = ("value", "function", "args", "kwargs", "number")

    value: Any
    function: Callable[..., Any] | None
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    number: int

    def __init__(
        self,
        value: Any,
        function: Callable[..., Any] | None = None,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] = NO_KEYWORDS,
    ) -> None:
        self.value = value
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.number = next(_numbers)

    @property
    def parents(self) -> list[Node]:
        """The recorded arguments, Pa(i), in the order of the arguments (one that is used twice stands twice)."""
        return [a for a in self.args if type(a) is Node]

    def __repr__(self) -> str:
        inside = ", ".join(f"x{a.number}" if type(a) is Node else "…" for a in self.args)
        name = getattr(self.function, "__name__", None)
        return f"<Node x{self.number} = {f'{name}({inside})' if name else 'leaf'}: {self.value!r}>"


def leaf(value: Any, name: str | None = None) -> Node:
    """An input of the trace.  Its ``kwargs`` are its own: they carry its name, and its grad after ``backward``.

    >>> leaf(3.0, "x").kwargs
    {'name': 'x'}
    """
    return Node(value, None, (), {} if name is None else {"name": name})


def same(x: Any) -> Any:
    """The identity.  A leaf that stands for an older Tensor records it, so that an outer derivative sees through.

    >>> same(3.0)
    3.0
    """
    return x


def record(function: Callable[..., Any], args: Iterable[Any], kwargs: Mapping[str, Any] = NO_KEYWORDS) -> Node:
    """Run one elementary function on values and remember it: x_i = g_i(x_Pa(i)).

    >>> record(max, (leaf(2.0), leaf(3.0))).value
    3.0
    """
    args = tuple(args)
    return Node(function(*[a.value if type(a) is Node else a for a in args], **kwargs), function, args, kwargs)


class Path(NamedTuple):
    """The way from leaves to outputs.

    ``steps`` are the nodes between them in order, without the leaves; ``active`` holds both.  ``nested`` is true when
    the history reaches nodes older than the leaves: this derivative is then taken inside another one, and the sweep
    over it must itself be recorded.

    >>> x = leaf(2.0)
    >>> y = record(abs, (x,))
    >>> path([x], [y]).steps == [y]
    True
    """

    steps: list[Node]
    active: set[Node]
    nested: bool


def path(leaves: Iterable[Node], outputs: Iterable[Node]) -> Path:
    """All nodes that depend on ``leaves`` and on which ``outputs`` depend; it never walks past the leaves.

    >>> x, other = leaf(2.0), leaf(3.0)
    >>> y = record(pow, (x, record(abs, (other,))))
    >>> found = path([x], [y])
    >>> found.steps == [y], found.nested
    (True, False)
    """
    active = set(leaves)
    oldest = min([node.number for node in active], default=0)
    nested = any([node.args for node in active])
    seen = set(active)
    found: list[Node] = []
    waiting: list[Any] = list(outputs)
    while waiting:
        node = waiting.pop()
        if type(node) is Node and node not in seen:
            seen.add(node)
            if node.number < oldest:
                nested = True
            else:
                found.append(node)
                waiting += node.args
    found.sort(key=_number)
    if not nested and all([node.args for node in found]):  # no other leaf was met: every node depends on the leaves
        return Path(found, seen, nested)
    steps: list[Node] = []
    for node in found:
        for a in node.args:
            if type(a) is Node and a in active:
                active.add(node)
                steps.append(node)
                break
    return Path(steps, active, nested)


def newest() -> int:
    """A number of creation: the nodes that exist have lower ones, those that come have higher ones.

    >>> number = newest()
    >>> leaf(1.0).number > number
    True
    """
    return next(_numbers)


def roots(node: Node) -> list[Node]:
    """The leaves that ``node`` comes from, in order of creation.

    >>> x, y = leaf(2.0), leaf(3.0)
    >>> roots(record(pow, (x, record(abs, (y,))))) == [x, y]
    True
    """
    seen, waiting, found = {node}, [node], []
    while waiting:
        node = waiting.pop()
        if node.function is None:
            found.append(node)
        for a in node.parents:
            if a not in seen:
                seen.add(a)
                waiting.append(a)
    return sorted(found, key=_number)
