"""Both sweeps step by step: the records add up to what the engine found, and say how."""

from __future__ import annotations

import numpy as np
import pytest
from cases import CASES
from drawing_examples import swept_network, swept_residual, swept_root

import autograd_lite as ag


def total(step):
    """The derivative of a step from its record alone: the seed and the contributions, added in order."""
    amounts = [term.amount for term in step.terms]
    amounts = amounts if step.seed is None else [step.seed, *amounts]
    if not amounts:
        return None
    result = amounts[0]
    for amount in amounts[1:]:
        result = result + amount
    return result


def assert_recomputed(steps):
    for step in steps:
        found = total(step)
        if found is None or isinstance(found, tuple):
            continue
        if step.sweep == "reverse":
            np.testing.assert_array_equal(found, step.node.adjoint)
        else:
            np.testing.assert_allclose(found, step.node.tangent, rtol=1e-12, atol=1e-300)


WORKED = """\
 1/10  forward  x = 1
                ẋ = 1 (seed)
 2/10  forward  a = x² = 1² = 1
                ȧ = ∂a/∂x·ẋ = 2x·ẋ = 2 × 1 = 2
 3/10  forward  b = exp(a) = exp(1) = 2.7183
                ḃ = ∂b/∂a·ȧ = exp(a)·ȧ = 2.7183 × 2 = 5.4366
 4/10  forward  c = a + b = 1 + 2.7183 = 3.7183
                ċ = ∂c/∂a·ȧ + ∂c/∂b·ḃ = ȧ + ḃ = 1 × 2 + 1 × 5.4366 = 7.4366
 5/10  forward  d = √c = √3.7183 = 1.9283
                ḋ = ∂d/∂c·ċ = ċ/(2√c) = 0.2593 × 7.4366 = 1.9283
 6/10  reverse  d̄ = 1 (seed)
 7/10  reverse  c̄ = ∂d/∂c·d̄ = d̄/(2√c) = 0.2593 × 1 = 0.2593
 8/10  reverse  b̄ = ∂c/∂b·c̄ = c̄ = 1 × 0.2593 = 0.2593
 9/10  reverse  ā = ∂c/∂a·c̄ = c̄ = 1 × 0.2593 = 0.2593
                ā += ∂b/∂a·b̄ = exp(a)·b̄ = 2.7183 × 0.2593 = 0.7048 → 0.2593 + 0.7048 = 0.9641
10/10  reverse  x̄ = ∂a/∂x·ā = 2x·ā = 2 × 0.9641 = 1.9283"""


def test_the_worked_example_as_text():
    steps = swept_root().steps()
    assert str(steps) == repr(steps) == "\n".join(str(step) for step in steps) == WORKED
    assert len(steps) == 10 and steps[0].sweep == "forward" and [s.number for s in steps[8:]] == [9, 10]


@pytest.mark.parametrize("graph", [swept_root(0.5), swept_residual(), swept_network()], ids=["root", "residual", "net"])
def test_the_records_recompute_every_adjoint(graph):
    steps = graph.steps()
    reverse = [step for step in steps if step.sweep == "reverse"]
    assert {step.node for step in reverse} == {node for node in graph.nodes if node.adjoint is not None}
    assert all(total(step) is not None for step in reverse)
    assert_recomputed(steps)


@pytest.mark.parametrize("case", CASES[::5], ids=lambda case: case.id)
def test_the_records_of_every_rule(case):
    graph = ag.trace(case.f)(*case.args)
    graph.forward_sweep({n.name: np.ones_like(n.value) for n in graph.inputs if n.value.dtype.kind in "fc"})
    graph.reverse_sweep({n.name: np.ones_like(n.value) for n in graph.outputs if n.value.dtype.kind in "fc"})
    steps = graph.steps()
    assert_recomputed(steps)
    assert all(line and len(line) < 2000 for step in steps for line in step.lines)


def test_a_scalar_is_its_factors_times_the_derivatives():
    for step in swept_root(0.5).steps():
        for term in step.terms:
            assert term.amount == pytest.approx(term.factor * term.derivative, rel=1e-14)


def test_missing_sweeps_are_made_where_they_start_by_themselves():
    steps = ag.trace(lambda x: x**3)(2.0).steps()
    assert [step.sweep for step in steps] == ["forward"] * 2 + ["reverse"] * 2
    two = ag.trace(lambda x, y: x * y)(2.0, 3.0).steps()
    assert [step.derivative for step in two] == [None, None, None, 1.0, 2.0, 3.0]
    assert str(two[2]) == "3/6  forward  v1 = x·y = 2·3 = 6"
    with pytest.raises(ValueError, match=r"reverse_sweep\(v1=np\.ones\(\(2,\)\)\)"):
        ag.trace(lambda x: 2 * x)(np.ones(2)).steps()
    given = ag.trace(lambda x: 2 * x)(np.ones(2)).reverse_sweep(np.array([1.0, 3.0])).steps()
    assert "x̄ = 2·v̄1 = [2], norm 6.3246" in str(given)


def test_a_seed_of_an_output_that_is_used_again_is_the_first_of_the_sum():
    graph = ag.trace(lambda x: (a := x**2, np.exp(a)))(1.0).reverse_sweep(a=1.0, v1=1.0)
    step = next(s for s in graph.steps() if s.sweep == "reverse" and s.node.name == "a")
    assert step.lines[0] == "ā = 1 (seed)" and step.lines[1].endswith("2.7183 × 1 = 2.7183 → 1 + 2.7183 = 3.7183")
    assert step.derivative == total(step) == graph["a"].adjoint


def test_an_argument_that_is_used_twice_adds_twice():
    step = ag.trace(lambda x: x * x)(3.0).steps()[-1]
    assert step.lines == ["x̄ = x·v̄1 = 3 × 1 = 3", "x̄ += x·v̄1 = 3 × 1 = 3 → 3 + 3 = 6"] and "twice" in step.note


def test_arrays_say_where_transposes_and_sums_come_from():
    said = {step.node.name: (step.lines, step.note) for step in swept_network().steps() if step.sweep == "reverse"}
    bias = next(lines for lines, note in said.values() if "was broadcast" in note)
    assert "sum(" in bias[0] and "axis=0" in bias[0]
    assert any("ᵀ @ " in lines[0] and "transposed" in note for lines, note in said.values())


def test_what_has_no_derivative_has_no_reverse_step():
    graph = ag.trace(lambda x: np.where(x > 0, x, 0.0) + np.floor(x))(1.5)
    names = [step.node.name for step in graph.steps() if step.sweep == "reverse"]
    assert graph.nodes[1].value.dtype.kind == "b" and graph.nodes[1].name not in names and names[-1] == "x"
    assert any(step.note == "The value; its derivative is zero." for step in graph.steps())
    rows = [line.split("  ") for line in graph.table(rules=True).splitlines()]
    floor = next(row for row in rows if "floor(x)" in row)
    assert "(∂" not in str(rows) and "0" in floor


def test_negative_numbers_stand_in_parentheses():
    step = ag.trace(lambda x: np.sin(x))(3.0).steps()[-1]
    assert step.lines == ["x̄ = ∂v1/∂x·v̄1 = cos(x)·v̄1 = (−0.99) × 1 = −0.99"]


def test_a_complex_number_is_a_factor_only_where_it_is_one():
    steps = ag.trace(lambda z: np.abs(z * z) ** 2)(1 + 2j).forward_sweep(1.0).reverse_sweep().steps()
    for step in steps:
        for term in step.terms:
            assert term.factor is None or term.factor * term.derivative == term.amount
    assert "z·v̄1 = (1.0000 + 2.0000i) × (" in str(steps) and "v1*/v2·v̄2 = −" in str(steps)
    assert "v̇2 = Re(v1*/v2·v̇1) = 2" in str(steps)


def test_saved_as_text(tmp_path):
    path = swept_root().steps().save(tmp_path / "steps.txt")
    assert path.read_text(encoding="utf-8") == WORKED + "\n"
    with pytest.raises(ValueError, match=r"'steps.pdf' has none of the suffixes of steps: .html, .svg, .txt"):
        swept_root().steps().save(tmp_path / "steps.pdf")
