"""The Graph: its table, its sweeps over every node, its counts; numbers of lecture notes 1.2 to 1.4."""

import sys

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.sweeps import rules
from autograd_lite.trace.flops import _COUNTS


def worked(x):
    a = x**2
    b = np.exp(a)
    c = a + b
    d = np.sqrt(c)
    return d


def names(graph):
    return [node.name for node in graph.nodes]


# Lecture notes 1.2 and 1.4: the table, row by row

ROWS = {  # value, tangent, adjoint
    1.0: {
        "x": (1.0, 1.0, 1.9282846855324671),
        "a": (1.0, 2.0, 0.9641423427662336),
        "b": (2.718281828459045, 5.43656365691809, 0.2592978120665479),
        "c": (3.718281828459045, 7.43656365691809, 0.2592978120665479),
        "d": (1.928284685532467, 1.9282846855324671, 1.0),
    },
    0.5: {
        "x": (0.5, 1.0, 0.9220503968758447),
        "a": (0.25, 1.0, 0.9220503968758447),
        "b": (1.2840254166877414, 1.2840254166877414, 0.4036953311198209),
        "c": (1.5340254166877414, 2.2840254166877414, 0.4036953311198209),
        "d": (1.238557797071958, 0.9220503968758447, 1.0),
    },
}


@pytest.mark.parametrize("x", ROWS)
def test_the_table_of_the_worked_example(x):
    graph = ag.trace(worked)(x).forward_sweep().reverse_sweep()
    assert [node.name for node in graph.nodes] == list(ROWS[x])
    for name, (value, tangent, adjoint) in ROWS[x].items():
        assert graph[name].value == pytest.approx(value, rel=1e-12)
        assert graph[name].tangent == pytest.approx(tangent, rel=1e-10)
        assert graph[name].adjoint == pytest.approx(adjoint, rel=1e-10)


def test_the_formalization_of_the_worked_example():
    graph = ag.trace(worked)(1.0)
    assert [node.number for node in graph] == [1, 2, 3, 4, 5]
    assert [node.function for node in graph] == [None, np.square, np.exp, np.add, np.sqrt]
    assert [node.function_name for node in graph] == ["", "square", "exp", "add", "sqrt"]
    assert [[p.number for p in node.parents] for node in graph] == [[], [1], [2], [2, 3], [4]]
    assert [node.definition for node in graph] == ["input", "x**2", "exp(a)", "a + b", "sqrt(c)"]
    assert [node.formula for node in graph] == ["", "x²", "exp(a)", "a + b", "√c"]
    assert [node.role for node in graph] == ["input", "intermediate", "intermediate", "intermediate", "output"]
    assert graph.inputs == [graph["x"]] and graph.output is graph["d"] and graph.computed == graph.nodes[1:]
    assert graph.value == graph["d"].value and graph.title == "worked"


@pytest.mark.parametrize("x", ROWS)
def test_local_partials_of_the_worked_example(x):
    graph = ag.trace(worked)(x)
    assert graph["a"].partial(0) == 2 * x and graph["a"].partial_formula(0) == "2x"
    assert graph["b"].partial(0) == graph["b"].value and graph["b"].partial_formula(0) == "exp(a)"
    assert [graph["c"].partial(i) for i in (0, 1)] == [1, 1]
    assert graph["d"].partial(0) == pytest.approx(0.5 / graph["d"].value) and graph["d"].partial_formula(0) == "1/(2√c)"


def test_print_leaves_out_what_was_not_swept():
    graph = ag.trace(worked)(1.0)
    assert str(graph).splitlines()[0].split() == ["i", "name", "g_i", "Pa(i)", "definition", "value"]
    assert str(graph.reverse_sweep()).splitlines()[0].split()[-2:] == ["value", "adjoint"]
    assert str(graph.forward_sweep()).splitlines()[5] == (
        "4  c     add     2, 3   a + b       3.71828  7.43656  0.259298"
    )
    assert "3.718281828459045" in graph.table(digits=16)
    assert repr(graph) == "<Graph of worked: 5 nodes, from x to d>" and "a + b" in repr(graph["c"])


def test_a_long_table_is_shortened_in_the_middle():
    def chain(x):
        for _ in range(500):
            x = np.sin(x)
        return x

    lines = str(ag.trace(chain)(1.0)).splitlines()
    assert len(lines) == 203 and "... 301 more nodes ..." in lines[152] and lines[-1].startswith("501")
    assert len(ag.trace(chain)(1.0).table().splitlines()) == 503


def test_rename():
    graph = ag.trace(lambda x, y: x * y)(1.0, 2.0).rename({"x": "y", "y": "x", "v1": "product"})
    assert names(graph) == ["y", "x", "product"] and graph["product"].definition == "y * x"
    with pytest.raises(ValueError, match="a name of its own"):
        graph.rename({"x": "product"})
    with pytest.raises(KeyError, match="no node 'z'"):
        graph.rename({"z": "w"})


# Sweeps over all of the graph


def test_seeds():
    graph = ag.trace(lambda x, y: x * y)(2.0, 3.0)
    assert graph.forward_sweep(x=1.0).output.tangent == 3.0
    assert graph.forward_sweep({"x": 1.0}, y=1.0).output.tangent == 5.0
    assert graph.reverse_sweep(10.0)["x"].adjoint == 30.0
    with pytest.raises(ValueError, match=r"graph\.forward_sweep\(x=1\.0\)"):
        graph.forward_sweep()
    with pytest.raises(ValueError, match="needs the tangent"):
        graph.forward_sweep(1.0)
    with pytest.raises(KeyError, match="'z'"):
        graph.forward_sweep(z=1.0)
    with pytest.raises(ValueError, match=r"shape \(2,\), but x has shape \(\)"):
        graph.forward_sweep(x=np.ones(2))
    with pytest.raises(TypeError, match="complex"):
        graph.forward_sweep(x=1j)


def test_arrays_need_a_seed():
    graph = ag.trace(lambda x: 2 * x)(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"forward_sweep\(x=np\.ones\(\(2, 3\)\)\)"):
        graph.forward_sweep()
    with pytest.raises(ValueError, match=r"reverse_sweep\(v1=np\.ones\(\(2, 3\)\)\)"):
        graph.reverse_sweep()
    seed = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(graph.reverse_sweep(seed)["x"].adjoint, 2 * seed)
    assert "[2, 3] norm" in str(graph)


def test_several_outputs():
    graph = ag.trace(lambda x: {"s": np.sin(x), "c": np.cos(x)})(0.5)
    assert [n.definition for n in graph.outputs] == ["sin(x)", "cos(x)"] and set(graph.value) == {"s", "c"}
    with pytest.raises(ValueError, match="2 outputs"):
        _ = graph.output
    with pytest.raises(ValueError, match="adjoint to start from"):
        graph.reverse_sweep()
    assert graph.reverse_sweep(v2=1.0)["x"].adjoint == pytest.approx(-np.sin(0.5)) and graph["v1"].adjoint == 0.0


def test_what_carries_no_derivative_says_so():
    def f(x, unused):
        mask = x > 0
        step = np.floor(x)
        return np.where(mask, x, 0.0) + step

    graph = ag.trace(f)(1.5, 2.0).forward_sweep(x=1.0).reverse_sweep()
    assert graph["unused"].adjoint == 0.0 and graph["unused"].tangent == 0.0
    assert graph["mask"].adjoint is None and graph["mask"].tangent is None
    assert graph["step"].tangent == 0.0 and graph["step"].adjoint == 1.0 and graph["step"].partial(0) == 0.0
    assert graph["x"].adjoint == 1.0


def test_a_function_with_several_results():
    matrix = np.eye(2) + 1

    def f(x):
        _, logdet = np.linalg.slogdet(matrix * x)
        return logdet

    graph = ag.trace(f)(2.0).forward_sweep().reverse_sweep()
    assert graph["logdet"].tangent == pytest.approx(1.0) and graph["x"].adjoint == pytest.approx(1.0)
    assert graph["logdet"].definition == "v2[1]" and "(1, " in str(graph)


def test_a_result_that_does_not_depend():
    graph = ag.trace(lambda x: 3.0)(1.0).reverse_sweep()
    assert graph["x"].adjoint == 0.0 and graph.output.definition == "constant"
    same = ag.trace(lambda x: x)(1.0).forward_sweep().reverse_sweep()
    assert same.output is same["x"] and same["x"].adjoint == 1.0


def test_what_is_no_program():
    with pytest.raises(TypeError, match=r"trace\(f\)\(x\)"):
        ag.trace(1.0)
    with pytest.raises(TypeError, match="returned None"):
        ag.trace(lambda x: None)(1.0)
    with pytest.raises(KeyError, match="no node 'q'; its nodes are x, v1"):
        ag.trace(np.exp)(1.0)["q"]


# Counts, lecture notes 1.3


def test_operations_as_counted_by_hand():
    def count(f, *args):
        return ag.trace(f)(*args).flops

    assert count(lambda x: np.exp(x**2), 1.0) == 2
    assert count(lambda x: np.sqrt(x * x + np.exp(x * x)), 1.0) == 5
    assert count(lambda x: x * (1 + np.exp(x * x)) / np.sqrt(x * x + np.exp(x * x)), 1.0) == 10
    assert count(lambda a: np.sqrt(a + np.exp(a)), 1.0) + count(lambda x: x * x, 1.0) == 4
    assert count(lambda x, b, d: x * (1 + b) / d, 1.0, 2.0, 3.0) == 3
    assert ag.trace(ag.grad(worked))(1.0).flops > count(worked, 1.0)


@pytest.mark.parametrize(
    "f, x, count",
    [
        (lambda x: x @ np.ones((3, 4)), np.ones((2, 3)), 48),
        (lambda x: x @ x, np.ones(5), 10),
        (lambda x: np.einsum("ij,jk->ik", x, np.ones((3, 4))), np.ones((2, 3)), 48),
        (lambda x: np.sum(x, axis=0), np.ones((4, 3)), 9),
        (lambda x: np.mean(x), np.ones(6), 6),
        (lambda x: x.T[1:].reshape(-1), np.ones((4, 3)), 0),
        (lambda x: np.exp(x) + 1, np.ones((4, 3)), 24),
        (lambda x: np.linalg.solve(x, np.ones(3)), np.eye(3), 18 + 18),
    ],
)
def test_operations_of_arrays(f, x, count):
    assert ag.trace(f)(x).flops == count


def test_every_rule_has_a_count():
    """Every rule of a function that has a place in a module; other tests register passing ones of their own."""
    kept = [f for f in rules if not isinstance(f, np.ufunc) and getattr(sys.modules[f.__module__], f.__name__, 0) is f]
    ours = [f.__name__ for f in kept if f.__module__.split(".")[0] in ("numpy", "scipy", "autograd_lite")]
    assert len(ours) > 60 and set(ours) <= set(_COUNTS)


# The graph behind a Tensor


def test_graph_of_a_tensor():
    x, other = ag.Tensor(0.5, name="x"), ag.Tensor([1.0, 2.0])
    a = x**2
    y = np.sum(other * a)
    graph = ag.graph(y).reverse_sweep()
    assert names(graph) == ["x", "other", "a", "v1", "y"] and graph.title == "y"
    assert graph["x"].adjoint == 3.0 and graph["other"].adjoint.tolist() == [0.25, 0.25]
    assert ag.graph([a, y]).outputs[1].value == y.value
    with pytest.raises(TypeError, match=r"ag\.trace\(f\)\(x\)"):
        ag.graph(1.0)


# Notebooks and pictures


def test_without_a_layout_program_a_notebook_shows_the_table(monkeypatch):
    def no_layout(self, **options):
        raise RuntimeError('pip install "autograd-lite[svg]"')

    graph = ag.trace(worked)(1.0)
    monkeypatch.setattr(ag.Graph, "svg", no_layout)
    bundle = graph._repr_mimebundle_()
    assert list(bundle) == ["text/plain"]
    assert "sqrt(c)" in bundle["text/plain"] and "pip install" in bundle["text/plain"]
    monkeypatch.setattr(ag.Graph, "svg", lambda self: "<svg/>")
    assert graph._repr_mimebundle_()["image/svg+xml"] == "<svg/>"
