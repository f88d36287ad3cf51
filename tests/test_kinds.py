"""The five kinds: what each makes of a rule, and that what a rule cannot do is refused at the call."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.kinds import (
    Parts,
    cast,
    constant,
    elementwise,
    general,
    linear,
    multilinear,
    reduction,
    spread_to,
    sum_to,
    unreduce,
)
from autograd_lite.registry import composed, composites, plain, plain_functions, primitive
from autograd_lite.sweeps import rules
from autograd_lite.testing import check_grads
from autograd_lite.trees import flatten

X = np.array([[0.3, -1.2, 2.5], [1.5, 0.7, -0.4]])
t = ag.Tensor(X)


@pytest.fixture
def registry():
    """The registries as they were, afterwards."""
    saved = dict(rules), dict(composites), set(plain_functions)
    yield
    for now, before in zip((rules, composites, plain_functions), saved, strict=True):
        now.clear()
        now.update(before)


# what each kind makes of what is written


def test_elementwise(registry):
    f = primitive(lambda x, y: x * x * y)
    elementwise(f, lambda out, x, y: 2 * x * y, lambda out, x, y: x * x)
    check_grads(lambda x, y: f(x, y), X, X[0], order=3)
    check_grads(lambda y: f(3.0, y), X)


def test_elementwise_constants(registry):
    f = primitive(lambda x, y, z: x - y + 2.5 * z)
    elementwise(f, 1, -1, 2.5)
    check_grads(lambda *x: f(*x), X, X[0], 2.0, order=2)


def test_elementwise_argument_without_a_derivative(registry):
    f = primitive(lambda x, n: x**n)
    elementwise(f, lambda out, x, n: n * x ** (n - 1), None)
    assert ag.grad(f, 1)(2.0, 3.0) == 0.0
    assert ag.jvp(f, (2.0, 3.0), (1.0, 1.0))[1] == 12.0


def test_reduction(registry):
    @primitive
    def sum_of_squares(x, axis=None, keepdims=False):
        return np.sum(x * x, axis=axis, keepdims=keepdims)

    reduction(sum_of_squares, lambda out, x, axis: 2 * x)
    for options in ({}, {"axis": 0}, {"axis": (0, 1)}, {"axis": -1, "keepdims": True}, {"keepdims": True}):
        check_grads(lambda x, options=options: sum_of_squares(x, **options), X, order=3)
    check_grads(lambda x: sum_of_squares(x, 1, True), X)


def test_linear(registry):
    every_second = primitive(lambda x: x[::2])
    linear(every_second, lambda g, out, x: np.repeat(g, 2, axis=0)[: len(x)] * np.array([[1.0], [0.0]]))
    check_grads(lambda x: every_second(x), X)


def test_linear_with_several_variables(registry):
    weigh = primitive(lambda n, x, y: n * x - y)
    linear(weigh, None, lambda g, out, n, x, y: n * g, lambda g, out, n, x, y: -g)
    check_grads(lambda x, y: weigh(3.0, x, y), X, X[0])
    check_grads(lambda y: weigh(3.0, X, y), X[0])


def test_linear_variadic(registry):
    total = primitive(lambda *x: sum(x))
    linear(total, lambda j, g, out, *x: g, variadic=True)
    check_grads(lambda x, y: total(x, y, x, 1.0), X, X[0])


def test_multilinear(registry):
    triple = primitive(lambda x, y, z: x * y * z)
    multilinear(
        triple, lambda g, out, x, y, z: g * y * z, lambda g, out, x, y, z: g * x * z, lambda g, out, x, y, z: g * x * y
    )
    check_grads(lambda x, y: triple(x, y, x), X, X[0], order=3)


def test_general(registry):
    cube = primitive(lambda x, n: x**3)
    both = [lambda d, out, x, n: 3 * x * x * d, None]
    general(cube, jvp=both, vjp=both)
    check_grads(lambda x: cube(x, 7), X, order=3)
    assert ag.grad(cube, 1)(np.float64(2.0), 7.0) == 0.0


def test_constant(registry):
    steps = primitive(lambda x: np.floor(x) + 1)
    constant(steps)
    assert np.all(ag.grad(lambda x: np.sum(steps(x)))(X) == 0)
    assert np.all(ag.jvp(steps, (X,), (X,))[1] == 0)


def test_composed_and_plain(registry):
    square_sum, how_long = primitive(lambda x, scale=1.0: scale * np.sum(x**2)), primitive(lambda x: len(x))
    composed(square_sum)(lambda x, scale=1.0: scale * np.sum(x * x))
    plain(how_long)
    check_grads(lambda x: square_sum(x, scale=2.0), X)
    assert how_long(t) == 2


def test_a_function_without_a_rule_is_refused_by_name():
    with pytest.raises(TypeError, match=r"abs.* has no derivative rule yet"):
        np.frompyfunc(abs, 1, 1)(t)
    with pytest.raises(TypeError, match=r"np\.save does not accept a Tensor: it takes the numbers out of the graph"):
        np.save("never written", t)


# shapes and dtypes, in one place


@pytest.mark.parametrize("shape", [(), (1,), (3,), (1, 3), (2, 1), (2, 3)])
def test_sum_to_is_the_transpose_of_spread_to(shape):
    rng = np.random.default_rng(0)
    x, g = rng.standard_normal(shape), rng.standard_normal((4, 2, 3))
    assert sum_to(g, x).shape == shape
    np.testing.assert_allclose(np.sum(sum_to(g, x) * x), np.sum(g * spread_to(x, g)), rtol=1e-13)


def test_sum_to_of_nothing():
    np.testing.assert_array_equal(sum_to(np.zeros((0, 3)), np.ones(3)), np.zeros(3))
    assert sum_to(np.zeros((0, 3)), np.ones((1, 3))).shape == (1, 3)


def test_cast_keeps_the_real_part_where_a_real_number_meets_a_complex_one():
    assert cast(np.array([1 + 2j]), np.dtype(float)) == 1.0
    assert cast(np.array([1.0], np.float32), np.dtype(float)).dtype == np.float64
    assert sum_to(np.ones(2), np.ones(2, int)) is None


def test_unreduce():
    x = np.zeros((2, 3, 4))
    assert unreduce(np.zeros((2, 4)), x, 1).shape == (2, 1, 4)
    assert unreduce(np.zeros(3), x, (0, -1)).shape == (1, 3, 1)
    assert np.broadcast_to(unreduce(np.float64(0), x, None), x.shape).shape == x.shape


def test_parts_add_part_by_part():
    assert Parts((None, 1, 2, None)) + Parts((None, None, 3, 4)) == (None, 1, 5, 4)


# what is not supported is refused, at the call and by name

KEYWORDS = {
    "out": np.zeros(()), "where": np.array(True), "initial": 1.0, "casting": "unsafe", "order": "K", "subok": False,
    "dtype": np.float32, "mean": 0.5, "nonsense": 1, "ddof": 1, "returned": True, "mode": "clip", "copy": True,
    "device": "cpu",
}  # fmt: skip

CALLS = {
    np.where: lambda f, t, **k: f(t > 0, t, 0.0, **k), np.clip: lambda f, t, **k: f(t, -1, 1, **k),
    np.reshape: lambda f, t, **k: f(t, (3, 2), **k), np.expand_dims: lambda f, t, **k: f(t, 0, **k),
    np.swapaxes: lambda f, t, **k: f(t, 0, 1, **k), np.moveaxis: lambda f, t, **k: f(t, 0, 1, **k),
    np.roll: lambda f, t, **k: f(t, 1, **k), np.broadcast_to: lambda f, t, **k: f(t, (2, 2, 3), **k),
    np.einsum: lambda f, t, **k: f("ij->i", t, **k), np.matmul: lambda f, t, **k: f(t, t.T, **k),
    np.dot: lambda f, t, **k: f(t, t.T, **k), np.tensordot: lambda f, t, **k: f(t, t, **k),
    np.cross: lambda f, t, **k: f(t, t, **k), np.take: lambda f, t, **k: f(t, [1], **k),
    np.repeat: lambda f, t, **k: f(t, 2, **k), np.tile: lambda f, t, **k: f(t, 2, **k),
    np.take_along_axis: lambda f, t, **k: f(t, np.array([[0]]), 1, **k), np.append: lambda f, t, **k: f(t, t, **k),
    np.linalg.multi_dot: lambda f, t, **k: f([t, t.T], **k), np.linalg.solve: lambda f, t, **k: f(t[:, 1:], t, **k),
    np.linalg.matrix_power: lambda f, t, **k: f(t[:, 1:], 2, **k),
    np.ldexp: lambda f, t, **k: f(t, 2, **k), np.interp: lambda f, t, **k: f(t, [-1.0, 0, 3], t[0], **k),
    np.histogram2d: lambda f, t, **k: f(t[0], t[1], 2, **k), np.histogramdd: lambda f, t, **k: f(t, 2, **k),
    np.choose: lambda f, t, **k: f([0, 1, 0], [t[0], t[1]], **k), np.select: lambda f, t, **k: f([t > 0], [t], **k),
    np.piecewise: lambda f, t, **k: f(t, [t > 0], [lambda v, **_: np.sin(v)], **k),
    np.compress: lambda f, t, **k: f([1, 0], t, 0, **k),
    np.extract: lambda f, t, **k: f(t > 0, t, **k), np.delete: lambda f, t, **k: f(t, 1, **k),
    np.insert: lambda f, t, **k: f(t, 1, t[0, 0], **k), np.resize: lambda f, t, **k: f(t, (3, 3), **k),
    np.trim_zeros: lambda f, t, **k: f(t[0], **k), np.pad: lambda f, t, **k: f(t, 1, **k),
    np.apply_along_axis: lambda f, t, **k: f(lambda v, **_: v * v, 0, t, **k),
    np.apply_over_axes: lambda f, t, **k: f(np.sum, t, [0], **k), np.polyval: lambda f, t, **k: f(t[0], t, **k),
    np.polyfit: lambda f, t, **k: f([0, 1, 2], t[0], 1, **k), np.bincount: lambda f, t, **k: f([0, 1, 0], t[0], **k),
    np.histogram: lambda f, t, **k: f([0, 1, 3], 2, weights=t[0], **k), np.rollaxis: lambda f, t, **k: f(t, 1, **k),
    np.astype: lambda f, t, **k: f(t, np.float32, **k), np.partition: lambda f, t, **k: f(t, 1, **k)[..., 1],
    np.dsplit: lambda f, t, **k: f(t.reshape(1, 2, 3), 1, **k),
    np.linalg.lstsq: lambda f, t, **k: f(t.T, t[0], **k)[0],
    np.full_like: lambda f, t, **k: f(t, t[0, 0], **k),
    np.linalg.tensorsolve: lambda f, t, **k: f(t[:, 1:], t[:, 0], **k),
    np.linalg.tensorinv: lambda f, t, **k: f(t[:, 1:], 1, **k),
}  # fmt: skip
PAIRS = (np.linalg.matmul, np.linalg.tensordot, np.linalg.vecdot, np.linalg.outer, np.linalg.cross, np.linspace,
         np.logspace, np.geomspace, np.convolve, np.correlate, np.polyadd, np.polysub, np.polymul, np.polydiv,
         np.union1d, np.intersect1d, np.setdiff1d, np.setxor1d, np.vecdot)  # fmt: skip
QUANTILES = (np.quantile, np.nanquantile, np.percentile, np.nanpercentile)
VECTORS = (np.poly, np.polyint, np.roots, *[getattr(np, n) for n in ("cumulative_sum", "cumulative_prod")
                                            if hasattr(np, n)])  # fmt: skip
STACKS = (np.concatenate, np.stack, np.vstack, np.hstack, np.dstack, np.column_stack)
SPLITS = (np.array_split, np.split, np.hsplit, np.vsplit)
SQUARE = (np.linalg.inv, np.linalg.det, np.linalg.slogdet, np.linalg.eigvals, np.linalg.eig)


def called(f, t, **keywords):
    """f of arguments that suit it, made from t."""
    if f in CALLS:
        return CALLS[f](f, t, **keywords)
    if f in STACKS:
        return f([t, t], **keywords)
    if f in PAIRS:
        return f(abs(t[0]), abs(t[1, ::-1]), **({"axes": 1} if f is np.linalg.tensordot else {}), **keywords)
    if f in QUANTILES:
        return f(t, 0.3, **keywords)
    if f in VECTORS:
        return f(t[0], **keywords)
    if f in SPLITS:
        return f(t, 1, **keywords)
    if f in SQUARE:
        return f(t[:, 1:], **keywords)
    if f is getattr(np, "vecmat", None):
        return f(t[0], t.T, **keywords)
    if f in (np.linalg.eigh, np.linalg.eigvalsh):
        return f(t @ t.T, **keywords)
    if f is np.linalg.cholesky:
        return f(t @ t.T, **keywords)
    if f in (np.inner, np.vdot, np.outer, np.kron, np.average) or getattr(f, "nin", 1) == 2:
        return f(abs(t), abs(t), **keywords) if f is not np.average else f(t, **keywords)
    return f(0.3 * abs(t) + (1 if f is np.arccosh else 0), **keywords)


def differentiable():
    from autograd_lite.kinds import Constant

    found = [f for f, rule in rules.items() if not isinstance(rule, Constant)] + list(composites)
    found = [f for f in found if not isinstance(f, np.ufunc) or getattr(np, f.__name__, None) is f]
    return [f for f in found if (getattr(f, "__module__", None) or "numpy").startswith("numpy")]


@pytest.mark.parametrize("function", differentiable(), ids=lambda f: f.__name__)
def test_the_calls_below_are_right_without_keywords(function):
    assert flatten(called(function, t))[0]


@pytest.mark.parametrize("keyword", KEYWORDS)
@pytest.mark.parametrize("function", differentiable(), ids=lambda f: f.__name__)
def test_a_keyword_is_right_or_refused(function, keyword):
    """Either an error at the call, or NumPy's value with a derivative that passes check_grads."""
    options = {keyword: KEYWORDS[keyword]}
    try:
        called(function, t, **options)
    except (TypeError, ValueError):
        return
    check_grads(lambda x: called(function, x, **options), X, order=1)


def has_signature(function):
    try:
        return bool(inspect.signature(function))
    except ValueError:  # a function in C, as np.dot before NumPy 2.3
        return False


@pytest.mark.parametrize("function", list(filter(has_signature, composites)), ids=lambda f: f.__name__)
def test_composites_take_arguments_in_numpys_order(function):
    ours = list(inspect.signature(composites[function]).parameters.values())
    numpys = list(inspect.signature(function).parameters.values())
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [p.name for p in ours if p.kind in positional]
    assert names == [p.name for p in numpys if p.kind in positional][: len(names)]
    for p in [p for p in ours if p.name in inspect.signature(function).parameters]:
        default = inspect.signature(function).parameters[p.name].default
        assert p.default == default or default in (np._NoValue, inspect.Parameter.empty)


def test_composites_name_what_they_refuse():
    for call, name in (
        (lambda: np.stack([t, t], out=np.zeros((2, 2, 3))), "stack: out="),
        (lambda: np.take(t, [0], 0, np.zeros((1, 3))), "take: out="),
        (lambda: np.tile(t, 2, sparse=True), "tile"),
    ):
        with pytest.raises(TypeError, match=name):
            call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: np.sum(t, 0, None, np.zeros(3)), lambda: np.mean(t, 0, None, np.zeros(3)),
        lambda: np.max(t, 0, np.zeros(3)), lambda: np.cumsum(t, 0, None, np.zeros((2, 3))),
        lambda: np.clip(t, 0, 1, np.zeros((2, 3))), lambda: np.round(t, 1, np.zeros((2, 3))),
        lambda: np.std(t, 0, None, np.zeros(3)), lambda: np.clip(t, 0, 1, np.ones(3)),
    ],
)  # fmt: skip
def test_what_is_refused_by_keyword_is_refused_by_position(call):
    with pytest.raises(TypeError, match=r"(out|initial)= has no derivative rule yet"):
        call()


def test_keywords_that_say_nothing_are_accepted():
    np.stack([t, t], out=None, dtype=None)
    np.sum(t, where=True, out=None, dtype=None)
    np.testing.assert_array_equal(np.mean(t, 0, None, None, True).value, np.mean(X, 0, keepdims=True))
    np.take(t, [0], 0, None, "raise")


@pytest.mark.parametrize("function", [np.max, np.min, np.amax, np.nanmax])
def test_an_extremum_of_chosen_entries_needs_an_initial_value(function):
    with pytest.raises(ValueError, match="with where= needs initial="):
        function(t, where=np.array([True, False, True]))


def test_reductions_of_chosen_entries_by_position():
    np.testing.assert_array_equal(np.sum(t, None, None, None, False, 0.5).value, np.sum(X) + 0.5)
    np.testing.assert_array_equal(np.any(t, where=X > 0).value, True)
    with pytest.raises(TypeError, match="where= has no derivative rule yet"):
        np.exp(t, where=X > 0)
