"""The two sweeps one node at a time, with the rule, the numbers put in, and the running sum.

    forward, in order      c = a + b = 1 + 2.7183 = 3.7183
                           ċ = ∂c/∂a·ȧ + ∂c/∂b·ḃ = 1 × 2 + 1 × 5.4366 = 7.4366
    reverse, backwards     ā = ∂c/∂a·c̄ = 1 × 0.2593 = 0.2593
                           ā += ∂b/∂a·b̄ = 2.7183 × 0.2593 → 0.2593 + 0.7048 = 0.9641     where paths meet, they add

Source: A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed. (SIAM, 2008), chapter 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from ..arrays.versions import entries
from ..kinds import contribution
from ..notation.chain import Names, adjoint_term, joined, tangent_term
from ..notation.substitution import substituted
from ..notation.text import brief, finite, is_scalar, norm, shape
from ..sweeps import rules
from .nodes import GraphNode
from .step_notes import sentence
from .tables import children

if TYPE_CHECKING:
    from .graphs import Graph, Swept

__all__ = ["Step", "Steps", "Term", "steps"]

_NAMES = Names()


@dataclass(frozen=True)
class Term:
    """What one neighbour contributes: its derivative times the local partial.

    Attributes
    ----------
    node : GraphNode
        The neighbour: a parent in the forward sweep, a child in the reverse sweep.
    rule : str
        "exp(a)·b̄"
    local : str
        "∂b/∂a·b̄"
    factor : number or None
        The local partial, where both ends are numbers.
    derivative, amount : array
        The tangent or adjoint of the neighbour, and what it contributes; these add up to that of the step.

    >>> import autograd_lite as ag
    >>> term = ag.trace(lambda x: x**2)(3.0).steps()[1].terms[0]
    >>> print(term.rule, term.factor, term.amount)
    2x·ẋ 6.0 6.0
    """

    node: GraphNode
    rule: str
    local: str
    factor: Any
    derivative: Any
    amount: Any


@dataclass(frozen=True)
class Step:
    """One node in one sweep.

    Attributes
    ----------
    number, total : int
        Which step it is, from 1, of how many.
    sweep : {"forward", "reverse"}
    node : GraphNode
    seed : array or None
        What the sweep starts from, if it starts here.
    terms : tuple of Term
        The contributions, in the order in which they are added to the seed.
    derivative : array or None
        The tangent (forward) or the adjoint (reverse); None if there is none or the sweep was not made.

    >>> import autograd_lite as ag
    >>> step = ag.trace(lambda x: x**2)(3.0).steps()[1]
    >>> print(step.sweep, step.node.name, step.derivative)
    forward v1 6.0
    """

    number: int
    total: int
    sweep: str
    node: GraphNode
    seed: Any
    terms: tuple[Term, ...]
    derivative: Any

    @property
    def lines(self) -> list[str]:
        """What happens, as equations."""
        if self.sweep == "forward":
            return [_value_line(self.node), *self._tangent_line()]
        return self._adjoint_lines()

    @property
    def note(self) -> str:
        """What happens, in a sentence."""
        return sentence(self)

    def _tangent_line(self) -> list[str]:
        if self.derivative is None:
            return []
        symbol = _NAMES.tangent(self.node)
        if self.seed is not None or not self.terms:
            return [f"{symbol} = {_shown(self.derivative)}" + (" (seed)" if self.seed is not None else "")]
        if any("; " in term.rule for term in self.terms):  # the factors of a decomposition, one after the other
            return [*self.terms[0].rule.split("; "), f"{symbol} = {_shown(self.derivative)}"]
        parts = [_sum([t.local for t in self.terms]), _sum([t.rule for t in self.terms]), _numbers(self.terms)]
        return [_chain(symbol, parts, _shown(self.derivative))]

    def _adjoint_lines(self) -> list[str]:
        symbol = _NAMES.adjoint(self.node)
        if not self.terms:
            return [f"{symbol} = {_shown(self.derivative)}" + (" (seed)" if self.seed is not None else "")]
        total, lines = self.seed, []
        if total is not None:
            lines.append(f"{symbol} = {_shown(total)} (seed)")
        for term in self.terms:
            before, total = total, term.amount if total is None else total + term.amount
            parts = [term.local, term.rule, _numbers((term,))]
            line = _chain(f"{symbol} {'=' if before is None else '+='}", parts, _shown(term.amount))
            if before is not None:
                running = f"{_shown(before)} + {_signed(term.amount)} = " if _scalars(before, term.amount) else ""
                line += f" → {running}{_shown(total)}"
            lines.append(line)
        return lines

    def __str__(self) -> str:
        head = f"{self.number:>{len(str(self.total))}}/{self.total}  {self.sweep}  "
        return ("\n" + " " * len(head)).join([head + self.lines[0], *self.lines[1:]])


class Steps(Sequence[Step]):
    """Both sweeps as a sequence of steps: print them, go through them in a page, or watch them.

    Examples
    --------
    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> steps = ag.trace(lambda x: np.exp(x**2))(1.0).steps()
    >>> for step in steps[1:3]:
    ...     print(step)
    2/6  forward  v1 = x² = 1² = 1
                  v̇1 = ∂v1/∂x·ẋ = 2x·ẋ = 2 × 1 = 2
    3/6  forward  v2 = exp(v1) = exp(1) = 2.7183
                  v̇2 = ∂v2/∂v1·v̇1 = exp(v1)·v̇1 = 2.7183 × 2 = 5.4366
    """

    def __init__(self, graph: Graph, records: list[Step]) -> None:
        self.graph, self._records = graph, records

    @overload
    def __getitem__(self, i: int) -> Step: ...
    @overload
    def __getitem__(self, i: slice) -> list[Step]: ...
    def __getitem__(self, i: int | slice) -> Step | list[Step]:
        return self._records[i]

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Step]:
        return iter(self._records)

    def __str__(self) -> str:
        return "\n".join(map(str, self._records))

    __repr__ = __str__

    def html(self, max_steps: int = 200) -> str:
        """A page of its own to step through: no network, and it works without JavaScript.

        Parameters
        ----------
        max_steps : int
            Of more, those of repeated steps and in the middle of the program are left out, and the page says so.

        Raises
        ------
        LayoutNotFound
            If there is no layout program; the message says how to get one.
        """
        from ..drawing.stepper import page

        return page(self, max_steps)

    def svg(self, seconds: float = 2.0, max_steps: int = 200) -> str:
        """The picture of the graph with both sweeps running over it, each step as many seconds.

        It stands still, complete, for readers who prefer reduced motion; ``max_steps`` as in ``html``.

        Raises
        ------
        ValueError
            If the seconds are not positive.
        LayoutNotFound
            If there is no layout program; the message says how to get one.
        """
        from ..drawing.animation import animated

        return animated(self, seconds, max_steps)

    def save(self, file: Any, **options: Any) -> Path:
        """Write the steps to a file, .html, .svg (animated) or .txt, and return its path.

        Parameters
        ----------
        file : str or path
        **options
            ``max_steps`` for .html and .svg, ``seconds`` for .svg: how long each step takes.

        Raises
        ------
        ValueError
            If the suffix is none of these.
        LayoutNotFound
            If there is no layout program, for .html and .svg.
        """
        from ..drawing import files

        path = Path(file)
        writers: dict[str, Callable[..., str]] = {".html": self.html, ".svg": self.svg, ".txt": lambda: f"{self}\n"}
        if path.suffix.lower() not in writers:
            raise ValueError(f"{path.name!r} has none of the suffixes of steps: {', '.join(writers)}")
        files.replace(path, writers[path.suffix.lower()](**options).encode())
        return path

    def _repr_html_(self) -> str | None:
        from ..drawing.stepper import fragment

        try:
            return fragment(self)
        except (ImportError, OSError, RuntimeError):  # no layout program here: the text needs none
            return None


def steps(graph: Graph) -> Steps:
    """The steps of a graph; see ``Graph.steps``."""
    _sweep(graph)
    forward = [node for node in graph.nodes if node.role != "constant"]
    backward = [node for node in reversed(forward) if node.node in _carriers(graph)] if "adjoint" in graph.swept else []
    total, uses = len(forward) + len(backward), children(graph)
    records = [_forward(i, total, node, graph.swept.get("tangent")) for i, node in enumerate(forward, 1)]
    for i, node in enumerate(backward, len(forward) + 1):
        records.append(_reverse(i, total, node, uses[node], graph.swept["adjoint"]))
    return Steps(graph, records)


def _sweep(graph: Graph) -> None:
    """Make the sweeps that can start by themselves; raise if there is none to show."""
    refusals = []
    for kind, sweep in (("adjoint", graph.reverse_sweep), ("tangent", graph.forward_sweep)):
        if kind not in graph.swept:
            try:
                sweep()
            except ValueError as refusal:
                refusals.append(refusal)
    if not graph.swept:
        raise refusals[0]


def _carriers(graph: Graph) -> set[Any]:
    """What an adjoint came to, and the inputs that could have had one."""
    free = {node.node for node in graph.inputs if node.value.dtype.kind in "fc"}
    return free | set(graph.swept["adjoint"].found)


def _forward(number: int, total: int, node: GraphNode, swept: Swept | None) -> Step:
    if swept is None:
        return Step(number, total, "forward", node, None, (), None)
    seed = swept.seeds.get(node.node) if node.function is None else None
    terms = []
    for i, parent in enumerate(node.parents):
        tangent = swept.found.get(parent.node)
        if tangent is not None:
            args = [a.value if type(a) is GraphNode else a for a in node.arguments]
            seeds = [tangent if j == node.place(i) else None for j in range(len(args))]
            amount = rules[node.node.function].jvp(seeds, node.value, args, node.node.kwargs)
            if amount is not None:
                terms.append(_term(node, i, parent, tangent, amount, "tangent"))
    return Step(number, total, "forward", node, seed, tuple(terms), node.tangent)


def _reverse(number: int, total: int, node: GraphNode, uses: list[tuple[GraphNode, int]], swept: Swept) -> Step:
    terms = []
    for child, i in _in_order(uses):
        adjoint = swept.found.get(child.node)
        if adjoint is not None:
            args = [a.value if type(a) is GraphNode else a for a in child.arguments]
            amount = contribution(child.node, child.place(i), adjoint, child.value, args)
            if amount is not None:
                terms.append(_term(child, i, child, adjoint, amount, "adjoint"))
    return Step(number, total, "reverse", node, swept.seeds.get(node.node), tuple(terms), node.adjoint)


def _in_order(uses: list[tuple[GraphNode, int]]) -> list[tuple[GraphNode, int]]:
    """The children as the reverse sweep meets them: the last one first, its arguments from the left."""
    return sorted(uses, key=lambda use: (-use[0].node.number, use[1]))


def _term(node: GraphNode, i: int, end: GraphNode, derivative: Any, amount: Any, kind: str) -> Term:
    """The term of ``parents[i]`` of the node; ``end`` is where its derivative comes from."""
    parent = node.parents[i]
    written = tangent_term if kind == "tangent" else adjoint_term
    symbol = _NAMES.tangent(end) if kind == "tangent" else _NAMES.adjoint(end)
    factor = node.partial(i)
    if factor is not None and np.iscomplexobj([parent.value, node.value]) and factor * derivative != amount:
        factor = None  # between a real and a complex number the partial is no single factor
    single = node.parents.count(parent) == 1 and factor is not None
    local = f"∂{node.name}/∂{parent.name}·{symbol}" if single else ""
    return Term(end, written(node, i, _NAMES), local, factor, entries(derivative), entries(amount))


def _value_line(node: GraphNode) -> str:
    return _chain(node.name, [_NAMES.formula(node), _put_in(node)] if node.function else [], _shown(node.value))


def _put_in(node: GraphNode) -> str:
    """The formula with numbers in the place of the names, "" where they are arrays."""
    formula, parents = _NAMES.formula(node), {parent.name: parent.value for parent in node.parents}
    ambiguous = any(not name.isidentifier() or f"{name}(" in formula for name in parents)
    if ambiguous or not _scalars(node.value, *parents.values()):
        return ""
    text = substituted(formula, {name: brief(value) for name, value in parents.items()})
    return text if len(text) <= 60 else ""


def _scalars(*values: Any) -> bool:
    return all(is_scalar(x) for x in values)


def _shown(x: Any) -> str:
    """A number, or the shape and the norm of an array."""
    if x is None:
        return "-"
    if isinstance(x, tuple):
        return f"({', '.join(map(_shown, x))})"
    if is_scalar(x):
        return brief(x)
    return f"{shape(x)}, norm {brief(norm(x))}" if finite(x) else f"{shape(x)} with nan or inf"


def _signed(x: Any) -> str:
    """A number as a factor or a term: in parentheses if it is negative or complex."""
    return f"({_shown(x)})" if _shown(x).startswith("−") or np.iscomplexobj(x) else _shown(x)


def _sum(texts: list[str]) -> str:
    return joined(texts) if all(texts) else ""


def _numbers(terms: tuple[Term, ...]) -> str:
    """The numbers put in, 1 × 2 + 1 × 5.4366; "" where they are arrays."""
    if any(term.factor is None for term in terms):
        return ""
    return " + ".join(f"{_signed(term.factor)} × {_signed(term.derivative)}" for term in terms)


def _chain(left: str, parts: list[str], result: str) -> str:
    """left = part = part = result, without what says the same twice."""
    different = list(dict.fromkeys(filter(None, [*parts, result])))
    sign = "" if left.endswith("=") else " ="
    return f"{left}{sign} {' = '.join(different)}"
