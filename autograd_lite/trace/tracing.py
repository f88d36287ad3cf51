"""Tracing: run a function, and list what was recorded as a Graph with names.

``trace(f)(x)`` runs f on fresh leaves; ``graph(y)`` lists what stands behind a Tensor.  Either holds what the result
depends on and every input, and nothing of the frames that ran.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np

from ..arrays.versions import entries
from ..graph import Node, leaf
from ..tensor import Tensor, as_leaf_value, tensor_of
from ..trees import flatten
from .graphs import Graph
from .naming import Argument, Unique, Watch, argument_names, parameter_names
from .nodes import GraphNode
from .scopes import Scope, collected, scope, scopes_of

__all__ = ["Graph", "GraphNode", "Scope", "graph", "scope", "trace"]

Function = Callable[..., Any]


def trace(f: Function, *, constants: Collection[str] = (), check: bool = False) -> Callable[..., Graph]:
    """The function that runs f and returns its record as a Graph.

    Every number among the arguments becomes an input, also in lists, tuples, dicts and dataclasses; if f is itself a
    dataclass, such as a model, so do its numbers.  Integers become float64.  Arrays of integers or booleans next to
    floating-point arguments stay what they are, so that labels can index and masks can choose: they are inputs
    without a derivative.  Flags, texts, functions and other objects are passed on.  While f runs, a debugger or a
    coverage tool goes on as before.

    Parameters
    ----------
    f : callable
        A function written in NumPy.
    constants : collection of str
        Names of arguments to pass on as they are: an axis, a number of steps.
    check : bool
        Note the lines, and raise FloatingPointError with the node, the line, the path and the fix if the result, or a
        derivative in a later sweep over the graph, is not finite.

    Returns
    -------
    callable
        Takes f's arguments and returns the Graph: all that the result depends on.  Its intermediates have the names
        of the local variables of f (and of the functions it calls); what is never given a name is v1, v2, ... .
        Tensors from outside, and what is computed from them alone, are constants.

    Raises
    ------
    TypeError
        If f returns no number, or an integer argument is used where only a plain integer can stand.

    Examples
    --------
    >>> import numpy as np
    >>> def f(x):
    ...     a = x**2
    ...     return np.sqrt(a + np.exp(a))
    >>> g = trace(f)(1.0).reverse_sweep()
    >>> print([node.name for node in g.nodes], g["x"].adjoint.round(6))
    ['x', 'a', 'v1', 'v2', 'v3'] 1.928285
    """
    if not callable(f):
        raise TypeError(f"trace takes a function, but got a {type(f).__name__}: write trace(f)(x), not trace(f(x))")
    constants = {constants} if isinstance(constants, str) else set(constants)

    def traced(*args: Any, **kwargs: Any) -> Graph:
        call = _Call(f, args, kwargs, constants)
        watch: Any = _checking() if check else Watch()
        with collected() as ranges:
            try:
                result = watch.run(call.f, call.args, call.kwargs)
            except TypeError as error:
                if "Tensor" in str(error) and call.integers:
                    raise TypeError(call.advice(error)) from error
                raise
        outputs, rebuild = flatten(result)
        if not outputs:
            raise TypeError(f"{_title(f)} returned {result!r}, but a trace needs a result that holds numbers")
        nodes = [y.node if type(y) is Tensor else leaf(as_leaf_value(y)) for y in outputs]
        value = rebuild([entries(node.value) for node in nodes])
        built = _build(call.inputs, nodes, watch.name, watch.array_names(), value, _title(f))
        _place(built, ranges)
        if check:
            built.watch = watch
            watch.check_values(nodes)
        return built

    return traced


def _checking() -> Any:
    from ..diagnosis.watching import Watch

    return Watch(arrays=True)


def _title(f: Function) -> str:
    f = getattr(f, "func", f)  # what functools.partial calls
    name = getattr(f, "__name__", None) or type(f).__name__
    return "f" if name == "<lambda>" else name


class _Call:
    """The call of f with fresh leaves in the place of its numbers."""

    def __init__(self, f: Function, args: tuple[Any, ...], kwargs: dict[str, Any], constants: Collection[str]) -> None:
        self.inputs: list[tuple[Node, Argument]] = []
        self.integers: list[str] = []
        names = [*parameter_names(f, len(args)), *kwargs, ""]
        unknown = set(constants) - set(names)
        if unknown:
            raise TypeError(f"constants names {sorted(unknown)}, but the call has the arguments {names[:-1]}")
        model = f if hasattr(f, "__dataclass_fields__") and not isinstance(f, type) else None
        trees = [flatten(x) for x in (*args, *kwargs.values(), model)]
        chosen = [name not in constants for name in names]
        floats = any(_kind(x) in "fc" for (xs, _), c in zip(trees, chosen, strict=True) if c for x in xs)
        values = [*args, *kwargs.values(), f]
        for k, (leaves, rebuild) in enumerate(trees):
            if chosen[k] and leaves:
                places = argument_names(f if k == len(trees) - 1 else values[k], names[k])
                values[k] = rebuild([self._leaf(x, p, floats) for x, p in zip(leaves, places, strict=True)])
        self.f, self.args = values[-1], values[: len(args)]
        self.kwargs = dict(zip(kwargs, values[len(args) : -1], strict=True))

    def _leaf(self, x: Any, place: Argument, floats: bool) -> Tensor:
        x = x.value if type(x) is Tensor else x
        if isinstance(x, (int, np.integer)):
            self.integers.append(place.name)
        as_they_are = floats and type(x) is np.ndarray and x.dtype.kind in "biu"
        node = leaf(np.array(x if as_they_are else as_leaf_value(x))[()])
        self.inputs.append((node, place))
        tensor: Tensor = tensor_of(node)
        return tensor

    def advice(self, error: TypeError) -> str:
        names = ", ".join(repr(name) for name in self.integers)
        return (
            f"{error}. A trace makes a float64 input of every number; if {names} counts or selects something, pass it "
            f"on as it is: ag.trace(f, constants=[{names}])(...)"
        )


def _kind(x: Any) -> str:
    return x.dtype.kind if hasattr(x, "dtype") else "f" if isinstance(x, float) else "c" if type(x) is complex else "i"


def graph(y: Any) -> Graph:
    """The Graph behind a Tensor, or behind a structure of Tensors: all of its history.

    Leaves have the names they were given, ``Tensor(1.0, name="x")``; other nodes those of the caller's variables.

    Raises
    ------
    TypeError
        If there is no Tensor in y.

    Examples
    --------
    >>> import numpy as np
    >>> x = Tensor(1.0, name="x")
    >>> a = x**2
    >>> print(graph(np.exp(a)).reverse_sweep().table(3))
    i  name  g_i     Pa(i)  definition  value  adjoint
    -  ----  ------  -----  ----------  -----  -------
    1  x                    input           1     5.44
    2  a     square  1      x**2            1     2.72
    3  v1    exp     2      exp(a)       2.72        1
    """
    outputs, rebuild = flatten(y)
    if not outputs or not all(type(output) is Tensor for output in outputs):
        raise TypeError(
            f"graph takes a Tensor, the result of a computation on Tensors, but got {type(y).__name__}; "
            "for a function write ag.trace(f)(x)"
        )
    watch, frame = Watch(), sys._getframe(1)
    watch.look(frame.f_locals, 0)
    watch.look(frame.f_globals, 1)
    nodes = [output.node for output in outputs]
    history, _ = _history(nodes, [], 0)
    inputs = [(node, Argument(watch.name(node) or "", False)) for node in history if node.function is None]
    names = [watch.name(node) for node in nodes]
    title = ", ".join(name for name in names if name) or "a Tensor"
    value = rebuild([entries(node.value) for node in nodes])
    return _build(inputs, nodes, watch.name, watch.array_names(), value, title)


def _history(outputs: list[Node], inputs: list[Node], oldest: int) -> tuple[list[Node], set[Node]]:
    """What the outputs depend on, in order of creation, and which of it is not followed further back.

    The walk ends at the inputs and at what is older than they are: to this program that is constant.
    """
    seen, ends = set(inputs), set(inputs)
    waiting = list(outputs)
    found = []
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        found.append(node)
        if node.number < oldest:
            ends.add(node)
        else:
            waiting += node.parents
    found.sort(key=lambda node: node.number)
    return inputs + found, ends


def _build(
    inputs: list[tuple[Node, Argument]],
    outputs: list[Node],
    name_of: Callable[[Node], str | None],
    arrays: Mapping[int, str],
    value: Any,
    title: str,
) -> Graph:
    """The Graph of these inputs and outputs."""
    given = dict(inputs)
    leaves = list(given)
    oldest = min([node.number for node in leaves], default=0)
    history, ends = _history(outputs, leaves, oldest)
    results, reached = set(outputs), set(leaves)
    unique = Unique()
    names = [unique.named(given[n].name) if n in given and given[n].name else None for n in history]
    nodes: dict[Node, GraphNode] = {}
    for i, node in enumerate(history):
        parents = [] if node in ends else node.parents
        if any([p in reached for p in parents]):
            reached.add(node)
        role = "intermediate" if node in reached else "constant"
        role = "output" if node in results else role
        if node in given:
            role = "parameter" if given[node].parameter else "input"
        arguments = tuple([nodes[a] if type(a) is Node else a for a in node.args]) if parents else ()
        name = None if names[i] else name_of(node)
        name = unique.named(name) if name else names[i]
        nodes[node] = GraphNode(i + 1, name, node, role, arguments, arrays)
    for graph_node in nodes.values():
        if graph_node.automatic:
            graph_node.name = unique.numbered()
        graph_node.inside = _inside(graph_node, name_of, arrays)
    return Graph(list(nodes.values()), [nodes[n] for n in leaves], [nodes[n] for n in outputs], value, title)


def _inside(
    graph_node: GraphNode, name_of: Callable[[Node], str | None], arrays: Mapping[int, str]
) -> Graph | None:
    """The step of a loop as a Graph, None for other nodes."""
    bodies = getattr(graph_node.arguments[0], "bodies", None) if graph_node.arguments else None
    if not bodies:
        return None
    body = bodies[0]
    inputs = [(node, Argument(name_of(node) or node.kwargs.get("name", ""), False)) for node in body.leaves]
    outputs = [y if type(y) is Node else leaf(y) for y in body.outputs]
    value = tuple([entries(node.value) for node in outputs])
    return _build(inputs, outputs, name_of, arrays, value, graph_node.arguments[0].name)


def _place(built: Graph, ranges: Any) -> None:
    """Set the scope of every node: parameters and constants stand where all their uses stand."""
    if not ranges:
        return
    rest = built.nodes[len(built.inputs) :]
    for node, around in zip(rest, scopes_of([n.node.number for n in rest], ranges), strict=True):
        node.scope = around
    uses: dict[GraphNode, list[tuple[Scope, ...]]] = {}
    for node in rest:
        for parent in node.parents:
            uses.setdefault(parent, []).append(node.scope)
    for parent, scopes in uses.items():
        if parent.role == "parameter" or (parent.role == "constant" and not parent.parents):
            shared = zip(*scopes, strict=False)
            common = [level[0] for level in shared if all(s is level[0] for s in level)]
            parent.scope = tuple(common)
