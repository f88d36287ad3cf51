"""A function that is recorded as one step, whatever happens inside; and a rule for it that is written by hand.

    ẏ = Σ_j J_j ẋ_j          tangent(argnums, ẋs, out, args, kwargs)
    x̄_j = ȳ J_j              adjoint(j, ȳ, out, args, kwargs)

Both are linear, and each is the transpose of the other: where one is not written, a sweep over the other one gives it.

Arguments and outputs may be nested lists, tuples, dicts and dataclasses of arrays.  Then the numbers in them are the
arguments of the recorded step (``packed``), and the rule sees the structures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from inspect import signature
from typing import Any

import numpy as np

from . import kinds
from .arrays.calls import faces
from .arrays.versions import entries
from .batching.batched import Batched, batched
from .boxes import Vector, bare, dense, is_boxed, plus, recorded_types, space_of
from .graph import Node, newest, roots
from .sweeps import rules
from .tensor import Tensor, tensor_of
from .transforms import vjp
from .trees import flatten, is_leaf, map_tree

__all__ = ["Handmade", "at_values", "holds_tensors", "name_of", "primitive"]

Function = Callable[..., Any]


def primitive(function: Function) -> Function:
    """Decorator: with a Tensor among its arguments the function is recorded as one step, and not looked into.

    It is called with plain arrays, so it may do what it likes: loops, in-place assignment, other libraries.  But what
    it is given it must not write to, for these are values of the record: copy them first, as below.  Give it a
    derivative with ``elementwise``, ``linear``, ``multilinear``, ``general`` or ``custom_rule``.

    Raises
    ------
    NotImplementedError
        In a sweep that meets the function before it has a rule.
    TypeError
        If it returns a Tensor, for it then closes over one, whose derivative would be lost.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> import numpy as np
    >>> @ag.primitive
    ... def cube(x):
    ...     y = np.array(x)
    ...     y *= x * x
    ...     return y
    >>> cube = ag.elementwise(cube, lambda out, x: 3 * x**2, sample=(np.array([1.0, 2.0]),))
    >>> print(ag.grad(lambda x: cube(x).sum())(np.array([1.0, 2.0])))
    [ 3. 12.]
    """
    if function in rules or hasattr(function, "defines_rule"):
        return function

    @wraps(function)
    def recorded(*args: Any, **kwargs: Any) -> Any:
        if any([holds_tensors(v) for v in kwargs.values()]):
            args, kwargs = _by_position(function, args, kwargs)
        inside = [holds_tensors(a) for a in args]
        if not any(inside):
            return function(*map(entries, args), **kwargs)
        if all([type(a) in recorded_types for a, holds in zip(args, inside, strict=True) if holds]):
            nodes = tuple(a.node if holds else a for a, holds in zip(args, inside, strict=True))
            values = [entries(a.node.value if holds else a) for a, holds in zip(args, inside, strict=True)]
            value = _plain(function, values, kwargs)
            if is_leaf(value):
                return tensor_of(Node(_kept(value), recorded, nodes, kwargs))
            if type(value) is tuple and all([is_leaf(y) for y in value]):
                return tensor_of(Node(tuple(_kept(y) for y in value), recorded, nodes, kwargs))
        return _record_packed(recorded, function, args, kwargs)

    recorded.defines_rule = True  # type: ignore[attr-defined]
    rules[recorded] = Handmade(recorded)
    return recorded


def holds_tensors(x: Any) -> bool:
    """Whether x is a Tensor, or a structure with one in it."""
    return type(x) in recorded_types or (not is_leaf(x) and any([type(y) in recorded_types for y in flatten(x)[0]]))


def at_values(function: Function, *args: Any, **kwargs: Any) -> Any:
    """What a function gives, and of a Tensor that it made itself, to fill it with values, these.

    A Tensor that comes from older ones stays what it is.
    """
    before = newest()
    result = function(*args, **kwargs)

    def settled(y: Any) -> Any:
        if type(y) is Batched:
            return batched(settled(y.array))
        own = type(y) is Tensor and all([leaf.number > before for leaf in roots(y.node)])
        return entries(y.node.value) if own else y

    if type(result) is Batched:
        return settled(result)
    return map_tree(settled, result) if holds_tensors(result) else result


def _plain(function: Function, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """What a primitive returns, if no Tensor came through a closure."""
    value = dense(at_values(function, *args, **kwargs))
    if holds_tensors(value):
        raise TypeError(
            f"{name_of(function)} was called with plain values but returns a Tensor: it closes over one, whose "
            "derivative would be lost. Pass that Tensor as an argument"
        )
    return value


def _kept(value: Any) -> Any:
    """A number, an array or a value of a registered type, as a node keeps it."""
    return value if is_boxed(value) else np.asarray(value)[()]


def name_of(function: Function) -> str:
    """How a function is called in messages."""
    return getattr(function, "__name__", None) or type(function).__name__


def _by_position(function: Function, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
    """The call with keyword arguments at their positions: only those can be differentiated by."""
    bound = signature(function).bind(*args, **kwargs)
    bound.apply_defaults()
    held = [k for k, v in bound.kwargs.items() if holds_tensors(v)]
    if held:
        raise TypeError(f"{name_of(function)}: give the Tensor {held[0]} by position, for rules are by position")
    return bound.args, bound.kwargs


# A call with Tensors inside lists, tuples, dicts or dataclasses


class Call:
    """How the numbers of one call make up its arguments and its output."""

    def __init__(self, function: Function, raw: Function, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.function, self.raw, self.kwargs = function, raw, kwargs
        parts = [flatten(a) for a in args]
        self.leaves = [leaf for leaves, _ in parts for leaf in leaves]
        self.builders = [build for _, build in parts]
        self.owner = [k for k, (leaves, _) in enumerate(parts) for _ in leaves]
        self.build_output: Function = _identity

    def arguments(self, leaves: Sequence[Any]) -> list[Any]:
        """The arguments of the call around these leaves."""
        parts: list[list[Any]] = [[] for _ in self.builders]
        for k, leaf in zip(self.owner, leaves, strict=True):
            parts[k].append(leaf)
        return [build(part) for build, part in zip(self.builders, parts, strict=True)]

    def output(self, out: Any) -> Any:
        """The output of the call around these leaves."""
        return self.build_output(list(out))


def _identity(x: Any) -> Any:
    return x


def packed(call: Call, *leaves: Any) -> tuple[Any, ...]:
    """The numbers in the output of a call, as a function of the numbers in its arguments."""
    outputs, call.build_output = flatten(_plain(call.raw, call.arguments(leaves), call.kwargs))
    return tuple(_kept(y) for y in outputs)


def _record_packed(function: Function, raw: Function, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    call = Call(function, raw, args, kwargs)
    values = packed(call, *[entries(x.node.value) if type(x) in recorded_types else x for x in call.leaves])
    nodes = [x.node if type(x) in recorded_types else x for x in call.leaves]
    return call.output(tensor_of(Node(values, packed, (call, *nodes))))


class Packed:
    """The rule of ``packed``: that of the function itself, on structures."""

    def jvp(self, tangents: list[Any], out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
        call, leaves = args[0], list(map(entries, args[1:]))
        given = {k for k, t in zip(call.owner, tangents[1:], strict=True) if t is not None}
        filled = [_zeros(x) if t is None else entries(t) for t, x in zip(tangents[1:], leaves, strict=True)]
        trees = [t if k in given else None for k, t in enumerate(call.arguments(filled))]
        tangent = rules[call.function].jvp(trees, call.output(out), call.arguments(leaves), call.kwargs)
        return None if tangent is None else kinds.Parts(flatten(tangent)[0])

    def vjp(self, j: int, adjoint: Any, out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
        call, leaves = args[0], list(map(entries, args[1:]))
        k = call.owner[j - 1]
        tree = call.output(_filled(adjoint, out))
        parts = rules[call.function].vjp(k, tree, call.output(out), call.arguments(leaves), call.kwargs)
        return None if parts is None else flatten(parts)[0][j - 1 - call.owner.index(k)]


rules[packed] = Packed()


def _zeros(x: Any) -> Any:
    """A derivative of x that is zero."""
    if is_boxed(x):
        return space_of(x).zeros()
    value = np.asarray(x.node.value if type(x) is Tensor else x)
    return np.zeros(value.shape, value.dtype if value.dtype.kind in "fc" else np.float64)[()]


def _filled(adjoint: Any, out: Any) -> Any:
    """The adjoint of several outputs with zeros in the place of ``None``."""
    if type(adjoint) is not kinds.Parts:
        return entries(adjoint)
    return tuple(_zeros(y) if g is None else entries(g) for g, y in zip(adjoint, out, strict=True))


def _members(found: Any, like: Any) -> Any:
    """A derivative, with its parts by values of registered types as vectors of their spaces."""
    if not faces or found is None:
        return found
    return map_tree(lambda d, x: Vector(space_of(x), d) if is_boxed(x) else d, found, like)


# A rule written by hand


class Handmade:
    """A tangent and an adjoint as functions of all arguments; where one is missing it is the transpose of the other.

    ``tangent(argnums, ẋs, out, args, kwargs)`` and ``adjoint(j, ȳ, out, args, kwargs)`` see arguments and outputs as
    the function itself does.
    """

    def __init__(self, function: Function, tangent: Function | None = None, adjoint: Function | None = None) -> None:
        self.function, self.tangent, self.adjoint = function, tangent, adjoint
        self.same = False  # the tangent is the function itself: its transpose would ask for itself

    def jvp(self, tangents: list[Any], out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
        tangents = bare(tangents)
        argnums = tuple(j for j, t in enumerate(tangents) if t is not None)
        tangents, args = list(map(entries, tangents)), list(map(entries, args))
        if self.tangent is not None:
            found = self.pushed(argnums, [tangents[j] for j in argnums], out, args, kwargs)
        elif self.adjoint is not None:
            found = None
            for j in argnums:
                part = self.transposed(lambda g, j=j: self.pulled(j, g, out, args, kwargs), out, tangents[j])
                found = part if found is None else part if part is None else plus(found, part)
        else:
            raise self.missing()
        found = _members(found, out)
        return kinds.Parts(found) if type(found) is tuple else found

    def vjp(self, j: int, adjoint: Any, out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
        adjoint, args = bare(_filled(adjoint, out)), list(map(entries, args))
        if self.adjoint is not None:
            return _members(self.pulled(j, adjoint, out, args, kwargs), args[j])
        if self.tangent is None:
            raise self.missing()
        if self.same:
            raise NotImplementedError(f"{name_of(self.function)} is linear, but its transpose is not known: use defvjp")
        found = self.transposed(lambda v: self.pushed((j,), [v], out, args, kwargs), args[j], adjoint)
        return None if found is None else _members(self.fitted(found, args[j], f"adjoint of argument {j}"), args[j])

    def pulled(self, j: int, adjoint: Any, out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
        """The adjoint of argument j, as written."""
        found = at_values(self.adjoint, j, adjoint, out, args, kwargs)  # type: ignore[arg-type]
        return None if found is None else self.fitted(found, args[j], f"adjoint of argument {j}")

    def pushed(self, argnums: Any, tangents: list[Any], out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
        """The tangent of the output, as written."""
        found = at_values(self.tangent, argnums, tangents, out, args, kwargs)  # type: ignore[arg-type]
        return None if found is None else self.fitted(found, out, "tangent")

    @staticmethod
    def transposed(linear_map: Function, like: Any, seed: Any) -> Any:
        """The transpose of a linear map at ``seed``: its pullback, from anywhere."""
        value, pullback = vjp(lambda x: [linear_map(x)], map_tree(_zeros, like))
        return None if value[0] is None else pullback([seed])[0]

    def missing(self) -> NotImplementedError:
        """The error for a primitive without a rule."""
        return NotImplementedError(
            f"{name_of(self.function)} has no derivative rule: give it one with ag.elementwise, ag.linear, "
            "ag.multilinear, ag.general or ag.custom_rule, or with defvjp or defjvp of autograd_lite.extend"
        )

    def fitted(self, found: Any, like: Any, what: str) -> Any:
        """A derivative in the shapes and dtypes of what it belongs to."""
        found, rebuild = flatten(dense(found))
        like = flatten(like)[0]
        if len(found) != len(like):
            raise ValueError(f"the {what} of {name_of(self.function)} has {len(found)} parts instead of {len(like)}")
        return rebuild([self.fitted_leaf(d, x, what) for d, x in zip(found, like, strict=True)])

    def fitted_leaf(self, d: Any, x: Any, what: str) -> Any:
        """One array of a derivative, in the shape and dtype of what it belongs to."""
        if is_boxed(x):
            return d
        d, x = (a if hasattr(a, "dtype") else np.asarray(a) for a in (d, x))
        dtype = x.dtype if x.dtype.kind in "fc" else np.dtype(np.float64)
        if d.shape == x.shape:
            return kinds.cast(d, dtype)
        if np.broadcast_shapes(d.shape, x.shape) != d.shape:
            raise ValueError(f"the {what} of {name_of(self.function)} has shape {d.shape} instead of {x.shape}")
        return kinds.sum_to(d, x)
