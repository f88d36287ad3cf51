"""The plan: in which order the functions of a record are called, and where each puts its result.

    new        an array of its own
    view       a part, or another shape, of an array that is there
    in place   written over an argument that nothing needs any more (out=), where that array is large

An array is written over only if this program made it, no result and no later step reads it or a view of it, and shape
and dtype agree.  Results are never views of arguments or of one another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..graph import Node
from ..kinds import pick
from ..rules.indexing import BASIC, getitem, scatter
from ..rules.shaping import astype, concatenate
from .capture import Capture, Guard
from .rewriting import EFFECTS, added, reachable, rewritten

__all__ = ["Plan", "Row", "Step", "planned"]

LARGE = 1 << 14  # bytes from which writing in place saves more than it costs

VIEWS = frozenset({
    np.reshape, np.transpose, np.swapaxes, np.moveaxis, np.expand_dims, np.squeeze, np.broadcast_to, np.flip, np.real,
    np.imag, pick,
})  # fmt: skip
FRESH = frozenset({
    np.sum, np.mean, np.max, np.min, np.prod, np.var, np.std, np.where, np.cumsum, np.argmax, np.argmin, scatter, added,
    concatenate, astype, np.any, np.all, np.tril, np.triu, np.roll, np.einsum,
})  # fmt: skip


class Step:
    """One call: the node, what it is called, and where its result stands."""

    __slots__ = ("checks", "dead", "name", "node", "over", "root")

    def __init__(self, node: Node, name: str) -> None:
        self.node, self.name = node, name
        self.over: Node | None = None  # the argument that it is written over
        self.root: Node = node  # the node whose memory it stands in
        self.checks: list[tuple[int, Guard]] = []  # guards that are asked right after it
        self.dead: list[Node] = []  # large arrays that nothing needs after it


class Row(NamedTuple):
    """A line of the table ``compiled.plan()``."""

    call: str
    buffer: str
    bytes: int
    flops: int


class Plan:
    """The steps, what goes in and what comes out (nodes, or plain values)."""

    def __init__(self, captured: Capture) -> None:
        self.inputs = captured.inputs
        self.captured = captured
        wanted = [y for y in captured.outputs if type(y) is Node] + [g.node for g in captured.guards]
        wanted += captured.effects
        new = rewritten(self.inputs, wanted, captured.outside.arrays)
        self.new = new
        self.origins: dict[Node, list[Node]] = {}
        for old, node in new.items():
            self.origins.setdefault(node, []).append(old)
        self.outputs = [new[y] if type(y) is Node else y for y in captured.outputs]
        self.guards = [(i, g._replace(node=new[g.node])) for i, g in enumerate(captured.guards)]
        kept = [y for y in self.outputs if type(y) is Node] + [g.node for _, g in self.guards]
        order = reachable(kept + [new[e] for e in captured.effects])
        self.steps = [Step(node, "") for node in order if node.function is not None]
        self.step_of = {step.node: step for step in self.steps}
        self.meanings = {new[d]: (kind, of) for d, (kind, of) in captured.meanings.items() if d in new}

    def root(self, node: Node) -> Node:
        """The node whose memory this one stands in."""
        step = self.step_of.get(node)
        return step.root if step else node


def planned(captured: Capture) -> Plan:
    """The plan of a record."""
    plan = Plan(captured)
    _place_guards(plan)
    _find_roots(plan)
    last = _last_uses(plan)
    _choose_places(plan, last)
    return plan


def _place_guards(plan: Plan) -> None:
    for i, guard in plan.guards:
        step = plan.step_of.get(guard.node)
        if step:
            step.checks.append((i, guard))


def _find_roots(plan: Plan) -> None:
    for step in plan.steps:
        if is_view(step.node):
            step.root = plan.root(step.node.parents[0])


def is_view(node: Node) -> bool:
    """Whether the result may stand in the memory of the first argument."""
    if isinstance(node.function, np.ufunc) or node.function in FRESH or node.function in EFFECTS or not node.parents:
        return False
    if node.function is getitem:
        return all([type(i) in BASIC for i in node.args[1:]])
    return node.function in VIEWS or not _known(node.function)


def _known(function: Any) -> bool:
    return getattr(function, "__module__", "").split(".")[0] in ("numpy", "scipy")


def _last_uses(plan: Plan) -> dict[Node, int]:
    """After which step nothing reads the memory of a root any more; outputs are read at the end."""
    last: dict[Node, int] = {}
    for i, step in enumerate(plan.steps):
        last[step.root] = i
        for a in step.node.parents:
            last[plan.root(a)] = i
    for y in plan.outputs:
        if type(y) is Node:
            last[plan.root(y)] = len(plan.steps)
    return last


def _choose_places(plan: Plan, last: dict[Node, int]) -> None:
    """Write over what dies here; note what else dies."""
    owned: dict[Node, Node] = {}  # a root, and the node that wrote its memory last
    ends: dict[int, list[Node]] = {}
    for root, i in last.items():
        ends.setdefault(i, []).append(root)
    moved: dict[Node, Node] = {}
    for i, step in enumerate(plan.steps):
        dying = [r for r in ends.get(i, ()) if r in owned and r is not step.root]
        over = _written_over(plan, step, dying)
        if over is not None:
            step.over = over
            moved[step.node] = over
            dying = [r for r in dying if r is not plan.root(over)]
        if step.root is step.node and not isinstance(step.node.value, tuple):
            owned[step.node] = step.node
        step.dead = [r for r in dying if _bytes(r) >= LARGE]


def _written_over(plan: Plan, step: Step, dying: list[Node]) -> Node | None:
    node = step.node
    if not (isinstance(node.function, np.ufunc) or node.function is added) or type(node.value) is not np.ndarray:
        return None
    if node.function is not added and (node.value.nbytes < LARGE or node.kwargs or isinstance(node.value, tuple)):
        return None
    if isinstance(node.function, np.ufunc) and node.function.signature is not None:
        return None  # a matrix product reads its arguments more than once
    candidates = node.args[:1] if node.function is added else node.args
    for a in candidates:
        if type(a) is Node and a in dying and a.value.shape == node.value.shape and a.value.dtype == node.value.dtype:
            if node.function is added and any([type(p) is Node and plan.root(p) is a for p in node.args[1:]]):
                return None
            return a
    return None


def _bytes(node: Node) -> int:
    return int(getattr(node.value, "nbytes", 0))


def owned_outputs(plan: Plan) -> Callable[[Node], bool]:
    """Whether an output is an array of its own: made here, whole, and returned once."""
    taken: set[Node] = set()

    def owned(node: Node) -> bool:
        root = plan.root(node)
        fresh = root in plan.step_of and root not in taken and not isinstance(root.value, tuple)
        fresh = fresh and root.function is not getitem and (node is root or _same_size(node, root))
        taken.add(root)
        return fresh

    return owned


def _same_size(node: Node, root: Node) -> bool:
    return node.function is not np.broadcast_to and np.size(node.value) == np.size(root.value)
