"""Versions: an array under many small writes, each of whose states can still be read.

A recorded value never changes, so a write into x makes a new array.  If x has n entries and each is written once, n new
arrays of n entries would cost n².  A ``Version`` is such a new array without the copy: all versions share one array,
that of the newest, and an older one is told apart by what was written over since.

    v₀ = [0 0 0 0]        v₁ = v₀ with [0] = 5        v₂ = v₁ with [2] = 7

    shared array  5 0 7 0      v₂: as it is      v₁: but [2] was 0      v₀: but [0] was 0 too

Entries leave a Version as copies.  Who asks the newest for all of them is given the shared array itself, and the next
write then begins a new one.  To NumPy a Version is an array that knows its shape and finds its entries when asked.

Source: H. G. Baker, Shallow binding makes functional arrays fast, ACM SIGPLAN Notices 26 (8), 1991.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from threading import Lock
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

__all__ = [
    "Version", "Way", "along", "as_shaped", "copied", "entries", "takes_versions", "view_functions", "written",
]  # fmt: skip

# The way from an array to a view of it: None for the array itself, else (way before, function, arguments, keywords)
Way = tuple[Any, ...] | None
Write = tuple[Way, Any, Any, Any]  # entries of an array: on this way, at this index, before and after
Put = Callable[[Any, Any, Any], Any]  # what writes a value into an array at an index, as operator.setitem does

SMALL = 1024  # bytes: fewer are copied, which costs less than remembering what was written over
STEP = 8192  # bytes that are copied in the time in which one write is undone
LARGE_PART = 0.5  # of the entries: who writes more of them copies the array

view_functions: set[Callable[..., Any]] = {  # whose result may be a view of their first argument
    np.reshape, np.transpose, np.swapaxes, np.moveaxis, np.squeeze, np.expand_dims, np.flip, np.broadcast_to,
    np.diagonal, np.real, np.imag,
}  # fmt: skip
takes_versions: set[Callable[..., Any]] = set()
_OF_THE_SHAPE = frozenset({
    np.shape, np.ndim, np.size, np.zeros_like, np.ones_like, np.empty_like, np.full_like, np.result_type, np.can_cast,
    np.iscomplexobj, np.isrealobj, np.broadcast_shapes,
})  # fmt: skip


def along(x: Any, way: Way) -> Any:
    """The view of x, an array or a Tensor, that is found on this way."""
    steps = []
    while way is not None:
        way, *step = way
        steps.append(step)
    for function, args, kwargs in reversed(steps):
        x = function(x, *args, **kwargs)
    return x


def copied(x: Any) -> Any:
    """A copy with the same strides, for on them depends what NumPy makes a view of."""
    new = np.array(x, order="K")
    if new.strides == x.strides or 0 in x.strides or x.size == 0:
        return new
    low, high = np.lib.array_utils.byte_bounds(x)
    new = np.ndarray(x.shape, x.dtype, np.empty(high - low, np.uint8), x.ctypes.data - low, x.strides)
    new[...] = x
    return new


def entries(x: Any) -> Any:
    """x itself, or the plain array of a Version."""
    return x.whole() if type(x) is Version else x


class History:
    """The shared array, at its newest version, and the writes that led to it."""

    __slots__ = ("array", "given", "lock", "past", "place", "writes")

    def __init__(self, array: Any) -> None:
        self.array = array
        self.writes: list[Write] = []
        self.given = False  # whether somebody else holds the array, so that it may not change any more
        self.past: Any = None  # a copy of the array as it was before write number ``place``
        self.place = 0
        self.lock = Lock()

    def write(self, put: Put, way: Way, index: Any, value: Any) -> None:
        target = self.array if way is None else along(self.array, way)
        old = _own(target[index])
        try:
            put(target, index, value)
        except BaseException:
            target[index] = old
            raise
        self.writes.append((way, index, old, _own(target[index])))

    def at(self, place: int) -> Any:
        """The array before write number ``place``, until the next call."""
        newest = len(self.writes)
        if place == newest:
            return self.array
        if self.past is None or abs(self.place - place) > newest - place + self.array.nbytes / STEP:
            self.past, self.place = copied(self.array), newest
        while self.place > place:
            self.place -= 1
            way, index, old, _ = self.writes[self.place]
            along(self.past, way)[index] = old
        while self.place < place:
            way, index, _, new = self.writes[self.place]
            along(self.past, way)[index] = new
            self.place += 1
        return self.past


def _own(x: Any) -> Any:
    return np.array(x) if type(x) is np.ndarray else x


class Version(NDArrayOperatorsMixin):
    """The array of a history before write number ``place``, or a view of it.

    ``array`` is the shared array, seen on the same way: right in shape, dtype and strides, but not in its entries once
    it was written to again.
    """

    __slots__ = ("array", "dtype", "history", "kept", "place", "shape", "way")

    def __init__(self, history: History, place: int, way: Way, array: Any) -> None:
        self.history, self.place, self.way, self.array = history, place, way, array
        self.shape, self.dtype = array.shape, array.dtype
        self.kept: Any = None

    def whole(self) -> Any:
        """All entries, as a plain array that stays as it is."""
        history = self.history
        with history.lock:
            if self.kept is not None:
                return self.kept
            if self.place < len(history.writes):
                return np.array(along(history.at(self.place), self.way))
            if self.way is None:
                history.given = True
                self.kept = self.array
            else:
                self.kept = np.array(self.array)
            return self.kept

    def copy(self, order: Any = "C") -> Any:
        """All entries, as an array of the caller's own."""
        with self.history.lock:
            return np.array(along(self.history.at(self.place), self.way), order=order)

    def copied(self) -> Any:
        """All entries, as an array of the caller's own with the strides of this one."""
        with self.history.lock:
            return copied(along(self.history.at(self.place), self.way))

    @property
    def size(self) -> int:
        """The number of entries."""
        return self.array.size

    @property
    def nbytes(self) -> int:
        """The bytes of all entries."""
        return self.array.nbytes

    def view(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """function(self, ...): a Version if it is a large view of this one, else a plain array or number."""
        history = self.history
        with history.lock:
            made = function(self.array, *args, **kwargs)
            shared = type(made) is np.ndarray and (made is self.array or made.base is not None)
            if shared and (made.nbytes > SMALL or not (made.flags.c_contiguous or made.flags.f_contiguous)):
                return Version(history, self.place, (self.way, function, args, kwargs), made)
            if self.place < len(history.writes):
                made = function(along(history.at(self.place), self.way), *args, **kwargs)
            return np.array(made, order="K") if shared else made

    def __getitem__(self, index: Any) -> Any:
        return self.view(_getitem, (index,), {})

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.whole())

    def __repr__(self) -> str:
        return repr(self.whole())

    def __str__(self) -> str:
        return str(self.whole())

    def __format__(self, spec: str) -> str:
        return format(self.whole(), spec)

    def __bool__(self) -> bool:
        return bool(self.whole())

    def __reduce__(self) -> Any:
        return entries, (self.whole(),)  # a copy elsewhere is a plain array: nothing is shared with it

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array(self.whole(), dtype=dtype, copy=copy)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return getattr(ufunc, method)(*[entries(x) for x in inputs], **kwargs)

    def __array_function__(
        self, function: Callable[..., Any], types: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Any:
        if function in view_functions and args and args[0] is self:
            return self.view(function, args[1:], kwargs)
        if function in takes_versions and not any([type(a) not in _PLAIN and _dispatches(a) for a in args]):
            return function.__wrapped__(*args, **kwargs)  # type: ignore[attr-defined]
        seen = as_shaped if function in _OF_THE_SHAPE else entries
        return function(*[_within(seen, a) for a in args], **{k: _within(seen, v) for k, v in kwargs.items()})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # the protocols are those above
            raise AttributeError(name)
        return getattr(self.array if name in _SHAPED else self.whole(), name)


_SHAPED = frozenset({"ndim", "itemsize", "strides", "flags"})
_PLAIN = frozenset({Version, np.ndarray, np.float64, float, int, slice, tuple, type(None), type(...)})


def _getitem(x: Any, index: Any) -> Any:
    return x[index]


def _dispatches(x: Any) -> bool:
    return hasattr(x, "__array_function__") and not isinstance(x, np.ndarray)


def as_shaped(x: Any) -> Any:
    """x itself, or the shared array of a Version: right in all but its entries."""
    return x.array if type(x) is Version else x


def _within(function: Callable[[Any], Any], x: Any) -> Any:
    """The function of x, or of what x holds where it is a list or a tuple."""
    return type(x)([_within(function, item) for item in x]) if type(x) in (list, tuple) else function(x)


def written(put: Put, x: Any, value: Any, way: Way, index: tuple[Any, ...]) -> Version | None:
    """x after put(view, index, value), sharing its array; None where a plain copy is as good or the only way."""
    if type(x) is not Version and (type(x) is not np.ndarray or x.nbytes <= SMALL):
        return None
    array = x.array if type(x) is Version else x
    target = array if way is None else along(array, way)
    if target[index].size >= LARGE_PART * array.size or not (way is None or np.may_share_memory(target, array)):
        return None
    if type(x) is Version and x.way is None:
        history = x.history
        with history.lock:
            if x.place == len(history.writes) and not history.given:
                history.write(put, way, index, value)
                return Version(history, len(history.writes), None, history.array)
    array = x.copied() if type(x) is Version else copied(x)
    put(along(array, way), index, value)
    return Version(History(array), 0, None, array)
