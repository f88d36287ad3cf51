"""The rule of x[index]: ẏ = ẋ[index], and x̄ is zero but for ȳ at these places.

Where these are few of many, x̄ is pending (see pending.py): entries, and where they belong.  They are added to an
adjoint by ``add_at``, whose result shares memory with that (see versions.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..arrays.versions import LARGE_PART, Version, Way, as_shaped
from ..graph import Node
from ..kinds import Linear, sum_to
from ..pending import Part, Pending
from ..sweeps import rules
from .assigning import add_at
from .indexing import ARRAYS, BASIC, getitem, scatter

SMALL = 8192  # bytes: an array of fewer is filled with zeros, which costs less than remembering that it is not

_add = add_at.__wrapped__  # type: ignore[attr-defined]  # for plain arrays, whom nobody has to ask
_VIEWS = frozenset({  # each entry of which is one entry of what they are views of
    getitem, np.transpose, np.swapaxes, np.moveaxis, np.squeeze, np.expand_dims, np.flip, np.reshape, np.real, np.imag,
})  # fmt: skip
_ARGUMENTS = (int, tuple, list, type(None))


class Entries:
    """The adjoint of x, where it is zero but for ``values`` in the view of x that is found on ``way``, at ``index``."""

    __slots__ = ("index", "values", "way", "x")

    def __init__(self, values: Any, x: Any, way: Way, index: tuple[Any, ...]) -> None:
        self.values, self.x, self.way, self.index = values, x, way, index

    def is_plain(self) -> bool:
        """Whether nothing of it is recorded, and no place meets another."""
        return type(self.values) in ARRAYS and all([type(i) in BASIC for i in self.index])

    def onto(self, adjoint: Any) -> Any:
        if adjoint.dtype != self.x.dtype:  # a seed may have another one
            return adjoint + self.with_zeros([])
        add = _add if type(adjoint) is Version and self.is_plain() else add_at
        return add(adjoint, self.values, self.way, *self.index)

    def with_zeros(self, others: list[Any]) -> Any:
        if self.way is None:
            total = scatter(self.values, self.x.shape, *self.index)
        else:
            total = self.onto(np.zeros_like(self.values, dtype=self.x.dtype, shape=self.x.shape))
        for part in others:
            if type(total) is np.ndarray and part.way is None and part.is_plain():  # total is nobody else's yet
                total[part.index] += part.values
            else:
                total = part.onto(total)
        return total

    def through(self, node: Node) -> Part | None:
        x, *rest = node.args
        function, values = node.function, self.values
        kinds = BASIC if function is getitem else _ARGUMENTS
        if function not in _VIEWS or not all([type(a) in kinds for a in rest]) or node.kwargs.get("order") == "A":
            return None
        if function is np.reshape and not np.may_share_memory(as_shaped(x.value), as_shaped(node.value)):
            return None
        if (x.value.dtype == node.value.dtype) is (function in (np.real, np.imag)):  # the real part of a real x
            return None
        values = -values if function is np.imag else values  # z = x + iy has the adjoint z̄ = ∂C/∂x − i·∂C/∂y
        return Entries(values, x.value, _behind((None, function, tuple(rest), node.kwargs), self.way), self.index)


def _behind(first: Way, way: Way) -> Way:
    """The way that begins with the step ``first``."""
    return first if way is None else (_behind(first, way[0]), *way[1:])


class Taking(Linear):
    """x[index], with an adjoint that is pending where it has few entries of many."""

    def vjp(self, j: int, adjoint: Any, out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
        if j:
            return None
        x, *index = args
        if x.nbytes > SMALL and out.size < LARGE_PART * x.size and getattr(adjoint, "dtype", None) is x.dtype:
            return Pending([Entries(adjoint, x, None, tuple(index))])
        return sum_to(scatter(adjoint, x.shape, *index), x)


rules[getitem] = Taking(getitem, None)
