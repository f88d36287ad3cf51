"""Nice numbers: inputs at which a program can be worked out by hand, and how a number is written on a sheet.

The inputs are tried out from a small stock (integers, halves, tenths; ln 2 where there is an exponential, π/6 where
there is a sine), the program is run and swept at each, and those points are kept whose numbers are short: integers,
short decimals, small fractions.  The seed chooses among them, so that different seeds give different sheets.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from ..graph import leaf, record
from ..notation.text import brief
from ..trace.graphs import Graph
from ..trace.nodes import GraphNode

__all__ = ["agree", "check_size", "is_number", "nice", "replayed", "said"]

MOST_ENTRIES = 16  # of an array that is worked out by hand
_TRIED, _KEPT = 300, 40  # points of which the values are worked out, and that become sheets
_SWEPT, _WORK = 150, 3000  # points that are swept, at most, and nodes that are swept altogether
_CLOSE = 1e-11
_STOCK = (2, 3, 4, 5, 6, 8, -2, -3, -4, 1, -1, 0.5, 1.5, 2.5, -0.5, -1.5, 0.2, 0.4, 0.6, 0.8)
_FINE = (0.1, 0.3, 0.7, 0.9, 1.1, 1.2, 1.4, 1.6, 0.25, 0.75, 1.25, -0.2, -0.4, -0.6, -0.8, -1.2, 7, 9, 10, 0)
_LOGARITHMS = (math.log(2), math.log(3), math.log(4), -math.log(2))
_ANGLES = tuple(k * math.pi / 12 for k in (2, 3, 4, 6, 8, 9, 10, 12, -2, -3, -4, -6, 14, 15, 16, 18))
_EXPONENTIAL = frozenset({"exp", "expm1", "sinh", "cosh", "tanh", "logaddexp"})
_CIRCULAR = frozenset({"sin", "cos", "tan"})
_UNEVENTFUL = frozenset({"add", "subtract", "negative", "positive", "sum", "same"})


def said(x: Any) -> str:
    """A number as one writes it by hand, exact where that is short; an array entry by entry.

    >>> said(0.5), said(2 / 3), said(-np.log(2)), said(np.pi / 6), said(2.71828182846 ** 0.3)
    ('0.5', '2/3', '−ln 2', 'π/6', '1.3499')
    >>> said(np.array([[1.0, 0.25]]))
    '[[1, 0.25]]'
    """
    if np.ndim(x):
        return f"[{', '.join(said(entry) for entry in x)}]"
    if not np.issubdtype(np.asarray(x).dtype, np.floating):
        return str(x)
    return (_exact(float(x)) or brief(x)).replace("-", "−")


def _exact(x: float) -> str:
    """An integer, a short decimal, a small fraction, or one of ln n, π/n, e, √n; "" for other numbers."""
    if not math.isfinite(x) or abs(x) >= 1e6 or 0 < abs(x) < 1e-4:
        return ""
    thousandth = round(1000 * x) / 1000
    if _same(x, thousandth):
        return f"{thousandth:.3f}".rstrip("0").rstrip(".") if thousandth else "0"
    sign, size = "-" if x < 0 else "", abs(x)
    fraction = Fraction(size).limit_denominator(24)
    if _same(size, float(fraction)):
        return f"{sign}{fraction}"
    turn = Fraction(size / math.pi).limit_denominator(12)
    if _same(size, float(turn) * math.pi) and turn.numerator < 10:
        top = "π" if turn.numerator == 1 else f"{turn.numerator}π"
        return sign + top + (f"/{turn.denominator}" if turn.denominator > 1 else "")
    if size < 3 and _same(math.exp(size), round(math.exp(size))):
        return f"{sign}ln {round(math.exp(size))}"
    if _same(size, math.e):
        return f"{sign}e"
    for below in (1, 2, 3, 4):
        inside = round((below * size) ** 2)
        if inside < 100 and _same((below * size) ** 2, inside):
            return f"{sign}√{inside}" + (f"/{below}" if below > 1 else "")
    return ""


def _same(a: float, b: float) -> bool:
    return abs(a - b) <= _CLOSE * max(1.0, abs(b))


def agree(answer: Any, number: Any, tolerance: float) -> bool:
    """Whether an answer is this number, as far as it can be told on paper.

    >>> agree(0.333, 1 / 3, 2e-3), agree(0.33, 1 / 3, 2e-3)
    (True, False)
    """
    if np.shape(answer) != np.shape(number) or not np.all(np.isfinite(number)):
        return False
    return bool(np.all(np.abs(np.asarray(answer) - number) <= tolerance * np.maximum(np.abs(number), 0.1)))


def is_number(value: Any) -> bool:
    """Whether it is a real number, or an array of them, that has a derivative."""
    return not isinstance(value, tuple) and np.asarray(value).dtype.kind == "f"


def check_size(graph: Graph) -> None:
    """Raise ValueError if something in the graph is too large, or too complex, to be worked out by hand."""
    for node in graph.nodes:
        parts = node.value if isinstance(node.value, tuple) else (node.value,)
        if any(np.asarray(part).dtype.kind == "c" for part in parts):
            raise ValueError(f"a worksheet is about real numbers, but {node.name} is complex")
        if sum(np.size(part) for part in parts) > MOST_ENTRIES:
            raise ValueError(
                f"a worksheet is worked out by hand, but {node.name} has {np.size(node.value)} entries: "
                f"trace the program at arrays of at most {MOST_ENTRIES}"
            )


def replayed(graph: Graph, values: Sequence[Any]) -> Graph:
    """The same program at other inputs, swept as the graph was; those that are no real numbers stay what they are."""
    given = dict(zip(_free(graph), values, strict=True))
    made: dict[GraphNode, GraphNode] = {}
    for old in graph.nodes:
        arguments = tuple([made[a] if type(a) is GraphNode else a for a in old.arguments])
        if old.node.function is None or not old.arguments:
            value = np.asarray(given.get(old, old.value))[()]
            node = leaf(value if old in given else old.value)
        else:
            args = [a.node if type(a) is GraphNode else a for a in arguments]
            node = record(old.node.function, args, old.node.kwargs)
        made[old] = old.at(node, arguments)
    inputs, outputs = ([made[node] for node in nodes] for nodes in (graph.inputs, graph.outputs))
    return Graph(list(made.values()), inputs, outputs, [node.value for node in outputs], graph.title)


def _free(graph: Graph) -> list[GraphNode]:
    return [node for node in graph.inputs if is_number(node.value)]


def _points(graph: Graph, swept: Callable[[Graph], Graph]) -> list[Graph]:
    """The program at the points where its numbers are shortest, swept, the shortest first.

    Raises ValueError if it is finite at none of those that are tried.
    """
    found = _shortest(graph, _candidates(graph), lambda again: again)
    most = max(_KEPT + 5, min(_SWEPT, _WORK // len(graph)))
    points = [[node.value for node in _free(at)] for _, _, at in found[:most]]
    found = _shortest(graph, points, swept)
    if not found:
        raise ValueError(
            f"at none of the numbers that were tried is everything in {graph.title} finite: trace it at numbers of "
            "your own, and write worksheet(graph, seed=None)"
        )
    return [at for score, _, at in found[:_KEPT] if score < found[0][0] + 4]


def _shortest(
    graph: Graph, points: Iterable[list[Any]], swept: Callable[[Graph], Graph]
) -> list[tuple[float, int, Graph]]:
    """The program at these points, those with short numbers first, each with its score; only where all is finite."""
    found: list[tuple[float, int, Graph]] = []
    for values in points:
        with np.errstate(all="ignore"):
            try:
                at = swept(replayed(graph, values))
                score = _length(at)
            except (ArithmeticError, np.linalg.LinAlgError):
                continue
        if score < np.inf:
            found.append((score, len(found), at))
    return sorted(found, key=lambda entry: entry[:2])


def nice(graph: Graph, swept: Callable[[Graph], Graph], seed: int) -> Graph:
    """One of the points, those with the shortest numbers first: each ten of them in an order that looks like none."""
    found, rng = _points(graph, swept), np.random.default_rng(1)
    order = [i for start in range(0, len(found), 10) for i in start + rng.permutation(len(found[start : start + 10]))]
    return found[order[seed % len(found)]]


def _candidates(graph: Graph) -> Iterator[list[Any]]:
    """Values for the inputs: all that the stock allows, or as many as are tried."""
    free, names = _free(graph), {node.function_name for node in graph.computed}
    stock = [*_STOCK, *(_LOGARITHMS if names & _EXPONENTIAL else ()), *(_ANGLES if names & _CIRCULAR else ())]
    shapes, rng, seen = [np.shape(node.value) for node in free], np.random.default_rng(0), set()
    if all(shape == () for shape in shapes) and len(stock) ** len(free) <= 1.5 * _TRIED:
        fine = (*stock, *_FINE) if len(free) == 1 else stock
        yield from (list(map(float, values)) for values in product(fine, repeat=len(free)))
        return
    small = np.array(stock[:11], dtype=float)
    for _ in range(_TRIED):
        values = [float(rng.choice(stock)) if shape == () else rng.choice(small, shape) for shape in shapes]
        if (key := str(list(map(said, values)))) not in seen:
            seen.add(key)
            yield values


def _length(graph: Graph) -> float:
    """How long the numbers of a graph are on average, and how often one could be taken for another; inf is useless."""
    numbers: list[float] = []
    dull = 0.0
    for node in graph.nodes:
        if not is_number(node.value) or node.role == "constant":
            continue
        edges = range(len(node.parents)) if graph.swept else ()
        partials = [p for p in map(node.partial, edges) if p is not None]
        swept = [np.ravel(d) for d in (node.tangent, node.adjoint) if d is not None]
        numbers += np.concatenate([np.ravel(node.value), *swept, partials]).tolist()
        dull += sum(8.0 for d in swept if not np.any(d))
        if node.function_name not in _UNEVENTFUL:
            dull += sum({0.0: 3.0, 1.0: 1.0, -1.0: 1.0}.get(abs(float(p)), 0.0) for p in partials)
        if node.function_name in _CIRCULAR:  # of an angle, if that can be
            turns = np.ravel(node.parents[0].value) * (12 / math.pi)
            dull += 25.0 * bool(np.any(np.abs(turns - np.round(turns)) > _CLOSE))
        if node.function is None:
            dull += 4.0 * (not np.all(node.value)) + 1.0 * bool(np.all(np.abs(node.value) == 1))
    values = [abs(float(node.value)) for node in graph.nodes if np.ndim(node.value) == 0 and is_number(node.value)]
    dull += 3.0 * (len(values) - len(set(values)))
    return (sum(map(_one, numbers)) + dull) / max(len(numbers), 1)


def _one(x: float) -> float:
    if not math.isfinite(x) or abs(x) > 1e4 or 0 < abs(x) < 1e-3:
        return math.inf
    if x == int(x):
        return 0.0 if abs(x) <= 12 else 1.0 if abs(x) <= 100 else 6.0
    text = _exact(x)
    return (1.0 + 0.3 * len(text) if text else 6.0) + 6.0 * (abs(x) > 100 or abs(x) < 0.01)
