"""Rewriting: the record made smaller, by steps that do not change what it computes.

    dead code         what neither an output nor a guard depends on is left out
    constant folding  what depends on no input is a value
    common parts      the same function of the same arguments is computed once
    algebra           1·x = x, x − 0 = x, −(−x) = x, a + (−b) = a − b, c·(x + x) = 2c·x, (xᵀ)ᵀ = x; no broadcast that
                      the next function does by itself; entries put back into zeros and then added are added in place

One pass in the order of the record, each step made of new nodes of the same graph type: the result is a record too.
Each step is exact in floating-point arithmetic, but for the sign of a zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ..arrays.versions import entries
from ..graph import Node, same
from ..rules.constants import stop_gradient
from ..rules.indexing import getitem, scatter
from ..rules.shaping import astype
from .randomness import drawn

__all__ = ["EFFECTS", "added", "rewritten"]

EFFECTS = frozenset({drawn})  # functions that are called as often, and in the order, that f called them


def added(x: Any, values: Any, *index: Any) -> Any:
    """x with ``values`` added at ``index``."""
    new = x.copy()
    np.add.at(new, index, values)
    return new


def reachable(outputs: Iterable[Node], inputs: Iterable[Node] = ()) -> list[Node]:
    """What the outputs depend on, in order of creation; not what is behind the inputs."""
    ends = set(inputs)
    seen: set[Node] = set()
    waiting = list(outputs)
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            if node not in ends:
                waiting += [a for a in node.args if type(a) is Node]
    return sorted(seen, key=lambda node: node.number)


def rewritten(inputs: list[Node], wanted: list[Node], outside: Iterable[Any] = ()) -> dict[Node, Node]:
    """For each node that the wanted ones depend on, the node of the smaller record that has its value.

    The arrays ``outside`` are no constants: their numbers are read at each call.
    """
    rewriting = _Rewriting(inputs, outside)
    for node in reachable(wanted, inputs):
        rewriting.add(node)
    return rewriting.new


class _Rewriting:
    def __init__(self, inputs: list[Node], outside: Iterable[Any]) -> None:
        self.new: dict[Node, Node] = {}
        self.outside = {id(a) for a in outside}
        self.inputs = set(inputs)
        self.known: dict[Any, Node] = {}

    def add(self, node: Node) -> None:
        if node in self.inputs or node.function is None:
            self.new[node] = node
            return
        args = tuple([self.new[a] if type(a) is Node else a for a in node.args])
        args = tuple([self._folded(a) for a in args])
        if node.function not in EFFECTS and not any([type(a) is Node for a in args]):
            self.new[node] = Node(entries(node.value))  # a constant
            return
        self.new[node] = self._shared(self._simplified(node, args))

    def _folded(self, a: Any) -> Any:
        """The value of an argument that depends on no input; of one number, if it is that number everywhere."""
        if type(a) is Node and a.function is None and a not in self.inputs:
            a = a.value
        if type(a) is np.ndarray and a.size > 1 and a.dtype.kind in "fc" and any(a.strides):
            inside = id(a) not in self.outside and id(a.base) not in self.outside
            if inside and a.flat[0] == a.flat[-1] and np.all(a == a.flat[0]):
                return np.broadcast_to(a.flat[0], a.shape)
        return a

    def _simplified(self, node: Node, args: tuple[Any, ...]) -> Node:
        new = node if _identical(args, node.args) else _like(node, node.function, args)
        while True:
            rule = None if new in self.inputs else ALGEBRA.get(new.function)
            better = rule(new) if rule else None
            if better is None:
                return new
            new = better

    def _shared(self, node: Node) -> Node:
        if node.function is None or node.function in EFFECTS or node in self.inputs:
            return node
        keywords = tuple([(k, _key(v)) for k, v in node.kwargs.items()])
        return self.known.setdefault((node.function, tuple([_key(a) for a in node.args]), keywords), node)


def _identical(a: tuple[Any, ...], b: tuple[Any, ...]) -> bool:
    return len(a) == len(b) and all([x is y for x, y in zip(a, b, strict=True)])


def _like(node: Node, function: Any, args: tuple[Any, ...], kwargs: Any = None) -> Node:
    """A new node with the value of ``node``, in its place in the order."""
    new = Node(node.value, function, args, node.kwargs if kwargs is None else kwargs)
    new.number = node.number
    return new


def _key(a: Any) -> Any:
    """What makes two arguments the same one."""
    if type(a) is Node or isinstance(a, np.ndarray):
        return id(a)
    if isinstance(a, (float, complex, int, np.generic)):
        return type(a), repr(a)  # 0.0 is not -0.0
    if isinstance(a, slice):
        return slice, _key(a.start), _key(a.stop), _key(a.step)
    if isinstance(a, (tuple, list)):
        return type(a), tuple([_key(item) for item in a])
    try:
        hash(a)
    except TypeError:
        return id(a)
    return type(a), a


# The algebra: each entry gives a node that computes the same with less, or None


NUMBERS = frozenset({float, np.float64, np.float32})


def _is(x: Any, number: float) -> bool:
    """Whether x is this number and no Node; also an array all of whose entries it is."""
    if type(x) is Node or isinstance(x, (bool, str)):
        return False
    if isinstance(x, np.ndarray):
        return x.size > 0 and x.dtype.kind in "fc" and not any(x.strides) and bool(x.flat[0] == number)
    return isinstance(x, (int, float, complex, np.generic)) and x == number


def _as(node: Node, x: Any) -> Node | None:
    """x in the place of the node, if it has its shape and dtype."""
    if type(x) is Node and x.value.shape == node.value.shape and x.value.dtype == node.value.dtype:
        return x
    return None


def _add(node: Node) -> Node | None:
    a, b = node.args
    if type(b) is Node and b.function is np.negative:
        return _like(node, np.subtract, (a, b.args[0]))
    if type(a) is Node and a.function is np.negative:
        return _like(node, np.subtract, (b, a.args[0]))
    for x, y in ((a, b), (b, a)):  # entries put back are added where they belong
        fits = type(x) is Node and x.value.shape == node.value.shape and x.value.dtype == node.value.dtype
        fits = fits and node.value.ndim > 0  # NumPy makes a number of an array of no axes, with no place to add to
        if type(y) is Node and y.function is scatter and fits and y.value.shape == node.value.shape:
            return _like(node, added, (x, y.args[0], *y.args[2:]))
    return _unbroadcast(node)


def _subtract(node: Node) -> Node | None:
    a, b = node.args
    if _is(b, 0.0) and not np.signbit(np.real(np.ravel(b)[0])):
        return _as(node, a)
    if type(b) is Node and b.function is np.negative:
        return _like(node, np.add, (a, b.args[0]))
    return _unbroadcast(node)


def _multiply(node: Node) -> Node | None:
    for x, y in (node.args, node.args[::-1]):
        if _is(y, 1.0):
            return _as(node, x) or _unbroadcast(node)
        if _is(y, -1.0) and type(x) is Node and x.value.shape == node.value.shape and x.value.dtype == node.value.dtype:
            return _like(node, np.negative, (x,))
        if type(y) in NUMBERS and type(x) is Node:
            if x.function is np.add and x.args[0] is x.args[1]:  # c·(x + x) = 2c·x, to the last bit
                return _like(node, np.multiply, (y + y, x.args[0]))
            if y is node.args[1]:  # the number first
                return _like(node, np.multiply, (y, x))
    return _unbroadcast(node)


def _divide(node: Node) -> Node | None:
    return (_as(node, node.args[0]) if _is(node.args[1], 1.0) else None) or _unbroadcast(node)


def _negative(node: Node) -> Node | None:
    (a,) = node.args
    if type(a) is not Node:
        return None
    if a.function is np.multiply and type(a.args[0]) in NUMBERS:
        return _like(node, np.multiply, (-a.args[0], a.args[1]))
    if a.function is np.negative:
        return _as(node, a.args[0])
    if a.function is np.subtract:
        return _like(node, np.subtract, (a.args[1], a.args[0]))
    return None


def _unbroadcast(node: Node) -> Node | None:
    """A function of two arguments broadcasts by itself."""
    a, b = node.args
    for i, (x, other) in enumerate(((a, b), (b, a))):
        full = type(other) is Node and other.value.shape == node.value.shape
        if not full:
            continue
        if type(x) is Node and x.function is np.broadcast_to:
            x = x.args[0]
        elif isinstance(x, np.ndarray) and x.ndim and x.size and not any(x.strides):
            x = x.flat[0]
        else:
            continue
        return _like(node, node.function, (x, other) if i == 0 else (other, x))
    return None


def _first(node: Node) -> Node | None:
    return _as(node, node.args[0])


def _transpose(node: Node) -> Node | None:
    x = node.args[0]
    if node.kwargs or type(x) is not Node:
        return None
    axes = _axes(node)
    if axes == tuple(range(len(axes))):
        return _as(node, x)
    if x.function is np.transpose and not x.kwargs:
        inner = _axes(x)
        return _like(node, np.transpose, (x.args[0], tuple(inner[i] for i in axes)))
    return None


def _axes(node: Node) -> tuple[int, ...]:
    n = node.value.ndim
    axes = node.args[1] if len(node.args) > 1 else None
    return tuple(reversed(range(n))) if axes is None else tuple(int(i) % n for i in axes)


def _reshape(node: Node) -> Node | None:
    x = node.args[0]
    if node.kwargs or type(x) is not Node:
        return None
    if x.value.shape == node.value.shape:
        return _as(node, x)
    if x.function is np.reshape and not x.kwargs:
        return _like(node, np.reshape, (x.args[0], node.value.shape))
    return None


def _broadcast_to(node: Node) -> Node | None:
    x = node.args[0]
    if type(x) is Node and x.function is np.broadcast_to:
        return _like(node, np.broadcast_to, (x.args[0], node.value.shape))
    return _as(node, x)


def _getitem(node: Node) -> Node | None:
    x, *index = node.args
    if all([isinstance(i, slice) and i == slice(None) for i in index]):
        return _as(node, x)
    return None


ALGEBRA: dict[Any, Callable[[Node], Node | None]] = {
    np.add: _add, np.subtract: _subtract, np.multiply: _multiply, np.divide: _divide, np.negative: _negative,
    np.power: lambda node: _as(node, node.args[0]) if _is(node.args[1], 1.0) else None,
    np.transpose: _transpose, np.reshape: _reshape, np.broadcast_to: _broadcast_to, getitem: _getitem,
    **dict.fromkeys((same, stop_gradient, astype, np.positive, np.copy), _first),
    **dict.fromkeys((np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal, np.maximum,
                     np.minimum, np.logical_and, np.logical_or), _unbroadcast),
}  # fmt: skip
