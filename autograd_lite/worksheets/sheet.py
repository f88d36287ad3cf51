"""A worksheet: a program, its graph at nice numbers, and what of it is to be filled in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from inspect import Parameter, signature
from pathlib import Path
from typing import Any

import numpy as np

from ..drawing import files
from ..notation.text import is_scalar
from ..notation.titles import expanded
from ..trace.graphs import Graph
from ..trace.nodes import GraphNode
from ..trace.tracing import trace
from .blanks import Blank, blanks_of, hidden_kinds, own_seed, read
from .grading import Grade, grade
from .numbers import check_size, is_number, nice, replayed, said

__all__ = ["Worksheet", "save", "worksheet"]

_STARTS = (2.0, 1.0, 0.5, 3.0, -1.0)
_ADJOINT_SEEDS = (1.0, 2.0, -1.0, 3.0)

_TASKS = {
    "value": "Work out the value of each node, from the inputs on",
    "partial": "Write down the local partial derivative along each arrow, as a number",
    "tangent": "Forward sweep: carry the tangents from the inputs to the output",
    "adjoint": "Reverse sweep: carry the adjoints from the output back to the inputs",
}


class Worksheet:
    """A sheet with blanks; made by ``worksheet``.

    Attributes
    ----------
    graph : Graph
        At the numbers of this sheet, swept.
    kinds : tuple of str
        Of what there are blanks: "value", "partial", "tangent", "adjoint".
    blanks : list of Blank
        What is to be filled in, in the order of the work.
    answers : dict
        The solution, by the symbols of the blanks.
    title : str

    Raises ValueError if nothing is left to fill in.

    >>> import autograd_lite as ag
    >>> len(ag.worksheet(lambda x: x**2, hide="adjoints", seed=3).blanks)
    2
    """

    def __init__(self, graph: Graph, kinds: tuple[str, ...], hints: bool, seed: int | None) -> None:
        self.graph, self.hints, self.seed = graph, hints, seed
        self.blanks = blanks_of(graph, kinds)
        self.kinds = tuple([kind for kind in kinds if any(blank.kind == kind for blank in self.blanks)])
        if not self.blanks:
            raise ValueError(f"nothing is left to fill in: {graph.title} has no {' or '.join(kinds)} of real numbers")
        self.title = _title(graph)

    @property
    def answers(self) -> dict[str, Any]:
        """The right answers, by symbol."""
        return {blank.symbol: blank.truth for blank in self.blanks}

    @property
    def headline(self) -> str:
        """The title, with the number of the sheet."""
        return self.title if self.seed is None else f"Sheet {self.seed}: {self.title}"

    @property
    def tasks(self) -> list[str]:
        """What is to be done, in sentences."""
        return self.told(lambda blank, number: f"{blank.symbol} = {said(number)}", str)

    def told(self, equation: Callable[[Blank, Any], str], text: Callable[[str], str]) -> list[str]:
        """The tasks, with the seeds that are for the sheet to say written as equations."""
        sentences = []
        for kind in self.kinds:
            seeds = [equation(blank, self._seed(blank)) for blank in self._given_seeds(kind)]
            sentences.append(text(_TASKS[kind]) + (f", starting from {', '.join(seeds)}" if seeds else "") + ".")
        return [*sentences, "Write fractions, or four digits."]

    def _given_seeds(self, kind: str) -> list[Blank]:
        if kind not in ("tangent", "adjoint"):
            return []
        ends = self.graph.inputs if kind == "tangent" else self.graph.outputs
        free = [end for end in dict.fromkeys(ends) if is_number(end.value) and not own_seed(ends, end)]
        return [Blank(kind, end) for end in free]

    def _seed(self, blank: Blank) -> Any:
        seed = self.graph.swept[blank.kind].seeds.get(blank.node.node)
        return np.zeros_like(blank.node.value) if seed is None else seed

    def table(self, format: str = "text", *, solution: bool = False) -> str:
        """The table with blanks, or filled in.

        Parameters
        ----------
        format : {"text", "html", "markdown", "latex"}
            LaTeX needs the packages amsmath and booktabs.
        solution : bool

        Raises
        ------
        ValueError
            If the format is none of these.
        """
        from .page import table

        return table(self, format, solution)

    def svg(self, *, solution: bool = False, theme: str = "auto") -> str:
        """The picture with blanks, or filled in; ``theme`` is "auto", "light" or "dark".

        Raises
        ------
        LayoutNotFound
            If there is no layout program; the message says how to get one.
        """
        from .picture import svg

        return svg(self, solution, theme)

    def html(self, *, solution: bool = False, picture: bool = True) -> str:
        """A page of its own: name and date, the task, the picture, the table; one page of A4 in print.

        Raises LayoutNotFound if there is no layout program; without the picture none is needed.
        """
        from .page import document

        return document([self], ".html", solution, picture)

    def save(self, file: Any, *, solution: bool = False, picture: bool = True) -> Path:
        """Write the sheet to a file, .html, .md, .tex, .txt, or its picture, .svg, and return the path; see save."""
        return save(file, [self], solution=solution, picture=picture)

    def grade(self, answers: Any, *, tolerance: float = 2e-3) -> Grade:
        """Grade a student's answers: the first wrong step, what the mistake looks like, and credit for what follows.

        An answer is right if |answer − number| ≤ tolerance·max(|number|, 0.1).  One that is wrong only because an
        earlier one was is a follow-up and has its point.

        Parameters
        ----------
        answers : dict
            By the symbol of the blank, {"ā": 1.5, "∂b/∂a": "3/4"}; by the name of the node where one kind of number is
            asked for, {"a": 1.5}; or by kind, {"tangents": {"a": 2}, "adjoints": {"a": 1.5}, "partials": {("b", "a"):
            "3/4"}}.  Numbers, fractions and constants as text ("3/4", "-0,5", "ln 2", "sqrt(3)/2"), for arrays nested
            lists of them; None or "" for what was left open.
        tolerance : float
            2e-3 by default, so that three digits are enough.

        Returns
        -------
        Grade
            Prints as a report; ``first_wrong``, ``points``, ``total``, ``marks``.

        Raises
        ------
        KeyError
            If there is no such blank.
        ValueError
            If an answer is no number.

        Examples
        --------
        >>> import autograd_lite as ag
        >>> def f(x, y):
        ...     a = x * y
        ...     b = a + x
        ...     return b**2
        >>> sheet = worksheet(ag.trace(f)(2.0, 3.0), seed=None)
        >>> print(sheet.grade({"v1": 1, "b": 16, "a": 16, "y": 32, "x": 48}))  # doctest: +ELLIPSIS
        4 of 5 points
        First wrong step: x̄ = 48. Two paths meet here, through b and through a: they add; yours ...
          ✓ v̄1 = 1
          ✓ b̄ = 16
          ✓ ā = 16
          ✓ ȳ = 32
          ✗ x̄ = 48   Two paths meet here, through b and through a: they add; yours ...
        """
        if not 0 < tolerance < 1:
            raise ValueError(f"tolerance is a relative error between 0 and 1, not {tolerance}")
        return grade(self.graph, self.blanks, read(answers, self.blanks), tolerance)

    def __str__(self) -> str:
        from .page import document

        return document([self], ".txt", False, False).rstrip("\n")

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from .page import fragment

        return fragment(self)


def worksheet(
    program: Graph | Callable[..., Any],
    *,
    hide: str | Collection[str] = "adjoints",
    seed: int | None = 0,
    hints: bool = False,
) -> Worksheet:
    """A worksheet on a program: its graph at nice numbers, with blanks, a solution, and grading.

    The inputs are chosen so that the numbers on the sheet are integers, short decimals or small fractions where the
    functions allow it.  Each seed gives other numbers, up to about 40 sheets of one program.

    Parameters
    ----------
    program : Graph or callable
        From ``ag.trace``, at arrays of the wanted shapes, with the seeds of its sweeps if it was swept; or a function,
        whose arguments without a default become scalar inputs.
    hide : str or several of them
        "values", "partials" (local partials), "tangents", "adjoints", or "all": what is to be filled in.
    seed : int, optional
        Chooses the numbers.  None keeps those of the graph.
    hints : bool
        Whether the rules stand beside the blanks: "c̄ + exp(a)·b̄".

    Returns
    -------
    Worksheet
        Prints as text; ``save("sheet.html")``, ``save("solution.html", solution=True)``, ``grade(answers)``.

    Raises
    ------
    ValueError
        If hide is none of these, if an array has more than 16 entries, or if nothing that was tried is finite.
    TypeError
        If program is neither a Graph nor a function.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> def f(x, y):
    ...     a = x**2
    ...     b = a * y
    ...     return b + x
    >>> sheet = ag.worksheet(f, seed=3)
    >>> print(sheet)
    Sheet 3: f(x, y) = x²·y + x at x = 2, y = −3
    Reverse sweep: carry the adjoints from the output back to the inputs.
    Write fractions, or four digits.
    <BLANKLINE>
    i  name  definition  Pa(i)  value  adjoint ↑
    -  ----  ----------  -----  -----  -------------
    1  x     input              2      x̄ = ________
    2  y     input              −3     ȳ = ________
    3  a     x²          1      4      ā = ________
    4  b     a·y         3, 2   −12    b̄ = ________
    5  v1    b + x       4, 1   −10    v̄1 = ________
    >>> print(sheet.grade({"v̄1": 1, "b̄": 1, "ā": -3, "x̄": 1}).first_wrong.said)
    Two paths meet here, through v1 and through a: they add; yours has only the one through v1.
    """
    kinds = hidden_kinds(hide)
    if not isinstance(program, Graph) and not callable(program):
        raise TypeError(f"worksheet takes a Graph or a function, but got a {type(program).__name__}")
    if seed is None:
        if not isinstance(program, Graph):
            raise ValueError("seed=None keeps the numbers of a graph: trace the function at some, or give a seed")
        check_size(program)
        same = replayed(program, [node.value for node in program.inputs if is_number(node.value)])
        return Worksheet(_sweep(same, _seeds(program, kinds, 0)), kinds, hints, None)
    first = program if isinstance(program, Graph) else _first(program)
    check_size(first)
    usual = _seeds(first, kinds, 0)
    chosen = nice(first, lambda graph: _sweep(graph, usual), seed)
    if not isinstance(program, Graph):
        with np.errstate(all="ignore"):  # again, as a condition may choose another way at these numbers
            chosen = trace(program)(*[node.value for node in chosen.inputs])
    chosen.swept.clear()
    return Worksheet(_sweep(chosen, _seeds(first, kinds, seed)), kinds, hints, seed)


def _first(f: Callable[..., Any]) -> Graph:
    """A trace of the function at some numbers, to know what it consists of."""
    kinds = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    try:
        count = sum(p.kind in kinds and p.default is Parameter.empty for p in signature(f).parameters.values())
    except (TypeError, ValueError):  # ufuncs and other functions written in C
        count = int(getattr(f, "nin", 1))
    if not count:
        raise ValueError("a worksheet needs a program with inputs, but this function has no argument without a default")
    refusal: Exception | None = None
    for shift in range(len(_STARTS)):
        with np.errstate(all="ignore"):
            try:
                return trace(f)(*[_STARTS[(shift + k) % len(_STARTS)] for k in range(count)])
            except (ArithmeticError, ValueError, IndexError) as error:  # these numbers are outside of its domain
                refusal = refusal or error
    raise ValueError(
        f"this function could not be run at scalar arguments such as {_STARTS[0]}: {refusal}; for other arguments "
        "trace it yourself and pass the graph, worksheet(ag.trace(f)(...))"
    ) from refusal


_Seeds = dict[str, dict[str, Any]]


def _seeds(graph: Graph, kinds: Collection[str], seed: int) -> _Seeds:
    """Where the sweeps start, by kind and name: as in the graph if it was swept; otherwise along one input, and from
    small numbers at several outputs.
    """
    chosen: _Seeds = {}
    for kind, ends in (("tangent", graph.inputs), ("adjoint", graph.outputs)):
        free = [node for node in dict.fromkeys(ends) if is_number(node.value)]
        swept = graph.swept.get(kind)
        if swept is not None:
            chosen[kind] = {node.name: swept.seeds[node.node] for node in free if node.node in swept.seeds}
        elif free and kind in kinds:
            chosen[kind] = _along_one(free, seed) if kind == "tangent" else _along_all(free)
    return chosen


def _along_one(free: list[GraphNode], seed: int) -> dict[str, Any]:
    node = free[seed % len(free)]
    tangent = np.zeros(np.shape(node.value))
    tangent.flat[seed % tangent.size] = 1.0
    return {node.name: tangent[()]}


def _along_all(free: list[GraphNode]) -> dict[str, Any]:
    start, seeds = 0, {}
    for node in free:
        entries = [_ADJOINT_SEEDS[(start + k) % len(_ADJOINT_SEEDS)] for k in range(np.size(node.value))]
        seeds[node.name] = np.array(entries).reshape(np.shape(node.value))[()]
        start += len(entries)
    return seeds


def _sweep(graph: Graph, seeds: _Seeds) -> Graph:
    if "tangent" in seeds:
        graph.forward_sweep(seeds["tangent"])
    if "adjoint" in seeds:
        graph.reverse_sweep(seeds["adjoint"])
    return graph


def _title(graph: Graph) -> str:
    """ "c = x²·y + x at x = 1, y = 3": the program as one formula, if it is short, and the numbers it starts from."""
    name = graph.title if graph.title.isidentifier() else "f"
    arguments = ", ".join(node.name for node in graph.inputs)
    formula = expanded(graph)
    left = f"{name}({arguments})" if len(graph.outputs) > 1 or graph.output.automatic else graph.output.name
    point = ", ".join(f"{node.name} = {said(node.value)}" for node in graph.inputs if is_scalar(node.value))
    return (f"{left} = {formula}" if formula else f"{name}({arguments})") + (f" at {point}" if point else "")


def save(file: Any, sheets: Iterable[Worksheet], *, solution: bool = False, picture: bool = True) -> Path:
    """Write sheets to one file, each on a page of its own, and return its path.

    Parameters
    ----------
    file : str or path
        .html, for printing on A4; .md, .tex, .txt; or .svg, the picture of a single sheet.
    sheets : iterable of Worksheet
    solution : bool
        Whether the blanks are filled in.
    picture : bool
        Whether the graph stands above the table, in .html.

    Raises
    ------
    ValueError
        If the suffix is none of these, or there is no sheet.
    LayoutNotFound
        If there is no layout program for the pictures.

    Examples
    --------
    >>> import tempfile
    >>> from autograd_lite.worksheets import save, worksheet
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(folder + "/class.md", [worksheet(lambda x, y: x * y, seed=k) for k in range(30)]).name
    'class.md'
    """
    from .page import document

    path, sheets = Path(file), list(sheets)
    if path.suffix.lower() == ".svg" and len(sheets) == 1:
        text = sheets[0].svg(solution=solution)
    else:
        text = document(sheets, path.suffix.lower(), solution, picture)
    files.replace(path, text.encode())
    return path
