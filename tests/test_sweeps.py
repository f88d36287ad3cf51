"""The two sweeps over one recorded graph: lecture notes 1.2 and 1.4, and their nesting."""

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.graph import leaf, path, record
from autograd_lite.sweeps import forward_sweep, reverse_sweep
from autograd_lite.tensor import tensor_of

TABLE = {  # x: values, tangents and adjoints of x, a, b, c, d
    1.0: (
        [1, 1, 2.718281828459045, 3.718281828459045, 1.928284685532467],
        [1, 2, 5.43656365691809, 7.43656365691809, 1.9282846855324671],
        [1.9282846855324671, 0.9641423427662336, 0.2592978120665479, 0.2592978120665479, 1],
    ),
    0.5: (
        [0.5, 0.25, 1.2840254166877414, 1.5340254166877414, 1.238557797071958],
        [1, 1, 1.2840254166877414, 2.2840254166877414, 0.9220503968758447],
        [0.9220503968758447, 0.9220503968758447, 0.4036953311198209, 0.4036953311198209, 1],
    ),
}


def recorded(x):
    x = leaf(np.float64(x))
    a = record(np.square, (x,))
    b = record(np.exp, (a,))
    c = record(np.add, (a, b))
    return [x, a, b, c, record(np.sqrt, (c,))]


@pytest.mark.parametrize("x", TABLE)
def test_the_worked_example(x):
    values, tangents, adjoints = TABLE[x]
    nodes = recorded(x)
    way = path(nodes[:1], nodes[-1:])
    forward = forward_sweep(way, {nodes[0]: np.float64(1)})
    reverse = reverse_sweep(way, {nodes[-1]: np.float64(1)})
    np.testing.assert_allclose([node.value for node in nodes], values, rtol=1e-12)
    np.testing.assert_allclose([forward[node] for node in nodes], tangents, rtol=1e-10)
    np.testing.assert_allclose([reverse[node] for node in nodes], adjoints, rtol=1e-10)


def test_both_sweeps_read_the_same_path_and_leave_it_as_it_was():
    nodes = recorded(0.5)
    way = path(nodes[:1], nodes[-1:])
    before = list(way.steps), [node.value for node in nodes]
    for _ in range(2):
        assert forward_sweep(way, {nodes[0]: 1.0})[nodes[-1]] == pytest.approx(0.9220503968758447, rel=1e-10)
        assert reverse_sweep(way, {nodes[-1]: 1.0})[nodes[0]] == pytest.approx(0.9220503968758447, rel=1e-10)
    assert (list(way.steps), [node.value for node in nodes]) == before


def test_a_sweep_without_keeping_ends_with_the_leaves():
    nodes = recorded(0.5)
    way = path(nodes[:1], nodes[-1:])
    assert set(reverse_sweep(way, {nodes[-1]: np.float64(1)}, keep=False)) == {nodes[0]}


def test_seeds_are_not_changed():
    nodes = recorded(0.5)
    seeds = {nodes[-1]: np.float64(1)}
    reverse_sweep(path(nodes[:1], nodes[-1:]), seeds, keep=False)
    assert seeds == {nodes[-1]: 1}


def test_a_recorded_sweep_can_be_swept_again():
    nodes = recorded(0.5)
    way = path(nodes[:1], nodes[-1:])
    first = reverse_sweep(way, {nodes[-1]: np.float64(1)}, view=tensor_of)[nodes[0]]
    again = path(nodes[:1], [first.node])
    second = reverse_sweep(again, {first.node: np.float64(1)})[nodes[0]]
    assert second == pytest.approx(1.6760309414386625, rel=1e-10)


def test_where_paths_meet_adjoints_add():
    x = ag.Tensor(3.0)
    y = x * x + x * x * x + x
    y.backward()
    assert x.grad == 2 * 3 + 3 * 9 + 1


def test_zero_derivatives_are_skipped():
    x = leaf(np.float64(2.5))
    y = record(np.floor, (x,))
    z = record(np.multiply, (y, 3.0))
    way = path([x], [z])
    assert set(forward_sweep(way, {x: np.float64(1)})) == {x}
    assert x not in reverse_sweep(way, {z: np.float64(1)})
