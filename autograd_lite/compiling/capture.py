"""Capture: one run of f on leaves, and everything that its record hangs on.

    inputs     a leaf for each number among the arguments
    outputs    the nodes, or plain values, that f returned
    guards     what f asked of a value on the way: ``if x > 0`` holds for this record only while x > 0
    names      what f took from closures and globals (outside.py)

A record is one path through f.  It stands for f as long as every guard gives the same answer, so the compiled program
asks again, and a call with another answer is recorded anew.  What cannot be asked again is refused here, with the line.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import CellType, ModuleType
from typing import Any, NamedTuple

import numpy as np

from ..graph import Node, leaf
from ..rules.constants import ABOUT_SHAPES
from ..tensor import Tensor, doors, tensor_of
from ..trace.naming import Watch, argument_names, is_user_code, parameter_names
from ..trace.scopes import collected
from ..transforms import swept
from ..trees import children, flatten, is_leaf, map_tree
from .outside import Outside, untouched
from .randomness import Recorder, drawn, recorders
from .signature import Signature

__all__ = ["Capture", "CompileError", "Guard", "capture"]


class CompileError(TypeError):
    """A function that cannot be compiled as it stands: the message names the line and what to write instead."""


class OtherBranch(Exception):
    """The arguments take another way through the function than the one that was recorded."""


class Guard(NamedTuple):
    """An answer that the record hangs on: the node that was asked, how, the answer, and the user's line."""

    node: Node
    door: Any
    answer: Any
    line: str


class Capture(Recorder):
    """The record of one run (see the head of this module)."""

    def __init__(self) -> None:
        super().__init__()
        self.inputs: list[Node] = []
        self.names: list[str] = []
        self.given: list[type] = []  # the types of the inputs as they were given
        self.result: Any = None
        self.outputs: list[Any] = []
        self.rebuild: Callable[[list[Any]], Any]
        self.guards: list[Guard] = []
        self.meanings: dict[Node, tuple[str, Node]] = {}  # adjoints and tangents: of which node
        self.name_of: Callable[[Node], str | None]
        self.array_names: dict[int, str] = {}
        self.outside: Outside

    def release(self, nodes: Mapping[Node, Node]) -> None:
        """Let go of the values of the run: arrays of the same shapes that take no memory stand in their places."""
        self.name_of, self.array_names = lambda node: None, {}
        self.result = map_tree(lambda y: None, self.result)
        for node in {*nodes, *nodes.values()}:
            value, constant = node.value, node.function is None and node not in self.inputs
            if type(value) is np.ndarray and value.nbytes > SMALL and not constant:
                node.value = np.broadcast_to(np.zeros((), value.dtype), value.shape)


SMALL = 1024  # bytes that a value may keep
_TEXTS = {"repr": "shows", "str": "shows", "format": "formats"}


def capture(f: Callable[..., Any], signature: Signature) -> Capture:
    """Run f with leaves in the place of its inputs.

    Raises
    ------
    CompileError
        If f does what a compiled program would not do again: shows a Tensor, draws random numbers behind the record's
        back, assigns to a global name.
    """
    made = Capture()
    made.inputs = [leaf(as_input(x)) for x in signature.chosen()]
    made.names, made.given = _names(f, signature), [type(x) for x in signature.chosen()]
    tensors = [tensor_of(node) for node in made.inputs]
    new_args, new_kwargs = signature.with_inputs(tensors)
    made.outside = Outside(f, signature.args, signature.kwargs)
    watch = Watch()
    with untouched(made.outside, CompileError), _listening(made), collected():
        made.result = watch.run(f, new_args, new_kwargs)
    for node, tensor, name in zip(made.inputs, tensors, made.names, strict=True):
        if tensor.node is not node:
            raise CompileError(
                f"the function writes into its argument {name}, which a compiled program leaves as it is: begin with "
                f"{name} = {name}.copy()"
            )
    if watch.raised is not None:
        error, line, name = watch.raised
        raise CompileError(
            f"line {line} of {name}: the function catches a {error}, which other numbers may not raise: decide by a "
            "condition, as in `if x == 0:`, or leave this function uncompiled"
        )
    _refuse_hidden(made.result)
    outputs, made.rebuild = flatten(made.result)
    made.outputs = [y.node if type(y) is Tensor else y for y in outputs]
    made.name_of, made.array_names = watch.name, watch.array_names()
    return made


def _refuse_hidden(result: Any, inside: Any = None) -> None:
    """Refuse a result in which Tensors stand where a program cannot put new numbers."""
    if is_leaf(result):
        if type(result) is Tensor and inside is not None:
            raise CompileError(
                f"the function returns a {type(inside).__name__} with a Tensor in it, where a compiled program cannot "
                "put other numbers: return arrays, numbers and lists, tuples, dicts or dataclasses of them"
            )
        return
    if isinstance(result, Iterator):
        raise CompileError(f"the function returns a {type(result).__name__}: return list(…) of it instead")
    parts = children(result)
    for _, part in parts or ():
        _refuse_hidden(part, inside)
    if parts is None and inside is None and not isinstance(result, (type, ModuleType)):
        cells = [c.cell_contents for c in getattr(result, "__closure__", None) or () if c != CellType()]
        for part in [*cells, *getattr(result, "__dict__", {}).values()]:
            _refuse_hidden(part, result)


def _names(f: Callable[..., Any], signature: Signature) -> list[str]:
    """The names of the inputs."""
    args, kwargs = signature.rebuild(signature.leaves)
    parameters = zip(args, parameter_names(f, len(args)), strict=True)
    names = [a.name for x, name in parameters for a in argument_names(x, name)]
    names += [a.name for name, x in kwargs.items() for a in argument_names(x, name)]
    return [name for name, chosen in zip(names, signature.inputs, strict=True) if chosen]


def as_input(x: Any) -> Any:
    """The value of a leaf: a copy, so that what f does to its argument afterwards cannot reach the record."""
    return x.copy() if type(x) is np.ndarray else np.asarray(x)[()]


@contextmanager
def _listening(made: Capture) -> Any:
    """While it is open, every value that leaves the graph becomes a guard, and recorded sweeps tell their meaning."""
    inputs = set(made.inputs)
    oldest = made.inputs[0].number if made.inputs else sys.maxsize
    known: set[tuple[Node, Any]] = set()

    def opened(node: Node, door: Any) -> None:
        if door in ABOUT_SHAPES or node.number < oldest or not _depends(node, inputs, oldest):
            return
        line = _user_line()
        if door in _TEXTS:
            raise CompileError(
                f"{line}: this line {_TEXTS[door]} a Tensor, which a compiled program would do once and never again. "
                "Return the value and show it outside, or leave this function uncompiled"
            )
        if (node, door == "bool") not in known:
            known.add((node, door == "bool"))
            made.guards.append(Guard(node, door, bool(node.value) if door == "bool" else np.copy(node.value), line))

    def meaning(kind: str, found: dict[Node, Any]) -> None:
        for node, derivative in found.items():
            if type(derivative) is Tensor:
                made.meanings.setdefault(derivative.node, (kind, node))

    doors.append(opened)
    swept.append(meaning)
    recorders.append(made)
    try:
        yield
    finally:
        recorders.remove(made)
        made.restore()
        doors.remove(opened)
        swept.remove(meaning)


def _depends(node: Node, inputs: set[Node], oldest: int) -> bool:
    """Whether the node comes from an input or from a random number, and not from constants alone."""
    seen, waiting = {node}, [node]
    while waiting:
        node = waiting.pop()
        if node in inputs or node.function is drawn:
            return True
        for a in node.parents:
            if a.number >= oldest and a not in seen:
                seen.add(a)
                waiting.append(a)
    return False


def _user_line() -> str:
    """The line of the user's code that is being run."""
    frame = sys._getframe(1)
    while frame.f_back is not None and not is_user_code(frame.f_code):
        frame = frame.f_back
    import linecache

    text = linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()
    return f"line {frame.f_lineno} of {frame.f_code.co_name}" + (f", `{text}`" if text else "")
