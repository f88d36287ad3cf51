"""The record as a table: text, HTML, Markdown, LaTeX, CSV.

    i   name   definition   Pa(i)   value   tangent rule and tangent   adjoint rule and adjoint

Read values and tangents downwards, adjoints upwards.
"""

from __future__ import annotations

import csv
import html
import io
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..notation.chain import Names, adjoint_term, joined, tangent_term
from ..notation.text import clean, is_scalar, norm, number, shape
from ..notation.titles import heading, summary
from .nodes import GraphNode, magnitude

if TYPE_CHECKING:
    from .graphs import Graph

__all__ = ["FORMATS", "Table", "adjoint_rule", "aligned", "children", "marked", "styles", "table", "tangent_rule"]

Children = dict[GraphNode, list[tuple[GraphNode, int]]]
_SWEPT = ("tangent", "adjoint")
_LONGEST = 600  # characters in a cell
_ARROWS = {"tangent": "↓", "adjoint": "↑"}  # how the rules are read


class Table(str):
    """A table as text, which a prompt shows as it is and a notebook as a table."""

    __slots__ = ("form", "graph")
    form: str
    graph: Graph

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str | None:
        if self.form not in ("text", "html"):
            return None
        return str(self) if self.form == "html" else _html(self.graph, None, 200, True)

    def _repr_markdown_(self) -> str | None:
        if self.form not in ("text", "markdown"):
            return None
        return str(self) if self.form == "markdown" else _markdown(self.graph, None, 200, True)


def table(graph: Graph, format: str, digits: int | None, rows: int | None, rules: bool | None) -> Table:
    """The table of a graph; see ``Graph.table``."""
    if format not in FORMATS:
        raise ValueError(f"format is one of {', '.join(map(repr, FORMATS))}, not {format!r}")
    made = Table(FORMATS[format](graph, digits, rows, format != "text" if rules is None else rules))
    made.form, made.graph = format, graph
    return made


def children(graph: Graph) -> Children:
    """For each node those that use it, the last one first as in a reverse sweep, with the place of the parent."""
    found: Children = {node: [] for node in graph.nodes}
    for node in reversed(graph.nodes):
        for i, parent in enumerate(node.parents):
            found[parent].append((node, i))
    return found


def tangent_rule(node: GraphNode, names: Names, graph: Graph) -> str:
    """The tangent of the node in terms of those of its parents: "2x·ẋ"; "1 (seed)" for an input."""
    seeds, found = graph.swept["tangent"]
    if node.function is None:
        return _seeded(node, seeds)
    return joined([tangent_term(node, i, names) for i, p in enumerate(node.parents) if p.node in found])


def adjoint_rule(node: GraphNode, uses: list[tuple[GraphNode, int]], names: Names, graph: Graph) -> str:
    """The adjoint of the node in terms of those of its children: "c̄ + exp(a)·b̄"; "1 (seed)" for the output."""
    seeds, found = graph.swept["adjoint"]
    terms = [adjoint_term(child, i, names) for child, i in uses if child.node in found] if node.node in found else []
    if node.node in seeds:
        return joined([_seeded(node, seeds), *terms])
    return joined(terms)


def _seeded(node: GraphNode, seeds: dict[Any, Any]) -> str:
    seed = seeds.get(node.node)
    return "0" if seed is None else f"{magnitude(seed, 6)} (seed)" if np.shape(seed) == () else "seed"


@dataclass(frozen=True)
class _Column:
    """A column: its head, what stands in a row, and of which kind it is."""

    head: str
    text: Callable[[GraphNode], str]
    kind: str = ""  # "", "tangent", "adjoint": its colour
    number: bool = False


def _columns(graph: Graph, names: Names, number: Callable[[Any], str], rules: bool) -> list[_Column]:
    uses = children(graph) if rules else {}

    def parents(node: GraphNode) -> str:
        return ", ".join(str(p.number) for p in node.parents)

    columns = [
        _Column("i", lambda node: str(node.number), number=True),
        _Column("name", names.name),
        _Column("definition", lambda node: names.formula(node) or node.definition),
        _Column("Pa(i)", parents),
        _Column("value", lambda node: number(node.value), number=True),
    ]
    rule_of: dict[str, Callable[[GraphNode], str]] = {
        "tangent": lambda node: _known(node, tangent_rule(node, names, graph)),
        "adjoint": lambda node: _known(node, adjoint_rule(node, uses[node], names, graph)),
    }
    number_of: dict[str, Callable[[GraphNode], str]] = {
        "tangent": lambda node: number(node.tangent),
        "adjoint": lambda node: number(node.adjoint),
    }
    for kind in [kind for kind in _SWEPT if kind in graph.swept]:
        if rules:
            columns.append(_Column(f"{kind} rule {_ARROWS[kind]}", rule_of[kind], kind))
        columns.append(_Column(kind, number_of[kind], kind, number=True))
    return columns


def _known(node: GraphNode, rule: str) -> str:
    """The rule of a node that has a derivative."""
    dtypes = [np.asarray(part).dtype.kind for part in (node.value if isinstance(node.value, tuple) else (node.value,))]
    return rule if any(kind in "fc" for kind in dtypes) else "-"


def _chosen(graph: Graph, rows: int | None) -> tuple[list[GraphNode], list[GraphNode]]:
    """The first rows and the last ones, where there are too many."""
    if rows is None or len(graph) <= rows:
        return graph.nodes, []
    return graph.nodes[: rows - rows // 4], graph.nodes[len(graph) - rows // 4 :]


def _left_out(graph: Graph, first: list[GraphNode], last: list[GraphNode]) -> str:
    return f"... {len(graph) - len(first) - len(last)} more nodes ..."


def _decimals(digits: int | None) -> Callable[[Any], str]:
    """Numbers as in pictures, or in so many significant digits."""

    def shown(x: Any) -> str:
        if digits is not None or x is None or isinstance(x, tuple):
            return magnitude(x, digits or 6)
        if is_scalar(x):
            return number(x).replace("-", "−")
        return f"{shape(x)} norm {number(norm(x))}" if x.dtype.kind in "fc" else f"{shape(x)} {x.dtype}"

    return shown


def _text(graph: Graph, digits: int | None, rows: int | None, rules: bool) -> str:
    columns = _columns(graph, Names(), lambda x: magnitude(x, digits or 6), rules)
    columns[2] = _Column("g_i", lambda node: node.function_name)
    columns[2:4] = [columns[2], columns[3], _Column("definition", lambda node: node.definition)]
    first, last = _chosen(graph, rows)
    texts = [[column.head, *[column.text(node) for node in first + last]] for column in columns]
    lines = aligned(texts, [k for k, column in enumerate(columns) if column.number])
    if last:
        lines.insert(2 + len(first), _left_out(graph, first, last))
    return "\n".join(lines)


def aligned(columns: list[list[str]], right: Collection[int] = ()) -> list[str]:
    """The lines of a table: columns that begin with their heads, those of ``right`` flush on the right."""
    cells = []
    for k, texts in enumerate(columns):
        wide = max(map(_width, texts))
        lines = [texts[0], "-" * wide, *texts[1:]]
        gaps = [" " * (wide - _width(text)) for text in lines]
        cells.append([g + t if k in right else t + g for t, g in zip(lines, gaps, strict=True)])
    return ["  ".join(row).rstrip() for row in zip(*cells, strict=True)]


def _width(text: str) -> int:
    """The places a text takes: accents take none."""
    return sum(not unicodedata.combining(c) for c in text)


def _csv(graph: Graph, digits: int | None, rows: int | None, rules: bool) -> str:
    def number(x: Any) -> str:
        if digits is not None or x is None or isinstance(x, tuple) or np.shape(x):
            return "" if x is None else magnitude(x, digits or 17)
        return str(x)

    columns = _columns(graph, Names(), number, rules)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    heads = {"Pa(i)": "parents", "tangent rule ↓": "tangent rule", "adjoint rule ↑": "adjoint rule"}
    writer.writerow([heads.get(column.head, column.head) for column in columns])
    first, last = _chosen(graph, rows)
    writer.writerows([_harmless(column.text(node), column) for column in columns] for node in first + last)
    return text.getvalue().removesuffix("\n")


def _harmless(text: str, column: _Column) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") and not column.number else text


def _markdown(graph: Graph, digits: int | None, rows: int | None, rules: bool) -> str:
    columns = _columns(graph, Names(), _decimals(digits), rules)
    first, last = _chosen(graph, rows)
    lines = [
        "| " + " | ".join(column.head for column in columns) + " |",
        "|" + "|".join("---:" if column.number else "---" for column in columns) + "|",
    ]
    lines += ["| " + " | ".join(marked(column.text(node)) for column in columns) + " |" for node in first + last]
    if last:
        lines.insert(2 + len(first), f"| | {_left_out(graph, first, last)} |" + " |" * (len(columns) - 2))
    return "\n".join(lines)


def marked(text: str) -> str:
    """Text in which nothing is Markdown or HTML."""
    return "".join(f"\\{c}" if c in "\\`*_[]|~$" else html.escape(c, quote=False) for c in clean(text, _LONGEST))


# [class] makes a rule as specific as Jupyter's own, which would align all cells to the right
_STYLE = """\
table.agl-table{border-collapse:collapse;font:14px/1.5 Helvetica,Arial,"Liberation Sans",sans-serif;color:var(--ink);\
background:var(--page);font-variant-numeric:tabular-nums}
table.agl-table[class] caption{text-align:left;font-weight:bold;font-size:16px;padding:8px 14px;color:var(--ink);\
background:var(--page)}
table.agl-table[class] th,table.agl-table[class] td{padding:5px 14px;border:0;border-bottom:1px solid var(--frame);\
text-align:left;white-space:nowrap;background:var(--page)}
table.agl-table[class] thead th{border-bottom:2px solid var(--line);font-size:12px}
table.agl-table[class] .n{text-align:right;font-weight:bold}
table.agl-table[class] .i,table.agl-table[class] tfoot td{color:var(--muted)}
table.agl-table[class] .tangent{color:var(--tangent)}table.agl-table[class] .adjoint{color:var(--adjoint)}
table.agl-table[class] tfoot td{border:0;font-size:12px;white-space:normal}"""


def styles() -> str:
    """The style element for tables of class agl-table."""
    from ..drawing.palette import variables

    return f"<style>{variables('.agl-table')}{_STYLE}</style>"


def _html(graph: Graph, digits: int | None, rows: int | None, rules: bool) -> str:
    columns = _columns(graph, Names(), _decimals(digits), rules)
    first, last = _chosen(graph, rows)
    head = "".join(f'<th scope="col"{_class(column)}>{html.escape(column.head)}</th>' for column in columns)
    body = [_line(columns, node) for node in first + last]
    if last:
        body.insert(len(first), f'<tr><td colspan="{len(columns)}">{_left_out(graph, first, last)}</td></tr>')
    return (
        f'{styles()}\n<table class="agl-table"><caption>{_caption(graph)}</caption>\n<thead><tr>{head}</tr></thead>\n'
        f'<tbody>{chr(10).join(body)}</tbody>\n<tfoot><tr><td colspan="{len(columns)}">{_foot(graph)}</td></tr></tfoot>'
        "</table>"
    )


def _class(column: _Column) -> str:
    names = " ".join(filter(None, ("n" if column.number and column.head != "i" else "", column.kind)))
    return f' class="{names}"' if names else ' class="i"' if column.head in ("i", "Pa(i)") else ""


def _line(columns: list[_Column], node: GraphNode) -> str:
    cells = []
    for column in columns:
        tag = "th" if column.head == "name" else "td"
        scope = ' scope="row"' if tag == "th" else ""
        cells.append(f"<{tag}{scope}{_class(column)}>{_escaped(column.text(node))}</{tag}>")
    return f"<tr>{''.join(cells)}</tr>"


def _escaped(text: str) -> str:
    return html.escape(clean(text, _LONGEST))


def _caption(graph: Graph) -> str:
    return f"Evaluation trace of {_escaped(heading(graph))}"


def _foot(graph: Graph) -> str:
    if not graph.swept:
        return ""
    read = {"tangent": "values and tangents downwards (forward sweep)", "adjoint": "adjoints upwards (reverse sweep)"}
    return f"Read {', '.join(read[kind] for kind in _SWEPT if kind in graph.swept)}. {html.escape(summary(graph))}"


def _latex(graph: Graph, digits: int | None, rows: int | None, rules: bool) -> str:
    from ..notation.typesetting import LatexNames, escape, number_of

    names = LatexNames(graph)
    columns = _columns(graph, names, lambda x: number_of(x, digits), rules)
    first, last = _chosen(graph, rows)
    heads = " & ".join(_latex_head(column.head) for column in columns)
    lines = [rf"\begin{{tabular}}{{{''.join('r' if column.number else 'l' for column in columns)}}}", r"\toprule"]
    lines += [rf"{heads} \\", r"\midrule"]
    for node in first + last:
        cells = [_latex_cell(column, node, names) for column in columns]
        lines.append(" & ".join(cells) + r" \\")
    if last:
        more = rf"\multicolumn{{{len(columns)}}}{{l}}{{{escape(_left_out(graph, first, last))}}} \\"
        lines.insert(4 + len(first), more)
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"])


def _latex_head(head: str) -> str:
    return {"i": "$i$", "Pa(i)": r"$\mathrm{Pa}(i)$", "tangent rule ↓": r"tangent rule $\downarrow$",
            "adjoint rule ↑": r"adjoint rule $\uparrow$"}.get(head, head)  # fmt: skip


def _latex_cell(column: _Column, node: GraphNode, names: Any) -> str:
    text = column.text(node)
    if column.head in ("i", "Pa(i)") or column.number:
        return text
    if column.head == "definition" and node.function is None:
        return text
    return text if text == "-" else f"${names.typeset(text.replace(' (seed)', ''))}$" + (
        " (seed)" if "(seed)" in text or text == "seed" else ""
    )


FORMATS: dict[str, Callable[[Graph, int | None, int | None, bool], str]] = {
    "text": _text, "html": _html, "markdown": _markdown, "latex": _latex, "csv": _csv,
}  # fmt: skip
