"""The record itself: nodes, their order, the path between leaves and outputs, and what becomes of the memory."""

import gc
import threading
import tracemalloc

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.graph import Node, leaf, path, record


def worked_example(x):
    a = record(np.square, (x,))
    b = record(np.exp, (a,))
    c = record(np.add, (a, b))
    return a, b, c, record(np.sqrt, (c,))


def test_a_node_is_data():
    x = leaf(np.float64(1.0), "x")
    a, b, c, d = worked_example(x)
    assert [node.function for node in (x, a, b, c, d)] == [None, np.square, np.exp, np.add, np.sqrt]
    assert c.parents == [a, b]
    assert d.value == pytest.approx(1.928284685532467, rel=1e-12)
    assert x.kwargs == {"name": "x"}
    assert repr(c).startswith(f"<Node x{c.number} = add(x{a.number}, x{b.number}):")


def test_numbers_are_a_topological_order():
    nodes = [leaf(1.0), *worked_example(leaf(1.0))]
    assert all(parent.number < node.number for node in nodes for parent in node.parents)


def test_numbers_are_unique_across_threads():
    made: list[list[Node]] = [[] for _ in range(4)]

    def work(mine):
        mine += [leaf(0.0) for _ in range(2000)]

    threads = [threading.Thread(target=work, args=(mine,)) for mine in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({node.number for mine in made for node in mine}) == 8000


def test_path_holds_what_lies_between():
    x, other = leaf(np.float64(1.0)), leaf(np.float64(5.0))
    a, b, c, d = worked_example(x)
    unused = record(np.sin, (a,))
    aside = record(np.cos, (other,))
    out = record(np.multiply, (d, aside))
    way = path([x], [out])
    assert way.steps == [a, b, c, d, out]
    assert way.active == {x, a, b, c, d, out}
    assert unused not in way.active and aside not in way.active and not way.nested


def test_path_never_walks_past_the_leaves():
    older = leaf(np.float64(2.0))
    history = record(np.exp, (older,))
    x = leaf(np.float64(1.0))
    y = record(np.multiply, (x, history))
    way = path([x], [y])
    assert way.steps == [y] and way.nested
    assert history not in way.active and older not in way.active


def test_path_from_an_output_that_is_a_leaf():
    x = leaf(1.0)
    assert path([x], [x]).steps == []


def count_nodes():
    return sum(type(thing) is Node for thing in gc.get_objects())


def test_memory_returns_without_the_garbage_collector():
    x = ag.Tensor(np.ones(1000))
    gc.collect()
    gc.disable()
    try:
        before = count_nodes()
        y = x
        for _ in range(100):
            y = np.sin(y) * 2
        assert count_nodes() == before + 200
        del y
        assert count_nodes() == before
    finally:
        gc.enable()


def test_transforms_leave_nothing_behind():
    gradient = ag.grad(lambda x: np.sum(np.sin(x) ** 2))
    x = np.ones(10_000)
    gradient(x)
    gc.collect()
    gc.disable()
    try:
        before = count_nodes()
        tracemalloc.start()
        gradient(x)
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert count_nodes() == before
        assert held < x.nbytes
    finally:
        gc.enable()


def test_a_million_operations():
    def chain(x):
        for _ in range(500_000):
            x = x * 1.0000001 + 1e-9
        return x

    slope = ag.grad(chain)(0.5)
    assert slope == pytest.approx(1.0000001**500_000, rel=1e-9)
    assert ag.jvp(chain, (0.5,), (1.0,))[1] == pytest.approx(slope, rel=1e-12)
