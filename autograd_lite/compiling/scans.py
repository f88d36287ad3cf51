"""A scan in a program: the ``for`` loop that it is, with the recorded step as its body.

    angle, speed = 0.5, 0.0                              the first carry
    stored = []                                          what is put out at each step, and the carries that the adjoint
    for push in pushes.tolist():                         loop reads: only if something reads them
        stored.append(angle)
        v1 = math.sin(angle)
        …
        angle, speed = v3, v4

A scan that decides by value at some steps, or stores only some of its states, is called as it stands in scanning/.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..graph import Node
from ..kinds import pick
from .entries import is_of_floats
from .planning import Step, is_view
from .rewriting import reachable, rewritten
from .writing import Writer

__all__ = ["Inner", "expressible", "write_body", "write_end", "write_head", "write_scan"]


def expressible(node: Node) -> bool:
    """Whether the scan is one body, always the same, whose every state is stored."""
    loop = node.args[0]
    if len(loop.bodies) != 1 or loop.slots is not None or not loop.n:
        return False
    return all([guard.door == "bool" for guard in loop.bodies[0].asked])


class Inner:
    """The recorded step of a scan, made smaller, with the names of what goes in."""

    def __init__(self, emitter: Writer, step: Step) -> None:
        self.node = step.node
        self.index = ""  # the name of the number of the step; none where lists are gathered
        self.loop = loop = step.node.args[0]
        body = loop.bodies[0]
        self.consts, self.carry, self.xs = loop.split(step.node.args[1:])
        self.leaves, self.given = body.leaves, dict(zip(loop.consts, self.consts, strict=True))
        self.body_consts = body.consts
        asked = list(body.guards)
        wanted = [y for y in body.outputs if type(y) is Node] + asked
        outside = emitter.plan.captured.outside.arrays
        new = rewritten([*body.leaves, *body.consts], wanted, outside)
        self.outputs = [new[y] if type(y) is Node else y for y in body.outputs]
        self.guards = {new[node]: [g._replace(node=new[node]) for g in guards] for node, guards in body.guards.items()}
        kept = [y for y in self.outputs if type(y) is Node] + list(self.guards)
        inputs = {*body.leaves, *body.consts}
        self.steps = [Step(node) for node in reachable(kept, inputs) if node not in inputs]
        self.picks = {
            s.node.args[1]: s for s in emitter.around if s.node.function is pick and s.node.args[0] is self.node
        }
        emitter.around = [*emitter.around, *self.steps]
        self._name(emitter)

    def _name(self, emitter: Writer) -> None:
        carries = self.loop.carries
        for i, leaf in enumerate(self.leaves):
            given = emitter.plan.captured.name_of(leaf)
            emitter.names[leaf] = emitter.unique.named(given or ("carry" if i < carries else "x"))
        for step in self.steps:
            given = emitter.plan.captured.name_of(step.node)
            step.name = emitter.unique.named(given) if given else emitter.unique.numbered()
            emitter.names[step.node] = step.name

    @property
    def stored(self) -> dict[int, int]:
        """The carries that are stored: the number of the output, and of the carry."""
        first = len(self.outputs)
        return {i: i - first for i in self.picks if i >= first}

    @property
    def put(self) -> list[int]:
        """The numbers of the outputs that are gathered from every step and read afterwards."""
        return [i for i in range(self.loop.carries, len(self.outputs)) if i in self.picks]

    def value(self, i: int) -> Any:
        """An array like output i at one step."""
        y = self.outputs[i] if i < len(self.outputs) else self.leaves[self.stored[i]]
        return y.value if type(y) is Node else np.asarray(y)

    def copied(self, i: int) -> str:
        """Makes the last carry an array of its own, where the step hands on a part of what it was given."""
        y = self.outputs[i]
        made = type(y) is Node and y in {step.node for step in self.steps} and not is_view(y)
        return "" if made or self.leaves[i].value.ndim == 0 else ".copy()"

    def is_of_floats(self, emitter: Writer) -> bool:
        """Whether all of it can be computed with Python floats."""
        numbers, nodes = {*self.leaves, *self.body_consts}, [step.node for step in self.steps]
        if not emitter.in_double or not all([type(node.value) is np.float64 for node in numbers]):
            return False
        known = {*numbers, *nodes}
        if not all([is_of_floats(node, known) for node in nodes]):
            return False
        read = [*range(self.loop.carries), *self.put]
        return all([np.ndim(self.value(i)) == 0 and self.value(i).dtype == np.float64 for i in read])


def write_scan(emitter: Writer, step: Step) -> None:
    """Write the loop, and give their names to its outputs."""
    inner = Inner(emitter, step)
    floats = inner.is_of_floats(emitter)
    if floats:
        emitter.floats |= {*inner.leaves, *inner.body_consts, *[s.node for s in inner.steps]}
    _write_consts(emitter, inner, floats)
    gathered = [*inner.put, *inner.stored]
    for i in gathered:
        like = inner.value(i)
        new = "[]" if floats else f"np.empty({(inner.loop.n, *like.shape)}, {emitter.text(like.dtype)})"
        emitter._line(f"{inner.picks[i].name} = {new}")
    write_head(emitter, inner, _over_lists(emitter, inner) if floats else "")
    for leaf, x in () if floats else zip(inner.leaves[inner.loop.carries :], inner.xs, strict=True):
        emitter._line(f"{emitter.names[leaf]} = {emitter.text(x)}[{inner.index}]")
    write_body(emitter, inner, emitter.text)
    if floats:
        for i in gathered:
            name = inner.picks[i].name
            emitter._line(f"{name} = np.array({name}{'[::-1]' if inner.loop.reverse else ''})")
        emitter.floats |= {inner.picks[i].node for i in range(inner.loop.carries) if i in inner.picks}
    write_end(emitter, inner)


def _write_consts(emitter: Writer, inner: Inner, floats: bool) -> None:
    """Names for what the step takes from outside, and the first carry."""
    for node in inner.body_consts:
        text = emitter.text(inner.given[node])
        if floats and inner.given[node] not in emitter.floats:
            name = emitter.unique.named("constant")
            emitter._line(f"{name} = float({text})")
            text = name
        emitter.names[node] = text
    for leaf, a in zip(inner.leaves, inner.carry, strict=False):
        text = emitter.text(a)
        text = f"float({text})" if floats and a not in emitter.floats else text
        emitter._line(f"{emitter.names[leaf]} = {text}")


def write_head(emitter: Writer, inner: Inner, over: str = "") -> None:
    """Begin the loop over the numbers of the steps, or over something else."""
    loop, n = inner.loop, inner.loop.n
    if not over:
        inner.index = emitter.unique.named("t")
        over = f"{inner.index} in range({f'{n - 1}, -1, -1' if loop.reverse else n})"
    emitter._line(f"for {over}:", f"{loop.name}, step by step" + (", from the last" if loop.reverse else ""))
    emitter.depth += 1


def _over_lists(emitter: Writer, inner: Inner) -> str:
    """What a loop of floats runs over: the xs as lists."""
    leaves = [emitter.names[leaf] for leaf in inner.leaves[inner.loop.carries :]]
    lists = [f"{emitter.text(x)}{'[::-1]' if inner.loop.reverse else ''}.tolist()" for x in inner.xs]
    if not lists:
        return f"_ in range({inner.loop.n})"
    return f"{', '.join(leaves)} in " + (lists[0] if len(lists) == 1 else f"zip({', '.join(lists)})")


def write_end(emitter: Writer, inner: Inner) -> None:
    """Name what the loop ends with."""
    for i in range(inner.loop.carries):
        if i in inner.picks:
            emitter._line(f"{inner.picks[i].name} = {emitter.names[inner.leaves[i]]}{inner.copied(i)}")


def _gather(emitter: Writer, inner: Inner, i: int, text: str) -> None:
    name = inner.picks[i].name
    emitter._line(f"{name}[{inner.index}] = {text}" if inner.index else f"{name}.append({text})")


def write_body(emitter: Writer, inner: Inner, text: Callable[[Any], str]) -> None:
    """Write what is done at each step, and end the loop; ``text`` gives that of a result."""
    for i, k in inner.stored.items():
        _gather(emitter, inner, i, emitter.names[inner.leaves[k]])
    for node in (*inner.body_consts, *inner.leaves):
        _ask(emitter, inner, node)
    for step in inner.steps:
        emitter._step(step)
        _ask(emitter, inner, step.node)
    emitter._close()
    for i in inner.put:
        _gather(emitter, inner, i, text(inner.outputs[i]))
    _write_carry(emitter, inner, [text(y) for y in inner.outputs[: inner.loop.carries]])
    emitter.depth -= 1


def _ask(emitter: Writer, inner: Inner, node: Node) -> None:
    """Ask again what was asked of a node of the step."""
    for guard in inner.guards.get(node, ()):
        emitter._close()
        emitter._guard(len(emitter.plan.guards), guard)


def _write_carry(emitter: Writer, inner: Inner, new: list[str]) -> None:
    """The carry of the next step."""
    pairs = [(emitter.names[leaf], text) for leaf, text in zip(inner.leaves, new, strict=False)]
    pairs = [(name, text) for name, text in pairs if name != text]
    if pairs:
        emitter._line(f"{', '.join(name for name, _ in pairs)} = {', '.join(text for _, text in pairs)}")
