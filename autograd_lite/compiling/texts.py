"""The words of a program: the names of its values, and how the arguments of a call are written.

A number is written out where NumPy computes the same with it; a small or regular array stands above the function; an
array from outside, which is read at each call, and an object without a public name are parameters.
"""

from __future__ import annotations

import builtins
import keyword
import re
from typing import Any

import numpy as np

from ..graph import Node, same
from ..trace.naming import Unique
from .planning import WRITES, Plan
from .spelling import public_name, source_of

__all__ = ["Texts", "identifier"]

SMALL = 16  # entries up to which an array is written out


class Texts:
    """The names of the nodes of a plan, and the texts of arguments; on the way it collects what stands around them."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.unique = Unique()
        taken = ("np", "math", "scipy", "OtherBranch", "rows", "first")
        self.unique.used.update((*keyword.kwlist, *dir(builtins), *taken))
        self.names: dict[Node, str] = {}
        self.header: dict[int, tuple[str, str]] = {}  # arrays that are written out, by identity
        self.written_out: list[Any] = []
        self.outside: dict[int, tuple[str, Any]] = {}
        self.helpers: dict[Any, str] = {}
        self.imports = {"import numpy as np"}
        inputs = zip(plan.inputs, plan.captured.names, strict=True)
        self.given = {node: self._local(node, name) for node, name in inputs}
        self.inside = self._written_inside()
        self._name()

    def _name(self) -> None:
        plan = self.plan
        for node, name in self.given.items():
            self.names[node] = self.unique.named(identifier(name))
        automatic = []
        for step in plan.steps:
            given = next(filter(None, map(self._described, plan.origins.get(step.node, ()))), None)
            if given:
                self.names[step.node] = self.unique.named(identifier(given))
            else:
                automatic.append(step)
        for step in plan.steps:  # what was written into keeps its name
            if step.into and step.node.function in WRITES and step.node.args[0] in self.names:
                self.names[step.node] = self.names[step.node.args[0]]
        for step in reversed(plan.steps):  # what is added to has the name of the sum
            if step.into and step.node.args[0] not in self.names:
                if step.node not in self.names:
                    self.names[step.node] = self.unique.numbered()
                self.names[step.node.args[0]] = self.names[step.node]
        for step in automatic:
            if step.node not in self.names and step.node not in self.inside:
                self.names[step.node] = self.unique.numbered()
        for step in plan.steps:
            step.name = self.names.get(step.node, "")

    def _local(self, node: Node, name: str) -> str:
        """The name of an input; that of a variable which it is taken apart into, rather than params_0."""
        if name.isidentifier() or "'" in name:
            return name
        names = map(self.plan.captured.name_of, (node, *self.plan.origins.get(node, ())))
        return next(filter(None, names), name)

    def _written_inside(self) -> set[Node]:
        """The steps that are written inside of the one that takes them, and so need no name."""
        return set()

    def _described(self, recorded: Node) -> str | None:
        """The name that a node of the record was given: ``z1``; its adjoint is ``z1_bar``, its tangent ``z1_dot``."""
        captured = self.plan.captured
        if recorded in self.given:
            return self.given[recorded]
        if recorded.function is same:
            return self._described(recorded.args[0])
        given = captured.name_of(recorded)
        kind, of = captured.meanings.get(recorded, (None, None))
        if given or of is None:
            return given
        described = self._described(of)
        return described and f"{identifier(described)}_{'bar' if kind == 'adjoint' else 'dot'}"

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
        known = next((name for name, other in self.header.values() if other == text), None)
        name = known or self.unique.named(identifier(given or "c1"))
        if text is None:
            self.outside[id(a)] = (name, a)
        else:
            self.header[id(a)] = (name, text)
            self.written_out.append(a)
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
            self.outside[id(a)] = (self.unique.named(identifier(getattr(a, "__name__", type(a).__name__))), a)
        return self.outside[id(a)][0]


def _float(x: float | complex) -> str:
    text = repr(x)
    if "nan" in text or "inf" in text:
        return f"complex('{x}')" if isinstance(x, complex) else f"float('{x}')" if x != x else f"{'-' * (x < 0)}np.inf"
    return text


def identifier(name: str) -> str:
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
        number = _float(a.flat[0].item()) if a.dtype.kind in "fc" else repr(a.flat[0].item())
        return f"np.broadcast_to({f'np.{a.dtype.name}({number})' if dtype else number}, {a.shape})"
    if a.size <= SMALL and np.all(np.isfinite(a)):
        return f"np.array({a.tolist()!r}{dtype})" if a.size else f"np.empty({a.shape}, np.{a.dtype.name})"
    if a.ndim == 1 and a.dtype == np.int64 and np.array_equal(a, np.arange(a[0], a[0] + a.size)):
        return f"np.arange({a.size})" if a[0] == 0 else f"np.arange({a[0]}, {a[0] + a.size})"
    return None


def _hashable(a: Any) -> bool:
    try:
        hash(a)
    except TypeError:
        return False
    return True
