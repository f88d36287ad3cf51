"""Steps that know how the cost bends: they ask for the cost itself, and the engine gives them exact products with it.

    LBFGS                 d = −H̃⁻¹ g, H̃ from the last m movements s and changes of the gradient y
    NewtonCG              H d ≈ −g by conjugate gradients, from products H·v alone
    LevenbergMarquardt    (JᵀJ + μ I) d = −Jᵀr for a cost C = Σ r², with the Jacobian J of the residuals r

LBFGS and NewtonCG then search along d for a step that decreases the cost and its slope enough (Wolfe's conditions).
Their update takes one more argument, ``opt.update(grads, state, params, cost=cost)``, where ``cost(params)`` is the
number whose gradient is ``grads``.  ``fit`` gives it the cost on the mini-batch; best take ``batch_size=None``.

Source: J. Nocedal and S. Wright, Numerical Optimization, 2nd ed. (Springer, 2006), chapters 3, 7 and 10.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite import trees

from .base import State

__all__ = ["LBFGS", "LevenbergMarquardt", "NewtonCG", "SecondOrder", "SumOfSquares"]

Array = Any
Cost = Callable[[Any], Any]

DECREASE, CURVATURE = 1e-4, 0.9  # c₁ and c₂ of Wolfe's conditions
TRIALS = 40


class SumOfSquares:
    """The cost Σ r(params)², which knows its residuals r: what ``LevenbergMarquardt`` makes small.

    >>> cost = SumOfSquares(lambda w: np.array([1.0, 2.0]) * w - 3.0)
    >>> print(cost(1.0), cost.residuals(1.0))
    5.0 [-2. -1.]
    """

    def __init__(self, residuals: Callable[[Any], Array]) -> None:
        self.residuals = residuals

    def __call__(self, params: Any) -> Any:
        return np.sum(self.residuals(params) ** 2)


@dataclass(frozen=True)
class SecondOrder:
    """An optimizer whose update takes the cost; inherit and define ``start`` and ``step``, both of one vector."""

    needs_cost = True

    def start(self, x: Array) -> tuple[Any, ...]:
        """What is remembered in the beginning."""
        return ()

    def step(self, cost: Any, x: Array, g: Array, memory: tuple[Any, ...]) -> tuple[Array, tuple[Any, ...]]:
        """The next x and memory, from the cost as a function of the vector x, and its gradient g."""
        raise NotImplementedError(f"{type(self).__name__} must define step(cost, x, g, memory) -> (x, memory)")

    def init(self, params: Any) -> State:
        """The state before the first step."""
        return State(0, [self.start(trees.ravel(params)[0])])

    def update(self, grads: Any, state: State, params: Any, cost: Cost | None = None) -> tuple[Any, State]:
        """New parameters and the new state.

        Parameters
        ----------
        grads, state, params
            As for every optimizer.
        cost : callable
            The function of the parameters whose gradient is ``grads``.

        Raises
        ------
        TypeError
            Without the cost.
        ValueError
            If the gradient belongs to other parameters.
        """
        if cost is None:
            name = type(self).__name__
            raise TypeError(
                f"{name} asks for the cost itself: opt.update(grads, state, params, cost=cost), where cost(params) is "
                "the number whose gradient is grads"
            )
        x, unravel = trees.ravel(params)
        g = trees.ravel(grads)[0]
        if g.shape != x.shape:
            raise ValueError(f"the parameters are {x.size} numbers, but the gradient has {g.size}")
        x, memory = self.step(_OfVector(cost, unravel), x, g, state.memory[0])
        return unravel(x), State(state.step + 1, [memory])


class _OfVector:
    """A cost as a function of all parameters in one vector."""

    def __init__(self, cost: Any, unravel: Callable[[Array], Any]) -> None:
        self.cost, self.unravel = cost, unravel

    def __call__(self, x: Array) -> Any:
        return self.cost(self.unravel(x))

    def residuals(self, x: Array) -> Array:
        residuals = getattr(self.cost, "residuals", None)
        if residuals is None:
            raise TypeError(
                "LevenbergMarquardt makes sums of squares small and asks for their residuals: give it "
                "cost=nn.SumOfSquares(residuals), where residuals(params) is an array"
            )
        return np.reshape(residuals(self.unravel(x)), (-1,))


def _searched(cost: Cost, x: Array, g: Array, d: Array) -> tuple[Array, Array] | None:
    """A movement a·d that fulfils Wolfe's weak conditions, and the gradient behind it; None if there is none.

    a is doubled while the slope is still steep, and bisected once a step was too long.

    Source: A. Lewis and M. Overton, Nonsmooth optimization via quasi-Newton methods, Math. Program. 141 (2013) 135.
    """
    value_and_grad = ag.value_and_grad(cost)
    before, slope = cost(x), d @ g
    a, low, high = 1.0, 0.0, float("inf")
    found = None
    for _ in range(TRIALS):
        value, gradient = value_and_grad(x + a * d)
        if not value <= before + DECREASE * a * slope:  # a nan is no decrease either
            high = a
        else:
            found = a * d, gradient
            if d @ gradient >= CURVATURE * slope:
                break
            low = a
        a = (low + high) / 2 if high < float("inf") else 2 * low
    return found


@dataclass(frozen=True)
class LBFGS(SecondOrder):
    """The limited-memory quasi-Newton method: curvature from the last ``history`` movements.

    Source: D. Liu and J. Nocedal, On the limited memory BFGS method, Math. Program. 45 (1989) 503.

    >>> cost = lambda x: (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
    >>> opt, x = LBFGS(), np.array([-1.2, 1.0])
    >>> state = opt.init(x)
    >>> for _ in range(50):
    ...     x, state = opt.update(ag.grad(cost)(x), state, x, cost=cost)
    >>> print(x.round(6))
    [1. 1.]

    Raises ValueError for a history of less than 1.
    """

    history: int = 10

    def __post_init__(self) -> None:
        if not isinstance(self.history, int) or isinstance(self.history, bool) or self.history < 1:
            raise ValueError(f"LBFGS: history must be a whole number of at least 1, but is {self.history!r}")

    def start(self, x: Array) -> tuple[Any, ...]:
        """No movement yet: rows of zeros, which count for nothing."""
        return np.zeros((self.history, x.size), x.dtype), np.zeros((self.history, x.size), x.dtype)

    def step(self, cost: Any, x: Array, g: Array, memory: tuple[Any, ...]) -> tuple[Array, tuple[Any, ...]]:
        moves, changes = memory
        d = -_times_inverse(g, moves, changes)
        d = d if d @ g < 0 else -g
        found = _searched(cost, x, g, d)
        if found is None:
            return x, memory
        s, gradient = found
        y = gradient - g
        if s @ y > 1e-10 * (y @ y):
            moves = np.concatenate([moves[1:], s[None]])
            changes = np.concatenate([changes[1:], y[None]])
        return x + s, (moves, changes)


def _times_inverse(g: Array, moves: Array, changes: Array) -> Array:
    """H̃⁻¹ g by the two loops of algorithm 7.4; without any movement a vector of length 1 at most."""
    pairs = [(s, y, s @ y) for s, y in zip(moves, changes, strict=True)]
    pairs = [pair for pair in pairs if pair[2] > 0]
    if not pairs:
        return g / np.maximum(np.linalg.norm(g), 1.0)
    weights = []
    for s, y, sy in reversed(pairs):
        weights.append(s @ g / sy)
        g = g - weights[-1] * y
    _, y, sy = pairs[-1]
    g = sy / (y @ y) * g
    for (s, y, sy), weight in zip(pairs, reversed(weights), strict=True):
        g = g + (weight - y @ g / sy) * s
    return g


@dataclass(frozen=True)
class NewtonCG(SecondOrder):
    """Newton's method: H d = −g solved by conjugate gradients, as far as it is worth and while H bends upwards.

    The gradient is recorded once for a step; each product H·v is one reverse sweep over that record.

    Parameters
    ----------
    products : int
        The largest number of products H·v in a step.

    Source: J. Nocedal and S. Wright, Numerical Optimization, 2nd ed. (2006), algorithm 7.1.

    >>> cost = lambda x: (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
    >>> opt, x = NewtonCG(), np.array([-1.2, 1.0])
    >>> state = opt.init(x)
    >>> for _ in range(25):
    ...     x, state = opt.update(ag.grad(cost)(x), state, x, cost=cost)
    >>> print(x.round(6))
    [1. 1.]

    Raises ValueError for less than one product.
    """

    products: int = 100

    def __post_init__(self) -> None:
        if not isinstance(self.products, int) or isinstance(self.products, bool) or self.products < 1:
            raise ValueError(f"NewtonCG: products must be a whole number of at least 1, but is {self.products!r}")

    def step(self, cost: Any, x: Array, g: Array, memory: tuple[Any, ...]) -> tuple[Array, tuple[Any, ...]]:
        _, times_hessian = ag.vjp(ag.grad(cost), x)  # H is its own transpose
        d = self.direction(g, lambda v: times_hessian(v)[0])
        found = _searched(cost, x, g, d)
        return (x if found is None else x + found[0]), memory

    def direction(self, g: Array, times: Callable[[Array], Array]) -> Array:
        """The d with H d ≈ −g, by conjugate gradients; where the cost bends down on the way, what was found before."""
        size = np.linalg.norm(g)
        enough = size * np.minimum(0.01, np.sqrt(size)) if size > 0 else size
        d, r, p = 0 * g, g, -g
        for i in range(self.products):
            if r @ r <= enough**2:
                break
            q = times(p)
            bend = p @ q
            if not bend > 0:
                return d if i else -g
            a = r @ r / bend
            d, r, rr = d + a * p, r + a * q, r @ r
            p = -r + r @ r / rr * p
        return d


@dataclass(frozen=True)
class LevenbergMarquardt(SecondOrder):
    """For sums of squares C = Σ r²: between Gauss and Newton's step and a short one down the gradient.

    (JᵀJ + μ I) d = −Jᵀr; where d makes the cost larger, μ grows and d is tried anew, so no step goes up.  The whole
    Jacobian J is computed: made for up to some thousands of parameters.  In ``fit`` the cost must be the mean squared
    error, with ``nn.L2`` or no regularization.

    Parameters
    ----------
    damping : float
        The first μ, as a part of the largest entry on the diagonal of JᵀJ.

    Sources: D. Marquardt, An algorithm for least-squares estimation of nonlinear parameters, J. SIAM 11 (1963) 431;
    K. Madsen, H. Nielsen and O. Tingleff, Methods for non-linear least squares problems (2004), algorithm 3.16.

    >>> t = np.linspace(0, 1, 20)
    >>> cost = SumOfSquares(lambda w: w[0] * np.exp(w[1] * t) - 2 * np.exp(-1.5 * t))
    >>> opt, w = LevenbergMarquardt(), np.array([1.0, 0.0])
    >>> state = opt.init(w)
    >>> for _ in range(10):
    ...     w, state = opt.update(ag.grad(cost)(w), state, w, cost=cost)
    >>> print(w.round(6))
    [ 2.  -1.5]
    """

    damping: float = 1e-3

    def __post_init__(self) -> None:
        if isinstance(self.damping, (str, bool)) or not 0 < self.damping < float("inf"):
            raise ValueError(f"LevenbergMarquardt: damping must be a number above 0, but is {self.damping!r}")

    def start(self, x: Array) -> tuple[Any, ...]:
        """μ = 0 stands for the first, which depends on J."""
        return (np.zeros((), x.dtype),)

    def step(self, cost: Any, x: Array, g: Array, memory: tuple[Any, ...]) -> tuple[Array, tuple[Any, ...]]:
        r, J = cost.residuals(x), ag.jacobian(cost.residuals)(x)
        A, b, value = J.T @ J, J.T @ r, r @ r
        (mu,) = memory
        mu = mu if mu > 0 else self.damping * np.maximum(np.max(np.diagonal(A)), float(np.finfo(A.dtype).tiny))
        growth, unit = 2, np.eye(x.size, dtype=A.dtype)
        for _ in range(TRIALS):
            d = -np.linalg.solve(A + mu * unit, b)
            new = cost.residuals(x + d)
            less = value - new @ new
            if less > 0:
                gain = less / (d @ (mu * d - b))
                return x + d, (mu * np.maximum(1 / 3, 1 - (2 * gain - 1) ** 3),)
            mu, growth = mu * growth, 2 * growth
        return x, memory
