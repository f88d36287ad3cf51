"""The program of a body: straight-line NumPy in a ``for`` loop, with operators where the record has their functions.

    def prepare(k0):                          consts, and what follows from them alone
        v0 = k0 * K0
        def run(rows, put0, keep0, c0):
            for x0, in rows:
                v1 = f0(c0)
                v2 = v1 * v0
                if not v3: return (c0,), (x0,)      a guard: the rest of the rows is for another body
                put0(v2); keep0(c0)
                c0, = v4,
            return (c0,), None
        return run

Names are numbered and constants stand outside, so bodies of the same form share one compiled text.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import count
from types import CodeType
from typing import Any

import numpy as np

from ..graph import Node
from ..kinds import broadcast, pick
from ..programs.recording import Departed, Guard
from ..programs.spelling import SPECIAL, expression, tuple_text
from .body import Body

__all__ = ["program", "source"]

Function = Callable[..., Any]

_TABS = " " * 4


class _Writer:
    """The lines of a program and the objects that stand in it by name."""

    def __init__(self, body: Body, carries: int) -> None:
        self.body = body
        self.names: dict[Node, str] = {node: f"k{i}" for i, node in enumerate(body.consts)}
        self.objects: dict[str, Any] = {"Departed": Departed, "np": np}
        self.known: dict[int, str] = {}
        self.said = {name: name for name in self.names.values()}  # what is computed twice is computed once
        self.before: list[str] = []
        self.inside: list[str] = []
        self.fixed = set(self.names.values())  # the names that stand before the loop
        self.carry = [self.named(node, f"c{i}") for i, node in enumerate(body.leaves[:carries])]
        self.x = [self.named(node, f"x{i}") for i, node in enumerate(body.leaves[carries:])]
        self.said |= {name: name for name in (*self.carry, *self.x)}
        for node in (*body.consts, *body.leaves):
            self.guard(node)
        for i, node in enumerate(body.steps):
            self.step(node, f"v{i}")
            self.guard(node)
        self.outputs = [self.text(y) for y in body.outputs]

    def step(self, node: Node, name: str) -> None:
        """The line of a step: before the loop if it needs only what stands there, none if it was said already."""
        text = self.call(node)
        if text in self.said and _is_numpy(node.function):
            self.names[node] = self.said[text]
            return
        self.said[text] = self.named(node, name)
        varying = [a for a in node.args if type(a) is Node and a in self.names and self.names[a] not in self.fixed]
        if varying or node in self.body.guards:
            self.inside.append(f"{name} = {text}")
        else:
            self.fixed.add(name)
            self.before.append(f"{name} = {text}")

    def named(self, node: Node, name: str) -> str:
        self.names[node] = name
        return name

    def text(self, x: Any) -> str:
        """How an argument is written: by its name, as a whole number, or as one of the objects."""
        if type(x) is Node:
            return self.names[x] if x in self.names else self.object("K", x.value)
        return repr(x) if type(x) is int or x is None else self.object("K", x)

    def object(self, letter: str, x: Any) -> str:
        if id(x) not in self.known:
            self.known[id(x)] = f"{letter}{len(self.objects)}"
            self.objects[self.known[id(x)]] = x
        return self.known[id(x)]

    def call(self, node: Node) -> str:
        """The right-hand side of a step."""

        def text(a: Any) -> str:
            return self.object("f", self.direct(node)) if a is node.function else self.text(a)

        return expression(node, text)

    def direct(self, node: Node) -> Any:
        """The function without what NumPy and we do to dispatch it."""
        if node.function is np.broadcast_to:
            return broadcast
        lean = getattr(node.function, "lean", None)
        if lean is not None and not _uses_beyond(self.body, node, lean.limit(node.args)):
            return lean
        return getattr(node.function, "_implementation", node.function)

    def guard(self, node: Node) -> None:
        for guard in self.body.guards.get(node, ()):
            self.inside.append(f"if {self.fails(guard)}: return {tuple_text(self.carry)}, {tuple_text(self.x)}")

    def fails(self, guard: Guard) -> str:
        name = self.names[guard.node]
        if guard.door == "bool":
            return f"not {name}" if guard.outcome else name
        return f"not {self.object('f', guard.holds)}({name})"


def _is_numpy(function: Any) -> bool:
    """Whether it gives the same whenever it is called, which is not known of functions of others."""
    return type(function) is np.ufunc or function in SPECIAL or hasattr(function, "_implementation")


def _uses_beyond(body: Body, node: Node, limit: int) -> bool:
    """Whether a step takes an output from ``limit`` on, of this node that has several."""
    users = [user for user in body.steps if any([a is node for a in user.args])]
    return any([user.function is not pick or user.args[1] >= limit for user in users])


def source(body: Body, carries: int, keep: Sequence[int]) -> tuple[str, dict[str, Any]]:
    """The text of the program, and the objects it names; ``keep`` says which carries are given to ``keep0``, ...."""
    writer = _Writer(body, carries)
    ys = writer.outputs[carries:]
    outs = [f"put{i}({y})" for i, y in enumerate(ys)] + [f"keep{i}({writer.carry[i]})" for i in keep]
    if carries:
        outs.append(f"{tuple_text(writer.carry)} = {tuple_text(writer.outputs[:carries])}")
    lines = writer.inside + outs or ["pass"]
    if any([hasattr(node.function, "lean") for node in body.steps]):  # a loop inside may depart
        back = f"{_TABS}return {tuple_text(writer.carry)}, {tuple_text(writer.x)}"
        lines = ["try:", *[_TABS + line for line in lines], "except Departed:", back]
    puts = [f"put{i}" for i in range(len(ys))] + [f"keep{i}" for i in keep]
    head = [f"def prepare({', '.join(f'k{i}' for i in range(len(body.consts)))}):"]
    head += [_TABS + line for line in writer.before]
    head += [f"{_TABS}def run({', '.join(['rows', *puts, *writer.carry])}):"]
    head += [f"{2 * _TABS}for {tuple_text(writer.x) if writer.x else '_'} in rows:"]
    tail = [f"{2 * _TABS}return {tuple_text(writer.carry)}, None", f"{_TABS}return run"]
    return "\n".join([*head, *[3 * _TABS + line for line in lines], *tail, ""]), writer.objects


_numbers = count(1)


@lru_cache(maxsize=512)
def _compiled(text: str) -> CodeType:
    """The code, as a file beside this one: tracebacks show its lines, and no tracer takes it for the user's."""
    filename = f"{__file__}:body {next(_numbers)}"
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    return compile(text, filename, "exec")


def program(body: Body, carries: int, keep: tuple[int, ...]) -> Function:
    """The program of a body, kept with it: ``prepare``, which takes the consts and returns ``run``."""
    if (carries, keep) not in body.programs:
        text, objects = source(body, carries, keep)
        exec(_compiled(text), objects)  # text of our own making: no part of it is the user's
        body.programs[carries, keep] = objects["prepare"]
    return body.programs[carries, keep]
