r"""The derivation of a derivative in LaTeX, for the program as it was recorded.

    program        x_i = g_i(x_Pa(i)), with the local partials
    chain rule     ∂d/∂a = ∂d/∂c·∂c/∂a + ∂d/∂c·∂c/∂b·∂b/∂a, one term for each path
    forward mode   ẋ_i = Σ_j ∂g_i/∂x_j·ẋ_j
    reverse mode   x̄_j = Σ_i ∂g_i/∂x_j·x̄_i; for layers δ⁽ˡ⁾ = z̄, with shapes and transposes

Source: A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed. (SIAM, 2008), chapter 3; for networks I. Goodfellow,
Y. Bengio and A. Courville, Deep Learning (MIT Press, 2016), 6.5.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from ..kinds import Constant
from ..sweeps import rules
from ..trace.nodes import GraphNode
from ..trace.tables import Children, children
from .chain import adjoint_term, joined, partial_text, tangent_term
from .latex import escape
from .text import is_scalar
from .typesetting import LatexNames

if TYPE_CHECKING:
    from ..trace.graphs import Graph

__all__ = ["Derivation", "derivation", "document"]

_PATHS = 8  # terms of an expanded chain rule, and factors of a term, that still read well
_AS_MARKDOWN = r"\n$$\n\\begin{aligned}\1\\end{aligned}\n$$\n"  # a display of TeX's cannot stand in one of Markdown's
_WIDEST = 100  # letters in a line of a display
_COMMAND = re.compile(r"\\(frac|left|right|operatorname|mathit|texttt|,)|\\[a-zA-Z]+|[{}^_ ]+")


class Derivation(str):
    """LaTeX text, which a notebook sets."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)

    def _repr_markdown_(self) -> str:
        displays = re.sub(r"\\begin\{align\*\}(.*?)\\end\{align\*\}", _AS_MARKDOWN, self, flags=re.DOTALL)
        return re.sub(r"\\paragraph\{(.*?)\}", r"**\1.**", displays)

    def document(self) -> str:
        """A whole document, ready for pdflatex."""
        return _DOCUMENT.replace("BODY", self)


_DOCUMENT = r"""\documentclass[11pt]{article}
\usepackage[a4paper,margin=22mm]{geometry}
\usepackage[T1]{fontenc}
\usepackage{amsmath,amssymb,booktabs,textcomp,graphicx}
\setlength{\parindent}{0pt}
\allowdisplaybreaks
\begin{document}
BODY
\end{document}
"""


def derivation(graph: Graph, mode: str) -> Derivation:
    """The derivation for a graph; see ``Graph.derivation``."""
    if mode not in ("both", "forward", "reverse"):
        raise ValueError(f"mode is 'both', 'forward' or 'reverse', not {mode!r}")
    writer = _Writer(graph)
    parts = [writer.program(), writer.chain_rule()]
    parts += [writer.forward()] if mode != "reverse" else []
    parts += [writer.reverse()] if mode != "forward" else []
    return Derivation("\n\n".join(filter(None, parts)))


def document(graph: Graph) -> str:
    """A document with the derivation and the table of a graph."""
    title = rf"\section*{{Derivatives of \texttt{{{escape(graph.title)}}}}}"
    fitted = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}"
    table = rf"\subsection*{{Table}}\renewcommand{{\arraystretch}}{{1.3}}{fitted}{{{_table(graph)}}}"
    return Derivation("\n\n".join([title, derivation(graph, "both"), table])).document()


def _table(graph: Graph) -> str:
    return f"%\n{graph.table(format='latex', rows=60)}%\n"


class _Writer:
    """The parts of the derivation of one graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self.uses = graph, children(graph)
        self.deltas = _deltas(graph, self.uses)
        self.names = LatexNames(graph, self.deltas)
        self.active = _active(graph)

    def latex(self, text: str) -> str:
        return self.names.typeset(text)

    def name(self, node: GraphNode) -> str:
        return self.latex(self.names.name(node))

    def program(self) -> str:
        """x_i = g_i(x_Pa(i)), beside the local partials."""
        rows = []
        for node in self.graph.nodes:
            if node.function is None:
                continue
            partials = [self._partial(node, i) for i in _first_places(node) if node.parents[i] in self.active]
            right = r",\quad ".join(filter(None, partials))
            left = rf"{self.name(node)} &= {self.latex(self.names.formula(node))}{_shape(node)}"
            rows.append(f"{left} && {right}" if right else left)
        inputs = [rf"{self.name(node)}{_shape(node)}" for node in self.graph.inputs]
        head = rf"\paragraph{{Program}} Inputs: ${', '.join(inputs)}$." if inputs else r"\paragraph{Program}"
        return head + "\n" + _display(rows)

    def _partial(self, node: GraphNode, i: int) -> str:
        """∂b/∂a = exp(a), the sum of those of one parent that stands twice; "" where there is nothing to say."""
        parent = node.parents[i]
        if isinstance(parent.value, tuple) or isinstance(node.value, tuple):
            return ""
        texts = [partial_text(node, k, self.names) for k, p in enumerate(node.parents) if p is parent]
        trivial = bool(np.ndim(node.value)) and texts in (["1"], ["−1"])
        if trivial or not all(texts) or np.shape(parent.value) != np.shape(node.value):
            return ""
        return rf"{_partial_sign(self.name(node), self.name(parent))} = {self.latex(joined(texts))}"

    def chain_rule(self) -> str:
        """The derivative of the output by each input, expanded over the paths; "" for what is too long or no number."""
        if len(self.graph.outputs) != 1 or not all(is_scalar(node.value) for node in self.graph.nodes):
            return ""
        output, rows = self.graph.output, []
        for node in reversed(self.graph.nodes):
            paths = _paths(node, output, self.uses) if node in self.active and node is not output else []
            if not 0 < len(paths) <= _PATHS or max(map(len, paths)) > _PATHS or paths == [[(node, output)]]:
                continue
            terms = [" ".join(_partial_sign(self.name(b), self.name(a)) for a, b in path) for path in paths]
            rows.append(rf"{_partial_sign(self.name(output), self.name(node))} &= {_sum(terms)}")
        if not rows:
            return ""
        return r"\paragraph{Chain rule} One term for each path to the output:" + "\n" + _display(rows)

    def forward(self) -> str:
        """The tangents, in order."""
        rows = []
        for node in self.graph.nodes:
            if node in self.active and node.function is not None:
                terms = [tangent_term(node, i, self.names) for i, p in enumerate(node.parents) if p in self.active]
                rows.append(self._equation(self.names.tangent(node), terms, node))
        rule = r"\dot{x}_i = \sum_{j \in \mathrm{Pa}(i)} \frac{\partial g_i}{\partial x_j} \dot{x}_j"
        head = rf"\paragraph{{Forward mode}} ${rule}$, in the order of the program, from the tangents of the inputs:"
        return f"{head}\n{_display(rows)}"

    def reverse(self) -> str:
        """The adjoints, in the opposite order, with δ⁽ˡ⁾ for those of the layers."""
        rows = []
        for node in reversed(self.graph.nodes):
            terms = [adjoint_term(child, i, self.names) for child, i in self.uses[node] if child in self.active]
            if node in self.graph.outputs and is_scalar(node.value):
                terms = ["1", *terms]
            if node in self.active and not self._is_same_delta(node):
                rows.append(self._equation(self.names.adjoint(node), terms, node))
        rule = r"\bar{x}_j = \sum_{i : j \in \mathrm{Pa}(i)} \bar{x}_i \frac{\partial g_i}{\partial x_j}"
        head = (
            rf"\paragraph{{Reverse mode}} ${rule}$, in the opposite order, from the seed of the output; "
            "where paths meet, contributions add."
        )
        if self.deltas:
            head += r" Here $\delta^{(l)} = \bar{z}^{(l)}$ is the adjoint of layer $l$ before its activation."
        return f"{head}\n{_display(rows)}"

    def _is_same_delta(self, node: GraphNode) -> bool:
        """Whether the node is the product in a layer with a bias, whose adjoint is that of the sum."""
        return node in self.deltas and any(self.deltas.get(child) == self.deltas[node] for child, _ in self.uses[node])

    def _equation(self, symbol: str, terms: list[str], node: GraphNode) -> str:
        if any("; " in term for term in terms):  # the factors of a decomposition, each with an equation of its own
            return " \\\\\n".join(self.latex(clause).replace(" = ", " &= ", 1) for clause in terms[0].split("; "))
        written = [self.latex(term) for term in terms if term]
        return rf"{self.latex(symbol)} &= {_sum(written)}{_shape(node)}" if written else ""


def _sum(terms: list[str]) -> str:
    """The sum of some terms, on as many lines as it needs."""
    text, taken = "", 0
    for term in terms:
        width = len(_COMMAND.sub("x", term))
        sign = " - " if term.startswith("-") else " + "
        if text and taken + width > _WIDEST:
            text, taken = f"{text} \\\\\n&\\quad{sign}{term.removeprefix('-')}", width
        else:
            text, taken = f"{text}{sign}{term.removeprefix('-')}" if text else term, taken + width + 3
    return text


def _display(rows: list[str]) -> str:
    lines = " \\\\\n".join(filter(None, rows))
    return f"\\begin{{align*}}\n{lines}\n\\end{{align*}}" if lines else "(none)"


def _partial_sign(of: str, by: str) -> str:
    return rf"\frac{{\partial {of}}}{{\partial {by}}}"


def _shape(node: GraphNode) -> str:
    """∈ ℝ^{64×8}; "" for a number."""
    if isinstance(node.value, tuple) or np.ndim(node.value) == 0:
        return ""
    field = {"f": r"\mathbb{R}", "c": r"\mathbb{C}"}.get(node.value.dtype.kind, r"\mathbb{Z}")
    sizes = r" \times ".join(map(str, np.shape(node.value)))
    return rf" \in {field}^{{{sizes}}}"


def _first_places(node: GraphNode) -> list[int]:
    """One place for each parent."""
    return [node.parents.index(parent) for parent in dict.fromkeys(node.parents)]


def _active(graph: Graph) -> set[GraphNode]:
    """The nodes between inputs with a derivative and the outputs; those that are constant by their rule are none."""
    active: set[GraphNode] = set()
    for node in graph.nodes:
        free = node.function is None and node.role in ("input", "parameter") and node.value.dtype.kind in "fc"
        steady = node.function is not None and isinstance(rules[node.node.function], Constant)
        if free or (not steady and any(parent in active for parent in node.parents)):
            active.add(node)
    return {node for node in active if not _is_discrete(node)}


def _is_discrete(node: GraphNode) -> bool:
    return not isinstance(node.value, tuple) and node.value.dtype.kind not in "fc"


def _paths(start: GraphNode, end: GraphNode, uses: Children) -> list[list[tuple[GraphNode, GraphNode]]]:
    """All ways from start to end, as lists of edges from the end back; one more than _PATHS at most."""
    found: list[list[tuple[GraphNode, GraphNode]]] = []
    waiting: list[tuple[GraphNode, list[tuple[GraphNode, GraphNode]]]] = [(start, [])]
    while waiting and len(found) <= _PATHS and len(waiting) < 1000:
        node, path = waiting.pop()
        if node is end:
            found.append(path[::-1])
            continue
        ways = list(dict.fromkeys(child for child, _ in uses[node]))
        waiting += [(child, [*path, (node, child)]) for child in reversed(ways)]
    return found if not waiting else []


def _deltas(graph: Graph, uses: Children) -> dict[GraphNode, int]:
    """The layers: z = h @ W + b with parameters or inputs W of two axes, counted from 1."""
    products = [node for node in graph.nodes if _is_layer(node)]
    layers: dict[GraphNode, int] = {}
    for product in products:
        users = [child for child, _ in uses[product]]
        biased = len(users) == 1 and users[0].function is np.add
        number = len(set(layers.values())) + 1
        layers |= {product: number, users[0]: number} if biased else {product: number}
    return layers


def _is_layer(node: GraphNode) -> bool:
    weights: list[Any] = [p for p in node.parents if p.function is None and np.ndim(p.value) == 2]
    return node.function is np.matmul and len(node.parents) == 2 and bool(weights) and node.parents[1] in weights

