"""How each recorded function is written in a NumPy program.

    spelled(node, text)            the expression of an array function: ``a + b``, ``np.exp(a)``, ``x[1:]``

A function without an entry is called by its public name, ``np.linalg.solve(A, b)``; one of this package that has no
public name is written into the program as it stands in its source file.
"""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from ..graph import Node, same
from ..kinds import parameters, pick
from ..rules.constants import stop_gradient
from ..rules.elementwise import BITS, masked
from ..rules.indexing import BASIC, getitem, scatter
from ..rules.products import contract
from ..rules.shaping import astype, concatenate
from .randomness import drawn

__all__ = ["index_text", "public_name", "source_of", "spelled"]

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


def spelled(node: Node, text: Text) -> str:
    """The expression that computes the node; ``text`` gives the text of an argument."""
    function, args = node.function, node.args
    special = SPECIAL.get(function)
    if special is not None:
        return special(node, text)
    if not node.kwargs and len(args) == 2 and function in INFIX:
        beside = _term if function is np.add else operand
        return f"{beside(text(args[0]))} {INFIX[function]} {beside(text(args[1]))}"
    if not node.kwargs and len(args) == 1 and function in PREFIX:
        return PREFIX[function] + operand(text(args[0]))
    return call(text(function), node, text)


def call(name: str, node: Node, text: Text) -> str:
    inside = [text(a) for a in node.args] + [f"{k}={text(v)}" for k, v in node.kwargs.items()]
    return f"{name}({', '.join(inside)})"


def index_text(index: tuple[Any, ...], text: Text) -> str:
    """What stands between the brackets of an index."""
    return ", ".join([_slice(i, text) for i in index]) if index else "()"


def view_text(x: str, way: Any, text: Text) -> str:
    """The view of x that is found on a way (see versions.py)."""
    if way is None:
        return x
    before, function, args, kwargs = way
    x = view_text(x, before, text)
    if function is getitem:
        return f"{x}[{index_text(args, text)}]"
    given = [text(a) for a in args] + [f"{k}={text(v)}" for k, v in kwargs.items()]
    return f"np.{function.__name__}({', '.join([x, *given])})"


def _slice(i: Any, text: Text) -> str:
    if not isinstance(i, slice):
        return "..." if i is Ellipsis else text(i)
    ends = ["" if end is None else text(end) for end in (i.start, i.stop, i.step)]
    return ":".join(ends[:2] if i.step is None else ends)


def is_basic(index: tuple[Any, ...]) -> bool:
    return all([type(i) in BASIC for i in index])


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
    if node.value.ndim == 2:
        return f"{operand(text(node.args[0]))}.T"
    return call(f"{operand(text(node.args[0]))}.swapaxes", Node(None, None, node.args[1:]), text)


def _scatter(node: Node, text: Text) -> str:
    raise NotImplementedError("written as statements")


def _drawn(node: Node, text: Text) -> str:
    generator, method, *args = node.args
    return call(f"{text(generator)}.{method}", Node(None, None, tuple(args), node.kwargs), text)


def _square(node: Node, text: Text) -> str:
    x = operand(text(node.args[0]))
    return f"{x} * {x}"


def _masked(node: Node, text: Text) -> str:
    """Large arrays by their bits, as the rule does it: np.where takes a branch at each entry."""
    x, mask = node.args
    value, bits = node.value, BITS.get(node.value.dtype)
    same = type(x) is Node and type(mask) is Node and mask.value.shape == value.shape == x.value.shape
    if bits is None or value.size < 4096 or not same or x.value.dtype != value.dtype:
        return f"np.where({text(mask)}, {text(x)}, 0)"
    kept = f"np.negative({operand(text(mask))}.view(np.int8), dtype={text(np.dtype(bits))})"
    return f"({kept} & {operand(text(x))}.view({text(np.dtype(bits))})).view({text(value.dtype)})"


SPECIAL: dict[Any, Callable[[Node, Text], str]] = {
    **dict.fromkeys(REDUCTIONS, _reduction),
    np.mean: _mean,
    np.square: _square,
    np.transpose: _transpose,
    np.swapaxes: _swapaxes,
    np.reshape: _reshape,
    scatter: _scatter,
    getitem: lambda node, text: f"{operand(text(node.args[0]))}[{index_text(node.args[1:], text)}]",
    pick: lambda node, text: f"{text(node.args[0])}[{node.args[1]}]",
    drawn: lambda node, text: _drawn(node, text),
    same: lambda node, text: text(node.args[0]),
    stop_gradient: lambda node, text: text(node.args[0]),
    astype: lambda node, text: f"{operand(text(node.args[0]))}.astype({text(np.dtype(node.args[1]))})",
    contract: lambda node, text: call("np.einsum", node, text),
    concatenate: lambda node, text:
        f"np.concatenate(({', '.join(text(a) for a in node.args)},), axis={text(node.kwargs.get('axis', 0))})",
    masked: _masked,
}  # fmt: skip
METHODS = frozenset({getitem, astype, np.transpose, np.swapaxes})  # of their first argument, which must be NumPy's


# The public names of functions

_MODULES = {"np": np, "np.linalg": np.linalg, "np.fft": np.fft}


def public_name(function: Any) -> str | None:
    """``np.linalg.solve``, ``scipy.special.erf``; None for a function without one."""
    name = getattr(function, "__name__", "")
    for prefix, module in _MODULES.items():
        if getattr(module, name, None) is function:
            return f"{prefix}.{name}"
    home = getattr(function, "__module__", None) or ""
    for place in (home, "scipy.special", "scipy.linalg"):
        known = place.startswith("scipy") and "._" not in place
        if known and getattr(sys.modules.get(place), name, None) is function:
            return f"{place}.{name}"
    return None


def source_of(function: Any) -> str | None:
    """The text of a function of this package with all that it calls, able to stand alone; None if it has none."""
    found: dict[str, str] = {}
    try:
        _collect(inspect.unwrap(function), found)
    except (OSError, TypeError, _NotAlone):
        return None
    return "\n\n\n".join(reversed(found.values())) + "\n"


class _NotAlone(Exception):
    """A function that refers to what cannot be written out."""


def _collect(function: Any, found: dict[str, str]) -> None:
    if not isinstance(function, FunctionType) or not function.__module__.startswith("autograd_lite"):
        raise _NotAlone
    if function.__closure__:
        raise _NotAlone
    lines = inspect.getsource(function).splitlines()
    while lines[0].startswith("@"):
        lines.pop(0)
    found[function.__name__] = "\n".join(lines)
    for name in function.__code__.co_names:
        if name in found or name not in function.__globals__:
            continue
        value = function.__globals__[name]
        if isinstance(value, ModuleType):
            if value not in (np, math):
                raise _NotAlone
        elif isinstance(value, (int, float, str)):
            found[name] = f"{name} = {value!r}"
        elif isinstance(value, tuple):
            raise _NotAlone
        else:
            _collect(inspect.unwrap(value), found)
