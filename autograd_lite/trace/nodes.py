"""GraphNode: one line of the recorded program, x_i = g_i(x_Pa(i)), with all there is to say about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..arrays.versions import entries
from ..graph import Node
from ..notation import formulas
from ..sweeps import rules
from .flops import flops
from .scopes import Scope

__all__ = ["GraphNode", "filled", "magnitude"]

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
    inside : Graph or None
        Of a loop (``scan``), its step as a graph of its own: the first that was recorded.
    tangent, adjoint : array or None
        None before the sweep, and always for integers and booleans, which carry no derivative.

    >>> import autograd_lite as ag
    >>> node = ag.trace(lambda x: x**2)(3.0).reverse_sweep().inputs[0]
    >>> print(node.name, node.value, node.adjoint)
    x 3.0 6.0
    """

    __slots__ = (
        "_adjoint", "_arrays", "_tangent", "arguments", "automatic", "inside", "name", "node", "number", "role",
        "scope",
    )  # fmt: skip

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
        self.inside: Any = None
        self._tangent: tuple[Any] | None = None  # before the sweep; then (what it found,)
        self._adjoint: tuple[Any] | None = None

    def at(self, node: Node, arguments: tuple[Any, ...]) -> GraphNode:
        """The same line of the program at other numbers: another recorded node, of other arguments."""
        other = GraphNode(self.number, self.name, node, self.role, arguments, self._arrays)
        other.automatic, other.scope = self.automatic, self.scope
        return other

    @property
    def function(self) -> Function | None:
        """g_i, None for an input or a constant."""
        return self.node.function if self.arguments else None

    @property
    def array_names(self) -> Mapping[int, str]:
        """How plain arrays among the arguments are called, by their identity."""
        return self._arrays

    @property
    def parents(self) -> list[GraphNode]:
        """Pa(i), in the order of the arguments; one that is used twice stands twice."""
        return [a for a in self.arguments if type(a) is GraphNode]

    @property
    def value(self) -> Any:
        """x_i, a plain array or NumPy scalar; a tuple of them, if g_i has several outputs."""
        return entries(self.node.value)

    @property
    def tangent(self) -> Any:
        """ẋ_i, found by the last forward sweep; zeros where there is none."""
        return filled(self._tangent[0], self.node.value) if self._tangent else None

    @tangent.setter
    def tangent(self, found: Any) -> None:
        self._tangent = (found,)

    @property
    def adjoint(self) -> Any:
        """x̄_i, found by the last reverse sweep; zeros where there is none."""
        return filled(self._adjoint[0], self.node.value) if self._adjoint else None

    @adjoint.setter
    def adjoint(self, found: Any) -> None:
        self._adjoint = (found,)

    @property
    def function_name(self) -> str:
        """The name of g_i, "" for an input or a constant."""
        return formulas.function_name(self.function) if self.function else ""

    @property
    def definition(self) -> str:
        """How it is computed, as typed: "x**2", "a + b"; the role of what is not computed."""
        if self.function is None:
            return "constant" if self.role == "output" else self.role
        return formulas.definition(self.function, self.arguments, self.node.kwargs, self.text)

    @property
    def formula(self) -> str:
        """How it is computed, typeset: "x²", "√c"; "" for what is not computed."""
        if self.function is None:
            return ""
        return formulas.formula(self.function, self.arguments, self.node.kwargs, self.text)

    def text(self, x: Any) -> str:
        """How an argument is called in the definition."""
        if type(x) is GraphNode:
            condition = x.automatic and x.function and not isinstance(x.value, tuple) and x.value.dtype.kind == "b"
            return x.definition if condition else x.name
        if isinstance(x, np.ndarray):
            shape = ", ".join(map(str, x.shape))
            return self._arrays.get(id(x)) or (f"array({shape})" if shape else formulas.number(x[()]))
        return str(getattr(x, "__name__", type(x).__name__))

    def place(self, i: int) -> int:
        """The position among the arguments of parent i."""
        return [j for j, a in enumerate(self.arguments) if type(a) is GraphNode][i]

    def partial(self, i: int) -> Any:
        """The local partial derivative ∂g_i/∂x_j by ``parents[i]``, a number; None where one of them is no scalar.

        >>> import autograd_lite as ag
        >>> g = ag.trace(lambda x: x**2)(3.0)
        >>> print(g.output.partial(0), g.output.partial_formula(0))
        6.0 2x
        """
        j = self.place(i)
        x = self.arguments[j].value
        if any(isinstance(v, tuple) or np.shape(v) != () or v.dtype.kind not in "fc" for v in (x, self.value)):
            return None
        args = [a.value if type(a) is GraphNode else a for a in self.arguments]
        seeds = [x.dtype.type(1) if k == j else None for k in range(len(args))]
        partial = rules[self.function].jvp(seeds, self.value, args, self.node.kwargs)
        return filled(partial, self.value)[()]

    def partial_formula(self, i: int) -> str:
        """The local partial derivative as a formula: "2x", "1/(2√c)"; "" where none is known."""
        if self.function is None:
            return ""
        return formulas.partial_formula(self.function, self.place(i), self.arguments, self.name, self.text)

    @property
    def flops(self) -> int:
        """The operations this node takes, as counted in ``flops.py``."""
        if self.function is None:
            return 0
        args = [a.value if type(a) is GraphNode else a for a in self.arguments]
        return flops(self.function, self.value, args, self.node.kwargs)

    def __repr__(self) -> str:
        return f"<{self.name} = {self.definition}: {magnitude(self.value, 6)}>"


def filled(derivative: Any, value: Any) -> Any:
    """A derivative, zero where nothing depends; None for integers and booleans, which have none."""
    if isinstance(value, tuple):
        parts = derivative or (None,) * len(value)
        return tuple(filled(d, v) for d, v in zip(parts, value, strict=True))
    if derivative is None and value.dtype.kind in "fc":
        return np.zeros_like(value)[()]
    return entries(derivative)


def magnitude(x: Any, digits: int) -> str:
    """A number, or the shape and the Euclidean norm of an array."""
    if x is None:
        return "-"
    if isinstance(x, tuple):
        return f"({', '.join(magnitude(part, digits) for part in x)})"
    if np.shape(x) == ():
        return formulas.number(np.asarray(x)[()], digits)
    shape = ", ".join(map(str, x.shape))
    if x.dtype.kind not in "fc":
        return f"[{shape}] {x.dtype}"
    return f"[{shape}] norm {np.linalg.norm(x.ravel()):.{digits}g}"
