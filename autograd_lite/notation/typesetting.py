r"""A graph in LaTeX: the names of its nodes, their tangents and adjoints, and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..trace.nodes import GraphNode, magnitude
from . import latex
from .chain import Names
from .latex import Symbol, escape
from .text import DOT_ABOVE, MACRON, is_scalar, norm, number

if TYPE_CHECKING:
    from ..trace.graphs import Graph

__all__ = ["LatexNames", "escape", "number_of"]


class LatexNames(Names):
    """Names that stand in formulas for the nodes of a graph, until ``typeset`` puts their LaTeX in.

    ``deltas`` numbers the nodes whose adjoint is called δ⁽ˡ⁾.
    """

    def __init__(self, graph: Graph, deltas: dict[GraphNode, int] | None = None) -> None:
        self.symbols: dict[str, Symbol] = {}
        for node in graph.nodes:
            text, array = latex.name(node.name), not isinstance(node.value, tuple) and np.ndim(node.value) > 0
            vector = array and np.ndim(node.value) == 1
            bar = r"\overline" if text.startswith((r"\mathit", r"\texttt")) else r"\bar"
            delta = (deltas or {}).get(node)
            adjoint = rf"\delta^{{({delta})}}" if delta else _accent(bar, text)
            self.symbols[self.name(node)] = Symbol(text, node.name, array, vector)
            self.symbols[self.tangent(node)] = Symbol(_accent(r"\dot", text), f"tangent({node.name})", array, vector)
            self.symbols[self.adjoint(node)] = Symbol(adjoint, f"adjoint({node.name})", array, vector)

    def name(self, node: GraphNode) -> str:
        """A placeholder for the node, that ``typeset`` replaces."""
        return f"Nn{node.number}"

    def tangent(self, node: GraphNode) -> str:
        """A placeholder for its tangent."""
        return f"Nt{node.number}"

    def adjoint(self, node: GraphNode) -> str:
        """A placeholder for its adjoint."""
        return f"Nb{node.number}"

    def factor(self, letter: str, accent: str = "") -> str:
        command = {"": "", DOT_ABOVE: r"\dot", MACRON: r"\bar"}[accent]
        key = f"Nf{letter}{command[1:2]}"
        self.symbols[key] = Symbol(f"{command}{{{letter}}}" if command else letter, letter, array=True)
        return key

    def typeset(self, text: str) -> str:
        """The LaTeX of a formula in these names."""
        return latex.formula(text, self.symbols)


def _accent(command: str, text: str) -> str:
    r"""The accent over the letter and not over its index: \\dot{W}_{1}."""
    letter, index, rest = text.partition("_{")
    if letter.startswith(r"\texttt"):
        letter, index, rest = text, "", ""
    return f"{command}{{{letter}}}{index}{rest}"


def number_of(x: Any, digits: int | None = None) -> str:
    r"""A number, or the shape and the norm of an array.

    >>> print(number_of(-1.5e-7), number_of(np.ones((2, 3))), number_of(0.5))
    $-1.500 \times 10^{-7}$ $2 \times 3$, norm $2.4495$ $0.5000$
    """
    if x is None or isinstance(x, tuple):
        return escape(magnitude(x, digits or 6))
    if is_scalar(x):
        return f"${_scientific(number(x) if digits is None else magnitude(x, digits))}$"
    shape = r" \times ".join(map(str, np.shape(x)))
    if np.ndim(x) == 1:
        shape = f"[{shape}]"
    if x.dtype.kind not in "fc":
        return f"${shape}$ {x.dtype}"
    return f"${shape}$, norm ${_scientific(number(norm(x)) if digits is None else f'{norm(x):.{digits}g}')}$"


def _scientific(text: str) -> str:
    if text in ("inf", "-inf", "nan"):
        return {"inf": r"\infty", "-inf": r"-\infty", "nan": r"\mathrm{nan}"}[text]
    if text in ("True", "False"):
        return rf"\mathrm{{{text}}}"
    mantissa, _, exponent = text.partition("e")
    return rf"{mantissa} \times 10^{{{int(exponent)}}}" if exponent.lstrip("+-").isdigit() else text
