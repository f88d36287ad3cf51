"""What happens in a step of a sweep, in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..kinds import Elementwise
from ..notation.chain import Names
from ..sweeps import rules
from .nodes import GraphNode

if TYPE_CHECKING:
    from .steps import Step

__all__ = ["sentence"]


def sentence(step: Step) -> str:
    """What happens in the step."""
    if step.sweep == "forward":
        return _forward(step)
    if step.seed is not None:
        return "The reverse sweep starts here, with this adjoint."
    return _reverse(step)


def _forward(step: Step) -> str:
    node = step.node
    if node.function is None:
        if step.seed is not None:
            return "The forward sweep starts here, with this tangent."
        what = "A parameter" if node.role == "parameter" else "An input"
        return f"{what}." if step.derivative is None else f"{what} that stands still: its tangent is 0."
    if step.derivative is None:
        return "The value."
    if not step.terms:
        return "The value; its derivative is zero."
    many = len(step.terms) > 1
    return "Value first, then its tangent: " + (
        "the sum over incoming edges of local partial × tangent." if many else "local partial × tangent."
    )


def _reverse(step: Step) -> str:
    node, children = step.node, list(dict.fromkeys(term.node for term in step.terms))
    if not children:
        return "Nothing that was seeded depends on it."
    if len(step.terms) > 1:
        where = "in " + " and ".join(c.name for c in children[:6])
        times = "twice" if len(step.terms) == 2 else f"{len(step.terms)} times"
        return f"{node.name} is used {times}, {where}: paths meet here, and contributions add."
    child = children[0]
    if child.function_name == "matmul":
        return "The adjoint of the product, times the other factor transposed: the shapes leave no other way."
    if _broadcast(node, child):
        return f"{node.name} was broadcast, used once for many entries of {child.name}: their adjoints are summed."
    if step.terms[0].rule == Names().adjoint(child):
        return f"Passed on by {child.name} as it is: the local partial is 1."
    return "Child's adjoint × local partial."


def _broadcast(node: GraphNode, child: GraphNode) -> bool:
    return isinstance(rules[child.node.function], Elementwise) and np.shape(node.value) != np.shape(child.value)
