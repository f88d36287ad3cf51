"""The names of HIPS autograd's module ``autograd.core`` (the core of this package is graph, sweeps, kinds and tensor).

``primitive`` has the methods here that were deprecated there in 2018: ``defgrad``, ``defvjp``, ``defvjp_is_zero``.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from typing import Any

from . import differential_operators, extend, primitives
from .boxes import Box, SparseObject
from .extend import (
    VSpace,
    def_linear,
    defjvp,
    defjvp_argnum,
    defjvp_argnums,
    defvjp,
    defvjp_argnum,
    defvjp_argnums,
    vspace,
)
from .tracer import JVPNode, Node, VJPNode, backward_pass, getval, isbox, toposort, trace
from .util import func, subval

__all__ = [
    "Box", "JVPNode", "Node", "SparseObject", "VJPNode", "VSpace", "backward_pass", "def_linear", "defjvp",
    "defjvp_argnum", "defjvp_argnums", "defvjp", "defvjp_argnum", "defvjp_argnums", "func", "getval", "isbox",
    "make_jvp", "make_vjp", "primitive", "subval", "toposort", "trace", "vspace",
]  # fmt: skip

Function = Callable[..., Any]


def make_vjp(fun: Function, x: Any) -> tuple[Function, Any]:
    """The pullback of a function of one argument at x, and its value there.

    >>> pullback, value = make_vjp(lambda x: x**2, 3.0)
    >>> print(pullback(1.0), value)
    6.0 9.0
    """
    return differential_operators.make_vjp(fun)(x)


def make_jvp(fun: Function, x: Any) -> Function:
    """The pushforward of a function of one argument at x, v ↦ (value, J·v).

    >>> value, tangent = make_jvp(lambda x: x**2, 3.0)(1.0)
    >>> print(value, tangent)
    9.0 6.0
    """
    return differential_operators.make_jvp(fun)(x)


def primitive(fun: Function) -> Function:
    """``autograd_lite.extend.primitive``, with the methods of old programs.

    >>> import warnings
    >>> import autograd_lite as ag
    >>> @primitive
    ... def product(x, y):
    ...     return x * y
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     product.defgrad(lambda ans, x, y: lambda g: g * y)
    >>> print(ag.grad(product)(2.0, 3.0))
    3.0
    """
    recorded: Any = primitives.primitive(fun)
    makers: dict[int, Function | None] = {}

    def add(method: str, new: dict[int, Function | None]) -> None:
        warnings.warn(f"primitive.{method} is deprecated: use autograd_lite.extend.defvjp", DeprecationWarning, 3)
        makers.update(new)
        extend.defvjp(recorded, *makers.values(), argnums=list(makers))

    def defgrad(gradfun: Function, argnum: int = 0) -> None:
        add("defgrad", {argnum: gradfun})

    def defvjp(vjp: Function, argnum: int = 0) -> None:
        def maker(ans: Any, *args: Any, **kwargs: Any) -> Function:
            return lambda g: vjp(g, ans, vspace(args[argnum]), vspace(g), *args, **kwargs)

        add("defvjp", {argnum: maker})

    def defvjp_is_zero(argnums: Iterable[int] = (0,)) -> None:
        add("defvjp_is_zero", dict.fromkeys(argnums))

    recorded.defgrad, recorded.defvjp, recorded.defvjp_is_zero = defgrad, defvjp, defvjp_is_zero
    return recorded
