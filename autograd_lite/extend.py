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
from functools import wraps
from typing import Any

import numpy as np

from .primitives import Handmade, primitive
from .sweeps import rules
from .tensor import Tensor, as_leaf_value
from .trees import flatten, map_tree

__all__ = [
    "VSpace", "def_linear", "defjvp", "defjvp_argnum", "defjvp_argnums", "defvjp", "defvjp_argnum", "defvjp_argnums",
    "notrace_primitive", "primitive", "vspace",
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
            total = part if total is None else map_tree(np.add, total, part)
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


def notrace_primitive(fun: Function) -> Function:
    """Decorator: the function gets the values of Tensors and answers with plain values, that count as constants.

    >>> import autograd_lite as ag
    >>> @notrace_primitive
    ... def is_large(x):
    ...     return x > 10
    >>> print(is_large(ag.Tensor(11.0)))
    True
    """

    @wraps(fun)
    def of_values(*args: Any, **kwargs: Any) -> Any:
        args, kwargs = map_tree(lambda x: x.value if type(x) is Tensor else x, (args, kwargs))
        return fun(*args, **kwargs)

    return of_values


class VSpace:
    """The vector space of everything with the structure, shapes and dtypes of ``value``; complex numbers as ℝ².

    >>> vs = vspace({"a": 1.0, "b": [2.0, 3.0]})
    >>> vs.size, vs.add(vs.ones(), vs.ones())["b"] == [2.0, 2.0]
    (3, True)
    """

    def __init__(self, value: Any) -> None:
        leaves, self.rebuild = flatten(value)
        self.structure = self.rebuild(list(range(len(leaves))))
        self.leaves = [np.asarray(as_leaf_value(x.value if type(x) is Tensor else x)) for x in leaves]

    @property
    def size(self) -> int:
        """The number of real dimensions."""
        return sum(x.size * (2 if x.dtype.kind == "c" else 1) for x in self.leaves)

    @property
    def iscomplex(self) -> bool:
        """Whether some array is complex."""
        return any(x.dtype.kind == "c" for x in self.leaves)

    @property
    def shape(self) -> Any:
        """The shape of each array, in the structure of the vector."""
        return self.rebuild([x.shape for x in self.leaves])

    @property
    def dtype(self) -> Any:
        """The dtype of each array, in the structure of the vector."""
        return self.rebuild([x.dtype for x in self.leaves])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, VSpace) or self.structure != other.structure:
            return False
        return [(x.shape, x.dtype) for x in self.leaves] == [(x.shape, x.dtype) for x in other.leaves]

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<VSpace of {self.rebuild([f'{x.dtype}{list(x.shape)}' for x in self.leaves])}>"

    def zeros(self) -> Any:
        """The zero of the space."""
        return self.rebuild([np.zeros_like(x)[()] for x in self.leaves])

    def ones(self) -> Any:
        """One in every real dimension."""
        return self.rebuild([np.full_like(x, 1 + 1j if x.dtype.kind == "c" else 1)[()] for x in self.leaves])

    def randn(self) -> Any:
        """Standard normal in every real dimension, from NumPy's global generator."""
        return self.rebuild([_normal(x) for x in self.leaves])

    def standard_basis(self) -> Iterator[Any]:
        """The unit vectors, in order."""
        for k, x in enumerate(self.leaves):
            for index in np.ndindex(x.shape):
                for unit in (1, 1j) if x.dtype.kind == "c" else (1,):
                    vector = [np.zeros_like(y) for y in self.leaves]
                    vector[k][index] = unit
                    yield self.rebuild([y[()] for y in vector])

    def add(self, x: Any, y: Any) -> Any:
        """x + y, array by array."""
        return map_tree(np.add, x, y)

    def scalar_mul(self, x: Any, a: Any) -> Any:
        """a·x, array by array."""
        return map_tree(lambda leaf: np.multiply(leaf, a), x)

    def inner_prod(self, x: Any, y: Any) -> Any:
        """Re Σ x̄·y."""
        products = [np.sum(np.real(np.conj(a) * b)) for a, b in zip(flatten(x)[0], flatten(y)[0], strict=True)]
        return sum(products[1:], products[0]) if products else np.float64(0)

    def covector(self, x: Any) -> Any:
        """The adjoint that stands for this vector: its conjugate."""
        return map_tree(np.conj, x)


def _normal(x: Any) -> Any:
    sample = np.random.standard_normal(x.shape)
    if x.dtype.kind == "c":
        sample = sample + 1j * np.random.standard_normal(x.shape)
    return np.asarray(sample).astype(x.dtype)[()]


def vspace(value: Any) -> VSpace:
    """The vector space in which ``value`` lies.

    >>> vspace([1.0, 2j])
    <VSpace of ['float64[]', 'complex128[]']>
    """
    return VSpace(value)
