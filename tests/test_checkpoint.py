"""checkpoint and checkpoint_loop: less memory, the same derivatives, and no step more than the schedule needs."""

import tracemalloc
from dataclasses import dataclass, replace
from math import comb

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.scanning import schedule
from autograd_lite.testing import check_grads

X, V = np.array([0.3, -1.2, 2.0]), np.array([1.0, -0.5, 2.0])


@dataclass
class Point:
    x: object
    name: str = "p"


def peak(function):
    """The memory in bytes that a call needs at most."""
    function()
    tracemalloc.start()
    function()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def test_any_order_and_both_modes():
    check_grads(ag.checkpoint(lambda x, y: np.sin(x) * y), X, V, order=3)
    check_grads(lambda w: ag.checkpoint(lambda x: np.exp(np.sin(x) * w))(w * w), V, order=3)


def test_structures_keywords_and_constants():
    @ag.checkpoint
    def f(point, scale, *, power, label):
        assert label == "a" and point.name == "p"
        return {"p": replace(point, x=scale * point.x**power), "constant": 3.0, "same": point.x}

    plain = f.__wrapped__(Point(np.abs(X)), 2.0, power=V, label="a")
    found = f(Point(np.abs(X)), 2.0, power=V, label="a")
    np.testing.assert_array_equal(found["p"].x, plain["p"].x)
    recorded = f(Point(ag.Tensor(V)), 2.0, power=2, label="a")
    assert type(recorded["p"].x) is ag.Tensor and recorded["constant"] == 3.0
    total = lambda f: lambda x, w: np.sum(f(Point(x), w, power=w, label="a")["p"].x) + x[0]
    args = np.abs(X), 1.5
    for a, b in zip(ag.grad(total(f), (0, 1))(*args), ag.grad(total(f.__wrapped__), (0, 1))(*args), strict=True):
        np.testing.assert_array_equal(a, b)


def test_what_a_name_means_later_does_not_matter():
    weights = [0.5, 2.0, 3.0]

    def f(x):
        for w in weights:
            x = ag.checkpoint(lambda x: np.sin(x) * w)(x)  # noqa: B023  rebound by the time of the reverse sweep
        return np.sum(x)

    def plain(x):
        for w in weights:
            x = np.sin(x) * w
        return np.sum(x)

    np.testing.assert_array_equal(ag.grad(f)(X), ag.grad(plain)(X))


def test_random_numbers_are_drawn_once():
    rng = np.random.default_rng(0)
    f = ag.checkpoint(lambda x: x * x * rng.normal(size=3))
    value, gradient = ag.value_and_grad(lambda x: np.sum(f(x)))(X)
    assert np.sum(gradient * X) / 2 == pytest.approx(value)


def test_jacobians_and_nesting():
    f = lambda x: np.sin(x) * np.sum(x)
    twice = ag.checkpoint(lambda x: ag.checkpoint(f)(ag.checkpoint(f)(x)))
    for transform in (ag.jacrev, ag.jacfwd, lambda g: ag.hessian(lambda x: np.sum(g(x)))):
        np.testing.assert_allclose(transform(twice)(X), transform(lambda x: f(f(x)))(X), rtol=1e-12)


def test_memory_of_a_chain():
    def part(x):
        for _ in range(20):
            x = np.sin(x)
        return x

    def chain(part):
        def f(x):
            for _ in range(20):
                x = part(x)
            return np.sum(x)

        return lambda: ag.grad(f)(np.ones(10_000))

    assert peak(chain(ag.checkpoint(part))) < 0.2 * peak(chain(part))
    np.testing.assert_array_equal(chain(ag.checkpoint(part))(), chain(part)())


# Loops


def fewest(n, slots, known={}):  # noqa: B006
    """The least number of steps to reverse n, by trying every place for the next state."""
    if n <= 1 or slots == 1:
        return n * (n - 1) // 2
    if (n, slots) not in known:
        known[n, slots] = min(m + fewest(n - m, slots - 1) + fewest(m, slots) for m in range(1, n))
    return known[n, slots]


def test_the_formula_is_the_optimum():
    for slots in range(1, 9):
        for n in range(1, 60):
            assert schedule.fewest_steps(n, slots) == fewest(n, slots)
            if n > 1:
                m = schedule.advance(n, slots)
                rest = fewest(n - m, slots - 1) if slots > 1 else 0
                assert m + rest + fewest(m, slots) == fewest(n, slots)


def counted():
    """A linear step that counts how often it is run, and the list of the counts."""
    runs = []

    @ag.primitive
    def turn(x):
        runs.append(1)
        return 0.5 * x

    return ag.linear(turn, lambda g, out, x: 0.5 * g), runs


SIZES = [(1, 1), (2, 1), (7, 1), (10, 3), (21, 3), (56, 5), (100, 4), (30, 30), (5, 9)]


@pytest.mark.parametrize(("n", "slots"), SIZES)
def test_as_few_steps_as_the_schedule_says(n, slots):
    step, runs = counted()
    f = lambda x: ag.checkpoint_loop(step, x, n, slots)
    assert ag.grad(f)(2.0) == 0.5**n
    recordings = 2 if n == 1 else 4  # of the first step, of the second to compare, and of the adjoint's
    assert len(runs) - recordings == schedule.fewest_steps(n, slots) + 1  # the last step is for the value alone


def test_slots_change_nothing_but_memory():
    step = lambda state: (state[0] + 0.01 * state[1], state[1] - 0.01 * np.sin(state[0]))

    def end(slots):
        return lambda a: np.sum(ag.checkpoint_loop(step, (a, np.zeros(1000)), 400, slots)[0])

    expected = ag.grad(lambda a: np.sum(ag.scan(lambda s, _: (step(s), None), (a, np.zeros(1000)), length=400)[0][0]))
    start = np.linspace(0, 1, 1000)
    for slots in (2, 10, 500):
        np.testing.assert_array_equal(ag.grad(end(slots))(start), expected(start))
    sizes = {slots: peak(lambda slots=slots: ag.grad(end(slots))(start)) for slots in (5, 40)}
    state = 2 * 1000 * 8
    assert sizes[5] < 40 * state < sizes[40] < 130 * state < peak(lambda: expected(start))


def test_any_order_with_slots():
    step = lambda w: lambda s, x: np.sin(s * w) + x
    check_grads(lambda s, w, x: ag.checkpoint_loop(step(w), s, 5, 2, x), X, V, 0.1 * np.ones((5, 3)), order=2)
    f = lambda s: np.sum(ag.checkpoint_loop(lambda s: np.sin(s), s, 20, 3))
    g = lambda s: np.sum(ag.scan(lambda s, _: (np.sin(s), None), s, length=20)[0])
    np.testing.assert_allclose(ag.hessian(f)(X), ag.hessian(g)(X), rtol=1e-12)
    np.testing.assert_allclose(ag.jacobian(lambda s: ag.checkpoint_loop(np.sin, s, 9, 3))(X), ag.jacobian(
        lambda s: ag.scan(lambda s, _: (np.sin(s), None), s, length=9)[0])(X), rtol=1e-12)


def test_no_step():
    f = lambda s: ag.checkpoint_loop(np.sin, s, 0, 3)
    assert f(2.0) == 2.0 and ag.grad(f)(2.0) == 1.0


def test_memory_of_a_scan():
    n, start = 2500, np.linspace(0, 1, 500)
    end = lambda checkpoint: lambda a: np.sum(
        ag.scan(lambda s, _: (s - 0.01 * np.sin(s), None), a, length=n, checkpoint=checkpoint)[0]
    )
    sizes = [peak(lambda c=c: ag.grad(end(c))(start)) for c in (False, True)]
    assert sizes[0] > n * start.nbytes
    assert sizes[1] < 600 * start.nbytes  # the order of √n = 50 states, and the blocks that are gathered
    np.testing.assert_array_equal(ag.grad(end(True))(start), ag.grad(end(False))(start))


def test_the_binomial_bound():
    """With s slots and r runs, C(s + r, s) steps are reversed."""
    for slots, runs in ((3, 4), (5, 2), (1, 6)):
        n = comb(slots + runs, slots)
        assert schedule.repetitions(n, slots) == runs and schedule.repetitions(n + 1, slots) == runs + 1


def test_in_tables():
    @ag.checkpoint
    def bend(x):
        return np.sin(x) * x

    graph = ag.trace(lambda x: np.sum(bend(x)))(X).reverse_sweep()
    assert graph.computed[0].definition == "checkpoint(bend, x)" and graph.computed[0].flops == 6
    np.testing.assert_allclose(graph["x"].adjoint, np.sin(X) + X * np.cos(X))
