"""Emission: the plan as the text of a NumPy program, with the user's names and a comment for each elementary function.

The program stands alone: it imports NumPy, takes the inputs and what was read from outside as its parameters, and
raises ``OtherBranch`` where the arguments would take another way through the recorded function than the one it knows.
Numbers alone are computed as Python floats with ``math``, several times faster than NumPy's scalars; where ``math``
raises an error and NumPy returns inf or nan, the caller runs the program without this (``floats=False``).
"""

from __future__ import annotations

import builtins
import keyword
import re
from typing import Any

import numpy as np

from ..formulas import definition, formula
from ..graph import Node
from ..naming import Unique
from ..rules.indexing import scatter
from .capture import Guard
from .planning import Plan, Step, owned_outputs
from .rewriting import added
from .spelling import FLOAT, index_text, is_basic, operand, public_name, source_of, spelled

__all__ = ["Program", "emitted"]

BRANCH = '''class OtherBranch(Exception):
    """These arguments take another way through the function than the one that was recorded."""
'''
COMMENT_AT = 44
SMALL = 16  # entries up to which an array is written out


class Program:
    """The text of a program, and what it takes besides the inputs."""

    def __init__(self, source: str, name: str, outside: dict[str, Any], floats: bool) -> None:
        self.source, self.name, self.outside, self.floats = source, name, outside, floats


def emitted(plan: Plan, name: str, floats: bool = True) -> Program:
    """The program of a plan."""
    return _Emitter(plan, floats).program(_identifier(name))


class _Emitter:
    def __init__(self, plan: Plan, floats: bool) -> None:
        self.plan = plan
        self.unique = Unique()
        self.unique.used.update((*keyword.kwlist, *dir(builtins), "np", "math", "scipy", "OtherBranch"))
        self.names: dict[Node, str] = {}
        self.header: dict[int, tuple[str, str]] = {}  # constants that are written out, by identity
        self.outside: dict[int, tuple[str, Any]] = {}
        self.helpers: dict[Any, str] = {}
        self.imports = {"import numpy as np"}
        self.lines: list[str] = []
        self.floats = _floats(plan) if floats else set()
        self._name()

    # Names

    def _name(self) -> None:
        plan, captured = self.plan, self.plan.captured
        for node, name in zip(plan.inputs, captured.names, strict=True):
            self.names[node] = self.unique.named(_identifier(name))
        automatic = []
        for step in plan.steps:
            name = next(filter(None, map(self._described, plan.origins.get(step.node, ()))), None)
            if name:
                self.names[step.node] = self.unique.named(_identifier(name))
            else:
                automatic.append(step)
        for step in reversed(plan.steps):  # what is added to has the name of the sum
            if step.node.function is added and step.over is not None and step.over not in self.names:
                self.names[step.over] = self.names.setdefault(step.node, self.names.get(step.node) or "")
                if not self.names[step.over]:
                    self.names[step.over] = self.names[step.node] = self.unique.numbered()
        for step in automatic:
            if step.node not in self.names:
                self.names[step.node] = self.unique.numbered()
        for step in plan.steps:
            step.name = self.names[step.node]

    def _described(self, recorded: Node) -> str | None:
        """The name that a node of the record was given: ``z1``; ``z1_bar`` for its adjoint, ``z1_dot`` for its tangent."""
        given = self.plan.captured.name_of(recorded)
        kind, of = self.plan.captured.meanings.get(recorded, (None, None))
        if given or of is None:
            return given
        described = self._described(of)
        return described and f"{_identifier(described)}_{'bar' if kind == 'adjoint' else 'dot'}"

    # Texts of arguments

    def text(self, a: Any, near: Node | None = None) -> str:
        if type(a) is Node:
            return self.names[a]
        if isinstance(a, np.generic):
            return self._scalar(a, near)
        if isinstance(a, np.ndarray):
            return self._array(a)
        if isinstance(a, np.dtype):
            return f"np.{a.name}" if hasattr(np, a.name) else f"np.dtype({a.str!r})"
        if isinstance(a, (float, complex)):
            return _float(a)
        if isinstance(a, slice):
            return f"slice({', '.join(self.text(end) for end in (a.start, a.stop, a.step))})"
        if type(a) in (tuple, list):
            inside = ", ".join(self.text(item, near) for item in a)
            return f"[{inside}]" if type(a) is list else f"({inside},)" if len(a) == 1 else f"({inside})"
        if isinstance(a, (int, str, bool, type(None), type(Ellipsis))):
            return repr(a)
        return self._object(a)

    def _scalar(self, a: np.generic, near: Node | None) -> str:
        """A NumPy scalar: as a plain number where NumPy computes the same with that."""
        others = [p.value.dtype.char for p in near.parents] if near is not None else []
        plain = a.item()
        if a.dtype.char in "dl" and others and all(char in "dDl?" for char in others):
            return self.text(plain)
        return f"np.{a.dtype.name}({self.text(plain)})"

    def _array(self, a: np.ndarray[Any, Any]) -> str:
        if id(a) in self.header:
            return self.header[id(a)][0]
        if id(a) in self.outside:
            return self.outside[id(a)][0]
        given = self.plan.captured.array_names.get(id(a))
        text = None if self._is_outside(a) else _constant(a)
        name = self.unique.named(_identifier(given)) if given else self.unique.named("c1")
        if text is None:
            self.outside[id(a)] = (name, a)
        else:
            self.header[id(a)] = (name, text)
        return name

    def _is_outside(self, a: np.ndarray[Any, Any]) -> bool:
        """Whether this array, or the one that it is a view of, stands outside of the function."""
        while a is not None:
            if any([a is known for known in self.plan.captured.outside.arrays]):
                return True
            a = a.base if isinstance(a.base, np.ndarray) else None  # type: ignore[assignment]
        return False

    def _object(self, a: Any) -> str:
        """A function or another object, by its public name, as its source, or handed in from outside."""
        name = public_name(a)
        if name:
            if name.startswith("scipy"):
                self.imports.add(f"import {name.rpartition('.')[0]}")
            return name
        if a in self.helpers if _hashable(a) else False:
            return str(a.__name__)
        source = source_of(a)
        if source is not None:
            self.helpers[a] = source
            self.unique.used.add(a.__name__)
            return str(a.__name__)
        if id(a) not in self.outside:
            self.outside[id(a)] = (self.unique.named(_identifier(getattr(a, "__name__", type(a).__name__))), a)
        return self.outside[id(a)][0]

    # Statements

    def program(self, name: str) -> Program:
        for node in self.plan.inputs:
            if node in self.floats and any(node in s.node.args for s in self.plan.steps if s.node in self.floats):
                self._line(f"{self.names[node]} = float({self.names[node]})")
        for i, guard in self.plan.guards:
            if guard.node in self.plan.inputs:
                self._guard(i, guard)
        names_of = self._aliases()
        for step in self.plan.steps:
            self._step(step)
            for i, guard in step.checks:
                self._guard(i, guard)
            dead = [n for root in step.dead for n in names_of.get(root, ())]
            if dead:
                self._line(f"del {', '.join(dict.fromkeys(dead))}")
        self._return()
        return Program(self._assembled(name), name, dict(self.outside.values()), bool(self.floats))

    def _aliases(self) -> dict[Node, list[str]]:
        """The names that stand for the memory of each root."""
        found: dict[Node, list[str]] = {}
        for step in self.plan.steps:
            root = step.root
            if step.over is not None:
                found[root] = found.setdefault(self.plan.root(step.over), [])
            found.setdefault(root, []).append(step.name)
        return found

    def _line(self, code: str, comment: str = "") -> None:
        code = "    " + code
        self.lines.append(f"{code:<{COMMENT_AT}}# {comment}" if comment else code)

    def _step(self, step: Step) -> None:
        node, name = step.node, step.name
        comment = self._comment(node)
        if node in self.floats:
            template = FLOAT[node.function]
            parts = [operand(self.text(a, node)) for a in node.args]
            self._line(f"{name} = {template.format(*parts)}", comment)
        elif node.function is scatter:
            values, shape, *index = node.args
            dtype = "" if node.value.dtype == np.float64 else f", {self.text(node.value.dtype)}"
            self._line(f"{name} = np.zeros({self.text(shape)}{dtype})", comment)
            self._put(name, tuple(index), values, "=", node)
        elif node.function is added:
            x, values, *index = node.args
            source = self.text(x)
            if step.over is None:
                self._line(f"{name} = {source}.copy()", comment)
            elif source != name:
                self._line(f"{name} = {source}", comment)
            self._put(name, tuple(index), values, "+=", node)
        elif step.over is not None:
            inside = [self.text(a, node) for a in node.args]
            function = self.text(node.function)
            self._line(f"{name} = {function}({', '.join(inside)}, out={self.text(step.over)})", comment)
        else:
            self._line(f"{name} = {spelled(node, lambda a: self.text(a, node))}", comment)

    def _put(self, name: str, index: tuple[Any, ...], values: Any, sign: str, node: Node) -> None:
        where = index_text(index, self.text)
        if is_basic(index):
            self._line(f"{name}[{where}] {sign} {self.text(values)}")
        else:
            self._line(f"np.add.at({name}, ({where},), {self.text(values)})")

    def _comment(self, node: Node) -> str:
        kind, of = self.plan.meanings.get(node, (None, None))
        name = self.names.get(self.plan.new.get(of, of)) if of is not None else None
        if name:
            return f"{kind} of {name}"
        if node.function is scatter:
            return "put back where they were taken"
        if node.function is added:
            return "added where they were taken"
        show = lambda a: self.names[a] if type(a) is Node else "[…]"
        try:
            written = formula(node.function, node.args, node.kwargs, show)
        except (TypeError, ValueError, IndexError):
            written = definition(node.function, node.args, node.kwargs, show)
        return written if len(written) < 60 else written[:57] + "…"

    def _guard(self, i: int, guard: Guard) -> None:
        name = self.names[guard.node]
        if guard.door == "bool":
            condition = f"not {name}" if guard.answer else name
        elif guard.answer.ndim == 0:
            condition = f"{name} != {self.text(guard.answer.item())}"
        else:
            condition = f"not np.array_equal({name}, {self._array(guard.answer)})"
        self._line(f"if {condition}:")
        self._line(f"    raise OtherBranch({i})", guard.line)

    def _return(self) -> None:
        owned = owned_outputs(self.plan)
        parts = []
        for y in self.plan.outputs:
            if type(y) is not Node:
                continue
            name = self._output(y)
            if y in self.floats:
                name = f"np.{y.value.dtype.type.__name__}({name})"
            elif type(y.value) is np.ndarray and not owned(y):
                name = f"{name}.copy()"
            parts.append(name)
        self._line(f"return {', '.join(parts)}" if parts else "return ()")

    def _output(self, y: Node) -> str:
        return self.names[y] if y in self.names else self.text(y.value)

    def _assembled(self, name: str) -> str:
        body = "\n".join(self.lines)
        if "math." in body:
            self.imports.add("import math")
        inputs = [self.names[node] for node in self.plan.inputs]
        parameters = ", ".join([*inputs, *[n for n, _ in self.outside.values()]])
        head = "\n".join(sorted(self.imports))
        constants = "\n".join(f"{n} = {text}" for n, text in self.header.values())
        blocks = [head]
        if constants:
            blocks.append(constants)
        blocks += list(self.helpers.values())
        if "OtherBranch(" in body:
            blocks.append(BRANCH.rstrip())
        blocks.append(f"def {name}({parameters}):\n{body}")
        return "\n\n\n".join(block.rstrip() for block in blocks) + "\n"


def _floats(plan: Plan) -> set[Node]:
    """The nodes that are computed as Python floats: numbers alone, by functions that ``math`` has."""
    nodes = [*plan.inputs, *[step.node for step in plan.steps]]
    if any([not isinstance(n.value, tuple) and n.value.dtype.char not in "dD?lL" for n in nodes]):
        return set()
    found = {node for node in plan.inputs if type(node.value) is np.float64}
    for step in plan.steps:
        node = step.node
        number = type(node.value) in (np.float64, np.bool_) and node.function in FLOAT
        if number and not node.kwargs and all([_is_float(a, found) for a in node.args]):
            found.add(node)
    return found


def _is_float(a: Any, found: set[Node]) -> bool:
    if type(a) is Node:
        return a in found
    return type(a) in (int, float, bool, np.float64, np.bool_) or a is None


def _float(x: float | complex) -> str:
    text = repr(x)
    if "nan" in text or "inf" in text:
        return f"complex('{x}')" if isinstance(x, complex) else f"float('{x}')" if x != x else f"{'-' * (x < 0)}np.inf"
    return f"({text})" if text.startswith("-") else text


def _identifier(name: str) -> str:
    """A name as Python allows it: ``params['W1']`` is W1, ``layers[0].weights`` is layers_0_weights."""
    if name.isidentifier():
        return name
    pieces = re.findall(r"\w+", name)
    if pieces and pieces[-1].isidentifier() and "'" in name:
        return pieces[-1]
    joined = "_".join(pieces) or "x"
    return joined if joined.isidentifier() else f"x_{joined}"


def _constant(a: np.ndarray[Any, Any]) -> str | None:
    """A small or regular array written out."""
    if a.dtype.kind not in "biufc" or a.dtype.hasobject:
        return None
    dtype = "" if a.dtype in (np.float64, np.int64, np.bool_, np.complex128) else f", np.{a.dtype.name}"
    if a.size and not any(a.strides) and a.ndim:
        return f"np.broadcast_to({_float(a.flat[0].item()) if a.dtype.kind in 'fc' else a.flat[0].item()!r}, {a.shape})"
    if a.size <= SMALL and np.all(np.isfinite(a)):
        return f"np.array({a.tolist()!r}{dtype})" if a.size else f"np.zeros({a.shape}{dtype})"
    if a.ndim == 1 and a.dtype == np.int64 and np.array_equal(a, np.arange(a[0], a[0] + a.size)):
        return f"np.arange({a.size})" if a[0] == 0 else f"np.arange({a[0]}, {a[0] + a.size})"
    return None


def _hashable(a: Any) -> bool:
    try:
        hash(a)
    except TypeError:
        return False
    return True
