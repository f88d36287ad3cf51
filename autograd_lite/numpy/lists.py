"""Functions of one array that also take a list with Tensors in it, which NumPy's protocol does not look into.

    np.mean([a, b])  =  np.mean(np.stack([a, b]))
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from ..registry import composites
from ..tensor import Tensor, apply
from .creation import holds_tensors, stacked

__all__ = [
    "amax", "amin", "append", "cumprod", "cumsum", "max", "mean", "median", "min", "norm", "of_lists", "prod", "std",
    "sum", "take", "var", "where",
]  # fmt: skip


def of_lists(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with lists and tuples that hold Tensors stacked first.

    >>> import autograd_lite as ag
    >>> print(ag.grad(lambda x: of_lists(np.mean)([x, 2 * x, 1.0]))(1.0))
    1.0
    """

    @wraps(function)
    def of_any(*args: Any, **kwargs: Any) -> Any:
        args = tuple(stacked(a) if isinstance(a, (list, tuple)) and holds_tensors(a) else a for a in args)
        if any([type(v) is Tensor for v in kwargs.values()]):  # as initial=, by which NumPy does not hand over
            return apply(function, (stacked(args[0]), *args[1:]) if args else args, kwargs)
        return function(*args, **kwargs)

    return of_any


sum, prod, mean, median = of_lists(np.sum), of_lists(np.prod), of_lists(np.mean), of_lists(np.median)
std, var = of_lists(np.std), of_lists(np.var)
max, min, amax, amin = of_lists(np.max), of_lists(np.min), of_lists(np.amax), of_lists(np.amin)
cumsum, cumprod, append = of_lists(np.cumsum), of_lists(np.cumprod), of_lists(np.append)
norm = of_lists(np.linalg.norm)


def take(a: Any, indices: Any, axis: int | None = None, out: Any = None, mode: str = "raise") -> Any:
    """``np.take``, also of a plain array at indices that are a Tensor: recorded, as a table read inside ``ag.scan`` is.

    >>> import autograd_lite as ag
    >>> squares = np.arange(10.0) ** 2
    >>> print(ag.scan(lambda i, _: (i + 1, take(squares, i)), 0, length=4)[1])
    [0. 1. 4. 9.]
    """
    if type(indices) is Tensor and type(a) is not Tensor and out is None:
        return composites[np.take](np.asarray(a), indices, axis=axis, mode=mode)
    return np.take(a, indices, axis, out, mode)  # type: ignore[call-overload]


def where(condition: Any, *branches: Any, **named: Any) -> Any:
    """``np.where``, also with ``condition=``, ``x=`` and ``y=`` by name; plain Python values stay plain Python values.

    Raises TypeError if one of x and y is missing.

    >>> where(True, 1, 2), where([True, False], x=[1, 2], y=3)
    (1, [1, 3])
    """
    given = dict(zip(("x", "y"), branches, strict=False)) | named
    if len(branches) > 2 or len(given) != len(branches) + len(named) or given.keys() not in (set(), {"x", "y"}):
        raise TypeError("where takes a condition, and either both x and y or none of them")
    found = np.where(condition, *(given[k] for k in sorted(given)))
    plain = given and not any([_holds_arrays(x) for x in (condition, *given.values())])
    return found.tolist() if plain else found


def _holds_arrays(x: Any) -> bool:
    if isinstance(x, (list, tuple)):
        return any([_holds_arrays(item) for item in x])
    return hasattr(x, "dtype")
