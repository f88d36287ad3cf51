"""Numbers alone: what is computed with Python floats and ``math``, several times faster than with NumPy's scalars.

``math`` raises an error where NumPy returns inf or nan; the program is then run again in NumPy's scalars.  Both may
differ in the last bit.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import numpy as np

from ..graph import Node
from .entries import FLOAT
from .planning import Plan

__all__ = ["floats_of", "in_double", "is_of_floats"]


def floats_of(plan: Plan) -> set[Node]:
    """The nodes that are computed as Python floats: numbers alone, by functions that ``math`` has."""
    if not in_double(plan):
        return set()
    found = {node for node in plan.inputs if type(node.value) is np.float64}
    for step in plan.steps:
        if is_of_floats(step.node, found):
            found.add(step.node)
    return found


def is_of_floats(node: Node, found: Container[Node]) -> bool:
    """Whether it is a number that ``math`` computes from Python floats, those of the nodes that were found."""
    number = type(node.value) in (np.float64, np.bool_) and node.function in FLOAT
    return number and not node.kwargs and all([_is_float(a, found) for a in node.args])


def in_double(plan: Plan) -> bool:
    """Whether no array is of less than double precision, next to which a Python float counts as one of them."""
    nodes = [*plan.inputs, *[step.node for step in plan.steps]]
    return all([isinstance(n.value, tuple) or n.value.dtype.char in "dD?lL" for n in nodes])


def _is_float(a: Any, found: Container[Node]) -> bool:
    if type(a) is Node:
        return a in found
    return type(a) in (int, float, bool, np.float64, np.bool_) or a is None
