"""What a picture says, before any layout: the DOT text."""

from __future__ import annotations

import html
import re

import numpy as np
import pytest
from drawing_examples import Layer, Network, chain, root, swept_chain, swept_network, swept_residual, swept_root

import autograd_lite as ag
from autograd_lite.drawing import dot
from autograd_lite.notation.substitution import substituted
from autograd_lite.notation.titles import heading, summary


def statement(text: str, start: str) -> str:
    """The one line of a DOT text that begins like this."""
    (line,) = [line for line in text.splitlines() if line.strip().startswith(start)]
    return line


def said(line: str) -> list[str]:
    """The texts of an HTML-like label, in order."""
    label = line[: line.index("</TABLE>>")] if "</TABLE>>" in line else line
    return [part for part in re.findall(r">([^<>]+)<", label) if part.strip()]


def test_a_card_says_name_formula_function_value_tangent_and_adjoint():
    card = said(statement(dot(swept_root()), "n4 ["))
    assert card[:9] == [
        "c", "= a + b", "add", "value", "3.7183", "tangent&#160;ċ", "7.4366", "adjoint&#160;c̄", "0.2593",
    ]  # fmt: skip


def test_an_arrow_says_the_local_partial_as_formula_and_number():
    text = dot(swept_root())
    assert 'label="∂a/∂x = 2x\\n= 2.0000"' in statement(text, "n1 -> n2")
    assert 'label="∂d/∂c = 1/(2√c)\\n= 0.2593"' in statement(text, "n4 -> n5")
    assert 'label="∂c/∂a\\n= 1.0000"' in statement(text, "n2 -> n4")  # "= 1" would say it twice


def test_an_argument_that_is_used_twice_has_one_arrow_and_its_partials_add():
    text = dot(ag.trace(lambda x: x * x)(3.0))
    assert 'label="∂v1/∂x = x + x\\n= 6.0000"' in statement(text, "n1 -> n2")


def test_title_and_subtitle_say_the_formula_and_what_the_sweeps_found():
    graph = swept_root()
    assert heading(graph).replace("\u00a0", " ") == "d = √(x² + exp(x²))   at x = 1"
    assert [part.strip("\u00a0 ") for part in summary(graph).split("·")] == [
        "forward sweep: ẋ = 1 → ḋ = 1.9283",
        "reverse sweep: d̄ = 1 → x̄ = 1.9283",
        "both give dd/dx",
    ]


def test_rows_of_sweeps_that_were_not_run_are_left_out():
    text = dot(ag.trace(root)(1.0))
    assert "tangent" not in text and "adjoint" not in text and ">value<" in text
    assert "tangent" not in dot(ag.trace(root)(1.0).reverse_sweep())


@pytest.mark.parametrize(
    "show, there, gone",
    [
        ({"value"}, ["value"], ["tangent", "adjoint", "∂"]),
        ({"tangent", "partial"}, ["tangent", "∂"], [">value<", "adjoint"]),
        (set(), ["= a + b"], ["value", "tangent", "adjoint", "∂"]),
    ],
)
def test_show_chooses_what_is_said(show, there, gone):
    text = "\n".join(line for line in dot(swept_root(), show=show).splitlines() if re.match(r"\s*n\d", line))
    text = re.sub(r'tooltip="[^"]*"', "", text)
    assert all(word in text for word in there) and not any(word in text for word in gone)


def test_an_array_has_a_shape_and_norms():
    card = said(statement(dot(swept_residual()), "n5 ["))
    assert card[:6] == ["r", "= v1 − b", "subtract", "shape", "[3]", "|value|"]
    assert card[-2] == "|adjoint|" and float(card[-1]) == pytest.approx(17.8885)


def test_a_scalar_of_another_type_is_no_derivative():
    def f(x):
        below = x < 2.0
        return np.where(below, x, 1.0)

    card = said(statement(dot(ag.trace(f)(1.0).reverse_sweep()), "n2 ["))
    assert card == ["below", "= x &lt; 2", "less", "value", "True"]


def test_nan_and_inf_are_marked():
    with np.errstate(all="ignore"):
        graph = ag.trace(lambda x: np.log(x) * 0.0)(0.0)
    assert dot(graph).count("#c01048") == 5  # two rows of label and number, and the legend
    assert "nan or inf, first in the value of v1" in dot(graph)
    assert "#c01048" not in dot(swept_root())


def test_a_derivative_that_is_not_finite_is_marked_where_its_sweep_met_it():
    with np.errstate(all="ignore"):
        graph = ag.trace(np.sqrt)(0.0).reverse_sweep()
    assert "nan or inf, first in the adjoint of x" in dot(graph)


def test_a_network_has_boxes_with_its_parameters_below_their_operations():
    text = dot(swept_network(), level="ops")
    box = text[text.index("subgraph cluster_b1 ") : text.index("subgraph cluster_b2 ")]
    assert "Dense 1 \u00a0(24 params)" in box
    assert re.findall(r"rank=same\s+(n\d+)\s+(n\d+)", box) == [("n1", "n7"), ("n2", "n8")]  # W1 and m1, b1 and z1
    assert 'color="#5b3a9b"' in statement(text, "n1 -> n7") and "33 trainable parameters" in text


def test_layers_are_one_card_each_with_shapes_between_them():
    text = dot(swept_network(), level="layers")
    cards = [said(line)[0] for line in text.splitlines() if re.match(r"\s*[gn]\d+ \[", line)]
    assert cards == ["Dense 1", "Dense 2", "X", "y", "Loss"]
    assert 'label="[64, 8]"' in text and "cluster_b" not in text
    assert said(statement(text, "g1 ["))[1:] == ["units", "8", "W", "[2, 8]", "params", "24"]
    assert "shows all 15 nodes" in text


def test_auto_draws_layers_when_there_are_many_operations():
    graph = swept_network()
    assert dot(graph) == dot(graph, level="layers") != dot(graph, level="ops")
    small = ag.trace(lambda x: chain(x, 3))(1.0)
    assert dot(small) == dot(small, level="ops")


def test_a_parameter_stands_in_the_layer_that_uses_it_first():
    model = Network([Layer(np.ones((2, 1)), np.zeros(1))])

    def cost(model, X):
        with ag.scope("Layer 1"):
            y = X @ model.layers[0].W + model.layers[0].b
        with ag.scope("Penalty"):
            penalty = np.sum(model.layers[0].W ** 2)
        return np.sum(y) + penalty

    graph = ag.trace(cost)(model, np.ones((3, 2)))
    operations, layers = dot(graph, level="ops"), dot(graph, level="layers")
    box = operations[operations.index("subgraph cluster_b1 ") : operations.index("subgraph cluster_b2 ")]
    assert "n1 [" in box and "Layer 1 \u00a0(3 params)" in box and "n1 -> n6" in operations
    assert 'label="[2, 1]"' in statement(layers, "g1 -> g6")


def test_a_constant_is_dashed_and_stands_below_its_operation_without_a_label():
    text = dot(ag.trace(lambda x: x * ag.Tensor(3.0, name="k"))(2.0))
    assert "DASHED" in statement(text, "n2 [") and "label" not in statement(text, "n2 -> n3")
    assert re.search(r"rank=same\s+n2\s+n3", text)


def test_a_scope_around_everything_is_looked_into():
    def f(x):
        with ag.scope("model"):
            with ag.scope("first"):
                x = chain(x, 9)
            with ag.scope("second"):
                return chain(x, 9)

    text = dot(ag.trace(f)(1.0))
    assert ">first<" in text and ">second<" in text and ">model<" not in text


def test_too_many_nodes_are_folded_and_the_picture_says_so():
    text = dot(swept_chain(60), max_nodes=12, fold=False)
    assert len(re.findall(r"^\s*n\d+ \[", text, re.MULTILINE)) == 11
    assert "… 50 more" in text and "50 left out: max_nodes=61 shows them" in text
    assert "left out" not in dot(swept_chain(60), max_nodes=61, fold=False)


def test_what_is_too_wide_runs_downwards():
    assert "rankdir=LR" in dot(swept_root())
    assert "rankdir=TB" in dot(swept_chain(30), fold=False)
    assert "rankdir=LR" in dot(swept_chain(30), fold=False, direction="right")


def test_a_title_of_ones_own():
    assert "One &lt;neuron&gt;" in dot(swept_root(), title="One <neuron>")


@pytest.mark.parametrize(
    "options, message",
    [
        ({"level": "layer"}, "level is one of 'auto', 'ops', 'layers', not 'layer'"),
        ({"show": {"values"}}, "show is a set of 'adjoint', 'partial'"),
        ({"show": "value"}, "show is a set of"),
        ({"direction": "LR"}, "direction is one of 'auto', 'right', 'down'"),
        ({"max_nodes": 2}, "max_nodes is at least 3, not 2"),
    ],
)
def test_a_wrong_option_is_named(options, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        dot(swept_root(), **options)


@pytest.mark.parametrize(
    "formula, parts, expected",
    [
        ("a·b", {"a": "x + y"}, "(x + y)·b"),
        ("a·b", {"a": "x·y"}, "x·y·b"),
        ("a/b", {"b": "x·y"}, "a/(x·y)"),
        ("a/b", {"a": "x·y"}, "x·y/b"),
        ("a − b", {"b": "x − y"}, "a − (x − y)"),
        ("a − b", {"a": "x − y"}, "x − y − b"),
        ("a²", {"a": "√c"}, "(√c)²"),
        ("a²", {"a": "exp(c)"}, "exp(c)²"),
        ("√a", {"a": "x²"}, "√(x²)"),
        ("exp(a)", {"a": "x + y"}, "exp(x + y)"),
        ("−a", {"a": "x + y"}, "−(x + y)"),
        ("max(a, b)", {"a": "x + y", "b": "−z"}, "max(x + y, −z)"),
        ("|a|", {"a": "x − y"}, "|x − y|"),
        ("a^b", {"a": "x·y", "b": "n + 1"}, "(x·y)^(n + 1)"),
        ("A @ a", {"a": "B @ b"}, "A @ B @ b"),
        ("aa + a", {"a": "b"}, "aa + b"),
        ("1 + a", {"a": "(x + y)·(x − y)"}, "1 + (x + y)·(x − y)"),
        ("√a", {"a": "(x + y)·(x − y)"}, "√((x + y)·(x − y))"),
        ("2^a", {"a": "1e-7"}, "2^1e-7"),
    ],
)
def test_formulas_are_put_into_each_other_with_parentheses(formula, parts, expected):
    assert substituted(formula, parts) == expected


def test_a_formula_too_long_for_a_title_is_not_written():
    assert heading(swept_chain(20)) == "f(x)"


def deep(x, weights, broken=None):
    """Layers that are equal but for the one that is broken off."""
    for i, w in enumerate(weights, 1):
        with ag.scope(f"Layer {i} · Dense({'other' if i == broken else 'same'})", rows=[("params", w.size)]):
            x = np.tanh(x @ w)
    return np.sum(x)


def deep_graph(layers, broken=None):
    return ag.trace(lambda x, weights: deep(x, weights, broken))(np.ones((2, 3)), [np.eye(3)] * layers)


def test_equal_layers_in_a_row_share_a_card():
    text = dot(deep_graph(12))
    assert ">Layer 1 … 12<" in text and "Dense(same) × 12" in text and ">9 × 12<" in text and ">Layer 2<" not in text
    assert "fold=False shows each layer, level='ops', fold=False all 38 nodes" in html.unescape(text)
    each = dot(deep_graph(12), fold=False)
    assert all(f">Layer {i}<" in each for i in range(1, 13)) and "×" not in each
    assert "Layer 7" in dot(deep_graph(12), level="ops", fold=False)


def test_other_layers_stay_apart():
    text = dot(deep_graph(12, broken=5))
    assert all(f">{name}<" in text for name in ("Layer 1 … 4", "Layer 5", "Layer 6 … 12"))
    assert "×" not in dot(deep_graph(2), level="layers")


def test_layers_with_a_way_around_them_stay_apart():
    def residual(x, weights):
        for i, w in enumerate(weights, 1):
            with ag.scope(f"Layer {i} · Dense(same)"):
                h = np.tanh(x @ w)
            x = x + h
        return np.sum(x)

    text = dot(ag.trace(residual)(np.ones((2, 3)), [np.eye(3)] * 8), level="layers")
    assert all(f">Layer {i}<" in text for i in range(1, 9))
