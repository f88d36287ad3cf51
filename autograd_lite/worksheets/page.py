"""A sheet on paper: the table with blanks as text, Markdown, LaTeX and HTML, and whole pages, one sheet on each.

In HTML the sheets follow the reader's theme on the screen; in print each is one page of A4, dark on white.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..drawing.palette import variables
from ..notation.chain import Names
from ..notation.text import clean
from ..trace.nodes import GraphNode
from ..trace.tables import adjoint_rule, aligned, children, marked, styles, tangent_rule
from .blanks import Blank
from .numbers import said

if TYPE_CHECKING:
    from ..notation.typesetting import LatexNames
    from .sheet import Worksheet

__all__ = ["FORMS", "document", "fragment", "table"]

_TEXT_LINE, _LATEX_LINE = "________", r"\underline{\hspace{17mm}}"
_BESIDE = 6  # columns of a table that leave room for a high picture beside it on an upright page
_LINES = {"wide": 17, "tall": 36}  # of a table that leave room for the picture above it, or for the page
_HEADS = {"partial": "local partials", "tangent": "tangent ↓", "adjoint": "adjoint ↑"}

_SLOT_RULES = """\
table.agl-table .slot{display:inline-block;white-space:nowrap}
table.agl-table .blank{display:inline-block;width:5.5em;height:1.1em;border-bottom:1.5px solid currentColor}
table.agl-table .answer{font-weight:bold}"""
_SLOTS = f"<style>{_SLOT_RULES}</style>"


@dataclass(frozen=True)
class _Slot:
    """A place for one number: what stands before it, and the number, hidden if it is a blank."""

    blank: Blank
    open: bool
    named: bool = True


_Cell = str | list[_Slot]
_Column = tuple[str, Callable[[GraphNode], _Cell], str]


def _columns(sheet: Worksheet, names: Names) -> list[_Column]:
    """Head, content and colour of each column."""
    asked = set(sheet.blanks)
    uses = children(sheet.graph)

    def slots(kind: str) -> Callable[[GraphNode], _Cell]:
        def cell(node: GraphNode) -> _Cell:
            if kind == "partial":
                found = [Blank(kind, node, parent) for parent in dict.fromkeys(node.parents)]
                return [_Slot(blank, True) for blank in found if blank in asked]
            blank = Blank(kind, node)
            shown = blank.truth is not None and (kind == "value" or node.role != "constant")
            return [_Slot(blank, blank in asked, kind != "value")] if shown else "–"

        return cell

    rules: dict[str, Callable[[GraphNode], str]] = {
        "tangent": lambda node: tangent_rule(node, names, sheet.graph),
        "adjoint": lambda node: adjoint_rule(node, uses[node], names, sheet.graph),
    }
    columns: list[_Column] = [
        ("i", lambda node: str(node.number), ""),
        ("name", names.name, ""),
        ("definition", lambda node: names.formula(node) or node.definition, ""),
        ("Pa(i)", lambda node: ", ".join(str(p.number) for p in node.parents), ""),
        ("value", slots("value"), ""),
    ]
    for kind in [kind for kind in ("partial", "tangent", "adjoint") if kind in sheet.kinds]:
        if sheet.hints and kind in rules:
            columns.append((f"{kind} rule", rules[kind], kind))
        columns.append((_HEADS[kind], slots(kind), kind if kind in rules else ""))
    return columns


def _plain_slot(slot: _Slot, solution: bool, line: str) -> str:
    number = line if slot.open and not solution else said(slot.blank.truth)
    return f"{slot.blank.symbol} = {number}" if slot.named else number


def table(sheet: Worksheet, format: str, solution: bool) -> str:
    """The table of a sheet; see ``Worksheet.table``."""
    if format not in _TABLES:
        raise ValueError(f"format is one of {', '.join(map(repr, _TABLES))}, not {format!r}")
    return _TABLES[format](sheet, solution)


def _texts(sheet: Worksheet, solution: bool) -> tuple[list[str], list[list[str]]]:
    """The heads, and the rows as text."""
    columns = _columns(sheet, Names())

    def text(cell: _Cell) -> str:
        return cell if isinstance(cell, str) else ", ".join(_plain_slot(s, solution, _TEXT_LINE) for s in cell)

    rows = [[text(content(node)) for _, content, _ in columns] for node in sheet.graph.nodes]
    return [head for head, _, _ in columns], rows


def _text(sheet: Worksheet, solution: bool) -> str:
    heads, rows = _texts(sheet, solution)
    return "\n".join(aligned([[head, *cells] for head, cells in zip(heads, zip(*rows, strict=True), strict=True)]))


def _markdown(sheet: Worksheet, solution: bool) -> str:
    heads, rows = _texts(sheet, solution)
    lines = [heads, ["---"] * len(heads), *[[marked(cell) for cell in row] for row in rows]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _html(sheet: Worksheet, solution: bool) -> str:
    columns = _columns(sheet, Names())

    def slot(s: _Slot) -> str:
        if not s.open:
            inside = html.escape(said(s.blank.truth))
        elif solution:
            inside = f'<b class="answer">{html.escape(said(s.blank.truth))}</b>'
        else:
            wide = f' style="width:{min(np.size(s.blank.truth), 4) * 5.5:g}em"' if np.ndim(s.blank.truth) else ""
            inside = f'<span class="blank" role="img" aria-label="blank"{wide}></span>'
        before = f"{html.escape(clean(s.blank.symbol))} = " if s.named else ""
        return f'<span class="slot">{before}{inside}</span>'

    def cell(content: _Cell, kind: str) -> str:
        inside = html.escape(clean(content, 600)) if isinstance(content, str) else "<br>".join(map(slot, content))
        return f'<td class="{kind}">{inside}</td>'

    heads = "".join(f'<th scope="col" class="{kind}">{head}</th>' for head, _, kind in columns)
    cells = ["".join(cell(content(node), kind) for _, content, kind in columns) for node in sheet.graph.nodes]
    body = "\n".join(f"<tr>{row}</tr>" for row in cells)
    return f'<table class="agl-table"><thead><tr>{heads}</tr></thead>\n<tbody>{body}</tbody></table>'


def _latex(sheet: Worksheet, solution: bool) -> str:
    from ..notation.typesetting import LatexNames, escape

    names = LatexNames(sheet.graph)

    def slot(s: _Slot) -> str:
        number = _latex_number(s.blank.truth)
        number = number if not s.open else rf"\mathbf{{{number}}}" if solution else _LATEX_LINE
        return f"${_latex_symbol(s.blank, names)} = {number}$" if s.named else f"${number}$"

    def cell(content: _Cell, head: str, node: GraphNode) -> str:
        if not isinstance(content, str):
            return r",\ ".join(map(slot, content))
        if head in ("i", "Pa(i)") or content == "–" or (head == "definition" and node.function is None):
            return escape(content) if content != "–" else "--"
        said_seed = " (seed)" if "(seed)" in content or content == "seed" else ""
        return f"${names.typeset(content.replace(' (seed)', ''))}${said_seed}"

    columns = _columns(sheet, names)
    heads = " & ".join(_LATEX_HEADS.get(head, head) for head, _, _ in columns)
    lines = [rf"\begin{{tabular}}{{{'l' * len(columns)}}}", r"\toprule", rf"{heads} \\", r"\midrule"]
    for node in sheet.graph.nodes:
        lines.append(" & ".join(cell(content(node), head, node) for head, content, _ in columns) + r" \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"])


def _equation(names: LatexNames) -> Callable[[Blank, Any], str]:
    return lambda blank, x: f"${_latex_symbol(blank, names)} = {_latex_number(x)}$"


def _latex_symbol(blank: Blank, names: LatexNames) -> str:
    if blank.parent is not None:
        return rf"\partial {names.typeset(names.name(blank.node))}/\partial {names.typeset(names.name(blank.parent))}"
    return names.typeset(getattr(names, blank.kind if blank.kind != "value" else "name")(blank.node))


_LATEX_HEADS = {"i": "$i$", "Pa(i)": r"$\mathrm{Pa}(i)$", "tangent ↓": r"tangent $\downarrow$",
                "adjoint ↑": r"adjoint $\uparrow$"}  # fmt: skip


def _latex_number(x: Any) -> str:
    r"""A number of ``said`` inside a formula.

    >>> print(_latex_number(2 / 3), _latex_number(0.5), _latex_number(-3.0))
    \tfrac{2}{3} 0.5 -3
    """
    text = said(x).replace("−", "-")
    if text.startswith("["):
        return text
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    text = text.replace("π", r"\pi ").replace("ln ", r"\ln ")
    top, slash, bottom = text.partition("/")
    top = rf"\sqrt{{{top[1:]}}}" if top.startswith("√") else top
    mantissa, power, exponent = text.partition("e")
    if power and exponent.lstrip("+-").isdigit():
        top = rf"{mantissa} \times 10^{{{int(exponent)}}}"
    return sign + (rf"\tfrac{{{top.strip()}}}{{{bottom}}}" if slash else top.rstrip())


_TABLES: dict[str, Callable[[Worksheet, bool], str]] = {
    "text": _text, "html": lambda sheet, solution: f"{styles()}{_SLOTS}\n{_html(sheet, solution)}",
    "markdown": _markdown, "latex": _latex,
}  # fmt: skip

_STYLE = """\
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.45 Helvetica,Arial,"Liberation Sans",sans-serif}
.sheet{box-sizing:border-box;max-width:1060px;margin:0 auto;padding:22px 20px}
.sheet+.sheet{border-top:1px solid var(--frame)}
.sheet h1{font-size:20px;margin:0 0 2px}
.sheet .who{display:flex;gap:24px;color:var(--muted);margin:0 0 10px;font-size:13px}
.sheet .who i{flex:1;border-bottom:1px solid var(--line)}.sheet .who i.day{flex:.35}
.sheet .task{margin:0 0 8px;max-width:46em}
.sheet svg{display:block;margin:10px auto;max-width:100%;height:auto}
.sheet .scroll{overflow-x:auto}.sheet table{margin:6px 0}
@page{size:A4 portrait;margin:12mm}@page wide{size:A4 landscape;margin:12mm}
@media screen{.sheet.tall .work{display:flex;gap:24px;align-items:flex-start}
.sheet.tall svg{max-width:50%;margin:10px 0}}
@media print{.sheet{max-width:none;padding:0;break-after:page;height:270mm;display:flex;flex-direction:column}
.sheet.wide{page:wide;height:183mm}.sheet:last-child{break-after:auto}.sheet+.sheet{border:0}
.sheet .work{flex:1 1 auto;min-height:0;display:flex;gap:6mm;flex-direction:column;align-items:flex-start}
.sheet.tall .work{flex-direction:row}.sheet.tall svg{max-width:48%;max-height:100%;width:auto;margin:0}
.sheet.stacked,.sheet.flow{height:auto;display:block}.sheet.stacked svg,.sheet.flow svg{max-height:90mm}
.sheet.stacked .work,.sheet.flow .work{display:block}
.sheet.wide svg{flex:0 1 auto;min-height:0;width:100%;max-height:95mm}.sheet .scroll{overflow:visible;flex:none}
table.agl-table[class] td,table.agl-table[class] th{padding:3px 10px}}"""


def _html_page(sheets: list[Worksheet], solution: bool, picture: bool) -> str:
    title = html.escape(clean(sheets[0].title, 200))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';style-src 'unsafe-inline'\">"
        f"<title>{title}</title>{styles()}{_SLOTS}<style>{variables(':root')}{_STYLE}</style></head>\n"
        f"<body>{''.join(section(sheet, solution, picture) for sheet in sheets)}</body></html>\n"
    )


def fragment(sheet: Worksheet) -> str:
    """A sheet for the output of a notebook: its task and its table, and the picture where one can be drawn."""
    try:
        drawn = sheet.svg()
    except (ImportError, OSError, RuntimeError):  # no layout program here: the table needs none
        drawn = ""
    head = f"<p><b>{html.escape(clean(sheet.headline, 200))}</b><br>{html.escape(' '.join(sheet.tasks))}</p>"
    return f"<div>{head}{drawn}{styles()}{_SLOTS}{_html(sheet, False)}</div>"


def section(sheet: Worksheet, solution: bool, picture: bool) -> str:
    """One sheet of a page."""
    from .picture import runs_across, svg

    shape = "wide" if picture and runs_across(sheet) else "tall"
    lines = sum(max(1, len({p for p in node.parents})) for node in sheet.graph.nodes)
    if shape == "tall" and len(_columns(sheet, Names())) > _BESIDE:
        shape = "stacked"
    elif lines > _LINES[shape]:
        shape += " flow"
    drawn = svg(sheet, solution, "auto", bare=shape == "stacked") if picture else ""
    who = "" if solution else '<p class="who">Name <i></i> Date <i class="day"></i></p>'
    tasks = "Solution" if solution else "<br>".join(map(html.escape, sheet.tasks))
    return (
        f'<section class="sheet {shape}"><h1>{html.escape(clean(sheet.headline, 200))}</h1>{who}'
        f'<p class="task">{tasks}</p><div class="work">{drawn}<div class="scroll">{_html(sheet, solution)}</div></div>'
        "</section>\n"
    )


def _text_page(sheets: list[Worksheet], solution: bool, picture: bool) -> str:
    parts = [
        [sheet.headline, *(["Solution"] if solution else sheet.tasks), "", _text(sheet, solution)] for sheet in sheets
    ]
    return "\n\n\f".join("\n".join(part) for part in parts) + "\n"


def _markdown_page(sheets: list[Worksheet], solution: bool, picture: bool) -> str:
    parts = []
    for sheet in sheets:
        tasks = ["Solution"] if solution else sheet.tasks
        head = "\n".join(f"- {marked(task)}" for task in tasks)
        parts.append(f"## {marked(sheet.headline)}\n\n{head}\n\n{_markdown(sheet, solution)}\n")
    return "\n".join(parts)


_DOCUMENT = r"""\documentclass[11pt]{article}
\usepackage[a4paper,landscape,margin=18mm]{geometry}
\usepackage[T1]{fontenc}
\usepackage{amsmath,amssymb,booktabs,textcomp,graphicx}
\setlength{\parindent}{0pt}
\pagestyle{empty}
\begin{document}
\renewcommand{\arraystretch}{1.6}
BODY
\end{document}
"""


def _latex_page(sheets: list[Worksheet], solution: bool, picture: bool) -> str:
    from ..notation.typesetting import LatexNames, escape

    parts = []
    for sheet in sheets:
        names = LatexNames(sheet.graph)
        told = sheet.told(_equation(names), escape)
        who = r"Solution" if solution else r"Name \underline{\hspace{80mm}} \quad Date \underline{\hspace{30mm}}"
        tasks = "" if solution else " ".join(told) + "\n\n\\bigskip\n"
        fitted = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}"
        head = rf"\section*{{{escape(sheet.headline)}}}"
        parts.append(f"{head}\n{who}\n\n\\bigskip\n{tasks}{fitted}{{%\n{_latex(sheet, solution)}%\n}}\n")
    return _DOCUMENT.replace("BODY", "\\newpage\n".join(parts))


FORMS: dict[str, Callable[[list[Worksheet], bool, bool], str]] = {
    ".html": _html_page, ".txt": _text_page, ".md": _markdown_page, ".tex": _latex_page,
}  # fmt: skip


def document(sheets: Iterable[Worksheet], suffix: str, solution: bool, picture: bool) -> str:
    """Sheets as one document, each on a page of its own."""
    sheets = list(sheets)
    if not sheets:
        raise ValueError("there is no sheet to write")
    if suffix not in FORMS:
        raise ValueError(f"a worksheet is written as {', '.join(FORMS)}, or its picture as .svg, not as {suffix!r}")
    return FORMS[suffix](sheets, solution, picture)
