"""Tracing: the names of nodes, the arguments that become inputs, scopes, and that nothing is left behind."""

import gc
import sys
import threading
import weakref
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pytest

import autograd_lite as ag


def worked(x):
    a = x**2
    b = np.exp(a)
    c = a + b
    d = np.sqrt(c)
    return d


# Names


def names(graph):
    return [node.name for node in graph.nodes]


def test_expressions_without_names_are_numbered():
    assert names(ag.trace(lambda x: np.sqrt(x**2 + np.exp(x**2)))(1.0)) == ["x", "v1", "v2", "v3", "v4", "v5"]


def test_numbers_leave_out_names_that_are_taken():
    assert names(ag.trace(lambda v1, v3: np.sin(v1) * np.cos(v3))(1.0, 2.0)) == ["v1", "v3", "v2", "v4", "v5"]


def test_rebinding_in_a_loop():
    def network(x):
        h = x
        for _ in range(3):
            h = np.tanh(h)
        x = 2 * h
        return x

    assert names(ag.trace(network)(1.0)) == ["x", "h", "h_2", "h_3", "x_2"]


def test_the_outermost_name_wins():
    def helper(u):
        inner = np.sin(u)
        w = inner * u
        return w

    def f(x):
        a = helper(x)
        b = helper(a + 1)
        return b

    assert names(ag.trace(f)(1.0)) == ["x", "inner", "a", "u", "inner_2", "b"]


def test_recursion_closures_generators_and_comprehensions():
    def power(x, n):
        r = x if n == 1 else x * power(x, n - 1)
        return r

    assert names(ag.trace(partial(power, n=3))(2.0)) == ["x", "r", "r_2"]

    scale = ag.Tensor(3.0)

    def closure(x):
        y = scale * x
        return y

    graph = ag.trace(closure)(2.0)
    assert names(graph) == ["x", "scale", "y"] and graph["scale"].role == "constant"
    assert graph.reverse_sweep()["scale"].adjoint == 2.0

    def steps(x):
        for _ in range(2):
            s = np.sin(x)
            yield s
            x = s

    def f(x):
        total = sum(steps(x))
        parts = [np.exp(t) for t in (x, total)]
        return parts[0] + parts[1]

    assert names(ag.trace(f)(1.0))[:3] == ["x", "s", "v1"] and "total" in names(ag.trace(f)(1.0))


class Line:
    def __init__(self, slope):
        self.slope = slope

    def __call__(self, x):
        y = self.slope * x
        return y

    def loss(self, x, *, target):
        error = self(x) - target
        return error**2


def test_methods_and_callable_objects():
    assert names(ag.trace(Line(2.0))(1.0)) == ["x", "y"]
    graph = ag.trace(Line(2.0).loss)(1.0, target=5.0)
    assert names(graph) == ["x", "target", "y", "error", "v1"]
    assert [n.definition for n in graph.computed] == ["2 * x", "y - target", "error**2"]


def test_functions_that_tell_no_parameter_names():
    assert names(ag.trace(np.exp)(1.0)) == ["x", "v1"]
    assert names(ag.trace(np.hypot)(3.0, 4.0)) == ["x1", "x2", "v1"]
    assert names(ag.trace(lambda *xs, **more: xs[1] * more["k"])(1.0, 2.0, k=3.0)) == ["xs[0]", "xs[1]", "k", "v1"]


WEIGHTS = np.arange(6.0).reshape(2, 3)


def test_captured_arrays_have_their_variables_names():
    offset = np.ones(2)

    def f(x):
        local = 2 * offset
        return WEIGHTS @ x + offset + local + np.zeros(2)

    graph = ag.trace(f)(np.ones(3))
    assert [n.definition for n in graph.computed] == ["WEIGHTS @ x", "v1 + offset", "v2 + local", "v3 + array(2)"]


# Arguments


@dataclass
class Dense:
    weights: np.ndarray = field(metadata={"symbol": "W"})
    biases: np.ndarray = field(metadata={"symbol": "b"})

    def __scope__(self):
        return {"label": "Dense", "rows": [("units", len(self.biases))]}

    def __call__(self, x):
        with ag.scope(self):
            z = x @ self.weights + self.biases
            return np.tanh(z)


@dataclass
class Net:
    layers: list
    rate: float = 0.5

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


def net():
    rng = np.random.default_rng(0)
    return Net([Dense(rng.normal(size=(2, 4)), np.zeros(4)), Dense(rng.normal(size=(4, 3)), np.zeros(3))])


def cost(model, X, labels):
    logits = model(X)
    logp = logits - np.log(np.sum(np.exp(logits), axis=1, keepdims=True))
    chosen = logp[np.arange(5), labels]
    return -np.mean(chosen)


def test_models_parameters_and_labels():
    model, X, labels = net(), np.random.default_rng(1).normal(size=(5, 2)), np.array([0, 1, 2, 0, 1])
    graph = ag.trace(cost)(model, X, labels).reverse_sweep()
    assert [n.name for n in graph.inputs] == ["W1", "b1", "W2", "b2", "model.rate", "X", "labels"]
    assert [n.role for n in graph.inputs] == ["parameter"] * 4 + ["input"] * 3
    expected = ag.grad(cost)(model, X, labels)
    for i, layer in enumerate(expected.layers, 1):
        np.testing.assert_allclose(graph[f"W{i}"].adjoint, layer.weights, rtol=1e-12)
        np.testing.assert_allclose(graph[f"b{i}"].adjoint, layer.biases, rtol=1e-12)
    assert graph["model.rate"].adjoint == 0.0  # truthfully: nothing depends on it
    assert graph["labels"].value.dtype == labels.dtype and graph["labels"].adjoint is None
    assert graph["chosen"].definition == "logp[array(5), labels]"
    with pytest.raises(TypeError, match=r"labels holds int64s.*labels\.astype\(float\)"):
        graph.forward_sweep(labels=np.ones(5))


def test_a_model_is_its_parameters_also_when_it_is_the_function():
    graph = ag.trace(net())(np.ones((1, 2)))
    assert [n.name for n in graph.inputs] == ["x", "W1", "b1", "W2", "b2", "rate"] and graph.title == "Net"
    assert graph.output.value.shape == (1, 3)


def test_integers_alone_are_numbers():
    graph = ag.trace(lambda x: np.sum(x**3))(np.array([1, 2])).reverse_sweep()
    assert graph["x"].adjoint.tolist() == [3.0, 12.0]
    assert ag.trace(lambda x: x**3)(2).reverse_sweep()["x"].adjoint == 12.0


def test_structures_and_keywords():
    graph = ag.trace(lambda p, *, b: p["W"][0] * b + p["W"][1])({"W": [2, 3.0], "name": "line"}, b=4.0)
    assert [n.name for n in graph.inputs] == ["p['W'][0]", "p['W'][1]", "b"]
    assert graph.value == 11.0
    assert graph.forward_sweep({"p['W'][0]": 1.0}).output.tangent == 4.0


def test_the_inputs_are_copies():
    x = np.ones(2)
    graph = ag.trace(lambda x: np.sum(x * x))(x)
    x[:] = 9
    assert graph.reverse_sweep()["x"].adjoint.tolist() == [2.0, 2.0]


def newton(x, n):
    for _ in range(n):
        x = 0.5 * (x + 2 / x)
    return x


def test_counts_are_named_as_constants():
    with pytest.raises(TypeError, match=r"constants=\['n'\]"):
        ag.trace(newton)(1.0, 3)
    assert len(ag.trace(newton, constants=["n"])(1.0, 3)) == 10
    assert ag.trace(np.sum, constants="axis")(np.ones((2, 3)), axis=0).output.value.shape == (3,)
    with pytest.raises(TypeError, match="constants names"):
        ag.trace(newton, constants=["m"])(1.0, 3)


# Scopes


def test_scopes_nest_and_hold_their_parameters():
    graph = ag.trace(cost)(net(), np.ones((5, 2)), np.array([0, 1, 2, 0, 1]))
    first, second = graph["z"].scope[0], graph["z_2"].scope[0]
    assert first is not second and first.label == second.label == "Dense"
    assert first.kind == "layer" and first.rows == [("units", "4")]
    assert graph["W1"].scope == graph["b1"].scope == (first,) and graph["W2"].scope == (second,)
    assert graph["X"].scope == graph["chosen"].scope == ()

    def nested(x):
        with ag.scope("outer", kind="block"):
            a = np.sin(x)
            with ag.scope("inner"):
                b = np.cos(a)
            c = a * b
        return c + 1

    graph = ag.trace(nested)(1.0)
    assert [[s.label for s in graph[n].scope] for n in ("a", "b", "c", "v1")] == [
        ["outer"], ["outer", "inner"], ["outer"], [],
    ]  # fmt: skip


def test_a_scope_outside_a_trace_looks_at_nothing():
    class Unasked:
        def __scope__(self):
            raise AssertionError("asked")

    with ag.scope(Unasked()):
        pass
    with pytest.raises(AssertionError, match="asked"):
        ag.trace(lambda x: ag.scope(Unasked()))(1.0)
    assert ag.scope("a") is ag.scope("b")


# What it leaves behind: nothing


def test_the_trace_function_is_restored_and_goes_on():
    seen = []

    def before(frame, event, arg):
        if frame.f_code is worked.__code__:
            seen.append(event)
        return before

    def fails(x):
        raise ZeroDivisionError

    outer = sys.gettrace()
    sys.settrace(before)
    try:
        graph = ag.trace(worked)(1.0)
        kept = sys.gettrace()
        with pytest.raises(ZeroDivisionError):
            ag.trace(fails)(1.0)
        kept_after_error = sys.gettrace()
    finally:
        sys.settrace(outer)
    assert kept is before and kept_after_error is before
    assert names(graph) == list("xabcd")
    assert seen == ["call", *["line"] * 5, "return"]


def test_no_frame_and_no_cycle_stays():
    class Big:
        pass

    alive = []

    def f(x):
        big = Big()
        alive.append(weakref.ref(big))
        y = np.exp(x)
        return y

    gc.collect()
    gc.disable()
    try:
        graph = ag.trace(f)(1.0).reverse_sweep()
        assert alive[0]() is None
        node = weakref.ref(graph)
        str(graph)
        del graph
        assert node() is None
    finally:
        gc.enable()


def test_threads():
    def f(x, label):
        with ag.scope(label):
            for _ in range(200):
                h = np.sin(x)
                x = h
        return h

    found = {}

    def work(label):
        found[label] = ag.trace(f)(1.0, label).reverse_sweep()

    threads = [threading.Thread(target=work, args=(f"t{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for label, graph in found.items():
        assert names(graph)[:3] == ["x", "h", "h_2"] and len(graph) == 201
        assert {s.label for node in graph.computed for s in node.scope} == {label}
        assert graph["x"].adjoint == found["t0"]["x"].adjoint


def test_a_trace_inside_a_trace_has_its_own_scopes():
    inside = []

    def f(x):
        with ag.scope("outer"):
            inside.append(ag.trace(worked)(2.0))
            y = np.sin(x)
        return y

    graph = ag.trace(f)(1.0)
    assert [s.label for s in graph["y"].scope] == ["outer"] and inside[0]["a"].scope == ()
    assert names(graph) == ["x", "y"] and names(inside[0]) == list("xabcd")
