"""Optimizers: pure functions on any structure, equal to the formulas, and differentiable."""

from __future__ import annotations

from dataclasses import replace

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
@pytest.mark.parametrize("shapes", [[(3, 2), (2,), (2, 1), (1,), ()], [(220, 200), (200,)], [(300, 400), (400,)]])
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


SCHEDULED = [
    nn.schedules.StepDecay(0.05, every=2, factor=0.5), nn.schedules.Exponential(0.05, 0.9),
    nn.schedules.InverseTime(0.5, 10), nn.schedules.Cosine(0.05, 10), nn.schedules.WarmUp(0.05, 3, start=0.5),
    nn.schedules.OneCycle(0.05, 10, up=0.4),
]  # fmt: skip


@pytest.mark.parametrize("schedule", SCHEDULED, ids=str)
def test_one_gradient_holds_the_derivatives_in_the_numbers_of_a_schedule(schedule):
    gradient, h = ag.grad(loss_after)(nn.Adam(schedule)), 1e-6
    name = next(iter(type(schedule).__dataclass_fields__))  # the rate
    rate = getattr(schedule, name)
    high, low = (loss_after(nn.Adam(replace(schedule, **{name: rate + d}))) for d in (h, -h))
    np.testing.assert_allclose(getattr(gradient.lr, name), (high - low) / (2 * h), rtol=1e-5)
    assert abs(high - low) > 1e-8


def test_a_function_of_the_step_is_a_schedule():
    opt = nn.SGD(lambda t: 1.0 / (1 + t))
    params = descend(opt, np.zeros(1, np.float32), np.ones_like, 3)
    np.testing.assert_allclose(params, -(1 + 1 / 2 + 1 / 3), rtol=1e-6)
    assert params.dtype == np.float32


def test_plateau_behind_a_warm_up():
    schedule = nn.schedules.WarmUp(nn.schedules.ReduceOnPlateau(1.0, factor=0.5, patience=0), steps=2)
    opt, params = nn.SGD(schedule), np.zeros(1)
    state, rates = opt.init(params), []
    for loss in (3.0, 3.0, 2.0, 2.0):
        rates.append(opt.rate(state))
        params, state = opt.update(np.ones(1), state, params)
        state = opt.observe(state, loss)
    assert rates == [0.0, 0.5, 0.5, 0.5] and opt.rate(state) == 0.25


def test_the_norm_of_all_arrays_together_is_limited():
    params = {"a": np.zeros(2), "b": np.zeros((1, 1))}
    grads = {"a": np.array([2.0, 3.0]), "b": np.array([[6.0]])}  # of norm 7
    for limit, scale in ((3.5, 0.5), (7.0, 1.0), (100.0, 1.0)):
        moved, _ = nn.SGD(1.0, clip_norm=limit).update(grads, nn.SGD().init(params), params)
        np.testing.assert_allclose(moved["a"], -scale * grads["a"], rtol=1e-15)
        np.testing.assert_allclose(moved["b"], -scale * grads["b"], rtol=1e-15)
    moved, _ = nn.SGD(1.0, clip_norm=1.0).update(params, nn.SGD().init(params), params)
    assert moved["b"] == 0.0  # the gradient zero, without a warning


def test_decay_takes_off_a_part_of_every_parameter():
    opt = nn.Momentum(0.1, weight_decay=0.5)
    params, state = opt.update(np.zeros(2), opt.init(np.ones(2)), np.array([1.0, -2.0]))
    np.testing.assert_allclose(params, [0.95, -1.9], rtol=1e-15)
    assert repr(opt) == "Momentum(lr=0.1, momentum=0.9, weight_decay=0.5)"
    assert state.memory[0][0].tolist() == [0.0, 0.0]  # decay is no part of the velocity


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.SGD(clip_norm=0.0), "clip_norm must be above 0"),
        (lambda: nn.SGD(clip_value=-1.0), "clip_value must be above 0"),
        (lambda: nn.SGD(weight_decay=-0.1), "weight_decay must be at least 0"),
        (lambda: nn.schedules.Exponential(0.1, -0.5), "decay must be a number, at least 0"),
        (lambda: nn.schedules.Cosine(0.1, steps=0), "steps must be above 0"),
        (lambda: nn.schedules.StepDecay("fast", 3), "lr must be a number"),
        (lambda: nn.schedules.OneCycle(0.1, steps=10, up=0.1), "up must leave steps for both ways"),
    ],
)
def test_impossible_limits_and_schedules_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
