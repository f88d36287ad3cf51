"""A function recorded at its first call, whose record answers all later ones; and a record as nodes that are linked."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from .. import tracer
from ..graph import Node, path
from ..tensor import Tensor, apply, tensor_of
from ..transforms import fresh
from ..trees import flatten

__all__ = ["FullGraphNode", "const_graph", "full_graph"]


def const_graph(fun: Callable[..., Any], *args: Any, **kwargs: Any) -> Callable[..., Any]:
    """fun with its first arguments and keywords fixed; later calls repeat the elementary functions of the first one.

    Its control flow is not looked at again, so the program must be the same for all arguments.

    Raises ValueError if the output does not depend on the arguments.

    >>> import numpy as np
    >>> calls = []
    >>> f = const_graph(lambda x: calls.append(x) or np.sin(x) + 1)
    >>> print(f(0.0), f(0.0), len(calls))
    1.0 1.0 1
    """
    record: list[tuple[list[Node], list[Node], list[Any], Callable[[list[Any]], Any]]] = []

    @wraps(fun)
    def repeated(*rest: Any) -> Any:
        leaves, rebuild = flatten(list(rest))
        if not record:
            inputs = [fresh(x) for x in leaves]
            outputs, rebuild_output = flatten(fun(*args, *rebuild([tensor_of(node) for node in inputs]), **kwargs))
            steps = path(inputs, [y.node for y in outputs if type(y) is Tensor]).steps
            if not steps:
                raise ValueError("const_graph: the output does not depend on the arguments")
            record.append((inputs, steps, outputs, rebuild_output))
            outer = any([type(x) is Tensor for x in leaves])
            return rebuild_output([y.value if type(y) is Tensor and not outer else y for y in outputs])
        inputs, steps, outputs, rebuild_output = record[0]
        values: dict[Node, Any] = dict(zip(inputs, leaves, strict=True))
        for node in steps:
            values[node] = _again(node, values)
        return rebuild_output([values.get(y.node, y.value) if type(y) is Tensor else y for y in outputs])

    return repeated


def _again(node: Node, values: dict[Node, Any]) -> Any:
    """The function of a node, of new arguments; recorded, where a Tensor is among them."""
    args = tuple(values.get(a, a.value) if type(a) is Node else a for a in node.args)
    if any([type(a) is Tensor for a in args]):
        return apply(node.function, args, dict(node.kwargs))  # type: ignore[arg-type]
    return node.function(*args, **node.kwargs)  # type: ignore[misc]


class FullGraphNode(tracer.Node):
    """A value and its recipe: (function, arguments, keywords, pairs of the number of an argument and its node)."""

    def __init__(
        self, value: Any, fun: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any],
        parent_argnums: tuple[int, ...], parents: tuple[Any, ...],
    ) -> None:  # fmt: skip
        self.value = value
        self.recipe: tuple[Any, ...] = (fun, args, kwargs, list(zip(parent_argnums, parents, strict=True)))

    def initialize_root(self) -> None:
        """The input: no recipe."""
        self.value, self.recipe = None, (lambda x: x, (), {}, [])


def full_graph(fun: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The node of fun(*args, **kwargs), from which all others are reached; None if it depends on no argument.

    >>> import numpy as np
    >>> end = full_graph(lambda x: np.sin(x) * x, 2.0)
    >>> end.recipe[0].__name__, [parent.recipe[0].__name__ for _, parent in end.recipe[3]]
    ('multiply', ['sin', '<lambda>'])
    """
    return tracer.trace(FullGraphNode.new_root(), lambda args: fun(*args, **kwargs), args)[1]
