"""Batched: many derivatives carried through one sweep, as an array with one more axis in front.

    one seed     v            jvp: v ↦ J v            shape (n,)
    k seeds      V = [v₁ …]   jvp: V ↦ [J v₁ …]       shape (k, n)

A sweep knows nothing of arrays and a rule is plain NumPy, so all a Jacobian needs is a payload that answers to
NumPy's protocols as one of its members would (``shape``, ``ndim`` and ``dtype`` are those of a member) and applies each
function to all of them at once.  How, is said once for each function: a *batching rule*, such as "shift the axis
by one".  A function without one is applied to one member after the other (``each_member``): slower, never wrong.

What could tell members apart (``bool``, ``float``, writing into it) is refused with ``Unbatchable``; the caller then
sweeps once for each seed.  The array may be a Tensor: so it is when the sweep is itself recorded.

Source: A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed. (SIAM, 2008), section 3.5 (vector modes).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import numpy as np

from ..pending import Pending
from ..registry import composites
from ..tensor import Tensor

__all__ = ["Batched", "Unbatchable", "batched", "batching", "batching_rules", "each_member", "elementwise", "lead"]

Function = Callable[..., Any]

batching_rules: dict[Function, Function] = {}
_new = object.__new__


class Unbatchable(TypeError):
    """The members of a batch would have to be told apart."""


def batching(*functions: Function) -> Callable[[Function], Function]:
    """Decorator: the batching rule of some functions.  It is called as they are, with a Batched among the arguments."""

    def register(rule: Function) -> Function:
        batching_rules.update(dict.fromkeys(functions, rule))
        return rule

    return register


def batched(array: Any) -> Batched:
    """The Batched of an array whose first axis counts the members."""
    new: Batched = _new(Batched)
    new.array = array
    return new


def lead(x: Any, ndim: int) -> Any:
    """The array of a Batched with axes of length 1 behind the first, so that its members have ``ndim`` axes."""
    array = x.array
    missing = ndim + 1 - array.ndim
    return array.reshape(array.shape[:1] + (1,) * missing + array.shape[1:]) if missing > 0 else array


def elementwise(function: Function, args: tuple[Any, ...], kwargs: Any) -> Batched:
    """A function that acts entry by entry and broadcasts: only the axes have to stand under one another."""
    ndim = max([np.ndim(a) for a in args])
    return batched(function(*[lead(a, ndim) if type(a) is Batched else a for a in args], **kwargs))


def each_member(function: Function, args: tuple[Any, ...], kwargs: Any) -> Any:
    """``function`` of one member after the other, stacked; a tuple of outputs is stacked output by output."""
    found: list[Batched] = []
    _members((args, kwargs), lambda x: found.append(x))
    sizes = {len(x.array) for x in found}
    if len(sizes) != 1:
        raise Unbatchable(f"{function.__name__} of batches of different sizes: {sorted(sizes)}")
    results = []
    for i in range(sizes.pop()):
        one, keywords = _members((args, kwargs), lambda x, i=i: x.array[i])
        results.append(function(*one, **keywords))
    if isinstance(results[0], (tuple, list)):
        return tuple(batched(np.stack(parts)) for parts in zip(*results, strict=True))
    return batched(np.stack(results))


def _members(tree: Any, member: Function) -> Any:
    """The arguments of a call with ``member(x)`` in the place of each Batched x."""
    kind = type(tree)
    if kind is Batched:
        return member(tree)
    if kind is tuple or kind is list:
        return kind([_members(x, member) for x in tree])
    if isinstance(tree, dict):
        return {k: _members(x, member) for k, x in tree.items()}
    return tree


def _operator(operation: Function, ufunc: np.ufunc) -> tuple[Function, Function]:
    def forward(self: Batched, other: Any) -> Batched:
        kind = type(other)
        if kind is float or kind is int:
            return batched(operation(self.array, other))
        if kind is Batched or kind is list or kind is tuple:
            return self.__array_ufunc__(ufunc, "__call__", self, other)
        if kind is Pending:
            return NotImplemented
        return batched(operation(lead(self, other.ndim) if hasattr(other, "ndim") else self.array, other))

    def reflected(self: Batched, other: Any) -> Batched:
        if type(other) is list or type(other) is tuple:
            return self.__array_ufunc__(ufunc, "__call__", other, self)
        return batched(operation(other, lead(self, other.ndim) if hasattr(other, "ndim") else self.array))

    return forward, reflected


def _method(function: Function) -> Function:
    def method(self: Batched, *args: Any, **kwargs: Any) -> Any:
        return function(self, *args, **kwargs)

    method.__doc__ = f"np.{function.__name__} of each member."
    return method


class Batched(Tensor):
    """k arrays of one shape, as one array whose first axis counts them; it answers as one of them does.

    It is a Tensor by inheritance alone, and takes nothing from it: NumPy asks the most derived class first (NEP 13,
    NEP 18), and so a call with both comes here.

    >>> derivatives = Batched(np.eye(3))
    >>> derivatives.shape, np.sum(2 * derivatives).array.tolist()
    ((3,), [2.0, 2.0, 2.0])
    """

    __slots__ = ("array",)

    array: Any

    def __init__(self, array: Any) -> None:
        self.array = array

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one member."""
        return self.array.shape[1:]

    @property
    def ndim(self) -> int:
        """The number of axes of one member."""
        return self.array.ndim - 1

    @property
    def size(self) -> int:
        """The number of entries of one member."""
        return int(np.prod(self.array.shape[1:]))

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype that all members have."""
        return self.array.dtype

    def __repr__(self) -> str:
        return f"Batched({len(self.array)} of shape {self.shape})"

    __str__ = __repr__

    __add__, __radd__ = _operator(operator.add, np.add)
    __sub__, __rsub__ = _operator(operator.sub, np.subtract)
    __mul__, __rmul__ = _operator(operator.mul, np.multiply)
    __truediv__, __rtruediv__ = _operator(operator.truediv, np.divide)
    __pow__, __rpow__ = _operator(operator.pow, np.power)

    def __neg__(self) -> Batched:
        return batched(-self.array)

    def __matmul__(self, other: Any) -> Any:
        return np.matmul(self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return np.matmul(other, self)

    def __getitem__(self, index: Any) -> Any:
        from ..rules.indexing import getitem

        return getitem(self, *index) if type(index) is tuple else getitem(self, index)

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    sum, prod, mean, cumsum = _method(np.sum), _method(np.prod), _method(np.mean), _method(np.cumsum)
    ravel, squeeze, swapaxes = _method(np.ravel), _method(np.squeeze), _method(np.swapaxes)
    diagonal, trace, dot = _method(np.diagonal), _method(np.trace), _method(np.dot)
    repeat, take, copy = _method(np.repeat), _method(np.take), _method(np.copy)
    conj, conjugate = _method(np.conjugate), _method(np.conjugate)

    @property
    def T(self) -> Any:
        """Each member with its axes in reverse order."""
        return np.transpose(self)

    @property
    def mT(self) -> Any:
        """Each member with its last two axes exchanged."""
        return batched(np.swapaxes(self.array, -1, -2))

    @property  # type: ignore[misc]  # nobody assigns to it
    def real(self) -> Any:
        """The real part of each member."""
        return np.real(self)

    @property  # type: ignore[misc]  # nobody assigns to it
    def imag(self) -> Any:
        """The imaginary part of each member."""
        return np.imag(self)

    def reshape(self, *shape: Any, order: str = "C", **copy: Any) -> Any:
        """Each member in another shape."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, order=order)  # type: ignore[call-overload]

    def transpose(self, *axes: Any) -> Any:
        """Each member with its axes in another order."""
        return np.transpose(self, axes[0] if len(axes) == 1 else axes or None)

    def flatten(self, order: str = "C") -> Any:
        """Each member as a vector."""
        return self.reshape(-1, order=order)

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Any:
        """Each member in another dtype."""
        return batched(self.array.astype(dtype))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if kwargs.get("out") is not None:
            raise Unbatchable(f"np.{ufunc.__name__} with out=")
        if method != "__call__":
            return each_member(getattr(ufunc, method), inputs, kwargs)
        rule = batching_rules.get(ufunc)
        if rule is not None:
            return rule(*inputs, **kwargs)
        if ufunc.signature is None and ufunc.nout == 1 and not kwargs:
            return elementwise(ufunc, inputs, kwargs)
        return each_member(ufunc, inputs, kwargs)

    def __array_function__(
        self, function: Function, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        rule = batching_rules.get(function) or composites.get(function)
        if rule is not None:
            return rule(*args, **{k: v for k, v in kwargs.items() if v is not np._NoValue})
        return each_member(function, args, kwargs)


def _refusal(name: str) -> Function:
    def refuse(self: Batched, *args: Any, **kwargs: Any) -> NoReturn:
        raise Unbatchable(f"{name} of a batch")

    refuse.__doc__ = "Raises Unbatchable: the members would have to be told apart."
    return refuse


# What a Tensor can and a Batched does not define would know nothing of the members: it is refused, not inherited
for _kind in Tensor.__mro__[:-1]:
    for _name, _member in vars(_kind).items():
        if _name not in vars(Batched) and (callable(_member) or isinstance(_member, property)):
            setattr(Batched, _name, _refusal(_name) if _name.startswith("__") else property(_refusal(_name)))
