"""The operators and the plain methods of a Tensor: each records the NumPy function it stands for.

Operators are hot, so each builds its node directly and skips NumPy's dispatch in C.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..graph import Node
from . import assignment
from .refusals import OTHER_ARRAYS, no_other_array

__all__ = ["ArrayOperators"]

_new = object.__new__
_PLAIN = frozenset({float, int, np.ndarray, np.float64, np.float32})


def _binary(
    operation: Callable[[Any, Any], Any], function: Callable[..., Any]
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def forward(self: Any, other: Any) -> Any:
        a = self.node
        kind = type(other)
        if kind is type(self):
            b = other.node
            node = Node(operation(a.value, b.value), function, (a, b))
        elif kind in _PLAIN:
            node = Node(operation(a.value, other), function, (a, other))
        else:
            return _unusual(function, self, other, self, other)
        tensor = _new(type(self))
        tensor.node = node
        return tensor

    def reflected(self: Any, other: Any) -> Any:
        if type(other) in _PLAIN:
            b = self.node
            tensor = _new(type(self))
            tensor.node = Node(operation(other, b.value), function, (other, b))
            return tensor
        return _unusual(function, other, self, self, other)

    return forward, reflected


def _unusual(function: Callable[..., Any], left: Any, right: Any, tensor: Any, other: Any) -> Any:
    """An operator between a Tensor and something that is neither a Tensor nor a plain number or array."""
    if hasattr(type(other), "__array_ufunc__") and not isinstance(other, (np.ndarray, np.generic)):
        return NotImplemented
    if isinstance(other, OTHER_ARRAYS):
        raise TypeError(no_other_array(other))
    if isinstance(other, (str, bytes)) and function is np.multiply:  # or Python repeats the text, and asks for an index
        raise TypeError(f"a Tensor does not multiply text: {left!r} * {right!r}")
    if other is None or isinstance(other, (str, bytes, dict, set)):
        return NotImplemented
    if isinstance(other, (list, tuple)):
        holds_tensors = any(type(item) is type(tensor) for item in other)
        array = np.stack(list(other)) if holds_tensors else np.asarray(other)
        left, right = (array, right) if left is other else (left, array)
    return tensor.__array_ufunc__(function, "__call__", left, right)


def _in_place(operation: Callable[[Any, Any], Any], function: np.ufunc) -> Callable[..., Any]:
    def method(self: Any, other: Any) -> Any:
        """Of one number a new Tensor, as NumPy's scalars do; an array changes, and with it all its views."""
        if isinstance(self.node.value, np.generic):
            return NotImplemented
        return assignment.update(self, operation(self, other), function.__name__)

    return method


def _unary(operation: Callable[[Any], Any], function: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any) -> Any:
        tensor = _new(type(self))
        tensor.node = Node(operation(self.node.value), function, (self.node,))
        return tensor

    return method


class ArrayOperators:
    """What Python's operators record; ``Tensor`` is the only class of this kind."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]

    __add__, __radd__ = _binary(operator.add, np.add)
    __sub__, __rsub__ = _binary(operator.sub, np.subtract)
    __mul__, __rmul__ = _binary(operator.mul, np.multiply)
    __truediv__, __rtruediv__ = _binary(operator.truediv, np.divide)
    __matmul__, __rmatmul__ = _binary(operator.matmul, np.matmul)
    __floordiv__, __rfloordiv__ = _binary(operator.floordiv, np.floor_divide)
    __mod__, __rmod__ = _binary(operator.mod, np.remainder)
    __and__, __rand__ = _binary(operator.and_, np.bitwise_and)
    __or__, __ror__ = _binary(operator.or_, np.bitwise_or)
    __xor__, __rxor__ = _binary(operator.xor, np.bitwise_xor)
    __lshift__, __rlshift__ = _binary(operator.lshift, np.left_shift)
    __rshift__, __rrshift__ = _binary(operator.rshift, np.right_shift)
    __lt__, __ge__ = _binary(operator.lt, np.less)[0], _binary(operator.ge, np.greater_equal)[0]
    __gt__, __le__ = _binary(operator.gt, np.greater)[0], _binary(operator.le, np.less_equal)[0]
    __eq__, __ne__ = _binary(operator.eq, np.equal)[0], _binary(operator.ne, np.not_equal)[0]
    __neg__, __pos__ = _unary(operator.neg, np.negative), _unary(operator.pos, np.positive)
    __abs__, __invert__ = _unary(operator.abs, np.absolute), _unary(operator.invert, np.invert)
    _power, __rpow__ = _binary(operator.pow, np.power)
    _square = _unary(lambda x: x * x, np.square)

    __iadd__, __isub__ = _in_place(operator.add, np.add), _in_place(operator.sub, np.subtract)
    __imul__, __itruediv__ = _in_place(operator.mul, np.multiply), _in_place(operator.truediv, np.divide)
    __ifloordiv__, __imod__ = _in_place(operator.floordiv, np.floor_divide), _in_place(operator.mod, np.remainder)
    __imatmul__, __ipow__ = _in_place(operator.matmul, np.matmul), _in_place(operator.pow, np.power)
    __iand__, __ior__ = _in_place(operator.and_, np.bitwise_and), _in_place(operator.or_, np.bitwise_or)
    __ixor__ = _in_place(operator.xor, np.bitwise_xor)

    def __pow__(self, exponent: Any) -> Any:
        """x**2 is recorded as what NumPy computes there, the square."""
        return self._square() if type(exponent) in (int, float) and exponent == 2 else self._power(exponent)
