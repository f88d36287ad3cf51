"""Writing: the lines of a program, with a comment for each elementary function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..graph import Node
from ..notation.formulas import definition, formula
from ..programs.recording import Guard
from ..rules.indexing import scatter
from .entries import floats_of, in_double
from .planning import Plan, Step
from .rewriting import added
from .spelling import spelled
from .texts import Texts

__all__ = ["Writer"]

COMMENT_AT = 44


class Writer(Texts):
    """Writes lines; how a step becomes lines is for those who follow to say."""

    def __init__(self, plan: Plan, floats: bool) -> None:
        super().__init__(plan)
        self.floats = floats_of(plan) if floats else set[Node]()
        self.in_double = floats and in_double(plan)
        self.around = plan.steps  # with those of the scans that are written: who reads the outputs of a scan
        self.lines: list[str] = []
        self.calls: dict[Node, str] = {}
        self.depth = 1

    def _step(self, step: Step) -> None:
        """Write a step, now or with others."""
        raise NotImplementedError

    def _close(self) -> None:
        """Write the steps that wait to be written together."""

    def _line(self, code: str, comment: str = "") -> None:
        code = "    " * self.depth + code
        self.lines.append(f"{code:<{COMMENT_AT - 2}}  # {comment}" if comment else code)

    def _noted(self, write: Callable[[Step], None], step: Step) -> None:
        """Write a step, and keep its text for the table."""
        start = len(self.lines)
        write(step)
        code = [line.split("  # ")[0].strip() for line in self.lines[start:]]
        self.calls[step.node] = "; ".join(code[:3]) + ("; …" if len(code) > 3 else "") or self.names[step.node]

    def _zeros(self, node: Node) -> str:
        dtype = "" if node.value.dtype == np.float64 else f", {self.text(node.value.dtype)}"
        return f"np.zeros({self.text(node.value.shape)}{dtype})"

    def _comment(self, node: Node) -> str:
        kind, of = self.plan.meanings.get(node, (None, None))
        name = self.names.get(self.plan.new.get(of, of)) if of is not None else None
        if name:
            return f"{kind} of {name}"
        if self.inside.intersection(node.parents):
            return spelled(node, lambda a: self.text(a, node))
        if node.function is scatter:
            return "put back where they were taken"
        if node.function is added:
            return "added where they were taken"
        function: Any = node.function

        def show(a: Any) -> str:
            return self.names[a] if type(a) is Node else "[…]"

        try:
            written = formula(function, node.args, node.kwargs, show)
        except (TypeError, ValueError, IndexError):
            written = definition(function, node.args, node.kwargs, show)
        return written if len(written) < 60 else written[:57] + "…"

    def _guard(self, i: int, guard: Guard) -> None:
        """Ask again what was asked of a node."""
        name = self.names[guard.node]
        if guard.door == "bool":
            condition = f"not {name}" if guard.outcome else name
        elif np.ndim(guard.outcome) == 0:
            condition = f"{name} != {self.text(np.asarray(guard.outcome).item())}"
        else:
            condition = f"not np.array_equal({name}, {self._array(guard.outcome)})"
        self._line(f"if {condition}:")
        self._line(f"    raise OtherBranch({i})", guard.line)
