"""Never a different answer: what changes between two calls of a compiled function without being an argument, results
that could share memory, and functions that do what a program would not do again."""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
import pickle
from collections import deque

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.compiling import planning
from autograd_lite.trees import flatten


def same(found, expected):
    found, expected = flatten(found)[0], flatten(expected)[0]
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-13)
        assert np.shape(a) == np.shape(b)
        assert np.asarray(a).dtype == np.asarray(b).dtype


def check(f, *calls):
    """Compiled as eager, twice at each of these arguments."""
    compiled = ag.compile(f)
    for args in (*calls, *calls):
        same(compiled(*args), f(*args))


class Spring:
    offset = 0.0

    def __init__(self):
        self.stiffness, self.rest, self.history = 2.0, np.ones(3), []

    @property
    def doubled(self):
        return 2 * self.stiffness

    def force(self, x):
        return self.doubled * (x - self.rest) + self.offset

    def energy(self, x):
        return np.sum(self.force(x) * x)

    def counted(self, x):
        self.history.append(1)
        return x * 2

    @ag.compile
    def decorated(self, x):
        return self.stiffness * x


def test_attributes_of_an_object():
    spring, x = Spring(), np.arange(3.0)
    compiled = ag.compile(spring.energy)
    for name, value in [("stiffness", 2.0), ("stiffness", 5.0), ("rest", np.zeros(3)), ("offset", 1.5)]:
        setattr(spring, name, value)
        same(compiled(x), spring.energy(x))
    spring.rest[1] = 7.0
    same(compiled(x), spring.energy(x))
    with pytest.raises(ag.CompileError, match="an entry of a list"):
        ag.compile(spring.counted)(1.0)


def test_attributes_of_an_argument_and_of_a_function():
    first, second = Spring(), Spring()
    second.stiffness = 7.0
    same([first.decorated(1.0), second.decorated(1.0)], [2.0, 7.0])
    first.stiffness = 3.0
    same(first.decorated(1.0), 3.0)

    def f(x):
        return x * f.factor

    f.factor = 2.0
    compiled = ag.compile(f)
    same(compiled(1.0), 2.0)
    f.factor = 3.0
    same(compiled(1.0), 3.0)


def test_an_object_that_counts_is_refused():
    class Counter:
        n = 0

        def __call__(self, x):
            self.n += 1
            return x * self.n

    with pytest.raises(ag.CompileError, match="the attribute n of a Counter"):
        ag.compile(Counter())(1.0)


def test_a_generator_on_an_object_is_refused():
    class Noise:
        def __init__(self):
            self.rng = np.random.default_rng(0)

        def __call__(self, x):
            return x + self.rng.normal()

    with pytest.raises(ag.CompileError, match="Generator"):
        ag.compile(Noise())(1.0)


def test_default_arguments():
    scale, names = np.ones(2), [1.0]

    def inner(x, w=scale, *, k=names):
        return np.sum(x * w) * k[0]

    def f(x, w=scale):
        return inner(x) + np.sum(w)

    compiled, x = ag.compile(f), np.arange(2.0)
    same(compiled(x), f(x))
    scale[1] = 5.0
    same(compiled(x), f(x))
    names[0] = 3.0
    same(compiled(x), f(x))


@pytest.mark.parametrize("use", [
    lambda x, w: np.sum(w * 2 * x), lambda x, w: x * float(w[0]), lambda x, w: x + w.sum(),
    lambda x, w: x[np.argmax(w)], lambda x, w: x if w[0] > 2 else -x, lambda x, w: (x, x * 2)[int(w[1])],
    lambda x, w: x * w + w.mean(),
    lambda x, w: x[w > 0.5], lambda x, w: x[w.astype(int)], lambda x, w: x @ w + w[::-1] @ x,
    lambda x, w: (x * np.sort(w), w[:1]),
])  # fmt: skip
def test_an_outside_array_however_it_is_used(use):
    w, x = np.array([1.0, 0.0]), np.array([2.0, 3.0])

    def f(x):
        return use(x, w)

    compiled = ag.compile(f)
    same(compiled(x), f(x))
    w[:] = [9.0, 1.0] if "int" not in use.__code__.co_names and "astype" not in use.__code__.co_names else [0.0, 1.0]
    same(compiled(x), f(x))


@pytest.mark.parametrize("make", [set, deque, list], ids=lambda kind: kind.__name__)
def test_containers_from_outside(make):
    held = make([1.0, 2.0])
    compiled = ag.compile(lambda x: x * sum(held))
    same(compiled(2.0), 6.0)
    held.add(5.0) if make is set else held.append(5.0)
    same(compiled(2.0), 16.0)


def test_what_decorators_hold():
    factor = 2.0

    def twice(f):
        @functools.wraps(f)
        def g(x):
            return f(x) * factor
        return g

    @functools.lru_cache
    def table(n):
        return n * factor

    inner = ag.compile(lambda x: x * factor)
    compiled = ag.compile(lambda x: (twice(np.sin)(x), inner(x), ag.grad(inner)(x), table(3) * x))
    same(compiled(1.0), [2 * np.sin(1.0), 2.0, 2.0, 6.0])
    factor = 3.0
    table.cache_clear()
    same(compiled(1.0), [3 * np.sin(1.0), 3.0, 3.0, 9.0])


def test_the_sign_of_an_outside_zero():
    zero = 0.0
    compiled = ag.compile(lambda x: np.arctan2(zero, x))
    same(compiled(-1.0), np.pi)
    zero = -0.0
    same(compiled(-1.0), -np.pi)


def test_constants_among_the_results_are_new_arrays():
    slope = ag.compile(ag.grad(lambda x: np.sum(x)))
    slope(np.ones(3))[:] = 7.0
    same(slope(np.ones(3)), np.ones(3))
    compiled = ag.compile(lambda x: {"x": x, "zeros": np.zeros(2), "both": [x, x[1:], x.T]})
    x = np.arange(3.0)
    first = compiled(x)
    first["zeros"][:] = 5.0
    same(compiled(x)["zeros"], np.zeros(2))
    arrays = [x, *flatten(first)[0]]
    assert not any([np.shares_memory(a, b) for i, a in enumerate(arrays) for b in arrays[:i]])


def test_an_error_that_the_function_catches():
    def inverse(A):
        try:
            return np.linalg.inv(A)
        except np.linalg.LinAlgError:
            return A * 0

    compiled = ag.compile(inverse)
    same(compiled(2 * np.eye(2)), np.eye(2) / 2)
    same(compiled(np.zeros((2, 2))), np.zeros((2, 2)))
    with pytest.raises(ag.CompileError, match="catches a LinAlgError"):
        ag.compile(inverse)(np.zeros((2, 2)))


def test_an_error_of_the_function_stays_its_error():
    compiled = ag.compile(np.linalg.cholesky)
    same(compiled(np.eye(2)), np.eye(2))
    with pytest.raises(np.linalg.LinAlgError):
        compiled(-np.eye(2))


class Holder:
    def __init__(self, x):
        self.x = x


@pytest.mark.parametrize("f, message", [
    (lambda x: (x * i for i in range(3)), "returns a generator"),
    (lambda x: [lambda y: x * y], "returns a function with a Tensor"),
    (lambda x: Holder([x]), "returns a Holder with a Tensor"),
])  # fmt: skip
def test_results_that_hide_a_tensor_are_refused(f, message):
    with pytest.raises(ag.CompileError, match=message):
        ag.compile(f)(1.0)


def tripled(x, k=3.0):
    """Three times x."""
    return k * x


def test_a_compiled_function_as_an_object():
    compiled = ag.compile(tripled)
    compiled(1.0)
    for other in (copy.copy(compiled), copy.deepcopy(compiled), pickle.loads(pickle.dumps(compiled))):
        same(other(2.0), 6.0)
    assert str(inspect.signature(compiled)) == "(x, k=3.0)"
    assert compiled.__doc__ == "Three times x."


def test_arguments_of_every_form():
    @dataclasses.dataclass
    class State:
        x: object
        label: str

    check(lambda s: State(s.x * 2, s.label).x, (State(1.0, "a"),), (State(np.ones(2), "b"),))
    check(lambda d: [v * i for i, v in enumerate(d.values())], ({"a": 1.0, "b": 2.0},), ({"b": 2.0, "a": 1.0},))
    check(lambda x, n: x * n, (np.ones(2), 1), (np.ones(2), True), (np.ones(2, np.float32), 1.0), (np.ones(2, int), 2))
    check(lambda x: (np.sum(x), np.concatenate([x, 2 * x])), (np.zeros(0),), (np.zeros((0, 3)),), (np.zeros((3, 0)),))
    X = np.random.default_rng(0).normal(size=(6, 8))
    check(lambda x: (x.T @ x, x[::-1] * 2, x.ravel()), (X[::2, ::-1],), (np.asfortranarray(X[:3]),), (X[:3],))
    check(lambda x: x[x > 0] ** 2, (np.array([1.0, -1.0]),), (np.array([-1.0, -2.0]),), (np.array([-1.0, 3.0]),))
    check(lambda x: np.exp(x) * 2, (np.array(2.0),), (2.0,), (np.float32(2),), (2j,), (np.ones(2, ">f8"),))


def test_loops_that_depend_on_a_value():
    def root(a):
        x = a
        while abs(x * x - a) > 1e-9:
            x = (x + a / x) / 2
        return x

    check(root, (2.0,), (9.0,), (1.0,))
    check(ag.value_and_grad(root), (2.0,), (90.0,))


@pytest.mark.parametrize("shape", [(40, 3), (7,), (5, 1), (1, 6)])
def test_small_blocks(monkeypatch, shape):
    monkeypatch.setattr(planning, "BLOCKED", 1)
    monkeypatch.setattr(planning, "BLOCK", 4)
    monkeypatch.setattr(planning, "LARGE", 1)
    x = np.random.default_rng(1).normal(size=shape)
    row, column = x[:1], x[..., :1]

    def f(x, row, column):
        y = np.tanh(x * row) + column * x - row
        return np.sum(np.where(y > 0, y, x * y) ** 2) + np.sum(np.exp(-(x[1:] ** 2)) * x[:-1])

    compiled, eager = ag.compile(ag.grad(f, 0)), ag.grad(f, 0)
    for k in (1.0, -2.0):
        same(compiled(k * x, row, column), eager(k * x, row, column))


@pytest.mark.parametrize("view", [lambda x: x[..., None], lambda x: x[None], np.transpose, lambda x: x.astype(complex)])
def test_a_number_that_is_read_as_an_array(view):
    f = ag.compile(lambda x: np.sum(np.abs(view(0.7 * x)) ** 2))
    assert f(np.float64(-1.144)) == pytest.approx((0.7 * 1.144) ** 2)
