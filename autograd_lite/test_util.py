"""Checks of derivatives under the names and with the signatures of HIPS autograd.

``autograd_lite.testing.check_grads`` asks more (dtypes, shapes, the adjoint identity) and says where it went wrong.

    check_grads(f, argnum, modes, order)(*args)        ⟨w, J v⟩ against (f(x + hv) − f(x − hv))/2h, in every nesting
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any

from .differential_operators import ArgNum, unary_to_nary
from .extend import vspace
from .transforms import jvp, vjp

__all__ = [
    "check_equivalent", "check_grads", "check_jvp", "check_vjp", "combo_check", "make_numerical_jvp", "scalar_close",
]  # fmt: skip

Function = Callable[..., Any]
TOLERANCE = 1e-6
STEP = 5e-7


def scalar_close(a: Any, b: Any) -> bool:
    """Whether two numbers differ by less than 1e-6, or that part of them.

    >>> scalar_close(1.0, 1.0 + 1e-9), scalar_close(1.0, 1.1)
    (True, False)
    """
    return bool(abs(a - b) < TOLERANCE or abs(a - b) < TOLERANCE * abs(a + b))


def make_numerical_jvp(f: Function, x: Any) -> Function:
    """The function v ↦ (f(x + hv) − f(x − hv)) / 2h.

    >>> print(f"{make_numerical_jvp(lambda x: x**2, 3.0)(2.0):.6f}")
    12.000000
    """

    def slope(v: Any) -> Any:
        space = vspace(x)
        above, below = (f(space.add(x, space.scalar_mul(v, h))) for h in (STEP, -STEP))
        space = vspace(above)
        return space.scalar_mul(space.add(above, space.scalar_mul(below, -1.0)), 1 / (2 * STEP))

    return slope


def _named(f: Function) -> str:
    return getattr(f, "__name__", type(f).__name__)


def check_vjp(f: Function, x: Any) -> None:
    """One reverse sweep of f at x against a difference, along random directions.  Raises AssertionError.

    >>> import numpy as np
    >>> check_vjp(np.sin, 0.5)
    """
    y, pullback = vjp(f, x)
    x_space, y_space = vspace(x), vspace(y)
    v, w = x_space.randn(), y_space.randn()
    adjoint = x_space.covector(pullback(y_space.covector(w))[0])
    if vspace(adjoint) != x_space:
        raise AssertionError(f"the adjoint lies in {vspace(adjoint)}, the argument in {x_space}")
    exact, difference = x_space.inner_prod(v, adjoint), y_space.inner_prod(w, make_numerical_jvp(f, x)(v))
    if not scalar_close(difference, exact):
        raise AssertionError(
            f"Derivative (VJP) check of {_named(f)} failed at {x}:\nreverse sweep {exact}\ndifference    {difference}"
        )


def check_jvp(f: Function, x: Any) -> None:
    """One forward sweep of f at x against a difference, along a random direction.  Raises AssertionError.

    >>> import numpy as np
    >>> check_jvp(np.sin, 0.5)
    """
    v = vspace(x).randn()
    check_equivalent(jvp(f, (x,), (v,))[1], make_numerical_jvp(f, x)(v))


def check_equivalent(x: Any, y: Any) -> None:
    """The same structure, shapes and dtypes, and the same numbers.  Raises AssertionError.

    >>> check_equivalent({"a": 1.0}, {"a": 1.0})
    """
    space = vspace(x)
    if space != vspace(y):
        raise AssertionError(f"{space} is not {vspace(y)}")
    v = space.randn()
    if not scalar_close(space.inner_prod(x, v), space.inner_prod(y, v)):
        raise AssertionError(f"the values differ:\n{x}\n{y}")


@unary_to_nary
def _check_grads(f: Function, x: Any, modes: Sequence[str], order: int) -> None:
    everything: ArgNum = (0, 1)
    if "fwd" in modes:
        check_jvp(f, x)
        if order > 1:
            tangent = lambda x, v: jvp(f, (x,), (v,))[1]
            tangent.__name__ = f"jvp_{_named(f)}"
            _check_grads(tangent, everything, modes, order - 1)(x, vspace(x).randn())
    if "rev" in modes:
        check_vjp(f, x)
        if order > 1:
            adjoint = lambda x, w: vjp(f, x)[1](w)[0]
            adjoint.__name__ = f"vjp_{_named(f)}"
            _check_grads(adjoint, everything, modes, order - 1)(x, vspace(f(x)).randn())


def check_grads(f: Function, argnum: ArgNum = 0, modes: Sequence[str] = ("fwd", "rev"), order: int = 2) -> Function:
    """The check of f's derivatives by ``argnum``, as a function of f's arguments.  It raises AssertionError.

    >>> import numpy as np
    >>> check_grads(np.sin)(0.5)
    """
    if not set(modes) <= {"fwd", "rev"}:
        raise ValueError(f"modes are 'fwd' and 'rev', not {list(modes)}")
    return _check_grads(f, argnum, modes, order)


def combo_check(fun: Function, argnum: ArgNum = 0, **options: Any) -> Function:
    """``check_grads`` for every combination of the arguments and keyword arguments, each given as a list of choices.

    >>> import numpy as np
    >>> combo_check(np.sum, 0)([np.ones(2), np.ones((2, 3))], axis=[None, 0])
    """
    check = check_grads(fun, argnum, **options)

    def check_all(*args: Iterable[Any], **kwargs: Iterable[Any]) -> None:
        names = list(kwargs)
        choices = [list(c) for c in (*args, *kwargs.values())]
        for chosen in product(*choices):
            check(*chosen[: len(args)], **dict(zip(names, chosen[len(args) :], strict=True)))

    return check_all
