"""The names of HIPS autograd's module ``autograd.tracer``: the doors out of a Tensor, and readers of a trace.

A ``Node`` of yours sees each elementary function of a program, in the order of the program:

>>> import numpy as np
>>> class Depth(Node):
...     def __init__(self, value, fun, args, kwargs, parent_argnums, parents):
...         self.depth = 1 + max(p.depth for p in parents)
...     def initialize_root(self):
...         self.depth = 0
>>> value, node = trace(Depth.new_root(), lambda x: np.sin(x) * np.exp(-x), 1.0)
>>> node.depth
3

``autograd_lite.trace`` gives the whole graph, with names, tables and pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .extend import notrace_primitive, primitive
from .graph import Node as Recorded
from .graph import path
from .tensor import Tensor, tensor_of
from .transforms import fresh

__all__ = ["Node", "getval", "isbox", "notrace_primitive", "primitive", "trace"]


class Node:
    """What is made of one elementary function; a class of yours says what, in ``__init__`` and ``initialize_root``.

    Both raise NotImplementedError until yours are written; the module's docstring has an example.
    """

    def __init__(
        self, value: Any, fun: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any],
        parent_argnums: tuple[int, ...], parents: tuple[Any, ...],
    ) -> None:  # fmt: skip
        raise NotImplementedError(f"{type(self).__name__}.__init__(value, fun, args, kwargs, parent_argnums, parents)")

    def initialize_root(self, *args: Any) -> None:
        """Make this the node of an input, from the arguments of ``new_root``."""
        raise NotImplementedError(f"{type(self).__name__}.initialize_root({', '.join(map(repr, args))})")

    @classmethod
    def new_root(cls, *args: Any) -> Any:
        """The node to start from: ``initialize_root`` gets the arguments."""
        root = cls.__new__(cls)
        root.initialize_root(*args)
        return root


def trace(start_node: Any, fun: Callable[..., Any], x: Any) -> tuple[Any, Any]:
    """The value fun(x), and the node of it, of the class of ``start_node``; None if it does not depend on x.

    ``args`` of a node are values; those at ``parent_argnums`` came from ``parents``.

    >>> import numpy as np
    >>> class Name(Node):
    ...     def __init__(self, value, fun, args, kwargs, parent_argnums, parents):
    ...         self.name = fun.__name__
    ...     def initialize_root(self):
    ...         self.name = "x"
    >>> value, node = trace(Name.new_root(), np.sin, 0.0)
    >>> node.name
    'sin'
    """
    leaf = fresh(x)
    out = fun(tensor_of(leaf))
    if type(out) is not Tensor:
        return out, None
    made: dict[Recorded, Any] = {leaf: start_node}
    for step in path([leaf], [out.node]).steps:
        argnums = tuple(j for j, a in enumerate(step.args) if type(a) is Recorded and a in made)
        args = tuple(a.value if type(a) is Recorded else a for a in step.args)
        parents = tuple(made[step.args[j]] for j in argnums)
        made[step] = type(start_node)(step.value, step.function, args, dict(step.kwargs), argnums, parents)
    return out if type(x) is Tensor else out.value, made.get(out.node)


def isbox(x: Any) -> bool:
    """Whether x is recorded.

    >>> isbox(1.0), isbox(Tensor(1.0))
    (False, True)
    """
    return type(x) is Tensor


def getval(x: Any) -> Any:
    """The plain value of x, recorded or not; it counts as a constant.

    >>> print(getval(Tensor(1.0)), getval(2.0))
    1.0 2.0
    """
    return x.value if type(x) is Tensor else x
