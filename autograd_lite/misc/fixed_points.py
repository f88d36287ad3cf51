"""The fixed point x* = f(a)(x*) as a function of a, differentiated without its iterations.

    ẋ = ∂f/∂x·ẋ + ∂f/∂a·ȧ            the tangent is itself a fixed point
    w = (∂f/∂x)ᵀw + x̄*,  ā = (∂f/∂a)ᵀw        and so is the adjoint

Source: B. Christianson, Reverse accumulation and attractive fixed points, Optim. Methods Softw. 3 (1994) 311.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..extend import vspace
from ..primitives import Handmade, primitive
from ..sweeps import rules
from ..transforms import jvp, vjp
from ..trees import map_tree

__all__ = ["fixed_point"]

Function = Callable[..., Any]


@primitive
def fixed_point(f: Function, a: Any, x0: Any, distance: Function, tol: float) -> Any:
    """The limit of x ← f(a)(x) from x0, iterated until ``distance(x, previous) <= tol``.

    Its derivative is with respect to a alone, at any order; a and x may be nested structures.  The rule assumes that
    f(a) contracts near the limit, so that the iteration for the derivative converges as well.

    >>> import autograd_lite as ag
    >>> root = lambda a: fixed_point(lambda a: lambda x: 0.5 * (x + a / x), a, 1.0, lambda x, y: abs(x - y), 1e-12)
    >>> print(f"{root(2.0):.6f} {ag.grad(root)(2.0):.6f} {ag.grad(ag.grad(root))(2.0):.6f}")
    1.414214 0.353553 -0.088388
    """
    step = f(a)
    x, previous = step(x0), x0
    while distance(x, previous) > tol:
        x, previous = step(x), x
    return x


def _tangent(argnums: tuple[int, ...], tangents: list[Any], out: Any, args: Any, kwargs: Any) -> Any:
    f, a, _, distance, tol = args
    if 1 not in argnums:
        return None

    def iteration(state: Any) -> Function:
        a, x, v = state
        moved = jvp(lambda a: f(a)(x), (a,), (v,))[1]
        return lambda t: map_tree(np.add, jvp(f(a), (x,), (t,))[1], moved)

    state = (a, out, tangents[argnums.index(1)])
    return fixed_point(iteration, state, vspace(out).zeros(), distance, tol)


def _adjoint(j: int, g: Any, out: Any, args: Any, kwargs: Any) -> Any:
    f, a, _, distance, tol = args
    if j != 1:
        return None

    def iteration(state: Any) -> Function:
        a, x, g = state
        _, pullback = vjp(f(a), x)
        return lambda w: map_tree(np.add, pullback(w)[0], g)

    w = fixed_point(iteration, (a, out, g), vspace(out).zeros(), distance, tol)
    return vjp(lambda a: f(a)(out), a)[1](w)[0]


rules[fixed_point] = Handmade(fixed_point, _tangent, _adjoint)
