"""Worksheets: the numbers, the blanks, the pages, and grading by mistakes made on purpose."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from drawing_examples import root

import autograd_lite as ag
from autograd_lite.worksheets import Worksheet, save, worksheet
from autograd_lite.worksheets.blanks import Blank
from autograd_lite.worksheets.numbers import agree, replayed, said
from autograd_lite.worksheets.work import Work


def hypotenuse(x: Any, y: Any) -> Any:
    a = x**2
    b = y**2
    c = a + b
    d = np.sqrt(c)
    return d


def meeting(x: Any, y: Any) -> Any:
    a = x * y
    b = a + x
    c = b**3
    e = c - y
    return e


def waves(x: Any, y: Any) -> Any:
    a = np.sin(x)
    b = y / x
    c = a * b
    return np.exp(-c) + np.log(y)


def dense(W: Any, x: Any, b: Any) -> Any:
    z = W @ x + b
    h = np.maximum(z, 0)
    s = np.sum(h**2)
    return s


PROGRAMS = [root, hypotenuse, meeting, waves]


def dense_graph() -> Any:
    return ag.trace(dense)(np.ones((2, 2)), np.ones(2), np.ones(2))


# numbers


@pytest.mark.parametrize("f", PROGRAMS)
def test_thirty_seeds_are_thirty_sheets(f: Any) -> None:
    points = {str(worksheet(f, seed=k).graph.inputs) for k in range(30)}
    assert len(points) == 30


def test_one_seed_is_one_sheet() -> None:
    assert str(worksheet(waves, seed=7)) == str(worksheet(waves, seed=7))


def test_the_first_numbers_are_short_where_the_functions_allow_it() -> None:
    for k in range(10):
        for f in (hypotenuse, meeting):
            numbers = [*worksheet(f, seed=k, hide="all").answers.values()]
            assert all(abs(1000 * x - round(1000 * x)) < 1e-9 or "/" in said(x) for x in numbers), (f, k, numbers)


@pytest.mark.parametrize(
    ("x", "text"),
    [(3.0, "3"), (-0.0, "0"), (0.125, "0.125"), (-1 / 3, "−1/3"), (np.log(3), "ln 3"), (np.pi, "π"),
     (-np.pi / 4, "−π/4"), (2 * np.pi / 3, "2π/3"), (np.e, "e"), (np.sqrt(2), "√2"), (np.sqrt(3) / 2, "√3/2"),
     (1.2345678, "1.2346"),
     (2e-7, "2.000e−07")],
)  # fmt: skip
def test_numbers_as_one_writes_them(x: float, text: str) -> None:
    assert said(np.float64(x)) == text


def test_sines_are_of_angles() -> None:
    for k in range(8):
        turns = worksheet(lambda t: np.sin(t) * np.cos(t), seed=k).graph.inputs[0].value / (np.pi / 12)
        assert abs(turns - round(turns)) < 1e-9


def test_the_program_runs_again_at_other_numbers() -> None:
    graph = ag.trace(waves)(1.0, 2.0)
    again = replayed(graph, [0.5, 3.0]).reverse_sweep()
    expected = ag.trace(waves)(0.5, 3.0).reverse_sweep()
    assert [n.name for n in again] == [n.name for n in expected]
    assert [n.value for n in again] == [n.value for n in expected]
    assert [n.adjoint for n in again] == [n.adjoint for n in expected]


def test_a_function_with_a_condition_is_traced_at_the_numbers_of_the_sheet() -> None:
    def f(x: Any) -> Any:
        return x**2 if x > 0 else np.exp(x)

    names = {worksheet(f, seed=k).graph.output.function_name: worksheet(f, seed=k) for k in range(20)}
    assert set(names) == {"square", "exp"}
    assert all((sheet.graph["x"].value > 0) == (name == "square") for name, sheet in names.items())


def test_the_numbers_of_a_graph_are_kept_without_a_seed() -> None:
    graph = ag.trace(meeting)(2.0, 3.0)
    sheet = worksheet(graph, seed=None)
    assert [node.value for node in sheet.graph.inputs] == [2.0, 3.0]
    assert graph["x"].adjoint is None  # it is not changed


def test_integers_and_constants_stay_what_they_are() -> None:
    labels = np.array([1, 0])

    def f(x: Any, k: Any) -> Any:
        return np.sum(x[k] * np.array([2.0, 5.0]))

    sheet = worksheet(ag.trace(f)(np.ones(2), labels), seed=4, hide="all")
    assert np.array_equal(sheet.graph["k"].value, labels)
    assert not any(blank.node.name == "k" for blank in sheet.blanks)


# what is refused


def test_what_cannot_be_a_sheet_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'values', 'partials', 'tangents', 'adjoints', or 'all'"):
        worksheet(meeting, hide="gradients")
    with pytest.raises(ValueError, match="x has 64 entries"):
        worksheet(ag.trace(lambda x: np.sum(x + 1))(np.ones(64)), hide="values")
    with pytest.raises(ValueError, match="x is complex"):
        worksheet(ag.trace(lambda x: x * x)(1 + 2j))
    with pytest.raises(ValueError, match="finite"):
        worksheet(lambda x: np.log(-(x**2) - 1))
    with pytest.raises(TypeError, match="Graph or a function"):
        worksheet(3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="seed=None keeps"):
        worksheet(meeting, seed=None)
    with pytest.raises(ValueError, match=r"ag\.trace\(f\)"):
        worksheet(lambda x: x[0] ** 2)


# blanks


def test_blanks_stand_in_the_order_of_the_work() -> None:
    symbols = list(worksheet(root, hide="all", seed=2).answers)
    assert symbols == [
        "a", "b", "c", "d", "∂a/∂x", "∂b/∂a", "∂c/∂a", "∂c/∂b", "∂d/∂c",
        "ẋ", "ȧ", "ḃ", "ċ", "ḋ", "d̄", "c̄", "b̄", "ā", "x̄",
    ]  # fmt: skip


def test_the_solution_is_that_of_the_engine() -> None:
    for f in PROGRAMS:
        sheet = worksheet(f, hide="all", seed=3)
        point = [node.value for node in sheet.graph.inputs]
        gradient = ag.grad(f, argnum=tuple(range(len(point))))(*point)
        assert np.allclose([sheet.graph[n.name].adjoint for n in sheet.graph.inputs], gradient, rtol=1e-12)


@pytest.mark.parametrize("format", ["text", "html", "markdown", "latex"])
def test_no_number_that_is_asked_for_is_on_the_sheet(format: str) -> None:
    sheet = worksheet(meeting, hide="adjoints", seed=11)
    text, solution = sheet.table(format), sheet.table(format, solution=True)
    x = said(sheet.answers["x̄"]).replace("−", "-" if format == "latex" else "−")
    assert x in solution
    assert x not in re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)


def test_the_picture_tells_no_answer() -> None:
    sheet = worksheet(waves, hide="all", seed=5)
    given = {said(node.value) for node in sheet.graph.inputs} | {"0", "1"}
    text = " ".join(ET.fromstring(sheet.svg()).itertext()).replace("-", "−")
    solution = " ".join(ET.fromstring(sheet.svg(solution=True)).itertext()).replace("-", "−")
    for answer in {said(x) for x in sheet.answers.values()} - given:
        if len(answer) > 3:
            assert answer in solution
            assert answer not in text


def test_the_seeds_of_several_inputs_are_told() -> None:
    sheet = worksheet(meeting, hide="tangents", seed=1)
    assert any("starting from ẋ = 0, ẏ = 1" in task for task in sheet.tasks)
    assert "ẋ" not in sheet.answers
    swept = ag.trace(meeting)(1.0, 1.0).forward_sweep(x=2.0, y=-1.0)
    assert "ẋ = 2, ẏ = −1" in " ".join(worksheet(swept, hide="tangents", seed=1).tasks)


# grading


@pytest.mark.parametrize("f", [*PROGRAMS, dense_graph])
def test_the_solution_has_all_points(f: Any) -> None:
    sheet = worksheet(f() if f is dense_graph else f, hide="all", seed=6)
    grade = sheet.grade(sheet.answers)
    assert grade.points == grade.total == len(sheet.blanks)
    assert grade.first_wrong is None


@pytest.mark.parametrize("f", PROGRAMS)
def test_rounded_answers_are_right(f: Any) -> None:
    sheet = worksheet(f, hide="all", seed=8)
    rounded = {symbol: float(f"{x:.4g}") for symbol, x in sheet.answers.items()}
    assert sheet.grade(rounded).points == len(sheet.blanks)


@pytest.mark.parametrize("f", [*PROGRAMS, dense_graph])
def test_after_one_wrong_step_the_rest_is_credited(f: Any) -> None:
    """A student who makes one mistake and goes on rightly from the wrong number has one point less."""
    for seed in range(3):
        sheet = worksheet(f() if f is dense_graph else f, hide=["values", "adjoints"], seed=seed)
        for wrong in sheet.blanks:
            given: dict[Blank, Any] = {}
            for blank in sheet.blanks:
                expected = Work(sheet.graph, given).expected(blank)
                given[blank] = expected + 0.37 if blank == wrong else expected
            grade = sheet.grade({blank.symbol: answer for blank, answer in given.items()})
            assert grade.points == grade.total - 1, f"{sheet.headline}\n{grade}"
            assert grade.first_wrong is not None and grade.first_wrong.blank == wrong


def named(sheet: Worksheet, symbol: str, answer: Any) -> str:
    mark = sheet.grade({symbol: answer})[symbol]
    assert mark.status == "wrong"
    return mark.said


def test_mistakes_are_named() -> None:
    sheet = worksheet(ag.trace(meeting)(2.0, 0.5), seed=None, hide="all")  # a = 1, b = 3, c = 27, e = 26.5
    assert "they add; yours has only the one through a" in named(sheet, "x̄", 13.5)
    assert "they add; yours has only the one through b" in named(sheet, "x̄", 27)
    assert named(sheet, "b̄", -27).startswith("The sign is wrong")
    assert "∂c/∂b was evaluated at x = 2, not at b = 3" in named(sheet, "b̄", 12)
    assert "he local partial ∂c/∂b = 27 is missing" in named(sheet, "b̄", 1)
    assert "the seed was forgotten" in named(sheet, "ē", 0).lower()
    assert "this is the value of e" in named(sheet, "ē", 26.5).lower()
    assert "The exponent was not lowered" in named(sheet, "∂c/∂b", 81)
    assert "The exponent 3 is missing" in named(sheet, "∂c/∂b", 9)
    assert "his is ∂a/∂y, not ∂a/∂x" in named(sheet, "∂a/∂x", 2)
    assert "Base and exponent were multiplied" in named(sheet, "c", 9)
    assert "were added" in named(sheet, "a", 2.5)
    assert "no known pattern" in named(sheet, "x̄", 123.4)


def test_mistakes_in_functions_are_named() -> None:
    sheet = worksheet(ag.trace(waves)(0.5, 3.0), seed=None, hide=["partials", "adjoints"])
    assert "without a minus sign" in named(sheet, "∂a/∂x", -np.cos(0.5))
    sheet = worksheet(ag.trace(root)(0.5), seed=None, hide=["partials", "adjoints"])
    c = sheet.graph["c"].value
    assert "the factor ½ is missing" in named(sheet, "c̄", 1 / np.sqrt(c)).lower()
    assert "treated as a power" in named(sheet, "∂b/∂a", 0.25 * np.exp(0.25 - 1))


def test_mistakes_with_arrays_are_named() -> None:
    sheet = worksheet(dense_graph(), seed=2)
    W = sheet.answers["W̄"]
    assert "transposed" in named(sheet, "W̄", W.T)
    assert "sign" in named(sheet, "W̄", -W)
    with pytest.raises(ValueError, match="one number"):
        sheet.grade({"s": [1, 2]})
    assert "summed over the new axis" in named(sheet, "b̄", np.stack([sheet.answers["b̄"]] * 3))


def test_what_is_open_is_no_mistake() -> None:
    grade = worksheet(meeting, seed=1).grade({"e": 1, "x": None, "y": ""})
    assert grade.points == 1
    assert {mark.status for mark in grade.marks[1:]} == {"open"}
    assert grade.first_wrong is None


@pytest.mark.parametrize(
    ("answer", "value"),
    [("3/4", 0.75), ("-3/4", -0.75), ("−0.75", -0.75), ("0,75", 0.75), (Fraction(3, 4), 0.75), ("7.5e-1", 0.75),
     (" 1 / 2 ", 0.5), ("ln 2", np.log(2)), ("sqrt(3)/2", np.sqrt(3) / 2), ("√3/2", np.sqrt(3) / 2),
     ("2π/3", 2 * np.pi / 3), ("π/6", np.pi / 6), (np.float32(0.5), 0.5), ("+2", 2.0), (".5", 0.5)],
)  # fmt: skip
def test_answers_are_read(answer: Any, value: float) -> None:
    graph = ag.trace(lambda x: value * x)(1.0)
    assert worksheet(graph, seed=None).grade({"x": answer})["x"].status == "right"


@pytest.mark.parametrize(
    "answer", ["abc", "1/0", "__import__('os')", True, "9**9**9", object(), "x", [1, 2], float("nan"), "1e999"]
)
def test_what_is_no_number_is_refused(answer: Any) -> None:
    with pytest.raises(ValueError, match="x̄"):
        worksheet(root, seed=1).grade({"x": answer})


def test_answers_by_kind_by_symbol_and_by_name() -> None:
    sheet = worksheet(root, seed=4, hide=["tangents", "adjoints", "partials"])
    answers = sheet.answers
    by_kind = {
        "tangents": {n: answers[s] for n, s in zip("xabcd", ["ẋ", "ȧ", "ḃ", "ċ", "ḋ"], strict=True)},
        "adjoints": {n: answers[s] for n, s in zip("xabcd", ["x̄", "ā", "b̄", "c̄", "d̄"], strict=True)},
        "partials": {
            ("b", "a"): answers["∂b/∂a"], "da/dx": answers["∂a/∂x"], "∂c/∂a": 1, "∂c/∂b": 1, "∂d/∂c": answers["∂d/∂c"]
        },
    }
    assert sheet.grade(by_kind).points == len(sheet.blanks)
    with pytest.raises(KeyError, match="no blank 'q'"):
        sheet.grade({"q": 1})
    with pytest.raises(KeyError, match="asks for no values"):
        sheet.grade({"values": {"a": 1}})
    with pytest.raises(TypeError, match="dict"):
        sheet.grade([1, 2])


def test_tolerance() -> None:
    assert agree(0.3333, 1 / 3, 2e-3) and not agree(0.34, 1 / 3, 2e-3) and agree(0.0001, 0.0, 2e-3)
    with pytest.raises(ValueError, match="tolerance"):
        worksheet(root).grade({}, tolerance=0)


# pages


def test_pages(tmp_path: Any) -> None:
    sheets = [worksheet(root, seed=k) for k in range(3)]
    for suffix in (".html", ".md", ".tex", ".txt"):
        text = save(tmp_path / f"class{suffix}", sheets).read_text(encoding="utf-8")
        assert all(f"Sheet {k}" in text for k in range(3))
        solution = save(tmp_path / f"s{suffix}", sheets, solution=True).read_text(encoding="utf-8")
        assert "Solution" in solution and "____" not in solution
    page = (tmp_path / "class.html").read_text(encoding="utf-8")
    assert page.count("<section") == page.count("<svg") == 3
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert "<script" not in page and "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert sheets[0].save(tmp_path / "one.svg").read_text(encoding="utf-8").startswith("<svg")
    with pytest.raises(ValueError, match=r"\.html, \.txt, \.md, \.tex"):
        save(tmp_path / "class.docx", sheets)
    with pytest.raises(ValueError, match="no sheet"):
        save(tmp_path / "class.html", [])


def test_names_are_escaped() -> None:
    graph = ag.trace(lambda p: p["<b>&"] * 2.0)({"<b>&": 1.0})
    page = worksheet(graph, seed=1, hide="all").html()
    assert "<b>&" not in page and "&lt;b&gt;&amp;" in page


def test_a_notebook_shows_the_sheet() -> None:
    shown = worksheet(root, seed=1)._repr_html_()
    assert "<table" in shown and "<svg" in shown


def test_a_page_is_laid_out_for_its_table() -> None:
    def chain(x: Any, y: Any) -> Any:
        a = x * y
        b = np.exp(a)
        c = b + x
        d = c * y
        e = d / b
        f = e - a
        g = f**2
        return g * c

    shapes = {
        "wide": worksheet(hypotenuse, seed=1, hide="all"),
        "tall": worksheet(chain, seed=1, hide="values"),
        "stacked": worksheet(chain, seed=1, hide="all"),
    }
    for shape, sheet in shapes.items():
        assert f'<section class="sheet {shape}">' in sheet.html()
    assert shapes["stacked"].html().count(">adjoint") == 1  # in the table alone: its picture is bare
