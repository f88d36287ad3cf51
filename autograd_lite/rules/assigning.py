"""Writing: an array with some entries replaced, or with something added to them.

    assign    y = x,  but y[i] = v         ẏ = assign(ẋ, v̇, i)        x̄ = assign(ȳ, 0, i)      v̄ = ȳ[i]
    add_at    y = x,  but y[i] += v        ẏ = add_at(ẋ, v̇, i)        x̄ = ȳ                    v̄ = ȳ[i]

The entries may be those of a view of x, which is found on a *way* from x (see versions.py).
"""

from operator import setitem
from typing import Any

import numpy as np

from ..arrays.versions import Way, along, copied, entries, takes_versions, written
from ..kinds import Linear, spread_to, sum_to
from ..registry import primitive
from ..sweeps import rules
from .indexing import BASIC


def places(x: Any, way: Way, index: Any) -> Any:
    """The positions in x.ravel() of the entries of the view, [index]; of complex x, in its real numbers."""
    numbers = np.arange(x.size).reshape(x.shape)
    if x.dtype.kind != "c":
        return along(numbers, way)[index]
    found = along(2 * numbers + 1j * (2 * numbers + 1), way)[index]
    return np.stack([found.real, found.imag], -1).astype(int) if found.dtype.kind == "c" else found.astype(int)


def _put(put, x, value, way, index):
    """x after put(view, index, value)."""
    value = entries(value)
    new = written(put, x, value, way, index)
    if new is not None:
        return new
    x = entries(x)
    for new in (copied(x), *[np.array(x, order=order) for order in "CF" if way is not None]):
        target = along(new, way)
        if np.may_share_memory(target, new) or x.size == 0:
            put(target, index, value)
            return new
    new = np.array(x, order="C")  # where it is not a view for these strides
    at = places(new, way, index)
    if new.dtype.kind == "c" and along(new, way).dtype.kind == "c":
        put(new.ravel(), at[..., 0] // 2, value)
    else:
        put(new.ravel().view(new.real.dtype), at, value)
    return new


@primitive
def assign(x, value, way, *index):
    """x after ``view[index] = value``, where the view is x itself (``way=None``) or found on a way from it."""
    return _put(setitem, x, value, way, index)


def added(x, index, value):
    """np.add.at, but quicker where no places can meet."""
    if all([type(i) in BASIC for i in index]):
        old = x[index]
        if getattr(value, "dtype", None) is x.dtype and value.shape == old.shape:
            x[index] = old + value
            return
    np.add.at(x, index, value)


@primitive
def add_at(x, value, way, *index):
    """x after np.add.at(view, index, value), which adds up where places meet."""
    return _put(added, x, value, way, index)


class Writing(Linear):
    """Linear in both: the written value gets its derivative, and entries that it replaces get none."""

    def __init__(self, function: Any, replaces: bool) -> None:
        super().__init__(function)
        self.variables = 2
        self.replaces = replaces

    def jvp(self, tangents, out, args, kwargs):
        if out.dtype.kind not in "fc":
            return None
        old, new = tangents[:2]
        if new is not None and out.dtype.kind != "c" and new.dtype.kind == "c":
            new = np.real(new)
        old = np.zeros_like(args[0]) if old is None else old
        return spread_to(self.function(old, 0 if new is None else new, *args[2:]), out)

    def vjp(self, j, adjoint, out, args, kwargs):
        x, value, way, *index = args
        if j == 0:
            return assign(adjoint, 0, way, *index) if self.replaces else adjoint
        if j > 1:
            return None
        part = along(adjoint, way)[tuple(index)]
        if part_of(way) is np.imag:  # z = x + iv has the adjoint z̄ = ∂C/∂x − i·∂C/∂v
            part = -part
        if self.replaces:
            lasting = last_writes(x, way, tuple([np.asarray(i) if hasattr(i, "dtype") else i for i in index]))
            part = part if lasting is None else np.where(lasting, part, 0)
        if value.ndim > part.ndim:
            part = np.reshape(part, (1,) * (value.ndim - part.ndim) + part.shape)
        return sum_to(part, value)


def part_of(way: Way) -> Any:
    """np.real or np.imag, where the way goes through one of them."""
    return None if way is None else way[1] if way[1] in (np.real, np.imag) else part_of(way[0])


def without_parts(way: Way) -> Way:
    """The same way through an array of real numbers."""
    if way is None:
        return None
    before, *step = way
    return without_parts(before) if step[0] in (np.real, np.imag) else (without_parts(before), *step)


def last_writes(x, way, index):
    """Which of the written values remain, where an index names an entry several times; None if all do."""
    if not any(isinstance(i, (list, np.ndarray)) for i in index):
        return None
    at = places(np.empty(x.shape, x.dtype), way, index)
    at = at[..., 0] if x.dtype.kind == "c" and part_of(way) is None else at
    writer = np.zeros(2 * x.size, np.intp)
    numbers = np.arange(at.size).reshape(at.shape)
    writer[at] = numbers
    lasting = writer[at] == numbers
    return None if lasting.all() else lasting


rules[assign] = Writing(assign, replaces=True)
rules[add_at] = Writing(add_at, replaces=False)
takes_versions.update((assign, add_at))
