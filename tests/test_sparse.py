"""Sparse Jacobians and Hessians equal the dense ones, and no entry is missed: a pattern may only be too large."""

import builtins
import importlib

import numpy as np
import pytest
from cases import CASES
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

import autograd_lite as ag
from autograd_lite.rules.indexing import scatter
from autograd_lite.sparse import patterns as sparsity
from autograd_lite.sparse.colouring import colours_of_columns, full_rows
from autograd_lite.sparse.derivatives import sparse_hessian, sparse_jacobian
from autograd_lite.transforms import Recording
from autograd_lite.trees import flatten

sparse_module = importlib.import_module("autograd_lite.sparse.derivatives")


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def dense(f, x):
    """The Jacobian; for real x and complex f(x) by tangents, for complex x and real f(x) by adjoints."""
    y = f(x)
    jacobian = ag.jacfwd if np.iscomplexobj(y) else ag.jacrev
    return np.reshape(jacobian(f)(x), (np.size(y), np.size(x)))


def assert_as_dense(f, x):
    found = sparse_jacobian(f)(x)
    expected = dense(f, x)
    assert isinstance(found, csr_array)
    assert (found.shape, found.dtype.kind) == (expected.shape, expected.dtype.kind)
    scale = np.max(np.abs(expected), initial=1.0)
    np.testing.assert_allclose(found.toarray(), expected, rtol=1e-10, atol=1e-12 * scale)
    return found


def products(monkeypatch):
    """How many seeds are carried."""
    counts = []
    swept = sparse_module.swept

    def counted(recording, seeds, ends, reverse):
        counts.append(len(seeds[0]))
        return swept(recording, seeds, ends, reverse)

    monkeypatch.setattr(sparse_module, "swept", counted)
    return counts


# the whole table of cases: no rule hides a dependence



def is_holomorphic(f, z):
    """Others have no Jacobian: what a tangent and an adjoint say is not the same matrix."""
    return np.allclose(ag.jacfwd(f)(z), ag.jacrev(f)(z))


ONE_ARRAY = [case for case in CASES if case.args and case.args[0].size < 100]


@pytest.mark.parametrize("case", ONE_ARRAY, ids=lambda case: case.id)
def test_cases(case):
    """Every output by the first argument."""
    rest = case.args[1:]
    outputs = flatten(case.f(ag.Tensor(case.args[0]), *rest))[0]
    for k, y in enumerate(outputs):
        if type(y) is ag.Tensor and y.dtype.kind in "fc":
            f = lambda x, k=k: flatten(case.f(x, *rest))[0][k]
            if y.dtype.kind == "f" or case.args[0].dtype.kind == "f" or is_holomorphic(f, case.args[0]):
                assert_as_dense(f, case.args[0])


UNKNOWN = {"cholesky", "eig", "full_convolution", "scan_loop", "solve", "thin_qr"}


def test_the_table_needs_the_dense_fallback_only_for_these(monkeypatch):
    """Functions whose own rule says nothing about a pattern: their results may depend on all of their arguments."""
    unknown = set()
    everything = sparsity.everything

    def step(node, patterns):
        noted = lambda *args: unknown.add(node.function.__name__) or everything(*args)
        monkeypatch.setattr(sparsity, "everything", noted)
        return original(node, patterns)

    original = sparsity.step
    monkeypatch.setattr(sparsity, "step", step)
    for case in ONE_ARRAY:
        recording = Recording(case.f, 0, case.args, {})
        sparsity.pattern_of(recording.path, recording.leaves[0], [])
    assert unknown == UNKNOWN


# random programs

UNARY = [np.sin, np.exp, np.tanh, np.square, lambda x: x * 0, lambda x: x - x, lambda x: 2.0 - x, lambda x: -x / 3]
MOVES = [
    lambda x: x[::-1], lambda x: np.roll(x, 1), lambda x: x[np.arange(len(x)) // 2], lambda x: np.sort(x),
    lambda x: scatter(x, (len(x),), np.arange(len(x)) // 2), lambda x: np.reshape(np.reshape(x, (2, -1)).T, -1),
    lambda x: np.concatenate([x[2:], np.ones(1), x[:1]])[: len(x)], lambda x: np.where(np.arange(len(x)) % 2, x, 0.5),
    lambda x: np.repeat(np.sum(np.reshape(x, (2, -1)), axis=0), 2), lambda x: np.tri(len(x))[::-1] @ x,
    lambda x: x @ np.eye(len(x), k=1), lambda x: np.reshape(np.eye(2)[::-1] @ np.reshape(x, (2, -1)), -1),
    lambda x: np.maximum(x, 0.1), lambda x: np.append(x[1:] * x[:-1], 1.0), lambda x: x * x[0],
    lambda x: x + np.max(x),
    lambda x: np.einsum("ij,j->ij", np.reshape(x, (2, -1)), np.arange(len(x) // 2)).ravel(), lambda x: np.cumsum(x) / 9,
    lambda x: np.reshape(np.reshape(x, (2, -1)) @ np.diag(np.arange(len(x) // 2)), -1),
]  # fmt: skip


def run(program, x):
    for kind, k in program:
        x = UNARY[k % len(UNARY)](x) if kind == "unary" else MOVES[k % len(MOVES)](x)
    return x


programs = st.lists(st.tuples(st.sampled_from(["unary", "move"]), st.integers(0, 100)), min_size=1, max_size=6)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(programs, st.integers(0, 1000))
def test_random_programs(program, seed):
    x = np.random.default_rng(seed).uniform(-1, 1, 8)
    assert_as_dense(lambda x: run(program, x), x)
    f = lambda x: np.sum(run(program, x) ** 2 * np.arange(8))
    expected = ag.hessian(f)(x)
    scale = np.max(np.abs(expected), initial=1.0)
    np.testing.assert_allclose(sparse_hessian(f)(x).toarray(), expected, rtol=1e-9, atol=1e-11 * scale)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(programs, st.integers(0, 1000))
def test_a_pattern_does_not_depend_on_accidents(program, seed):
    """At x = 0, where many derivatives are 0, the pattern still covers the Jacobian at points near it."""
    is_sort = lambda kind, k: kind == "move" and k % len(MOVES) == 3  # the order of equal numbers is an accident
    still = [step for step in program if not is_sort(*step)]
    near = np.random.default_rng(seed).uniform(-1e-3, 1e-3, 8)
    pattern = sparse_jacobian(lambda x: run(still, x))(np.zeros(8))
    pattern.data[:] = 1
    assert not np.any(dense(lambda x: run(still, x), near)[pattern.toarray() == 0])


# few products


def test_rosenbrock(monkeypatch):
    x = np.linspace(-1, 1, 50)
    counts = products(monkeypatch)
    H = sparse_hessian(rosenbrock)(x)
    assert (counts, H.nnz) == ([3], 148)
    np.testing.assert_allclose(H.toarray(), ag.hessian(rosenbrock)(x), rtol=1e-12)
    np.testing.assert_array_equal((H - H.T).toarray(), 0)


def test_ten_thousand_unknowns(monkeypatch):
    counts = products(monkeypatch)
    x = np.linspace(-1, 1, 10_000)
    H = sparse_hessian(rosenbrock)(x)
    assert (counts, H.nnz) == ([3], 29_998)
    v = np.cos(np.arange(10_000))
    np.testing.assert_allclose(H @ v, ag.hessian_vector_product(rosenbrock)(x, v), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(
    "f, sweeps",
    [
        (lambda x: x**2, [1]),
        (lambda x: x[1:] - x[:-1], [2]),
        (lambda x: np.concatenate([np.reshape(np.sum(x**3), 1), x**2]), [1, 1]),  # a full row, by a reverse sweep
        (lambda x: np.sum(np.reshape(x, (4, 3)), axis=1) * x[0], [1, 1]),  # a full column, by a forward sweep
        (lambda x: np.sum(np.reshape(x, (-1, 2)), axis=1), [1]),  # by rows
        (lambda x: np.cumsum(x), [12]),
    ],
)
def test_few_products(f, sweeps, monkeypatch):
    counts = products(monkeypatch)
    x = np.linspace(0.5, 1.5, 12)
    assert_as_dense(f, x)
    assert counts == sweeps


def test_an_arrow_takes_two_products(monkeypatch):
    """A parameter that everything depends on makes a full row and column of the Hessian."""
    counts = products(monkeypatch)
    f = lambda x: np.sum(np.exp(x[0] * x[1:])) + x[0] ** 3
    x = np.linspace(0.5, 1.5, 12)
    np.testing.assert_allclose(sparse_hessian(f)(x).toarray(), ag.hessian(f)(x), rtol=1e-12)
    assert counts == [1, 1]


def test_constant_matrices_keep_their_zeros(monkeypatch):
    counts = products(monkeypatch)
    A = np.eye(20, k=1) - np.eye(20)
    assert assert_as_dense(lambda x: A @ np.tanh(x) + x @ A, np.linspace(0, 1, 20)).nnz == 58
    assert assert_as_dense(lambda x: np.ravel(A @ np.reshape(x, (20, 2))), np.linspace(0, 1, 40)).nnz == 78
    assert assert_as_dense(lambda x: np.ravel(np.reshape(x, (2, 20)) @ A), np.linspace(0, 1, 40)).nnz == 78
    assert counts == [3, 2, 2]


def test_zeros_that_are_accidents_are_kept():
    x = np.array([0.0, 1.0, 0.0])
    assert sparse_jacobian(lambda x: x * 0)(x).nnz == 3
    assert sparse_jacobian(lambda x: x**2)(x).nnz == 3
    assert sparse_jacobian(lambda x: np.outer(x, x) @ x)(x).nnz == 9
    assert sparse_hessian(lambda x: np.sum(x**4))(x).nnz == 3


def test_unknown_functions_count_as_dense():
    f = lambda x: np.linalg.inv(np.reshape(x, (3, 3)) + 3 * np.eye(3)) @ x[:3]
    assert assert_as_dense(f, np.linspace(0, 1, 9)).nnz == 27


# what comes in and out


def test_shapes_dtypes_and_constants():
    for dtype in (np.float32, np.float64, np.complex128):
        assert_as_dense(lambda x: x[1:] * x[:1], np.ones((3, 2), dtype))
    assert_as_dense(np.exp, 2.0)
    assert_as_dense(lambda x: x[:0], np.ones(3))
    assert_as_dense(lambda x: np.exp(x), np.ones(0))
    assert sparse_jacobian(lambda x: np.ones(4))(np.ones(3)).nnz == 0
    assert sparse_hessian(np.sum)(np.ones(3)).nnz == 0
    assert sparse_jacobian(lambda a, x: a * x, 1)(3.0, np.array([1, 2])).toarray().tolist() == [[3, 0], [0, 3]]


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: sparse_jacobian(lambda p: p[0] * p[1])([np.ones(2), np.ones(2)]), "one array as argument"),
        (lambda: sparse_jacobian(lambda x: (x, x))(np.ones(2)), "one array as argument"),
        (lambda: sparse_jacobian(np.multiply, (0, 1))(1.0, 2.0), "argnum must be an int"),
        (lambda: ag.grad(lambda x: sparse_jacobian(np.exp)(x).sum())(1.0), "use jacobian within a derivative"),
        (lambda: ag.grad(lambda x: sparse_hessian(np.exp)(x).sum())(1.0), "use hessian within a derivative"),
        (lambda: sparse_hessian(lambda z: np.real(np.sum(z * z)))(np.ones(2) * 1j), "real arguments"),
        (lambda: sparse_hessian(np.exp)(np.ones(2)), "one number as output"),
        (lambda: sparse_jacobian(np.ones(2)), "takes a function"),
    ],
)
def test_errors(call, message):
    with pytest.raises(TypeError, match=message):
        call()


def test_without_scipy(monkeypatch):
    original = builtins.__import__

    def refuse(name, *args):
        if name.startswith("scipy"):
            raise ImportError(name)
        return original(name, *args)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ImportError, match=r'pip install "autograd-lite\[sparse\]"'):
        sparse_jacobian(np.exp)(np.ones(2))


# colouring


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.integers(0, 1000), st.integers(1, 30), st.integers(1, 30), st.floats(0, 0.5))
def test_colours(seed, m, n, density):
    pattern = csr_array(np.random.default_rng(seed).random((m, n)) < density)
    colours = colours_of_columns(pattern)
    for row in pattern.toarray():
        assert len(set(colours[row])) == np.sum(row)
    rows, count = full_rows(pattern)
    left = np.delete(pattern.toarray(), rows, axis=0).sum(axis=1)
    assert count == len(rows) + max(left, default=0)
