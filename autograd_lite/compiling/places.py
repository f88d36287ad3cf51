"""Where the entries of a view stand in the flat memory of an array: an affine map of its indices.

    x.T[1:, None]   →   entry (i0, i1, i2) at place 1 + i0 + 5·i2

Whatever NumPy can do without a copy is such a map.  It is found by asking NumPy for the strides of the same view of an
array that takes no memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..graph import Node

__all__ = ["Place", "affine", "aligned", "dummy", "place_of", "seen"]


class Place(NamedTuple):
    """Where the entries of a view stand in the flat memory of an array: offset + Σ index_k·stride_k."""

    base: Node
    offset: int
    strides: tuple[int, ...]


def place_of(node: Node) -> Place:
    """The place of an array's own entries, in C order."""
    strides = [int(np.prod(node.value.shape[k + 1 :])) for k in range(node.value.ndim)]
    return Place(node, 0, tuple(strides))


def dummy(place: Place, shape: tuple[int, ...]) -> Any:
    """An array with these strides that takes no memory; only its strides and its address may be looked at."""
    return np.lib.stride_tricks.as_strided(np.zeros(1, np.int8), shape, place.strides)


def seen(view: Any, array: Any, place: Place) -> Place | None:
    """The place of a view of the dummy array, None if it is a copy."""
    if view.size == 0 or array.size == 0:
        return None
    ends = [s * (n - 1) for s, n in zip(array.strides, array.shape, strict=True)]
    offset = _address(view) - _address(array)
    if view.base is None or not sum([min(0, e) for e in ends]) <= offset <= sum([max(0, e) for e in ends]):
        return None
    return Place(place.base, place.offset + offset, tuple(map(int, view.strides)))


def _address(a: Any) -> int:
    return int(a.__array_interface__["data"][0])


def aligned(shape: tuple[int, ...], index: list[str]) -> list[str]:
    """The indices of an array that is broadcast to the loop."""
    own = index[len(index) - len(shape) :]
    return ["0" if n == 1 else i for n, i in zip(shape, own, strict=True)]


def affine(place: Place, index: Sequence[str]) -> str:
    terms = [str(place.offset)] if place.offset else []
    for i, stride in zip(index, place.strides, strict=True):
        if i != "0" and stride:
            terms.append(i if stride == 1 else f"{i} * {stride}")
    return " + ".join(terms) or "0"
