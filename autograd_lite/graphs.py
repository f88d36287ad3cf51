"""Graph: a recorded program, x_i = g_i(x_Pa(i)), with the names, values and derivatives of its nodes.

    inputs x_1 … x_d,   x_i = g_i(x_Pa(i)) for i = d+1 … D,   output x_D

Source: A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed. (SIAM, 2008), 2.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from . import formulas
from .flops import flops
from .graph import Node, path
from .kinds import cast
from .scopes import Scope
from .sweeps import forward_sweep, reverse_sweep, rules
from .tensor import Tensor, as_leaf_value

__all__ = ["Graph", "GraphNode"]

Function = Callable[..., Any]


class GraphNode:
    """One node x_i = g_i(x_Pa(i)) of a Graph, with its name and, after a sweep, its derivatives.

    Attributes
    ----------
    number : int
        i, from 1.
    name : str
        Unique in the graph.
    node : Node
        The recorded node.
    parents : list of GraphNode
        Pa(i), in the order of the arguments; one that is used twice stands twice.
    role : str
        "input", "parameter", "intermediate", "output", or "constant" for what no input reaches.
    scope : tuple of Scope
        The parts of the program it belongs to, outermost first.
    tangent, adjoint : array or None
        None before the sweep, and always for integers and booleans, which carry no derivative.
    """

    __slots__ = ("_arrays", "adjoint", "arguments", "automatic", "name", "node", "number", "role", "scope", "tangent")

    def __init__(
        self,
        number: int,
        name: str | None,
        node: Node,
        role: str,
        arguments: tuple[Any, ...],
        arrays: Mapping[int, str],
    ) -> None:
        self.number, self.node, self.role, self.arguments, self._arrays = number, node, role, arguments, arrays
        self.name, self.automatic = name or "", name is None
        self.scope: tuple[Scope, ...] = ()
        self.tangent: Any = None
        self.adjoint: Any = None

    @property
    def function(self) -> Function | None:
        """g_i, None for an input or a constant."""
        return self.node.function if self.arguments else None

    @property
    def parents(self) -> list[GraphNode]:
        return [a for a in self.arguments if type(a) is GraphNode]

    @property
    def value(self) -> Any:
        return self.node.value

    @property
    def function_name(self) -> str:
        """The name of g_i, "" for an input or a constant."""
        return formulas.function_name(self.function) if self.function else ""

    @property
    def definition(self) -> str:
        """How it is computed, as typed: "x**2", "a + b"; the role of what is not computed."""
        if self.function is None:
            return "constant" if self.role == "output" else self.role
        return formulas.definition(self.function, self.arguments, self.node.kwargs, self._text)

    @property
    def formula(self) -> str:
        """How it is computed, typeset: "x²", "√c"; "" for what is not computed."""
        if self.function is None:
            return ""
        return formulas.formula(self.function, self.arguments, self.node.kwargs, self._text)

    def _text(self, x: Any) -> str:
        if type(x) is GraphNode:
            return x.definition if x.automatic and x.function and np.asarray(x.value).dtype.kind == "b" else x.name
        if isinstance(x, np.ndarray):
            shape = ", ".join(map(str, x.shape))
            return self._arrays.get(id(x)) or (f"array({shape})" if shape else formulas.number(x[()]))
        return str(getattr(x, "__name__", type(x).__name__))

    def _place(self, i: int) -> int:
        """The position among the arguments of parent i."""
        return [j for j, a in enumerate(self.arguments) if type(a) is GraphNode][i]

    def partial(self, i: int) -> Any:
        """The local partial derivative ∂g_i/∂x_j by ``parents[i]``, a number; None where one of them is no scalar.

        >>> import autograd_lite as ag
        >>> g = ag.trace(lambda x: x**2)(3.0)
        >>> print(g.output.partial(0), g.output.partial_formula(0))
        6.0 2x
        """
        j = self._place(i)
        x = self.arguments[j].value
        if np.shape(x) != () or np.shape(self.value) != () or x.dtype.kind not in "fc":
            return None
        args = [a.value if type(a) is GraphNode else a for a in self.arguments]
        seeds = [x.dtype.type(1) if k == j else None for k in range(len(args))]
        partial = rules[self.function].jvp(seeds, self.value, args, self.node.kwargs)
        return _filled(partial, self.value)[()]

    def partial_formula(self, i: int) -> str:
        """The local partial derivative as a formula: "2x", "1/(2√c)"; "" where none is known."""
        if self.function is None:
            return ""
        return formulas.partial_formula(self.function, self._place(i), self.arguments, self.name, self._text)

    @property
    def flops(self) -> int:
        """The operations this node takes, as counted in ``flops.py``."""
        if self.function is None:
            return 0
        args = [a.value if type(a) is GraphNode else a for a in self.arguments]
        return flops(self.function, self.value, args, self.node.kwargs)

    def __repr__(self) -> str:
        return f"<{self.name} = {self.definition}: {_number(self.value, 6)}>"


def _filled(derivative: Any, value: Any) -> Any:
    """A derivative, zero where nothing depends; None for integers and booleans, which have none."""
    if isinstance(value, tuple):
        parts = derivative or (None,) * len(value)
        return tuple(_filled(d, v) for d, v in zip(parts, value, strict=True))
    if derivative is None and value.dtype.kind in "fc":
        return np.zeros_like(value)[()]
    return derivative


def _number(x: Any, digits: int) -> str:
    """A number, or the shape and the Euclidean norm of an array."""
    if x is None:
        return "-"
    if isinstance(x, tuple):
        return f"({', '.join(_number(part, digits) for part in x)})"
    if np.shape(x) == ():
        return formulas.number(np.asarray(x)[()], digits)
    shape = ", ".join(map(str, x.shape))
    if x.dtype.kind not in "fc":
        return f"[{shape}] {x.dtype}"
    return f"[{shape}] norm {np.linalg.norm(x.ravel()):.{digits}g}"


class Graph:
    """A recorded program, x_i = g_i(x_Pa(i)): its nodes in order with names, values and derivatives.

    Made by ``trace`` and ``graph``.

    Attributes
    ----------
    nodes : list of GraphNode
        All nodes: the inputs, then the rest in the order of their creation.
    inputs, outputs : list of GraphNode
    value
        The result of the function, of its structure.
    title : str

    Examples
    --------
    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> def f(x):
    ...     a = x**2
    ...     b = np.exp(a)
    ...     c = a + b
    ...     d = np.sqrt(c)
    ...     return d
    >>> print(ag.trace(f)(1.0).forward_sweep().reverse_sweep())
    i  name  g_i     Pa(i)  definition    value  tangent   adjoint
    -  ----  ------  -----  ----------  -------  -------  --------
    1  x                    input             1        1   1.92828
    2  a     square  1      x**2              1        2  0.964142
    3  b     exp     2      exp(a)      2.71828  5.43656  0.259298
    4  c     add     2, 3   a + b       3.71828  7.43656  0.259298
    5  d     sqrt    4      sqrt(c)     1.92828  1.92828         1
    """

    def __init__(
        self, nodes: list[GraphNode], inputs: list[GraphNode], outputs: list[GraphNode], value: Any, title: str
    ) -> None:
        self.nodes, self.inputs, self.outputs, self.value, self.title = nodes, inputs, outputs, value, title
        self._names = {node.name: node for node in nodes}

    @property
    def output(self) -> GraphNode:
        """The node of the result.  Raises ValueError if there are several; see ``outputs``."""
        if len(self.outputs) > 1:
            names = ", ".join(node.name for node in self.outputs)
            raise ValueError(f"this graph has {len(self.outputs)} outputs ({names}); they are in graph.outputs")
        return self.outputs[0]

    def __getitem__(self, name: str) -> GraphNode:
        if name in self._names:
            return self._names[name]
        names = ", ".join(list(self._names)[:20])
        raise KeyError(f"this graph has no node {name!r}; its nodes are {names}{', ...' if len(self) > 20 else ''}")

    def __iter__(self) -> Iterator[GraphNode]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    @property
    def flops(self) -> int:
        """The operations of the recorded program; those of a derivative are ``trace(grad(f))(x).flops``.

        >>> import numpy as np
        >>> import autograd_lite as ag
        >>> ag.trace(lambda x: np.sqrt(x * x + np.exp(x * x)))(1.0).flops
        5
        """
        return sum(node.flops for node in self.nodes)

    def forward_sweep(self, tangents: Any = None, /, **seeds: Any) -> Graph:
        """Carry tangents from the inputs to every node, ẋ_i = Σ_j ∂g_i/∂x_j·ẋ_j, and return the graph.

        Parameters
        ----------
        tangents, **seeds : arrays of the shapes of the inputs
            The tangents of the inputs by name, as keywords or in one dict; those left out are 0.  A single input
            needs no name, and a single scalar input starts from 1.

        Raises
        ------
        ValueError
            If a seed is needed and not given, or has another shape than its input.
        KeyError
            If there is no input of that name.
        TypeError
            If the input is an array of integers, or the seed is complex and the input real.

        Examples
        --------
        >>> import autograd_lite as ag
        >>> g = ag.trace(lambda x, y: x * y)(2.0, 3.0)
        >>> print(g.forward_sweep(x=1.0).output.tangent, g.forward_sweep(y=1.0).output.tangent)
        3.0 2.0
        """
        start = self._seeds("forward_sweep", "tangent", self.inputs, tangents, seeds)
        found = forward_sweep(self._path(), start)
        for node in self.nodes:
            node.tangent = _filled(found.get(node.node), node.value)
        return self

    def reverse_sweep(self, seed: Any = None, /, **seeds: Any) -> Graph:
        """Carry adjoints from the output back to every node, x̄_j = Σ_i x̄_i·∂g_i/∂x_j, and return the graph.

        Parameters
        ----------
        seed, **seeds : arrays of the shapes of the outputs
            The adjoint of the output; of several, by name, as keywords or in one dict.  A single scalar output starts
            from 1.

        Raises
        ------
        ValueError, KeyError, TypeError
            As ``forward_sweep``, for the output.

        Examples
        --------
        >>> import autograd_lite as ag
        >>> g = ag.trace(lambda x, y: x * y)(2.0, 3.0).reverse_sweep()
        >>> print(g["x"].adjoint, g["y"].adjoint)
        3.0 2.0
        """
        start = self._seeds("reverse_sweep", "adjoint", self.outputs, seed, seeds)
        found = reverse_sweep(self._path(), start)
        for node in self.nodes:
            node.adjoint = _filled(found.get(node.node), node.value)
        return self

    def _path(self) -> Any:
        leaves = [n.node for n in self.nodes if n.function is None and n.value.dtype.kind in "fc"]
        return path(leaves, [n.node for n in self.outputs])

    def _seeds(
        self, sweep: str, what: str, ends: list[GraphNode], given: Any, named: dict[str, Any]
    ) -> dict[Node, Any]:
        """The seeds by node, checked; 1 where there is one scalar and none is given."""
        free = {node.name: node for node in ends if node.value.dtype.kind in "fc"}
        if given is None and not named:
            if len(free) == 1 and not any(np.shape(node.value) for node in free.values()):
                given = 1
            else:
                raise ValueError(_ask(sweep, what, list(free.values())))
        if isinstance(given, Mapping):
            named = {**given, **named}
        elif given is not None:
            if len(free) != 1:
                raise ValueError(_ask(sweep, what, list(free.values())))
            named = {next(iter(free)): given, **named}
        for name in named:
            if name not in free:
                integers = any(node.name == name for node in ends)
                raise (TypeError if integers else KeyError)(
                    f"{name} holds {self[name].value.dtype}s, which count as constant: pass {name}.astype(float)"
                    if integers
                    else f"{sweep} got a seed for {name!r}, but it starts from {', '.join(free) or 'nothing'}"
                )
        return {free[name].node: _seed(what, seed, free[name]) for name, seed in named.items()}

    def table(self, digits: int = 6, rows: int | None = None) -> str:
        """The record as text: i, name, g_i, Pa(i), definition, value and what has been swept.

        Parameters
        ----------
        digits : int
            Significant digits of the numbers.
        rows : int, optional
            At most so many rows, those in the middle left out.
        """
        nodes = self.nodes if rows is None or len(self) <= rows else self.nodes[: rows - rows // 4]
        last = [] if nodes is self.nodes else self.nodes[len(self) - rows // 4 :]  # type: ignore[operator]
        columns = ["i", "name", "g_i", "Pa(i)", "definition", "value"]
        swept = [s for s in ("tangent", "adjoint") if any(getattr(node, s) is not None for node in self.nodes)]
        body = [_row(node, swept, digits) for node in nodes + last]
        lines = _aligned([*columns, *swept], body)
        if last:
            lines.insert(2 + len(nodes), f"... {len(self) - len(body)} more nodes ...")
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.table(rows=200)

    def __repr__(self) -> str:
        inputs, outputs = (", ".join(n.name for n in nodes[:10]) for nodes in (self.inputs, self.outputs))
        return f"<Graph of {self.title}: {len(self)} nodes, from {inputs or 'nothing'} to {outputs}>"

    def dot(self, **options: Any) -> str:
        """The picture as text in the DOT language; options as in ``autograd_lite.drawing``."""
        from . import drawing

        return drawing.dot(self, **options)

    def svg(self, **options: Any) -> str:
        """The picture as SVG; options as in ``autograd_lite.drawing``."""
        from . import drawing

        return drawing.svg(self, **options)

    def save(self, file: Any, **options: Any) -> None:
        """Write the picture to a file: .svg, .png, .dot or .gv; options as in ``autograd_lite.drawing``."""
        from . import drawing

        drawing.save(self, file, **options)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        bundle = {"text/plain": str(self)}
        try:
            bundle["image/svg+xml"] = self.svg()
        except (ImportError, OSError, RuntimeError) as error:  # no layout program here: the table needs none
            bundle["text/plain"] += f"\n({error})"
        return bundle


_NUMBERS = frozenset({0, 5, 6, 7})  # the columns that stand flush right


def _row(node: GraphNode, swept: list[str], digits: int) -> list[str]:
    parents = ", ".join(str(p.number) for p in node.parents)
    numbers = [_number(x, digits) for x in (node.value, *(getattr(node, s) for s in swept))]
    return [str(node.number), node.name, node.function_name, parents, node.definition, *numbers]


def _aligned(head: list[str], body: list[list[str]]) -> list[str]:
    columns = list(zip(head, *body, strict=True))
    for i, column in enumerate(columns):
        width = max(map(len, column))
        column = (column[0], "-" * width, *column[1:])
        columns[i] = tuple([text.rjust(width) if i in _NUMBERS else text.ljust(width) for text in column])
    return ["  ".join(row).rstrip() for row in zip(*columns, strict=True)]


def _ask(sweep: str, what: str, ends: list[GraphNode]) -> str:
    """What to write instead, where a sweep does not know where to start."""
    side = "inputs" if what == "tangent" else "outputs"
    if not ends:
        return f"{sweep} cannot start: this graph has no floating-point numbers among its {side}"
    examples = []
    for node in ends[:3]:
        shape = np.shape(node.value)
        seed = f"np.ones({shape})" if shape else "1.0"
        examples.append(f"{node.name}={seed}" if node.name.isidentifier() else f"**{{{node.name!r}: {seed}}}")
    return (
        f"{sweep} needs the {what} to start from: this graph has the {side} "
        + ", ".join(f"{n.name} {np.shape(n.value) or '(a number)'}" for n in ends[:10])
        + f". Write for example graph.{sweep}({examples[0]}); those left out are 0"
    )


def _seed(what: str, seed: Any, end: GraphNode) -> Any:
    seed, value = as_leaf_value(seed.value if type(seed) is Tensor else seed), end.value
    if seed.shape != value.shape:
        raise ValueError(f"the {what} of {end.name} has shape {seed.shape}, but {end.name} has shape {value.shape}")
    if seed.dtype.kind == "c" and value.dtype.kind != "c":
        raise TypeError(f"the {what} of {end.name} is complex, but {end.name} is real")
    return cast(seed, value.dtype)
