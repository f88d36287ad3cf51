"""The plan: in which order the functions of a record are called, and where each puts its result.

    new        an array of its own, made at each call: results, and what is small
    view       a part, or another shape, of an array that is there
    buffer     for large arrays between: memory that the program keeps from call to call, and uses again within one as
               soon as nothing needs the numbers in it (in place, where the function works entry by entry)
    block      a run of functions that work entry by entry on large arrays is done block by block, so that what is
               between them stays in the processor's cache and never becomes an array

Results are never views of arguments, of buffers or of one another.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ..graph import Node
from ..kinds import pick
from ..programs.recording import Guard
from ..rules.assigning import add_at, assign
from ..rules.elementwise import masked
from ..rules.indexing import BASIC, getitem, scatter
from ..rules.shaping import astype, concatenate
from ..scanning.loops import scan_loop
from .capture import Capture
from .rewriting import EFFECTS, added, reachable, rewritten

__all__ = ["Block", "Plan", "Step", "is_view", "owned_outputs", "planned"]

LARGE = 1 << 15  # bytes from which a buffer saves more than it costs
BLOCKED = 1 << 20  # bytes from which a run is done in blocks
BLOCK = 1 << 15  # entries of a block
SHARED = 1 << 18  # entries from which the blocks are shared among the cores

VIEWS = frozenset({
    np.reshape, np.transpose, np.swapaxes, np.moveaxis, np.expand_dims, np.squeeze, np.broadcast_to, np.flip, np.real,
    np.imag, pick,
})  # fmt: skip
FRESH = frozenset({
    np.sum, np.mean, np.max, np.min, np.prod, np.var, np.std, np.where, np.cumsum, np.argmax, np.argmin, scatter, added,
    concatenate, astype, masked, np.any, np.all, np.tril, np.triu, np.roll, assign, add_at,
})  # fmt: skip
WRITES = frozenset({assign, add_at})
WRITTEN_THROUGH = frozenset({  # views of an array whatever its strides are
    getitem, np.transpose, np.swapaxes, np.moveaxis, np.flip, np.expand_dims, np.squeeze, np.real, np.imag,
})  # fmt: skip
ENTRYWISE = frozenset({np.where, masked, astype})  # besides the ufuncs


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Step:
    """One call: the node, what it is called, and where its result stands."""

    __slots__ = ("buffer", "checks", "into", "name", "node", "over")

    def __init__(self, node: Node) -> None:
        self.node, self.name = node, ""
        self.buffer: int | None = None  # the number of the buffer that it is written to
        self.over: Node | None = None  # the donated input that it is written over
        self.into = False  # whether it is written into its first argument, which nothing else needs
        self.checks: list[tuple[int, Guard]] = []  # guards that are asked right after it


class Block:
    """Steps that are done block by block over the first axis of their common shape."""

    def __init__(self, steps: list[Step], before: list[Step], whole: set[Node]) -> None:
        self.steps, self.before = steps, before  # the views of what is there come before
        self.whole = whole  # nodes that are needed afterwards, and so become arrays
        self.shape: tuple[int, ...] = next(s.node.value.shape for s in steps if entrywise(s.node))
        self.rows = max(1, BLOCK // max(1, int(np.prod(self.shape[1:]))))
        puts = any([not entrywise(s.node) for s in steps])  # shares of rows would then add to the same entries
        self.shared = not puts and cores() > 1 and int(np.prod(self.shape)) >= SHARED
        self.last: dict[Node, Step] = {}
        for step in steps:
            for a in step.node.parents:
                self.last[a] = step


class Plan:
    """The steps (or blocks of steps) in order, what goes in and what comes out (nodes, or plain values)."""

    def __init__(self, captured: Capture) -> None:
        self.captured, self.inputs = captured, captured.inputs
        wanted = [y for y in captured.outputs if type(y) is Node] + [g.node for g in captured.guards]
        self.new = rewritten(self.inputs, wanted + captured.effects, captured.outside.arrays)
        self.origins: dict[Node, list[Node]] = {}
        for old, node in self.new.items():
            self.origins.setdefault(node, []).append(old)
        self.outputs = [self.new[y] if type(y) is Node else y for y in captured.outputs]
        self.guards = [(i, g._replace(node=self.new[g.node])) for i, g in enumerate(captured.guards)]
        self.meanings = {self.new[d]: told for d, told in captured.meanings.items() if d in self.new}
        kept = [y for y in self.outputs if type(y) is Node] + [g.node for _, g in self.guards]
        order = reachable(kept + [self.new[e] for e in captured.effects])
        self.steps = [Step(node) for node in order if node.function is not None]
        self.roots: dict[Node, Node] = {}
        self.buffers: list[tuple[tuple[int, ...], np.dtype[Any]]] = []
        self.parts: list[Step | Block] = []

    def root(self, node: Node) -> Node:
        """The node in whose memory this one stands."""
        return self.roots.get(node, node)


def planned(captured: Capture, donated: Iterable[Node] = ()) -> Plan:
    """The plan of a record; results may be written over the donated inputs."""
    plan = Plan(captured)
    step_of = {step.node: step for step in plan.steps}
    for i, guard in plan.guards:
        if guard.node in step_of:
            step_of[guard.node].checks.append((i, guard))
    for node in _written_into(plan):
        step_of[node].into = True
    plan.roots = _roots(plan)
    last = _last_uses(plan, plan.roots)
    plan.parts = _in_blocks(plan)
    _choose_buffers(plan, last)
    _use_donated(plan, last, set(donated))
    return plan


def is_view(node: Node) -> bool:
    """Whether the result may stand in the memory of the first argument."""
    if isinstance(node.function, np.ufunc) or node.function in FRESH or node.function in EFFECTS or not node.parents:
        return False
    if node.function is scan_loop or (node.function is pick and node.parents[0].function is scan_loop):
        return False
    if isinstance(node.value, np.generic):  # a number has no memory in common with anything
        return False
    if node.function is getitem:
        return all([type(i) in BASIC for i in node.args[1:]])
    return node.function in VIEWS or not _known(node.function)


def writes_in_place(node: Node) -> bool:
    """Whether the write is typed as one into a view of the array, or a copy of it."""
    if node.function not in WRITES:
        return False
    way = node.args[2]
    while way is not None:
        way, function, *_ = way
        if function not in WRITTEN_THROUGH:
            return False
    return True


def _known(function: Any) -> bool:
    return getattr(function, "__module__", "").split(".")[0] in ("numpy", "scipy")


def entrywise(node: Node) -> bool:
    """Whether each entry of the result depends on the same entry of the arguments alone."""
    function = node.function
    if isinstance(function, np.ufunc):
        return function.nout == 1 and function.signature is None and not node.kwargs
    return function in ENTRYWISE and not node.kwargs


def _roots(plan: Plan) -> dict[Node, Node]:
    """In whose memory the result of each step stands: that of what it is a view of or is written into, or its own."""
    roots: dict[Node, Node] = {}
    for step in plan.steps:
        shares = step.into or is_view(step.node)
        roots[step.node] = roots.get(a := step.node.parents[0], a) if shares else step.node
    return roots


def _last_uses(plan: Plan, roots: dict[Node, Node]) -> dict[Node, int]:
    """After which step nothing reads the memory of a root any more; results are read at the end."""
    last: dict[Node, int] = {}
    for i, step in enumerate(plan.steps):
        for node in (step.node, *step.node.parents):
            last[roots.get(node, node)] = i
    for y in plan.outputs:
        if type(y) is Node:
            last[roots.get(y, y)] = len(plan.steps)
    return last


def _written_into(plan: Plan) -> set[Node]:
    """What may be written into its first argument, which was made here and is needed no more."""
    roots = _roots(plan)  # as long as nothing is written into anything
    last, found = _last_uses(plan, roots), set[Node]()
    joined: dict[Node, Node] = {}  # the roots of what was found: their memory is that of an earlier root

    def memory(a: Node) -> Node:
        root = roots.get(a, a)
        return joined.get(root, root)

    for i, step in enumerate(plan.steps):
        node = step.node
        if not (node.function is added or writes_in_place(node)):
            continue
        x, others = node.args[0], [memory(a) for a in node.args[1:] if type(a) is Node]
        if type(x) is not Node or x not in roots or roots[x] is not x:
            continue
        if last[memory(x)] == i and memory(x) not in others and not isinstance(x.value, tuple):
            found.add(node)
            joined[node] = memory(x)
            last[joined[node]] = last[node]
    return found


# Blocks


def _in_blocks(plan: Plan) -> list[Step | Block]:
    """The steps, with runs of entrywise steps on large arrays put together."""
    parts: list[Step | Block] = []
    run: _Run | None = None
    for step in plan.steps:
        if run is not None and not run.takes(step):
            parts += run.closed(plan)
            run = None
        if run is None:
            run = _Run(step) if _Run.begins(step) else None
            if run is None:
                parts.append(step)
    return parts + (run.closed(plan) if run else [])


class _Run:
    """Steps in a row that can be done block by block."""

    def __init__(self, step: Step) -> None:
        self.shape = step.node.value.shape
        self.steps, self.before, self.inside = [step], list[Step](), {step.node}
        self.partial: set[Node] = set()  # what is added to in the loop, and complete only after it

    @staticmethod
    def begins(step: Step) -> bool:
        node = step.node
        return entrywise(node) and node.value.nbytes >= BLOCKED and node.value.shape[0] > 1 and not step.checks

    def takes(self, step: Step) -> bool:
        """Whether the step can join; it has then joined."""
        node = step.node
        if step.checks or any([a in self.partial for a in node.parents if node.function is not added]):
            return False
        if entrywise(node) and node.value.shape == self.shape:
            self.steps.append(step)
            self.inside.add(node)
            return True
        if is_view(node) and not any([a in self.inside for a in node.parents]):
            self.before.append(step)
            return True
        if node.function in (scatter, added) and self._puts(step):
            self.steps.append(step)
            self.partial.add(node)
            self.inside.add(node)
            return True
        return False

    def _puts(self, step: Step) -> bool:
        """Whether the step puts a whole block of the run into a part of an array."""
        node = step.node
        values, index = (node.args[0], node.args[2:]) if node.function is scatter else (node.args[1], node.args[2:])
        if type(values) is not Node or values not in self.inside or values in self.partial:
            return False
        if not all([isinstance(i, slice) for i in index]):
            return False
        if node.function is added and not (step.into and (node.args[0] in self.partial)):
            return False
        return bool(np.broadcast_to(0, node.value.shape)[tuple(index)].shape == self.shape == values.value.shape)

    def closed(self, plan: Plan) -> list[Step | Block]:
        if len(self.steps) < 3:
            return [*self.before, *self.steps]
        mine = {s.node for s in self.steps}
        needed = {y for y in plan.outputs if type(y) is Node}
        for step in plan.steps:
            if step.node not in mine:
                needed.update(step.node.parents)
        whole = {s.node for s in self.steps if s.node in needed and entrywise(s.node)}
        return [Block(self.steps, self.before, whole)]


# Buffers


def _choose_buffers(plan: Plan, last: dict[Node, int]) -> None:
    """Give large arrays between a buffer; it is free again after the last use of what is in it."""
    free: dict[Any, list[int]] = {}
    held: dict[Node, int] = {}
    at = {step.node: i for i, step in enumerate(plan.steps)}
    ends: dict[int, list[Node]] = {}
    for root, i in last.items():
        ends.setdefault(i, []).append(root)
    for part in plan.parts:
        steps = part.before + part.steps if isinstance(part, Block) else [part]
        over = [r for s in steps for r in ends.get(at[s.node], ())]
        for step in steps:
            if _wants_buffer(plan, step, part, last):
                step.buffer = _buffer(plan, step, part, over, held, free)
                held[step.node] = step.buffer
        for root in over:
            if root in held:
                i = held.pop(root)
                if i not in held.values():
                    free.setdefault(plan.buffers[i], []).append(i)


def _wants_buffer(plan: Plan, step: Step, part: Step | Block, last: dict[Node, int]) -> bool:
    node = step.node
    if last[plan.root(node)] == len(plan.steps) or type(node.value) is not np.ndarray or node.value.nbytes < LARGE:
        return False
    if isinstance(part, Block):
        return node in part.whole
    return not node.kwargs and isinstance(node.function, np.ufunc) and node.function.nout == 1


def _buffer(
    plan: Plan, step: Step, part: Step | Block, over: list[Node], held: dict[Node, int], free: dict[Any, list[int]]
) -> int:
    """A buffer of this shape and dtype: that of an argument which ends here, a free one, or a new one."""
    node = step.node
    key = (node.value.shape, node.value.dtype)
    if isinstance(part, Step) and entrywise(node):
        for a in node.parents:
            if a in over and a in held and plan.buffers[held[a]] == key:
                return held[a]
    if free.get(key):
        return free[key].pop()
    plan.buffers.append(key)
    return len(plan.buffers) - 1


def _use_donated(plan: Plan, last: dict[Node, int], donated: set[Node]) -> None:
    """Write results over donated inputs that end there; not before the last guard, which may call all off."""
    guarded = max([i for i, step in enumerate(plan.steps) if step.checks], default=-1)
    for i, step in enumerate(plan.steps):
        alone = last[plan.root(step.node)] == len(plan.steps) and step in plan.parts and i > guarded
        if alone and isinstance(step.node.function, np.ufunc) and entrywise(step.node):
            for a in step.node.parents:
                same = a in donated and last[a] == i and type(a.value) is np.ndarray
                if same and (a.value.shape, a.value.dtype) == (step.node.value.shape, step.node.value.dtype):
                    step.over = a
                    donated.discard(a)
                    break


def owned_outputs(plan: Plan) -> Callable[[Node], bool]:
    """Whether an output is an array of its own: made here, whole, and returned once."""
    taken: set[Node] = set()

    def owned(node: Node) -> bool:
        root = plan.root(node)
        fresh = root in plan.roots and root not in taken and not isinstance(root.value, tuple)
        fresh = fresh and (node is root or _same_size(node, root)) and not _is_last_carry(node)
        taken.add(root)
        return fresh

    return owned


def _is_last_carry(node: Node) -> bool:
    """Whether it is what a scan ends with, which may be a part of what went into it."""
    return node.function is pick and node.args[0].function is scan_loop and node.args[1] < node.args[0].args[0].carries


def _same_size(node: Node, root: Node) -> bool:
    return node.function is not np.broadcast_to and np.size(node.value) == np.size(root.value)
