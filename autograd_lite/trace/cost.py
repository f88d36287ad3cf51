"""What a program and its two sweeps cost, node by node: operations and bytes.

A sweep is itself a program, so its cost is counted as that of a program: each rule is run on Tensors, and what it
records is counted by ``flops.py``.  With one forward sweep for each of n inputs, or one reverse sweep for each of m
outputs, the whole Jacobian costs

    forward mode  n·(forward sweep)        reverse mode  m·(reverse sweep)

and a gradient (m = 1) costs a small multiple of the function, however many inputs there are.

Source: A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed. (SIAM, 2008), 3.3 and 4.5: the cheap gradient
principle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays.versions import Version
from ..graph import Node, leaf
from ..pending import Pending
from ..rules.indexing import getitem
from ..sweeps import rules
from ..tensor import Tensor, tensor_of
from .flops import flops
from .nodes import GraphNode

if TYPE_CHECKING:
    from .graphs import Graph

__all__ = ["Amount", "Cost", "NodeCost", "cost"]


@dataclass(frozen=True)
class Amount:
    """Operations, and bytes read and written.

    >>> import autograd_lite as ag
    >>> ag.trace(lambda x: x**2)(3.0).cost().value
    Amount(flops=1, bytes=16)
    """

    flops: int = 0
    bytes: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.flops + other.flops, self.bytes + other.bytes)


@dataclass(frozen=True)
class NodeCost:
    """What one node costs: to compute its value, and its part of the forward and the reverse sweep.

    >>> import autograd_lite as ag
    >>> ag.trace(lambda x: x**2)(3.0).cost().nodes[1].reverse
    Amount(flops=2, bytes=48)
    """

    node: GraphNode
    value: Amount
    forward: Amount
    reverse: Amount


class Cost:
    """What a program and its two sweeps cost.

    Attributes
    ----------
    nodes : list of NodeCost
    value, forward, reverse : Amount
        The totals of one run of the program, one forward sweep and one reverse sweep.
    inputs, outputs : int
        The numbers n and m that go in and come out.
    kept : int
        The bytes of all values, which the reverse sweep has to keep; the states of an array that is filled entry by
        entry share theirs.

    >>> import autograd_lite as ag
    >>> ag.trace(lambda x: x**2)(3.0).cost().value.flops
    1
    """

    def __init__(self, nodes: list[NodeCost], inputs: int, outputs: int) -> None:
        self.nodes, self.inputs, self.outputs = nodes, inputs, outputs
        self.value, self.forward, self.reverse = (
            sum((getattr(node, part) for node in nodes), Amount()) for part in ("value", "forward", "reverse")
        )
        self.kept = sum(_size(node.node.node.value) for node in nodes)

    @property
    def ratio(self) -> float:
        """(value + reverse sweep)/value in operations: how many times the function its gradient costs.

        nan for a program without operations.
        """
        return (self.value.flops + self.reverse.flops) / self.value.flops if self.value.flops else float("nan")

    @property
    def mode(self) -> str:
        """The cheaper mode for the whole Jacobian, "forward" or "reverse"; forward at a tie, as it keeps nothing."""
        return "reverse" if self.outputs * self.reverse.flops < self.inputs * self.forward.flops else "forward"

    @property
    def advice(self) -> str:
        """Which mode to take for the whole Jacobian, and why."""
        sweeps = {"forward": self.inputs, "reverse": self.outputs}
        per_sweep = {"forward": self.forward.flops, "reverse": self.reverse.flops}
        total = {mode: sweeps[mode] * per_sweep[mode] for mode in sweeps}
        other = "reverse" if self.mode == "forward" else "forward"
        return (
            f"{_plural(self.inputs, 'input')}, {_plural(self.outputs, 'output')}: {self.mode}, "
            f"{_plural(sweeps[self.mode], 'sweep')} ({total[self.mode]:,} operations; {other} takes "
            f"{_plural(sweeps[other], 'sweep')}, {total[other]:,})"
        )

    def __str__(self) -> str:
        head = ["i", "name", "definition", "value", "bytes", "forward", "bytes", "reverse", "bytes"]
        rows = [
            [str(n.node.number), n.node.name, n.node.definition, *_cells(n.value, n.forward, n.reverse)]
            for n in self.nodes[:200]
        ]
        rows.append(["", "total", "", *_cells(self.value, self.forward, self.reverse)])
        lines = _aligned(head, rows)
        if len(self.nodes) > 200:
            lines.insert(-1, f"... {len(self.nodes) - 200} more nodes ...")
        value, reverse = self.value.flops, self.reverse.flops
        ratio = f"gradient/function: ({value:,} + {reverse:,})/{value:,} = {self.ratio:.3g}"
        return "\n".join([*lines, ratio, f"kept for the reverse sweep: {self.kept:,} bytes", self.advice])

    __repr__ = __str__


def cost(graph: Graph) -> Cost:
    """The cost of a graph; see ``Graph.cost``."""
    active = _active(graph)
    waiting: dict[GraphNode, Amount] = {}
    reverse: dict[GraphNode, Amount] = {}
    for node in reversed(graph.nodes):
        reverse[node] = _reverse(node, active, waiting)
    records = [NodeCost(node, _value(node), _forward(node, active), reverse[node]) for node in graph.nodes]
    return Cost(records, _count(graph.inputs), _count(graph.outputs))


def _active(graph: Graph) -> set[GraphNode]:
    """The nodes that an input with a derivative reaches."""
    active = {node for node in graph.inputs if node.value.dtype.kind in "fc"}
    for node in graph.nodes:
        if any(parent in active for parent in node.parents):
            active.add(node)
    return active


def _count(nodes: Iterable[GraphNode]) -> int:
    return sum(int(np.size(node.value)) for node in nodes if node.value.dtype.kind in "fc")


def _value(node: GraphNode) -> Amount:
    if node.function is None:
        return Amount()
    arguments = [a.node.value if type(a) is GraphNode else a for a in node.arguments]
    return Amount(node.flops, _traffic(node.function, node.node.value, arguments))


def _forward(node: GraphNode, active: set[GraphNode]) -> Amount:
    """The tangent rule, from a tangent for each active parent."""
    if not any(parent in active for parent in node.parents):
        return Amount()
    args, leaves = _tensors(node)
    seeds = [_unit(a.value) if type(a) is GraphNode and a in active else None for a in node.arguments]
    if all(seed is None for seed in seeds):
        return Amount()
    tangent = rules[node.node.function].jvp(seeds, _out(node, leaves), args, node.node.kwargs)
    return _recorded([tangent], leaves)


def _reverse(node: GraphNode, active: set[GraphNode], waiting: dict[GraphNode, Amount]) -> Amount:
    """The adjoint rule for each active parent, and the additions where contributions meet.

    A contribution of few entries (see pending.py) is added to the others entry by entry.  ``waiting`` says, of each
    parent that has contributions, what it takes to add these to a whole array.
    """
    seed = _unit(node.value) if node in active and node.function is not None else None
    if seed is None:
        return Amount()
    args, leaves = _tensors(node)
    out, parts, total = _out(node, leaves), [], Amount()
    for j, parent in enumerate(node.arguments):
        if type(parent) is GraphNode and parent in active:
            part = rules[node.node.function].vjp(j, seed, out, args, node.node.kwargs)
            if part is None:
                continue
            few, met = type(part) is Pending, parent in waiting
            addition = _addition(node.value if few else parent.value)
            if met:
                total += addition if few else waiting[parent]
            if not (few and met):
                parts.append(part.total() if few else part)
                waiting[parent] = addition
    return total + _recorded(parts, leaves)


def _addition(value: Any) -> Amount:
    parts = value if isinstance(value, tuple) else (value,)
    return Amount(sum(int(np.size(v)) for v in parts), 3 * sum(map(_size, parts)))


def _tensors(node: GraphNode) -> tuple[list[Any], set[Node]]:
    """The arguments as fresh Tensors, so that what a rule does with them is recorded."""
    args: list[Any] = []
    leaves: set[Node] = set()
    for a in node.arguments:
        if type(a) is GraphNode and not isinstance(a.value, tuple):
            fresh = leaf(a.value)
            leaves.add(fresh)
            args.append(tensor_of(fresh))
        else:
            args.append(a.value if type(a) is GraphNode else a)
    return args, leaves


def _out(node: GraphNode, leaves: set[Node]) -> Any:
    if isinstance(node.value, tuple):
        return node.value
    fresh = leaf(node.value)
    leaves.add(fresh)
    return tensor_of(fresh)


def _unit(value: Any) -> Any:
    """A derivative to count with, as a Tensor; None for what has none."""
    if isinstance(value, tuple):
        from ..kinds import Parts

        return Parts(_unit(part) for part in value)
    return tensor_of(leaf(np.ones_like(value))) if value.dtype.kind in "fc" else None


def _recorded(results: list[Any], leaves: set[Node]) -> Amount:
    """The cost of everything behind the results."""
    flat = [x for result in results for x in (result if isinstance(result, tuple) else (result,))]
    waiting, seen, total = [x.node for x in flat if type(x) is Tensor], set(leaves), Amount()
    while waiting:
        node = waiting.pop()
        if node in seen or node.function is None:
            continue
        seen.add(node)
        args = [a.value if type(a) is Node else a for a in node.args]
        total += Amount(flops(node.function, node.value, args, node.kwargs), _traffic(node.function, node.value, args))
        waiting += node.parents
    return total


def _traffic(function: Any, out: Any, args: list[Any]) -> int:
    """The bytes read and written; a view moves none."""
    if type(out) is Version and (out.place or out.way):
        return _size(out)
    arrays = [a for a in args if isinstance(a, (np.ndarray, np.generic, Version))]
    if isinstance(out, np.ndarray) and any(np.may_share_memory(out, a) for a in arrays if isinstance(a, np.ndarray)):
        return 0
    if function is getitem:  # it reads what it returns
        arrays[0] = out
    return _size(out) + sum(map(_size, arrays))


def _size(value: Any) -> int:
    """The bytes of a value, without those that it shares with the state of the array before a write."""
    if isinstance(value, tuple):
        return sum(map(_size, value))
    if type(value) is Version and value.way:
        return 0
    if type(value) is Version and value.place:
        return sum(int(np.asarray(x).nbytes) for x in value.history.writes[value.place - 1][2:])
    return int(np.asarray(value).nbytes)


def _plural(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def _cells(*amounts: Amount) -> list[str]:
    return [f"{x:,}" for amount in amounts for x in (amount.flops, amount.bytes)]


def _aligned(head: list[str], rows: list[list[str]]) -> list[str]:
    columns = []
    for i, column in enumerate(zip(head, *rows, strict=True)):
        wide = max(map(len, column))
        place: Callable[[str, int], str] = str.ljust if i in (1, 2) else str.rjust
        columns.append([place(text, wide) for text in (column[0], "-" * wide, *column[1:])])
    return ["  ".join(row).rstrip() for row in zip(*columns, strict=True)]
