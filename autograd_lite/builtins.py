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

from .tracer import getval

__all__ = ["dict", "isinstance", "list", "tuple", "type"]


dict, list, tuple = builtins.dict, builtins.list, builtins.tuple


def isinstance(x: Any, kinds: Any) -> bool:
    """Whether x, or the value of the Tensor x, is of one of these kinds.

    >>> from autograd_lite import Tensor
    >>> isinstance(Tensor(1.0), float), isinstance(1, float)
    (True, False)
    """
    return builtins.isinstance(x, kinds) or builtins.isinstance(getval(x), kinds)


def type(x: Any) -> builtins.type[Any]:
    """The type of x, or of the value of the Tensor x.

    >>> from autograd_lite import Tensor
    >>> type(Tensor(1.0)).__name__, type(1).__name__
    ('float64', 'int')
    """
    return builtins.type(getval(x))
