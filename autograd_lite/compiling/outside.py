"""What a function takes from outside: the names in its closures and globals, and in those of the functions it calls.

A record of f used what these names stood for.  An array that enters the record as it is, is read anew at each call; a
name, an entry of a container or an attribute that stands for something else by then makes the record void.  Of objects
those attributes are watched whose names stand in the code of f or of what it calls.  What cannot be seen: what no name
leads to, such as files, the time and the insides of libraries.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from ..programs.recording import same_numbers
from ..tensor import Tensor
from ..trace.naming import is_user_code
from ..trees import children, is_leaf

__all__ = ["MISSING", "Outside", "equal", "untouched"]

MISSING = object()
_VALUES = (int, float, complex, str, bytes, bool, type(None))


class Outside:
    """The outside names of a function, and what they stood for when this object was made."""

    def __init__(self, f: Callable[..., Any], *arguments: Any) -> None:
        self.cells: list[tuple[Any, str, Any]] = []
        self.globals: list[tuple[dict[str, Any], str, Any]] = []
        self.contents: list[tuple[Any, list[Any]]] = []  # containers, and what was in them
        self.arrays: list[Any] = []
        self.generators: list[Any] = []
        self.attributes: list[tuple[Any, str, Any]] = []
        self.copies: list[tuple[Any, Any]] = []  # arrays whose numbers went into the record by another way
        self._objects: list[Any] = []
        self._read: dict[str, None] = {}  # the names of globals and attributes in the code
        self._seen: set[int] = set()
        self._function(f)
        self._argument(arguments)
        self._watch_attributes()

    def _function(self, f: Any) -> None:
        if id(f) in self._seen:
            return
        self._seen.add(id(f))
        if isinstance(f, MethodType):
            self._look(f.__self__)
            self._function(f.__func__)
            return
        for part in ("func", "args", "keywords"):  # functools.partial
            if type(f).__name__ == "partial":
                self._look(getattr(f, part))
        wrapped = getattr(f, "__wrapped__", None)  # what decorators, and compile itself, keep
        if callable(wrapped):
            self._function(wrapped)
        if isinstance(f, FunctionType):
            self._code(f)
        elif wrapped is None:
            self._object(f)
            call = _of_class(f, "__call__")
            if isinstance(call, FunctionType):
                self._function(call)

    def _code(self, f: FunctionType) -> None:
        """Note the names in a function's closure, defaults and globals."""
        for name, cell in zip(f.__code__.co_freevars, f.__closure__ or (), strict=True):
            value = _contents(cell)
            self.cells.append((cell, name, value))
            self._look(value)
        if is_user_code(f.__code__):
            self._look(f.__defaults__)
            self._look(f.__kwdefaults__)
            self._object(f)
            for name in _names(f.__code__):
                self._read[name] = None
                if name in f.__globals__:
                    value = f.__globals__[name]
                    self.globals.append((f.__globals__, name, value))
                    self._look(value)

    def _object(self, value: Any) -> None:
        """Note an object whose attributes may be read."""
        library = type(value).__module__.partition(".")[0] in ("numpy", __name__.partition(".")[0])
        if hasattr(value, "__dict__") and not library and not any([value is o for o in self._objects]):
            self._objects.append(value)

    def _watch_attributes(self) -> None:
        """Note the attributes, among the names in the code, that the objects have; these may lead to further ones."""
        done: set[tuple[int, str]] = set()
        while waiting := [(o, n) for o in self._objects for n in self._read if (id(o), n) not in done]:
            for holder, name in waiting:
                done.add((id(holder), name))
                self._attribute(holder, name)

    def _attribute(self, holder: Any, name: str) -> None:
        of_class = _of_class(holder, name)
        if name in vars(holder) or isinstance(of_class, (*_VALUES, np.ndarray, list, dict)):
            value = getattr(holder, name, MISSING)
            self.attributes.append((holder, name, value))
            self._look(value)
        elif isinstance(of_class, property):
            self._function(of_class.fget)
        elif isinstance(of_class, (FunctionType, classmethod, staticmethod)):
            self._function(getattr(of_class, "__func__", of_class))

    def _argument(self, value: Any) -> None:
        """Note the functions and generators among the arguments; their numbers are inputs."""
        if callable(value) and children(value) is None:
            self._function(value)
        elif hasattr(value, "bit_generator"):
            self.generators.append(value)
        elif not is_leaf(value):
            if children(value) is None and not isinstance(value, (*_VALUES, ModuleType, type)):
                self._object(value)
            for _, child in children(value) or ():
                self._argument(child)

    def _look(self, value: Any) -> None:
        """Note what stands behind a name."""
        if isinstance(value, (*_VALUES, ModuleType, type)):
            return
        if callable(value) and not hasattr(value, "__dataclass_fields__"):
            self._function(value)
        elif isinstance(value, np.ndarray):
            self.arrays.append(value)
        elif hasattr(value, "bit_generator"):
            self.generators.append(value)
        elif id(value) not in self._seen and not is_leaf(value) and _inside(value) is not None:
            inside = _inside(value) or []
            self.contents.append((value, inside))
            if callable(value):
                self._function(value)
            self._seen.add(id(value))
            for child in inside:
                self._look(child)
        elif not is_leaf(value):
            self._object(value)

    def changed(self) -> str | None:
        """The name that stands for something else by now, if there is one."""
        for cell, name, value in self.cells:
            now = _contents(cell)
            if now is not value and not equal(now, value):
                return name
        for space, name, value in self.globals:
            now = space.get(name, MISSING)
            if now is not value and not equal(now, value):
                return name
        return self.changed_inside()

    def changed_inside(self) -> str | None:
        """The container or the array that holds something else by now, if there is one."""
        for container, inside in self.contents:
            now = _inside(container) or []
            if len(now) != len(inside) or any([a is not b and not equal(a, b) for a, b in zip(now, inside)]):  # noqa: B905
                return f"an entry of a {type(container).__name__}"
        for holder, name, value in self.attributes:
            current = getattr(holder, name, MISSING)
            if current is not value and not equal(current, value):
                return f"the attribute {name} of a {type(holder).__name__}"
        for array, copy in self.copies:
            if not same_numbers(array, copy):
                return "an array"
        return None

    @property
    def inside_watched(self) -> bool:
        """Whether there is more to compare than the names themselves."""
        return bool(self.contents or self.attributes or self.copies)

    def watch_contents(self, read: set[int]) -> None:
        """From now on a change in the numbers of an outside array is seen as well, but for those read at each call."""
        self.copies = [(array, array.copy()) for array in self.arrays if id(array) not in read]


def _inside(value: Any) -> list[Any] | None:
    """What a container holds, None if it is no container."""
    if isinstance(value, (set, deque)):
        return list(value)
    parts = children(value)
    return None if parts is None else [child for _, child in parts]


def _of_class(value: Any, name: str) -> Any:
    """What stands under this name in the classes of an object, as it stands there."""
    return next((vars(kind)[name] for kind in type(value).__mro__ if name in vars(kind)), MISSING)


def _contents(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not yet assigned
        return MISSING


def equal(a: Any, b: Any) -> bool:
    """Numbers and texts are the same when they are equal; all else only when it is the same object."""
    return type(a) is type(b) and (
        (isinstance(a, _VALUES) and a == b and (a != 0 or repr(a) == repr(b)))  # 0.0 is not -0.0
        or (isinstance(a, np.generic) and a.tobytes() == b.tobytes())
        or (isinstance(a, MethodType) and a.__self__ is b.__self__ and a.__func__ is b.__func__)
        or (type(a) is Tensor and a.node is b.node)
    )


def _names(code: CodeType) -> Iterator[str]:
    """The global names of a function and of the functions defined in it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


@contextmanager
def untouched(outside: Outside, error: Callable[[str], Exception]) -> Iterator[None]:
    """Refuse what a compiled program would not do again: random numbers from elsewhere, names assigned."""
    states = _states(outside)
    arrays = [(array, array.copy()) for array in outside.arrays]
    yield
    if not all([same_numbers(array, before) for array, before in arrays]):
        raise error(
            "the function writes into an array that stands outside of it: a compiled program would not do that again. "
            "Return the new values instead"
        )
    for (what, before), (_, after) in zip(states, _states(outside), strict=True):
        if before != after:
            raise error(
                f"the function draws random numbers from {what}: a compiled program would give the same ones at each "
                "call. Draw them outside and pass them in, or draw from ag.recorded(generator), which draws anew"
            )
    name = outside.changed()
    if name is not None:
        raise error(
            f"the function changes {name}, which stands outside of it: a compiled program would not do that again. "
            "Return the new value instead"
        )


def _states(outside: Outside) -> list[tuple[str, str]]:
    found = [("np.random", repr(np.random.get_state())), ("the module random", repr(random.getstate()))]
    return found + [("a np.random.Generator", repr(g.bit_generator.state)) for g in outside.generators]
