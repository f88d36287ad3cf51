"""A picture in the DOT language: cards are HTML-like tables, scopes are clusters, the legend labels the outermost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..notation.text import clean
from .palette import BOX, CARD, EDGE, FRAME, INK, INKS, LINE, MUTED, PAGE, PARAMETER, ROLES
from .picture import Box, Card, Edge, Picture, Row
from .text import escaped, plain, width

if TYPE_CHECKING:
    from graphviz import Digraph

__all__ = ["source"]

FONT = "Helvetica"
NAME_SIZE, NOTE_SIZE, ROW_SIZE, LEGEND_SIZE = 13, 9, 11, 10
_PLAIN_TABLE = 'BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"'


def source(picture: Picture) -> str:
    """The picture as DOT text."""
    try:
        import graphviz
    except ImportError as error:
        raise ImportError('pictures are written with graphviz: pip install "autograd-lite[svg]"') from error
    heading = _heading(picture.title, picture.subtitle) if picture.title else ""
    drawing = graphviz.Digraph(
        "graph_of_" + "".join(c if c.isascii() and c.isalnum() else "_" for c in picture.name)[:40],
        graph_attr={
            "bgcolor": PAGE, "fontcolor": INK, "fontname": FONT, "pad": "0.22", "nodesep": "0.28",
            "rankdir": "LR" if picture.across else "TB", "ranksep": "0.32" if picture.across else "0.36",
            "label": heading, "labelloc": "t", "labeljust": "l", "compound": "true",
        },
        node_attr={"shape": "plain", "fontname": FONT, "fontsize": str(ROW_SIZE), "fontcolor": INK},
        edge_attr={
            "fontname": FONT, "fontsize": "10.5", "fontcolor": MUTED,
            "color": EDGE, "penwidth": "1.3", "arrowsize": "0.75",
        },
    )  # fmt: skip
    with drawing.subgraph(name="cluster_all") as everything:
        legend = _legend(picture) if picture.roles or picture.notes else ""
        everything.attr(label=legend, labelloc="b", labeljust="l", margin="4", peripheries="0")
        _members(everything, picture.members, [e for e in picture.edges if e.side])
        for edge in picture.edges:
            _edge(everything, edge, "" if picture.across else "\u00a0")
    return str(drawing.source)


def _members(drawing: Digraph, members: list[Card | Box], sides: list[Edge]) -> None:
    for member in members:
        if isinstance(member, Card):
            drawing.node(member.key, label=_card(member), id=member.key, tooltip=plain(member.hint))
            continue
        with drawing.subgraph(name=f"cluster_{member.key}") as box:
            box.attr(
                label=_box_label(member.label), labelloc="t", labeljust="l", style="rounded,filled", id=member.key,
                color=FRAME, fillcolor=BOX, fontcolor=INK, fontsize="12.5", margin="12", peripheries="1",
                tooltip=plain(member.label),
            )  # fmt: skip
            _members(box, member.members, sides)
    keys = {member.key for member in members}
    for edge in sides:
        if edge.tail in keys and edge.head in keys:
            with drawing.subgraph() as rank:
                rank.attr(rank="same")
                rank.node(edge.tail)
                rank.node(edge.head)


def _edge(drawing: Digraph, edge: Edge, gap: str) -> None:
    attributes = {"id": edge.key, "tooltip": plain(edge.hint or " ")}
    if edge.lines:
        attributes["label"] = "\\n".join(gap + plain(line) for line in edge.lines)
    if edge.side == "parameter":
        attributes["color"] = PARAMETER
    if edge.straight:
        attributes["weight"] = "200"  # more than the pull that makes a cluster small
    drawing.edge(edge.tail, edge.head, _attributes=attributes)


def _font(content: str, colour: str, size: float, bold: bool = False) -> str:
    return f'<FONT COLOR="{colour}" POINT-SIZE="{size:g}">{f"<B>{content}</B>" if bold else content}</FONT>'


def _cell(content: str, attributes: str = "") -> str:
    return f"<TD{' ' if attributes else ''}{attributes}>{content}</TD>"


def _gap(points: float) -> str:
    return f'<TD WIDTH="{max(points, 0):.0f}"></TD>'


def _pill(name: str, role: str, size: float) -> str:
    """A name on a rounded ground, wide enough for bold letters, which it gets in the SVG."""
    ground, ink = ROLES[role]
    inner = _cell(_font(escaped(name, 28), ink, size), f'WIDTH="{width(clean(name, 28), size, bold=True) + 8:.0f}"')
    table = f'BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3" STYLE="ROUNDED" BGCOLOR="{ground}"'
    return _cell(f"<TABLE {table}><TR>{_gap(1)}{inner}{_gap(1)}</TR></TABLE>")


def _card(card: Card) -> str:
    """The card as an HTML-like label.  The header is stretched to the rows, so that the pill is not."""
    header = _pill(card.name, card.role, NAME_SIZE) + _gap(6)
    said = escaped(card.formula, 44)
    ink, size = (INK, NAME_SIZE) if said.startswith("=") else (MUTED, NAME_SIZE - 1)
    if card.formula:
        header += _cell(_font(said, ink, size), 'ALIGN="LEFT" CELLPADDING="3"')
    taken = width(card.name, NAME_SIZE, True) + 20 + (width(card.formula, size) + 6 if card.formula else 0)
    note = width(card.note, NOTE_SIZE) + 10 if card.note else 0
    header += _gap(max(_rows_width(card.rows) - taken - note, 10 if note else 2))
    if card.note:
        header += _cell(_font(escaped(card.note, 24), MUTED, NOTE_SIZE), 'ALIGN="RIGHT"')
    top = _cell(f"<TABLE {_PLAIN_TABLE}><TR>{header}</TR></TABLE>", 'ALIGN="LEFT" COLSPAN="2"')
    body = "<HR/>" + "".join(map(_row, card.rows)) if card.rows else ""
    style = "ROUNDED,DASHED" if card.role in ("constant", "folded") else "ROUNDED"
    table = f'BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="4" STYLE="{style}" COLOR="{LINE}" BGCOLOR="{CARD}"'
    return f"<<TABLE {table}><TR>{top}</TR>{body}</TABLE>>"


def _rows_width(rows: tuple[Row, ...]) -> float:
    return max((width(r.label, ROW_SIZE) + width(r.text, ROW_SIZE, True) + 14 for r in rows), default=0)


def _row(row: Row) -> str:
    ink = INKS[row.kind]
    left = _cell(_font(escaped(row.label, 28).replace(" ", "&#160;"), ink, ROW_SIZE), 'ALIGN="LEFT"')
    right = _cell(_font(escaped(row.text, 28), ink, ROW_SIZE), 'ALIGN="RIGHT"')
    return f"<TR>{left}{right}</TR>"


def _heading(title: str, subtitle: str) -> str:
    lines = [_font(escaped(title, 110), INK, 17, bold=True)]
    if subtitle:
        lines.append(_font(escaped(subtitle, 170), MUTED, 12))
    rows = "".join(f"<TR>{cell}</TR>" for cell in [_cell(line, 'ALIGN="LEFT"') for line in lines])
    table = 'BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2"'
    return f'<<TABLE {table}>{rows}<TR><TD HEIGHT="8"></TD></TR></TABLE>>'


def _box_label(label: str) -> str:
    return f"<<TABLE {_PLAIN_TABLE}><TR>{_gap(6)}{_cell(_font(escaped(label), INK, 12.5))}{_gap(6)}</TR></TABLE>>"


def _legend(picture: Picture) -> str:
    pills = "".join(_pill(text, role, LEGEND_SIZE) + _gap(6) for role, text in picture.roles)
    notes = "".join(_cell(_font(escaped(text), INKS[kind], ROW_SIZE)) + _gap(10) for kind, text in picture.notes)
    return f'<<TABLE {_PLAIN_TABLE}><TR><TD HEIGHT="14"></TD></TR><TR>{pills}{_gap(4)}{notes}</TR></TABLE>>'
