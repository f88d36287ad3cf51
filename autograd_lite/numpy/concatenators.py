"""np.r_ and np.c_ of Tensors, and ``make_diagonal``, the transpose of ``np.diagonal``."""

from __future__ import annotations

from typing import Any

import numpy as np

from .creation import holds_tensors, stacked

__all__ = ["c_", "make_diagonal", "r_"]


class Concatenator:
    """``np.r_`` and ``np.c_``; with Tensors between the brackets the concatenation is recorded.

    Then text ("0,2", "r") is refused: it asks for another layout, which np.concatenate says more clearly.

    >>> import autograd_lite as ag
    >>> print(ag.grad(lambda x: (r_[x, 1:3] * r_[2.0, x, x]).sum())(3.0))
    5.0
    """

    def __init__(self, plain: Any, name: str, columns: bool) -> None:
        self.plain, self.name, self.columns = plain, name, columns

    def __getitem__(self, key: Any) -> Any:
        parts = key if isinstance(key, tuple) else (key,)
        if not holds_tensors(parts):
            return self.plain[key]
        if any([isinstance(part, str) for part in parts]):
            raise TypeError(f"np.{self.name} with Tensors takes no text; use np.concatenate, np.stack or np.block")
        arrays = [self.plain[part] if isinstance(part, slice) else self.part(stacked(part)) for part in parts]
        return np.concatenate(arrays, axis=-1 if self.columns else 0)

    def part(self, x: Any) -> Any:
        if not self.columns:
            return np.atleast_1d(x)
        return x if np.ndim(x) > 1 else np.reshape(x, (-1, 1))

    def __len__(self) -> int:
        return 0


r_, c_ = Concatenator(np.r_, "r_", False), Concatenator(np.c_, "c_", True)


def make_diagonal(D: Any, offset: int = 0, axis1: int = -2, axis2: int = -1) -> Any:
    """Square matrices with D's last axis on their diagonal, and zeros elsewhere.

    >>> print(make_diagonal(np.array([1.0, 2.0])))
    [[1. 0.]
     [0. 2.]]

    Raises NotImplementedError for an offset and other axes.
    """
    if offset != 0 or {axis1, axis2} != {-1, -2}:
        raise NotImplementedError("make_diagonal: offset must be 0, and the axes -1 and -2")
    return np.reshape(D, (*np.shape(D), 1)) * np.eye(np.shape(D)[-1], dtype=np.result_type(D))
