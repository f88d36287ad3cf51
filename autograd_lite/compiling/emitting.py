"""Emission: the plan as the text of a NumPy program, with the user's names and a comment for each elementary function.

The program stands alone: it imports NumPy, takes the inputs and what was read from outside as its parameters, and
raises ``OtherBranch`` where the arguments would take another way through the recorded function than the one it knows.
Numbers alone are computed as Python floats with ``math``, several times faster than NumPy's scalars; where ``math``
raises an error and NumPy returns inf or nan, the caller runs the program without this (``floats=False``).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..graph import Node
from ..kinds import pick
from ..programs.spelling import METHODS, index_text, operand
from ..rules.assigning import assign
from ..rules.indexing import scatter
from ..scanning.loops import scan_loop
from .entries import FLOAT, template
from .planning import WRITES, Block, Plan, Step, cores, entrywise, owned_outputs, writes_in_place
from .rewriting import added
from .scans import expressible, write_scan
from .spelling import is_basic, spelled, view_text
from .texts import identifier
from .writing import Writer

__all__ = ["Emitter", "Program", "emitted"]

BRANCH = '''class OtherBranch(Exception):
    """These arguments take another way through the function than the one that was recorded."""
'''
TOGETHER = '''workers = ThreadPoolExecutor({cores})


def together(part, n):
    """part(start, stop) for shares of n rows, in several threads at once."""
    ends = [k * n // {cores} for k in range({cores} + 1)]
    tasks = [workers.submit(copy_context().run, part, start, stop) for start, stop in zip(ends, ends[1:])]
    for task in tasks:
        task.result()'''


class Program:
    """The text of a program, and what it takes besides the inputs."""

    def __init__(self, source: str, name: str, outside: dict[str, Any], constants: list[Any], floats: bool) -> None:
        self.source, self.name, self.floats = source, name, floats
        self.outside, self.constants = outside, constants  # what it takes besides the inputs; what is written out
        self.calls: dict[Node, str] = {}  # the text of each call


def emitted(plan: Plan, name: str, floats: bool = True) -> Program:
    """The program of a plan."""
    return Emitter(plan, floats).program(identifier(name))


class Emitter(Writer):
    """Writes the statements of a program."""

    uses_buffers = nests = True

    def _written_inside(self) -> set[Node]:
        """Transposes stand inside of products, products and sums inside of the next line, if that alone reads them."""
        kept = {y for y in self.plan.outputs if type(y) is Node} | {guard.node for _, guard in self.plan.guards}
        kept |= {node for node, recorded in self.plan.origins.items() if any(map(self._described, recorded))}
        readers: dict[Node, list[Step]] = {}
        for step in self.plan.steps:
            for a in step.node.parents:
                readers.setdefault(a, []).append(step)
        parts = self.plan.parts if self.nests else []
        lines = dict.fromkeys(part for part in parts if isinstance(part, Step) and _plain(part))
        found: set[Node] = set()
        after = None  # the next line
        for step in reversed(lines):
            taken = readers.get(step.node, [])
            reader = taken[0] if len(taken) == 1 and taken[0] in lines and step.node not in kept else None
            if reader and _fits(step.node, reader.node, reader is after):
                found.add(step.node)
            else:
                after = step
        return found

    def program(self, name: str) -> Program:
        used = {a for step in self.plan.steps if step.node in self.floats for a in step.node.parents}
        for node, given in zip(self.plan.inputs, self.plan.captured.given, strict=True):
            if node in used & self.floats:
                self._line(f"{self.names[node]} = float({self.names[node]})")
            elif given in (float, complex):
                self._line(f"{self.names[node]} = np.{np.dtype(given).name}({self.names[node]})")
        self.body()
        made = Program(self._assembled(name), name, dict(self.outside.values()), self.written_out, bool(self.floats))
        made.calls = self.calls
        return made

    def body(self) -> None:
        """Everything between the parameters and the end."""
        for i, guard in self.plan.guards:
            if guard.node in self.plan.inputs:
                self._guard(i, guard)
        for part in self.plan.parts:
            if isinstance(part, Block):
                self._block(part)
            else:
                self._noted(self._step, part)
                for i, guard in part.checks:
                    self._guard(i, guard)
        self._return()

    def _block(self, block: Block) -> None:
        """A loop over blocks of rows: what goes in is taken in parts, what comes out is written to parts."""
        for step in block.before:
            self._noted(self._step, step)
        for step in block.steps:
            node = step.node
            if node in block.whole:
                self._line(f"{step.name} = {self._memory(step)}")
            elif node.function is scatter:
                self._line(f"{step.name} = {self._zeros(node)}")
            elif node.function is added and self.names[node.args[0]] != step.name:
                self._line(f"{step.name} = {self.names[node.args[0]]}")
        share = f"0, {block.shape[0]}"
        if block.shared:
            self._line("def part(start, stop):", "for each core a share of the rows")
            share = "start, stop"
            self.depth += 1
        self._line(f"for first in range({share}, {block.rows}):", "in blocks that fit into the processor's cache")
        self.depth += 1
        end = f"min(first + {block.rows}, stop)" if block.shared else f"first + {block.rows}"
        self._line(f"rows = slice(first, {end})")
        texts = self._parts_of(block)
        for step in block.steps:
            self._noted(lambda step: self._block_step(step, block, texts), step)
        self.depth -= 1
        if block.shared:
            self.depth -= 1
            self._line(f"together(part, {block.shape[0]})")
            self.imports |= {
                "from concurrent.futures import ThreadPoolExecutor", "from contextvars import copy_context",
            }  # fmt: skip
            self.helpers["together"] = TOGETHER.format(cores=cores())

    def _memory(self, step: Step) -> str:
        """The array that a step of a block is written to: a buffer, or a new one."""
        if step.buffer is not None:
            return f"buffer_{step.buffer}"
        value = step.node.value
        return f"np.empty({value.shape}{'' if value.dtype == np.float64 else ', ' + self.text(value.dtype)})"

    def _parts_of(self, block: Block) -> dict[int, str]:
        """How an argument is read in the loop, by identity: the rows of what is not made there."""
        made = {step.node for step in block.steps} - block.whole
        arguments: list[Any] = [a for step in block.steps for a in step.node.args]
        texts: dict[int, str] = {}
        for a in arguments:
            array = a.value if isinstance(a, Node) and a not in made else a
            if not isinstance(array, np.ndarray) or id(a) in texts:
                continue
            if array.ndim == len(block.shape) and array.shape[0] == block.shape[0]:
                texts[id(a)] = f"{self.text(a)}[rows]"
                if isinstance(a, Node) and a not in block.whole and sum([b is a for b in arguments]) > 1:
                    name = self.unique.named(f"{self.names[a]}_rows")
                    self._line(f"{name} = {texts[id(a)]}")  # taken once
                    texts[id(a)] = name
        return texts

    def _block_step(self, step: Step, block: Block, texts: dict[int, str]) -> None:
        node, comment = step.node, self._comment(step.node)

        def text(a: Any) -> str:
            return texts.get(id(a)) or self.text(a, node)

        if node.function in (scatter, added):
            values, index = (node.args[0] if node.function is scatter else node.args[1]), node.args[2:]
            where = index_text(index, self.text)
            self._line(f"{step.name}[{where}][rows] += {text(values)}", comment)
        elif isinstance(node.function, np.ufunc):
            inside = ", ".join([text(a) for a in node.args])
            out = f"{step.name}[rows]" if node in block.whole else self._dying(step, block)
            if out:
                target = "" if node in block.whole else f"{step.name} = "
                self._line(f"{target}{self.text(node.function)}({inside}, out={out})", comment)
            else:
                self._line(f"{step.name} = {spelled(node, text)}", comment)
        else:
            name = f"{step.name}[rows]" if node in block.whole else step.name
            self._line(f"{name} = {spelled(node, text)}", comment)

    def _dying(self, step: Step, block: Block) -> str | None:
        """A part between that nothing in the loop needs after this step."""
        mine = {s.node for s in block.steps if entrywise(s.node)} - block.whole
        for a in step.node.parents:
            if a in mine and block.last[a] is step and a.value.dtype == step.node.value.dtype:
                return self.names[a]
        return None

    def _step(self, step: Step) -> None:
        node, name = step.node, step.name
        if node in self.inside:
            self.names[node] = self._spelled(node)
            return
        if node.function is scan_loop and expressible(node):
            self._scan(step)
            return
        if node.function is pick and node.args[0].function is scan_loop and expressible(node.args[0]):
            return  # named where the loop is written
        comment = self._comment(node)
        if node in self.floats:
            parts = [operand(self.text(a, node)) for a in node.args]
            self._line(f"{name} = {template(node, FLOAT).format(*parts)}", comment)
        elif node.function is scatter:
            values, _, *index = node.args
            self._line(f"{name} = {self._zeros(node)}", comment)
            self._put(name, tuple(index), values, "=", node)
        elif node.function is added:
            x, values, *index = node.args
            self._own(step, x, comment)
            self._put(name, tuple(index), values, "+=", node)
        elif writes_in_place(node):
            x, values, way, *index = node.args
            self._own(step, x, "")
            sign = "=" if node.function is assign else "+="
            self._put(view_text(name, way, self.text), tuple(index), values, sign, node)
        elif node.function in WRITES:
            self._line(f"{name} = np.asarray({self._spelled(node)})", comment)
        elif step.buffer is not None or step.over is not None:
            inside = ", ".join([self.text(a, node) for a in node.args])
            out = f"buffer_{step.buffer}" if step.over is None else self.names[step.over]
            self._line(f"{name} = {self.text(node.function)}({inside}, out={out})", comment)
        else:
            self._line(f"{name} = {self._spelled(node)}", comment)

    def _spelled(self, node: Node) -> str:
        def text(a: Any) -> str:
            bare = type(a) is Node and a in self.floats and node.function in METHODS
            return f"np.float64({self.text(a, node)})" if bare else self.text(a, node)

        return spelled(node, text)

    def _scan(self, step: Step) -> None:
        write_scan(self, step)

    def _own(self, step: Step, x: Any, comment: str) -> None:
        """Give the step's name to an array that may be written into: x itself, or a copy."""
        source = self.text(x)
        if np.ndim(step.node.value) == 0:  # it may have become a number, with no place to write to
            self._line(f"{step.name} = np.array({source})", comment)
        elif not step.into:
            self._line(f"{step.name} = {source}.copy()", comment)
        elif source != step.name:
            self._line(f"{step.name} = {source}", comment)

    def _put(self, name: str, index: tuple[Any, ...], values: Any, sign: str, node: Node) -> None:
        if node.function is assign or is_basic(index):
            self._line(f"{name}[{index_text(index, self.text)}] {sign} {self.text(values)}")
        else:
            self._line(f"np.add.at({name}, {self.text(index)}, {self.text(values)})")

    def _return(self) -> None:
        owned = owned_outputs(self.plan)
        parts = []
        for y in self.plan.outputs:
            if type(y) is not Node:
                continue
            name = self._output(y)
            if y in self.floats:
                name = f"np.{y.value.dtype.type.__name__}({name})"
            elif type(y.value) is np.ndarray and y.value.ndim == 0:
                name = f"{name}[()]"
            elif type(y.value) is np.ndarray and not owned(y):
                name = f"{name}.copy()"
            parts.append(name)
        self._line(f"return {', '.join(parts)}" if parts else "return ()")

    def _output(self, y: Node) -> str:
        return self.names[y] if y in self.names else self.text(y.value)

    def _assembled(self, name: str) -> str:
        body = "\n".join(self.lines)
        if "math." in body or any("math." in helper for helper in self.helpers.values()):
            self.imports.add("import math")
        inputs = [self.names[node] for node in self.plan.inputs]
        parameters = ", ".join([*inputs, *[n for n, _ in self.outside.values()]])
        head = "\n".join(sorted(self.imports))
        constants = "\n".join(dict.fromkeys(f"{n} = {text}" for n, text in self.header.values()))
        if self.uses_buffers and self.plan.buffers:
            made = [f"buffer_{i} = np.empty({s}, {self.text(d)})" for i, (s, d) in enumerate(self.plan.buffers)]
            constants += "\n\n# kept from call to call\n" + "\n".join(made)
        blocks = [head]
        if constants.strip():
            blocks.append(constants.strip())
        blocks += list(self.helpers.values())
        if "OtherBranch(" in body:
            blocks.append(BRANCH.rstrip())
        blocks.append(f"def {name}({parameters}):\n{body}")
        return "\n\n\n".join(block.rstrip() for block in blocks) + "\n"




def _plain(step: Step) -> bool:
    """Whether the step is an expression with a name, and neither a buffer nor written into anything."""
    return step.buffer is None and step.over is None and not step.into and not step.checks


def _fits(node: Node, reader: Node, next_line: bool) -> bool:
    """Whether the expression of a node may stand inside of that of its only reader."""
    if type(node.value) is not np.ndarray or node.value.ndim > 2:
        return False
    if node.function in (np.transpose, np.swapaxes):
        return reader.function is np.matmul
    if node.function is np.matmul:
        return next_line and reader.function is np.add
    return next_line and node.function is np.sum and reader.function is np.reshape
