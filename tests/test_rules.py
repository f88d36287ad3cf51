"""Every line of the table in cases.py against every generic check, and the conventions where no derivative exists."""

from __future__ import annotations

from functools import wraps

import numpy as np
import pytest
from cases import CASES

import autograd_lite as ag
from autograd_lite import kinds
from autograd_lite.registry import composites
from autograd_lite.sweeps import rules
from autograd_lite.testing import check_grads
from autograd_lite.trees import flatten

each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
first_of_each = pytest.mark.parametrize(
    "case", list({case.function: case for case in reversed(CASES)}.values()), ids=lambda case: case.function.__name__
)
all_float64 = [case for case in CASES if all(np.asarray(x).dtype == np.float64 for x in case.args)]
real = pytest.mark.parametrize("case", all_float64, ids=lambda case: case.id)


def arrays(tree):
    return [np.asarray(y.value if type(y) is ag.Tensor else y) for y in flatten(tree)[0]]


def assert_same(found, expected, precision=1e-12):
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        scale = np.max(np.abs(np.nan_to_num(b, posinf=0, neginf=0)).astype(float), initial=0.0)
        np.testing.assert_allclose(a, b, rtol=precision, atol=precision * scale)


def pulled_and_pushed(f, args):
    """Adjoints and tangents of f along directions that vary from entry to entry."""
    value, pullback = ag.vjp(f, *args)
    seeds, rebuild = flatten(value)
    adjoints = pullback(rebuild([varied(y) for y in seeds]))
    _, tangent = ag.jvp(f, args, tuple(varied(x) for x in args))
    return arrays(adjoints), arrays(tangent)


def varied(x):
    return np.cos(np.arange(np.size(x))).reshape(np.shape(x))


def recorded(outputs):
    """The functions in the history of some Tensors."""
    seen, functions, waiting = set(), set(), [y.node for y in flatten(outputs)[0] if type(y) is ag.Tensor]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            functions.add(node.function)
            waiting += node.parents
    return functions


# the generic checks


@each
def test_value_is_numpys(case):
    assert_same(arrays(case.f(*[ag.Tensor(x) for x in case.args])), arrays(case.f(*case.args)))


@each
def test_derivatives(case):
    check_grads(case.f, *case.args, order=2)


@first_of_each
def test_third_order(case):
    check_grads(case.f, *case.args, order=3)


@real
def test_float32_in_float32_out(case, monkeypatch):
    """And no rule computes in float64 on the way: a cast would hide it."""

    def cast(derivative, dtype):
        assert not (dtype == np.float32 and derivative.dtype == np.float64), "a rule promotes float32 to float64"
        return original(derivative, dtype)

    original = kinds.cast
    args = [x.astype(np.float32) for x in case.args]
    assert_same(arrays(case.f(*[ag.Tensor(x) for x in args])), arrays(case.f(*args)), 1e-5)
    check_grads(case.f, *args, order=1)
    if case.note != "dtype":
        monkeypatch.setattr(kinds, "cast", cast)
        total = lambda *x: sum(np.sum(y) for y in flatten(case.f(*x))[0] if y.dtype == np.float32)
        ag.vjp(total, *args)[1](np.float32(1))


@each
def test_memory_order_does_not_matter(case):
    """Strided and Fortran-ordered arguments give what contiguous ones give."""
    strided = tuple(np.repeat(x, 2, axis=-1)[..., ::2] if x.ndim else x for x in case.args)
    turned = tuple(np.asfortranarray(x) if x.ndim else x for x in case.args)
    expected = pulled_and_pushed(case.f, case.args)
    for args in (strided, turned):
        for found, wanted in zip(pulled_and_pushed(case.f, args), expected, strict=True):
            assert_same(found, wanted, 1e-10)


@each
def test_a_case_exercises_its_function(case, monkeypatch):
    called = set()
    if case.function in composites:
        composite = composites[case.function]
        seen = wraps(composite)(lambda *args, **kwargs: called.add(case.function) or composite(*args, **kwargs))
        monkeypatch.setitem(composites, case.function, seen)
    called |= recorded(case.f(*[ag.Tensor(x) for x in case.args]))
    assert case.function in called


def of_the_tables(function):
    """Not SciPy's (test_scipy*.py), and none that a test or an example made a primitive."""
    if isinstance(function, np.ufunc):
        return getattr(np, function.__name__, None) is function
    elsewhere = ("autograd_lite.primitives", "autograd_lite.compiling.randomness", "autograd_lite.scipy")
    return not hasattr(function, "defines_rule") and not function.__module__.startswith(elsewhere)


def test_every_rule_and_composite_has_a_case():
    covered = {case.function for case in CASES}
    missing = [f.__name__ for f in (*filter(of_the_tables, rules), *composites) if f not in covered]
    assert not missing, f"no case in tests/cases.py: {missing}"


def test_ids_are_unique():
    assert len({case.id for case in CASES}) == len(CASES)


# what is right by definition, where no derivative exists

Z = 0.0
CONVENTIONS = [
    # where                          function                                    argument              gradient
    ("abs at 0",                     np.abs,                                  [Z, -2.0, 2.0],      [0, -1, 1]),
    ("abs at 0, complex",            np.abs,                                  [0j, 3 + 4j],        [0, 0.6 - 0.8j]),
    ("sign",                         np.sign,                                 [Z, 1.0],            [0, 0]),
    ("sign at 0, complex",           lambda z: np.real(np.sign(z)),           [0j],                [0]),
    ("maximum at a tie",             lambda x: np.maximum(x, [1.0, 2.0, 3.0]), [1.0, 3.0, 2.0],     [0.5, 1, 0]),
    ("minimum at a tie",             lambda x: np.minimum(x, 1.0),            [1.0, 3.0, 0.0],     [0.5, 0, 1]),
    ("maximum with itself",          lambda x: np.maximum(x, x),              [1.0, 3.0],          [1, 1]),
    ("fmax at a tie, nan",           lambda x: np.fmax(x, [1.0, np.nan]),     [1.0, 3.0],          [0.5, 1]),
    ("fmin passes over nan",         lambda x: np.fmin(x, 2.0),               [np.nan, 1.0],       [0, 1]),
    ("max, three tied",              np.max,  [1.0, 1.0, 0.0, 1.0], [1/3, 1/3, 0, 1/3]),
    ("min, two tied",                np.min,                                  [2.0, 1.0, 1.0],     [0, 0.5, 0.5]),
    ("max of an axis, tied",         lambda x: np.max(x, axis=1),  [[1.0, 1.0], [0, 2]], [[0.5, 0.5], [0, 1]]),
    ("max with nan",                 np.max,                                  [1.0, np.nan],       [0, 1]),
    ("relu at 0",                    lambda x: np.where(x > 0, x, 0),         [Z, 1.0, -1.0],      [0, 1, 0]),
    ("clip at its bounds",           lambda x: np.clip(x, -1, 1),  [-1.0, 1.0, 2.0, -2.0], [1, 1, 0, 0]),
    ("clip of nan",                  lambda x: np.clip(x, -1, 1),             [np.nan, 0.5],       [1, 1]),
    ("bound of clip, reached",       lambda b: np.clip([0.0, 1.0, 3.0], -1, b), 1.0,                 1),
    ("norm at 0",                    np.linalg.norm,                          [Z, Z],              [0, 0]),
    ("norm at 0, complex",           np.linalg.norm,                          [0j, 0j],            [0, 0]),
    ("norm of an axis at 0", lambda x: np.linalg.norm(x, axis=1), [[0.0, 0], [3, 4]], [[0, 0], [0.6, 0.8]]),
    ("1-norm at 0",                  lambda x: np.linalg.norm(x, 1),          [Z, -2.0],           [0, -1]),
    ("3-norm with a 0",              lambda x: np.linalg.norm(x, 3),          [Z, -2.0],           [0, -1]),
    ("inf-norm, tied",               lambda x: np.linalg.norm(x, np.inf),     [2.0, -2.0, 1.0],    [0.5, -0.5, 0]),
    ("3-norm at 0",                  lambda x: np.linalg.norm(x, 3),          [Z, Z],              [0, 0]),
    ("1.5-norm at 0",                lambda x: np.linalg.norm(x, 1.5),        [Z, Z],              [0, 0]),
    ("½-norm with a 0",              lambda x: np.linalg.norm(x, 0.5),        [Z, 4.0],            [0, 1]),
    ("std of equal numbers",         np.std,                                  [2.0, 2.0],          [0, 0]),
    ("std of one axis, equal", lambda x: np.std(x, axis=1), [[1.0, 1], [0, 2]], [[0, 0], [-0.5, 0.5]]),
    ("hypot at 0",                   lambda x: np.hypot(x, 0.0),              [Z, -2.0],           [0, -1]),
    ("0 to the power 0",             lambda x: x**0 + x**0.0,                 [Z, 2.0],            [0, 0]),
    ("0 to a power of 0, an array",  lambda x: x ** np.array([0.0, 1.0, 2.0]), [Z, Z, Z],           [0, 1, 0]),
    ("power 0 of 0, exponent",       lambda y: np.array([0.0, 1.0, 2.0]) ** y, [Z, Z, Z],           [0, 0, np.log(2)]),
    ("exponent of 0",                lambda y: 0.0**y + 0**y,                 [1.0, 2.0],          [0, 0]),
    ("x to the power x at 0",        lambda x: x**x,                          [Z, 1.0],            [0, 1]),
    ("copysign at 0",                lambda x: np.copysign(x, -1.0),          [Z, 2.0],            [0, -1]),
    ("prod of zeros",                np.prod,                                 [Z, 3.0, Z],         [0, 0, 0]),
    ("det of a singular matrix",     np.linalg.det,                           [[1.0, 2], [2, 4]],  [[4, -2], [-2, 1]]),
    ("det of the zero matrix",       np.linalg.det,                           [[0.0, 0], [0, 0]],  [[0, 0], [0, 0]]),
    ("masked division by 0",         lambda x: np.where(x == 0, 0, x / np.where(x == 0, 1, x)), [Z, 2.0], [0, 0]),
]  # fmt: skip


@pytest.mark.parametrize("f, x, gradient", [row[1:] for row in CONVENTIONS], ids=[row[0] for row in CONVENTIONS])
def test_convention(f, x, gradient):
    """Both sweeps say so, without a warning, in the dtype of x, and the second derivative is a number too."""
    x, gradient = np.asarray(x), np.asarray(gradient)
    for dtype in (x.dtype, np.dtype("c8") if x.dtype.kind == "c" else np.dtype("f4")):
        x = x.astype(dtype)
        total = lambda x: np.sum(f(x))
        reverse = ag.grad(total)(x)
        assert reverse.dtype == dtype
        np.testing.assert_allclose(reverse, gradient, rtol=1e-6, atol=1e-12)
        for v in np.eye(x.size, dtype=dtype).reshape(-1, *x.shape):
            _, tangent = ag.jvp(total, (x,), (v,))
            np.testing.assert_allclose(tangent, np.sum(gradient * v).real, rtol=1e-6, atol=1e-12)
            second = ag.jvp(ag.grad(total), (x,), (v,))[1]
            assert np.all(np.isfinite(second))


def test_norm_and_std_at_0_have_derivative_0_at_every_order():
    for f in (np.linalg.norm, np.std, lambda x: np.hypot(x[0], x[1]), lambda x: np.linalg.norm(x, 3)):
        np.testing.assert_array_equal(ag.hessian(f)(np.zeros(2)), np.zeros((2, 2)))


@pytest.mark.parametrize("n", [1, 3000])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_adjoint_of_a_masked_branch_is_not_multiplied(n, dtype):
    """0·inf is nan: an infinite adjoint must not reach what np.where, maximum, clip and fmax did not choose."""
    seed = np.tile(np.array([np.inf, 1.0, np.nan], dtype), n)
    x = np.tile(np.array([-1.0, 1.0, -2.0], dtype), n)
    for f in (
        lambda x: np.where(x > 0, x, 0), lambda x: np.maximum(x, 0), lambda x: np.clip(x, 0, 5), lambda x: np.fmax(x, 0)
    ):  # fmt: skip
        _, pullback = ag.vjp(f, x)
        np.testing.assert_array_equal(pullback(seed)[0], np.tile(np.array([0, 1, 0], dtype), n))
        np.testing.assert_array_equal(ag.jvp(f, (x,), (seed,))[1], np.tile(np.array([0, 1, 0], dtype), n))


def test_det_at_singular_matrices():
    """Cofactors are polynomials: a matrix of rank 2 has some, one of rank 1 none, and all have second derivatives."""
    u = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(ag.grad(np.linalg.det)(np.outer(u, u)), np.zeros((3, 3)), atol=1e-12)
    rank_2 = np.array([[1.0, 2, 3], [0, 0, 0], [5, 7, 9]])
    for a in (rank_2, np.outer(u, u), np.zeros((3, 3)), np.stack([rank_2, np.eye(3)]), rank_2 * np.array([1, 1j, 2])):
        check_grads(np.linalg.det, a, order=2)
    check_grads(np.linalg.det, rank_2, order=3)


def test_the_mean_of_nothing_has_an_empty_gradient():
    with np.errstate(all="ignore"), pytest.warns(RuntimeWarning, match="empty"):
        assert ag.grad(lambda x: np.mean(x[:0]))(np.ones(3)).tolist() == [0.0, 0.0, 0.0]


def test_an_order_by_several_keys_is_constant():
    x = np.array([3.0, 1.0, 2.0])
    assert ag.grad(lambda x: np.sum(np.lexsort((x,)) * x))(x).tolist() == [1.0, 2.0, 0.0]


def test_the_order_of_memory_is_known_in_nested_sweeps():
    f = lambda x: np.sum(np.reshape(x.T * x.T, -1, order="A") * np.reshape(x.copy(), -1, order="A"))
    check_grads(f, np.arange(6.0).reshape(2, 3), order=2)
