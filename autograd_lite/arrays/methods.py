"""The methods of an array, on a Tensor: each is the NumPy function of its name, recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike

from . import assignment
from .calls import apply, plain_value, tensor_of, writers
from .operators import ArrayOperators

if TYPE_CHECKING:
    from ..tensor import Tensor

__all__ = ["ArrayMethods"]


def _method(function: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return self.__array_function__(function, (), (self, *args), kwargs)

    method.__name__ = function.__name__
    method.__doc__ = f"np.{function.__name__} of this Tensor."
    return method


class Flat:
    """The entries of a Tensor as if it had one axis, in the order of its rows."""

    def __init__(self, tensor: Any) -> None:
        self.tensor = tensor
        self.entries = iter(tensor.flatten())

    def __iter__(self) -> Flat:
        return self

    def __next__(self) -> Any:
        return next(self.entries)

    def __len__(self) -> int:
        return int(self.tensor.size)

    def __getitem__(self, index: Any) -> Any:
        return self.tensor.flatten()[index]

    def __setitem__(self, index: Any, value: Any) -> None:
        """Values begin anew at their end, as in NumPy, which runs on a copy first, for what it raises."""
        if isinstance(index, (bool, np.bool)):
            raise IndexError("t.flat[i] = v takes a number, a slice or an array, not one truth value")
        self.tensor.node.value.copy().flat[index] = plain_value(value, np.put)
        writers[np.put](self.tensor, np.arange(self.tensor.size)[index], value)


class ArrayMethods(ArrayOperators):
    """What an array's methods and attributes record."""

    __slots__ = ()

    __divmod__ = _method(np.divmod)

    def __rdivmod__(self: Any, other: Any) -> Any:
        return self.__array_ufunc__(np.divmod, "__call__", other, self)

    def __round__(self: Any, ndigits: int = 0) -> Any:
        return _method(np.round)(self, ndigits)

    all, any, ptp = _method(np.all), _method(np.any), _method(np.ptp)
    sum, prod, mean = _method(np.sum), _method(np.prod), _method(np.mean)
    var, std = _method(np.var), _method(np.std)
    max, min, clip = _method(np.max), _method(np.min), _method(np.clip)
    argmax, argmin, argsort = _method(np.argmax), _method(np.argmin), _method(np.argsort)
    argpartition, choose = _method(np.argpartition), _method(np.choose)
    cumsum, cumprod = _method(np.cumsum), _method(np.cumprod)
    nonzero, searchsorted, round = _method(np.nonzero), _method(np.searchsorted), _method(np.round)

    def compress(self: Any, condition: Any, axis: int | None = None, out: Any = None) -> Any:
        """np.compress of this Tensor."""
        return self.__array_function__(np.compress, (), (condition, self), {"axis": axis, "out": out})

    ravel, squeeze, swapaxes = _method(np.ravel), _method(np.squeeze), _method(np.swapaxes)
    diagonal, trace = _method(np.diagonal), _method(np.trace)
    repeat, take, dot = _method(np.repeat), _method(np.take), _method(np.dot)
    conj = conjugate = _method(np.conjugate)

    @property
    def T(self: Any) -> Tensor:
        """The axes in reverse order, as ``np.transpose``."""
        return apply(np.transpose, (self,))

    @property
    def mT(self: Any) -> Tensor:
        """The last two axes exchanged: the transpose of each matrix in a stack."""
        return apply(np.swapaxes, (self, -1, -2))

    @property
    def real(self: Any) -> Tensor:
        """The real part, as ``np.real``."""
        return apply(np.real, (self,))

    @real.setter
    def real(self: Any, value: Any) -> None:
        assignment.set_part(np.real, self, value)

    @property
    def imag(self: Any) -> Tensor:
        """The imaginary part, as ``np.imag``."""
        return apply(np.imag, (self,))

    @imag.setter
    def imag(self: Any, value: Any) -> None:
        if self.dtype.kind != "c":
            raise TypeError("array does not have imaginary part to set")
        assignment.set_part(np.imag, self, value)

    @property
    def flat(self: Any) -> Flat:
        """The entries one after the other, each a Tensor; ``t.flat[i] = v`` writes."""
        return Flat(self)

    @flat.setter
    def flat(self: Any, value: Any) -> None:
        self.flat[:] = value

    def reshape(self: Any, *shape: Any, order: str = "C", **copy: Any) -> Tensor:
        """The same entries in another shape, as ``np.reshape``."""
        shape = shape[0] if len(shape) == 1 else shape
        return apply(np.reshape, (self, shape), copy if order == "C" else {"order": order, **copy})

    def transpose(self: Any, *axes: Any) -> Tensor:
        """The axes in another order, by default in reverse, as ``np.transpose``."""
        return apply(np.transpose, (self, axes[0] if len(axes) == 1 else axes or None))

    def astype(
        self: Any, dtype: DTypeLike, order: Any = "K", casting: Any = "unsafe", subok: bool = True, copy: bool = True
    ) -> Tensor:
        """The entries in another dtype; the derivative comes back in the old one."""
        from ..rules.shaping import astype

        if not np.can_cast(self.dtype, dtype, casting):
            raise TypeError(f"Cannot cast a Tensor from {self.dtype!r} to {np.dtype(dtype)!r} by the rule {casting!r}")
        if not copy and np.dtype(dtype) == self.dtype and order in ("K", "A"):
            return self
        cast = astype(self, np.dtype(dtype))
        return cast.copy(order) if order in ("C", "F") and cast.ndim > 1 else cast

    def copy(self: Any, order: str = "C") -> Tensor:
        """A copy, as ``np.copy``; it is recorded."""
        return apply(np.copy, (self,), {} if order == "K" else {"order": order})

    def flatten(self: Any, order: Any = "C") -> Tensor:
        """The entries as a vector, a copy."""
        flat: Any = np.ravel(self, order)
        return tensor_of(flat.node)

    def fill(self: Any, value: Any) -> None:
        """Every entry is ``value``, one number, from now on."""
        if np.size(value) != 1:
            raise ValueError(f"t.fill takes one number, not {np.size(value)}: write t[...] = v")
        self[...] = value

    def sort(self: Any, axis: int = -1, kind: Any = None, order: Any = None, *, stable: bool | None = None) -> None:
        """The entries in order, where they stand."""
        self[...] = np.sort(self, axis, kind, order, stable=stable)

    def partition(self: Any, kth: Any, axis: int = -1, kind: Any = "introselect", order: Any = None) -> None:
        """np.partition of this Tensor, where it stands."""
        self[...] = np.partition(self, kth, axis, kind, order)

    def put(self: Any, indices: Any, values: Any, mode: str = "raise") -> None:
        """np.put into this Tensor."""
        writers[np.put](self, indices, values, mode)
