"""The picture of a graph with blanks: the cards and arrows of ``drawing``, without the numbers that are asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..drawing import layout
from ..drawing.cards import key
from ..drawing.markup import source
from ..drawing.network import compose
from ..drawing.page import finished
from ..drawing.picture import Box, Card, Edge, Picture, Row
from .blanks import Blank
from .numbers import said

if TYPE_CHECKING:
    from .sheet import Worksheet

__all__ = ["LINE", "runs_across", "svg"]

LINE = "_______"


def svg(sheet: Worksheet, solution: bool, theme: str, bare: bool = False) -> str:
    """The picture as SVG, a bare one without numbers and blanks; raises LayoutNotFound without a layout program."""
    picture = _composed(sheet, solution)
    if bare:
        edges = [replace(edge, lines=()) for edge in picture.edges]
        picture = replace(picture, members=_without_rows(picture.members), edges=edges)
    title = f"Computation graph of {sheet.title}" + (", with the solution" if solution else ", with blanks")
    return finished(layout.run(source(picture), "svg"), title, picture.description, theme)


def _without_rows(members: list[Card | Box]) -> list[Card | Box]:
    return [
        replace(m, rows=()) if isinstance(m, Card) else Box(m.key, m.label, _without_rows(m.members)) for m in members
    ]


def runs_across(sheet: Worksheet) -> bool:
    """Whether the picture is wider than high."""
    return _composed(sheet, False).across


def _composed(sheet: Worksheet, solution: bool) -> Picture:
    picture = compose(sheet.graph, level="ops", max_nodes=max(len(sheet.graph), 3), fold=False)
    cards = {key(node): node for node in sheet.graph.nodes}
    open_at = {(blank.kind, blank.node, blank.parent): blank for blank in sheet.blanks}

    def text(blank: Blank) -> str:
        return said(blank.truth).replace("−", "-") if solution else LINE

    def card(drawn: Card) -> Card:
        node, rows = cards[drawn.key.partition("u")[0]], []
        for row in drawn.rows:
            kind = row.label.partition(" ")[0].strip("|")
            blank = open_at.get((kind, node, None))
            quantity = getattr(node, kind, None)
            if blank is not None:
                rows.append(replace(row, label=row.label.replace("|", ""), text=text(blank)))
            elif kind == "value" and quantity is not None and row.label == kind:
                rows.append(replace(row, text=said(quantity).replace("−", "-")))
            elif kind in sheet.kinds and quantity is not None:
                rows.append(Row(row.label.replace("|", ""), said(quantity).replace("−", "-"), row.kind))
            elif kind in ("shape", "params", "dtype"):
                rows.append(row)
        return replace(drawn, rows=tuple(rows), hint=drawn.name)

    def edge(drawn: Edge) -> Edge:
        head, tail = cards[drawn.head], cards[drawn.tail.partition("u")[0]]  # a leaf may be named again: n2u1
        blank = open_at.get(("partial", head, tail))
        formula = drawn.lines[:1] if sheet.hints else (drawn.lines[0].partition(" = ")[0],) if drawn.lines else ()
        if blank is not None and drawn.lines:
            return replace(drawn, lines=(*formula, f"= {text(blank)}"), hint=formula[0])
        return replace(drawn, lines=formula if sheet.hints else (), hint=f"{tail.name} → {head.name}")

    def members(items: list[Card | Box]) -> list[Card | Box]:
        return [card(m) if isinstance(m, Card) else Box(m.key, m.label, members(m.members)) for m in items]

    lines = [f"{n.name} = {n.formula}" if n.formula else f"{n.role} {n.name}" for n in sheet.graph.nodes]
    return replace(
        picture, title="", subtitle="", description="; ".join(lines), members=members(picture.members),
        edges=[edge(e) for e in picture.edges], roles=[], notes=[],
    )  # fmt: skip
