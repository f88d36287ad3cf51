"""What a program costs: a table of its calls, and the memory it needs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..graph import Node
from ..trace.flops import flops
from .emitting import Program
from .planning import Block, Plan, Step

__all__ = ["Memory", "PlanRow", "PlanTable", "memory", "plan_table"]


class PlanRow(NamedTuple):
    """One call: its name, its text, where the result stands, and the bytes and operations of the result."""

    name: str
    call: str
    place: str
    bytes: int
    flops: int


class PlanTable(list[PlanRow]):
    """The rows of a plan; shown as a table."""

    def __str__(self) -> str:
        head = ("name", "call", "place", "bytes", "flops")
        rows: list[tuple[str, ...]] = [head, *[(r.name, r.call, r.place, f"{r.bytes:,}", f"{r.flops:,}") for r in self]]
        widths = [max(len(row[k]) for row in rows) for k in range(5)]
        rows.insert(1, tuple("-" * w for w in widths))
        form = "  ".join(f"{{:{'>' if k > 2 else '<'}{w}}}" for k, w in enumerate(widths))
        return "\n".join(form.format(*row).rstrip() for row in rows)


class Memory(NamedTuple):
    """Bytes: of the buffers that the program keeps, of what it makes at each call, and of the results in that."""

    buffers: int
    made: int
    results: int


def plan_table(plan: Plan, program: Program) -> PlanTable:
    """The table of a plan."""
    table = PlanTable()
    for part in plan.parts:
        for step in [*part.before, *part.steps] if isinstance(part, Block) else [part]:
            place = _place(plan, step, part)
            table.append(PlanRow(step.name, program.calls[step.node], place, _bytes(step.node), _flops(step.node)))
    return table


def _place(plan: Plan, step: Step, part: Step | Block) -> str:
    if step.buffer is not None:
        return f"buffer {step.buffer}"
    if isinstance(part, Block) and step in part.steps and step.node not in part.whole:
        return "block"
    return "added to" if step.into else "new" if plan.root(step.node) is step.node else "view"


def _bytes(node: Node) -> int:
    return int(getattr(node.value, "nbytes", 0))


def _flops(node: Node) -> int:
    args = [a.value if type(a) is Node else a for a in node.args]
    return flops(node.function, node.value, args, node.kwargs) if node.function else 0


def memory(plan: Plan) -> Memory:
    """The memory of a program."""
    blocked = {s.node for part in plan.parts if isinstance(part, Block) for s in part.steps if s.node not in part.whole}
    made = sum(
        _bytes(s.node) for s in plan.steps
        if s.buffer is None and plan.root(s.node) is s.node and (s.node not in blocked or _is_sum(s))
    )  # fmt: skip
    buffers = sum(int(np.prod(shape)) * dtype.itemsize for shape, dtype in plan.buffers)
    return Memory(buffers, made, sum(_bytes(y) for y in plan.outputs if type(y) is Node))


def _is_sum(step: Step) -> bool:
    return getattr(step.node.function, "__name__", "") == "scatter"
