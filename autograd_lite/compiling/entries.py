"""How one number is computed, in a loop over entries or alone: ``{0} * {0}`` for a square, ``{r} += {v}`` for a sum."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..graph import Node, same
from ..programs.spelling import INFIX, PREFIX, operand
from ..rules.constants import stop_gradient
from ..rules.elementwise import masked
from ..rules.shaping import astype

__all__ = ["FLOAT", "NUMBERS", "REDUCED", "SCALAR", "Unsupported", "entry_of", "template", "written_inside"]

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
