"""Adjoints that wait to be added up: the same numbers as ever, in memory of the order of what is written."""

from __future__ import annotations

import gc
import tracemalloc
from functools import partial

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.arrays import versions
from autograd_lite.graph import leaf, path, record
from autograd_lite.pending import Pending
from autograd_lite.rules import taking
from autograd_lite.rules.indexing import getitem
from autograd_lite.sweeps import reverse_sweep, rules
from autograd_lite.tensor import tensor_of

X = np.linspace(0.3, 1.7, 24).reshape(4, 6)
Z = X + 1j * np.cos(3 * X)


@pytest.fixture
def pending(monkeypatch):
    """Adjoints wait for each other however small they are."""
    monkeypatch.setattr(taking, "SMALL", 0)
    monkeypatch.setattr(taking, "LARGE_PART", 10**6)
    monkeypatch.setattr(versions, "SMALL", 0)
    monkeypatch.setattr(versions, "LARGE_PART", 10**6)


def both_ways(f, x, monkeypatch):
    """What f(x) gives when adjoints wait, and when each is filled with zeros."""
    found = []
    for small in (0, 10**9):
        with monkeypatch.context() as patch:
            patch.setattr(taking, "SMALL", small)
            patch.setattr(taking, "LARGE_PART", 10**6)
            patch.setattr(versions, "SMALL", small)
            found.append(f(x))
    return found


def tangent(f):
    """The derivative by forward mode."""
    return lambda a: ag.jvp(f, (a,), (1.0,))[1]


NESTINGS = {
    "reverse": ag.grad,
    "forward of reverse": lambda f: tangent(ag.grad(f)),
    "reverse of reverse": lambda f: ag.grad(ag.grad(f)),
    "reverse of forward": lambda f: ag.grad(tangent(f)),
    "forward of forward": lambda f: tangent(tangent(f)),
    "third": lambda f: tangent(ag.grad(tangent(f))),
}


# Loops that fill an array of ``size`` entries in n steps, each beside the same recurrence without an array


def vector(n, size):
    def fill(a):
        u = ag.Tensor(np.zeros(size))
        u[0] = a
        for i in range(n):
            u[i + 1] = u[i] + a / n * np.sin(u[i])
        return u[n]

    def follow(a):
        u = a
        for _ in range(n):
            u = u + a / n * np.sin(u)
        return u

    return fill, follow


def rows(n, size):
    def fill(a):
        u = ag.Tensor(np.zeros((size // 2, 2)))
        u[0] = np.stack([a, a * a])
        for i in range(n):
            u[i + 1] = u[i] + np.sin(u[i, ::-1]) / n
        return np.sum(u[n] ** 2)

    def follow(a):
        x, y = a, a * a
        for _ in range(n):
            x, y = x + np.sin(y) / n, y + np.sin(x) / n
        return x**2 + y**2

    return fill, follow


def through_views(n, size):
    def fill(a):
        u = ag.Tensor(np.zeros((size // 2, 2)))
        columns, flat = u.T, u.reshape(-1)
        u[0] = np.stack([a, a * a])
        for i in range(n):
            columns[0, i + 1] = columns[0, i] + np.sin(flat[2 * i + 1]) / n
            flat[2 * i + 3] = columns[:, i][1] * a
        return columns[0, n] * flat[2 * n + 1]

    def follow(a):
        x, y = a, a * a
        for _ in range(n):
            x, y = x + np.sin(y) / n, y * a
        return x * y

    return fill, follow


def lists_of_places(n, size):
    def fill(a):
        u = ag.Tensor(np.zeros(size))
        u[0] = a
        for i in range(n):
            u[[i + 1, i + 2]] = u[[i]] + a / n * np.sin(u[np.array([i, i])])
        return u[n] * u[n + 1]

    def follow(a):
        u = a
        for _ in range(n):
            u = u + a / n * np.sin(u)
        return u * u

    return fill, follow


def sums_at_places(n, size):
    def fill(a):
        u = ag.Tensor(np.zeros(size))
        u[0] = a
        for i in range(n):
            np.add.at(u, ([i + 1, i + 1],), np.stack([u[i], np.sin(u[i]) * a / n]))
        return u[n]

    return fill, vector(n, size)[1]


def complex_parts(n, size):
    def fill(a):
        u = ag.Tensor(np.zeros(size, complex))
        u[0] = a + 1j * a * a
        for i in range(n):
            u.real[i + 1] = u.real[i] + np.sin(u.imag[i]) / n
            u.imag[i + 1] = u[i].imag * a
        return u.real[n] * u.imag[n]

    return fill, through_views(n, size)[1]


LOOPS = [vector, rows, through_views, lists_of_places, sums_at_places, complex_parts]


@pytest.mark.parametrize("nesting", NESTINGS)
@pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: loop.__name__)
def test_memory_grows_as_the_array_does(loop, nesting):
    """Twice the steps over twice the array: twice the memory, where arrays of zeros would take four times as much."""
    derivative = NESTINGS[nesting]
    derivative(loop(2, 2000)[0])(0.9)
    peaks = []
    for n in (40, 80):
        f, a = derivative(loop(n, 300 * n)[0]), 0.9
        gc.collect()
        tracemalloc.start()
        f(a)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 3 * peaks[0]


@pytest.mark.parametrize("nesting", NESTINGS)
@pytest.mark.parametrize("loop", LOOPS, ids=lambda loop: loop.__name__)
def test_derivatives_of_loops_are_those_of_the_recurrence(loop, nesting, pending):
    fill, follow = loop(7, 40)
    derivative = NESTINGS[nesting]
    assert derivative(fill)(0.9) == pytest.approx(derivative(follow)(0.9), rel=1e-11)


VIEWS = {
    "transpose": lambda x: x.T,
    "axes": lambda x: np.transpose(x, axes=(1, 0)),
    "swapaxes": lambda x: np.swapaxes(x, 0, 1),
    "moveaxis": lambda x: np.moveaxis(x, [0], [1]),
    "expand_dims": lambda x: np.expand_dims(x, (1, 2)),
    "squeeze": lambda x: np.squeeze(np.expand_dims(x, 1)),
    "flip": np.flip,
    "flip, axis": lambda x: np.flip(x, axis=1),
    "reshape": lambda x: x.reshape(3, -1),
    "reshape, shape=": lambda x: np.reshape(x, (2, 12), order="C"),
    "reshape, F": lambda x: np.reshape(x, (8, 3), order="F"),
    "reshape, A": lambda x: np.reshape(x.T, (8, 3), order="A"),
    "reshape that copies": lambda x: x.T.reshape(-1),
    "ravel": np.ravel,
    "rows": lambda x: x[1:],
    "columns": lambda x: x[:, ::-2],
    "ellipsis": lambda x: x[..., None, 1:5],
    "real": np.real,
    "imag": np.imag,
    "real of columns": lambda x: x.T.real[1:],
    "imag, flat": lambda x: x.imag.reshape(-1),
    "several": lambda x: np.flip(np.swapaxes(x[:, 1:], 0, 1)[::2], 0).T,
    "no view": np.sin,
    "list of places": lambda x: x[[0, 2, 2]],
    "diagonal": lambda x: np.diagonal(x, 1),
    "broadcast": lambda x: np.broadcast_to(x, (2, 4, 6)),
    "copy": np.copy,
}


def read(view):
    """A cost that reads single entries of a view, some of them twice, and the whole of what it is a view of."""

    def cost(x):
        v = view(x)
        first, last = v[(0,) * v.ndim], v[(-1,) * v.ndim]
        part = v[0] if v.ndim > 1 else v[:2]
        y = first * last + first**2 * np.sum(part) + np.sum(v[np.array([0, 0, 1])])
        y = y + np.sum(x * x) * x[(1,) * x.ndim]
        return np.real(y) + np.imag(y) if y.dtype.kind == "c" else y

    return cost


@pytest.mark.parametrize("x", [X, np.asfortranarray(X), Z, X.astype(np.float32)], ids=["C", "F", "complex", "float32"])
@pytest.mark.parametrize("view", VIEWS)
def test_through_views(view, x, monkeypatch):
    cost = read(VIEWS[view])
    tolerance = {"rtol": 2e-4, "atol": 1e-4} if x.dtype == np.float32 else {"rtol": 1e-11, "atol": 1e-12}
    v = np.cos(np.arange(24.0)).reshape(4, 6).astype(x.dtype)
    for f in (
        ag.grad(cost),
        lambda x: ag.jvp(ag.grad(cost), (x,), (v,))[1],
        lambda x: ag.vjp(ag.grad(cost), x)[1](v)[0],
        lambda x: ag.vjp(lambda x: ag.vjp(ag.grad(cost), x)[1](v)[0], x)[1](v)[0],
        lambda x: ag.jacobian(lambda x: np.stack([cost(x), 2 * cost(x) ** 2]))(x),
    ):
        waiting, filled = both_ways(f, x, monkeypatch)
        np.testing.assert_allclose(waiting, filled, **tolerance)
        assert waiting.dtype == filled.dtype == x.dtype and type(waiting) is np.ndarray


# One sweep


def test_parts_wait_for_each_other_and_become_one_array(pending):
    x = leaf(X[0].copy())
    nodes = [record(getitem, (x, i)) for i in (1, 1, slice(2, 4))]
    rule, adjoints = rules[getitem], (np.float64(2), np.float64(3), np.ones(2))
    parts = [rule.vjp(0, g, n.value, [x.value, n.args[1]], {}) for n, g in zip(nodes, adjoints, strict=True)]
    assert [type(part) for part in parts] == [Pending] * 3
    total = (parts[0] + parts[1] + parts[2]).total()
    np.testing.assert_array_equal(total, [0, 5, 1, 1, 0, 0])


def test_arrays_tensors_and_pending_add_from_both_sides(pending):
    def part():
        return rules[getitem].vjp(0, np.float64(2), X[0, 1], [X[0], 1], {})

    expected, given = X[0] + [0, 2, 0, 0, 0, 0], X[0].copy()
    for total in (given + part(), part() + given, (ag.Tensor(given) + part()).value, (part() + ag.Tensor(given)).value):
        np.testing.assert_array_equal(total, expected)
    np.testing.assert_array_equal(given, X[0])


@pytest.mark.parametrize("view", [tensor_of, lambda node: node.value], ids=["recorded", "plain"])
def test_kept_adjoints_are_those_of_a_sweep_that_drops_them(view, pending):
    x = leaf(X.copy())
    rotated = record(np.transpose, (x,))
    entry, row = record(getitem, (rotated, 2, 1)), record(getitem, (x, 1))
    y = record(np.multiply, (entry, record(np.sum, (row,))))
    way = path([x], [y])
    kept = reverse_sweep(way, {y: np.float64(1)}, view)
    dropped = reverse_sweep(way, {y: np.float64(1)}, view, keep=False)
    number = lambda a: a.value if isinstance(a, ag.Tensor) else np.asarray(a)
    expected = np.zeros((4, 6))
    expected[1] = X[1, 2]
    expected[1, 2] += X[1].sum()
    assert set(kept) == {x, rotated, entry, row, *way.steps} and set(dropped) == {x}
    np.testing.assert_allclose(number(kept[x]), expected)
    np.testing.assert_allclose(number(dropped[x]), expected)
    np.testing.assert_array_equal(np.argwhere(number(kept[rotated])), [[2, 1]])
    assert Pending not in map(type, [*kept.values(), *dropped.values()])


def test_a_seed_may_be_a_number_of_python(pending):
    x = leaf(X[0].copy())
    y = record(getitem, (x, 2))
    np.testing.assert_array_equal(reverse_sweep(path([x], [y]), {y: 3.0})[x], [0, 0, 3, 0, 0, 0])


def test_what_is_only_indexed(pending):
    gradient = ag.grad(lambda x: x[1, 2] ** 2 * x[-1, 0])(X)
    expected = np.zeros((4, 6))
    expected[1, 2], expected[-1, 0] = 2 * X[1, 2] * X[-1, 0], X[1, 2] ** 2
    np.testing.assert_allclose(gradient, expected)
    assert gradient.flags.writeable and gradient.flags.owndata


def test_what_has_no_derivative_contributes_nothing(pending):
    gradient = ag.grad(lambda x: np.floor(x[0, 1]) * x[0, 2] + np.sign(x[3, 3]))(4 * X)
    expected = np.zeros((4, 6))
    expected[0, 2] = np.floor(4 * X[0, 1])
    np.testing.assert_array_equal(gradient, expected)
    assert not ag.grad(lambda x: np.floor(x[0, 1]))(X).any()


def test_recorded_indices(pending):
    """An index that was itself recorded, and one node that is both read from and read at."""

    def f(x):
        y = np.sin(x)
        k = np.argmax(y)
        order = np.argsort(y)
        return y[k] * y[np.argmin(x)] * y[order][1] + y[np.stack([k, k])].sum()

    def g(x):
        y = np.sin(x)
        return y[5] * y[0] * y[1] + 2 * y[5]

    x = X[0]
    np.testing.assert_allclose(ag.grad(f)(x), ag.grad(g)(x))
    np.testing.assert_allclose(ag.hessian(f)(x), ag.hessian(g)(x), atol=1e-14)
    compiled = ag.compile(ag.grad(f))
    for point in (x, x.copy()):
        np.testing.assert_allclose(compiled(point), ag.grad(g)(x))
    np.testing.assert_allclose(compiled(x[::-1].copy()), ag.grad(g)(x)[::-1])


def test_a_seed_may_have_another_dtype_than_the_part(pending):
    def f(x):
        y = x * x
        return y, y[1] * y[2]

    for x, given in ((X[0], np.float32), (X[0].astype(np.float32), np.float64), (Z[0], np.float64)):
        seed = np.arange(6).astype(given)
        found = ag.vjp(f, x)[1]((seed, 1.0))[0]
        y = x * x
        expected = seed * 2 * x
        expected[1] += y[2] * 2 * x[1]
        expected[2] += y[1] * 2 * x[2]
        np.testing.assert_allclose(found, expected, rtol=1e-6 if np.float32 in (x.dtype, given) else 1e-13)
        assert found.dtype == x.dtype
        np.testing.assert_array_equal(seed, np.arange(6))


# Who else takes part


def test_pullbacks_change_no_seed_and_share_nothing(pending):
    def f(x):
        y = np.transpose(x)
        return x[1], y[2:4], y[0, 0] * x[3, 3], y

    _, pullback = ag.vjp(f, X)
    rng = np.random.default_rng(0)
    seeds = [(rng.normal(size=6), rng.normal(size=(2, 4)), rng.normal(), rng.normal(size=(6, 4))) for _ in range(2)]
    before = [[np.copy(seed) for seed in group] for group in seeds]

    def expected(group):
        total = group[3].T.copy()
        total[1] += group[0]
        total[:, 2:4] += group[1].T
        total[0, 0] += group[2] * X[3, 3]
        total[3, 3] += group[2] * X[0, 0]
        return total

    found = [pullback(group)[0] for group in (*seeds, seeds[0])]
    for result, group in zip(found, (*seeds, seeds[0]), strict=True):
        np.testing.assert_allclose(result, expected(group))
        assert not any(np.shares_memory(result, seed) for seed in group if np.ndim(seed))
    assert not np.shares_memory(found[0], found[2])
    found[0][...] = np.nan
    np.testing.assert_allclose(pullback(seeds[0])[0], expected(seeds[0]))
    for group, old in zip(seeds, before, strict=True):
        for seed, copy in zip(group, old, strict=True):
            np.testing.assert_array_equal(seed, copy)


def test_seeds_of_what_is_an_input_as_well(pending):
    """The output is the leaf itself and an entry of it: its adjoint is the caller's seed, and a part."""
    _, pullback = ag.vjp(lambda x: (x, x[2]), X[0])
    seed = np.ones(6)
    first, second = pullback((seed, 2.0))[0], pullback((seed, 5.0))[0]
    np.testing.assert_array_equal((seed, first, second), [[1] * 6, [1, 1, 3, 1, 1, 1], [1, 1, 6, 1, 1, 1]])
    assert not np.shares_memory(first, seed) and not np.shares_memory(first, second)


def test_two_arguments_that_are_the_same_array(pending):
    first, second = ag.grad(lambda x, y: x[1, 1] * y.T[2, 3] + x[0, 0], (0, 1))(X, X)
    assert (first[1, 1], first[0, 0], second[3, 2]) == (X[3, 2], 1.0, X[1, 1])
    assert not np.shares_memory(first, second)


def test_handmade_rules_get_plain_arrays(pending):
    seen = []

    def adjoint(g, out, x):
        seen.append([type(g), type(out), type(x)])
        return g * np.cos(x)

    sine = ag.custom_rule(vjp=adjoint)(lambda x: np.sin(x))

    def f(sin):
        def cost(x):
            u = ag.Tensor(np.zeros(6)) + x
            u[1] = x[0] * x[2]
            y = sin(u)
            return np.sum(y) * y[1] + y[[2, 2]].sum() + y[1] ** 3

        return cost

    np.testing.assert_allclose(ag.grad(f(sine))(X[0]), ag.grad(f(np.sin))(X[0]))
    assert seen == [[np.ndarray] * 3]
    np.testing.assert_allclose(ag.hessian(f(sine))(X[0]), ag.hessian(f(np.sin))(X[0]), atol=1e-14)


OWN = {  # a function of one's own under each kind of rule, made of a function and its derivatives; what it computes
    "elementwise": (lambda see: ag.elementwise(see(lambda x: x * x), see(lambda out, x: 2 * x)), np.square),
    "linear": (lambda see: ag.linear(see(lambda x: 2 * x), see(lambda g, out, x: 2 * g)), lambda x: 2 * x),
    "multilinear": (
        lambda see: partial(
            ag.multilinear(see(np.multiply), see(lambda g, out, x, y: g * y), see(lambda g, out, x, y: g * x)), X
        ),
        lambda x: X * x,
    ),
    "general": (
        lambda see: ag.general(
            see(lambda x: x * x), jvp=[see(lambda t, out, x: 2 * x * t)], vjp=[see(lambda g, out, x: 2 * x * g)]
        ),
        np.square,
    ),
    "of structures": (
        lambda see: lambda x: ag.custom_rule(vjp=lambda g, out, d: {"x": see(lambda g, x: 2 * g * x)(g, d["x"])})(
            lambda d: see(np.square)(d["x"])
        )({"x": x}),
        np.square,
    ),
}


@pytest.mark.parametrize("kind", OWN)
def test_functions_and_rules_of_ones_own_get_plain_arrays(kind, pending):
    seen = set()

    def see(f):
        def seeing(*args):
            seen.update(map(type, args))
            return f(*args)

        return seeing

    def cost(function):
        def f(x):
            u = ag.Tensor(np.zeros(X.shape))
            u[1] = x[0] * x[2]
            u[2, 3] = x[1, 1]
            y = function(u).copy()
            y[0, 1] = y[1, 1] * x[0, 0]
            return y[0, 1] * y[1, 2] + y[2, 3]

        return f

    own, known = OWN[kind]
    mine = own(see)
    for derivative in (ag.grad, lambda f: lambda x: ag.jvp(f, (x,), (X,))[1]):
        np.testing.assert_allclose(derivative(cost(mine))(X), derivative(cost(known))(X), atol=1e-13)
    assert np.ndarray in seen and versions.Version not in seen


def test_checkpoints(pending):
    def f(x):
        return x.T[1:, 0] * x[1, 2] + np.sum(x[[0, 0]])

    for nested in (lambda f: ag.jacobian(f)(X), lambda f: ag.hessian(lambda x: np.sum(f(x) ** 2))(X)):
        np.testing.assert_allclose(nested(ag.checkpoint(f)), nested(f), atol=1e-14)


def test_scan_reads_entries_of_what_is_constant(pending):
    def f(c):
        return ag.scan(lambda s, k: (s * c[1] + c.T[2] * k, s), c[0], np.arange(1.0, 4.0))[0].sum()

    def g(c):
        s = c[0]
        for k in (1.0, 2.0, 3.0):
            s = s * c[1] + c.T[2] * k
        return s.sum()

    x = X[:, :4]
    np.testing.assert_allclose(ag.grad(f)(x), ag.grad(g)(x))
    np.testing.assert_allclose(ag.hessian(f)(x), ag.hessian(g)(x), atol=1e-13)


def test_batches_of_seeds(monkeypatch):
    """Whole Jacobians carry all seeds at once, through writes too; a value may have leading axes of length 1."""

    def f(x):
        u = ag.Tensor(np.zeros((4, 6))) + x
        u[1] = x[0] * x[1, 2]
        u[2, 3:4] = np.reshape(x[3, 3], (1, 1))
        np.add.at(u, (slice(None), 1), x[:, 4])
        np.add.at(u, 0, x[1])
        return np.stack([u.T[2, 1] * u[1, 0], u[2, 3] ** 2, np.sum(u[:, 1]) * u[0, 0]])

    for derivative in (ag.jacobian, lambda f: ag.hessian(lambda x: np.sum(f(x) ** 2))):
        waiting, filled = both_ways(derivative(f), X, monkeypatch)
        np.testing.assert_allclose(waiting, filled, rtol=1e-12, atol=1e-14)
    one_by_one = [ag.grad(lambda x, i=i: f(x)[i])(X) for i in range(3)]
    np.testing.assert_allclose(ag.jacobian(f)(X), one_by_one, rtol=1e-12)


def test_those_who_look_at_single_steps_see_arrays(monkeypatch):
    """Steps, tables and watches say the same as where each adjoint is filled with zeros; costs, what that takes."""

    def f(x):
        return x.T[1, 2] * np.sum(x[1]) + x[0, 0] ** 2

    def look(x):
        graph = ag.trace(f)(x).reverse_sweep()
        assert all(type(node.adjoint) in (np.ndarray, np.float64) for node in graph)
        amounts = [term.amount for step in graph.steps() for term in step.terms]
        assert {type(amount) for amount in amounts} == {np.ndarray, np.float64}
        texts = [str(graph.steps()), str(graph.table()), str(ag.why(f, x))]
        more = graph.flops + graph.cost().reverse.flops - ag.trace(ag.grad(f))(x).flops
        assert 0 <= more <= 3  # factors of the seed, 1, are not multiplied
        return texts, [np.asarray(amount).tolist() for amount in amounts]

    waiting, filled = both_ways(look, X, monkeypatch)
    assert waiting == filled


def test_the_step_of_a_scan_that_writes_shows_arrays(pending):
    def step(u, k):
        u = u.copy()
        u[0, 1] = u[1, 1] * k
        return u, u[0]

    graph = ag.trace(lambda x: ag.scan(step, x, np.arange(3.0))[1].sum())(X)
    (inside,) = [node.inside for node in graph if node.inside]
    assert {type(y) for y in (*inside.value, *[node.value for node in inside])} <= {np.ndarray, np.float64}


def test_a_graph_keeps_the_derivatives_of_all_states_in_the_memory_of_few():
    def f(k, n):
        y = ag.Tensor(np.zeros(n))
        y[0] = 1.0
        for i in range(n - 1):
            y[i + 1] = y[i] - 0.1 * k * y[i]
        return y[-1]

    def kept(n):
        gc.collect()
        tracemalloc.start()
        graph = ag.trace(f, constants=["n"])(2.0, n).forward_sweep().reverse_sweep()
        size = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        states = [node for node in graph if node.function_name == "assign"]
        for i in (0, n // 2, n - 1):  # each is found when it is asked for
            assert type(states[i].adjoint) is type(states[i].tangent) is np.ndarray
            assert np.flatnonzero(states[i].tangent).tolist() == list(range(1, i + 1))
            assert np.flatnonzero(states[i].adjoint).tolist() == [i]
        return size

    assert kept(3200) < 2.5 * kept(1600)


def test_steps_of_writes_show_arrays(pending):
    def f(x):
        y = x.copy()
        y[3] = x[2] * x[1]
        return y

    steps = ag.trace(f)(X).forward_sweep(X).reverse_sweep(X).steps()
    terms = [term for step in steps for term in step.terms]
    assert {type(part) for term in terms for part in (term.derivative, term.amount)} == {np.ndarray}


def test_what_is_nested_does_not_mix(pending):
    """∂/∂x of x₁·∂(x₁·y₁²)/∂y at y = x."""
    f = lambda x: x[1] * ag.grad(lambda y: x[1] * y[1] ** 2 + y[0])(x)[1]
    gradient = ag.grad(f)(X[0])
    np.testing.assert_allclose(gradient, [0, 6 * X[0, 1] ** 2, 0, 0, 0, 0])
