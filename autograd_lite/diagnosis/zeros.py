"""Why a derivative is zero: the steps between x and y at which it ends, and what makes their partials vanish there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..graph import Node, Path
from ..kinds import Constant, Parts
from ..notation.formulas import function_name, number, partial_formula
from ..sweeps import rules
from .origins import part_of, uses_in
from .places import Words

__all__ = ["is_zero", "zero_reasons"]

Array = Any
MOST = 4
ROUNDING = {"floor", "ceil", "trunc", "rint", "round", "around", "fix", "sign", "floor_divide"}
CHOICES = {"maximum", "minimum", "fmax", "fmin", "where", "masked", "clip"}
COMPARISONS = {"less": ">", "less_equal": "≥", "greater": "<", "greater_equal": "≤"}


def is_zero(derivative: Any) -> bool:
    if isinstance(derivative, tuple):
        return all(is_zero(part) for part in derivative)
    return derivative is None or not np.any(derivative)


def zero_reasons(swept: Path, leaf: Node, adjoints: Mapping[Node, Array], words: Words) -> list[str]:
    """The places where the derivative by the leaf ends, in words."""
    uses = uses_in(swept)
    reasons: dict[str, None] = {}
    waiting, seen = [leaf], {leaf}
    while waiting:
        here = waiting.pop()
        parts = []
        for node, j in uses.get(here, []):
            if is_zero(adjoints.get(node)):
                if isinstance(rules[node.function], Constant):
                    reasons[_constant(node, words)] = None
                elif is_zero(part_of(node, j, _anything(node))):
                    reasons[_reason(node, j, part_of(node, j, _anything(node)), words)] = None
                elif node not in seen:
                    seen.add(node)
                    waiting.append(node)
                continue
            part = part_of(node, j, adjoints[node])
            parts.append(part)
            if is_zero(part):
                reasons[_reason(node, j, part, words)] = None
        if len([p for p in parts if not is_zero(p)]) > 1:
            reasons[f"the paths that meet at {words.name(here)} cancel: their contributions add to 0"] = None
    telling = [text for text in reasons if "is a comparison" not in text] or list(reasons)
    return telling[:MOST]


def _aside(node: Node, words: Words) -> str:
    """", line 3,", or nothing where the line is not known."""
    where = words.where(node)
    return f"{where}," if where else ""


def _constant(node: Node, words: Words) -> str:
    name = function_name(node.function)  # type: ignore[arg-type]
    if name == "stop_gradient":
        return f"cut at stop_gradient{words.where(node)}"
    where = _aside(node, words)
    if name in ROUNDING:
        return f"{name}{where} is piecewise constant: its derivative is 0 everywhere"
    if node.value is not None and getattr(node.value, "dtype", np.dtype(float)).kind == "b":
        return f"{words.definition(node)}{where} is a comparison: true or false have no derivative"
    return f"{name}{where} gives positions or counts, which have no derivative"


def _anything(node: Node) -> Array:
    """An adjoint in general position, to see whether the step passes on any."""
    if isinstance(node.value, tuple):
        return Parts(np.ones_like(part) for part in node.value)
    return np.random.default_rng(7).uniform(0.5, 1.5, np.shape(node.value)).astype(node.value.dtype)


def _reason(node: Node, j: int, part: Array, words: Words) -> str:
    """Why a step passes on nothing of an adjoint that is not zero."""
    if isinstance(rules[node.function], Constant):
        return _constant(node, words)
    name = function_name(node.function)  # type: ignore[arg-type]
    x = node.args[j].value
    special = _SPECIAL.get(name)
    if special is not None:
        text = special(node, j, words)
        if text:
            return text + words.where(node)
    if name == "astype" or np.asarray(node.value).dtype.kind not in "fc":
        return f"{name}{_aside(node, words)} makes integers of {words.name(node.args[j])}: piecewise constant"
    if part is None:
        return f"{name}{_aside(node, words)} has no derivative by {words.name(node.args[j])}"
    if np.iscomplexobj(node.value) and not np.iscomplexobj(x):
        what = f"{words.definition(node)}{words.where(node)}"
        return f"{what}: what comes back is imaginary, and a real input takes the real part"
    formula = partial_formula(node.function, j, node.args, words.bare(node), _called(words))  # type: ignore[arg-type]
    at = _range(x)
    said = f", {formula}," if formula and formula != "0" else ""
    where = f"{words.name(node.args[j])} = {at}{words.where(node)}"
    return f"the derivative of {words.definition(node)}{said} is 0 at {where}"


def _called(words: Words) -> Callable[[Any], str]:
    return lambda x: words.bare(x) if type(x) is Node else "array"


def _range(x: Array) -> str:
    x = np.asarray(x)
    if x.ndim == 0:
        return number(x[()])
    if x.dtype.kind != "f" or not x.size:
        return f"array{x.shape}"
    if not np.ptp(x):
        return f"{number(x.flat[0])}, at all {x.size} entries"
    return f"{number(np.min(x))} … {number(np.max(x))}"


def _value(a: Any) -> Array:
    return np.asarray(a.value if type(a) is Node else a)


def _multiply(node: Node, j: int, words: Words) -> str:
    other = node.args[1 - j]
    if np.any(_value(other)):
        return ""
    if type(other) is Node and _value(other).dtype.kind == "b":
        return _relu(node.args[j], words) if _compares_with_zero(other, node.args[j]) else (
            f"multiplied by {words.definition(other)}, which is false everywhere"
        )  # fmt: skip
    what = words.name(other) if type(other) is Node else "a constant"
    return f"multiplied by zero: {what} is 0{' everywhere' if _value(other).ndim else ''}"


def _compares_with_zero(condition: Node, x: Node) -> bool:
    name = getattr(condition.function, "__name__", "")
    if name == "logical_not" and getattr(condition.args[0].function, "__name__", "") in ("less_equal", "less"):
        condition, name = condition.args[0], "greater"
    return name in ("greater", "greater_equal") and condition.args[0] is x and not np.any(_value(condition.args[1]))


def _relu(x: Node, words: Words) -> str:
    value = _value(x)
    if value.ndim == 0:
        return f"the relu input {words.name(x)} is negative ({number(value[()])})"
    return (
        f"all relu inputs are negative: the largest of the {value.size} entries of {words.name(x)} is "
        f"{number(np.max(value))}"
    )


def _choice(node: Node, j: int, words: Words) -> str:
    name, x = getattr(node.function, "__name__", ""), node.args[j]
    if name in ("maximum", "fmax") and not np.any(_value(node.args[1 - j])):
        return _relu(x, words)
    if name == "where":
        condition = node.args[0]
        if type(condition) is Node and j == 1 and _compares_with_zero(condition, x):
            return _relu(x, words)
        said = words.definition(condition) if type(condition) is Node else "the condition"
        return f"np.where never chooses {words.name(x)}: {said} is {'false' if j == 1 else 'true'} everywhere"
    if name == "masked":
        condition = node.args[1]
        return _relu(x, words) if type(condition) is Node and _compares_with_zero(condition, x) else ""
    if name == "clip":
        return f"np.clip cuts off every entry of {words.name(x)} ({_range(x.value)}): beyond its bounds it is constant"
    return f"{name} takes the other argument everywhere, never {words.name(x)}"


def _exp(node: Node, j: int, words: Words) -> str:
    if np.any(node.value):
        return ""
    return f"exp underflows to 0: {words.name(node.args[j])} is {_range(node.args[j].value)}"


def _saturated(node: Node, j: int, words: Words) -> str:
    x = np.abs(_value(node.args[j]))
    if np.min(x) < 1:
        return ""
    return (
        f"{function_name(node.function)} is saturated: |{words.bare(node.args[j])}| ≥ {number(np.min(x))}, "  # type: ignore[arg-type]
        "where its derivative rounds to 0"
    )


def _reads(node: Node, j: int, words: Words) -> str:
    x = node.args[j]
    return f"{words.definition(node)} does not pass on what depends on it: of {words.name(x)} other entries are read"


def _overwritten(node: Node, j: int, words: Words) -> str:
    if j:
        return f"what {words.definition(node)} wrote is not read afterwards"
    return f"{words.definition(node)} writes over all entries of {words.name(node.args[0])} that are read afterwards"


def _extreme(node: Node, j: int, words: Words) -> str:
    extreme = "largest" if "max" in getattr(node.function, "__name__", "") else "smallest"
    return f"no entry of {words.name(node.args[j])} that depends on it is the {extreme}"


def _at_kink(node: Node, j: int, words: Words) -> str:
    x = _value(node.args[j])
    if getattr(node.function, "__name__", "") == "std":
        return f"std is at its kink, all entries of {words.name(node.args[j])} are equal" if not np.ptp(x) else ""
    if np.any(x):
        return ""
    function = function_name(node.function)  # type: ignore[arg-type]
    return f"{function} is at its kink, {words.name(node.args[j])} = 0: the derivative is 0 there by convention"


_SPECIAL: dict[str, Callable[[Node, int, Words], str]] = {
    "multiply": _multiply, "matmul": _multiply, "dot": _multiply, "exp": _exp, "exp2": _exp,
    **dict.fromkeys(CHOICES, _choice), "tanh": _saturated, "expit": _saturated, "arctan": _saturated,
    "getitem": _reads, "assign": _overwritten, "max": _extreme, "min": _extreme, "amax": _extreme, "amin": _extreme,
    "absolute": _at_kink, "fabs": _at_kink, "norm": _at_kink, "std": _at_kink,
}  # fmt: skip
