"""Batched sweeps give what one sweep for each seed gives, for the whole table of cases."""

import subprocess
import sys

import numpy as np
import pytest
from cases import CASES

import autograd_lite as ag
from autograd_lite import jacobians
from autograd_lite.batching import batched as batching
from autograd_lite.batching import rules as batching_table
from autograd_lite.batching.batched import Batched, Unbatchable
from autograd_lite.kinds import General
from autograd_lite.registry import primitive
from autograd_lite.rules.indexing import getitem, scatter
from autograd_lite.sweeps import rules
from autograd_lite.trees import flatten

each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
few_entries = [case for case in CASES if sum(np.size(x) for x in case.args) < 100]


@pytest.fixture
def watch(monkeypatch):
    """What a batched sweep did: the functions it applied member by member, and whether it gave up."""
    seen = {"members": set(), "given up": []}
    each_member, sweep = batching.each_member, jacobians._batched_sweep

    def watched(function, args, kwargs):
        seen["members"].add(function.__name__)
        return each_member(function, args, kwargs)

    def noted(*args):
        try:
            return sweep(*args)
        except Exception as error:
            seen["given up"].append(error)
            raise

    for module in (batching, batching_table):
        monkeypatch.setattr(module, "each_member", watched)
    monkeypatch.setattr(jacobians, "_batched_sweep", noted)
    return seen


def one_by_one(monkeypatch, f, *args):
    with monkeypatch.context() as context:
        context.setattr(jacobians, "BATCH_BYTES", 0)
        return f(*args)


def assert_same(found, expected, precision):
    found, expected = flatten(found)[0], flatten(expected)[0]
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        assert (type(a), a.shape, a.dtype) == (type(b), b.shape, b.dtype)
        scale = np.max(np.abs(np.nan_to_num(b, posinf=0, neginf=0)), initial=1e-4)  # zeros are known to a rounding
        np.testing.assert_allclose(a, b, rtol=precision, atol=precision * scale)


def all_arguments(case):
    return tuple(range(len(case.args)))


@each
@pytest.mark.parametrize("jacobian", [ag.jacfwd, ag.jacrev], ids=["forward", "reverse"])
def test_as_one_by_one(case, jacobian, monkeypatch):
    f = jacobian(case.f, all_arguments(case))
    assert_same(f(*case.args), one_by_one(monkeypatch, f, *case.args), 1e-12)


@pytest.mark.parametrize("case", [c for c in CASES if all(x.dtype == float for x in c.args)], ids=lambda case: case.id)
def test_as_one_by_one_in_float32(case, monkeypatch):
    args = [x.astype(np.float32) for x in case.args]
    f = ag.jacobian(case.f, all_arguments(case))
    assert_same(f(*args), one_by_one(monkeypatch, f, *args), 1e-5)


# What rules apply to derivatives and has no batching rule: it goes member by member, slower
MEMBER_BY_MEMBER = {"full_convolution"}
# What rules cannot do for a batch at all: one sweep for each seed
GIVEN_UP: set[str] = set()


def test_what_has_no_batching_rule(watch):
    """A function that appears here should get a rule in batching_rules.py, or a place in the sets above."""
    given_up = set()
    for case in CASES:
        for jacobian in (ag.jacfwd, ag.jacrev):
            jacobian(case.f, all_arguments(case))(*case.args)
            if watch["given up"]:
                given_up.add(case.function.__name__)
                watch["given up"].clear()
    assert watch["members"] == MEMBER_BY_MEMBER
    assert given_up == GIVEN_UP


def test_many_seeds_go_in_several_sweeps(monkeypatch):
    x, f = np.linspace(0.1, 1, 7), lambda x: np.tanh(np.outer(x, x))[:, :2]
    expected = [j(f)(x) for j in (ag.jacfwd, ag.jacrev)]
    monkeypatch.setattr(jacobians, "BATCH_BYTES", 3000)
    for j, whole in zip((ag.jacfwd, ag.jacrev), expected, strict=True):
        np.testing.assert_array_equal(j(f)(x), whole)


def test_seeds_at_once_respect_the_bytes():
    recording = jacobians.Recording(lambda x: np.exp(x) * 2, 0, (np.ones(1000),), {})
    assert jacobians.seeds_at_once(recording) == jacobians.BATCH_BYTES // (3 * 8000 + 1)


def test_a_derivative_through_many_tensors():
    f = lambda x: np.stack([x[i] * x[i] for i in range(100)])
    np.testing.assert_array_equal(ag.jacobian(f)(np.arange(100.0)), np.diag(2 * np.arange(100.0)))


def test_structures():
    f = lambda p: {"sum": p["w"] @ p["b"], "twice": [2 * p["b"], 3.0]}
    p = {"w": np.ones((2, 3)), "b": np.arange(3.0)}
    for jacobian in (ag.jacfwd, ag.jacrev, ag.jacobian):
        found = jacobian(f)(p)
        np.testing.assert_array_equal(found["sum"]["w"], np.einsum("ij,k->ijk", np.eye(2), p["b"]))
        np.testing.assert_array_equal(found["twice"][0]["b"], 2 * np.eye(3))
        np.testing.assert_array_equal(found["twice"][1]["w"], np.zeros((2, 3)))


def test_blocks_are_the_callers_own():
    """Writing into one changes no other, also where the function returns the same array twice."""
    for jacobian in (ag.jacfwd, ag.jacrev):
        first, second = jacobian(lambda x: (x, x))(np.ones(2))
        first[:] = 7
        np.testing.assert_array_equal(second, np.eye(2))


# a rule that tells members apart is swept seed by seed, and errors are those of one member


@primitive
def square(x):
    return x * x


@pytest.mark.parametrize(
    "vjp",
    [
        lambda g, out, x: 2 * np.asarray(g) * x,
        lambda g, out, x: 2 * g * x if np.any(g) else np.zeros_like(x),
        lambda g, out, x: np.array([2 * float(g[i]) * x[i] for i in range(3)]),
        lambda g, out, x: 2 * np.fromiter(g, float) * x,
    ],
    ids=["asarray", "if any", "float", "fromiter"],
)
def test_a_rule_that_knows_only_plain_arrays(vjp, monkeypatch, watch):
    monkeypatch.setitem(rules, square, General([None], [vjp]))
    x = np.array([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(ag.jacrev(square)(x), np.diag(2 * x))
    assert watch["given up"]


def test_errors_are_in_the_words_of_one_member(monkeypatch):
    def vjp(g, out, x):
        raise ValueError(f"adjoint of shape {g.shape}, {type(g).__name__}")

    monkeypatch.setitem(rules, square, General([None], [vjp]))
    with pytest.raises(ValueError, match=r"shape \(3,\), ndarray"):
        ag.jacrev(square)(np.ones(3))


# the payload itself


@pytest.mark.parametrize("function", [np.sort, np.linalg.svd, lambda x: np.einsum("ij,ij->i", x, x), np.median])
def test_any_function_of_members(function):
    x = np.random.default_rng(0).normal(size=(4, 3, 3))
    found, expected = function(Batched(x)), [function(member) for member in x]
    for i, part in enumerate(found if isinstance(found, tuple) else [found]):
        wanted = [member[i] if isinstance(found, tuple) else member for member in expected]
        np.testing.assert_allclose(part.array, np.stack(wanted))


INDICES = [
    (0,), (slice(1, None),), (..., 0), (None, 1), ([0, 1, 0],), (slice(None), [1, 0]), ([0, 1], slice(None), [2, 0]),
    (1, slice(None), [2, 0]), ([[0], [1]], slice(None), [2, 0]), (np.array([[True, False, True], [False, True, True]]),),  # noqa: E501
    (True,), (np.array([True, False]), slice(1), [0]), (np.int64(1), None, [0, 1]), (..., [1, 0], [0, 2]),
]  # fmt: skip


@pytest.mark.parametrize("index", INDICES, ids=str)
def test_indices(index):
    """Also where NumPy puts the axes of integer arrays first, and where places meet."""
    x = np.random.default_rng(0).normal(size=(5, 2, 3, 3))
    taken = getitem(Batched(x), *index)
    np.testing.assert_array_equal(taken.array, np.stack([member[index] for member in x]))
    back = scatter(taken, (2, 3, 3), *index)
    np.testing.assert_array_equal(back.array, np.stack([scatter(t, (2, 3, 3), *index) for t in taken.array]))


def test_what_a_tensor_has_is_defined_or_refused():
    x = Batched(np.ones((2, 3)))
    for refused in (
        lambda: bool(x), lambda: float(x), lambda: np.asarray(x), lambda: x.value, lambda: x.backward(),
        lambda: x == x, lambda: x.__setitem__(0, 1.0), lambda: x.tolist(), lambda: np.add(x, 1, out=np.ones(3)),
    ):  # fmt: skip
        with pytest.raises(Unbatchable):
            refused()


def real_total(f, args):
    """A real number that depends on every entry of every output of f."""

    def total(*args):
        outputs = [y for y in flatten(f(*args))[0] if type(y) is ag.Tensor and y.dtype.kind in "fc"]
        weighed = [np.sum(np.real(y * np.cos(np.arange(y.size)).reshape(y.shape))) for y in outputs]
        return sum(weighed, 0.0 * np.sum(np.real(args[0])))

    return total


@pytest.mark.parametrize("case", few_entries, ids=lambda case: case.id)
def test_hessians_as_one_by_one(case, monkeypatch):
    """Second derivatives, and Jacobians inside a derivative, where the batch holds Tensors."""
    total = real_total(case.f, case.args)
    for f in (ag.hessian(total), ag.jacrev(ag.jacrev(total)), ag.jacrev(ag.jacfwd(total))):
        assert_same(f(*case.args), one_by_one(monkeypatch, f, *case.args), 1e-10)


def test_the_table_is_there_without_being_asked_for():
    program = "import autograd_lite.batching.batched as made; print(len(made.batching_rules))"
    assert int(subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout) > 50


@pytest.mark.parametrize("transform", [ag.jacobian, ag.jacfwd, ag.jacrev])
def test_jacobians_where_real_meets_complex(transform):
    x = np.array([0.3, 0.5, 0.7])
    z = x + 1j * x[::-1]
    np.testing.assert_allclose(transform(np.fft.fft)(x), np.fft.fft(np.eye(3)), atol=1e-15)
    assert transform(np.fft.fft)(x.astype(np.float32)).dtype == np.complex64
    np.testing.assert_allclose(transform(lambda x: np.sum(np.exp(1j * x)))(x), 1j * np.exp(1j * x))
    for times in (1, 2):  # wide and tall
        twice = lambda z: np.concatenate([np.abs(z) ** 2] * times)  # noqa: B023
        expected = np.concatenate([np.diag(2 * np.conj(z))] * times)  # u_x - i u_y, as grad has it
        np.testing.assert_allclose(transform(twice)(z), expected)
    (a, b), (c, d) = transform(lambda x, z: (x * z, np.abs(z) * x), (0, 1))(x, z)
    for block, expected in ((a, z), (b, x), (c, np.abs(z)), (d, x * np.conj(z) / np.abs(z))):
        np.testing.assert_allclose(block, np.diag(expected), atol=1e-15)
    assert c.dtype == np.float64
    inner = lambda y: np.real(np.sum(transform(lambda x: np.exp(1j * x * y))(x)))
    np.testing.assert_allclose(transform(inner)(2.0), -np.sum(np.sin(2 * x) + 2 * x * np.cos(2 * x)))


def test_a_text_is_no_output_and_an_empty_list_is():
    for transform in (ag.grad, ag.jacobian, ag.jacfwd, ag.jacrev):
        with pytest.raises(TypeError, match="returned a str, which holds no numbers"):
            transform(lambda x: "a")(1.0)
    assert ag.jacobian(lambda x: [])(1.0) == ag.jacfwd(lambda x: [])(1.0) == []
