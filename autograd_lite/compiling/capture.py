"""Capture: one run of f on leaves, and everything that its record hangs on.

    inputs     a leaf for each number among the arguments
    outputs    the nodes, or plain values, that f returned
    guards     what f asked of a value on the way (programs/recording.py)
    names      what f took from closures and globals (outside.py)

The compiled program asks again, and a call with another answer is recorded anew.  What cannot be asked again is refused
here, with the line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import CellType, ModuleType
from typing import Any

import numpy as np

from ..graph import Node, leaf, path
from ..programs.recording import Guard, Listening, hollow, user_line
from ..tensor import Tensor, tensor_of
from ..trace.naming import Watch, argument_names, parameter_names
from ..trace.scopes import collected
from ..transforms import swept
from ..trees import children, flatten, is_leaf, map_tree
from .outside import Outside, untouched
from .randomness import Recorder, recorders
from .signature import Signature

__all__ = ["Capture", "CompileError", "capture"]


class CompileError(TypeError):
    """A function that cannot be compiled as it stands: the message names the line and what to write instead."""


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

    def dependent(self, nodes: list[Node]) -> set[Node]:
        """What comes from an input or from a random number, among these nodes and those that they come from."""
        leaves = [*self.inputs, *self.effects]
        return path(leaves, nodes).active if leaves else set()

    def release(self, nodes: Mapping[Node, Node]) -> None:
        """Let go of the values of the run."""
        self.name_of, self.array_names = lambda node: None, {}
        self.result = map_tree(lambda y: None, self.result)
        for node in {*nodes, *nodes.values()}:
            if node.function is not None or node in self.inputs:
                node.value = hollow(node.value)


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
    with untouched(made.outside, CompileError), _recording(made), collected():
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


class _Listening(Listening):
    """A listener that refuses, at once, the showing of what depends on the inputs."""

    def __init__(self, made: Capture) -> None:
        self.made = made

    def told(self, node: Node, door: Any) -> None:
        if door in _TEXTS and self.made.dependent([node]):
            raise CompileError(
                f"{user_line()}: this line {_TEXTS[door]} a Tensor, which a compiled program would do once and never "
                "again. Return the value and show it outside, or leave this function uncompiled"
            )
        super().told(node, door)


@contextmanager
def _recording(made: Capture) -> Iterator[None]:
    """While it is open, the values that leave the graph are heard, and recorded sweeps tell their meaning."""

    def meaning(kind: str, found: dict[Node, Any]) -> None:
        for node, derivative in found.items():
            if type(derivative) is Tensor:
                made.meanings.setdefault(derivative.node, (kind, node))

    swept.append(meaning)
    recorders.append(made)
    try:
        with _Listening(made) as heard:
            yield
    finally:
        recorders.remove(made)
        made.restore()
        swept.remove(meaning)
    depend = made.dependent([guard.node for guard in heard.values()])
    made.guards = [guard for guard in heard.values() if guard.node in depend]
