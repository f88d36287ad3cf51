"""What programs and their sweeps cost, beside counts by hand, and the advice on the mode."""

from __future__ import annotations

import math

import numpy as np
import pytest
from cases import CASES
from drawing_examples import root, swept_network, swept_root

import autograd_lite as ag
from autograd_lite.trace.cost import Amount


def totals(f, *args):
    cost = ag.trace(f)(*args).cost()
    return cost.value.flops, cost.forward.flops, cost.reverse.flops


@pytest.mark.parametrize(
    "f, args, expected",
    [
        (np.exp, (1.0,), (1, 1, 1)),  # the tangent is exp(x)·ẋ, with exp(x) at hand
        (lambda x: x * x, (1.0,), (1, 3, 3)),  # two products and a sum
        (lambda x: x**2, (1.0,), (1, 2, 2)),
        (lambda x: x + 1, (1.0,), (1, 0, 0)),
        (lambda x: -x, (np.ones(4),), (4, 4, 4)),
        (lambda x: np.sum(x), (np.ones(10),), (9, 9, 0)),  # the adjoint is a view
        (lambda X, W: X @ W, (np.ones((5, 2)), np.ones((2, 3))), (60, 60 + 60 + 15, 60 + 60)),
        (lambda x: np.floor(x), (1.5,), (1, 0, 0)),
        (lambda x: np.reshape(x, 6), (np.ones((2, 3)),), (0, 0, 0)),
    ],
)
def test_counts_by_hand(f, args, expected):
    assert totals(f, *args) == expected


def test_the_worked_example():
    cost = swept_root().cost()
    assert (cost.value.flops, cost.forward.flops, cost.reverse.flops) == (4, 6, 6) and cost.ratio == 2.5
    assert cost.kept == 5 * 8 and [n.node.name for n in cost.nodes] == list("xabcd")
    assert cost.nodes[3].forward == Amount(1, 24) and cost.nodes[3].reverse == Amount(0, 0)


def test_the_totals_are_those_of_the_recorded_derivatives():
    """Both sweeps together are the program that grad and jvp record, less the program itself."""
    recorded = ag.trace(ag.grad(root))(0.5).flops
    assert recorded <= sum(totals(root, 0.5)[::2]) <= recorded + 2  # a factor of the seed, 1, is not multiplied


def test_a_loop_that_fills_a_large_array_costs_what_its_entries_cost():
    """Not the zeros around them: adjoints of entries are added entry by entry, and the states share one array."""

    def f(k, size):
        y = ag.Tensor(np.zeros(size))
        y[0] = 1.0
        for i in range(20):
            y[i + 1] = y[i] - 0.1 * k * y[i]
        return y[20]

    recorded = ag.trace(ag.grad(f), constants=["size"])(2.0, 1200).flops
    cost, larger = (ag.trace(f, constants=["size"])(2.0, size).cost() for size in (1200, 12000))
    assert recorded <= cost.value.flops + cost.reverse.flops <= recorded + 3 and cost.ratio < 4
    assert (larger.value.flops, larger.reverse.flops) == (cost.value.flops, cost.reverse.flops)
    assert larger.kept - cost.kept == 2 * 8 * (12000 - 1200)  # the array of zeros and the one that is filled
    assert [n.value.bytes for n in cost.nodes if "[1]" in n.node.definition] == [16, 16, 16]


def test_entries_that_are_taken_are_added_to_a_whole_adjoint_in_any_order():
    def first(x):
        return x[0] * x[1] + np.sum(x) + np.sum(x * 2)

    def last(x):
        return np.sum(x) + np.sum(x * 2) + x[0] * x[1]

    x = np.ones(1200)
    assert totals(first, x)[2] == totals(last, x)[2] == 2 + 2 + 1200 + 1200  # products, entries, x * 2, both sums


def test_the_cheap_gradient_principle_on_a_network():
    cost = swept_network().cost()
    assert 2 < cost.ratio < 5 and cost.mode == "reverse"
    assert cost.advice.startswith("225 inputs, 1 output: reverse, 1 sweep (")


def test_the_advice_weighs_the_sweeps():
    def spread(x):
        return np.exp(x) * np.ones((100, 1))

    assert ag.trace(spread)(np.ones(2)).cost().advice.startswith("2 inputs, 200 outputs: forward, 2 sweeps")
    assert ag.trace(np.sin)(1.0).cost().advice == (
        "1 input, 1 output: forward, 1 sweep (2 operations; reverse takes 1 sweep, 2)"
    )


def test_bytes_count_what_is_read_and_written_and_views_are_free():
    cost = ag.trace(lambda x: np.exp(x.T[1:]))(np.ones((4, 3), np.float32)).cost()
    assert [node.value.bytes for node in cost.nodes] == [0, 0, 0, 2 * 8 * 4]


def test_integers_and_constants_cost_no_sweep():
    cost = ag.trace(lambda x, labels: x[labels] + np.exp(2.0))(np.ones(4), np.array([1, 2])).cost()
    assert cost.inputs == 4 and cost.outputs == 2
    assert math.isnan(ag.trace(lambda x: x.reshape(2, 2))(np.ones(4)).cost().ratio)


def test_print():
    lines = str(swept_root().cost()).splitlines()
    assert lines[0].split() == ["i", "name", "definition", "value", "bytes", "forward", "bytes", "reverse", "bytes"]
    assert lines[7].split() == ["total", "4", "72", "6", "136", "6", "136"]
    assert lines[8:10] == ["gradient/function: (4 + 6)/4 = 2.5", "kept for the reverse sweep: 40 bytes"]
    long = ag.trace(lambda x: sum([np.sin(x) for _ in range(120)]))(1.0).cost()
    assert "... 41 more nodes ..." in repr(long)


@pytest.mark.parametrize("case", CASES[::9], ids=lambda case: case.id)
def test_every_rule_can_be_counted(case):
    cost = ag.trace(case.f)(*case.args).cost()
    for amount in (cost.value, cost.forward, cost.reverse):
        assert amount.flops >= 0 and amount.bytes >= 0
