"""Rules of one's own: recorded as one step, checked at registration, with structures, in both ways of writing them."""

from __future__ import annotations

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import extend
from autograd_lite.sweeps import rules
from autograd_lite.testing import check_grads

X = np.array([0.5, -1.5, 2.0])


def norm_and_sum(parts, scale=1.0):
    """A structure in, a structure out."""
    a, b = parts["a"], parts["b"][0]
    return {"norm": scale * np.sqrt(np.sum(a * a)), "sums": [a + b, np.sum(b)]}


def adjoint_of_norm(g, out, parts, scale=1.0):
    a, b = parts["a"], parts["b"][0]
    g_norm, (g_sum, g_total) = g["norm"], g["sums"]
    return {"a": g_norm * scale**2 * a / out["norm"] + g_sum, "b": [g_sum + g_total * np.ones_like(b)]}


def test_structures():
    f = ag.custom_rule(vjp=adjoint_of_norm)(lambda parts, scale=1.0: norm_and_sum(parts, scale))
    check_grads(lambda a, b: f({"a": a, "b": [b]}), X, X[::-1] + 3)
    check_grads(lambda a, b: f({"a": a, "b": [b]}, scale=2.0)["sums"], X, 2 * X)
    out = f({"a": ag.Tensor(X), "b": [X]})
    assert out["sums"][0].node.function is not None and type(out["norm"]) is ag.Tensor


@pytest.mark.parametrize("rule", [
    {"vjp": [lambda g, out, x, y: g * y * y, lambda g, out, x, y: 2 * g * x * y]},
    {"jvp": [lambda t, out, x, y: t * y * y, lambda t, out, x, y: 2 * t * x * y]},
    {"vjp": [lambda g, out, x, y: g * y * y, lambda g, out, x, y: 2 * g * x * y],
     "jvp": [lambda t, out, x, y: t * y * y, lambda t, out, x, y: 2 * t * x * y]},
])  # fmt: skip
def test_either_sweep_gives_the_other(rule):
    f = ag.custom_rule(**rule, sample=(X, X + 1))(lambda x, y: x * y * y)
    check_grads(f, X, X[::-1], order=3)
    check_grads(lambda y: f(2.0, y=y), X)
    check_grads(lambda x: f(x, X), 1.5)


def test_several_outputs():
    @ag.custom_rule(vjp=lambda g, out, x: g[0] * np.cos(x) - g[1] * np.sin(x), sample=(X,))
    def both(x):
        return np.sin(x), np.cos(x)

    np.testing.assert_allclose(ag.grad(lambda x: np.sum(both(x)[1]))(X), -np.sin(X))


def test_a_wrong_rule_does_not_get_in():
    f = ag.primitive(lambda x: x * x)
    before = rules[f]
    with pytest.raises(AssertionError, match="wrong derivative"):
        ag.elementwise(f, lambda out, x: x, sample=(X,))
    assert rules[f] is before
    with pytest.raises(AssertionError, match=r"reverse sweep|adjoint identity"):
        ag.custom_rule(vjp=lambda g, out, x: g * x, jvp=lambda t, out, x: 2 * x * t, sample=(X,))(lambda x: x * x)


def test_errors_of_registration():
    with pytest.raises(TypeError, match="needs jvp=, vjp= or both"):
        ag.custom_rule()
    with pytest.raises(TypeError, match="takes the function first"):
        ag.elementwise(2.0, 1)
    with pytest.raises(TypeError, match="is not recorded"):
        ag.custom_rule(vjp=lambda g, out, x: g, sample=(1.0,))(lambda x: None)


def test_errors_of_the_call():
    f = ag.primitive(lambda x, **options: 2 * x)
    assert f(3.0) == 6.0 and f.defines_rule
    for derivative in (ag.grad(f), ag.deriv(f)):
        with pytest.raises(NotImplementedError, match="has no derivative rule: give it one with"):
            derivative(1.0)
    with pytest.raises(TypeError, match="by position"):
        f(1.0, more=ag.Tensor(1.0))
    t = ag.Tensor(2.0)
    with pytest.raises(TypeError, match="closes over one"):
        ag.primitive(lambda x: x * t)(ag.Tensor(1.0))


@pytest.mark.parametrize("size", [3, 1200])
def test_a_function_may_fill_an_array_of_its_own(size):
    def cube(x):
        u = ag.Tensor(np.zeros(size))
        u[:3] = x**2
        u[1] = u[0] + u[1]
        return u[:3] * x

    recorded = ag.custom_rule(vjp=lambda g, out, x: ag.vjp(cube, x)[1](g)[0])(cube)
    pull = lambda g, out, d: {"x": ag.vjp(cube, d["x"])[1](g["y"])[0]}
    both = ag.custom_rule(vjp=pull)(lambda d: {"y": cube(d["x"])})
    x = np.array([0.5, -1.0, 2.0])
    for f in (recorded, lambda x: both({"x": x})["y"]):
        assert type(ag.vjp(f, x)[0]) is np.ndarray
        np.testing.assert_allclose(ag.jacobian(f)(x), ag.jacobian(cube)(x))
        np.testing.assert_allclose(ag.hessian(lambda x, f=f: f(x)[1])(x), ag.hessian(lambda x: cube(x)[1])(x))


def _filled(part):
    """The same numbers, filled into an array."""

    def fill(*args):
        u = ag.Tensor(np.zeros(3))
        u[:] = part(*args)
        return u

    return fill


@pytest.mark.parametrize(
    "rule",
    [
        lambda: ag.custom_rule(vjp=_filled(lambda g, out, x: 2 * x * g))(lambda x: x * x),
        lambda: ag.custom_rule(jvp=_filled(lambda t, out, x: 2 * x * t))(lambda x: x * x),
        lambda: ag.elementwise(lambda x: x * x, _filled(lambda out, x: 2 * x)),
        lambda: ag.general(
            lambda x: x * x, jvp=[_filled(lambda t, out, x: 2 * x * t)], vjp=[_filled(lambda g, out, x: 2 * x * g)]
        ),
        lambda: lambda x: ag.linear(lambda x: 3 * x, lambda g, out, x: _filled(lambda: 3.0)() * g)(x * x / 3),
    ],
    ids=["vjp", "jvp", "elementwise", "general", "linear"],
)
def test_a_rule_may_fill_an_array_of_its_own(rule):
    """What it returns is not recorded, but where the sweep itself is; nor is a batch of seeds."""
    square, x = rule(), np.array([0.5, -1.0, 2.0])
    cost = lambda x: np.sum(square(x) ** 2)
    found = [
        (ag.grad(cost)(x), 4 * x**3), (ag.jvp(square, (x,), (x,))[1], 2 * x**2), (ag.vjp(square, x)[1](x)[0], 2 * x**2),
        (ag.jacrev(square)(x), np.diag(2 * x)), (ag.jacfwd(square)(x), np.diag(2 * x)),
        (ag.hessian(cost)(x), np.diag(12 * x**2)), (ag.jacrev(ag.grad(cost))(x), np.diag(12 * x**2)),
        (ag.trace(cost)(x).reverse_sweep().inputs[0].adjoint, 4 * x**3),
    ]  # fmt: skip
    for derivative, expected in found:
        assert type(derivative) is np.ndarray
        np.testing.assert_allclose(derivative, expected)


def test_shapes_are_fitted_or_refused():
    summed = ag.custom_rule(vjp=lambda g, out, x: g * np.ones((2, 3)))(lambda x: np.sum(2 * x))
    np.testing.assert_array_equal(ag.grad(summed)(X), [2, 2, 2])
    with pytest.raises(ValueError, match=r"has shape \(\) instead of \(3,\)"):
        ag.grad(ag.custom_rule(vjp=lambda g, out, x: g)(np.linalg.norm.__wrapped__))(X)
    with pytest.raises(ValueError, match="has 2 parts instead of 1"):
        ag.grad(ag.custom_rule(vjp=lambda g, out, x: (g, g))(lambda x: 2 * x))(1.0)


def test_extend_in_all_its_forms():
    def product(x, y):
        return x * y

    forms = [extend.primitive(lambda x, y: product(x, y)) for _ in range(6)]
    extend.defvjp(forms[0], lambda ans, x, y: lambda g: g * y, lambda ans, x, y: lambda g: g * x)
    extend.defvjp_argnum(forms[1], lambda j, ans, args, kwargs: lambda g: g * args[1 - j])
    extend.defvjp_argnums(forms[2], lambda js, ans, args, kwargs: lambda g: [g * args[1 - j] for j in js])
    extend.defjvp(forms[3], lambda g, ans, x, y: g * y, lambda g, ans, x, y: x * g)
    extend.defjvp_argnum(forms[4], lambda j, g, ans, args, kwargs: g * args[1 - j])
    extend.def_linear(forms[5])
    with pytest.raises(NotImplementedError, match="its transpose is not known: use defvjp"):
        ag.vjp(forms[5], X, X)[1](X)
    extend.defvjp(forms[5], lambda ans, x, y: lambda g: g * y, lambda ans, x, y: lambda g: g * x)
    for f in forms:
        check_grads(f, X, X + 1)
    same = extend.primitive(lambda x: 2 * x)
    extend.defjvp(same, "same")
    check_grads(same, X, modes=["fwd"])


def test_extend_with_arguments_that_are_no_variables():
    f = extend.primitive(lambda x, n: x**n)
    extend.defvjp(f, lambda ans, x, n: lambda g: g * n * x ** (n - 1), None)
    check_grads(lambda x: f(x, 3), X)
    h = extend.primitive(lambda n, x: x**n)
    extend.defvjp(h, lambda ans, n, x: lambda g: g * n * x ** (n - 1), argnums=[1])
    check_grads(lambda x: h(3, x), X)
    with pytest.raises(NotImplementedError, match="no VJP for argument 0"):
        ag.grad(h)(3.0, 2.0)
    k = extend.primitive(lambda x: x)
    extend.defjvp_argnums(k, lambda js, ts, ans, args, kwargs: ts[0])
    check_grads(k, X)


def test_extend_refuses():
    with pytest.raises(TypeError, match="is no primitive"):
        extend.defvjp(lambda x: x, None)
    with pytest.raises(TypeError, match='a function, "same" or None'):
        extend.defjvp(extend.primitive(lambda x: x), "other")


def test_vspace():
    value = {"x": [0.0, np.zeros((2, 1))], "y": (1j, np.float32(1))}
    vs = extend.vspace(value)
    basis = list(vs.standard_basis())
    assert len(basis) == vs.size == 6 and vs.iscomplex
    gram = [[vs.inner_prod(a, b) for a in basis] for b in basis]
    np.testing.assert_array_equal(gram, np.eye(6))
    assert extend.vspace(vs.randn()) == vs != extend.vspace({"x": 1.0})
    assert vs.shape["x"][1] == (2, 1) and vs.dtype["y"][1] == np.float32 and "complex128" in repr(vs)
    assert vs.inner_prod(vs.scalar_mul(vs.ones(), 2.0), vs.covector(vs.ones())) == 8
