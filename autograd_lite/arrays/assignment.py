"""What writes into a Tensor: ``t[i] = v``, ``t += v``, ``out=`` and ``where=``, ``ufunc.at``, ``np.copyto``, ... .

Each computes the new entries with recorded functions and hands them to ``views.write``.  What NumPy refuses is refused
before anything has changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..rules.assigning import add_at
from ..rules.folding import FOLDS, FUNCTIONS
from . import calls
from .calls import apply, as_array, plain_value, writers
from .versions import copied, entries
from .views import is_itself, replace, share_memory, write

__all__ = ["into", "set_part", "setitem", "ufunc_at", "ufunc_out", "update"]


def setitem(tensor: Any, index: tuple[Any, ...], value: Any) -> None:
    """tensor[index] = value."""
    if not (type(value) is calls.Tensor and is_itself(tensor, index, value)):
        write(tensor, _recorded(index), _operand(value))


def set_part(part: Callable[..., Any], tensor: Any, value: Any) -> None:
    """tensor.real = value, tensor.imag = value."""
    node = value.node if type(value) is calls.Tensor else None
    if node is None or node.function is not part or node.args[0] is not tensor.node:  # as after tensor.real += 1
        part(tensor)[...] = value


def _recorded(index: tuple[Any, ...]) -> tuple[Any, ...]:
    """Nodes in the place of Tensors; copies of arrays and lists, which may change before they are read again."""
    return tuple([
        _operand(i) if type(i) in (calls.Tensor, np.ndarray) else plain_value(i, "np.asarray") for i in index
    ])


def _operand(value: Any) -> Any:
    """What is written, as it is recorded: a node, or a plain value of our own."""
    value = as_array(value)
    if type(value) is calls.Tensor:
        return value.node
    return value.copy() if isinstance(value, np.ndarray) else value


def update(tensor: Any, result: Any, name: str, casting: Any = "same_kind", stretch: bool = False) -> Any:
    """The tensor itself, every entry of which is now that of ``result``."""
    x = tensor.node.value
    if result.shape != x.shape and not (stretch and np.broadcast_shapes(result.shape, x.shape) == x.shape):
        raise ValueError(
            f"non-broadcastable output operand with shape {x.shape} doesn't match the broadcast shape {result.shape}"
        )
    _check_cast(result, x, name, casting)
    if type(result) is calls.Tensor and result.shape == x.shape:
        replace(tensor, result.node)
    else:
        setitem(tensor, (...,), result)
    return tensor


def _check_cast(result: Any, x: Any, name: str, casting: Any) -> None:
    if not np.can_cast(result.dtype, x.dtype, casting):
        raise TypeError(
            f"Cannot cast ufunc '{name}' output from {result.dtype!r} to {x.dtype!r} with casting rule '{casting}'"
        )


def ufunc_out(ufunc: np.ufunc, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """ufunc(*inputs, out=..., where=...)."""
    if not all(out is None or type(out) is calls.Tensor for out in kwargs["out"]):
        return apply(ufunc, inputs, kwargs)  # refused there
    kwargs = {k: v for k, v in kwargs.items() if k != "order"}
    outs, where, casting = kwargs.pop("out"), kwargs.pop("where", True), kwargs.get("casting", "same_kind")
    for out in outs:
        if out is not None and isinstance(out.node.value, np.generic):
            raise TypeError("return arrays must be of ArrayType: a Tensor of one number cannot be written to")
    if where is not True:
        return _ufunc_where(ufunc, inputs, outs, where, kwargs)
    results = ufunc(*inputs, **kwargs)
    pairs = list(zip(outs, results if ufunc.nout > 1 else (results,), strict=True))
    for out, result in pairs:  # all checks before the first write
        if out is not None:
            _check_cast(result, out, ufunc.__name__, casting)
    stretch = ufunc.signature is None
    done = [r if out is None else update(out, r, ufunc.__name__, casting, stretch) for out, r in pairs]
    return tuple(done) if ufunc.nout > 1 else done[0]


def _ufunc_where(
    ufunc: np.ufunc, inputs: tuple[Any, ...], outs: tuple[Any, ...], where: Any, kwargs: dict[str, Any]
) -> Any:
    """Computed at the chosen entries only, so that the others harm neither value nor derivative."""
    (out,) = outs if ufunc.nout == 1 and ufunc.signature is None else (None,)
    mask = np.asarray(where)
    if out is None or mask.dtype != bool:
        raise TypeError(f"np.{ufunc.__name__}: where= takes booleans, and one Tensor as out=")
    shapes = [np.shape(x) for x in inputs]
    if np.broadcast_shapes(*shapes, mask.shape, out.shape) != out.shape:
        raise ValueError(f"operands could not be broadcast together with the output of shape {out.shape}")
    mask = np.broadcast_to(mask, out.shape)
    chosen = [x if np.ndim(x) == 0 else np.broadcast_to(x, out.shape)[mask] for x in inputs]
    result = ufunc(*chosen, **kwargs)
    _check_cast(result, out, ufunc.__name__, kwargs.get("casting", "same_kind"))
    out[mask] = result
    return out


_READ_BEFORE_WRITTEN = frozenset({  # whose out= may be an argument: NumPy makes copies where they overlap
    np.sum, np.prod, np.max, np.min, np.mean, np.cumsum, np.cumprod, np.clip, np.round,
})  # fmt: skip


def into(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """function(*args, out=...), as of np.sum or np.concatenate."""
    kwargs, name = dict(kwargs), f"np.{function.__name__}"
    out = kwargs.pop("out")
    _check_target(name, out)
    if function not in _READ_BEFORE_WRITTEN:
        for x in (*args, *kwargs.values()):
            for part in x if type(x) in (list, tuple) else (x,):
                _check_apart(name, out, part)
    result = function(*args, **kwargs)
    if result.dtype != out.dtype:
        raise TypeError(
            f"{name} computes in {result.dtype} and out= is of dtype {out.dtype}, to which NumPy may round on its way; "
            f"write out[...] = {name}(...)"
        )
    return update(out, result, function.__name__)


def ufunc_method(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """ufunc.reduce, accumulate, reduceat and outer, with all their keywords, and ufunc.at."""
    if method == "at":
        return ufunc_at(ufunc, *inputs)
    if method not in FOLDS or ufunc.nin != 2 or ufunc.nout != 1:
        raise TypeError(
            f"np.{ufunc.__name__}.{method} has no derivative rule; "
            "write it with the functions that have one (np.sum, np.prod, np.cumsum, ...)"
        )
    kwargs = {k: v for k, v in kwargs.items() if v is not None or k in ("axis", "initial")}
    (out,) = kwargs.pop("out", (None,))
    if out is not None:
        _check_target(f"np.{ufunc.__name__}.{method}", out)
    array, *others = [as_array(x) for x in inputs] if method == "outer" else inputs
    function, keywords = FUNCTIONS.get((ufunc, method), (None, set()))
    if function is not None and kwargs.keys() <= keywords and kwargs.get("initial", True) is not None:
        result = apply(function, (array,), {"axis": 0, **kwargs})
    else:
        result = FOLDS[method](ufunc, array, *others, **kwargs)
    return result if out is None else update(out, result, ufunc.__name__)


def ufunc_at(ufunc: np.ufunc, tensor: Any, index: Any, value: Any = None) -> None:
    """ufunc.at(tensor, index, value)."""
    _check_target(f"np.{ufunc.__name__}.at", tensor)
    index = index if type(index) is tuple else (index,)
    if ufunc is np.add or ufunc is np.subtract:
        value = value if ufunc is np.add else np.negative(value)
        write(tensor, _recorded(index), _operand(value), add_at)
        return
    plain = tuple([plain_value(i, ufunc) for i in index])
    places = np.arange(tensor.size).reshape(tensor.shape)[plain]
    if np.unique(places).size < np.size(places):
        raise TypeError(
            f"np.{ufunc.__name__}.at is not recorded where an index names an entry several times; "
            "write one step for each, or use np.add.at"
        )
    result = ufunc(tensor[index]) if value is None else ufunc(tensor[index], value)
    _check_cast(result, tensor, ufunc.__name__, "same_kind")
    tensor[index] = result


def _check_target(name: str, target: Any) -> None:
    if type(target) is not calls.Tensor:
        raise TypeError(
            f"{name} writes into a plain array here, which keeps no derivative: make it a Tensor first, ag.Tensor(a)"
        )
    if isinstance(target.node.value, np.generic):
        raise TypeError(f"{name}: '{type(target.node.value).__name__}' object cannot be written to")


def _seen(x: Any) -> Any:
    """The value, for nothing but to see what NumPy says of it."""
    if type(x) in (list, tuple):
        return type(x)([_seen(item) for item in x])
    return entries(x.node.value) if type(x) is calls.Tensor else x


def _writes(function: Callable[..., Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorator: how ``function`` writes into a Tensor.  NumPy's own runs on a copy first, for what it raises."""

    def register(writer: Callable[..., None]) -> Callable[..., None]:
        def call(target: Any, *args: Any, **kwargs: Any) -> None:
            _check_target(f"np.{function.__name__}", target)
            function(copied(_seen(target)), *map(_seen, args), **{k: _seen(x) for k, x in kwargs.items()})
            writer(target, *args, **kwargs)

        writers[function] = call
        return writer

    return register


def _check_apart(name: str, target: Any, values: Any) -> None:
    """NumPy reads these while it writes, so that what it reads depends on the order."""
    if type(values) is calls.Tensor and share_memory(values, target):
        raise TypeError(f"{name}: what is read shares memory with what is written to; give a copy of it, t.copy()")


def _cycled(values: Any, places: Any) -> Any:
    """Entries of ``values``, which begin anew at their end."""
    values = np.ravel(as_array(values))
    return values[places % values.shape[0]]


def _put(target: Any, flat: Any, values: Any, places: Any = None) -> None:
    flat = np.asarray(flat).ravel()
    if flat.size:
        places = np.arange(flat.size) if places is None else places
        cycled = _cycled(values, places)
        if target.ndim:
            target[np.unravel_index(flat, target.shape)] = cycled
        else:
            target[()] = cycled[-1]


@_writes(np.copyto)
def copyto(dst: Any, src: Any, casting: Any = "same_kind", where: Any = True) -> None:
    if where is True:
        dst[...] = src
    else:
        mask = np.broadcast_to(np.asarray(where), dst.shape)
        src = as_array(src)
        dst[mask] = src if np.ndim(src) == 0 else np.broadcast_to(src, dst.shape)[mask]


@_writes(np.put)
def put(a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    ind, v = np.asarray(ind), as_array(v)
    if np.size(v):
        _put(a, np.clip(ind, 0, a.size - 1) if mode == "clip" else ind % max(a.size, 1), v)


@_writes(np.place)
def place(arr: Any, mask: Any, vals: Any) -> None:
    _check_apart("np.place", arr, vals)
    _put(arr, np.flatnonzero(np.asarray(mask)), vals)


@_writes(np.putmask)
def putmask(a: Any, mask: Any, values: Any) -> None:
    flat, values = np.flatnonzero(np.asarray(mask)), as_array(values)
    if np.size(values):
        _put(a, flat, values, flat)


@_writes(np.fill_diagonal)
def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    _check_apart("np.fill_diagonal", a, val)
    marks = np.zeros(a.shape, bool)
    np.fill_diagonal(marks, True, wrap)
    _put(a, np.flatnonzero(marks), val)


@_writes(np.put_along_axis)
def put_along_axis(arr: Any, indices: Any, values: Any, axis: int | None) -> None:
    indices = np.asarray(indices)
    if axis is None:
        _put(arr, indices % max(arr.size, 1), np.broadcast_to(values, indices.shape))
    else:
        grid = list(np.ogrid[tuple([slice(n) for n in indices.shape])])
        grid[axis] = indices
        arr[tuple(grid)] = values
