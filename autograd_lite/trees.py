"""Nested lists, tuples, dicts and dataclasses of arrays, taken apart and rebuilt.

    flatten({"W": W, "b": [b1, b2]})  →  [W, b1, b2]  and a function that puts three new leaves in their places

Numbers, arrays and Tensors are leaves.  Text, functions, ``True``, ``None`` and other objects are structure and stay as
they are; so does a dataclass field marked ``field(metadata={"static": True})``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from typing import Any

import numpy as np

from .tensor import Tensor, as_leaf_value

__all__ = ["children", "fields_of", "flatten", "is_leaf", "map_tree", "names", "ravel"]

_LEAVES = (np.ndarray, np.generic, float, int, complex)
leaf_types: set[type] = {Tensor, np.ndarray, np.float64, float}  # found without isinstance; boxes.py adds yours
_fields: dict[type, tuple[str, ...] | None] = {}


def is_leaf(x: Any) -> bool:
    """Whether x is a number, an array or a Tensor.

    >>> is_leaf(1.0), is_leaf(True), is_leaf([1.0])
    (True, False, False)
    """
    return type(x) in leaf_types or (isinstance(x, _LEAVES) and type(x) is not bool)


def fields_of(kind: type) -> tuple[str, ...] | None:
    """The fields of a dataclass that hold parts of the tree, None for other classes.

    >>> from dataclasses import dataclass, field
    >>> @dataclass
    ... class Layer:
    ...     weights: float
    ...     name: str = field(default="", metadata={"static": True})
    >>> fields_of(Layer), fields_of(int)
    (('weights',), None)
    """
    if kind not in _fields:
        fields = getattr(kind, "__dataclass_fields__", None)
        _fields[kind] = fields and tuple(name for name, f in fields.items() if not f.metadata.get("static"))
    return _fields[kind]


def children(tree: Any) -> list[tuple[str, Any]] | None:
    """The parts of a container with the text that selects each, None if it is no container.

    >>> children({"a": 1.0, "b": [2.0]}), children(3.0)
    ([("['a']", 1.0), ("['b']", [2.0])], None)
    """
    if isinstance(tree, (list, tuple)):
        fields = getattr(tree, "_fields", None)
        return [(f".{fields[i]}" if fields else f"[{i}]", item) for i, item in enumerate(tree)]
    if isinstance(tree, dict):
        return [(f"[{key!r}]", item) for key, item in tree.items()]
    names = fields_of(type(tree))
    return None if names is None else [(f".{name}", getattr(tree, name)) for name in names]


def flatten(tree: Any) -> tuple[list[Any], Callable[[list[Any]], Any]]:
    """The leaves of a tree in order, and the function that rebuilds the tree around new ones.

    Dicts keep the order of their keys; dataclasses are copied, not constructed anew.

    >>> leaves, rebuild = flatten({"W": 2.0, "b": [3.0, None]})
    >>> leaves
    [2.0, 3.0]
    >>> rebuild([20.0, 30.0])
    {'W': 20.0, 'b': [30.0, None]}

    Rebuilding raises ValueError for another number of leaves.
    """
    if is_leaf(tree):
        return [tree], _only
    leaves: list[Any] = []
    build = _take_apart(tree, leaves)

    def rebuild(new: list[Any]) -> Any:
        if len(new) != len(leaves):
            raise ValueError(f"this tree has {len(leaves)} leaves, but {len(new)} were given to rebuild it")
        return build(iter(new))

    return leaves, rebuild


def _only(new: list[Any]) -> Any:
    (leaf,) = new
    return leaf


def _take_apart(tree: Any, leaves: list[Any]) -> Callable[[Iterator[Any]], Any]:
    """Append the leaves of a tree; returns what rebuilds it from an iterator over new ones."""
    if is_leaf(tree):
        leaves.append(tree)
        return next
    kind = type(tree)
    if isinstance(tree, (list, tuple)):
        parts = [_take_apart(part, leaves) for part in tree]
        if kind is list:
            return lambda new: [part(new) for part in parts]
        if hasattr(kind, "_fields"):
            return lambda new: kind(*[part(new) for part in parts])
        return lambda new: kind([part(new) for part in parts])
    if isinstance(tree, dict):
        keys, parts = list(tree), [_take_apart(part, leaves) for part in tree.values()]
        return lambda new: _updated(tree, keys, [part(new) for part in parts])
    names = fields_of(kind)
    if names is None:
        return lambda new: tree
    parts = [_take_apart(getattr(tree, name), leaves) for name in names]
    return lambda new: _replaced(tree, names, [part(new) for part in parts])


def _updated(tree: Any, keys: list[Any], parts: list[Any]) -> Any:
    """A dict of the same class with other items."""
    new = copy(tree)
    new.update(zip(keys, parts, strict=True))
    return new


def _replaced(tree: Any, names: tuple[str, ...], parts: list[Any]) -> Any:
    """A dataclass with other parts: a copy, so that neither ``__init__`` nor ``__post_init__`` meets a Tensor."""
    if not hasattr(tree, "__dict__"):
        new = copy(tree)
        for name, part in zip(names, parts, strict=True):
            object.__setattr__(new, name, part)
        return new
    new = object.__new__(type(tree))
    new.__dict__.update(tree.__dict__)
    new.__dict__.update(zip(names, parts, strict=True))
    return new


def names(tree: Any, name: str = "") -> list[str]:
    """The expression that selects each leaf: ``name['W']``, ``name.layers[0].weights``.

    >>> names({"W": 2.0, "b": [3.0]}, "p")
    ["p['W']", "p['b'][0]"]
    """
    if is_leaf(tree):
        return [name]
    return [found for step, child in children(tree) or [] for found in names(child, name + step)]


def map_tree(function: Callable[..., Any], tree: Any, *others: Any) -> Any:
    """The tree of ``function(leaf, ...)`` over the leaves of one or several trees of the same structure.

    >>> map_tree(lambda a, b: a - 0.1 * b, {"w": 1.0}, {"w": 2.0})
    {'w': 0.8}

    Raises ValueError if the trees have different numbers of leaves.
    """
    leaves, rebuild = flatten(tree)
    columns = [leaves]
    for other in others:
        columns.append(flatten(other)[0])
        if len(columns[-1]) != len(leaves):
            raise ValueError(f"trees of different structure: {len(leaves)} leaves and {len(columns[-1])}")
    return rebuild([function(*row) for row in zip(*columns, strict=True)])


def ravel(tree: Any) -> tuple[Any, Callable[[Any], Any]]:
    """All numbers of a tree in one vector, and the function that puts such a vector back into the tree's form.

    The vector has the widest dtype of the leaves; each leaf gets its own again.  Both ways are recorded for Tensors.

    >>> vector, unravel = ravel({"W": np.eye(2), "b": 3.0})
    >>> vector
    array([1., 0., 0., 1., 3.])
    >>> unravel(10 * vector)["b"]
    np.float64(30.0)

    Raises TypeError if the tree holds no numbers, ValueError if a vector has another length.
    """
    leaves, rebuild = flatten(tree)
    if not leaves:
        raise TypeError(f"there are no numbers in this {type(tree).__name__}")
    leaves = [x if type(x) is Tensor else as_leaf_value(x) for x in leaves]
    shapes = [x.shape for x in leaves]
    stops = np.cumsum([x.size for x in leaves]).tolist()
    dtypes = [x.dtype for x in leaves]

    def unravel(vector: Any) -> Any:
        if vector.shape != (stops[-1],):
            raise ValueError(f"this tree holds {stops[-1]} numbers, but the vector has shape {vector.shape}")
        parts = []
        for start, stop, shape, dtype in zip([0, *stops], stops, shapes, dtypes, strict=False):
            part = np.reshape(vector[start:stop], shape) if shape else vector[start]
            parts.append(part if part.dtype == dtype else part.astype(dtype))
        return rebuild(parts)

    return np.concatenate([np.reshape(x, (-1,)) for x in leaves]), unravel
