"""Optimizers: pure functions on any structure, equal to the formulas, and differentiable."""

from __future__ import annotations

import numpy as np
import pytest

import autograd_lite as ag
import nn
from nn.parameters import Blocks, adopt, in_blocks

ALL = [
    nn.GD(0.1), nn.SGD(0.1), nn.Momentum(0.1), nn.Nesterov(0.1), nn.AdaGrad(0.1), nn.RMSProp(0.1), nn.AdaDelta(),
    nn.Adam(0.1), nn.AdamW(0.1), nn.AMSGrad(0.1), nn.Adamax(0.1), nn.NAdam(0.1), nn.Lion(0.01),
]  # fmt: skip
IDS = [type(opt).__name__ for opt in ALL]
SECOND = [nn.LBFGS(), nn.NewtonCG(), nn.LevenbergMarquardt()]


def descend(opt, params, gradient, steps):
    state = opt.init(params)
    for _ in range(steps):
        params, state = opt.update(gradient(params), state, params)
    return params


@pytest.mark.parametrize("opt", ALL, ids=IDS)
def test_any_structure_gives_the_same_numbers_as_a_bare_array(opt):
    w = np.array([1.0, -2.0, 0.5])
    bare = descend(opt, w, lambda w: w * [1.0, 10, 3], 5)
    tree = {"a": w[:1].copy(), "b": [w[1:2].copy(), (w[2:].copy(), None)]}

    def gradient(tree):
        return {"a": tree["a"] * 1.0, "b": [tree["b"][0] * 10, (tree["b"][1][0] * 3, None)]}

    result = descend(opt, tree, gradient, 5)
    np.testing.assert_array_equal(np.concatenate(ag.trees.flatten(result)[0]), bare)
    assert result["b"][1][1] is None
    np.testing.assert_array_equal(tree["a"], [1.0])


@pytest.mark.parametrize("opt", [*ALL, nn.Adam(0.1, clip_norm=0.5, weight_decay=0.1)], ids=str)
@pytest.mark.parametrize("shapes", [[(3, 2), (2,), (2, 1), (1,), ()], [(130, 160), (160,)], [(300, 400), (400,)]])
def test_blocks_give_the_same_numbers_bit_by_bit(opt, shapes):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape) for shape in shapes]
    targets = [rng.normal(size=x.shape) for x in arrays]

    def gradient(arrays):
        return [(x - t) ** 3 for x, t in zip(arrays, targets, strict=True)]

    one, other = descend(opt, arrays, gradient, 5), descend(Blocks(opt, arrays), arrays, gradient, 5)
    for x, y in zip(one, other, strict=True):
        np.testing.assert_array_equal(x, y)
        assert x.shape == y.shape


def test_what_is_applied_in_blocks():
    class ByNorm(nn.Optimizer):
        entrywise = False

    class Own(nn.Adam):
        def update(self, grads, state, params):
            return params, state

    arrays = [np.ones(3), np.ones(2)]
    assert isinstance(in_blocks(nn.Adam(), arrays), Blocks)
    for other in (ByNorm(), Own(), nn.LBFGS()):
        assert in_blocks(other, arrays) is other
    adam = nn.Adam()
    assert in_blocks(adam, [np.ones(3), np.ones(2, np.float32)]) is adam


def test_blocks_keep_the_parameters_of_one_step_before():
    arrays = [np.array([1.0, 2.0])]
    opt = Blocks(nn.GD(1.0), arrays)
    first, state = opt.update([np.ones(2)], opt.init(arrays), arrays)
    second, state = opt.update([np.ones(2)], state, first)
    assert [x.tolist() for x in (arrays[0], first[0], second[0])] == [[1, 2], [0, 1], [-1, 0]]


@pytest.mark.parametrize("opt", ALL, ids=IDS)
def test_float32_stays_float32(opt):
    assert descend(opt, np.ones(3, np.float32), lambda w: w, 3).dtype == np.float32


def test_a_numpy_rate_does_not_promote_float32():
    opt = nn.Adam(lr=np.float64(0.1))
    assert descend(opt, np.ones(3, np.float32), lambda w: w, 3).dtype == np.float32


def loss_after(opt, steps=4):
    """The loss after some steps of training of a small network."""
    model = nn.FFNN([2, 3, 1], seed=0)
    X, y = np.array([[0.3, -1.0], [1.2, 0.4], [-0.5, 0.8]]), np.array([0.5, -0.2, 0.9])
    cost = nn.objective("mse")
    return cost(descend(opt, model, lambda model: ag.grad(cost)(model, X, y), steps), X, y)


@pytest.mark.parametrize("kind", [type(opt) for opt in ALL if not isinstance(opt, nn.Lion)])
def test_derivative_of_the_loss_after_steps_in_the_learning_rate(kind):
    lr, h = 0.05, 1e-6
    derivative = ag.grad(lambda lr: loss_after(kind(lr=lr)))(lr)
    difference = (loss_after(kind(lr=lr + h)) - loss_after(kind(lr=lr - h))) / (2 * h)
    np.testing.assert_allclose(derivative, difference, rtol=1e-6)
    assert abs(derivative) > 1e-3


def test_an_optimizer_is_data_so_one_gradient_holds_the_derivatives_in_all_rates():
    opt, h = nn.Adam(lr=0.05), 1e-6
    gradient = ag.grad(loss_after)(opt)
    assert type(gradient) is nn.Adam
    difference = (loss_after(nn.Adam(0.05, 0.9 + h)) - loss_after(nn.Adam(0.05, 0.9 - h))) / (2 * h)
    np.testing.assert_allclose(gradient.beta1, difference, rtol=1e-5)


def test_a_step_can_be_traced():
    opt = nn.Momentum(lr=0.1)
    state = opt.init(np.ones(2))
    graph = ag.trace(lambda w, g: opt.update(g, state, w)[0])(np.ones(2), np.array([1.0, 2.0]))
    np.testing.assert_allclose(graph.output.value, [0.9, 0.8], rtol=1e-15)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.SGD(lr=-0.1), ValueError, "lr must be at least 0 and finite, but is -0.1"),
        (lambda: nn.SGD(lr=float("nan")), ValueError, "lr must be"),
        (lambda: nn.SGD(lr="fast"), TypeError, "lr must be a number or a schedule, but is 'fast'"),
        (lambda: nn.Momentum(momentum=1.0), ValueError, "momentum must be at least 0 and below 1"),
        (lambda: nn.Adam(beta2=1.5), ValueError, "beta2"),
        (lambda: nn.RMSProp(rho=-0.5), ValueError, "rho"),
        (lambda: nn.Adam().update([np.ones(2)], nn.Adam().init(np.ones(3)), np.ones(3)), ValueError, r"shape \(3,\)"),
        (lambda: nn.Adam().update([], nn.Adam().init(np.ones(3)), np.ones(3)), ValueError, "the gradient has 0"),
        (lambda: nn.Optimizer().update(np.ones(3), nn.GD().init(np.ones(3)), np.ones(3)), NotImplementedError, "delta"),
    ],
)
def test_bad_rates_and_gradients_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_adopt_keeps_the_containers():
    model = nn.FFNN([2, 3, 1], seed=0)
    first, layers = model[0], model.layers
    adopt(model, nn.FFNN([2, 3, 1], seed=1))
    assert model[0] is first and model.layers is layers
    np.testing.assert_array_equal(first.weights, nn.FFNN([2, 3, 1], seed=1)[0].weights)
    assert adopt((1.0, [2.0]), (3.0, [4.0])) == (3.0, [4.0])
