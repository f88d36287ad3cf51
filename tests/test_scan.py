"""scan: the value of the loop, bit for bit, and its derivatives of any order in both modes."""

import sys
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_lite as ag
from autograd_lite.numpy import take
from autograd_lite.scanning.loops import scan_loop
from autograd_lite.testing import check_grads
from autograd_lite.trace.naming import is_user_code
from autograd_lite.trees import flatten, map_tree

RNG = np.random.default_rng(0)
W, C, X = RNG.normal(size=(3, 3)), RNG.normal(size=3), RNG.normal(size=(6, 3))


def loop(step, carry, xs=None, length=None, reverse=False, checkpoint=False):
    """What scan has to be equal to: a loop in Python."""
    n = length if xs is None else len(flatten(xs)[0][0])
    ys = [None] * n
    for t in reversed(range(n)) if reverse else range(n):
        carry, ys[t] = step(carry, None if xs is None else map_tree(lambda x, t=t: x[t], xs))
    return carry, map_tree(lambda *parts: np.stack(parts), *ys)


def recurrent(scan, W, c, X, **options):
    return scan(lambda h, x: (np.tanh(W @ h + x), h[0] * x.sum()), c, X, **options)


def without_xs(scan, W, c, X):
    return scan(lambda h, _: (np.sin(W @ h), None), c, length=5)


def branching(scan, W, c, X):
    return scan(lambda h, _: ((np.sin(h) * 2 if h.sum() > 0 else h - W[0]), h), c, length=9)


def nested(scan, W, c, X):
    def outer(h, x):
        inside, ys = scan(lambda g, k: (np.tanh(g * k + W @ h), g.sum()), h, x)
        return inside + x.sum(), ys

    return scan(outer, c, X)


def nested_and_branching(scan, W, c, X):
    def outer(h, x):
        inside, ys = scan(lambda g, k: ((np.tanh(g * k + W @ h) if g[0] > 0 else -g + h * k), g.sum()), h, x)
        return inside + x.sum(), ys

    return scan(outer, c, X)


def indexing(scan, W, c, X):
    return scan(lambda h, x: (np.stack([h[1], h[2] * x[0], np.sin(h[0])]), h[:2]), c, X)


def structured(scan, W, c, X):
    def step(state, x):
        return {"a": state["a"] * x["u"], "b": state["b"] + state["a"].sum()}, (state["b"], x["v"])

    return scan(step, {"a": c, "b": 0.0}, {"u": W, "v": W[:, 0]})


def gradient_inside(scan, W, c, X):
    return scan(lambda q, _: (q - 0.1 * ag.grad(lambda z: np.sum(np.cos(W @ z)))(q), q), c, length=4)


def delayed(scan, W, c, X):
    """What comes in goes out later, unchanged."""
    return scan(lambda h, x: ((x, h[0]), h[1]), (c, W[0]), X)


def counting(scan, W, c, X):
    def step(state, x):
        i, h = state
        return (i + 1, h + x * np.take(W, i % 3, axis=0)), i * h

    return scan(step, (0, c), X)


def assigning(scan, W, c, X):
    def step(h, x):
        u = 2 * h
        u[1] = x[0] * h[2]
        u[u > 0.5] *= 0.1
        v = np.sin(W @ u)
        v[:2] += h[1:]
        return v, u

    return scan(step, c, X)


PROGRAMS = [
    recurrent, without_xs, branching, nested, nested_and_branching, indexing, structured, gradient_inside, delayed,
    counting, assigning,
]  # fmt: skip
OPTIONS = [{}, {"reverse": True}, {"checkpoint": True}, {"reverse": True, "checkpoint": True}]


def total(result):
    return sum([(i + 1) * np.sum(np.cos(y)) for i, y in enumerate(flatten(result)[0])])


def close(found, expected, tolerance=1e-12):
    for a, b in zip(flatten(found)[0], flatten(expected)[0], strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def compare(program, args):
    """Value, both modes, second order and whole Jacobians of a program, with scan and with a loop."""
    argnum = tuple(range(len(args)))
    direction = [np.cos(np.arange(x.size)).reshape(x.shape) for x in args]
    ours, theirs = (lambda *p, s=s: total(program(s, *p)) for s in (ag.scan, loop))
    for a, b in zip(flatten(program(ag.scan, *args))[0], flatten(program(loop, *args))[0], strict=True):
        np.testing.assert_array_equal(a, b)
        assert np.asarray(a).dtype == np.asarray(b).dtype
    close(ag.grad(ours, argnum)(*args), ag.grad(theirs, argnum)(*args))
    close(ag.jvp(ours, args, direction), ag.jvp(theirs, args, direction))
    curvature = [ag.jvp(ag.grad(f, argnum), args, direction) for f in (ours, theirs)]
    close(*curvature)
    close(*[ag.grad(lambda *p, f=f: total(ag.grad(f)(*p)))(*args) for f in (ours, theirs)])
    lasts = [lambda c, s=s: flatten(program(s, args[0], c, args[2])[0])[0][-1] for s in (ag.scan, loop)]
    for jacobian in (ag.jacrev, ag.jacfwd):
        close(*[jacobian(last)(args[1]) for last in lasts])
    close(*[ag.hessian(lambda c, f=f: f(args[0], c, args[2]))(args[1]) for f in (ours, theirs)])


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_a_scan_is_the_loop(program):
    compare(program, (W, C, X))


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_options(options):
    compare(lambda scan, W, c, X: recurrent(scan, W, c, X, **options), (W, C, np.tile(X, (2, 1))[:11]))


@settings(max_examples=25, deadline=None)
@given(
    n=st.integers(0, 12), seed=st.integers(0, 2**32 - 1), reverse=st.booleans(), checkpoint=st.booleans(),
    shape=st.sampled_from([(), (1,), (2, 3)]), parts=st.lists(st.integers(0, 6), min_size=1, max_size=5),
)  # fmt: skip
def test_random_steps(n, seed, reverse, checkpoint, shape, parts):
    rng = np.random.default_rng(seed)
    moves = [
        lambda a, b, x, w: (np.sin(a) * w, b + x),
        lambda a, b, x, w: (a + b * x, np.tanh(a)),
        lambda a, b, x, w: (b, a),
        lambda a, b, x, w: (a - 0.1, b * 0.5) if np.sum(a) > 0 else (a + 0.2, np.cos(b)),
        lambda a, b, x, w: (np.where(a > b, a, b * w), np.exp(-(a * a))),
        lambda a, b, x, w: (a, np.full_like(x, 0.3)),
        lambda a, b, x, w: (a * x, b),
    ]

    def program(scan, w, start, xs):
        def step(state, x):
            a, b = state
            for part in parts:
                a, b = moves[part](a, b, x, w)
            return (a, b), (a * b, a)

        return scan(step, (start, start * 0.5), xs, reverse=reverse, checkpoint=checkpoint)

    args = rng.normal(size=shape)[()], rng.normal(size=shape)[()], rng.normal(size=(n, *shape))
    ours, theirs = (lambda *p, s=s: total(program(s, *p)) for s in (ag.scan, loop))
    if n == 0:
        (a, b), ys = program(ag.scan, *args)
        assert a == pytest.approx(args[1]) and [y.shape for y in ys] == [(0, *shape)] * 2
        return
    for a, b in zip(flatten(program(ag.scan, *args))[0], flatten(program(loop, *args))[0], strict=True):
        np.testing.assert_array_equal(a, b)
    close(ag.grad(ours, (0, 1, 2))(*args), ag.grad(theirs, (0, 1, 2))(*args), 1e-10)
    close(ag.jvp(ours, args, args), ag.jvp(theirs, args, args), 1e-10)


def test_check_grads_to_third_order():
    check_grads(lambda W, c: recurrent(ag.scan, W, c, X[:3]), 0.5 * W, C, order=3)


def test_complex_and_single_precision():
    z = (C[:2] + 1j * C[1:]) / 2
    check_grads(lambda z: ag.scan(lambda h, x: (np.exp(h * x), h.real), z, X[:4, :2]), z, order=2)
    f = lambda c: np.sum(ag.scan(lambda h, x: (np.sin(h) + x, h), c, X[:, 0].astype(np.float32))[1])
    gradient = ag.grad(f)(C.astype(np.float32))
    assert gradient.dtype == np.float32
    close(gradient, ag.grad(f)(C), 1e-5)


def test_a_python_number_takes_the_dtype_of_the_step():
    for start, xs in ((0, X), (0.0, X.astype(np.float32)), (1, X > 0)):
        step = lambda c, x: (c + np.sum(x), c)
        expected, ys = loop(step, start, xs)
        found, found_ys = ag.scan(step, start, xs)
        assert found == expected and found.dtype == expected.dtype
        np.testing.assert_array_equal(found_ys, ys)


def test_nothing_moves():
    f = lambda x: ag.scan(lambda c, _: (c, np.floor(x)), 0.0, length=3)[1].sum() + x
    assert ag.grad(f)(2.5) == 1.0
    assert ag.grad(lambda x: ag.scan(lambda c, _: (c + 1.0, c), 0.0, length=3)[0] * x)(2.0) == 3.0


def test_no_step_at_all():
    f = lambda c, w: ag.scan(lambda h, x: (h * w, (h, x)), c, np.zeros((0, 2)))
    carry, ys = f(2.0, 3.0)
    assert carry == 2.0 and [y.shape for y in ys] == [(0,), (0, 2)]
    assert ag.grad(lambda c, w: f(c, w)[0] + f(c, w)[1][0].sum(), (0, 1))(2.0, 3.0) == (1.0, 0.0)


def test_plain_in_plain_out():
    carry, ys = ag.scan(lambda c, x: (c + x, {"sum": c}), 0.0, np.arange(4.0))
    assert type(carry) is np.float64 and carry == 6.0 and ys["sum"].tolist() == [0.0, 0.0, 1.0, 3.0]


def test_what_is_a_constant_of_one_body_may_move_in_another():
    def f(w, n):
        def step(c, x):
            return (c * w if x > 4 else c + x), c

        return ag.scan(step, 1.0, np.arange(n, dtype=float))[0]

    assert ag.grad(f)(2.0, 7) == 11.0 * 2 * 2.0
    assert ag.grad(f)(2.0, 3) == 0.0


def test_the_body_is_recorded_a_few_times_whatever_the_length():
    for n in (10, 1000):
        calls = []
        step = lambda h, x, calls=calls: (calls.append(1) or np.sin(h) * x, h)
        ag.grad(lambda c, n=n, step=step: ag.scan(step, c, np.ones(n))[0])(0.3)
        assert len(calls) == 2


def test_one_node_that_can_be_looked_into():
    graph = ag.trace(lambda c: recurrent(ag.scan, W, c, X)[0])(C)
    node = next(node.node for node in graph if node.node.function is scan_loop)
    body = node.args[0].bodies[0]
    assert len(graph) <= 8
    assert [n.function.__name__ for n in body.steps if n.function is not None][:3] == ["matmul", "add", "tanh"]
    assert all(type(n) is ag.Node for n in body.leaves + body.nodes())


def test_decisions_by_value():
    def collatz(state, _):
        n, x = state
        return ((n // 2, x * 0.5) if n % 2 == 0 else (3 * n + 1, x + 1.0)), n

    f = lambda x: ag.scan(collatz, (np.int64(27), x), length=111)
    g = lambda x: loop(collatz, (np.int64(27), x), length=111)
    np.testing.assert_array_equal(f(1.0)[1], g(1.0)[1])
    assert f(1.0)[0][0] == 1
    assert ag.grad(lambda x: f(x)[0][1])(1.0) == ag.grad(lambda x: g(x)[0][1])(1.0) == 0.5**70



def test_numbers_that_leave_the_graph():
    def step(h, x):
        return h * (2.0 if h.value.round() > 1 else 3.0), [1.0, 2.0][(x > 0).astype(int)] * h

    f = lambda c: ag.scan(step, c, np.array([1.0, -1.0] * 8))
    assert ag.grad(lambda c: f(c)[0])(0.1) == pytest.approx(3.0**3 * 2.0**13)
    assert ag.grad(lambda c: f(c)[1][:3].sum())(0.1) == pytest.approx(2.0 + 3.0 + 18.0)


def test_entries_that_leave_the_graph():
    step = lambda c, x: (c * c.value[::-1] + x, c)
    ends, states = loop(lambda c, x: (c * c[::-1] + x, c), C[:2], X[:, :2])
    for found, expected in zip(ag.scan(step, C[:2], X[:, :2]), (ends, states), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_threads():
    found, expected = [], ag.grad(lambda c: total(branching(ag.scan, W, c, X)))(C)

    def work():
        for _ in range(20):
            found.append(ag.grad(lambda c: total(branching(ag.scan, W, c, X)))(C))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 80
    for gradient in found:
        np.testing.assert_array_equal(gradient, expected)


def test_sparse_jacobian():
    f = lambda x: ag.scan(lambda c, x: (c + x, np.sin(x)), 0.0, x)[1]
    np.testing.assert_allclose(ag.sparse_jacobian(f)(C).toarray(), np.diag(np.cos(C)))


def test_in_tables_and_pictures():
    def swing(state, dt):
        angle, velocity = state
        velocity = velocity - dt * np.sin(angle)
        return (angle + dt * velocity, velocity), None

    graph = ag.trace(lambda angle: ag.scan(swing, (angle, 0.0), np.full(500, 0.01))[0][0])(1.0).reverse_sweep()
    node = graph.computed[0]
    assert node.definition == "scan(swing × 500, angle, 0, array(500))" and "swing × 500" in graph.svg()
    assert node.flops == 500 * 5 and graph["angle"].inside is None
    assert [n.name for n in node.inside][:3] == ["angle", "velocity", "dt"]
    assert node.inside["velocity_2"].definition == "velocity - v2"
    assert "sin(angle)" in node.inside.svg()


def test_a_loop_inside_a_loop_can_be_looked_into():
    graph = ag.trace(lambda c: nested(ag.scan, W, c, X)[0])(C)
    inner = next(node.inside for node in graph.computed[0].inside if node.inside)
    assert "tanh" in [node.function_name for node in inner]


def test_compiled_and_on_another_way_than_when_it_was_compiled():
    def f(x):
        def outer(c, _):
            return ag.scan(lambda g, _: ((g * 2 if g < 5 else np.sin(g) * c), None), c, length=3)[0], c

        return ag.scan(outer, x, length=3)[0]

    compiled = ag.compile(ag.grad(f))
    for x in (0.01, 0.2, 4.0, -1.0, 100.0, 0.01):
        np.testing.assert_allclose(compiled(x), ag.grad(f)(x), rtol=1e-12)


def test_the_keys_of_a_dict_may_come_in_any_order():
    step = lambda s, x: ({"b": s["a"] * x, "a": s["b"]}, {"u": x, "v": x} if x < 3 else {"v": x, "u": x})
    f = lambda c: ag.scan(step, {"a": c, "b": 2.0}, np.arange(1.0, 6.0))[0]
    assert list(f(1.0)) == ["a", "b"] and f(1.0) == {"a": 16.0, "b": 15.0}
    assert ag.grad(lambda c: f(c)["b"])(1.0) == 15.0


def test_a_python_number_may_come_back():
    step = lambda c, x: (0 if x > 3 else c + x, c)
    f = lambda c: ag.scan(step, c, np.arange(6.0, dtype=np.float32))
    np.testing.assert_array_equal(f(np.float32(1.0))[1], [1, 1, 2, 4, 7, 0])
    assert ag.grad(lambda c: f(c)[1].sum())(1.0) == 5.0


def test_a_trace_does_not_watch_the_loop_run():
    """It would take as long as n lines of the user's own."""
    lines = []

    def follow(frame, event, arg):
        lines.append(frame.f_code.co_name)
        return follow if is_user_code(frame.f_code) else None

    step = lambda c, x: (c + x, c)
    sys.settrace(follow)
    try:
        ag.scan(step, 0.0, np.ones(5000))
    finally:
        sys.settrace(None)
    assert len(lines) < 3000


def test_tables_inside_a_loop():
    table, times = np.sin(np.arange(200.0)), np.arange(200.0)

    def f(c):
        def step(state, i):
            t, c = state
            return (t + 0.5, 0.99 * c + take(table, i) + c * np.interp(t, times, table)), take(table, i, axis=0)

        return ag.scan(step, (0.0, c), np.arange(200))

    def plain(c):
        for i in range(200):
            c = 0.99 * c + table[i] + c * np.interp(0.5 * i, times, table)
        return c

    assert f(1.0)[0][1] == pytest.approx(plain(1.0), rel=1e-12)
    np.testing.assert_array_equal(f(1.0)[1], table)
    assert ag.grad(lambda c: f(c)[0][1])(1.0) == pytest.approx(ag.grad(plain)(1.0), rel=1e-12)


def test_what_does_not_change_is_computed_before_the_loop():
    def f(scan, w):
        def step(c, x):
            if w * 2 > 1:  # the same product, once decided by and once used
                c = c + (w * 2 + 1) * x
            return c * np.sin(w), c

        return total(scan(step, 0.5, np.arange(5.0)))

    for w in (0.3, 0.7):
        assert ag.grad(lambda w: f(ag.scan, w))(w) == pytest.approx(ag.grad(lambda w: f(loop, w))(w), rel=1e-12)


def test_steps_may_decide_by_a_whole_mask():
    def step(c, k):
        c = c * k
        out = ag.Tensor(np.full(3, 0.5))
        np.sqrt(c, out=out, where=c > 0.4)
        return c, np.sum(out * c)

    def plain(x):
        total = 0.0
        for k in (1.0, 0.7, 0.5):
            x, y = step(x, k)
            total = total + y
        return total

    f = lambda x: np.sum(ag.scan(step, x, np.array([1.0, 0.7, 0.5]))[1])
    x = np.array([0.3, 0.6, 0.9])
    np.testing.assert_allclose(ag.grad(f)(x), ag.grad(plain)(x))
    np.testing.assert_allclose(ag.hessian(f)(x), ag.hessian(plain)(x))


def test_steps_may_pick_rows_by_what_they_compute():
    """An index in a list is asked anew in every step."""

    def step(c, k):
        a = c * 1.0
        p = np.argmax(np.abs(a[:, 0]))
        a[[0, p]] = a[[p, 0]]
        a[1:] -= k * a[0]
        return np.roll(a, 1, axis=0), np.sum(a[[0, p]])

    def plain(a):
        total = 0.0
        for k in (0.5, 0.2, 0.9, 0.1):
            a, y = step(a, k)
            total = total + y
        return total

    f = lambda a: np.sum(ag.scan(step, a, np.array([0.5, 0.2, 0.9, 0.1]))[1])
    a = np.random.default_rng(5).normal(size=(3, 3))
    np.testing.assert_allclose(ag.vjp(f, a)[0], ag.vjp(plain, a)[0])
    np.testing.assert_allclose(ag.grad(f)(a), ag.grad(plain)(a))


def test_a_large_carry_that_is_written_to_comes_out_as_an_array():
    def step(u, x):
        u[1:] = 0.5 * u[:-1]
        u[0] = x
        return u, u[1]

    def states(start):
        u, seen = ag.Tensor(start), []
        for x in (1.0, 2.0, 3.0):
            u, y = step(u, x)
            seen.append(y.value)
        return u.value, seen

    start, xs = np.linspace(0.0, 1.0, 300), np.array([1.0, 2.0, 3.0])
    in_place = lambda u, x: step(ag.Tensor(u) if type(u) is np.ndarray else u, x)
    for final, ys in (ag.scan(in_place, start, xs), ag.scan(in_place, start, xs, checkpoint=True)):
        assert type(final) is np.ndarray
        np.testing.assert_array_equal(final, states(start)[0])
        np.testing.assert_array_equal(ys, states(start)[1])
    assert type(ag.checkpoint_loop(lambda u: in_place(u, 1.0)[0], start, 3, slots=2)) is np.ndarray
