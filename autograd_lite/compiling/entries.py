"""How one entry of a result is computed in a loop: ``{0} * {0}`` for a square, ``{r} += {v}`` for a sum."""

from __future__ import annotations

import numpy as np

from ..graph import Node
from ..programs.spelling import INFIX, PREFIX, operand
from ..rules.elementwise import masked
from ..rules.shaping import astype

__all__ = ["NUMBERS", "REDUCED", "SCALAR", "Unsupported", "entry_of", "written_inside"]

NUMBERS = "dflq?"  # the codes of the dtypes that a loop knows
SCALAR = {
    np.square: "{0} * {0}", np.reciprocal: "1.0 / {0}", np.where: "({1} if {0} else {2})",
    masked: "({0} if {1} else 0.0)", np.logical_not: "not {0}", np.logical_and: "({0} and {1})",
    np.logical_or: "({0} or {1})", np.absolute: "abs({0})", np.isnan: "{0} != {0}", astype: "{0}",
    **{ufunc: f"{{0}} {sign} {{1}}" for ufunc, sign in INFIX.items() if ufunc is not np.matmul},
    **{ufunc: f"{sign}{{0}}" for ufunc, sign in PREFIX.items()},
    **{getattr(np, name): f"np.{name}({{0}})" for name in (
        "sqrt", "exp", "expm1", "log", "log1p", "log2", "log10", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin",
        "arccos", "arctan", "arcsinh", "arccosh", "arctanh", "floor", "ceil", "trunc", "sign", "isfinite", "isinf")},
    **{getattr(np, name): f"np.{name}({{0}}, {{1}})" for name in (
        "maximum", "minimum", "arctan2", "hypot", "copysign", "logaddexp", "fmax", "fmin")},
}  # fmt: skip
REDUCED = {np.sum: ("0", "{r} += {v}"), np.mean: ("0", "{r} += {v}"), np.prod: ("1", "{r} *= {v}"),
           np.any: ("False", "{r} = {r} or {v}"), np.all: ("True", "{r} = {r} and {v}"),
           np.max: ("-np.inf", "if {v} > {r} or {v} != {v}: {r} = {v}"),
           np.min: ("np.inf", "if {v} < {r} or {v} != {v}: {r} = {v}")}  # fmt: skip


class Unsupported(Exception):
    """A function that has no loop."""


def entry_of(node: Node, values: list[str]) -> str:
    """The expression of one entry, from those of the arguments.

    Raises Unsupported for a function that is not in the table.
    """
    if node.function not in SCALAR:
        raise Unsupported(getattr(node.function, "__name__", "function"))
    text = SCALAR[node.function].format(*map(_operand, values))
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
