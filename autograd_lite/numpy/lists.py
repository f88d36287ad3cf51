"""Functions of one array that also take a list with Tensors in it, which NumPy's protocol does not look into.

    np.mean([a, b])  =  np.mean(np.stack([a, b]))
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from .creation import holds_tensors, stacked

__all__ = [
    "amax", "amin", "append", "cumprod", "cumsum", "max", "mean", "median", "min", "norm", "of_lists", "prod", "std",
    "sum", "var",
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
        return function(*args, **kwargs)

    return of_any


sum, prod, mean, median = of_lists(np.sum), of_lists(np.prod), of_lists(np.mean), of_lists(np.median)
std, var = of_lists(np.std), of_lists(np.var)
max, min, amax, amin = of_lists(np.max), of_lists(np.min), of_lists(np.amax), of_lists(np.amin)
cumsum, cumprod, append = of_lists(np.cumsum), of_lists(np.cumprod), of_lists(np.append)
norm = of_lists(np.linalg.norm)
