"""What to write instead, by the function at which a number stopped being finite."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..graph import Node

__all__ = ["DOUBLE_WHERE", "advice"]

DOUBLE_WHERE = (
    "the side that np.where does not choose is computed all the same: guard the argument too, "
    "np.where(mask, f(np.where(mask, x, 1)), other)"
)

_ADVICE: dict[str, str] = {
    "sqrt": "use np.where before sqrt, np.sqrt(np.where(x > 0, x, 1)), or np.linalg.norm, whose derivative at 0 is 0",
    "cbrt": "its slope at 0 is infinite: use np.where on the argument",
    "power": "a root has an infinite slope at 0: use np.where before the power, or np.linalg.norm for a length",
    "log": "use np.where before log, np.log(np.where(x > 0, x, 1)); for log(sum(exp(z))) write np.logaddexp.reduce(z), "
    "for log(softmax(z)) z minus that",
    "divide": "use np.where on the denominator, x / np.where(y != 0, y, 1)",
    "reciprocal": "use np.where on the argument, 1 / np.where(x != 0, x, 1)",
    "arccos": "its slope is infinite at −1 and 1: np.clip the argument to the inside, or use np.arctan2",
    "arcsin": "its slope is infinite at −1 and 1: np.clip the argument to the inside, or use np.arctan2",
    "arccosh": "its slope is infinite at 1: keep the argument above 1",
    "arctanh": "it is infinite at −1 and 1: keep the argument inside (−1, 1)",
    "arctan2": "the angle of (0, 0) does not exist: use np.where on the arguments",
    "exp": "exp overflows above 709.8: subtract the maximum first, or use np.logaddexp for log(exp(a) + exp(b))",
    "expm1": "expm1 overflows above 709.8: use a form that tends to its limit there",
    "sinh": "it overflows above 710: use a form that tends to its limit there",
    "cosh": "it overflows above 710: log(cosh x) is np.logaddexp(x, -x) - log 2",
    "square": "the square overflows: divide by a scale first",
    "multiply": "0·∞ or an overflow: look at both factors",
    "subtract": "∞ − ∞: subtract before the overflow, or use np.logaddexp",
    "add": "an overflow, or ∞ − ∞: rescale before adding",
    "inv": "the matrix is singular: use np.linalg.lstsq or pinv, or add a multiple of the identity",
    "solve": "the matrix is nearly singular: use np.linalg.lstsq, or add a multiple of the identity",
    "eigh": "equal eigenvalues: their vectors have no derivative (docs/conventions.md)",
    "svd": "equal or zero singular values: the vectors have no derivative (docs/conventions.md)",
    "sum": "the sum overflows: take means, or work with logarithms",
    "prod": "the product overflows: sum logarithms instead",
}
_SAME = {
    "log2": "log", "log10": "log", "log1p": "log", "float_power": "power", "exp2": "exp", "remainder": "divide",
    "matmul": "sum", "dot": "sum", "einsum": "sum", "contract": "sum", "mean": "sum", "cumsum": "sum",
}  # fmt: skip


def advice(node: Node) -> str:
    """What to write instead of this node's function, "" where nothing is known."""
    name = str(getattr(node.function, "__name__", ""))
    text = _ADVICE.get(_SAME.get(name, name), "")
    if name == "power" and not _is_root(node):
        return "x**y is not finite here: look at the base where it is 0 or negative, and at the size of the power"
    return text


def _is_root(node: Node) -> bool:
    exponent: Any = node.args[1].value if type(node.args[1]) is Node else node.args[1]
    return bool(np.all(np.less(exponent, 1)))
