"""A watch over a part of a program: the line that recorded each node, where values left the graph, what is not finite.

Nodes are numbered in the order of their creation, so the lines of a program are ranges of numbers: whenever the
interpreter comes to another line it is noted at which number (``sys.settrace``, as a debugger does).  Nothing in the
recording knows of it, and a program that is not watched pays nothing.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar, Token
from threading import get_ident
from types import FrameType
from typing import Any

import numpy as np

from ..graph import Node, Path, leaf, path
from ..tensor import doors
from ..trace.naming import Watch as Names
from ..trace.naming import is_user_code
from ..watches import open_watch
from .origins import adjoint_origin, tangent_origin, value_origin
from .places import Place, Words

__all__ = ["Watch", "checked", "last_watch", "watch"]

_HARMLESS = {"repr", "str", "format"}
_DECISIONS = {"bool", "index", "int", "float", "complex"}
_last: ContextVar[Watch | None] = ContextVar("autograd_lite_last_watch", default=None)


class Watch(Names):
    """An open watch; see ``watch``.

    Attributes
    ----------
    cuts : dict of (door, place) to Node
        Where values left the graph, and of which node, the last one at each place.
    """

    def __init__(self, *, arrays: bool = False) -> None:
        super().__init__()
        self.cuts: dict[tuple[str, Place | None], Node] = {}
        self._numbers: list[int] = []
        self._places: list[Place | None] = []
        self._here: Place | None = None
        self._keep_arrays = arrays
        self._home = ""
        self._thread = get_ident()
        self._token: Token[Any] | None = None
        self._frames: list[tuple[FrameType, Any]] = []

    # opening and closing

    def run(self, f: Callable[..., Any], args: Iterable[Any], kwargs: Mapping[str, Any]) -> Any:
        """f(*args, **kwargs), watched."""
        with self:
            return f(*args, **kwargs)

    def __enter__(self) -> Watch:
        self.open(sys._getframe(1))
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def open(self, frame: FrameType | None = None) -> None:
        """Begin to look on: at all functions called from now on, and at those that wait for us, ``frame`` outwards."""
        if self._token is not None:
            raise RuntimeError("this watch is open already; open another one with ag.watch()")
        self._token = open_watch.set(self)
        _last.set(self)
        doors.append(self._door)
        self.before = sys.gettrace()
        waiting: list[FrameType] = []
        while frame is not None:
            if is_user_code(frame.f_code):
                waiting.append(frame)
            frame = frame.f_back
        self._home = waiting[0].f_code.co_filename if waiting else ""
        self._here = None
        for frame in reversed(waiting):
            self._here = self._at(frame, self._here)
        place = self._here
        sys.settrace(self._enter)
        for depth, frame in enumerate(waiting):
            self._frames.append((frame, frame.f_trace))
            frame.f_trace = self._stepper(frame, -depth, frame.f_trace, place.caller if place else None)
            place = place.caller if place else None
        self._mark()

    def close(self) -> None:
        """Look no longer; what was noted is kept."""
        if self._token is None:
            return
        sys.settrace(self.before)
        for frame, trace in self._frames:
            frame.f_trace = trace
            self.look(frame.f_locals, 0)
        self._look_at_globals()
        self._frames.clear()
        self.globals.clear()
        doors.remove(self._door)
        open_watch.reset(self._token)
        self._token = self._here = None
        self._mark()

    # what the interpreter reports

    def _enter(self, frame: FrameType, event: str, arg: Any) -> Any:
        passed_on = self._pass_on(self.before, frame, event, arg)
        if not is_user_code(frame.f_code):
            return passed_on
        caller = self._here
        self._here = self._at(frame, caller)
        self.globals[id(frame.f_globals)] = frame.f_globals
        self.depth += 1
        return self._stepper(frame, self.depth, passed_on, caller)

    def _stepper(self, frame: FrameType, depth: int, passed_on: Any, caller: Place | None) -> Callable[..., Any]:
        """The trace function of one frame: ``caller`` is the line that waits for it."""

        def step(frame: FrameType, event: str, arg: Any) -> Any:
            nonlocal passed_on
            passed_on = self._pass_on(passed_on, frame, event, arg)
            if event == "line":
                self.look(frame.f_locals, depth)
                self._here = self._at(frame, caller)
                self._mark()
            elif event == "return":
                self.look(frame.f_locals, depth)
                self._here = caller
                self.depth = max(self.depth - 1, 0)
                self._mark()
            return step

        return step

    def _at(self, frame: FrameType, caller: Place | None) -> Place:
        return Place(frame.f_code.co_filename, frame.f_lineno, caller, self._home)

    def _look_at_globals(self) -> None:
        """Note the names of what stands in modules; those of local variables go before them."""
        for variables in self.globals.values():
            self.look(variables, sys.maxsize)

    def _mark(self) -> None:
        """What is recorded from now on belongs to this line."""
        number = leaf(None).number
        if self._numbers and self._numbers[-1] == number - 1:  # nothing was recorded on the line before
            self._numbers[-1], self._places[-1] = number, self._here
        else:
            self._numbers.append(number)
            self._places.append(self._here)

    def _door(self, node: Node, door: Any) -> None:
        if get_ident() == self._thread and isinstance(door, str) and door not in _HARMLESS:
            self.cuts[(door, self._here)] = node

    def look(self, variables: Mapping[str, Any], depth: int) -> None:
        """Note the names under which nodes stand among these variables, and those of arrays for one call only."""
        super().look(variables, depth)
        if not self._keep_arrays:
            self.arrays.clear()

    # what is known

    def place(self, node: Node) -> Place | None:
        """The line that recorded a node, None if it was not watched."""
        at = bisect_left(self._numbers, node.number) - 1
        return self._places[at] if at >= 0 else None

    @property
    def words(self) -> Words:
        """How nodes are called, by what is known now."""
        self._look_at_globals()
        return Words(self.name, self.place, self.array_names())

    # what the sweeps report

    def pulled(
        self, leaves: Iterable[Node], swept: Path, seeds: Mapping[Node, Any], found: Mapping[Node, Any]
    ) -> None:
        """A reverse sweep gave these adjoints: raises FloatingPointError if one is not finite."""
        leaves = list(leaves)
        self.check_values(seeds)
        if any([not finite(found.get(node)) for node in leaves]):
            raise FloatingPointError(adjoint_origin(swept, leaves, plain(seeds), self.words))
        if not any([node in found for node in leaves]):
            self._lost(leaves)

    def pushed(
        self, outputs: Iterable[Node | None], swept: Path, seeds: Mapping[Node, Any], found: Mapping[Node, Any]
    ) -> None:
        """A forward sweep gave these tangents: raises FloatingPointError if one is not finite."""
        recorded = [node for node in outputs if node is not None]
        self.check_values(recorded)
        if any([not finite(found.get(node)) for node in recorded]):
            raise FloatingPointError(tangent_origin(swept, recorded, plain(seeds), self.words))

    def check_values(self, outputs: Iterable[Node]) -> None:
        """Raises FloatingPointError if the value of an output is not finite."""
        for node in outputs:
            if not finite(node.value):
                raise FloatingPointError(value_origin(node, self.words))

    def _lost(self, leaves: list[Node]) -> None:
        """No input reaches the output: raises ValueError if the value of one of them left the graph."""
        cuts = self.cuts_of(leaves, decisions=False)
        if cuts:
            raise ValueError(f"the derivative is lost: the input does not reach the output, {'; '.join(cuts)}")

    def cuts_of(self, leaves: list[Node], decisions: bool = True) -> list[str]:
        """The places where values that depend on these leaves left the graph, in words.

        Decisions (``if``, an index) come last, or not at all.
        """
        found = []
        for (door, place), node in self.cuts.items():
            if not decisions and door in _DECISIONS:
                continue
            if node in leaves or path(leaves, [node]).steps:
                at = f", {place.quoted}" if place else ""
                what = self.words.name(node)
                by = f".{door}" if door in ("value", "item", "tolist") else door
                found.append((door in _DECISIONS, f"cut at {by}{at}: the value of {what} left the graph"))
        return [text for _, text in sorted(found, key=lambda pair: pair[0])]


def finite(x: Any) -> bool:
    """Whether all numbers in a value or a derivative are finite."""
    if x is None:
        return True
    if isinstance(x, tuple):
        return all([finite(part) for part in x])
    x = x.node.value if hasattr(x, "node") else x
    return getattr(x, "dtype", np.dtype(float)).kind not in "fc" or bool(np.all(np.isfinite(x)))


def plain(seeds: Mapping[Node, Any]) -> dict[Node, Any]:
    """Seeds as plain arrays, also those of a nested derivative."""
    return {node: seed.node.value if hasattr(seed, "node") else seed for node, seed in seeds.items()}


def watch() -> Watch:
    """Look on while a part of a program runs: ``with ag.watch():``.

    Inside, every node remembers the line that recorded it and every value that leaves the graph is noted, so that
    ``ag.why`` can name them, inside and afterwards.  A derivative that is not finite raises at once, with the node,
    the line, the path and the fix; so does one that is lost because the value of the only input left the graph.  An
    inf or nan that is chosen away again, as by ``np.where``, is no error.

    The interpreter runs as under a debugger meanwhile, several times slower; outside nothing is slower than before.
    A watch sees its own thread.

    Raises
    ------
    FloatingPointError
        From ``grad``, ``jvp``, ``backward`` and the other derivatives inside.
    ValueError
        If a derivative is lost.

    Examples
    --------
    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> def length(x):
    ...     r = np.sum(x**2)
    ...     return np.sqrt(r)
    >>> with np.errstate(all="ignore"), ag.watch():
    ...     ag.grad(length)(np.zeros(3))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    FloatingPointError: adjoint of 'r' became inf at sqrt, line 3: value 0; use np.where before sqrt, ...
    """
    return Watch()


def last_watch() -> Watch | None:
    """The watch that is open in this thread, or the one that was opened last."""
    return open_watch.get() or _last.get()


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, watched at each call: what ``check=True`` does."""

    def call(*args: Any, **kwargs: Any) -> Any:
        with Watch(arrays=True):
            return function(*args, **kwargs)

    return call
