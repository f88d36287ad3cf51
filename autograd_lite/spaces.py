"""Vector spaces, as HIPS autograd names them: of arrays, of structures of arrays, and of values of a type of yours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .boxes import is_boxed, space_of, spaces
from .defining import defjvp, defvjp
from .primitives import primitive
from .tensor import Tensor, as_leaf_value
from .trees import flatten, is_leaf

__all__ = ["VSpace", "vspace"]

Function = Callable[..., Any]


class VSpace:
    """A vector space.  A subclass of yours, registered for a type, makes derivatives by values of that type possible.

    It says what ``zeros``, ``_add``, ``_scalar_mul`` and ``_inner_prod`` are; ``_add`` is x + y and ``_scalar_mul``
    x·a unless it says otherwise.  With a ``Box`` for the same type, primitives may take such values and return them:

    >>> import autograd_lite as ag
    >>> from autograd_lite.extend import Box, VSpace, defvjp, primitive
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
