"""Views: which Tensors share memory, so that writing means what it means in NumPy.

    t[i] = v     x_new = assign(x, v, i),   and t, with every view of it, now faces a newer node

The graph never changes: what was computed from the old node keeps it.  A view remembers its ``parent``, and how it is
made of it says its node: the function with its other arguments.  So a write into a view is a write into the first
Tensor of this line, along the *way* to the view; then every view takes its step from its parent again.

A program that never writes pays for none of this but one reference: whether the result of a function like np.reshape
is a view or a copy is asked at the next write, and views are noted when they are made from the first write on.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from threading import RLock
from typing import Any
from weakref import ref

import numpy as np

from ..graph import Node, record
from ..rules.assigning import assign
from ..rules.indexing import BASIC, getitem
from .versions import Version, Way, along, copied

__all__ = ["Composed", "Memory", "is_itself", "note", "replace", "share_memory", "write"]

noting = False  # whether views are noted when they are made
_noted: dict[int, ref[Any]] = {}  # by id: those made since the last write, and some that are gone
_lock = RLock()


def note(view: Any) -> None:
    """Remember, weakly, a Tensor that may be a view of its parent."""
    _noted[id(view)] = ref(view)


def _begin_noting(kind: type) -> None:
    """Note the views that were made before the first write of this process."""
    global noting
    noting = True
    if gc.get_freeze_count():
        gc.unfreeze()  # what is frozen is not listed
    for x in gc.get_objects():
        if type(x) is kind and hasattr(x, "parent"):
            note(x)


class Composed:
    """The parent of what a composed function made of it."""

    __slots__ = ("args", "function", "kwargs", "parent")

    def __init__(self, parent: Any, function: Callable[..., Any], args: Any, kwargs: Mapping[str, Any]) -> None:
        self.parent, self.function, self.args, self.kwargs = parent, function, args, kwargs


class Memory:
    """What a Tensor that is no view knows of itself: the node it was made with, and its views."""

    __slots__ = ("origin", "views")

    def __init__(self, origin: Node) -> None:
        self.origin = origin
        self.views: list[ref[Any]] = []


def memory_of(tensor: Any) -> Memory:
    found = getattr(tensor, "memory", None)
    if found is None:
        found = tensor.memory = Memory(tensor.node)
    return found


def _is_view(tensor: Any) -> bool:
    """Whether the function that made the Tensor made a view of its parent."""
    step, node = tensor.parent, tensor.node
    x, y = parent_of(tensor).node.value, node.value
    if type(step) is Composed:
        x = _shared(x)
        y = step.function(x, *step.args, **step.kwargs)
    elif type(x) is Version:
        x = x.array
        y = node.function(x, *[_plain(a) for a in node.args[1:]], **node.kwargs)
    y = _shared(y)
    return type(y) is np.ndarray and (y is x or (y.base is not None and (y.base is x or y.base is x.base)))


def _shared(x: Any) -> Any:
    """The array on which it depends what is a view."""
    return x.array if type(x) is Version else x


def parent_of(tensor: Any) -> Any:
    """The Tensor that this one is a view of; None if it is no view."""
    parent = getattr(tensor, "parent", None)
    return parent.parent if type(parent) is Composed else parent


def _root(tensor: Any) -> Any:
    """After ``settle``: the Tensor that is no view, in whose memory the entries are."""
    parent = parent_of(tensor)
    while parent is not None:
        tensor, parent = parent, parent_of(parent)
    return tensor


def _way(tensor: Any) -> Way:
    """After ``settle``: the way to this view from the Tensor that is no view."""
    steps = []
    while hasattr(tensor, "parent"):
        step, node = tensor.parent, tensor.node
        if type(step) is Composed:
            steps.append((step.function, step.args, step.kwargs))
        else:
            steps.append((node.function, tuple([_plain(a) for a in node.args[1:]]), node.kwargs))
        tensor = parent_of(tensor)
    way: Way = None
    for step in reversed(steps):
        way = (way, *step)
    return way


def _plain(x: Any) -> Any:
    return x.value if type(x) is Node else x


def _settle(tensor: Any) -> None:
    """Find out which of the noted Tensors are views: before a write, while each faces the node it was made with."""
    if not noting:
        _begin_noting(type(tensor))
    views = []
    while _noted:
        view = _noted.popitem()[1]()
        if view is not None and _is_view(view):
            views.append(view)
        elif view is not None:
            del view.parent
    for view in views:
        memory_of(_root(view)).views.append(ref(view))


def _views(base: Any) -> list[Any]:
    """The views of a Tensor that are alive, each after what it is a view of."""
    memory = memory_of(base)
    alive = [(view, reference) for reference in memory.views if (view := reference()) is not None]
    memory.views = [reference for _, reference in alive]
    return sorted([view for view, _ in alive], key=lambda view: view.node.number)


def _advance(base: Any, node: Node) -> None:
    """From now on the Tensor faces ``node``, and each of its views what that makes it."""
    views = _views(base)
    nodes = {id(base): node}
    for view in views:
        nodes[id(view)] = _again(view, nodes[id(parent_of(view))])
    for tensor in (base, *views):
        tensor.node = nodes[id(tensor)]


def _again(view: Any, parent: Node) -> Node:
    """The node of a view whose parent now faces another node."""
    step = view.parent
    if type(step) is Composed:
        facing = object.__new__(type(view))
        facing.node = parent
        node: Node = step.function(facing, *step.args, **step.kwargs).node
        return node
    made = view.node
    return record(made.function, (parent, *made.args[1:]), made.kwargs)


def write(tensor: Any, index: tuple[Any, ...], value: Any, function: Callable[..., Any] = assign) -> None:
    """tensor[index] = value, for an index and a value whose Tensors are given by their nodes."""
    with _lock:
        _settle(tensor)
        base, way = _root(tensor), _way(tensor)
        x = base.node.value
        if isinstance(x, np.generic):
            raise TypeError(f"'{type(x).__name__}' object does not support item assignment")
        if way is not None and not _target(x, way).flags.writeable:
            raise ValueError("assignment destination is read-only")
        _advance(base, record(function, (base.node, value, way, *index)))


def _target(x: Any, way: Way) -> Any:
    x = _shared(x)
    return along(x if x.flags.writeable else copied(x), way)


def share_memory(a: Any, b: Any) -> bool:
    """Whether these are views of the same Tensor, or one of the other."""
    with _lock:
        _settle(a)
        return _root(a) is _root(b)


def replace(tensor: Any, node: Node) -> None:
    """tensor[...] = the value of ``node``, which is of the same shape, without a copy where that can be."""
    with _lock:
        _settle(tensor)
        x, new = tensor.node.value, node.value
        alike = not isinstance(new, np.generic) and new.dtype == x.dtype and new.strides == x.strides
        if alike and not hasattr(tensor, "parent"):
            _advance(tensor, node)
        else:
            write(tensor, (...,), node)


def is_itself(tensor: Any, index: tuple[Any, ...], value: Any) -> bool:
    """Whether ``value`` is the view tensor[index]: so it is when Python ends ``tensor[index] += 1``."""
    node = value.node
    if node.function is not getitem or node.args[0] is not tensor.node or len(node.args) != len(index) + 1:
        return False
    pairs = zip(node.args[1:], index, strict=True)
    return all([type(a) is type(b) and type(a) in BASIC and a == b for a, b in pairs]) and is_writeable(tensor)


def is_writeable(tensor: Any) -> bool:
    """Whether entries can be written through it; not so for np.broadcast_to and np.diagonal."""
    with _lock:
        _settle(tensor)
        return bool(_target(_root(tensor).node.value, _way(tensor)).flags.writeable)

