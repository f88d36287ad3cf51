"""One node of a graph as a card, and one dependency as an arrow with its local partial."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np

from ..kinds import Elementwise
from ..notation.text import DOT_ABOVE, MACRON, accented, clean, finite, is_scalar, norm, number, shape
from ..sweeps import rules
from .picture import Card, Edge, Row

if TYPE_CHECKING:
    from ..trace.tracing import GraphNode

__all__ = ["SHOW", "arrow", "card", "key", "rows"]

SHOW = frozenset({"value", "tangent", "adjoint", "partial", "shape"})


def key(node: GraphNode) -> str:
    return f"n{node.number}"


def card(node: GraphNode, show: Collection[str], compact: bool) -> Card:
    """The card of a node; a compact one leaves out the norm of arrays, as networks have too many."""
    formula = f"= {node.formula}" if node.formula else node.role if node.role != "output" else "constant"
    note = node.function_name if len(node.function_name) <= 14 and not compact else ""
    if note and node.formula.startswith(f"{note}("):
        note = ""  # the formula says it already
    lines = rows(node, show, compact)
    hint = f"{node.name} {formula}: " + ", ".join(f"{row.label} {row.text}" for row in lines)
    return Card(key(node), node.name, node.role, formula, note, tuple(lines), hint)


def rows(node: GraphNode, show: Collection[str], compact: bool = False) -> list[Row]:
    """Value, tangent and adjoint of a scalar; shape and norms of an array."""
    value = node.value
    if isinstance(value, tuple):
        return [Row(f"output {i}", shape(part)) for i, part in enumerate(value)]
    scalar = is_scalar(value)
    lines = [] if scalar or "shape" not in show else _shape_rows(node)
    for kind, derivative, accent in (
        ("value", value, ""),
        ("tangent", node.tangent, DOT_ABOVE),
        ("adjoint", node.adjoint, MACRON),
    ):
        if kind not in show or derivative is None or (kind == "value" and compact and not scalar):
            continue
        if kind == "value" and not scalar and np.asarray(value).dtype.kind not in "fc":
            continue
        lines.append(_quantity(kind, derivative, node.name, accent))
    return lines


def _shape_rows(node: GraphNode) -> list[Row]:
    array = np.asarray(node.value)
    lines = [Row("shape", shape(array))]
    if array.dtype != np.float64:
        lines.append(Row("dtype", str(array.dtype), "muted"))
    if node.role == "parameter":
        lines.append(Row("params", str(array.size), "muted"))
    return lines


def _quantity(kind: str, quantity: Any, name: str, accent: str) -> Row:
    ink = kind if finite(quantity) else "bad"
    if not is_scalar(quantity):
        return Row(f"|{kind}|", number(norm(quantity)), ink)
    mark = accented(name, accent) if accent else ""
    return Row(f"{kind} {mark}".rstrip(), number(quantity), ink)


def arrow(tail: GraphNode, head: GraphNode, places: list[int], show: Collection[str], side: str = "") -> Edge:
    """The arrow from a parent, with the partial derivative by it.

    An argument that is used twice has one arrow: its partials add.
    """
    lines: tuple[str, ...] = ()
    if "partial" in show and not side:
        lines = _partial(tail, head, places)
    name = f"e{tail.number}-{head.number}"
    hint = " ".join(lines) or f"{tail.name} → {head.name}"
    return Edge(name, key(tail), key(head), lines, hint, side)


def _partial(tail: GraphNode, head: GraphNode, places: list[int]) -> tuple[str, ...]:
    formulas = [head.partial_formula(i) for i in places]
    with np.errstate(all="ignore"):  # a picture shows inf and nan, it does not warn of them
        numbers = [head.partial(i) for i in places]
    left = f"∂{clean(head.name, 20)}/∂{clean(tail.name, 20)}"
    formula = " + ".join(formulas) if all(formulas) else ""
    is_number = formula.replace("−", "").isdecimal()
    scalar = all(p is not None and is_scalar(p) for p in numbers)
    if not scalar:
        stretched = shape(tail.value) != shape(head.value)
        if stretched and isinstance(rules[head.function], Elementwise):
            return (f"broadcast to {shape(head.value)}",)
        return (f"{left} = {formula}",) if 0 < len(formula) <= 24 and not stretched else ()
    first = f"{left} = {formula}" if formula and not is_number and len(formula) <= 24 else left
    return first, f"= {number(sum(numbers[1:], numbers[0]))}"
