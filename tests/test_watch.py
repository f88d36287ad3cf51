"""Watches: lines and cuts are noted, derivatives that are not finite raise at once, and nothing is left behind."""

from __future__ import annotations

import gc
import sys
import threading
import weakref

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.tensor import doors
from autograd_lite.watches import open_watch


def length(x):
    d = x - 1
    r = np.sum(d**2)
    return np.sqrt(r)


LINE = length.__code__.co_firstlineno + 3
SAID = f"adjoint of 'r' became inf at sqrt, line {LINE}: value 0; use np.where before sqrt"


@pytest.fixture(autouse=True)
def quiet():
    before = sys.gettrace()
    with np.errstate(all="ignore"):
        yield
    assert sys.gettrace() is before and doors == [] and open_watch.get() is None


def raised(call):
    with pytest.raises(FloatingPointError) as error:
        call()
    return str(error.value)


def test_check_of_grad_and_value_and_grad():
    assert SAID in raised(lambda: ag.grad(length, check=True)(np.ones(3)))
    assert SAID in raised(lambda: ag.value_and_grad(length, check=True)(np.ones(3)))
    x = np.array([1.0, 2.0, 4.0])
    np.testing.assert_array_equal(ag.grad(length, check=True)(x), ag.grad(length)(x))
    assert ag.grad(length, check=True).__name__ == "grad(length)"


def test_off_by_default():
    assert not np.all(np.isfinite(ag.grad(length)(np.ones(3))))


def test_check_of_trace():
    graph = ag.trace(length, check=True)(np.ones(3))
    assert graph["r"].value == 0
    assert SAID in raised(graph.reverse_sweep)
    assert f"tangent of sqrt(r) became nan at sqrt, line {LINE}" in raised(lambda: graph.forward_sweep(np.ones(3)))
    assert "value of log(x) became inf at log" in raised(lambda: ag.trace(lambda x: np.log(x), check=True)(0.0))
    unwatched = ag.trace(length)(np.ones(3)).reverse_sweep()
    assert not np.all(np.isfinite(unwatched["x"].adjoint))


def test_every_derivative_inside_a_watch():
    root = lambda x: np.sqrt(x)
    with ag.watch():
        assert "at sqrt" in raised(lambda: ag.jvp(root, (0.0,), (1.0,)))
        assert "at sqrt" in raised(lambda: ag.vjp(root, 0.0)[1](1.0))
        assert "at sqrt" in raised(lambda: ag.jacobian(root)(np.array([0.0, 1.0])))
        assert "at sqrt" in raised(lambda: ag.elementwise_grad(root)(np.array([0.0, 1.0])))
        assert "at power" in raised(lambda: ag.hessian(lambda x: np.sum(x**1.5))(np.array([0.0, 1.0])))
        assert "at power" in raised(lambda: ag.grad(ag.grad(lambda x: x**1.5))(0.0))
        t = ag.Tensor(0.0, name="t")
        assert "adjoint of 't' became inf at sqrt" in raised(np.sqrt(t).backward)
        assert "at sqrt" in raised(ag.graph(np.sqrt(t)).reverse_sweep)
        assert ag.grad(root)(4.0) == 0.25  # it goes on after what was caught
        assert "value of sqrt(x) became nan" in raised(lambda: ag.grad(root)(-1.0))


def test_what_is_chosen_away_is_no_error():
    with ag.watch():
        masked = lambda x: np.sum(np.where(x > 1, np.log(np.where(x > 1, x, 1)), 0 * x))
        assert np.all(np.isfinite(ag.grad(masked)(np.array([0.0, 2.0]))))
        assert ag.grad(lambda x: np.sum(np.maximum(x, -np.inf)))(np.ones(2)).tolist() == [1, 1]


def lost(x):
    a = x * x
    return np.exp(a.value)


def test_a_lost_derivative():
    line = lost.__code__.co_firstlineno + 2
    with pytest.raises(ValueError, match=rf"cut at .value, line {line} .*value of 'a' left"):
        ag.grad(lost, check=True)(2.0)
    assert ag.grad(lambda x: np.floor(x), check=True)(2.5) == 0  # the mathematics says so
    assert ag.grad(lambda x: 3.0 if x > 1 else 2.0, check=True)(2.5) == 0
    assert ag.grad(lambda x: x * x.value, check=True)(2.5) == 2.5


def test_lines_of_a_function_that_calls_others():
    def inner(z):
        return np.exp(z)

    def outer(x):
        a = inner(x) + 1
        b = a * a
        return b

    with ag.watch() as watch:
        y = outer(ag.Tensor(1.0))
    square, total = y.node, y.node.parents[0]
    exp = total.parents[0]
    first = outer.__code__.co_firstlineno
    lines = [watch.place(n).line for n in (exp, total, square)]
    assert lines == [inner.__code__.co_firstlineno + 1, first + 1, first + 2]
    assert watch.place(exp).caller.line == first + 1 and watch.place(exp).source == "return np.exp(z)"
    assert watch.name(total) == "a" and watch.place(ag.Tensor(1.0).node) is None


def test_generators_comprehensions_and_exceptions_keep_the_line():
    def numbers(x):
        for k in range(2):
            yield x * k

    def fails(x):
        raise KeyError(x)

    with ag.watch() as watch:
        x = ag.Tensor(2.0)
        parts = [part + 1 for part in numbers(x)]
        try:
            fails(x)
        except KeyError:
            caught = np.sin(x)
        after = np.cos(x)
    start = fails.__code__.co_firstlineno + 3
    assert [watch.place(p.node).line for p in parts] == [start + 2] * 2
    assert [watch.place(p.node.parents[0]).line for p in parts] == [numbers.__code__.co_firstlineno + 2] * 2
    assert [watch.place(t.node).line for t in (caught, after)] == [start + 6, start + 7]


def test_the_tracer_that_was_there_goes_on():
    seen = []

    def tracer(frame, event, arg):
        seen.append(event)
        return tracer

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        with ag.watch():
            length(ag.Tensor(3.0))
        assert sys.gettrace() is tracer
    finally:
        sys.settrace(before)
    assert "call" in seen and "line" in seen


def test_an_open_watch_is_not_opened_twice_and_watches_nest():
    with ag.watch() as outer:
        with pytest.raises(RuntimeError, match="open already"), outer:
            pass
        with ag.watch() as inner:
            y = np.sin(ag.Tensor(1.0))
            assert open_watch.get() is inner
        assert open_watch.get() is outer
        z = np.cos(y)
    assert inner.place(y.node) is not None and outer.place(z.node).source.startswith("z = np.cos")


def test_other_threads_are_not_watched():
    results = []

    def work():
        t = ag.Tensor(0.0)
        with np.errstate(all="ignore"):
            np.sqrt(t).backward()
        results.append((t.grad, t.value))

    with ag.watch() as watch:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert results == [(np.inf, 0.0)] and not watch.cuts


def test_a_watch_keeps_no_graph_alive_but_for_the_last_cuts():
    class Marked(np.ndarray):
        pass

    with ag.watch() as watch:
        for _ in range(50):
            x = ag.Tensor(np.ones(3))
            y = np.sin(x)
            big = weakref.ref(y.node.value)
        del x, y
        gc.collect()
        assert big() is None
        for _ in range(50):
            x = ag.Tensor(2.0)
            x.value  # noqa: B018
    assert len(watch.cuts) == 1


def test_after_a_watch_everything_is_as_before():
    with pytest.raises(ZeroDivisionError), ag.watch():
        1 / 0  # noqa: B018
    frame = sys._getframe()
    trace = frame.f_trace
    with ag.watch():
        pass
    assert frame.f_trace is trace
