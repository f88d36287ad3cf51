"""Rules under the names and with the signatures of HIPS autograd.  ``custom_rule`` says the same in fewer words.

    @primitive
    def f(x, y): ...
    defvjp(f, lambda ans, x, y: lambda g: …, lambda ans, x, y: lambda g: …)      one maker of a pullback per argument
    defjvp(f, lambda g, ans, x, y: …, "same")                                    one tangent per argument

One of the two is enough, but for "same": the other sweep takes the transpose of it.

>>> import autograd_lite as ag
>>> import numpy as np
>>> @primitive
... def cube(x):
...     return x * x * x
>>> defvjp(cube, lambda ans, x: lambda g: g * 3 * x**2)
>>> print(ag.grad(cube)(2.0), ag.jvp(cube, (2.0,), (1.0,))[1], ag.grad(ag.grad(cube))(2.0))
12.0 12.0 12.0
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from .boxes import Box, SparseObject, is_boxed, plus, space_of, spaces
from .primitives import Handmade, primitive
from .sweeps import rules
from .tensor import Tensor, as_leaf_value
from .tracer import JVPNode, VJPNode, notrace_primitive, register_notrace
from .trees import flatten, is_leaf

__all__ = [
    "Box", "JVPNode", "SparseObject", "VJPNode", "VSpace", "def_linear", "defjvp", "defjvp_argnum", "defjvp_argnums",
    "defvjp", "defvjp_argnum", "defvjp_argnums", "notrace_primitive", "primitive", "register_notrace", "vspace",
]  # fmt: skip

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
    >>> cube = primitive(lambda x: x * x * x)
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
    >>> cube = primitive(lambda x: x * x * x)
    >>> defvjp_argnum(cube, lambda argnum, ans, args, kwargs: lambda g: g * 3 * args[0] ** 2)
    >>> print(ag.grad(cube)(2.0))
    12.0
    """
    _rule(fun).adjoint = lambda j, g, out, args, kwargs: vjpmaker(j, out, tuple(args), kwargs)(g)


def defvjp_argnums(fun: Function, vjpmaker: Function) -> None:
    """All pullbacks of a primitive at once: ``vjpmaker(argnums, ans, args, kwargs)(g)`` gives one adjoint for each.

    >>> import autograd_lite as ag
    >>> cube = primitive(lambda x: x * x * x)
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
    >>> cube = primitive(lambda x: x * x * x)
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
    >>> cube = primitive(lambda x: x * x * x)
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
    >>> cube = primitive(lambda x: x * x * x)
    >>> defjvp_argnums(cube, lambda argnums, gs, ans, args, kwargs: gs[0] * 3 * args[0] ** 2)
    >>> print(ag.grad(cube)(2.0))
    12.0
    """
    _rule(fun).tangent = lambda argnums, ts, out, args, kwargs: jvpmaker(argnums, ts, out, tuple(args), kwargs)


def def_linear(fun: Function) -> None:
    """The primitive is linear in each of its arguments; its transposes are for ``defvjp``.

    A reverse sweep raises NotImplementedError until they are there.

    >>> import autograd_lite as ag
    >>> twice = primitive(lambda x: x + x)
    >>> def_linear(twice)
    >>> print(ag.jvp(twice, (5.0,), (1.0,))[1])
    2.0
    """
    _rule(fun).same = True
    defjvp_argnum(fun, lambda j, t, out, args, kwargs: fun(*args[:j], t, *args[j + 1 :], **kwargs))


class VSpace:
    """A vector space.  A subclass of yours, registered for a type, makes derivatives by values of that type possible.

    It says what ``zeros``, ``_add``, ``_scalar_mul`` and ``_inner_prod`` are; ``_add`` is x + y and ``_scalar_mul``
    x·a unless it says otherwise.  With a ``Box`` for the same type, primitives may take such values and return them:

    >>> import autograd_lite as ag
    >>> class Line:
    ...     def __init__(self, slope):
    ...         self.slope = slope
    ...     @primitive
    ...     def __call__(self, x):
    ...         return self.slope * x
    >>> class LineBox(Box, Line):
    ...     pass
    >>> class Lines(VSpace):
    ...     def zeros(self):
    ...         return Line(0.0)
    ...     def _add(self, f, g):
    ...         return Line(f.slope + g.slope)
    >>> LineBox.register(Line)
    >>> Lines.register(Line)
    >>> defvjp(Line.__call__, lambda ans, f, x: lambda g: Line(g * x))
    >>> print(ag.grad(lambda f: f(2.0) + f(5.0))(Line(3.0)).slope)
    7.0
    """

    iscomplex: Any = False

    def __init__(self, value: Any) -> None:
        pass

    def _missing(self, what: str) -> NotImplementedError:
        return NotImplementedError(f"{type(self).__name__} has no {what}")

    def zeros(self) -> Any:
        """The zero of the space."""
        raise self._missing("zeros()")

    def ones(self) -> Any:
        """One in every real dimension."""
        raise self._missing("ones()")

    def randn(self) -> Any:
        """Standard normal in every real dimension, from NumPy's global generator."""
        raise self._missing("randn()")

    def standard_basis(self) -> Iterator[Any]:
        """The unit vectors, in order."""
        raise self._missing("standard_basis()")

    @primitive
    def add(self, x_prev: Any, x_new: Any) -> Any:
        """x + y."""
        return self._add(x_prev, x_new)

    @primitive
    def mut_add(self, x_prev: Any, x_new: Any) -> Any:
        """x + y, for which x may be written to; None is zero."""
        return self._mut_add(self.zeros() if x_prev is None else x_prev, x_new)

    @primitive
    def scalar_mul(self, x: Any, a: Any) -> Any:
        """a·x."""
        return self._scalar_mul(x, a)

    @primitive
    def inner_prod(self, x: Any, y: Any) -> Any:
        """Re Σ x̄·y."""
        return self._inner_prod(x, y)

    @primitive
    def covector(self, x: Any) -> Any:
        """The adjoint that stands for this vector: its conjugate."""
        return self._covector(x)

    def _add(self, x: Any, y: Any) -> Any:
        return x + y

    def _mut_add(self, x: Any, y: Any) -> Any:
        return self._add(x, y)

    def _scalar_mul(self, x: Any, a: Any) -> Any:
        return x * a

    def _inner_prod(self, x: Any, y: Any) -> Any:
        raise self._missing("_inner_prod(x, y)")

    def _covector(self, x: Any) -> Any:
        return x

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {vars(self)}>"

    @classmethod
    def register(cls, value_type: type, vspace_maker: Function | None = None) -> None:
        """Let this be the space of values of the type, made from a value by the class or by ``vspace_maker``."""
        spaces[value_type] = vspace_maker or cls


defvjp(VSpace.add, None, lambda ans, vs, x, y: lambda g: g, lambda ans, vs, x, y: lambda g: g)
defvjp(VSpace.mut_add, None, lambda ans, vs, x, y: lambda g: g, lambda ans, vs, x, y: lambda g: g)
defvjp(
    VSpace.scalar_mul,
    None,
    lambda ans, vs, x, a: lambda g: vs.covector(vs.scalar_mul(vs.covector(g), a)),
    lambda ans, vs, x, a: lambda g: vs.inner_prod(g, vs.covector(x)),
)
defvjp(
    VSpace.inner_prod,
    None,
    lambda ans, vs, x, y: lambda g: vs.covector(vs.scalar_mul(y, g)),
    lambda ans, vs, x, y: lambda g: vs.covector(vs.scalar_mul(x, g)),
)
defvjp(VSpace.covector, None, lambda ans, vs, x: lambda g: vs.covector(g))
defjvp(VSpace.add, None, lambda g, ans, vs, x, y: g, lambda g, ans, vs, x, y: g)
defjvp(VSpace.mut_add, None, lambda g, ans, vs, x, y: g, lambda g, ans, vs, x, y: g)
defjvp(VSpace.scalar_mul, None, "same", "same")
defjvp(VSpace.inner_prod, None, "same", "same")
defjvp(VSpace.covector, None, "same")


class ArraySpace(VSpace):
    """The arrays of one shape and dtype; complex numbers as ℝ²."""

    def __init__(self, value: Any) -> None:
        value = as_leaf_value(value.value if type(value) is Tensor else value)
        self.shape, self.dtype = value.shape, value.dtype

    @property
    def iscomplex(self) -> bool:
        """Whether the arrays are complex."""
        return self.dtype.kind == "c"

    @property
    def size(self) -> int:
        """The number of real dimensions."""
        return int(np.prod(self.shape)) * (2 if self.iscomplex else 1)

    def __repr__(self) -> str:
        return f"<ArraySpace {self.dtype}{list(self.shape)}>"

    def zeros(self) -> Any:
        return np.zeros(self.shape, self.dtype)[()]

    def ones(self) -> Any:
        return np.full(self.shape, 1 + 1j if self.iscomplex else 1, self.dtype)[()]

    def randn(self) -> Any:
        sample = np.random.standard_normal(self.shape)
        if self.iscomplex:
            sample = sample + 1j * np.random.standard_normal(self.shape)
        return np.asarray(sample).astype(self.dtype)[()]

    def standard_basis(self) -> Iterator[Any]:
        for index in np.ndindex(self.shape):
            for unit in (1, 1j) if self.iscomplex else (1,):
                vector = np.zeros(self.shape, self.dtype)
                vector[index] = unit
                yield vector[()]

    def add(self, x_prev: Any, x_new: Any) -> Any:
        return np.add(x_prev, x_new)

    def mut_add(self, x_prev: Any, x_new: Any) -> Any:
        return self.add(self.zeros() if x_prev is None else x_prev, x_new)

    def scalar_mul(self, x: Any, a: Any) -> Any:
        return np.multiply(x, a)

    def inner_prod(self, x: Any, y: Any) -> Any:
        return np.sum(np.real(np.conj(x) * y))

    def covector(self, x: Any) -> Any:
        return np.conj(x)


class TreeSpace(VSpace):
    """Nested lists, tuples, dicts and dataclasses of members of other spaces."""

    def __init__(self, value: Any) -> None:
        leaves, self.rebuild = flatten(value)
        self.structure = self.rebuild(list(range(len(leaves))))
        self.parts: list[Any] = [vspace(x) for x in leaves]

    def _map(self, operation: Function, *trees: Any) -> Any:
        return self.rebuild([operation(*row) for row in zip(self.parts, *[flatten(t)[0] for t in trees], strict=True)])

    @property
    def size(self) -> int:
        """The number of real dimensions."""
        return sum(part.size for part in self.parts)

    @property
    def iscomplex(self) -> bool:
        """Whether some array is complex."""
        return any(part.iscomplex for part in self.parts)

    @property
    def shape(self) -> Any:
        """The shape of each array, in the structure of the vector."""
        return self._map(lambda part: part.shape)

    @property
    def dtype(self) -> Any:
        """The dtype of each array, in the structure of the vector."""
        return self._map(lambda part: part.dtype)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TreeSpace) and (self.structure, self.parts) == (other.structure, other.parts)

    def __repr__(self) -> str:
        return f"<TreeSpace of {self.rebuild(self.parts)}>"

    def zeros(self) -> Any:
        return self._map(lambda part: part.zeros())

    def ones(self) -> Any:
        return self._map(lambda part: part.ones())

    def randn(self) -> Any:
        return self._map(lambda part: part.randn())

    def standard_basis(self) -> Iterator[Any]:
        for k, part in enumerate(self.parts):
            for unit in part.standard_basis():
                vector = [other.zeros() for other in self.parts]
                vector[k] = unit
                yield self.rebuild(vector)

    def add(self, x_prev: Any, x_new: Any) -> Any:
        return self._map(lambda part, x, y: part.add(x, y), x_prev, x_new)

    def mut_add(self, x_prev: Any, x_new: Any) -> Any:
        return self.add(self.zeros() if x_prev is None else x_prev, x_new)

    def scalar_mul(self, x: Any, a: Any) -> Any:
        return self._map(lambda part, leaf: part.scalar_mul(leaf, a), x)

    def inner_prod(self, x: Any, y: Any) -> Any:
        rows = zip(self.parts, flatten(x)[0], flatten(y)[0], strict=True)
        products = [part.inner_prod(a, b) for part, a, b in rows]
        return sum(products[1:], products[0]) if products else np.float64(0)

    def covector(self, x: Any) -> Any:
        return self._map(lambda part, leaf: part.covector(leaf), x)


def vspace(value: Any) -> VSpace:
    """The vector space in which ``value`` lies: what has its structure, shapes and dtypes, or what is registered.

    >>> vs = vspace({"a": 1.0, "b": [2.0, 3.0]})
    >>> vs.size, vs.add(vs.ones(), vs.ones())["b"] == [2.0, 2.0]
    (3, True)
    """
    if is_boxed(value):
        return space_of(value)
    return ArraySpace(value) if is_leaf(value) else TreeSpace(value)
