"""Values of your own type in a record: functions, polynomials, whatever can be added and multiplied by a number.

A ``Box`` stands for such a value as a Tensor stands for an array, and passes through primitives alone.  A derivative by
it is a ``Vector``, a member of the space that is registered for the type: what the sweeps add.  ``VSpace`` in
spaces.py shows an example.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .arrays.calls import faces, opened
from .graph import Node
from .tensor import Tensor
from .trees import leaf_types, map_tree

__all__ = ["Box", "SparseObject", "Vector", "bare", "dense", "is_boxed", "plus", "recorded_types", "space_of", "spaces"]

recorded_types: set[type] = {Tensor}  # Tensor and the boxes: what has a node
spaces: dict[type, Any] = {}  # the maker of the vector space of a value, for each type that has one of its own


class Box:
    """What stands for a value of a type of yours while it is recorded: derive a class from it and from that type.

    ``_value`` is the value.  The methods of the type are the class's as well; those that are primitives are recorded,
    and what else functions ask of the value, a property answers from ``_value``.  See ``VSpace`` for an example.
    """

    __slots__ = ("node",)

    node: Node

    @property
    def _value(self) -> Any:
        return opened(self.node, "value")

    def __bool__(self) -> bool:
        return bool(opened(self.node, "bool"))

    def __str__(self) -> str:
        return f"{type(self).__name__} of {opened(self.node, 'str')}"

    @classmethod
    def register(cls, value_type: type) -> None:
        """Let this class stand for values of the type."""
        faces[value_type] = cls
        recorded_types.add(cls)
        leaf_types.update((value_type, cls))


class Vector:
    """A derivative by a value of a registered type."""

    __slots__ = ("space", "vector")

    def __init__(self, space: Any, vector: Any) -> None:
        self.space, self.vector = space, vector

    def __add__(self, other: Vector) -> Vector:
        return Vector(self.space, self.space.add(self.vector, other.vector))


leaf_types.add(Vector)


def bare(tree: Any) -> Any:
    """The derivatives in a tree as they are written."""
    return map_tree(lambda d: d.vector if type(d) is Vector else d, tree) if faces else tree


def is_boxed(x: Any) -> bool:
    """Whether x is a value of a registered type, or stands for one."""
    return type(x) in faces or isinstance(x, Box)


class SparseObject:
    """What a primitive or its rule may return for a vector that is zero but for few entries.

    ``mut_add(x)`` adds them to the vector x of the space ``vs``, in place or not, and returns the sum.
    """

    __slots__ = ("mut_add", "vs")

    def __init__(self, vs: Any, mut_add: Callable[[Any], Any]) -> None:
        self.vs, self.mut_add = vs, mut_add


def dense(x: Any) -> Any:
    """The vector that a SparseObject stands for; anything else as it is."""
    return x.mut_add(x.vs.zeros()) if type(x) is SparseObject else x


def plus(x: Any, y: Any) -> Any:
    """The sum of two derivatives of the same structure."""
    return map_tree(lambda a, b: space_of(a).add(a, b) if is_boxed(a) else np.add(a, b), x, y)


def space_of(x: Any) -> Any:
    """The vector space registered for the type of x, recorded or not.  Raises TypeError if there is none."""
    value = x.node.value if isinstance(x, Box) else x
    if type(value) not in spaces:
        raise TypeError(f"no vector space is registered for {type(value).__name__}: give it one with VSpace.register")
    return spaces[type(value)](value)
