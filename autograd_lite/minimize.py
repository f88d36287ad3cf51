"""Minimization by scipy.optimize, of functions of any structure of arrays, with exact derivatives.

    min C(θ),   θ a number, an array, or nested lists, tuples, dicts and dataclasses of arrays

All numbers of θ become one vector.  The value of C and its gradient come from one recording; the methods that ask for
more get products H·v with the Hessian, or the Hessian, as exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import numpy as np

from .jacobians import hessian, hessian_vector_product
from .primitives import at_values
from .transforms import value_and_grad
from .trees import flatten, ravel

__all__ = ["minimize"]

Array = Any

WITHOUT_GRADIENT = {"nelder-mead", "powell", "cobyla", "cobyqa"}
WITH_PRODUCTS = {"newton-cg", "trust-ncg", "trust-krylov", "trust-constr"}
WITH_HESSIAN = {"dogleg", "trust-exact"}


def minimize(
    cost: Callable[..., Any],
    params: Any,
    args: tuple[Any, ...] = (),
    *,
    method: str | None = None,
    bounds: Any = None,
    tol: float | None = None,
    options: Mapping[str, Any] | None = None,
    callback: Callable[[Any], Any] | None = None,
) -> Any:
    """The parameters that make a cost small, found by ``scipy.optimize.minimize`` with exact derivatives.

    Parameters
    ----------
    cost : callable
        ``cost(params, *args)``, one real number, written in NumPy.
    params : array or structure of arrays
        Where to begin; it is not changed.
    args : tuple
        Further arguments of the cost.
    method : str, optional
        A method of ``scipy.optimize.minimize``; by default "BFGS", or "L-BFGS-B" with bounds.
    bounds : (low, high), optional
        Each is None, a number for all parameters, or a structure like that of ``params`` with a number or an array for
        each of its arrays; −np.inf and np.inf stand for none.
    tol, options
        As in ``scipy.optimize.minimize``.
    callback : callable, optional
        Called with the parameters after each iteration; it may raise StopIteration to end the search.

    Returns
    -------
    scipy.optimize.OptimizeResult
        As SciPy's (``fun``, ``success``, ``message``, ``nit``, …), with ``params``, the solution in the structure,
        shapes and dtypes of the start, and ``grad``, the gradient there.

    Raises
    ------
    ImportError
        Without SciPy, with the command that installs it.
    TypeError
        If the cost is no real number or ``params`` holds no numbers.
    ValueError
        For an unknown method, bounds of another structure, and a cost that is nan or infinite at the start.

    Examples
    --------
    >>> cost = lambda p: (p["x"] - 1) ** 2 + np.sum((p["y"] - p["x"]) ** 2)
    >>> result = minimize(cost, {"x": 5.0, "y": np.zeros(2)})
    >>> print(round(float(result.params["x"]), 6), result.params["y"].round(6))
    1.0 [1. 1.]
    >>> result = minimize(cost, {"x": 5.0, "y": np.zeros(2)}, bounds=(None, {"x": 0.5, "y": np.inf}))
    >>> print(round(float(result.params["x"]), 6), result.params["y"].round(6))
    0.5 [0.5 0.5]

    Source: J. Nocedal and S. Wright, Numerical Optimization, 2nd ed. (Springer, 2006).
    """
    try:
        optimize = import_module("scipy.optimize")
    except ImportError:
        raise ImportError("ag.minimize hands the search to SciPy: pip install scipy") from None
    start, unravel = ravel(params)
    start = start.astype(np.float64)
    name = "" if method is None else str(method).lower()

    def of_vector(x: Array, *args: Any) -> Any:
        return cost(unravel(x), *args)

    of_vector.__name__ = getattr(cost, "__name__", type(cost).__name__)  # in what derivatives say
    settings: dict[str, Any] = {"method": method, "tol": tol, "options": dict(options or {})}
    if name in WITHOUT_GRADIENT:
        function: Callable[..., Any] = lambda x: float(at_values(of_vector, x, *args))
    else:
        both = value_and_grad(of_vector)
        function, settings["jac"] = lambda x: _plain(*both(x, *args)), True
        _check_start(function(start))
    if name in WITH_PRODUCTS:
        product = hessian_vector_product(of_vector)
        settings["hessp"] = lambda x, v: product(x, *args, v)
    elif name in WITH_HESSIAN:
        matrix = hessian(of_vector)
        settings["hess"] = lambda x: matrix(x, *args)
    if bounds is not None:
        settings["bounds"] = optimize.Bounds(*_limits(bounds, params, start))
    if callback is not None:
        settings["callback"] = lambda x: callback(unravel(x))
    result = optimize.minimize(function, start, **settings)
    result.params = unravel(result.x)
    if name not in WITHOUT_GRADIENT:
        result.grad = unravel(np.asarray(both(result.x, *args)[1]))
    return result


def _plain(value: Any, gradient: Array) -> tuple[float, Array]:
    return float(value), gradient


def _check_start(found: tuple[float, Array]) -> None:
    value, gradient = found
    if not np.isfinite(value) or not np.isfinite(gradient).all():
        what = f"the cost is {value}" if not np.isfinite(value) else "the gradient is not finite"
        raise ValueError(f"{what} at the start: begin at parameters where the cost and its gradient are finite")


def _limits(bounds: Any, params: Any, start: Array) -> list[Array]:
    """The two bounds as vectors."""
    if not isinstance(bounds, (tuple, list)) or len(bounds) != 2:
        raise ValueError(
            "bounds must be a pair (low, high), each None, a number, or a structure like that of the parameters, not "
            f"{bounds!r}"
        )
    vectors = [_limit(bound, params, start, free) for bound, free in zip(bounds, (-np.inf, np.inf), strict=True)]
    if np.any(vectors[0] > vectors[1]):
        raise ValueError("a lower bound is above its upper bound")
    return vectors


def _limit(bound: Any, params: Any, start: Array, free: float) -> Array:
    if bound is None:
        return np.full(start.shape, free)
    if isinstance(bound, (int, float)):
        return np.full(start.shape, float(bound))
    leaves, given = flatten(params)[0], flatten(bound)[0]
    try:
        parts = [np.broadcast_to(b, np.shape(x)).reshape(-1) for x, b in zip(leaves, given, strict=True)]
    except ValueError:
        raise ValueError(
            "bounds must have the structure of the parameters, with a number or an array of the same shape for each of "
            f"its {len(leaves)} arrays"
        ) from None
    return np.concatenate(parts).astype(np.float64)
