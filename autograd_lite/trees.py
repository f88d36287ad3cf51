"""Nested lists, tuples, dicts and dataclasses of arrays, taken apart and rebuilt.

    flatten({"W": W, "b": [b1, b2]})  →  [W, b1, b2]  and a function that puts three new leaves in their places

Numbers, arrays and Tensors are leaves.  Text, functions, ``True``, ``None`` and other objects are structure and stay as
they are; so does a dataclass field marked ``field(metadata={"static": True})``.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

import numpy as np

from .tensor import Tensor

__all__ = ["children", "flatten", "is_leaf", "map_tree", "names"]

_FAST = frozenset({Tensor, np.ndarray, np.float64, float})
_LEAVES = (np.ndarray, np.generic, float, int, complex)


def is_leaf(x: Any) -> bool:
    """Whether x is a number, an array or a Tensor."""
    return type(x) is Tensor or (isinstance(x, _LEAVES) and type(x) is not bool)


def children(tree: Any) -> list[tuple[str, Any]] | None:
    """The parts of a container with the text that selects each, None if it is no container."""
    kind = type(tree)
    if kind is list or isinstance(tree, tuple):
        fields = getattr(kind, "_fields", None)
        return [(f".{fields[i]}" if fields else f"[{i}]", item) for i, item in enumerate(tree)]
    if isinstance(tree, dict):
        return [(f"[{key!r}]", item) for key, item in tree.items()]
    fields = getattr(kind, "__dataclass_fields__", None)
    if fields is not None:
        return [(f".{name}", getattr(tree, name)) for name, f in fields.items() if not f.metadata.get("static")]
    return None


def _rebuild(tree: Any, parts: list[Any]) -> Any:
    kind = type(tree)
    if kind is list:
        return parts
    if isinstance(tree, tuple):
        return kind(*parts) if hasattr(kind, "_fields") else kind(parts)
    if isinstance(tree, dict):
        new = copy(tree)
        new.update(zip(tree, parts, strict=True))
        return new
    new = copy(tree)
    for (name, _), part in zip(children(tree) or [], parts, strict=True):
        object.__setattr__(new, name[1:], part)
    return new


def flatten(tree: Any) -> tuple[list[Any], Callable[[list[Any]], Any]]:
    """The leaves of a tree in order, and the function that rebuilds the tree around new ones.

    Dicts keep the order of their keys; dataclasses are copied, not constructed anew.

    >>> leaves, rebuild = flatten({"W": 2.0, "b": [3.0, None]})
    >>> leaves
    [2.0, 3.0]
    >>> rebuild([20.0, 30.0])
    {'W': 20.0, 'b': [30.0, None]}
    """
    if type(tree) in _FAST or is_leaf(tree):
        return [tree], _only
    leaves: list[Any] = []
    template = _take_apart(tree, leaves)

    def rebuild(new: list[Any]) -> Any:
        if len(new) != len(leaves):
            raise ValueError(f"this tree has {len(leaves)} leaves, but {len(new)} were given to rebuild it")
        return _put_together(template, iter(new))

    return leaves, rebuild


def _only(new: list[Any]) -> Any:
    (leaf,) = new
    return leaf


_LEAF = object()


def _take_apart(tree: Any, leaves: list[Any]) -> Any:
    if is_leaf(tree):
        leaves.append(tree)
        return _LEAF
    parts = children(tree)
    if parts is None:
        return _Static(tree)
    return tree, [_take_apart(part, leaves) for _, part in parts]


class _Static:
    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def _put_together(template: Any, leaves: Any) -> Any:
    if template is _LEAF:
        return next(leaves)
    if type(template) is _Static:
        return template.value
    tree, parts = template
    return _rebuild(tree, [_put_together(part, leaves) for part in parts])


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
