"""NumPy's whole namespace, with the functions that its protocols cannot reach made to accept Tensors.

    import autograd_lite.numpy as np        # or, as well: import numpy as np

Nearly every NumPy function hands a Tensor over by itself (NEP 13, NEP 18), so plain ``import numpy as np`` is enough.
Those that build arrays do not: ``np.array([t, u])`` would have to return a plain array.  Here they record; every other
name is NumPy's own, looked up when it is first used.

>>> import autograd_lite as ag
>>> import autograd_lite.numpy as np
>>> print(ag.grad(lambda x: np.sum(np.array([x, [1.0, 2.0] * x])[1]))(np.array([3.0, 4.0])))
[1. 2.]
"""

from __future__ import annotations

from typing import Any

import numpy

from . import fft, linalg, random
from . import numpy_boxes as numpy_boxes
from .concatenators import c_, make_diagonal, r_
from .creation import (
    arange,
    array,
    asanyarray,
    asarray,
    asarray_chkfinite,
    ascontiguousarray,
    asfortranarray,
    astype,
    fromiter,
    full,
    isscalar,
    vectorize,
)
from .lists import amax, amin, append, cumprod, cumsum, max, mean, median, min, prod, std, sum, take, var, where

__all__ = [
    "amax", "amin", "append", "c_", "cumprod", "cumsum", "make_diagonal", "max", "mean", "median", "min", "prod", "r_",
    "std", "sum", "take", "var", "where",
    "arange", "array", "asanyarray", "asarray", "asarray_chkfinite", "ascontiguousarray", "asfortranarray", "astype",
    "fft", "fromiter", "full", "isscalar", "linalg", "random", "vectorize",
]  # fmt: skip
__all__ += [name for name in numpy.__all__ if name not in __all__]


def __getattr__(name: str) -> Any:
    try:
        return getattr(numpy, name)
    except AttributeError:
        raise AttributeError(f"module 'autograd_lite.numpy' has no attribute {name!r}, nor has numpy") from None


def __dir__() -> list[str]:
    return sorted(__all__)
