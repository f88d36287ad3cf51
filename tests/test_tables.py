"""The table of a graph in every format: what stands in it, and that no name or text breaks out of it."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from cases import CASES
from drawing_examples import swept_chain, swept_network, swept_residual, swept_root
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_lite as ag
from autograd_lite.notation import formulas, latex, special_formulas
from autograd_lite.trace.tables import FORMATS

RULES = {  # tangent rule, adjoint rule: lecture notes 1.2
    "x": ("1 (seed)", "2x·ā"),
    "a": ("2x·ẋ", "c̄ + exp(a)·b̄"),
    "b": ("exp(a)·ȧ", "c̄"),
    "c": ("ȧ + ḃ", "d̄/(2√c)"),
    "d": ("ċ/(2√c)", "1 (seed)"),
}


def rows_of(graph, **options):
    return list(csv.DictReader(io.StringIO(graph.table(format="csv", **options))))


class Tags(HTMLParser):
    """The tags, attributes and texts of a page; unclosed tags are an error."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.cells = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        self.tags.append((tag, dict(attributes)))
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("td", "th"):
            self.cells[-1] += data


def test_the_rules_of_the_worked_example():
    table = rows_of(swept_root())
    assert {row["name"]: (row["tangent rule"], row["adjoint rule"]) for row in table} == RULES
    assert [row["definition"] for row in table] == ["input", "x²", "exp(a)", "a + b", "√c"]
    assert [row["parents"] for row in table] == ["", "1", "2", "2, 3", "4"]


def test_numbers_as_csv_are_exact():
    graph = swept_root(0.5)
    for row, node in zip(rows_of(graph), graph.nodes, strict=True):
        assert (float(row["value"]), float(row["adjoint"])) == (node.value, node.adjoint)


def test_the_rules_of_a_matrix_product():
    rules = {row["name"]: row["adjoint rule"] for row in rows_of(swept_residual())}
    assert rules["x"] == "Aᵀ @ v̄1" and rules["A"] == "outer(v̄1, x)" and rules["b"] == "−r̄"
    assert rules["r"] == "2r·v̄2" and rules["v2"] == "spread(v̄3)"


def test_text_has_rules_on_demand_and_its_columns_are_straight_in_spite_of_accents():
    lines = swept_root().table(rules=True).splitlines()
    assert lines[3].endswith("2x·ẋ                  2  c̄ + exp(a)·b̄    0.964142")
    assert len({len(re.sub("[\u0300-\u036f]", "", line)) for line in lines}) == 1


def test_html_is_well_formed_and_stands_for_itself():
    table = swept_root().table(format="html")
    page = Tags(table)
    assert page.cells[:9] == ["i", "name", "definition", "Pa(i)", "value", "tangent rule ↓", "tangent",
                              "adjoint rule ↑", "adjoint"]  # fmt: skip
    assert page.cells[18:27] == ["2", "a", "x²", "1", "1.0000", "2x·ẋ", "2.0000", "c̄ + exp(a)·b̄", "0.9641"]
    assert "prefers-color-scheme:dark" in table and "http" not in table and "<script" not in table
    assert [a.get("scope") for tag, a in page.tags if tag == "th"] == ["col"] * 9 + ["row"] * 5


def test_markdown():
    lines = swept_root().table(format="markdown").splitlines()
    assert lines[3] == "| 2 | a | x² | 1 | 1.0000 | 2x·ẋ | 2.0000 | c̄ + exp(a)·b̄ | 0.9641 |"
    assert len(lines) == 7 and {line.count("|") for line in lines} == {10}


def test_latex():
    lines = swept_root().table(format="latex").splitlines()
    assert lines[0] == r"\begin{tabular}{rlllrlrlr}" and lines[-2:] == [r"\bottomrule", r"\end{tabular}"]
    assert lines[5] == (
        r"2 & $a$ & $x^{2}$ & 1 & $1.0000$ & $2 x \, \dot{x}$ & $2.0000$ & $\bar{c} + \exp(a) \, \bar{b}$ & $0.9641$ \\"
    )


def test_a_long_table_is_shortened_in_every_format():
    graph = swept_chain(50)
    for form in FORMATS:
        table = graph.table(format=form, rows=8)
        assert ("43 more nodes" in table) == (form != "csv") and "50" in table and table.count("v20") == 0


def test_a_notebook_shows_a_table():
    text, plain = swept_root().table(), swept_root().table(format="latex")
    assert repr(text) == str(text) and text._repr_html_().startswith("<style>") and "| x² |" in text._repr_markdown_()
    assert plain._repr_html_() is None and plain._repr_markdown_() is None
    page = swept_root().table(format="html")
    assert page._repr_html_() == page and swept_root().table(format="markdown")._repr_html_() is None


def test_an_unknown_format_is_an_error():
    with pytest.raises(ValueError, match="format is one of 'text', 'html', 'markdown', 'latex', 'csv', not 'xml'"):
        swept_root().table(format="xml")


def test_digits():
    assert "0.96 " in swept_root().table(2, format="markdown") and "0.964142342766" in swept_root().table(12)


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=12))
def test_no_name_breaks_out(name):
    graph = ag.trace(lambda p: np.sqrt(p[name] ** 2 + 1.0))({name: 2.0}).forward_sweep().reverse_sweep()
    page = Tags(graph.table(format="html"))
    assert {tag for tag, _ in page.tags} == {"style", "table", "caption", "thead", "tr", "th", "tbody", "td", "tfoot"}
    assert len(page.cells) == 9 * (1 + len(graph)) + 1
    assert len(rows_of(graph)) == len(graph)
    lines = graph.table(format="markdown").split("\n")
    assert len(lines) == 2 + len(graph) and all(len(re.findall(r"(?<!\\)\|", line)) == 10 for line in lines)
    assert_balanced(graph.table(format="latex"))


def assert_balanced(text):
    """Braces and dollars in pairs, and nothing that LaTeX on its own cannot set."""
    assert text.isascii(), [c for c in text if not c.isascii()]
    bare = re.sub(r"\\[{}$&%#_]", "", text)
    assert bare.count("{") == bare.count("}") and bare.count("$") % 2 == 0
    assert len(re.findall(r"\\left(?![a-z])", bare)) == len(re.findall(r"\\right(?![a-z])", bare))
    assert "#" not in bare and "%" not in bare


@pytest.mark.parametrize("case", CASES[::7], ids=lambda case: case.id)
def test_every_rule_can_be_written(case):
    graph = ag.trace(case.f)(*case.args)
    seeds = {n.name: np.ones_like(n.value) for n in graph.outputs if n.value.dtype.kind in "fc"}
    graph.reverse_sweep(seeds)
    assert_balanced(graph.table(format="latex"))
    assert "\\texttt" not in graph.table(format="latex") or "[" in str(graph) or "'" in str(graph)


def test_every_template_is_read_as_mathematics():
    partials = {**formulas._PARTIALS, **special_formulas.PARTIALS}
    templates = {**formulas._TYPESET, **{k: " + ".join(filter(None, texts)) for k, texts in partials.items()}}
    del templates["pick"]
    for name, template in templates.items():
        typeset = latex.formula(template.format("x", "y", "z", "u", out="w"), {})
        assert typeset.isascii() and r"\texttt" not in typeset, (name, typeset)


def test_a_network_is_written_with_its_transposes():
    table = swept_network().table(format="latex")
    assert r"X^{\top} \," not in table and r"^{\top}" in table and r"\odot" in table
