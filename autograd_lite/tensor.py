"""Tensor: the array face of a node.  NumPy's protocols, operators and methods record; no mathematics stands here.

``import numpy as np`` needs no replacement: ``np.exp(t)`` reaches ``__array_ufunc__`` (NEP 13) and ``np.sum(t)``
reaches ``__array_function__`` (NEP 18).  The value leaves a Tensor by few doors: ``.value``, ``.item()``,
``.tolist()``; and ``bool``, ``operator.index``, ``np.asarray`` where no derivative can be lost on the way.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from .arrays import assignment, calls, views
from .arrays.calls import (
    apply,
    as_array,
    doors,
    faces,
    name_of,
    opened,
    out_at,
    out_by_keyword,
    plain_value,
    tensor_of,
)
from .arrays.methods import ArrayMethods
from .arrays.refusals import OTHER_ARRAYS, attributes, no_other_array, no_plain_array
from .arrays.versions import entries
from .arrays.views import Composed, Memory
from .graph import Node, leaf
from .rules.indexing import getitem
from .sweeps import rules

__all__ = ["Tensor", "apply", "as_leaf_value", "doors", "opened", "tensor_of"]

_new = object.__new__


class Refused:
    """An attribute that an ndarray has and a Tensor has not.  (``__getattr__`` would slow every read of ``node``.)"""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __get__(self, tensor: Any, kind: type) -> Any:
        raise AttributeError(self.reason)


class Tensor(ArrayMethods):
    """A recorded array: what it is (``value``) and how it came about (``node``).

    Parameters
    ----------
    value : array_like of float or complex; integers and booleans become float64
        The value of a new leaf.  It is copied, so later changes of your array cannot make a derivative stale.
    name : str, optional
        A name for tables and pictures.

    Raises
    ------
    TypeError
        If ``value`` is not numeric, or holds Tensors (use ``np.stack`` or ``np.concatenate`` for those).

    Examples
    --------
    >>> import numpy as np
    >>> x = Tensor(1.0, name="x")
    >>> y = np.sqrt(x**2 + np.exp(x**2))
    >>> y.backward()
    >>> print(f"{x.grad:.12f}")
    1.928284685532
    """

    __slots__ = ("__weakref__", "memory", "node", "parent")

    node: Node
    parent: Tensor | Composed  # what this is a view of
    memory: Memory  # of a Tensor that is no view, once it was written to

    def __init__(self, value: Any, name: str | None = None) -> None:
        if type(value) is Tensor:
            raise TypeError("this is a Tensor already; Tensor(t.value) makes a new leaf with the same numbers")
        value = as_leaf_value(value)
        self.node = leaf(value.copy("K") if type(value) is np.ndarray else value, name)

    # What it is

    @property
    def value(self) -> Any:
        """The plain array or NumPy scalar.  What is computed from it is not recorded: it counts as a constant."""
        return opened(self.node, "value") if doors else entries(self.node.value)

    @property
    def _value(self) -> Any:
        """The name of ``value`` in HIPS autograd, which its users print."""
        return self.value

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        return self.node.value.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.node.value.ndim

    @property
    def size(self) -> int:
        """The number of entries."""
        return self.node.value.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the value; derivatives have it too."""
        return self.node.value.dtype

    @property
    def itemsize(self) -> int:
        """The bytes of one entry."""
        return self.node.value.itemsize

    @property
    def nbytes(self) -> int:
        """The bytes of the value; the record around it takes some hundred more."""
        return self.node.value.nbytes

    @property
    def device(self) -> str:
        """Where the value lives: always "cpu"."""
        return "cpu"

    def to_device(self, device: str, /, *, stream: Any = None) -> Tensor:
        """This Tensor itself.  Raises ValueError for any device but "cpu"."""
        if device != "cpu":
            raise ValueError(f"a Tensor of NumPy arrays lives on 'cpu', not on {device!r}")
        return self

    @property
    def name(self) -> str | None:
        """The name given to a leaf."""
        node = self._made_as()
        return node.kwargs.get("name") if node.function is None else None

    def _made_as(self) -> Node:
        """The node it had before it was written to, where that was a leaf."""
        memory: Memory | None = getattr(self, "memory", None)
        return self.node if memory is None or memory.origin.function is not None else memory.origin

    def __copy__(self) -> Tensor:
        return self.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        """A copy, as of an array; it is recorded, so derivatives flow through."""
        memo[id(self)] = self.copy()
        return memo[id(self)]

    def __repr__(self) -> str:
        text = repr(opened(self.node, "repr"))
        inside = text[text.index("(") + 1 : -1].replace("\n" + " " * 6, "\n" + " " * 7) if "(" in text else text
        return f"Tensor({inside}, name={self.name!r})" if self.name else f"Tensor({inside})"

    def __str__(self) -> str:
        return str(opened(self.node, "str"))

    def __format__(self, spec: str) -> str:
        return format(opened(self.node, "format"), spec)

    # The habit of PyTorch and micrograd

    def backward(self, seed: Any = None) -> None:
        """Reverse sweep from here to every leaf, whose ``grad`` it sets: x̄ = seed · ∂self/∂x.

        Nothing accumulates: a second call gives the same answer.

        Parameters
        ----------
        seed : array of the shape of this Tensor, optional for a scalar
            The adjoint to start from; 1 for a scalar.

        Raises
        ------
        ValueError
            If this Tensor is no scalar and no seed is given, or the seed has another shape.
        """
        from .transforms import backward

        backward(self, seed)

    @property
    def grad(self) -> Any:
        """The adjoint that the last ``backward()`` through this leaf left here, a plain array of its shape.

        If the leaf was written to since, it is the derivative by the value it was made with.

        Raises AttributeError before the first ``backward()``, and for a Tensor that is no leaf.
        """
        leaf = self._made_as()
        if leaf.function is not None:
            raise AttributeError(
                "only leaves keep a grad, and this Tensor is the result of "
                f"{name_of(leaf.function)}; ag.graph(y).reverse_sweep() shows the adjoint of every node"
            )
        if "grad" not in leaf.kwargs:
            raise AttributeError("no grad yet: call y.backward() on a result y that depends on this leaf")
        return leaf.kwargs["grad"]

    # NumPy's protocols

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method == "__call__":
            if kwargs or len(inputs) > 2 or ufunc.nout > 1 or ufunc not in rules:
                return assignment.ufunc_out(ufunc, inputs, kwargs) if "out" in kwargs else apply(ufunc, inputs, kwargs)
            tensor = _new(Tensor)
            if len(inputs) == 1:
                node = inputs[0].node
                tensor.node = Node(ufunc(node.value), ufunc, (node,))
            else:
                x, y = inputs
                if type(x) in (list, tuple) or type(y) in (list, tuple):  # rules compute with their arguments
                    return ufunc(as_array(x), as_array(y))
                a, u = (x.node, x.node.value) if type(x) is Tensor else (x, x)
                b, v = (y.node, y.node.value) if type(y) is Tensor else (y, y)
                tensor.node = Node(ufunc(u, v), ufunc, (a, b))
            return tensor
        return assignment.ufunc_method(ufunc, method, inputs, kwargs)

    def __array_function__(
        self, function: Callable[..., Any], types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        if len(args) > out_at.get(function, 1):
            args, kwargs = out_by_keyword(function, args, kwargs)
        if kwargs and type(kwargs.get("out")) is Tensor:
            return assignment.into(function, args, kwargs)
        return apply(function, args, kwargs)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        if self.dtype.kind in "biu" or (dtype is not None and np.dtype(dtype).kind in "biu"):  # constant either way
            return np.array(opened(self.node, "np.asarray"), dtype=dtype)
        raise TypeError(no_plain_array())

    def __float__(self) -> float:
        return float(self._number("float"))

    def __int__(self) -> int:
        return int(self._number("int"))

    def __complex__(self) -> complex:
        return complex(self._number("complex"))

    def _number(self, door: str) -> Any:
        """What no derivative goes through, as the result of np.argmax, as a Python number."""
        if self.dtype.kind in "biu":
            return opened(self.node, door).item()
        raise TypeError(
            f"{door}(t) would lose the derivative of the Tensor t in silence. Use NumPy's functions instead of math's, "
            "np.sin(t) for math.sin(t); a = ag.Tensor(np.zeros(n)), or np.stack([...]), before a[i] = t; "
            "and t.value to take the number out for good"
        )

    def __index__(self) -> int:
        if self.dtype.kind in "iu":
            return operator.index(opened(self.node, "index"))
        raise TypeError(
            f"a Tensor of dtype {self.dtype} is no index: only integers are, for example the result of np.argmax"
        )

    def __bool__(self) -> bool:
        return bool(opened(self.node, "bool") if doors else self.node.value)

    # The habit of sequences

    def __len__(self) -> int:
        return len(self.node.value)

    def __iter__(self) -> Iterator[Tensor]:
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d Tensor")
        return (self[i] for i in range(len(self)))

    def __contains__(self, item: Any) -> bool:
        return bool(np.any(self == item))

    def __getitem__(self, index: Any) -> Tensor:
        if type(index) is slice or type(index) is int:
            tensor: Tensor = _new(Tensor)
            tensor.node = Node(self.node.value[index], getitem, (self.node, index))
            tensor.parent = self
            if views.noting:
                views.note(tensor)
            return tensor
        index = index if type(index) is tuple else (index,)
        return apply(getitem, (self, *[plain_value(i, "np.asarray") if type(i) is list else i for i in index]))

    def __setitem__(self, index: Any, value: Any) -> None:
        """As in NumPy: the entries are ``value`` from now on, here and in all that shares memory with this Tensor."""
        assignment.setitem(self, index if type(index) is tuple else (index,), value)

    def item(self, *index: int) -> Any:
        """A plain Python number (see ``value``)."""
        return opened(self.node, "item").item(*index)

    def tolist(self) -> Any:
        """Plain Python numbers in nested lists (see ``value``)."""
        return opened(self.node, "tolist").tolist()


calls.Tensor = Tensor
for _attribute, _reason in attributes.items():
    setattr(Tensor, _attribute, Refused(_reason))


def as_leaf_value(x: Any) -> Any:
    """x as a floating or complex NumPy array or scalar; integers and booleans become float64.

    A value of a registered type stays what it is.
    """
    kind = type(x)
    if kind is float or kind is int:
        return np.float64(x)
    if kind is not np.ndarray and not isinstance(x, np.generic):
        if isinstance(x, complex):
            return np.complex128(x)
        if kind in faces:
            return x
        if isinstance(x, (str, bytes)):
            raise TypeError(f"expected numbers, got the text {x!r}")
        if isinstance(x, OTHER_ARRAYS):
            raise TypeError(no_other_array(x))
        x = np.asarray(x)
    if x.dtype.kind in "fc":
        return x
    if x.dtype.kind in "biu":
        return np.float64(x) if isinstance(x, np.generic) else x.astype(np.float64)
    raise TypeError(f"expected numbers, got an array of dtype {x.dtype}: {np.array2string(np.asarray(x), threshold=4)}")
