"""Numbers alone: what is computed with Python floats and ``math``, several times faster than with NumPy's scalars.

``math`` raises an error where NumPy returns inf or nan; the program is then run again in NumPy's scalars.  Both may
differ in the last bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..graph import Node, same
from ..rules.constants import stop_gradient
from ..rules.elementwise import masked
from .planning import Plan

__all__ = ["FLOAT", "floats_of", "in_double"]

FLOAT: dict[Any, str] = {
    np.add: "{0} + {1}", np.subtract: "{0} - {1}", np.multiply: "{0} * {1}", np.divide: "{0} / {1}",
    np.negative: "-{0}", np.square: "{0} * {0}", np.reciprocal: "1.0 / {0}", np.absolute: "abs({0})",
    np.fabs: "abs({0})", np.power: "math.pow({0}, {1})", np.float_power: "math.pow({0}, {1})",
    **{getattr(np, name): f"math.{name}({{0}})" for name in (
        "sqrt", "exp", "expm1", "log", "log1p", "log2", "log10", "sin", "cos", "tan", "sinh", "cosh", "tanh",
        "degrees", "radians")},
    **{getattr(np, f"arc{name}"): f"math.a{name}({{0}})" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    np.arctan2: "math.atan2({0}, {1})", np.hypot: "math.hypot({0}, {1})", np.copysign: "math.copysign({0}, {1})",
    np.maximum: "({0} if {0} >= {1} or {0} != {0} else {1})", np.minimum: "({0} if {0} <= {1} or {0} != {0} else {1})",
    np.less: "{0} < {1}", np.less_equal: "{0} <= {1}", np.greater: "{0} > {1}", np.greater_equal: "{0} >= {1}",
    np.equal: "{0} == {1}", np.not_equal: "{0} != {1}", np.isnan: "{0} != {0}", np.isfinite: "math.isfinite({0})",
    np.logical_not: "not {0}", np.logical_and: "{0} and {1}", np.logical_or: "{0} or {1}",
    np.where: "({1} if {0} else {2})", masked: "({0} if {1} else 0.0)",
    np.any: "{0}", np.all: "{0}", np.sum: "{0}", np.mean: "{0}", same: "{0}", stop_gradient: "{0}",
}  # fmt: skip


def floats_of(plan: Plan) -> set[Node]:
    """The nodes that are computed as Python floats: numbers alone, by functions that ``math`` has."""
    if not in_double(plan):
        return set()
    found = {node for node in plan.inputs if type(node.value) is np.float64}
    for step in plan.steps:
        node = step.node
        number = type(node.value) in (np.float64, np.bool_) and node.function in FLOAT
        if number and not node.kwargs and all([_is_float(a, found) for a in node.args]):
            found.add(node)
    return found


def in_double(plan: Plan) -> bool:
    """Whether no array is of less than double precision, next to which a Python float counts as one of them."""
    nodes = [*plan.inputs, *[step.node for step in plan.steps]]
    return all([isinstance(n.value, tuple) or n.value.dtype.char in "dD?lL" for n in nodes])


def _is_float(a: Any, found: set[Node]) -> bool:
    if type(a) is Node:
        return a in found
    return type(a) in (int, float, bool, np.float64, np.bool_) or a is None
