"""How each recorded function is written in a NumPy program, be it the tight one of a loop or one to be read.

    expression(node, text)      ``a + b``, ``x[1:]``, ``np.add.reduce(x, (1,))``, ``f(x)``; text(a) writes an argument

It reads the shapes and dtypes of the values, not their numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..graph import Node, same
from ..kinds import pick
from ..registry import parameters
from ..rules.constants import stop_gradient
from ..rules.indexing import getitem
from ..rules.shaping import astype

__all__ = [
    "INFIX", "METHODS", "PREFIX", "SPECIAL", "Text", "call", "called", "expression", "index_text", "operand",
    "tuple_text",
]  # fmt: skip

Text = Callable[[Any], str]

INFIX = {
    np.add: "+", np.subtract: "-", np.multiply: "*", np.divide: "/", np.matmul: "@", np.power: "**",
    np.floor_divide: "//", np.remainder: "%", np.less: "<", np.less_equal: "<=", np.greater: ">",
    np.greater_equal: ">=", np.equal: "==", np.not_equal: "!=", np.bitwise_and: "&", np.bitwise_or: "|",
    np.bitwise_xor: "^", np.left_shift: "<<", np.right_shift: ">>",
}  # fmt: skip
PREFIX = {np.negative: "-", np.invert: "~", np.positive: "+"}
REDUCTIONS = {np.sum: "np.add", np.prod: "np.multiply", np.max: "np.maximum", np.min: "np.minimum",
              np.amax: "np.maximum", np.amin: "np.minimum"}  # fmt: skip


def operand(text: str) -> str:
    """A text that stands beside an operator."""
    alone = text.isidentifier() or text.removesuffix(".T").isidentifier() or _is_number(text)
    return text if alone or _is_call(text) else f"({text})"


def _term(text: str) -> str:
    """A text that stands beside a plus."""
    left, product, right = text.partition(" @ ")
    return text if product and operand(left) == left and operand(right) == right else operand(text)


def _is_call(text: str) -> bool:
    """Whether the text is one call of a function, and nothing behind it."""
    name, _, inside = text.partition("(")
    depth = 1
    for i, character in enumerate(inside):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return i == len(inside) - 1 and name.replace(".", "").isidentifier()
    return False


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def expression(node: Node, text: Text) -> str:
    """The expression that computes the node; ``text`` gives the text of an argument."""
    function, args = node.function, node.args
    if node.kwargs and isinstance(function, np.ufunc):
        return call(text(function), node, text)
    special = SPECIAL.get(function)
    if special is not None:
        return special(node, text)
    if function in INFIX:
        beside = _term if function is np.add else operand
        return f"{beside(text(args[0]))} {INFIX[function]} {beside(text(args[1]))}"
    if function in PREFIX:
        return PREFIX[function] + operand(text(args[0]))
    return call(text(function), node, text)


def called(function: Any, otherwise: str) -> str:
    """The name of a function; ``otherwise`` where it has none."""
    name = getattr(function, "__name__", None) or type(function).__name__
    return otherwise if name == "<lambda>" else str(name)


def tuple_text(texts: Sequence[str]) -> str:
    return f"({', '.join(texts)},)" if texts else "()"


def call(name: str, node: Node, text: Text) -> str:
    inside = [text(a) for a in node.args] + [f"{k}={text(v)}" for k, v in node.kwargs.items()]
    return f"{name}({', '.join(inside)})"


def index_text(index: tuple[Any, ...], text: Text) -> str:
    """What stands between the brackets of an index."""
    return ", ".join([_slice(i, text) for i in index]) if index else "()"


def _slice(i: Any, text: Text) -> str:
    if not isinstance(i, slice):
        return "..." if i is Ellipsis else text(i)
    ends = ["" if end is None else text(end) for end in (i.start, i.stop, i.step)]
    return ":".join(ends[:2] if i.step is None else ends)


def _keywords(node: Node) -> dict[str, Any]:
    """What was given besides the first argument, by name."""
    function: Any = node.function
    return dict(zip(parameters(function)[1:], node.args[1:], strict=False)) | dict(node.kwargs)


def _reduction(node: Node, text: Text) -> str:
    """The method ``reduce`` of the ufunc: what np.sum and its kind come to after their preparations."""
    known, function = _keywords(node), node.function
    if not known.keys() <= {"axis", "keepdims", "dtype"}:
        return call(text(node.function), node, text)
    return _reduced(REDUCTIONS[function], node, known, text)  # type: ignore[index]


def _reduced(ufunc: str, node: Node, known: dict[str, Any], text: Text) -> str:
    inside = [text(node.args[0]), text(known.pop("axis", None))]
    inside += [f"{k}={text(v)}" for k, v in known.items() if not (k == "keepdims" and not v)]
    return f"{ufunc}.reduce({', '.join(inside)})"


def _mean(node: Node, text: Text) -> str:
    known = _keywords(node)
    x = node.args[0].value
    if not known.keys() <= {"axis", "keepdims"} or x.dtype.char not in "fdFD" or not np.size(node.value):
        return call(text(node.function), node, text)
    return f"{_reduced('np.add', node, known, text)} / {np.size(x) // np.size(node.value)}"


def _transpose(node: Node, text: Text) -> str:
    axes = node.args[1] if len(node.args) > 1 else node.kwargs.get("axes")
    if axes is None or [a % len(axes) for a in axes] == list(range(len(axes)))[::-1]:
        return f"{operand(text(node.args[0]))}.T"
    return f"{operand(text(node.args[0]))}.transpose({', '.join(text(int(a)) for a in axes)})"


def _reshape(node: Node, text: Text) -> str:
    x, shape = node.args[0], node.value.shape
    if node.kwargs or type(x.value) is not np.ndarray:
        return call(text(node.function), node, text)
    return f"{operand(text(x))}.reshape({', '.join(map(str, shape)) or '()'})"


def _swapaxes(node: Node, text: Text) -> str:
    x, (one, other) = operand(text(node.args[0])), _keywords(node).values()
    return f"{x}.T" if node.value.ndim == 2 and (one - other) % 2 else f"{x}.swapaxes({text(one)}, {text(other)})"


def _square(node: Node, text: Text) -> str:
    x = operand(text(node.args[0]))
    return f"{x} * {x}"


SPECIAL: dict[Any, Callable[[Node, Text], str]] = {
    **dict.fromkeys(REDUCTIONS, _reduction),
    np.mean: _mean,
    np.square: _square,
    np.absolute: lambda node, text: f"abs({text(node.args[0])})",
    np.transpose: _transpose,
    np.swapaxes: _swapaxes,
    np.reshape: _reshape,
    getitem: lambda node, text: f"{operand(text(node.args[0]))}[{index_text(node.args[1:], text)}]",
    pick: lambda node, text: f"{text(node.args[0])}[{node.args[1]}]",
    same: lambda node, text: text(node.args[0]),
    stop_gradient: lambda node, text: text(node.args[0]),
    astype: lambda node, text: f"{operand(text(node.args[0]))}.astype({text(np.dtype(node.args[1]))})",
}  # fmt: skip
METHODS = frozenset({getitem, astype, np.transpose, np.swapaxes})  # of their first argument, which must be NumPy's
