"""Five kinds of rule.  A rule states the mathematics once; its kind turns it into a tangent and an adjoint.

    kind           what is written                      tangent ẏ                     adjoint x̄_j
    -----------    ---------------------------------    --------------------------    ---------------------------
    elementwise    one partial p_j per argument         Σ_j p_j·ẋ_j                   p_j·ȳ
    reduction      the weights w = ∂y/∂x                Σ_axis w·ẋ                    w·ȳ, spread over the axis
    linear         one transpose per argument           g(ẋ)                          gᵀ(ȳ)
    multilinear    one transpose per argument           Σ_j g(…, ẋ_j, …)              g_jᵀ(ȳ)
    general        a tangent and an adjoint             as written                    as written

and ``constant``: recorded, derivative zero.  Functions that need no rule, being written in terms of others or asking
for no more than a shape, stand in registry.py.

Rules are plain NumPy: each receives ``out`` and the arguments as arrays, or as Tensors when the sweep itself is
recorded, so whatever a rule calls must have a rule too.  Two things are done here for all of them, in one place: a
derivative gets the shape of what it belongs to (broadcasting is undone by a sum) and its dtype (the real part, where a
real quantity meets a complex one).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .graph import Node
from .pending import Pending
from .registry import parameters
from .sweeps import rules

__all__ = ["constant", "contribution", "elementwise", "general", "linear", "multilinear", "reduction"]

Function = Callable[..., Any]
Partial = Function | float | complex | None


def cast(derivative: Any, dtype: np.dtype[Any]) -> Any:
    """The derivative in the dtype of the quantity it belongs to."""
    if derivative.dtype.kind == "c" and dtype.kind != "c":
        derivative = np.real(derivative)
    return derivative if derivative.dtype == dtype else derivative.astype(dtype)


def broadcast(x: Any, shape: tuple[int, ...]) -> Any:
    """np.broadcast_to; of one number without its checks, which would cost more than all else in a small sweep."""
    if isinstance(x, np.generic):
        return np.ndarray(shape, x.dtype, np.asarray(x), 0, (0,) * len(shape))
    return np.broadcast_to(x, shape)


def spread_to(derivative: Any, like: Any) -> Any:
    """A derivative in the shape and dtype of ``like``: broadcasting done."""
    if derivative.shape != like.shape:
        derivative = broadcast(derivative, like.shape)
    return derivative if derivative.dtype is like.dtype else cast(derivative, like.dtype)


def sum_to(adjoint: Any, x: Any) -> Any:
    """An adjoint in the shape and dtype of ``x``: broadcasting undone, its transpose being a sum."""
    if adjoint.shape != x.shape:
        new = adjoint.ndim - x.ndim
        stretched = [new + i for i, n in enumerate(x.shape) if n == 1 and adjoint.shape[new + i] != 1]
        adjoint = adjoint.sum(axis=(*range(new), *stretched))
        if stretched:
            adjoint = adjoint.reshape(x.shape)
    if adjoint.dtype is x.dtype:
        return adjoint
    return cast(adjoint, x.dtype) if x.dtype.kind in "fc" else None


class Elementwise:
    """y = g(x₁, x₂, …) entry by entry, broadcast.  A partial is p(out, *args), or a number where it is constant."""

    def __init__(self, *partials: Partial) -> None:
        self.products = [_times(p) for p in partials]
        self.variables = len(partials)

    def jvp(self, tangents: list[Any], out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
        total = None
        for product, tangent in zip(self.products, tangents):  # noqa: B905  as many as there are arguments
            if tangent is not None and product is not None:
                part = product(tangent, out, args)
                total = part if total is None else total + part
        return None if total is None else spread_to(total, out)

    def vjp(self, j: int, adjoint: Any, out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
        product, x = self.products[j], args[j]
        if product is None:
            return None
        part = product(adjoint, out, args)
        return part if part.shape == x.shape and part.dtype is x.dtype else sum_to(part, x)


def _times(p: Partial) -> Callable[[Any, Any, list[Any]], Any] | None:
    """What multiplies a derivative by the partial p."""
    if p is None:
        return None
    if callable(p):
        return lambda derivative, out, args: derivative * p(out, *args)
    if p in (1, -1):
        return (lambda derivative, out, args: derivative) if p == 1 else lambda derivative, out, args: -derivative
    return lambda derivative, out, args: derivative * p


class Reduction:
    """y = g(x) over ``axis``.  The weights are w(out, x, axis, **kwargs) with ``out`` still spread over the axis."""

    variables = 1

    def __init__(self, function: Function, weights: Function) -> None:
        self.function, self.weights = function, weights

    def _weights(self, out: Any, x: Any, *args: Any, **kwargs: Any) -> tuple[Any, Any, bool]:
        kwargs = {**dict(zip(parameters(self.function)[1:], args, strict=False)), **kwargs}
        axis, keepdims, dtype = kwargs.pop("axis", None), kwargs.pop("keepdims", False), kwargs.pop("dtype", None)
        kwargs.pop("out", None)
        axis = axis if x.ndim else None
        if dtype is not None and x.dtype.kind == "c" and self.function is not np.mean:
            raise TypeError(
                f"np.{self.function.__name__} of complex numbers has no derivative rule with dtype=, which may cut off "
                "imaginary parts on the way; leave it out, and give it np.real(x) or x.astype(dtype)"
            )
        return self.weights(unreduce(out, x, axis), x, axis, **kwargs), axis, keepdims

    def jvp(self, tangents: list[Any], out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
        if out.dtype.kind not in "fc":
            return None
        weights, axis, keepdims = self._weights(out, *args, **kwargs)
        return spread_to(np.sum(weights * tangents[0], axis=axis, keepdims=keepdims), out)

    def vjp(self, j: int, adjoint: Any, out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
        weights, axis, _ = self._weights(out, *args, **kwargs)
        return spread_to(unreduce(adjoint, args[0], axis) * weights, args[0])


class Linear:
    """y = g(x₁, x₂, …) is its own tangent.  A transpose is t(ȳ, out, *args), ``None`` for what is no variable."""

    def __init__(self, function: Function, *transposes: Function | None, variadic: bool = False) -> None:
        self.function, self.transposes, self.variadic = function, transposes, variadic
        self.variables = sys.maxsize if variadic else len(transposes)

    def jvp(self, tangents: list[Any], out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
        if out.dtype.kind not in "fc":  # dtype=int cuts off what the derivative is about
            return None
        if tangents[0] is None and not any([self._moves(j, t) for j, t in enumerate(tangents)]):
            return None
        return spread_to(self.function(*self.substitute(tangents, args), **kwargs), out)

    def substitute(self, tangents: list[Any], args: list[Any]) -> list[Any]:
        """The tangents in the place of the variables, zeros for those that have none."""
        if len(self.transposes) == 1 and not self.variadic:
            return [tangents[0], *args[1:]]
        return [
            a if not self._moves(j) else np.zeros_like(a) if t is None else t
            for j, (t, a) in enumerate(zip(tangents, args, strict=True))
        ]

    def _moves(self, j: int, tangent: Any = True) -> bool:
        """Whether a tangent of argument j is one of y."""
        return tangent is not None and (self.variadic or (j < len(self.transposes) and self.transposes[j] is not None))

    def vjp(self, j: int, adjoint: Any, out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
        if self.variadic:
            return sum_to(self.transposes[0](j, adjoint, out, *args, **kwargs), args[j])  # type: ignore[misc]
        transpose = self.transposes[j] if j < len(self.transposes) else None
        return None if transpose is None else sum_to(transpose(adjoint, out, *args, **kwargs), args[j])


class Multilinear(Linear):
    """y = g(x₁, x₂, …) is linear in each argument while the others stand still."""

    def jvp(self, tangents: list[Any], out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
        total = None
        for j, tangent in enumerate(tangents):
            if tangent is not None:
                part = self.function(*args[:j], tangent, *args[j + 1 :], **kwargs)
                total = part if total is None else total + part
        return spread_to(total, out)


class General:
    """A tangent jvp(ẋ_j, out, *args) and an adjoint vjp(ȳ, out, *args) for each argument j."""

    def __init__(self, jvps: Sequence[Function | None], vjps: Sequence[Function | None]) -> None:
        self.jvps, self.vjps = jvps, vjps
        self.variables = max(len(jvps), len(vjps))

    def jvp(self, tangents: list[Any], out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
        total = None
        for tangent, jvp in zip(tangents, self.jvps, strict=False):
            if tangent is not None and jvp is not None:
                part = jvp(tangent, out, *args, **kwargs)
                total = part if total is None else total + part
        return total if total is None or type(total) is Parts else spread_to(total, out)

    def vjp(self, j: int, adjoint: Any, out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
        vjp = self.vjps[j] if j < len(self.vjps) else None
        part = None if vjp is None else vjp(adjoint, out, *args, **kwargs)
        return None if part is None else sum_to(part, args[j])


class Constant:
    """Piecewise constant, or a matter of shapes: recorded, derivative zero."""

    def jvp(self, tangents: list[Any], out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> None:
        return None

    def vjp(self, j: int, adjoint: Any, out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> None:
        return None


class Parts(tuple):  # type: ignore[type-arg]
    """The derivatives of a function with several outputs; ``None`` where there is none.  They add part by part."""

    def __add__(self, other: Any) -> Parts:
        return Parts(b if a is None else a if b is None else a + b for a, b in zip(self, other, strict=True))


class Pick:
    """Output i of a function with several outputs: its adjoint is that function's, with one part filled."""

    def jvp(self, tangents: list[Any], out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
        part = tangents[0][args[1]]
        return None if part is None else spread_to(part, out)

    def vjp(self, j: int, adjoint: Any, out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Parts:
        return Parts(adjoint if i == args[1] else None for i in range(len(args[0])))


def pick(outputs: tuple[Any, ...], i: int) -> Any:
    """Output number i of a function with several outputs."""
    return outputs[i]


rules[pick] = Pick()


def contribution(node: Node, j: int, adjoint: Any, out: Any, args: list[Any]) -> Any:
    """What ``node`` contributes to the adjoint of its argument j, for who looks at one step of a sweep."""
    part = rules[node.function].vjp(j, adjoint, out, args, node.kwargs)
    return part.total() if type(part) is Pending else part


def elementwise(function: Function, *partials: Partial) -> None:
    """g acts entry by entry: one partial derivative p(out, *args) per argument, a number where it is constant.

    >>> import autograd_lite as ag
    >>> half_square = ag.primitive(lambda x: 0.5 * x * x)
    >>> elementwise(half_square, lambda out, x: x)
    >>> print(ag.elementwise_grad(half_square)(np.array([1.0, 3.0])))
    [1. 3.]
    """
    rules[function] = Elementwise(*partials)


def reduction(function: Function, weights: Function) -> None:
    """g reduces over ``axis``: the weights w(out, x, axis, **kwargs) = ∂out/∂x.

    >>> import autograd_lite as ag
    >>> @ag.primitive
    ... def energy(x, axis=None):
    ...     return 0.5 * np.sum(x * x, axis=axis)
    >>> reduction(energy, lambda out, x, axis: x)
    >>> print(ag.grad(energy)(np.array([1.0, 3.0])))
    [1. 3.]
    """
    rules[function] = Reduction(function, weights)


def linear(function: Function, *transposes: Function | None, variadic: bool = False) -> None:
    """g is linear in all its variables at once: one transpose t(ȳ, out, *args) per argument, None for no variable.

    >>> import autograd_lite as ag
    >>> backwards = ag.primitive(lambda x: x[::-1])
    >>> linear(backwards, lambda g, out, x: backwards(g))
    >>> print(ag.grad(lambda x: backwards(x)[0])(np.array([1.0, 3.0])))
    [0. 1.]
    """
    rules[function] = Linear(function, *transposes, variadic=variadic)


def multilinear(function: Function, *transposes: Function | None, variadic: bool = False) -> None:
    """g is linear in each variable while the others stand still: one transpose per argument.

    >>> import autograd_lite as ag
    >>> scaled = ag.primitive(lambda x, y: x * y)
    >>> multilinear(scaled, lambda g, out, x, y: scaled(g, y), lambda g, out, x, y: scaled(x, g))
    >>> print(ag.grad(lambda x: scaled(x, 3.0))(2.0))
    3.0
    """
    rules[function] = Multilinear(function, *transposes, variadic=variadic)


def general(function: Function, jvp: Sequence[Function | None], vjp: Sequence[Function | None]) -> None:
    """g has a tangent jvp(ẋ_j, out, *args) and an adjoint vjp(ȳ, out, *args) for each argument j.

    >>> import autograd_lite as ag
    >>> inverse = ag.primitive(lambda a: np.linalg.inv(a))
    >>> general(inverse, [lambda t, out, a: -out @ t @ out], [lambda g, out, a: -out.T @ g @ out.T])
    >>> print(ag.grad(lambda x: inverse(x * np.eye(2))[0, 0])(2.0))
    -0.25
    """
    rules[function] = General(jvp, vjp)


def constant(*functions: Function) -> None:
    """The derivative of these functions is zero wherever it exists.

    >>> import autograd_lite as ag
    >>> steps = ag.primitive(lambda x: np.floor(x))
    >>> constant(steps)
    >>> print(ag.grad(lambda x: x * steps(x))(2.5))
    2.0
    """
    rules.update(dict.fromkeys(functions, Constant()))


def unreduce(out: Any, x: Any, axis: Any) -> Any:
    """The result of a reduction of x over ``axis`` in a shape that broadcasts against x."""
    if axis is None or not x.ndim:
        return out.reshape((1,) * x.ndim) if out.ndim else out
    axes = {a % x.ndim for a in (axis if isinstance(axis, tuple) else (axis,))}
    return out.reshape([1 if i in axes else n for i, n in enumerate(x.shape)])
