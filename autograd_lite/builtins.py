"""``isinstance`` and ``type`` of the value behind a Tensor; and the containers, which are Python's own.

A list, tuple or dict of Tensors is differentiated as it is (see ``trees``), so none of them needs a class of its own.

>>> import autograd_lite as ag
>>> import numpy as np
>>> x = ag.Tensor(np.zeros(2))
>>> isinstance(x, np.ndarray), type(x).__name__
(True, 'ndarray')
"""

from __future__ import annotations

import builtins
from typing import Any

from .tensor import Tensor

__all__ = ["dict", "isinstance", "list", "tuple", "type"]


dict, list, tuple = builtins.dict, builtins.list, builtins.tuple


def isinstance(x: Any, kinds: Any) -> bool:
    """Whether x, or the value of the Tensor x, is of one of these kinds.

    >>> isinstance(Tensor(1.0), float), isinstance(1, float)
    (True, False)
    """
    return builtins.isinstance(x, kinds) or (builtins.type(x) is Tensor and builtins.isinstance(x.value, kinds))


def type(x: Any) -> builtins.type[Any]:
    """The type of x, or of the value of the Tensor x.

    >>> type(Tensor(1.0)).__name__, type(1).__name__
    ('float64', 'int')
    """
    return builtins.type(x.value if builtins.type(x) is Tensor else x)
