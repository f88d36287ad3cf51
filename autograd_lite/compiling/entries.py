"""How one number is computed, in a loop over entries or alone: ``{0} * {0}`` for a square, ``{r} += {v}`` for a sum.

Numbers alone are computed with Python floats and ``math``, several times faster than with NumPy's scalars.  ``math``
raises an error where NumPy returns inf or nan; the program is then run again in NumPy's scalars.  Both may differ in
the last bit.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import numpy as np

from ..graph import Node, same
from ..programs.spelling import INFIX, PREFIX, operand
from ..rules.constants import stop_gradient
from ..rules.elementwise import masked
from ..rules.shaping import astype
from .planning import Plan

__all__ = [
    "FLOAT", "NUMBERS", "REDUCED", "SCALAR", "Unsupported", "entry_of", "floats_of", "in_double", "is_of_floats",
    "template", "written_inside",
]  # fmt: skip

NUMBERS = "dflq?"  # the codes of the dtypes that a loop knows
_ARITHMETIC = (np.add, np.subtract, np.multiply, np.divide, np.less, np.less_equal, np.greater, np.greater_equal,
               np.equal, np.not_equal)  # fmt: skip
_IN_MATH = ("sqrt", "exp", "expm1", "log", "log1p", "log2", "log10", "sin", "cos", "tan", "sinh", "cosh", "tanh")
_INVERSE = ("sin", "cos", "tan", "sinh", "cosh", "tanh")
_COMMON: dict[Any, str] = {
    np.square: "{0} * {0}", np.reciprocal: "1.0 / {0}", np.absolute: "abs({0})", np.negative: "-{0}",
    np.where: "({1} if {0} else {2})", masked: "({0} if {1} else 0.0)", np.isnan: "{0} != {0}",
    np.logical_not: "not {0}", np.logical_and: "({0} and {1})", np.logical_or: "({0} or {1})",
    **{ufunc: f"{{0}} {INFIX[ufunc]} {{1}}" for ufunc in _ARITHMETIC},
}  # fmt: skip
FLOAT = _COMMON | {  # with Python's floats and math
    np.fabs: "abs({0})", np.power: "math.pow({0}, {1})", np.float_power: "math.pow({0}, {1})",
    **{getattr(np, name): f"math.{name}({{0}})" for name in (*_IN_MATH, "degrees", "radians", "isfinite")},
    **{getattr(np, f"arc{name}"): f"math.a{name}({{0}})" for name in _INVERSE},
    np.arctan2: "math.atan2({0}, {1})", np.hypot: "math.hypot({0}, {1})", np.copysign: "math.copysign({0}, {1})",
    np.maximum: "({0} if {0} >= {1} or {0} != {0} else {1})", np.minimum: "({0} if {0} <= {1} or {0} != {0} else {1})",
    **dict.fromkeys((np.any, np.all, np.sum, np.mean, same, stop_gradient), "{0}"),
}  # fmt: skip
SCALAR = _COMMON | {  # with NumPy's numbers
    astype: "{0}",
    **{ufunc: f"{{0}} {sign} {{1}}" for ufunc, sign in INFIX.items() if ufunc is not np.matmul},
    **{ufunc: f"{sign}{{0}}" for ufunc, sign in PREFIX.items()},
    **{getattr(np, name): f"np.{name}({{0}})" for name in (
        *_IN_MATH, *[f"arc{name}" for name in _INVERSE], "floor", "ceil", "trunc", "sign", "isfinite", "isinf")},
    **{getattr(np, name): f"np.{name}({{0}}, {{1}})" for name in (
        "maximum", "minimum", "arctan2", "hypot", "copysign", "logaddexp", "fmax", "fmin")},
}  # fmt: skip
REDUCED = {np.sum: ("0", "{r} += {v}"), np.mean: ("0", "{r} += {v}"), np.prod: ("1", "{r} *= {v}"),
           np.any: ("False", "{r} = {r} or {v}"), np.all: ("True", "{r} = {r} and {v}"),
           np.max: ("-np.inf", "if {v} > {r} or {v} != {v}: {r} = {v}"),
           np.min: ("np.inf", "if {v} < {r} or {v} != {v}: {r} = {v}")}  # fmt: skip


class Unsupported(Exception):
    """A function that has no loop."""


def template(node: Node, table: dict[Any, str]) -> str:
    """How the table writes the function of a node; the sum of truth values is a truth value."""
    return table[np.logical_or if node.function is np.add and node.value.dtype == np.bool_ else node.function]


def entry_of(node: Node, values: list[str]) -> str:
    """The expression of one entry, from those of the arguments.

    Raises Unsupported for a function that is not in the table.
    """
    if node.function not in SCALAR:
        raise Unsupported(getattr(node.function, "__name__", "function"))
    text = template(node, SCALAR).format(*map(_operand, values))
    cast = node.value.dtype.char in "flq" or node.function is astype
    return f"np.{node.value.dtype.name}({text})" if cast else text


def _operand(text: str) -> str:
    """An entry in brackets needs no parentheses."""
    return text if text.endswith("]") and text.count("[") == 1 else operand(text)


def written_inside(constant: str) -> str:
    """A constant as Numba knows it: ``np.full`` for ``np.broadcast_to``."""
    if not constant.startswith("np.broadcast_to("):
        return constant
    number, shape = constant[len("np.broadcast_to(") : -1].split(", ", 1)
    return f"np.full({shape}, {number})"


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
