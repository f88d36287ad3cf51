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
from functools import wraps
from typing import Any

from .boxes import Box, recorded_types
from .graph import Node as Recorded
from .graph import path, same
from .kinds import Constant, contribution
from .primitives import primitive
from .sweeps import rules, value
from .tensor import as_leaf_value, tensor_of
from .transforms import fresh, swept
from .trees import flatten, map_tree
from .util import toposort

__all__ = [
    "Box", "JVPNode", "Node", "VJPNode", "backward_pass", "getval", "isbox", "notrace_primitive", "primitive",
    "register_notrace", "toposort", "trace",
]  # fmt: skip

Function = Callable[..., Any]
notrace: dict[type, set[Function]] = {}  # what nodes of a class are not made for


class Node:
    """What is made of one elementary function; a class of yours says what, in ``__init__`` and ``initialize_root``.

    Both raise NotImplementedError until yours are written; the module's docstring has an example.
    """

    def __init__(
        self, value: Any, fun: Function, args: tuple[Any, ...], kwargs: dict[str, Any], parent_argnums: tuple[int, ...],
        parents: tuple[Any, ...],
    ) -> None:  # fmt: skip
        raise NotImplementedError(f"{type(self).__name__}.__init__(value, fun, args, kwargs, parent_argnums, parents)")

    def initialize_root(self, *args: Any, **kwargs: Any) -> None:
        """Make this the node of an input, from the arguments of ``new_root``."""
        raise NotImplementedError(f"{type(self).__name__}.initialize_root({', '.join(map(repr, args))})")

    @classmethod
    def new_root(cls, *args: Any, **kwargs: Any) -> Any:
        """The node to start from: ``initialize_root`` gets the arguments."""
        root = cls.__new__(cls)
        root.initialize_root(*args, **kwargs)
        return root


def _number(derivative: Any) -> Any:
    """A derivative that someone gives, as rules take it."""
    return derivative if isbox(derivative) else as_leaf_value(derivative)


class VJPNode(Node):
    """A node that knows its pullback: ``vjp(g)`` is one adjoint for each of ``parents``, None where it is zero.

    >>> import numpy as np
    >>> value, end = trace(VJPNode.new_root(), lambda x: np.sin(x) * x, 2.0)
    >>> print(f"{backward_pass(1.0, end):.6f}")
    0.077004
    """

    def __init__(
        self, value: Any, fun: Function, args: tuple[Any, ...], kwargs: dict[str, Any], parent_argnums: tuple[int, ...],
        parents: tuple[Any, ...],
    ) -> None:  # fmt: skip
        step = Recorded(value, fun, args, kwargs)
        self.parents = parents
        self.vjp: Function = lambda g: tuple(contribution(step, j, g, value, list(args)) for j in parent_argnums)

    def initialize_root(self) -> None:
        """No parents."""
        self.parents, self.vjp = (), lambda g: ()


def backward_pass(g: Any, end_node: VJPNode) -> Any:
    """The reverse sweep from a ``VJPNode`` with the adjoint g: the adjoint of the input, None if it is zero."""
    adjoints: dict[Any, Any] = {end_node: _number(g)}
    adjoint = None
    for node in toposort(end_node):
        adjoint = adjoints.pop(node, None)
        if adjoint is not None:
            for parent, part in zip(node.parents, node.vjp(adjoint), strict=True):
                if part is not None:
                    adjoints[parent] = adjoints[parent] + part if parent in adjoints else part
    return adjoint


class JVPNode(Node):
    """A node that knows its tangent ``g``, None where it is zero; the root starts from one.

    >>> import numpy as np
    >>> value, end = trace(JVPNode.new_root(1.0), lambda x: np.sin(x) * x, 2.0)
    >>> print(f"{end.g:.6f}")
    0.077004
    """

    def __init__(
        self, value: Any, fun: Function, args: tuple[Any, ...], kwargs: dict[str, Any], parent_argnums: tuple[int, ...],
        parents: tuple[Any, ...],
    ) -> None:  # fmt: skip
        tangents: list[Any] = [None] * len(args)
        for j, parent in zip(parent_argnums, parents, strict=True):
            tangents[j] = parent.g
        self.g = rules[fun].jvp(tangents, value, list(args), kwargs)

    def initialize_root(self, g: Any) -> None:
        """The tangent of the input."""
        self.g = _number(g)


def register_notrace(trace_type: type, primitive_fun: Function) -> None:
    """Make no nodes of this class for a primitive: what it returns counts as a constant.

    For ``VJPNode`` and ``JVPNode`` that is to say that its derivative is zero, in every sweep.
    """
    notrace.setdefault(trace_type, set()).add(primitive_fun)
    if issubclass(trace_type, (VJPNode, JVPNode)):
        rules[primitive_fun] = Constant()


def trace(start_node: Any, fun: Function, x: Any) -> tuple[Any, Any]:
    """The value fun(x), and the node of it, of the class of ``start_node``; None if it does not depend on x.

    ``args`` of a node are values; those at ``parent_argnums`` came from ``parents``.  The functions that a gradient
    within ``fun`` swept over have nodes too.  All numbers of a structure x are the one input.

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
    numbers, rebuild = flatten(x)
    leaves = [fresh(number) for number in numbers]
    inside: list[Recorded] = []
    show = lambda kind, found: inside.extend(found)
    swept.append(show)
    try:
        out = fun(rebuild([tensor_of(leaf) for leaf in leaves]))
    finally:
        swept.remove(show)
    if not isbox(out):
        return out, None
    made: dict[Recorded, Any] = dict.fromkeys(leaves, start_node)
    steps, _, nested = path(leaves, [out.node, *inside])
    view = tensor_of if nested else value
    for step in steps:
        argnums = tuple(j for j, a in enumerate(step.args) if type(a) is Recorded and a in made)
        if not argnums or step.function in notrace.get(type(start_node), ()):
            continue
        parents = tuple(made[step.args[j]] for j in argnums)
        if step.function is same:
            (made[step],) = parents
            continue
        args = tuple(view(a) if type(a) is Recorded else a for a in step.args)
        made[step] = type(start_node)(view(step), step.function, args, dict(step.kwargs), argnums, parents)
    return out if nested else out._value, made.get(out.node)


def notrace_primitive(fun: Function) -> Function:
    """Decorator: the function gets the values of Tensors and answers with plain values, that count as constants.

    >>> import autograd_lite as ag
    >>> @notrace_primitive
    ... def is_large(x):
    ...     return x > 10
    >>> print(is_large(ag.Tensor(11.0)))
    True
    """

    @wraps(fun)
    def of_values(*args: Any, **kwargs: Any) -> Any:
        args, kwargs = map_tree(getval, (args, kwargs))
        return fun(*args, **kwargs)

    return of_values


def isbox(x: Any) -> bool:
    """Whether x is recorded.

    >>> import autograd_lite as ag
    >>> isbox(1.0), isbox(ag.Tensor(1.0))
    (False, True)
    """
    return type(x) in recorded_types


def getval(x: Any) -> Any:
    """The plain value of x, recorded or not; it counts as a constant.

    >>> import autograd_lite as ag
    >>> print(getval(ag.Tensor(1.0)), getval(2.0))
    1.0 2.0
    """
    return x._value if type(x) in recorded_types else x
