"""Names for the nodes of a trace: the parameters of the traced function, its local variables, and v1, v2, ... .

While the function runs, the interpreter reports every line (``sys.settrace``); the variables that then face a node give
it their name.  Where several do, the outermost function wins, and in one function the first.  A name that is bound
again is numbered: ``h``, ``h_2``, ``h_3``.  Only names leave this module: no frame outlives the call.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from types import CodeType, FrameType
from typing import Any, NamedTuple

import numpy as np

from ..graph import Node
from ..tensor import Tensor
from ..trees import children, is_leaf

__all__ = ["Argument", "Unique", "Watch", "argument_names", "is_user_code", "parameter_names"]


class Argument(NamedTuple):
    """A number among the arguments: the name it goes by, and whether it is a parameter of a model."""

    name: str
    parameter: bool


def argument_names(tree: Any, name: str, place: str = "") -> list[Argument]:
    """The names of the leaves of an argument, in the order of ``trees.flatten``.

    A field of a dataclass with ``field(metadata={"symbol": "W"})`` is a parameter, named by its symbol and the place
    of its layer in a list, from 1; all else is named by the expression that selects it.
    """
    if is_leaf(tree):
        return [Argument(name, False)]
    fields = getattr(type(tree), "__dataclass_fields__", {})
    found = []
    for step, child in children(tree) or []:
        at = str(int(step[1:-1]) + 1) if step[1:-1].isdigit() else place
        symbol = fields[step[1:]].metadata.get("symbol") if step[1:] in fields else None
        if symbol is not None and is_leaf(child):
            found.append(Argument(symbol + at, True))
        else:
            found += argument_names(child, (name + step).lstrip("."), at)
    return found


def parameter_names(f: Callable[..., Any], count: int) -> list[str]:
    """The names of the first ``count`` positional parameters; x, or x1, x2, ..., where the function does not tell."""
    from inspect import Parameter, signature

    try:
        parameters = list(signature(f).parameters.values())
    except (TypeError, ValueError):  # ufuncs and other functions written in C
        parameters = []
    names = [p.name for p in parameters if p.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)]
    for p in parameters:
        if p.kind is Parameter.VAR_POSITIONAL:
            names += [f"{p.name}[{i}]" for i in range(count - len(names))]
    if len(names) < count:
        return ["x"] if count == 1 else [f"x{i + 1}" for i in range(count)]
    return names[:count]


class Unique:
    """Hands out names that have not been used: the one asked for, or with a number behind it."""

    def __init__(self) -> None:
        self.used: set[str] = set()
        self.last: dict[str, int] = {}
        self.count = 0

    def named(self, name: str) -> str:
        """The name, with a number behind it if it is taken."""
        unique, i = name, self.last.get(name, 1)
        while unique in self.used:
            i += 1
            unique = f"{name}_{i}"
        self.last[name] = i
        self.used.add(unique)
        return unique

    def numbered(self) -> str:
        """The next of v1, v2, v3, ... ."""
        self.count += 1
        while f"v{self.count}" in self.used:
            self.count += 1
        self.used.add(f"v{self.count}")
        return f"v{self.count}"


_INSIDE = tuple(
    os.path.dirname(os.path.abspath(path)) + os.sep for path in (os.path.dirname(__file__), np.__file__, os.__file__)
)  # fmt: skip


def is_user_code(code: CodeType) -> bool:
    """Whether the function is neither ours nor NumPy's nor the standard library's."""
    name = code.co_filename
    if name.startswith(("<frozen", "<__array_function__")):
        return False
    return not name.startswith(_INSIDE[:2]) and (not name.startswith(_INSIDE[2]) or "site-packages" in name)


class Watch:
    """A trace function for ``sys.settrace`` that notes which variables face which nodes and arrays.

    It passes every event on to the trace function that was there before, so a debugger or a coverage tool goes on.
    """

    def __init__(self) -> None:
        self.nodes: dict[int, tuple[int, str]] = {}  # by number: no name keeps a graph alive
        self.arrays: dict[int, tuple[int, str, Any]] = {}  # by identity; the array itself, so that it stays the same
        self.globals: dict[int, Mapping[str, Any]] = {}
        self.depth = 0
        self.raised: tuple[str, int, str] | None = None  # an error of arithmetic: its name, line and function
        self.before: Callable[..., Any] | None = None

    def run(self, f: Callable[..., Any], args: Iterable[Any], kwargs: Mapping[str, Any]) -> Any:
        """f(*args, **kwargs), watched."""
        self.before = sys.gettrace()
        sys.settrace(self._enter)
        try:
            return f(*args, **kwargs)
        finally:
            sys.settrace(self.before)
            self.before = None
            for variables in self.globals.values():
                self.look(variables, sys.maxsize)
            self.globals.clear()

    def _enter(self, frame: FrameType, event: str, arg: Any) -> Any:
        passed_on = self._pass_on(self.before, frame, event, arg)
        if not is_user_code(frame.f_code):
            return passed_on
        depth = self.depth
        self.depth += 1
        self.globals[id(frame.f_globals)] = frame.f_globals

        def step(frame: FrameType, event: str, arg: Any) -> Any:
            nonlocal passed_on
            passed_on = self._pass_on(passed_on, frame, event, arg)
            if event in ("line", "return"):
                self.look(frame.f_locals, depth)
            if event == "return":
                self.depth = depth
            if event == "exception" and issubclass(arg[0], (ArithmeticError, np.linalg.LinAlgError)):
                self.raised = arg[0].__name__, frame.f_lineno, frame.f_code.co_name
            return step

        return step

    def _pass_on(self, trace: Callable[..., Any] | None, frame: FrameType, event: str, arg: Any) -> Any:
        if trace is None:
            return None
        mine = sys.gettrace()
        answer = trace(frame, event, arg)
        if sys.gettrace() is not mine:  # some tools put themselves back in place when they are called
            sys.settrace(mine)
        return answer

    def look(self, variables: Mapping[str, Any], depth: int) -> None:
        """Note the names under which nodes and arrays stand among these variables."""
        for name, x in list(variables.items()):
            kind = type(x)
            if (kind is not Tensor and kind is not np.ndarray) or not name.isidentifier() or name == "_":
                continue
            if kind is Tensor:
                known = self.nodes.get(x.node.number)
                if known is None or depth < known[0]:
                    self.nodes[x.node.number] = depth, name
            else:
                array = self.arrays.get(id(x))
                if array is None or depth < array[0]:
                    self.arrays[id(x)] = depth, name, x

    def name(self, node: Node) -> str | None:
        """The name a person gave to the node: that of a leaf, else that of a variable."""
        given = node.kwargs.get("name") if node.function is None else None
        return given or self.nodes.get(node.number, (0, None))[1]

    def array_names(self) -> dict[int, str]:
        """The variables that hold arrays, by the identity of the array."""
        return {i: name for i, (_, name, _) in self.arrays.items()}
