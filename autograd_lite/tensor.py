"""Tensor: the array face of a node.  NumPy's protocols, operators and methods record; no mathematics stands here.

``import numpy as np`` needs no replacement: ``np.exp(t)`` reaches ``__array_ufunc__`` (NEP 13) and ``np.sum(t)``
reaches ``__array_function__`` (NEP 18).  The value leaves a Tensor by few doors: ``.value``, ``.item()``,
``.tolist()``; and ``bool``, ``operator.index``, ``np.asarray`` where no derivative can be lost on the way.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from sys import maxsize
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from . import assignment, views
from .graph import NO_KEYWORDS, Node, leaf, record
from .kinds import Constant, composites, load_late_tables, parameters, pick, plain_functions
from .operators import ArrayOperators
from .refusals import attributes, functions
from .rules.folding import FOLDS
from .rules.indexing import getitem
from .sweeps import rules
from .versions import entries, view_functions
from .views import Composed, Memory

__all__ = ["Tensor", "apply", "as_leaf_value", "tensor_of"]

_new = object.__new__
doors: list[Callable[[Node, Any], None]] = []  # who is told when a value leaves the graph: the node, and by what door


def opened(node: Node, door: Any) -> Any:
    """The value that leaves the graph by this door."""
    for told in doors:
        told(node, door)
    return entries(node.value)


class Refused:
    """An attribute that an ndarray has and a Tensor has not.  (``__getattr__`` would slow every read of ``node``.)"""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __get__(self, tensor: Any, kind: type) -> Any:
        raise AttributeError(self.reason)


class Tensor(ArrayOperators):
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
        self.node = leaf(value.copy() if type(value) is np.ndarray else value, name)

    # What it is

    @property
    def value(self) -> Any:
        """The plain array or NumPy scalar.  What is computed from it is not recorded: it counts as a constant."""
        return opened(self.node, "value") if doors else entries(self.node.value)

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
                f"{_name(leaf.function)}; ag.graph(y).reverse_sweep() shows the adjoint of every node"
            )
        if "grad" not in leaf.kwargs:
            raise AttributeError("no grad yet: call y.backward() on a result y that depends on this leaf")
        return leaf.kwargs["grad"]

    # NumPy's protocols

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method == "__call__":
            if "out" in kwargs:
                return assignment.ufunc_out(ufunc, inputs, kwargs)
            if kwargs or len(inputs) > 2 or ufunc.nout > 1 or ufunc not in rules:
                return apply(ufunc, inputs, kwargs)
            tensor = _new(Tensor)
            if len(inputs) == 1:
                node = inputs[0].node
                tensor.node = Node(ufunc(node.value), ufunc, (node,))
            else:
                x, y = inputs
                if type(x) in (list, tuple) or type(y) in (list, tuple):  # rules compute with their arguments
                    return ufunc(*[np.asarray(x) if type(x) in (list, tuple) else x for x in inputs])
                a, u = (x.node, x.node.value) if type(x) is Tensor else (x, x)
                b, v = (y.node, y.node.value) if type(y) is Tensor else (y, y)
                tensor.node = Node(ufunc(u, v), ufunc, (a, b))
            return tensor
        if method == "at":
            return assignment.ufunc_at(ufunc, *inputs)
        if method == "outer" and ufunc.nin == 2:
            return _outer(ufunc, *inputs, **kwargs)
        function = _METHODS.get((ufunc, method))
        if function is not None:
            return function(*inputs, **{"axis": 0, **kwargs})
        if method in FOLDS and ufunc.nin == 2 and ufunc.nout == 1 and not any(type(x) is Tensor for x in inputs[1:]):
            return FOLDS[method](ufunc, *inputs, **kwargs)
        raise TypeError(
            f"np.{ufunc.__name__}.{method} has no derivative rule; "
            "write it with the functions that have one (np.sum, np.prod, np.cumsum, ...)"
        )

    def __array_function__(
        self, function: Callable[..., Any], types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        return apply(function, args, kwargs)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        if self.dtype.kind in "biu" or (dtype is not None and np.dtype(dtype).kind in "biu"):  # constant either way
            return np.array(opened(self.node, "np.asarray"), dtype=dtype)
        raise TypeError(
            "a Tensor does not turn into a plain array by itself: its derivative would be lost in silence. "
            "To build an array from Tensors use np.stack([...]) or np.concatenate([...]); "
            "to fill one entry by entry make it a Tensor first, a = ag.Tensor(np.zeros(n)); "
            "to take the number out for good use t.value"
        )

    def __float__(self) -> float:
        raise TypeError(
            "float(t) would lose the derivative of the Tensor t in silence. Use NumPy's functions instead of math's, "
            "np.sin(t) for math.sin(t); a = ag.Tensor(np.zeros(n)), or np.stack([...]), before a[i] = t; "
            "and t.value to take the number out for good"
        )

    __int__ = __complex__ = __float__

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
        return apply(getitem, (self, *index) if type(index) is tuple else (self, index))

    def __setitem__(self, index: Any, value: Any) -> None:
        """As in NumPy: the entries are ``value`` from now on, here and in all that shares memory with this Tensor."""
        assignment.setitem(self, index if type(index) is tuple else (index,), value)

    def fill(self, value: Any) -> None:
        """Every entry is ``value`` from now on."""
        self[...] = value

    def put(self, indices: Any, values: Any, mode: str = "raise") -> None:
        """np.put into this Tensor."""
        assignment.functions[np.put](self, indices, values, mode)

    # The usual methods, as NumPy's functions

    @property
    def T(self) -> Tensor:
        """The axes in reverse order, as ``np.transpose``."""
        return apply(np.transpose, (self,))

    @property
    def mT(self) -> Tensor:
        """The last two axes exchanged: the transpose of each matrix in a stack."""
        return apply(np.swapaxes, (self, -1, -2))

    @property
    def real(self) -> Tensor:
        """The real part, as ``np.real``."""
        return apply(np.real, (self,))

    @real.setter
    def real(self, value: Any) -> None:
        assignment.set_part(np.real, self, value)

    @property
    def imag(self) -> Tensor:
        """The imaginary part, as ``np.imag``."""
        return apply(np.imag, (self,))

    @imag.setter
    def imag(self, value: Any) -> None:
        if self.dtype.kind != "c":
            raise TypeError("array does not have imaginary part to set")
        assignment.set_part(np.imag, self, value)

    @property
    def flat(self) -> Iterator[Tensor]:
        """The entries one after the other, each a Tensor."""
        return iter(self.ravel())

    def reshape(self, *shape: Any, order: str = "C") -> Tensor:
        """The same entries in another shape, as ``np.reshape``."""
        shape = shape[0] if len(shape) == 1 else shape
        return apply(np.reshape, (self, shape), {} if order == "C" else {"order": order})

    def transpose(self, *axes: Any) -> Tensor:
        """The axes in another order, by default in reverse, as ``np.transpose``."""
        return apply(np.transpose, (self, axes[0] if len(axes) == 1 else axes or None))

    def astype(self, dtype: DTypeLike, **kwargs: Any) -> Tensor:
        """The entries in another dtype; the derivative comes back in the old one."""
        from .rules.shaping import astype

        if kwargs.get("copy") is False and np.dtype(dtype) == self.dtype:
            return self
        return astype(self, np.dtype(dtype))

    def copy(self, order: str = "C") -> Tensor:
        """A copy, as ``np.copy``; it is recorded."""
        return apply(np.copy, (self,), {} if order == "K" else {"order": order})

    def flatten(self, order: str = "C") -> Tensor:
        """The entries as a vector, a copy."""
        return tensor_of(self.reshape(-1, order=order).node)

    def item(self, *index: int) -> Any:
        """A plain Python number (see ``value``)."""
        return opened(self.node, "item").item(*index)

    def tolist(self) -> Any:
        """Plain Python numbers in nested lists (see ``value``)."""
        return opened(self.node, "tolist").tolist()


for _attribute, _reason in attributes.items():
    setattr(Tensor, _attribute, Refused(_reason))


def tensor_of(node: Node) -> Any:
    """The Tensor that faces ``node``; for a function with several outputs, a tuple of Tensors."""
    value = node.value
    if isinstance(value, tuple):
        parts = [tensor_of(record(pick, (node, i))) for i in range(len(value))]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if type(value) is int:  # np.count_nonzero before NumPy 2.3
        node.value = np.int64(value)
    tensor = _new(Tensor)
    tensor.node = node
    return tensor


def as_leaf_value(x: Any) -> Any:
    """x as a floating or complex NumPy array or scalar; integers and booleans become float64."""
    kind = type(x)
    if kind is float or kind is int:
        return np.float64(x)
    if kind is not np.ndarray and not isinstance(x, np.generic):
        if isinstance(x, complex):
            return np.complex128(x)
        if isinstance(x, (str, bytes)):
            raise TypeError(f"expected numbers, got the text {x!r}")
        x = np.asarray(x)
    if x.dtype.kind in "fc":
        return x
    if x.dtype.kind in "biu":
        return np.float64(x) if isinstance(x, np.generic) else x.astype(np.float64)
    raise TypeError(f"expected numbers, got an array of dtype {x.dtype}: {np.array2string(np.asarray(x), threshold=4)}")


def _name(function: Callable[..., Any]) -> str:
    module = getattr(function, "__module__", None) or "numpy"
    name = getattr(function, "__name__", repr(function))
    return name if module.startswith("autograd_lite") else f"{module}.{name}".replace("numpy.", "np.", 1)


_CAST = "use .astype on the arguments"
_UNSUPPORTED = {
    "out": "write y = f(x) instead",
    "where": "use np.where on the argument or on the result",
    "initial": "combine the result with it afterwards",
    "casting": _CAST,
    "subok": "leave it out",
    "signature": _CAST,
    "mean": "leave it out, it is computed",
}


_COMPOSED_VIEWS = frozenset({  # views where what they are composed of is one
    np.atleast_1d, np.atleast_2d, np.atleast_3d, np.split, np.array_split, np.hsplit, np.vsplit, np.dsplit,
    np.broadcast_arrays, np.diff, np.polyint, np.real_if_close, *([np.unstack] if hasattr(np, "unstack") else []),
})  # fmt: skip
_SOMETIMES_VIEWS = frozenset({  # where what they are composed of does not say it
    np.ravel, np.einsum, np.diag, np.fliplr, np.flipud, np.rot90, np.rollaxis, np.matrix_transpose,
})  # fmt: skip


def _as_view(function: Callable[..., Any], result: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """The result of a composed function, a view exactly where NumPy's is one, whatever it is composed of here."""
    if function in _COMPOSED_VIEWS:
        return result
    result = _detached(result)
    if function in _SOMETIMES_VIEWS:
        if function is np.einsum and type(args[0]) is str:
            function, args = partial(np.einsum, args[0]), args[1:]
        if type(args[0]) is Tensor:
            result.parent = Composed(args[0], function, args[1:], kwargs)
            if views.noting:
                views.note(result)
    return result


def _detached(result: Any) -> Any:
    """Results that share no memory with anything."""
    if type(result) is Tensor:
        return tensor_of(result.node)
    if type(result) in (list, tuple):
        return type(result)([_detached(part) for part in result])
    return result


# An array's own method computes the same as the function, with half the Python on the way
_AS_METHOD = {getattr(np, name): name for name in ("sum", "prod", "mean", "max", "min")}


def apply(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any] | Any = NO_KEYWORDS) -> Any:
    """Record ``function(*args, **kwargs)``, some of whose arguments are Tensors.

    Raises TypeError if the function has no rule, so that no derivative is ever dropped in silence.
    """
    if len(args) > 2 and type(function) is not np.ufunc and function in rules:
        args, kwargs = _by_keyword(function, args, kwargs)
    for k, v in kwargs.items():
        if k in _UNSUPPORTED or v is np._NoValue or type(v) is Tensor or type(function) is np.ufunc:
            args, kwargs = _settle(function, args, kwargs)
            if function in composites and not kwargs.keys().isdisjoint(_UNSUPPORTED):
                return composites[function](*args, **kwargs)
            break
    method = _AS_METHOD.get(function)
    if method is not None and type(args[0]) is Tensor:
        node, *rest = args[0].node, *args[1:]
        return tensor_of(Node(getattr(node.value, method)(*rest, **kwargs), function, (node, *rest), kwargs))
    if function in rules:
        if type(args[0]) in (list, tuple) and type(rules[function]) is Constant:  # as np.lexsort((t, u))
            args = (plain_value(args[0], function), *args[1:])
        result = tensor_of(record(function, [a.node if type(a) is Tensor else a for a in args], kwargs))
        if function in view_functions and type(args[0]) is Tensor:
            result.parent = args[0]
            if views.noting:
                views.note(result)
        return result
    composite = composites.get(function)
    if composite is not None:
        return _as_view(function, composite(*args, **kwargs), args, kwargs)
    if function in assignment.functions:
        return assignment.functions[function](*args, **kwargs)
    if function in plain_functions:
        return function(
            *[plain_value(a, function) for a in args], **{k: plain_value(v, function) for k, v in kwargs.items()}
        )
    if load_late_tables():
        return apply(function, args, kwargs)
    if function in functions:
        raise TypeError(f"{_name(function)} does not accept a Tensor: it {functions[function]}")
    raise TypeError(
        f"{_name(function)} has no derivative rule yet, so it does not accept a Tensor. Write it with functions that "
        "have one, or pass t.value if it is to count as a constant"
    )


def plain_value(x: Any, function: Callable[..., Any]) -> Any:
    """x with every Tensor in it, also in lists and tuples, replaced by its value, for a function that asks about it."""
    if type(x) is Tensor:
        return opened(x.node, function)
    if type(x) in (list, tuple):
        return type(x)([plain_value(item, function) for item in x])
    return x


def _settle(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments in the form that is recorded: Tensors by position, keywords that say nothing left out."""
    if function in assignment.functions:
        return args, kwargs
    plain = {}
    for k, v in kwargs.items():
        if type(v) is Tensor and (function not in composites or (function in rules and k not in _UNSUPPORTED)):
            return _settle(function, *_by_position(function, args, kwargs))
        if k in _UNSUPPORTED or type(function) is np.ufunc:
            says_something = not (v is None or v is np._NoValue or (k == "where" and v is True))
            if says_something and _has_form_with(function, k):
                plain[k] = v
                continue
            if says_something and function in rules:
                raise TypeError(f"{_name(function)}: {k}= has no derivative rule yet; {_UNSUPPORTED.get(k, _CAST)}")
            if function in rules:
                continue
        if v is not np._NoValue:
            plain[k] = v
    return args, plain


def _has_form_with(function: Callable[..., Any], keyword: str) -> bool:
    """Whether a composite stands beside the rule for calls with this keyword, or the result is constant anyhow."""
    if function in composites:
        return keyword != "out" and keyword in parameters(composites[function])
    return keyword == "where" and type(rules.get(function)) is Constant and type(function) is not np.ufunc


_positions: dict[Callable[..., Any], int] = {}


def _by_keyword(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any] | Any
) -> tuple[tuple[Any, ...], dict[str, Any] | Any]:
    """The call with ``out`` and what follows it by keyword: np.sum(x, 0, None, buffer) is no less refused."""
    if function not in _positions:
        try:
            names = parameters(function)
        except ValueError:  # some functions written in C do not tell their parameters; none of them has these
            names = ()
        _positions[function] = names.index("out") if "out" in names else maxsize
    first = _positions[function]
    if len(args) <= first:
        return args, kwargs
    return args[:first], {**dict(zip(parameters(function)[first:], args[first:], strict=False)), **kwargs}


def _by_position(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The call with keyword Tensors moved to their positions."""
    kwargs = dict(kwargs)
    names = parameters(function)[len(args) :]
    last = max((i for i, name in enumerate(names) if type(kwargs.get(name)) is Tensor), default=-1)
    for name in names[: last + 1]:
        if name not in kwargs:
            raise TypeError(f"{_name(function)}: give the Tensor {names[last]} and what stands before it by position")
        args = (*args, kwargs.pop(name))
    for name, v in kwargs.items():
        if type(v) is Tensor:
            if v.dtype.kind not in "biu":
                raise TypeError(f"{_name(function)}: give the Tensor {name} by position, not by keyword")
            kwargs[name] = v.value
    return args, kwargs


def _outer(ufunc: np.ufunc, a: Any, b: Any) -> Any:
    return ufunc(np.reshape(a, np.shape(a) + (1,) * np.ndim(b)), b)


# What the methods of a ufunc are called as functions of their own
_METHODS: dict[tuple[np.ufunc, str], Callable[..., Any]] = {
    (np.add, "reduce"): np.sum,
    (np.multiply, "reduce"): np.prod,
    (np.maximum, "reduce"): np.max,
    (np.minimum, "reduce"): np.min,
    (np.logical_and, "reduce"): np.all,
    (np.logical_or, "reduce"): np.any,
    (np.add, "accumulate"): np.cumsum,
    (np.multiply, "accumulate"): np.cumprod,
}
