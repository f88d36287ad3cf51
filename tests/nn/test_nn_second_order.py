"""L-BFGS, Newton-CG and Levenberg-Marquardt against scipy.optimize, in loops of one's own and in fit."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize

import autograd_lite as ag
import nn

RNG = np.random.default_rng(0)


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def residuals(x):
    return np.concatenate([10 * (x[1:] - x[:-1] ** 2), 1 - x[:-1]])


CURVE = np.linspace(0.0, 2.0, 25)
DATA = 2.0 * np.exp(-1.5 * CURVE) + 0.3 + 0.05 * RNG.normal(size=25)


def decay(p):
    return p["scale"] * np.exp(-p["rate"] * CURVE) + p["offset"] - DATA


def descend(opt, cost, params, steps):
    state, gradient = opt.init(params), ag.grad(cost)
    for _ in range(steps):
        params, state = opt.update(gradient(params), state, params, cost=cost)
    return params


@pytest.mark.parametrize(
    ("opt", "method", "steps"),
    [(nn.LBFGS(), "L-BFGS-B", 60), (nn.NewtonCG(), "Newton-CG", 40), (nn.LevenbergMarquardt(), "BFGS", 40)],
)
def test_the_minimum_is_that_of_scipy(opt, method, steps):
    x = np.array([1.3, 0.7, 0.8, 1.9])
    cost = nn.SumOfSquares(residuals)
    theirs = optimize.minimize(rosenbrock, x, jac=ag.grad(rosenbrock), method=method, options={"maxiter": 200})
    found = descend(opt, cost, x, steps)
    np.testing.assert_allclose(found, theirs.x, atol=1e-4)
    assert rosenbrock(found) <= theirs.fun + 1e-12
    assert np.max(np.abs(ag.grad(rosenbrock)(found))) < 1e-6


@pytest.mark.parametrize("opt", [nn.LBFGS(), nn.NewtonCG(), nn.LevenbergMarquardt()], ids=str)
def test_a_curve_of_a_structure_of_parameters_is_fitted_as_scipy_fits_it(opt):
    start = {"scale": 1.0, "rate": np.array(0.5), "offset": np.float64(0.0)}
    theirs = optimize.least_squares(lambda w: w[0] * np.exp(-w[1] * CURVE) + w[2] - DATA, [1.0, 0.5, 0.0], method="lm")
    found = descend(opt, nn.SumOfSquares(decay), start, 40)
    np.testing.assert_allclose([found["scale"], found["rate"], found["offset"]], theirs.x, rtol=1e-5)


def test_steps_of_levenberg_and_marquardt_never_go_up():
    opt, cost, x = nn.LevenbergMarquardt(), nn.SumOfSquares(residuals), np.array([-1.2, 1.0, -0.5, 0.8])
    state, costs = opt.init(x), [cost(x)]
    for _ in range(20):
        x, state = opt.update(ag.grad(cost)(x), state, x, cost=cost)
        costs.append(cost(x))
    assert costs == sorted(costs, reverse=True)


def test_newton_reaches_the_minimum_of_a_quadratic_in_one_step():
    A = np.array([[3.0, 1.0, 0.0], [1.0, 2.0, 0.5], [0.0, 0.5, 1.0]])
    b = np.array([1.0, -2.0, 0.5])
    cost = lambda x: 0.5 * x @ A @ x - b @ x
    x = np.zeros(3)
    opt = nn.NewtonCG()
    gradients = [np.linalg.norm(ag.grad(cost)(descend(opt, cost, x, steps))) for steps in (0, 1, 2)]
    assert gradients[1] < 0.01 * gradients[0] and gradients[2] < 1e-6 * gradients[0]


def test_where_the_cost_bends_down_newton_goes_down():
    cost = lambda x: np.sum(np.cos(x))
    found = descend(nn.NewtonCG(), cost, np.array([0.1, -0.2]), 12)
    np.testing.assert_allclose(cost(found), -2.0, atol=1e-12)


@pytest.mark.parametrize("opt", [nn.LBFGS(), nn.NewtonCG(), nn.LevenbergMarquardt()], ids=str)
def test_at_the_minimum_nothing_moves(opt):
    found = descend(opt, nn.SumOfSquares(lambda x: x - 1.0), np.ones(3), 2)
    np.testing.assert_array_equal(found, np.ones(3))


@pytest.mark.parametrize("opt", [nn.LBFGS(history=2), nn.NewtonCG(), nn.LevenbergMarquardt()], ids=str)
def test_derivative_of_the_result_in_a_number_of_the_cost(opt):
    def after(c, steps=2):
        return np.sum(descend(opt, nn.SumOfSquares(lambda x: np.sin(x) - c * x**2), np.array([0.5, 0.9]), steps) ** 2)

    h = 1e-6
    np.testing.assert_allclose(ag.grad(after)(0.3), (after(0.3 + h) - after(0.3 - h)) / (2 * h), rtol=1e-5)


X = RNG.normal(size=(50, 2))
Y = np.sin(X[:, 0]) * X[:, 1]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("opt", [nn.LBFGS(), nn.NewtonCG(), nn.LevenbergMarquardt()], ids=str)
def test_fit_gives_them_the_cost(opt, dtype):
    losses = {}
    for name, optimizer in (("second", opt), ("adam", nn.Adam(0.01))):
        model = nn.FFNN([2, 8, 1], seed=0, dtype=dtype)
        losses[name] = nn.fit(model, X, Y, optimizer=optimizer, batch_size=None, epochs=30, regularization=nn.L2(1e-5))
        assert {x.dtype for x in ag.trees.flatten(model)[0]} == {np.dtype(dtype)}
    assert losses["second"].loss[-1] < 0.1 * losses["adam"].loss[-1]


def test_levenberg_marquardt_in_fit_makes_the_objective_smaller_weights_and_penalty_included():
    weights, model = RNG.uniform(0.5, 2.0, 50), nn.FFNN([2, 4, 1], seed=0)
    settings = {"batch_size": None, "regularization": nn.L2(1e-3), "sample_weight": weights}
    nn.fit(model, X, Y, optimizer=nn.LevenbergMarquardt(), epochs=80, **settings)
    objective = nn.objective("mse", nn.L2(1e-3))
    gradient = ag.trees.ravel(ag.grad(objective)(model, X, Y, weights))[0]
    assert np.max(np.abs(gradient)) < 1e-5


def test_dropout_is_the_same_in_all_trials_of_a_step():
    model = nn.Sequential(nn.Dense(2, 16, "tanh", seed=0), nn.Dropout(0.5), nn.Dense(16, 1, seed=1))
    history = nn.fit(model, X, Y, optimizer=nn.LBFGS(), batch_size=None, epochs=20, seed=0)
    assert np.isfinite(history.loss).all() and history.loss[-1] < history.loss[0]


def test_what_they_need_is_said():
    x = np.ones(2)
    with pytest.raises(TypeError, match="LBFGS asks for the cost itself"):
        nn.LBFGS().update(x, nn.LBFGS().init(x), x)
    with pytest.raises(ValueError, match="the parameters are 2 numbers, but the gradient has 3"):
        nn.NewtonCG().update(np.ones(3), nn.NewtonCG().init(x), x, cost=np.sum)
    opt = nn.LevenbergMarquardt()
    with pytest.raises(TypeError, match=r"give it cost=nn.SumOfSquares\(residuals\)"):
        opt.update(x, opt.init(x), x, cost=np.sum)
    model = nn.FFNN([2, 2], output="softmax", seed=0)
    with pytest.raises(TypeError, match="is for the mean squared error, not for the categorical cross-entropy"):
        nn.fit(model, X, (Y > 0).astype(int), optimizer=opt, epochs=1)
    with pytest.raises(TypeError, match=r"takes nn.L2\(λ\) or no regularization, not L1"):
        nn.fit(nn.FFNN([2, 1], seed=0), X, Y, optimizer=opt, epochs=1, regularization=nn.L1(0.1))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.LBFGS(history=0), "history must be a whole number"),
        (lambda: nn.NewtonCG(products=2.5), "products must be a whole number"),
        (lambda: nn.LevenbergMarquardt(damping=0), "damping must be a number above 0"),
    ],
)
def test_impossible_settings_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
