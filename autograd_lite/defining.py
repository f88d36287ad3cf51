"""How the rule of a primitive is written in the form of HIPS autograd: ``defvjp``, ``defjvp`` and their relatives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from .boxes import plus
from .primitives import Handmade
from .sweeps import rules

__all__ = ["def_linear", "defjvp", "defjvp_argnum", "defjvp_argnums", "defvjp", "defvjp_argnum", "defvjp_argnums"]

Function = Callable[..., Any]


def _rule(fun: Function) -> Handmade:
    """The rule of a primitive that these functions fill in; a new one, if it has another kind."""
    rule = rules.get(fun)
    if not isinstance(rule, Handmade):
        if rule is None and not isinstance(fun, np.ufunc) and not hasattr(fun, "_implementation"):
            name = getattr(fun, "__name__", fun)
            raise TypeError(f"{name} is no primitive, so its rule would never be used: decorate it with @primitive")
        rule = rules[fun] = Handmade(fun)
    return rule


def _of(makers: Sequence[Any], argnums: Iterable[int] | None) -> dict[int, Any]:
    return dict(zip(range(len(makers)) if argnums is None else argnums, makers, strict=False))


def _chosen(makers: dict[int, Any], j: int, fun: Function, what: str) -> Any:
    if j not in makers:
        raise NotImplementedError(
            f"{getattr(fun, '__name__', fun)} has no {what} for argument {j}; None there says that it has none"
        )
    return makers[j]


def defvjp(fun: Function, *vjpmakers: Function | None, argnums: Iterable[int] | None = None) -> None:
    """The pullbacks of a primitive: ``vjpmaker(ans, *args, **kwargs)(g)`` is the adjoint of its argument.

    ``None`` says that an argument has no derivative; ``argnums`` which arguments these are, by default the first ones.

    Raises TypeError for what is no primitive.

    >>> import autograd_lite as ag
    >>> cube = ag.extend.primitive(lambda x: x * x * x)
    >>> defvjp(cube, lambda ans, x: lambda g: g * 3 * x**2)
    >>> print(ag.grad(cube)(2.0))
    12.0
    """
    makers = _of(vjpmakers, argnums)

    def adjoint(j: int, g: Any, out: Any, args: list[Any], kwargs: Any) -> Any:
        maker = _chosen(makers, j, fun, "VJP")
        return None if maker is None else maker(out, *args, **kwargs)(g)

    _rule(fun).adjoint = adjoint


def defvjp_argnum(fun: Function, vjpmaker: Function) -> None:
    """All pullbacks of a primitive at once: ``vjpmaker(argnum, ans, args, kwargs)(g)``.

    >>> import autograd_lite as ag
    >>> cube = ag.extend.primitive(lambda x: x * x * x)
    >>> defvjp_argnum(cube, lambda argnum, ans, args, kwargs: lambda g: g * 3 * args[0] ** 2)
    >>> print(ag.grad(cube)(2.0))
    12.0
    """
    _rule(fun).adjoint = lambda j, g, out, args, kwargs: vjpmaker(j, out, tuple(args), kwargs)(g)


def defvjp_argnums(fun: Function, vjpmaker: Function) -> None:
    """All pullbacks of a primitive at once: ``vjpmaker(argnums, ans, args, kwargs)(g)`` gives one adjoint for each.

    >>> import autograd_lite as ag
    >>> cube = ag.extend.primitive(lambda x: x * x * x)
    >>> defvjp_argnums(cube, lambda argnums, ans, args, kwargs: lambda g: [g * 3 * args[0] ** 2])
    >>> print(ag.grad(cube)(2.0))
    12.0
    """

    def adjoint(j: int, g: Any, out: Any, args: list[Any], kwargs: Any) -> Any:
        (part,) = vjpmaker((j,), out, tuple(args), kwargs)(g)
        return part

    _rule(fun).adjoint = adjoint


def _sum(parts: Iterable[Any]) -> Any:
    total = None
    for part in parts:
        if part is not None:
            total = part if total is None else plus(total, part)
    return total


def defjvp(fun: Function, *jvpfuns: Function | str | None, argnums: Iterable[int] | None = None) -> None:
    """The tangents of a primitive: ``jvpfun(g, ans, *args, **kwargs)`` for the tangent g of its argument.

    ``"same"`` says that the function is linear in the argument, ``None`` that it has no derivative.

    Raises TypeError for what is no primitive, and for a tangent that is neither of these.

    >>> import autograd_lite as ag
    >>> cube = ag.extend.primitive(lambda x: x * x * x)
    >>> defjvp(cube, lambda g, ans, x: g * 3 * x**2)
    >>> print(ag.grad(cube)(2.0))
    12.0
    """
    makers = _of(jvpfuns, argnums)
    unknown = [maker for maker in makers.values() if not (maker is None or maker == "same" or callable(maker))]
    if unknown:
        raise TypeError(f'a jvp is a function, "same" or None, not {unknown[0]!r}')

    def one(j: int, t: Any, out: Any, args: list[Any], kwargs: Any) -> Any:
        maker = _chosen(makers, j, fun, "JVP")
        if maker is None:
            return None
        return fun(*args[:j], t, *args[j + 1 :], **kwargs) if maker == "same" else maker(t, out, *args, **kwargs)

    _rule(fun).same = "same" in makers.values()
    _rule(fun).tangent = lambda argnums, ts, out, args, kwargs: _sum(
        [one(j, t, out, args, kwargs) for j, t in zip(argnums, ts, strict=True)]
    )


def defjvp_argnum(fun: Function, jvpmaker: Function) -> None:
    """All tangents of a primitive at once: ``jvpmaker(argnum, g, ans, args, kwargs)``.

    >>> import autograd_lite as ag
    >>> cube = ag.extend.primitive(lambda x: x * x * x)
    >>> defjvp_argnum(cube, lambda argnum, g, ans, args, kwargs: g * 3 * args[0] ** 2)
    >>> print(ag.grad(cube)(2.0))
    12.0
    """
    _rule(fun).tangent = lambda argnums, ts, out, args, kwargs: _sum(
        [jvpmaker(j, t, out, tuple(args), kwargs) for j, t in zip(argnums, ts, strict=True)]
    )


def defjvp_argnums(fun: Function, jvpmaker: Function) -> None:
    """The tangent of a primitive from those of several arguments: ``jvpmaker(argnums, gs, ans, args, kwargs)``.

    >>> import autograd_lite as ag
    >>> cube = ag.extend.primitive(lambda x: x * x * x)
    >>> defjvp_argnums(cube, lambda argnums, gs, ans, args, kwargs: gs[0] * 3 * args[0] ** 2)
    >>> print(ag.grad(cube)(2.0))
    12.0
    """
    _rule(fun).tangent = lambda argnums, ts, out, args, kwargs: jvpmaker(argnums, ts, out, tuple(args), kwargs)


def def_linear(fun: Function) -> None:
    """The primitive is linear in each of its arguments; its transposes are for ``defvjp``.

    A reverse sweep raises NotImplementedError until they are there.

    >>> import autograd_lite as ag
    >>> twice = ag.extend.primitive(lambda x: x + x)
    >>> def_linear(twice)
    >>> print(ag.jvp(twice, (5.0,), (1.0,))[1])
    2.0
    """
    _rule(fun).same = True
    defjvp_argnum(fun, lambda j, t, out, args, kwargs: fun(*args[:j], t, *args[j + 1 :], **kwargs))
