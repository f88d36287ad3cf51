"""compile: the answers of the function itself, whatever changes between two calls; and a program that one can read."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import numpy as np
import pytest

import autograd_lite as ag

X = np.array([0.5, -1.0, 2.0])


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def alone(compiled, *args):
    """The program's own text, run in an empty namespace."""
    namespace = {}
    exec(compiled.source, namespace)
    name = compiled.source.rpartition("\ndef ")[2].partition("(")[0]
    return namespace[name](*args, *compiled.constants.values())


# The same answer


@pytest.mark.parametrize("transform", [ag.grad, ag.value_and_grad, ag.hessian, ag.jacobian], ids=lambda t: t.__name__)
@pytest.mark.parametrize("n", [4, 40_000])
def test_transforms_of_rosenbrock(transform, n):
    if n > 100 and transform in (ag.hessian, ag.jacobian):
        n = 30
    f, rng = transform(rosenbrock), np.random.default_rng(0)
    compiled = ag.compile(f)
    for _ in range(3):
        x = rng.uniform(-1, 1, n)
        for a, b in zip(ag.trees.flatten(compiled(x))[0], ag.trees.flatten(f(x))[0], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-9)
    assert len(compiled.variants) == 1


def test_hessian_vector_product():
    product = ag.hessian_vector_product(rosenbrock)
    x, v = np.random.default_rng(1).standard_normal((2, 50))
    np.testing.assert_allclose(ag.compile(product)(x, v), product(x, v), rtol=1e-12)


def test_a_gradient_of_a_compiled_function_and_a_compiled_gradient_of_it():
    f = ag.compile(lambda x: np.sum(np.sin(x) * x))
    assert f(X) == pytest.approx(np.sum(np.sin(X) * X))
    np.testing.assert_allclose(ag.grad(f)(X), np.cos(X) * X + np.sin(X))
    np.testing.assert_allclose(ag.compile(ag.grad(f))(X), np.cos(X) * X + np.sin(X))


def test_structures_go_in_and_come_out():
    @dataclass
    class Layer:
        W: np.ndarray
        b: np.ndarray
        name: str = field(default="one", metadata={"static": True})

    def step(layers, rates, *, momentum):
        return [Layer(l.W * rates["W"], l.b - momentum, l.name) for l in layers], {"sum": rates["W"] + rates["b"]}

    layers = [Layer(np.ones((2, 2)), X), Layer(np.zeros(3), np.float64(2.0), "two")]
    compiled = ag.compile(step)
    found, sums = compiled(layers, {"W": 0.5, "b": 0.25}, momentum=1.0)
    assert [type(l) for l in found] == [Layer, Layer] and [l.name for l in found] == ["one", "two"]
    np.testing.assert_array_equal(found[0].b, X - 1.0)
    assert found[1].b == 1.0 and sums == {"sum": 0.75}
    compiled([Layer(np.ones((2, 2)), X, "three"), layers[1]], {"W": 0.5, "b": 0.25}, momentum=1.0)
    assert len(compiled.variants) == 2  # the name is part of the form


@pytest.mark.parametrize("x", [0.7, np.float64(0.7), np.array(0.7), np.float32(0.7), 0.7 + 0.1j], ids=repr)
def test_types_of_numbers(x):
    f = lambda x: (np.exp(x) * 2, x + 1, np.abs(x))
    for a, b in zip(ag.compile(f)(x), f(np.asarray(x)[()] if type(x) in (float, complex) else x), strict=True):
        assert type(a) is type(b) and np.asarray(a).dtype == np.asarray(b).dtype
        np.testing.assert_allclose(a, b)


def test_python_floats_keep_the_precision_of_the_array():
    compiled = ag.compile(lambda x, rate: x * rate)
    assert compiled(X.astype(np.float32), 0.1).dtype == np.float32
    np.testing.assert_array_equal(compiled(X.astype(np.float32), 0.2), X.astype(np.float32) * 0.2)


def test_a_constant_of_many_entries_keeps_its_precision():
    slope = lambda x, w: ag.grad(lambda x: np.sum(x * w) / -5.0)(x)
    x, w = np.ones((5, 4), np.float32), np.ones((5, 1), np.float32)
    compiled = ag.compile(slope)
    assert compiled(x, w).dtype == slope(x, w).dtype == np.float32
    assert "np.broadcast_to(np.float32(" in compiled.source


def test_numbers_alone_where_math_raises():
    f = lambda x, y: (np.log(x), 1.0 / y, np.exp(x * 1000), np.sqrt(x))
    compiled = ag.compile(f)
    with np.errstate(all="ignore"):
        compiled(0.1, 2.0)
        for args in (0.0, 0.0), (-1.0, 1.0), (5.0, 1.0), (np.inf, np.nan):
            np.testing.assert_array_equal(compiled(*args), f(*map(np.float64, args)))


def test_results_are_new_arrays():
    f = ag.compile(lambda x: (x, x[1:], x.T, np.reshape(x, (3, 1)), 2 * x))
    results = f(X)
    assert not any(np.shares_memory(r, X) for r in results)
    assert not any(np.shares_memory(a, b) for i, a in enumerate(results) for b in results[:i])
    large = ag.compile(lambda x: np.exp(np.sin(x) * np.cos(x)) + x)
    first = large(np.ones(100_000))
    kept = first.copy()
    large(np.zeros(100_000))
    np.testing.assert_array_equal(first, kept)


def test_constants_and_plain_results():
    f = ag.compile(lambda x: {"x": x * 2, "n": 3, "text": "a", "none": None, "array": np.arange(3)})
    assert f(2.0)["n"] == 3 and f(2.0)["text"] == "a" and f(2.0)["none"] is None
    np.testing.assert_array_equal(f(2.0)["array"], np.arange(3))
    assert ag.compile(lambda x: 5)(1.0) == 5
    assert ag.compile(lambda: 5)() == 5


# What the record hangs on


def test_branches():
    def f(x):
        if x > 0:
            return np.log(x)
        return -x * 3

    compiled = ag.compile(f)
    for x in (1.0, -2.0, 3.0, -4.0, 0.0):
        assert compiled(x) == pytest.approx(f(np.float64(x)))
    assert len(compiled.variants) == 2
    assert "raise OtherBranch" in compiled.source and "if x > 0:" in compiled.source


def test_every_door_is_a_guard():
    def f(x):
        k = int(np.argmax(x).item())
        return x[k] * len([v for v in x.tolist() if v > 0]) + x[np.argmin(x)] * float(x.value[0] > 1)

    compiled, rng = ag.compile(f), np.random.default_rng(3)
    for x in (X, X[::-1].copy(), X, np.array([3.0, 2.0, 1.0])):
        assert compiled(x) == pytest.approx(f(ag.Tensor(x)).value)
    assert rng is not None


def test_an_index_that_is_computed():
    compiled = ag.compile(lambda x: (x[np.argmax(x)], x[np.argsort(x)], x[x > 0]))
    for x in (X, -X, X + 10):
        for a, b in zip(compiled(x), (x[np.argmax(x)], np.sort(x), x[x > 0]), strict=True):
            np.testing.assert_array_equal(a, b)


def test_integers_and_flags_are_part_of_the_form():
    compiled = ag.compile(lambda x, n, flag=True, name="a": x**n if flag else x * len(name))
    assert (compiled(2.0, 2), compiled(2.0, 3)) == (4.0, 8.0)
    assert (compiled(2.0, 3, flag=False), compiled(2.0, 3, flag=False, name="abc")) == (2.0, 6.0)
    assert len(compiled.variants) == 4


def test_shapes_and_dtypes_are_part_of_the_form():
    compiled = ag.compile(lambda x: np.mean(x, axis=0))
    for x in (np.ones((2, 3)), np.ones((3, 3)), np.ones((2, 3), np.float32), np.ones(4)):
        np.testing.assert_array_equal(compiled(x), np.mean(x, axis=0))
    assert len(compiled.variants) == 4


def test_an_outside_array_is_read_at_each_call():
    data = np.ones(3)
    compiled = ag.compile(lambda x: np.sum(x * data))
    assert compiled(X) == 1.5
    data[:] = 2.0
    assert compiled(X) == 3.0
    assert len(compiled.variants) == 1


def test_an_outside_array_that_was_used_before_it_met_a_tensor():
    data = np.ones((3, 2))
    compiled = ag.compile(lambda x: x @ (data @ data.T) @ x)
    before = compiled(X)
    data[0] = 5.0
    assert compiled(X) == pytest.approx(X @ data @ data.T @ X) != before


def test_an_outside_name_that_stands_for_something_else():
    data, rate, settings = np.ones(3), 0.5, {"scale": 2.0}

    def scaled(x):
        return x * rate * settings["scale"]

    compiled = ag.compile(lambda x: scaled(x) + data)
    np.testing.assert_array_equal(compiled(X), X + 1)
    data = np.zeros(3)
    np.testing.assert_array_equal(compiled(X), X)
    rate = 1.0
    np.testing.assert_array_equal(compiled(X), 2 * X)
    settings["scale"] = 3.0
    np.testing.assert_array_equal(compiled(X), 3 * X)
    count = len(compiled.variants)
    rate = float("1.0")  # an equal number is the same
    compiled(X)
    assert len(compiled.variants) == count


def test_a_global_name_and_what_a_called_function_takes(monkeypatch):
    monkeypatch.setitem(globals(), "FACTOR", 2.0)
    compiled = ag.compile(_uses_a_global)
    assert compiled(3.0) == 6.0
    monkeypatch.setitem(globals(), "FACTOR", 4.0)
    assert compiled(3.0) == 12.0


def _uses_a_global(x):
    return _inner(x)


def _inner(x):
    return x * FACTOR  # noqa: F821  set by the test


def test_a_function_that_is_recorded_too_often_runs_as_it_is():
    compiled = ag.compile(lambda x, n: x * n)
    for n in range(16):
        compiled(1.0, n)
    with pytest.warns(UserWarning, match="recorded 16 times"):
        assert compiled(1.0, 99) == 99.0
    assert compiled(1.0, 100) == 100.0


# Random numbers


def test_recorded_random_numbers_are_drawn_anew():
    plain, rng = np.random.default_rng(0), ag.recorded(np.random.default_rng(0))
    compiled = ag.compile(lambda x: x * (rng.random(3) < 0.5) + rng.normal(1.0, 2.0, size=3))
    for _ in range(3):
        np.testing.assert_array_equal(compiled(X), X * (plain.random(3) < 0.5) + plain.normal(1.0, 2.0, size=3))
    assert len(compiled.variants) == 1


def test_a_branch_on_a_random_number():
    plain, rng = np.random.default_rng(5), ag.recorded(5)
    compiled = ag.compile(lambda x: x if rng.random() < 0.5 else -x)
    eager = lambda x: x if plain.random() < 0.5 else -x
    assert [compiled(1.0) for _ in range(12)] == [eager(1.0) for _ in range(12)]


@pytest.mark.parametrize("draw", [lambda: np.random.rand(), lambda: GENERATOR.normal()], ids=["np.random", "generator"])
def test_other_random_numbers_are_refused(draw):
    with pytest.raises(ag.CompileError, match=r"ag\.recorded"):
        ag.compile(lambda x: x * draw())(1.0)


GENERATOR = np.random.default_rng(1)


def test_a_recorded_generator_refuses_what_it_cannot_record():
    with pytest.raises(AttributeError, match="shuffle"):
        ag.recorded(0).shuffle([1, 2])
    with pytest.raises(TypeError, match="standard"):
        ag.grad(lambda m: ag.recorded(0).normal(m))(1.0)


# What cannot be compiled


@pytest.mark.parametrize("show", [print, repr, "{:.3f}".format], ids=["print", "repr", "format"])
def test_showing_a_tensor_is_refused_with_its_line(show):
    def f(x):
        y = x * 2
        show(y)
        return y

    with pytest.raises(ag.CompileError, match=r"line \d+ of f, `show\(y\)`"):
        ag.compile(f)(1.0)


def test_assigning_to_an_outside_name_is_refused():
    calls = 0

    def f(x):
        nonlocal calls
        calls += 1
        return x

    with pytest.raises(ag.CompileError, match="changes calls"):
        ag.compile(f)(1.0)


def test_filling_an_outside_list_is_refused():
    seen = []

    def f(x):
        seen.append(x)
        return x * 2

    with pytest.raises(ag.CompileError, match="changes an entry of a list"):
        ag.compile(f)(1.0)


def test_writing_into_an_outside_array_is_refused():
    log = np.zeros(3)

    def f(x):
        log[0] += 1.0
        return x * 2

    with pytest.raises(ag.CompileError, match="writes into an array that stands outside"):
        ag.compile(f)(1.0)


def test_writing_into_an_argument_is_refused():
    def f(x):
        x[0] = 1.0
        return np.sum(x)

    with pytest.raises(ag.CompileError, match=r"writes into its argument x.*x = x\.copy\(\)"):
        ag.compile(f)(X)


def test_errors_of_the_function_come_through():
    with pytest.raises(ValueError, match="broadcast"):
        ag.compile(lambda x: x + np.ones(5))(X)
    with pytest.raises(TypeError, match="compile takes a function"):
        ag.compile(3.0)
    with pytest.raises(ValueError, match="no program yet"):
        _ = ag.compile(np.sin).source


# The program


def test_the_text_runs_by_itself():
    compiled = ag.compile(ag.value_and_grad(lambda p, x: np.mean((np.tanh(x @ p["W"] + p["b"])) ** 2)))
    p, x = {"W": np.ones((3, 2)) / 3, "b": np.zeros(2)}, np.random.default_rng(0).standard_normal((5, 3))
    value, slopes = compiled(p, x)
    found = alone(compiled, p["W"], p["b"], x)
    for a, b in zip(found, (value, slopes["W"], slopes["b"]), strict=True):
        np.testing.assert_allclose(a, b)
    assert "W_bar" in compiled.source and "adjoint of W" in compiled.source


def test_the_program_has_no_step_too_many():
    def f(x):
        unused = np.exp(x)  # noqa: F841
        return (x * 1.0 + 0.0 * 2 - 0.0) + np.sin(x) * np.sin(x)

    rows = ag.compile(f)
    rows(X)
    assert [row.call.partition(" = ")[2] for row in rows.plan()] == ["x + 0.0", "np.sin(x)", "v2 * v2", "v1 + v3"]


def test_a_network_reads_as_written_by_hand():
    def cost(params, X, Y):
        W1, b1, W2, b2 = params
        a1 = np.tanh(W1 @ X + b1)
        e = W2 @ a1 + b2 - Y
        return np.sum(e**2) / 2

    params = np.eye(3), np.ones((3, 1)), np.ones((2, 3)), np.ones((2, 1))
    gradient = ag.compile(ag.grad(cost))
    gradient(params, np.ones((3, 4)), np.zeros((2, 4)))
    lines = [line.split("  # ")[0].strip() for line in gradient.source.splitlines()]
    assert {"W2_bar = e @ a1.T", "a1_bar = W2.T @ e", "b2_bar = np.add.reduce(e, (1,)).reshape(2, 1)"} <= set(lines)
    assert any(line.startswith("def grad_cost(W1, b1, W2, b2, X, Y)") for line in lines)
    assert [row.call for row in gradient.plan() if not row.name][:2] == ["W1 @ X", "W2 @ a1"]


def test_donated_arrays_are_written_over():
    step = ag.compile(lambda W, g: (W - 0.1 * g, np.sum(g)), donate=(0,))
    W, g = np.ones(10_000), np.ones(10_000)
    new, _ = step(W, g)
    assert new is W and new[0] == pytest.approx(0.9)
    branching = ag.compile(lambda W, g: W - g if np.sum(W * g) > 0 else W, donate=(0,))
    V = np.ones(10_000)
    branching(V, g)
    kept = np.ones(10_000)
    np.testing.assert_array_equal(branching(kept, -g), np.ones(10_000))


def test_plan_and_memory():
    compiled = ag.compile(ag.grad(lambda x: np.sum(np.tanh(np.sin(x) * np.cos(x)) * x)))
    compiled(np.ones(200_000))
    places = {row.place for row in compiled.plan()}
    assert "block" in places
    assert compiled.memory.results == 1_600_000 and compiled.memory.made <= 2 * 1_600_000
    assert str(compiled.plan()).splitlines()[0].split() == ["name", "call", "place", "bytes", "flops"]


@pytest.mark.parametrize("shape", [(50_000,), (300, 200), (20, 30, 100)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_large_arrays_in_blocks_and_buffers(shape, order, monkeypatch):
    monkeypatch.setattr("autograd_lite.compiling.planning.BLOCKED", 1 << 17)
    monkeypatch.setattr("autograd_lite.compiling.planning.BLOCK", 1 << 12)

    def f(x, row, column, number):
        a = np.where(x > 0, np.sin(x) * row, np.exp(-x) * column)
        b = (a * number + x) / (1.0 + a**2)
        return np.sum(b, axis=0), b * a - x, a.astype(np.float32)

    rng = np.random.default_rng(0)
    x = np.asarray(rng.standard_normal(shape), order=order)
    row, column = rng.standard_normal(shape[-1:]), rng.standard_normal((shape[0],) + (1,) * (len(shape) - 1))
    compiled = ag.compile(f)
    for k in range(3):
        for a, b in zip(compiled(x + k, row, column, 0.5), f(x + k, row, column, 0.5), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)
    total = lambda *args: sum(np.sum(y) for y in f(*args))
    slopes = ag.grad(total, (0, 1, 2))
    args = x, row, column, 0.5
    for a, b in zip(ag.compile(slopes)(*args), slopes(*args), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10)


def test_several_threads_do_not_share_buffers():
    compiled = ag.compile(ag.grad(lambda x: np.sum(np.exp(np.sin(x @ x.T)))))
    inputs = [np.random.default_rng(k).standard_normal((150, 3)) for k in range(4)]
    expected = [compiled(x) for x in inputs]
    assert compiled.variants[0].plan.buffers
    wrong = []

    def work(k):
        for _ in range(20):
            if not np.array_equal(compiled(inputs[k]), expected[k]):
                wrong.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert not wrong


def test_long_programs():
    def f(x):
        for _ in range(2000):
            x = x + 0.001 * np.sin(x)
        return x

    compiled = ag.compile(ag.grad(f))
    assert compiled(0.5) == pytest.approx(ag.grad(f)(0.5), rel=1e-12)
    assert "math.sin" in compiled.source


def test_a_decorator_also_of_methods():
    class Model:
        def __init__(self):
            self.scale = 2.0

        @ag.compile
        def predict(self, x):
            return x * self.scale

    @ag.compile(donate=())
    def double(x):
        """Twice x."""
        return 2 * x

    assert double(2.0) == 4.0 and double.__doc__ == "Twice x." and "double" in repr(double)
    assert Model().predict(3.0) == 6.0


# Scans


def decay(rate, pushes, start, matrix):
    def step(state, push):
        state = np.tanh(matrix @ state) * rate + push
        return state, np.sum(state**2)

    last, energies = ag.scan(step, start, pushes)
    return np.sum(energies) + last[0]


def pendulum(angle, length):
    def step(carry, _):
        angle, speed = carry
        return (angle + 0.01 * speed, speed - 0.01 * (9.81 / length) * np.sin(angle)), angle

    (angle, _), angles = ag.scan(step, (angle, 0.0 * angle), None, length=50)
    return angle + 0.1 * np.sum(angles)


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax"])
def test_a_scan_is_a_loop_of_the_program(backend, tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOGRAD_LITE_CACHE", str(tmp_path))
    rng = np.random.default_rng(0)
    for f, args in (
        (decay, (np.float64(0.5), rng.standard_normal((7, 3)), rng.standard_normal(3), rng.standard_normal((3, 3)))),
        (pendulum, (np.float64(0.5), np.float64(1.2))),
    ):
        slopes = ag.value_and_grad(f, tuple(range(len(args))))
        compiled = ag.compile(slopes, backend=backend)
        for factor in (1.0, 1.5, -0.5):
            scaled = [factor * x for x in args]
            for a, b in zip(ag.trees.flatten(compiled(*scaled))[0], ag.trees.flatten(slopes(*scaled))[0], strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)
        assert len(compiled.variants) == 1
        loops = compiled.source.count("lax.scan(" if backend == "jax" else "step by step")
        assert loops == 2 and not compiled.constants


@pytest.mark.parametrize("axes", [(0, 0), (0, -2), (0, 1), (1, 0), (-1, 0)])
def test_swapped_axes_may_be_the_same(axes):
    x = np.arange(6.0).reshape(2, 3)
    for f in (lambda x: 2 * np.swapaxes(x, *axes), lambda x: 2 * np.swapaxes(x, axis1=axes[0], axis2=axes[1])):
        np.testing.assert_array_equal(ag.compile(f)(x), f(x))


def test_what_a_step_decides_is_asked_in_its_loop_alone():
    def grown(k):
        step = lambda c, x: (c * 0.5 if c * k > 2 else c + x, None)
        return ag.scan(step, 1.0, np.arange(1.0, 6))[0]

    compiled = ag.compile(grown)
    for k in (0.1, 1.0, 0.5, 3.0, 0.2):
        assert compiled(k) == grown(k)
    assert len(compiled.variants) == 3  # 0.2 goes the way of 0.1, and 0.5 that of 1.0


def test_a_scan_of_second_order_and_backwards():
    def f(x):
        total, _ = ag.scan(lambda c, x: (c * np.sin(x) + x, c), np.float64(1.0), x, reverse=True)
        return total**2

    x = np.linspace(0.1, 1.0, 6)
    np.testing.assert_allclose(ag.compile(ag.hessian(f))(x), ag.hessian(f)(x), rtol=1e-10)


def test_a_scan_that_decides():
    def f(x):
        last, _ = ag.scan(lambda c, x: (c + x if c < 2 else c * x, ()), np.float64(0.0), x)
        return last

    compiled = ag.compile(f)
    for x in (np.ones(5), 3 * np.ones(5), -np.ones(5)):
        assert compiled(x) == pytest.approx(f(x))


def test_long_arrays_are_shared_among_the_cores(monkeypatch):
    monkeypatch.setattr("autograd_lite.compiling.planning.cores", lambda: 3)
    monkeypatch.setattr("autograd_lite.compiling.emitting.cores", lambda: 3)

    def f(x):
        with np.errstate(all="ignore"):
            return np.sqrt(np.sin(x) * x) + np.log(x * x)

    x = np.linspace(-3.0, 3.0, 300_001)
    compiled = ag.compile(f)
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(compiled(x), f(x), rtol=1e-12)
        np.testing.assert_allclose(alone(compiled, x), f(x), rtol=1e-12)
    assert "together(part, 300001)" in compiled.source


def test_a_program_keeps_its_buffers_alone():
    import gc
    import tracemalloc

    x = np.random.default_rng(0).standard_normal((300, 300))
    compiled = ag.compile(ag.grad(lambda x: np.sum(np.tanh(x @ x) @ np.exp(-x @ x))))
    gc.collect()
    tracemalloc.start()
    compiled(x)
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert compiled.memory.buffers <= kept < compiled.memory.buffers + 300_000


def test_an_array_that_is_written_into_keeps_its_memory():
    def f(x):
        y = np.matmul(x, x)
        y[0] = y[1] * 2.0
        y[:, 1] += 1.0
        z = np.matmul(x, x.T)
        w = np.matmul(np.matmul(z, x), z)
        return np.sum(y * w), y

    x = np.random.default_rng(0).standard_normal((80, 80))
    compiled, derivative = ag.compile(f), ag.grad(lambda x: f(x)[0])
    for factor in (1.0, 2.0):
        (a, y), (b, expected) = compiled(factor * x), f(factor * x)
        assert a == pytest.approx(b)
        np.testing.assert_allclose(y, expected)
        kept = y.copy()
        compiled(3.0 * x)
        np.testing.assert_array_equal(y, kept)
        np.testing.assert_allclose(ag.compile(derivative)(factor * x), derivative(factor * x), rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("backend", ["numpy", "numba"])
def test_what_a_scan_hands_on_is_an_array_of_its_own(backend, tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOGRAD_LITE_CACHE", str(tmp_path))

    def f(x):
        y = np.matmul(x, x)
        (kept, total), _ = ag.scan(lambda c, row: ((c[0], c[1] + row), ()), (y, np.zeros(80)), x)
        z = np.matmul(np.matmul(x, x.T), x)
        return np.sum(kept * z) + np.sum(total), kept

    x = np.random.default_rng(0).standard_normal((80, 80))
    compiled = ag.compile(f, backend=backend)
    for factor in (1.0, 2.0):
        (a, kept), (b, expected) = compiled(factor * x), f(factor * x)
        assert a == pytest.approx(b)
        np.testing.assert_allclose(kept, expected)


def test_writes_and_sums_in_arrays_without_axes():
    def shared(x):
        first = x[..., 0]
        return np.mean(first**2) + np.sum(np.tanh(first[..., None]) * first)

    def filled(x):
        y = np.pad(np.sum(x), 1, mode="edge")
        y[...] = y * x[0]
        return np.sum(y**2)

    for f in (shared, filled):
        compiled = ag.compile(ag.grad(f))
        for x in (X, X + 1):
            np.testing.assert_allclose(compiled(x), ag.grad(f)(x), rtol=1e-13)
