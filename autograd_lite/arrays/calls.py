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
from inspect import Parameter, signature
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

__all__ = [
    "apply", "as_array", "doors", "faces", "name_of", "opened", "out_at", "out_by_keyword", "plain_value", "tensor_of",
    "writers",
]  # fmt: skip

Tensor: Any = None  # the class, which stands above this module and puts itself here
faces: dict[type, type] = {}  # what stands for a value of such a type of yours: see boxes.py
writers: dict[Callable[..., Any], Callable[..., None]] = {}  # functions that write into their first argument

_new = object.__new__
_USUAL = frozenset({np.ndarray, np.float64})
_LISTS = frozenset({list, tuple})

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


_UNSUPPORTED = {
    "out": "write y = f(x) instead, or let it write into a Tensor, ag.Tensor(a)",
    "where": "use np.where on the argument or on the result",
    "initial": "combine the result with it afterwards",
    "casting": "use .astype on the arguments",
    "subok": "leave it out",
    "mean": "leave it out, it is computed",
}
_AXES = "use np.moveaxis on the arguments and on the result"


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
    for k, v in kwargs.items():
        special = k in _UNSUPPORTED or v is np._NoValue or type(v) is Tensor
        if special or type(function) is np.ufunc or function is np.clip:
            if type(function) is np.ufunc:
                args, kwargs, order = _as_computed(function, args, kwargs)
                if order in ("C", "F"):
                    return _in_order(order, apply(function, args, kwargs))
            args, kwargs = _settle(function, args, kwargs)
            if function in rules and any([_needs_composite(function, *keyword) for keyword in kwargs.items()]):
                return _detached(composites[function](*args, **kwargs))
            break
    method = _AS_METHOD.get(function)
    if method is not None and type(args[0]) is Tensor:
        node, *rest = args[0].node, *args[1:]
        return tensor_of(Node(getattr(node.value, method)(*rest, **kwargs), function, (node, *rest), kwargs))
    rule: Any = rules.get(function)
    if rule is not None:
        variables = getattr(rule, "variables", maxsize)
        for j in range(variables, len(args)):
            if type(args[j]) is Tensor and args[j].dtype.kind in "fc":
                return _detached(_beyond_the_rule(function, args, kwargs, j))
        if 1 < variables < maxsize and not _LISTS.isdisjoint(map(type, args)):
            args = (*[as_array(a) for a in args[:variables]], *args[variables:])
        if type(rule) is Constant and not _LISTS.isdisjoint(map(type, args)):  # as np.lexsort((t, u))
            args = tuple([plain_value(a, function) if type(a) in _LISTS else a for a in args])
        result = tensor_of(record(function, [a.node if type(a) is Tensor else a for a in args], kwargs))
        if function in view_functions and type(args[0]) is Tensor:
            result.parent = args[0]
            if views.noting:
                views.note(result)
        return result
    composite = composites.get(function)
    if composite is not None:
        if not args:
            first = parameters(function)[0]
            args, kwargs = (kwargs[first],), {k: v for k, v in kwargs.items() if k != first}
        if any([type(a) in (list, tuple) for a in args]):
            args = _with_lists_as_arrays(function, args)
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


_LISTS_OF_ARRAYS = frozenset({np.concatenate, np.stack, np.vstack, np.hstack, np.dstack, np.column_stack})
_ONE_ARRAY = frozenset({"a", "b", "arr", "values", "x", "y"})  # parameters that are no list of arrays


def _with_lists_as_arrays(function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments with lists, that may hold Tensors, as arrays where NumPy makes arrays of them."""
    if function in _LISTS_OF_ARRAYS:
        return ([as_array(a) for a in args[0]], *args[1:])
    names = parameters(function)
    known = [as_array(a) if name in _ONE_ARRAY else a for a, name in zip(args, names, strict=False)]
    return (*known, *args[len(names) :])


def as_array(x: Any) -> Any:
    """A nested list as one array, a Tensor if there is one in it."""
    if type(x) not in (list, tuple):
        return x
    items = [as_array(item) for item in x]
    return np.stack(items) if any([type(item) is Tensor for item in items]) else np.array(items)


def _settle(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments in the form that is recorded: Tensors by position, keywords that say nothing left out."""
    if function in writers:
        return args, kwargs
    if function is np.clip:
        args, kwargs = _bounds(*args, **kwargs)
    plain = {}
    for k, v in kwargs.items():
        if v is np._NoValue or (k == "subok" and function in rules):
            continue
        if type(v) is Tensor and (function in rules or function not in composites):
            if not _needs_composite(function, k, v):
                return _settle(function, *_by_position(function, args, kwargs))
        elif k in _UNSUPPORTED or type(function) is np.ufunc:
            says_something = not (v is None or (k == "where" and v is True))
            if says_something and function in rules and not _has_form_with(function, k):
                raise TypeError(f"{name_of(function)}: {k}= has no derivative rule yet; {_UNSUPPORTED.get(k, _AXES)}")
            if not says_something and function in rules:
                continue
        plain[k] = v
    return args, plain


def _needs_composite(function: Callable[..., Any], k: str, v: Any) -> bool:
    """Whether what stands beside the rule is asked: with where= and initial=, and by Tensors that the rule has not."""
    if function not in composites:
        return False
    rule: Any = rules[function]
    return k in _UNSUPPORTED or (type(v) is Tensor and k not in parameters(function)[: rule.variables])


def _beyond_the_rule(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], j: int) -> Any:
    """Argument j is a Tensor, but no variable of the rule."""
    if function in composites:
        return composites[function](*args, **kwargs)
    names = parameters(function)
    name = names[j] if j < len(names) else f"argument {j}"
    raise TypeError(f"{name_of(function)} has no derivative by {name}; pass t.value if it counts as a constant")


def _bounds(
    a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = np._NoValue, max: Any = np._NoValue, **kwargs: Any
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """np.clip knows its bounds by two names."""
    if (a_min is None and a_max is None) or (min is np._NoValue and max is np._NoValue):
        a_min, a_max = a_min if min is np._NoValue else min, a_max if max is np._NoValue else max
        return (a, *[None if bound is np._NoValue else bound for bound in (a_min, a_max)]), kwargs
    raise ValueError("np.clip: give the bounds as a_min and a_max, or as min and max, not as both")


def _as_computed(
    ufunc: np.ufunc, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any], str]:
    """The arguments in the dtypes that a ufunc is asked to compute in, the other keywords, and the order of memory."""
    kwargs = {k: v for k, v in kwargs.items() if v is not None and k != "subok"}
    order, casting = kwargs.pop("order", "K"), kwargs.pop("casting", "same_kind")
    dtype, types = kwargs.pop("dtype", None), kwargs.pop("signature", None)
    if dtype is None and types is None and casting == "same_kind":
        return args, kwargs, order
    args = tuple([as_array(a) for a in args])
    given = [type(a) if type(a) in (int, float, complex) else np.result_type(a) for a in args]
    if types is None:
        types = (*[None] * ufunc.nin, *[dtype and np.dtype(dtype)] * ufunc.nout)
    dtypes = ufunc.resolve_dtypes((*given, *[None] * ufunc.nout), signature=types, casting=casting)
    cast = [a.astype(d) if hasattr(a, "dtype") else d.type(a) for a, d in zip(args, dtypes, strict=False)]
    return tuple(cast), kwargs, order


def _in_order(order: Any, results: Any) -> Any:
    return tuple([np.copy(y, order) for y in results]) if type(results) is tuple else np.copy(results, order)


def _has_form_with(function: Callable[..., Any], keyword: str) -> bool:
    """Whether a composite stands beside the rule for calls with this keyword, or the result is constant anyhow."""
    if function in composites:
        return keyword != "out" and keyword in parameters(composites[function])
    return keyword == "where" and type(rules.get(function)) is Constant and type(function) is not np.ufunc


out_at: dict[Callable[..., Any], int] = {}  # where ``out`` stands among the positions, beyond all where there is none


def out_by_keyword(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The call with ``out`` and what follows it by keyword: np.sum(x, 0, None, buffer) writes no less.

    So with ``order`` of np.reshape, which is seldom given: who looks for it finds it in one place.
    """
    names, option = _positional(function), "order" if function is np.reshape else "out"
    first = out_at[function] = names.index(option) if option in names else maxsize
    if len(args) <= first:
        return args, kwargs
    return args[:first], {**dict(zip(names[first:], args[first:], strict=False)), **kwargs}


def _positional(function: Callable[..., Any]) -> list[str]:
    """The names of the parameters that can be given by position."""
    try:
        asked = signature(function).parameters.values()
    except ValueError:  # a function in C without signature
        return list(parameters(function)) if function in composites else []
    if any([p.kind is Parameter.VAR_POSITIONAL for p in asked]):
        return []
    return [p.name for p in asked if p.kind is not Parameter.KEYWORD_ONLY]


def _by_position(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The call with keyword Tensors moved to their positions, defaults standing before them."""
    kwargs = dict(kwargs)
    asked = {p.name: p for p in signature(function).parameters.values()}
    names = _positional(function)[len(args) :]
    tensors = {name for name, v in kwargs.items() if type(v) is Tensor and not _needs_composite(function, name, v)}
    variables = parameters(function)[: getattr(rules.get(function), "variables", 0)]
    moved = [names.index(name) + 1 for name in names if name in tensors or (name in variables and name in kwargs)]
    for name in names[: max(moved, default=0)]:
        if name not in kwargs and asked[name].default is Parameter.empty:
            raise TypeError(f"{name_of(function)}() missing required argument {name!r}")
        args = (*args, kwargs.pop(name, asked[name].default))
    for name in tensors & kwargs.keys():
        if kwargs[name].dtype.kind in "fc" and type(rules.get(function)) is not Constant and function in rules:
            raise TypeError(f"{name_of(function)} has no derivative by {name}; pass t.value if it counts as a constant")
        kwargs[name] = plain_value(kwargs[name], function)
    return args, kwargs
