"""Rules of your own: a function that is recorded as one step, and its derivative.

    @ag.primitive                          hands itself to the record, whatever happens inside
    ag.elementwise(f, p₁, p₂, …)           one partial per argument, as for NumPy's own functions; see ``kinds``
    @ag.custom_rule(vjp=…)                 ȳ ↦ ȳ·∂f/∂x_j; the tangent follows, as the transpose of this linear map
    @ag.custom_rule(jvp=…)                 ẋ_j ↦ ∂f/∂x_j·ẋ_j; the adjoint follows in the same way

Each is checked when it is registered with a ``sample`` of arguments: f is recorded, its value is unchanged, both sweeps
agree with differences and with each other, at first and second order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import kinds
from .arrays.versions import entries
from .primitives import Handmade, at_values, name_of, primitive
from .sweeps import rules
from .tensor import Tensor
from .trees import flatten, map_tree

__all__ = ["custom_rule", "elementwise", "general", "linear", "multilinear", "primitive"]

Function = Callable[..., Any]
Maps = Function | Sequence[Function | None] | None


def _per_argument(maps: Maps) -> list[Function | None]:
    if not (maps is None or callable(maps) or isinstance(maps, Sequence)):
        raise TypeError(f"custom_rule: jvp and vjp are functions, or a sequence of one for each argument, not {maps!r}")
    return list(maps) if isinstance(maps, Sequence) else [maps]


def custom_rule(*, jvp: Maps = None, vjp: Maps = None, sample: tuple[Any, ...] | None = None) -> Function:
    """Decorator: a function recorded as one step, with its derivative as a tangent, an adjoint, or both.

    Parameters
    ----------
    jvp : callable ``jvp(ẋ_j, out, *args, **kwargs)``, or a sequence of one for each argument
        The tangent of the output that the tangent ẋ_j of argument j causes.  ``None`` where there is none.
    vjp : callable ``vjp(ȳ, out, *args, **kwargs)``, or a sequence of one for each argument
        What the adjoint ȳ of the output contributes to the adjoint of argument j; ȳ has the structure of the output.
    sample : tuple of arguments, optional
        Where the rule is checked at once, as by ``testing.check_grads``.

    Returns
    -------
    callable
        The decorator.

    Raises
    ------
    TypeError
        If neither is given.
    AssertionError
        If the rule is wrong at ``sample``.

    Notes
    -----
    One is enough: the tangent is linear in ẋ and the adjoint is its transpose, which the sweeps can take by themselves.
    Write the rule with functions that have rules, and it can be differentiated again.  Arguments and outputs may be
    nested structures of arrays.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> import numpy as np
    >>> @ag.custom_rule(vjp=lambda g, out, x: g * np.exp(x - out), sample=(np.array([1.0, 2.0]),))
    ... def log_sum_exp(x):
    ...     largest = np.max(x)
    ...     return largest + np.log(np.sum(np.exp(x - largest)))
    >>> print(ag.grad(log_sum_exp)(np.array([0.0, 0.0])), ag.jvp(log_sum_exp, (np.zeros(2),), (np.ones(2),))[1])
    [0.5 0.5] 1.0

    A rule that is wrong does not get in:

    >>> ag.custom_rule(vjp=lambda g, out, x: g * x, sample=(3.0,))(lambda x: x * x)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    AssertionError: check_grads: order 1, forward sweep of f, by x: wrong derivative
        ...
        every entry is 0.5 times what it should be
    """
    if jvp is None and vjp is None:
        raise TypeError("custom_rule needs jvp=, vjp= or both: custom_rule(vjp=lambda g, out, x: ...)")
    jvps, vjps = _per_argument(jvp), _per_argument(vjp)

    def tangent(argnums: tuple[int, ...], tangents: list[Any], out: Any, args: list[Any], kwargs: Any) -> Any:
        total = None
        for j, t in zip(argnums, tangents, strict=True):
            one = jvps[j] if j < len(jvps) else None
            part = None if one is None else one(t, out, *args, **kwargs)
            total = part if total is None else total if part is None else map_tree(np.add, total, part)
        return total

    def adjoint(j: int, g: Any, out: Any, args: list[Any], kwargs: Any) -> Any:
        one = vjps[j] if j < len(vjps) else None
        return None if one is None else one(g, out, *args, **kwargs)

    def decorate(function: Function) -> Function:
        recorded = primitive(function)
        rule = Handmade(recorded, None if jvp is None else tangent, None if vjp is None else adjoint)
        return _registered(recorded, rule, sample)

    return decorate


def _registered(recorded: Function, rule: Any, sample: tuple[Any, ...] | None) -> Function:
    """The function with its rule, after a check at the sample; a rule that fails is taken out again."""
    before = rules.get(recorded)
    rules[recorded] = rule
    if sample is not None:
        from .testing import check_grads

        try:
            _check_recorded(recorded, sample)
            check_grads(recorded, *sample)
        except BaseException:
            rules.pop(recorded)
            if before is not None:
                rules[recorded] = before
            raise
    return recorded


def _check_recorded(function: Function, sample: tuple[Any, ...]) -> None:
    leaves, rebuild = flatten(list(sample))
    outputs = flatten(function(*rebuild([Tensor(x) for x in leaves])))[0]
    if not any([type(y) is Tensor for y in outputs]):
        raise TypeError(
            f"{name_of(function)} of Tensors is not recorded: it returned plain values. Decorate it with @ag.primitive"
        )


def _seeing_arrays(maps: Any) -> Any:
    """The maps of a rule: their arguments are no versions of arrays but plain ones, and so is what they return."""
    if isinstance(maps, Sequence):
        return list(map(_seeing_arrays, maps))
    return (lambda *args, **kwargs: at_values(maps, *map(entries, args), **kwargs)) if callable(maps) else maps


def _public(kind: Function, call: str) -> Function:
    """A kind of rule for functions of others: it records a plain function first, and checks the rule."""

    def register(function: Function, *args: Any, sample: tuple[Any, ...] | None = None, **kwargs: Any) -> Function:
        if not callable(function):
            raise TypeError(f"{kind.__name__} takes the function first: {call}")
        dispatches = isinstance(function, np.ufunc) or function in rules or hasattr(function, "_implementation")
        recorded = function if dispatches else primitive(function)
        before = rules.get(recorded)
        kind(recorded, *map(_seeing_arrays, args), **{k: _seeing_arrays(v) for k, v in kwargs.items()})
        rule = rules.pop(recorded)
        if before is not None:
            rules[recorded] = before
        return _registered(recorded, rule, sample)

    register.__name__ = register.__qualname__ = kind.__name__
    return register


elementwise = _public(kinds.elementwise, "ag.elementwise(f, lambda out, x: ...)")
elementwise.__doc__ = """A function that acts entry by entry, with one partial ``p(out, *args)`` per argument.

A number stands for a constant partial, ``None`` for an argument that is no variable.  ``sample`` is a tuple of
arguments at which the rule is checked.  Returns the function that records.

Raises TypeError if f is no function, AssertionError if the rule is wrong at ``sample``.

>>> import autograd_lite as ag
>>> import numpy as np
>>> softplus = ag.elementwise(
...     lambda x: np.logaddexp(0.0, x), lambda out, x: 1 - np.exp(-out), sample=(np.ones(2),)
... )
>>> print(ag.elementwise_grad(softplus)(np.zeros(2)))
[0.5 0.5]
"""
linear = _public(kinds.linear, "ag.linear(f, lambda g, out, x: ...)")
linear.__doc__ = """A linear function: its own tangent, with one transpose ``t(ȳ, out, *args)`` per argument.

Raises TypeError if f is no function, AssertionError if the rule is wrong at ``sample``.

>>> import autograd_lite as ag
>>> import numpy as np
>>> even = ag.linear(lambda x: x + x[::-1], lambda g, out, x: g + g[::-1], sample=(np.arange(3.0),))
>>> print(ag.vjp(even, np.zeros(2))[1](np.array([1.0, 2.0]))[0])
[3. 3.]
"""
multilinear = _public(kinds.multilinear, "ag.multilinear(f, lambda g, out, x, y: ..., lambda g, out, x, y: ...)")
multilinear.__doc__ = """A function linear in each argument, with one transpose ``t_j(ȳ, out, *args)`` per argument.

Raises TypeError if f is no function, AssertionError if the rule is wrong at ``sample``.

>>> import autograd_lite as ag
>>> import numpy as np
>>> bilinear = ag.multilinear(
...     lambda x, y: x @ y, lambda g, out, x, y: g * y, lambda g, out, x, y: g * x, sample=(np.ones(2), np.ones(2))
... )
>>> print(ag.grad(bilinear)(np.ones(2), np.array([3.0, 4.0])))
[3. 4.]
"""
general = _public(kinds.general, "ag.general(f, jvp=[...], vjp=[...])")
general.__doc__ = """A tangent ``jvp(ẋ_j, out, *args)`` and an adjoint ``vjp(ȳ, out, *args)`` per argument.

Raises TypeError if f is no function, AssertionError if the rule is wrong at ``sample``.

>>> import autograd_lite as ag
>>> import numpy as np
>>> square = ag.general(
...     lambda x: x * x, jvp=[lambda t, out, x: 2 * x * t], vjp=[lambda g, out, x: 2 * x * g], sample=(np.ones(2),)
... )
>>> print(ag.grad(square)(3.0))
6.0
"""
