"""Values of a type of one's own: boxes and registered vector spaces."""

from __future__ import annotations

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite import extend, test_util, tracer
from autograd_lite.extend import Box, VSpace, defvjp, primitive, vspace

RNG = np.random.default_rng(3)


class Mixture:
    """Σ a_k·exp(−(x − c_k)²), whatever the centres; ``+`` is no sum, as it is for lists."""

    def __init__(self, weights=()):
        self.weights = dict(weights)

    def __add__(self, other):
        raise AssertionError("not the sum of the space")

    @primitive
    def __call__(self, x):
        return sum((a * np.exp(-((x - c) ** 2)) for c, a in self.weights.items()), 0.0)


class MixtureBox(Box, Mixture):
    @property
    def weights(self):
        return self._value.weights


class Mixtures(VSpace):
    def zeros(self):
        return Mixture()

    def ones(self):
        return Mixture({0.0: 1.0})

    def randn(self):
        return Mixture({c: RNG.standard_normal() for c in RNG.uniform(-1, 1, 2)})

    def _add(self, f, g):
        return Mixture({c: f.weights.get(c, 0.0) + g.weights.get(c, 0.0) for c in {**f.weights, **g.weights}})

    def _scalar_mul(self, f, a):
        return Mixture({c: w * a for c, w in f.weights.items()})

    def _inner_prod(self, f, g):
        return sum((a * g(c) for c, a in f.weights.items()), 0.0)


MixtureBox.register(Mixture)
Mixtures.register(Mixture)
SPACE = vspace(Mixture())
defvjp(Mixture.__call__, lambda ans, f, x: lambda g: SPACE.scalar_mul(Mixture({x: 1.0}), g), None)
F, V = Mixture({0.5: 2.0, -0.3: 1.0}), Mixture({0.1: 1.0})


def cost(f):
    return np.sin(f(0.2)) * f(0.7) + f(0.2) ** 2


def slope(f, v):
    """The derivative of the cost along v, with the two numbers that it depends on as an array."""
    inner = lambda y: np.sin(y[0]) * y[1] + y[0] ** 2
    return ag.jvp(inner, (np.array([f(0.2), f(0.7)]),), (np.array([v(0.2), v(0.7)]),))[1]


def test_gradient_is_a_member_of_the_space():
    gradient = ag.grad(cost)(F)
    assert type(gradient) is Mixture and set(gradient.weights) == {0.2, 0.7}
    np.testing.assert_allclose(SPACE.inner_prod(gradient, V), slope(F, V))
    value, same = ag.value_and_grad(cost)(F)
    assert value == cost(F) and same.weights == gradient.weights


def test_tangent_is_the_transpose_of_the_adjoint():
    value, tangent = ag.jvp(cost, (F,), (V,))
    np.testing.assert_allclose([value, tangent], [cost(F), slope(F, V)])


def test_derivatives_nest():
    product = ag.make_hvp(cost)(F)[0](V)
    h = 1e-5
    moved = [SPACE.add(F, SPACE.scalar_mul(V, s)) for s in (h, -h)]
    expected = SPACE.add(ag.grad(cost)(moved[0]), SPACE.scalar_mul(ag.grad(cost)(moved[1]), -1.0))
    for c, a in product.weights.items():
        np.testing.assert_allclose(a, expected.weights[c] / (2 * h), rtol=1e-6)
    forward = ag.jvp(ag.grad(cost), (F,), (V,))[1]
    np.testing.assert_allclose(forward(0.4), product(0.4))
    test_util.check_grads(cost, modes=["rev"], order=1)(F)
    test_util.check_grads(lambda c: SPACE.inner_prod(SPACE.scalar_mul(F, c), SPACE.add(F, V)))(1.5)
    test_util.check_grads(lambda c: SPACE.covector(SPACE.mut_add(None, SPACE.scalar_mul(F, c)))(0.3) ** 2)(1.5)


def test_beside_arrays_in_structures():
    tree = {"f": F, "a": np.array([1.0, 2.0])}
    gradient = ag.grad(lambda t: np.sum(t["a"]) * t["f"](0.2))(tree)
    assert gradient["f"].weights == {0.2: 3.0} and gradient["a"].tolist() == [F(0.2)] * 2
    first, second = ag.grad(lambda f, g: f(0.1) * g(0.2), (0, 1))(F, V)
    assert first.weights == {0.1: V(0.2)} and second.weights == {0.2: F(0.1)}
    assert ag.grad(lambda f: 3.0)(F).weights == {}
    space = vspace([F, 1.0])
    total = space.add([F, 1.0], space.scalar_mul([V, 2.0], 2.0))
    np.testing.assert_allclose([total[0](0.3), total[1]], [F(0.3) + 2 * V(0.3), 5.0])


def test_outputs():
    doubled = lambda c: SPACE.scalar_mul(F, c)
    value, pullback = ag.vjp(doubled, 2.0)
    np.testing.assert_allclose([value(0.1), pullback(V)[0]], [2 * F(0.1), SPACE.inner_prod(F, V)])
    assert ag.jvp(doubled, (2.0,), (1.0,))[1].weights == F.weights
    np.testing.assert_allclose(ag.elementwise_grad(doubled)(2.0), SPACE.inner_prod(F, SPACE.ones()))
    with pytest.raises(TypeError, match="one number as output, but the function gives MixtureBox"):
        ag.grad(lambda f: f)(F)


def test_a_function_of_a_tuple_with_a_value_in_it():
    @primitive
    def apply_pair(pair, x):
        return pair[0](x) * pair[1]

    defvjp(apply_pair, lambda ans, p, x: lambda g: (SPACE.scalar_mul(Mixture({x: 1.0}), g * p[1]), g * p[0](x)), None)
    f_bar, a_bar = ag.grad(lambda f, a: apply_pair((f, a), 0.2), (0, 1))(F, 3.0)
    assert f_bar.weights == {0.2: 3.0} and a_bar == F(0.2)
    np.testing.assert_allclose(ag.jvp(lambda f: apply_pair((f, 3.0), 0.2), (F,), (V,))[1], 3 * V(0.2))


def test_a_box_shows_its_value():
    seen = []

    def look(f):
        seen.extend([f._value is F, bool(f), isinstance(f, Mixture), tracer.isbox(f), tracer.getval(f) is F])
        seen.append(str(f).startswith("MixtureBox of"))
        return f(0.0)

    ag.grad(look)(F)
    assert seen == [True] * 6 and vspace(F) == SPACE != vspace(1.0)


def test_a_type_without_a_space():
    class Bare:
        @primitive
        def __call__(self):
            return 1.0

    class BareBox(Box, Bare):
        pass

    defvjp(Bare.__call__, lambda ans, b: lambda g: b)
    with pytest.raises(TypeError, match="no numbers to differentiate"):
        ag.grad(lambda b: b())(Bare())
    BareBox.register(Bare)
    with pytest.raises(TypeError, match=r"no vector space is registered for Bare: .* VSpace\.register"):
        ag.grad(lambda b: b())(Bare())
    for missing in (VSpace(0).zeros, VSpace(0).ones, VSpace(0).randn, VSpace(0).standard_basis):
        with pytest.raises(NotImplementedError, match="VSpace has no"):
            missing()
    with pytest.raises(NotImplementedError, match="_inner_prod"):
        VSpace(0).inner_prod(F, F)
    assert extend.VSpace(0).scalar_mul(2.0, 3.0) == 6.0
