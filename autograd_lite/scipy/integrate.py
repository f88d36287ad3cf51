"""Initial value problems ẏ = f(y, t, *args) by SciPy's integrators, differentiated by the adjoint method.

    λ̇ = −λᵀ ∂f/∂y,   θ̄˙ = −λᵀ ∂f/∂θ        backwards from the last time; λ jumps by the adjoint of y at each time

so no step of the integrator is recorded, and the memory is that of the solution.  The adjoint problem is integrated by
the same function, whose derivatives are of the same kind: any order.

Source: F. Fröhlich, C. Loos, J. Hasenauer, Scalable inference of ODE models of biochemical processes (2017), 2.4.2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.integrate
import scipy.optimize

from ..misc.flatten import flatten
from ..primitives import Handmade, at_values, holds_tensors, primitive
from ..sweeps import rules
from ..transforms import vjp
from .forward import forwarding

__all__ = ["odeint", "solve_ivp"]

__getattr__ = forwarding(__name__, scipy.integrate)

Function = Callable[..., Any]


@primitive
def trajectory(func: Function, y0: Any, t: Any, args: tuple[Any, ...], solver: Function) -> Any:
    """The solution at the times t as an array (times, components); ``solver(func, y0, t, args)`` integrates."""
    return solver(func, y0, t, args)


def _adjoints(g: Any, out: Any, func: Function, y0: Any, t: Any, args: tuple[Any, ...], solver: Function) -> Any:
    """The adjoints of y0, of t and of all numbers in args."""
    n = np.shape(out)[1]
    theta, rebuild = flatten(args)

    def right_hand_side(state: Any, time: Any, theta: Any) -> Any:
        y, adjoint = state[:n], state[n : 2 * n]
        slope, pullback = vjp(lambda y, theta: func(y, time, *rebuild(theta)), y, theta)
        y_bar, theta_bar = pullback(-adjoint)
        return np.concatenate([slope, y_bar, theta_bar])

    adjoint, theta_bar = g[-1], np.zeros(np.shape(theta))
    times = []
    for i in range(np.shape(out)[0] - 1, 0, -1):
        times.append(np.sum(func(out[i], t[i], *args) * g[i]))
        state = np.concatenate([out[i], adjoint, theta_bar])
        ends = np.stack([t[i], t[i - 1]])
        end = trajectory(right_hand_side, state, ends, (theta,), solver)[1]
        adjoint, theta_bar = end[n : 2 * n] + g[i - 1], end[2 * n :]
    first = -np.sum(func(out[0], t[0], *args) * (adjoint - g[0]))
    return adjoint, np.stack([first, *times[::-1]]), rebuild(theta_bar)


def _adjoint(j: int, g: Any, out: Any, args: list[Any], kwargs: Any) -> Any:
    return None if j in (0, 4) else _adjoints(g, out, *args)[j - 1]


rules[trajectory] = Handmade(trajectory, None, _adjoint)


def _slope_of(func: Function, name: str) -> Function:
    """``func`` with its lists made arrays; a Tensor that it takes from elsewhere than its arguments is refused."""

    def slope(*args: Any) -> Any:
        plain = not holds_tensors(args)
        result = at_values(func, *args) if plain else func(*args)
        if result is None:
            raise TypeError(f"{name}: the function of the equation returns None; let it return the slope of y")
        if isinstance(result, (list, tuple)):
            result = np.stack(result)
        if plain and holds_tensors(result):
            raise TypeError(
                f"{name}: the function of the equation uses a Tensor from outside, whose derivative would be lost in "
                "silence; pass it in args="
            )
        return result

    return slope


def odeint(func: Function, y0: Any, t: Any, args: tuple[Any, ...] = (), **options: Any) -> Any:
    """``scipy.integrate.odeint``: the solution of ẏ = func(y, t, *args) at the times t, an array (times, components).

    Its derivative is with respect to y0, t and the numbers in ``args``.  What ``func`` closes over is constant, and a
    Tensor there raises TypeError.  ``options`` are SciPy's; ``tfirst`` and ``full_output`` are not recorded, and raise.

    >>> import autograd_lite as ag
    >>> decay = lambda rate: odeint(lambda y, t, rate: -rate * y, np.ones(1), np.array([0.0, 1.0]), (rate,))[1, 0]
    >>> print(f"{ag.grad(decay)(2.0):.5f}")
    -0.13534
    """
    refused = [k for k in ("tfirst", "full_output", "Dfun", "col_deriv") if options.get(k)]
    if refused:
        raise TypeError(f"odeint: {refused[0]}= is not recorded; use scipy.integrate.odeint for plain arrays")

    def solver(func: Function, y0: Any, t: Any, args: tuple[Any, ...]) -> Any:
        return scipy.integrate.odeint(func, y0, t, args, **options)

    return trajectory(_slope_of(func, "odeint"), y0, t, args, solver)


def solve_ivp(
    fun: Function, t_span: Any, y0: Any, method: Any = "RK45", t_eval: Any = None, args: tuple[Any, ...] = (),
    **options: Any,
) -> Any:  # fmt: skip
    """``scipy.integrate.solve_ivp``: the solution of ẏ = fun(t, y, *args) from ``t_span[0]`` at the times ``t_eval``.

    Returns ``t``, ``y`` of shape (components, times) and ``success``.  The derivative of y is with respect to y0, the
    times and the numbers in ``args``; without ``t_eval`` the times are its ends.  Events and dense output
    are not recorded.

    >>> import autograd_lite as ag
    >>> end = lambda y: solve_ivp(lambda t, y: -y, (0.0, 1.0), y, rtol=1e-8, atol=1e-8).y[0, -1]
    >>> print(f"{ag.grad(end)(np.ones(1))[0]:.6f}")
    0.367879

    Raises TypeError for these, for a Tensor that ``fun`` takes from outside and for a ``fun`` that returns None, and
    RuntimeError where SciPy's integration fails.
    """
    refused = [k for k in ("events", "dense_output") if options.get(k)]
    if refused:
        raise TypeError(f"solve_ivp: {refused[0]}= is not recorded; use scipy.integrate.solve_ivp for plain arrays")

    def solver(func: Function, y0: Any, t: Any, args: tuple[Any, ...]) -> Any:
        forward = lambda time, y: func(y, time, *args)
        solution = scipy.integrate.solve_ivp(forward, (t[0], t[-1]), y0, method, t, **options)
        if not solution.success:
            raise RuntimeError(f"solve_ivp: {solution.message}")
        return solution.y.T

    start = t_span[0]
    times = np.stack(list(t_span)) if t_eval is None else t_eval
    offset = bool(times[0] != start)
    whole = np.concatenate([np.reshape(start, (1,)), times]) if offset else times
    y = trajectory(_slope_of(lambda y, t, *args: fun(t, y, *args), "solve_ivp"), y0, whole, args, solver)
    return scipy.optimize.OptimizeResult(t=times, y=np.transpose(y[1:] if offset else y), success=True)
