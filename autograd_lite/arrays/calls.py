"""Calls: what happens when a NumPy function meets a Tensor.

    a rule          the call is recorded: x_i = g_i(x_Pa(i))
    a composite     its definition in terms of ruled functions is called
    a write         np.copyto, np.put, ... : see assignment.py
    a plain one     answered from the value: shapes, dtypes
    none of these   TypeError, so that no derivative is ever dropped in silence

Arguments are brought into the form that is recorded: Tensors by position, keywords that say nothing left out.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import partial
from sys import maxsize
from typing import Any

import numpy as np

from ..graph import NO_KEYWORDS, Node, record
from ..kinds import Constant, pick
from ..registry import composites, load_late_tables, parameters, plain_functions
from ..sweeps import rules
from . import views
from .refusals import functions
from .versions import entries, view_functions
from .views import Composed

__all__ = ["apply", "doors", "faces", "name_of", "opened", "plain_value", "tensor_of", "writers"]

Tensor: Any = None  # the class, which stands above this module and puts itself here
faces: dict[type, type] = {}  # what stands for a value of such a type of yours: see boxes.py
writers: dict[Callable[..., Any], Callable[..., None]] = {}  # functions that write into their first argument

_new = object.__new__
_USUAL = frozenset({np.ndarray, np.float64})

doors: list[Callable[[Node, Any], None]] = []  # who is told when a value leaves the graph: the node, and by what door


def opened(node: Node, door: Any) -> Any:
    """The value that leaves the graph by this door."""
    for told in doors:
        told(node, door)
    return entries(node.value)


def tensor_of(node: Node) -> Any:
    """The Tensor that faces ``node``; for a function with several outputs, a tuple of Tensors."""
    kind = type(node.value)
    face = Tensor
    if kind not in _USUAL:
        value = node.value
        if kind in faces:
            face = faces[kind]
        elif isinstance(value, tuple):
            parts = [tensor_of(record(pick, (node, i))) for i in range(len(value))]
            return kind(*parts) if hasattr(value, "_fields") else tuple(parts)
        elif kind is int:  # np.count_nonzero before NumPy 2.3
            node.value = np.int64(value)
    tensor = _new(face)
    tensor.node = node
    return tensor


def name_of(function: Callable[..., Any]) -> str:
    module = getattr(function, "__module__", None) or "numpy"
    name = getattr(function, "__name__", repr(function))
    if type(function) is np.ufunc and not hasattr(np, name):
        ours = hasattr(sys.modules.get("scipy.special._ufuncs"), name)
        return f"scipy.special.{name.lstrip('_')}" if ours else name
    return name if module.startswith("autograd_lite") else f"{module}.{name}".replace("numpy.", "np.", 1)


_CAST = "use .astype on the arguments"
_UNSUPPORTED = {
    "out": "write y = f(x) instead, or let it write into a Tensor, ag.Tensor(a)",
    "where": "use np.where on the argument or on the result",
    "initial": "combine the result with it afterwards",
    "casting": _CAST,
    "subok": "leave it out",
    "signature": _CAST,
    "mean": "leave it out, it is computed",
}


_COMPOSED_VIEWS = frozenset({  # views where what they are composed of is one
    np.atleast_1d, np.atleast_2d, np.atleast_3d, np.split, np.array_split, np.hsplit, np.vsplit, np.dsplit,
    np.broadcast_arrays, np.diff, np.polyint, np.real_if_close, np.trim_zeros,
    *([np.unstack] if hasattr(np, "unstack") else []),
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
    if function in writers:
        return writers[function](*args, **kwargs)
    if function in plain_functions:
        return function(
            *[plain_value(a, function) for a in args], **{k: plain_value(v, function) for k, v in kwargs.items()}
        )
    if load_late_tables():
        return apply(function, args, kwargs)
    if function in functions:
        raise TypeError(f"{name_of(function)} does not accept a Tensor: it {functions[function]}")
    raise TypeError(
        f"{name_of(function)} has no derivative rule yet, so it does not accept a Tensor. Write it with functions that "
        "have one, or pass t.value if it is to count as a constant"
    )


def plain_value(x: Any, door: Any) -> Any:
    """x with every Tensor in it, also in lists and tuples, replaced by its value, which leaves by this door."""
    if type(x) is Tensor:
        return opened(x.node, door)
    if type(x) in (list, tuple):
        return type(x)([plain_value(item, door) for item in x])
    return x


def _settle(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments in the form that is recorded: Tensors by position, keywords that say nothing left out."""
    if function in writers:
        return args, kwargs
    if type(function) is np.ufunc:
        args, kwargs = _in_dtype(function, args, kwargs)
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
                raise TypeError(f"{name_of(function)}: {k}= has no derivative rule yet; {_UNSUPPORTED.get(k, _CAST)}")
            if function in rules:
                continue
        if v is not np._NoValue:
            plain[k] = v
    return args, plain


def _in_dtype(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a ufunc in the dtype that it is asked to compute in; what NumPy does anyhow is left out."""
    kwargs = {k: v for k, v in kwargs.items() if not (isinstance(v, (str, bool)) and (k, v) in _DEFAULTS)}
    dtype = np.dtype(kwargs.get("dtype") or bool)
    if dtype.kind not in "fc":
        return args, kwargs
    with np.errstate(all="ignore"):  # raises if NumPy does not compute in this dtype
        function(*[np.ones((1,) * np.ndim(a), np.result_type(a)) for a in args], dtype=kwargs.pop("dtype"))
    return tuple([a.astype(dtype) if type(a) is Tensor else np.asarray(a, dtype)[()] for a in args]), kwargs


_DEFAULTS = {("casting", "same_kind"), ("order", "K"), ("subok", True)}


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
            raise TypeError(f"{name_of(function)}: give the Tensor {names[last]} and what stands before it by position")
        args = (*args, kwargs.pop(name))
    for name, v in kwargs.items():
        if type(v) is Tensor:
            if v.dtype.kind not in "biu":
                raise TypeError(f"{name_of(function)}: give the Tensor {name} by position, not by keyword")
            kwargs[name] = v.value
    return args, kwargs
