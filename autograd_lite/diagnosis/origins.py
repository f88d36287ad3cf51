"""Where a nan or an inf began: the first step that made one of finite numbers.

    values      backwards along what is not finite, to a node whose arguments all are
    adjoints    from the leaf along what is not finite towards the output, to a node whose own adjoint is finite
    tangents    from the output back to a node whose arguments' tangents are finite

A 0·∞ counts as the place where the infinite partial stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ..graph import Node, Path
from ..kinds import contribution
from ..notation.formulas import function_name, number
from ..sweeps import forward_sweep, reverse_sweep
from .places import Words
from .remedies import DOUBLE_WHERE, advice

__all__ = ["adjoint_origin", "bad", "chain", "part_of", "tangent_origin", "value_origin"]

Array = Any
CHOICES = {"where", "masked", "maximum", "minimum", "fmax", "fmin", "clip"}


def bad(x: Any) -> bool:
    """Whether there is a nan or an inf in it."""
    if isinstance(x, tuple):
        return any(bad(part) for part in x)
    return x is not None and np.asarray(x).dtype.kind in "fc" and not bool(np.all(np.isfinite(x)))


def kind(x: Any) -> str:
    """"nan" or "inf": what is in it."""
    parts = x if isinstance(x, tuple) else (x,)
    return "nan" if any(p is not None and np.any(np.isnan(p)) for p in parts) else "inf"


def first_bad(x: Array) -> tuple[int, ...]:
    """The index of the first entry that is not finite."""
    x = np.asarray(x)
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(~np.isfinite(x))), x.shape))


def entry(index: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, index))}]" if index else ""


def part_of(node: Node, j: int, adjoint: Array) -> Array:
    """What the node contributes to the adjoint of its argument j."""
    args = [a.value if type(a) is Node else a for a in node.args]
    with np.errstate(all="ignore"):
        return contribution(node, j, adjoint, node.value, args)


def chain(swept: Path, leaf: Node, end: Node, words: Words) -> str:
    """The way from a leaf to a node further on: 'x → r → y'."""
    before: dict[Node, Node] = {}
    reached = {leaf}
    for node in swept.steps:
        for a in node.args:
            if type(a) is Node and a in reached and node not in reached:
                reached.add(node)
                before[node] = a
    if end not in reached:
        return ""
    way = [end]
    while way[-1] is not leaf:
        way.append(before[way[-1]])
    named = [words.bare(node) for node in reversed(way) if words.name_of(node) or node in (leaf, end)]
    if len(named) > 8:
        named = [*named[:4], "…", *named[-3:]]
    return " → ".join(named)


# values


def value_origin(node: Node, words: Words) -> str:
    """The sentence for a value that is not finite: where it began, and what to do."""
    here = node
    while True:
        earlier = [a for a in here.args if type(a) is Node and bad(a.value)]
        if not earlier:
            break
        here = earlier[0]
    if here.function is None or not any(type(a) is Node for a in here.args):
        at = entry(first_bad(here.value))
        name = f" {words.name(here)}" if words.name_of(here) else ""
        return f"the input{name} is itself {kind(here.value)}{' at ' + at if at else ''}: look where it comes from"
    constants = [a for a in here.args if isinstance(a, (np.ndarray, np.generic, float)) and bad(a)]
    function = function_name(here.function)
    what = f"value of {words.name(here)} became {kind(here.value)} at {function}{words.where(here)}"
    if constants:
        text = f"{what}: the constant array in {words.definition(here)} holds {kind(constants[0])}"
        return text + _reach(node, here, words)
    return f"{what}: {_arguments(here, first_bad(_single(here.value)), words)}{_fix(here)}{_reach(node, here, words)}"


def _single(value: Any) -> Array:
    return next(part for part in value if bad(part)) if isinstance(value, tuple) else value


def _arguments(node: Node, index: tuple[int, ...], words: Words) -> str:
    """The arguments of a step, at the entry of the result that went wrong."""
    texts = []
    for a in node.args:
        value = a.value if type(a) is Node else a
        if (type(a) is Node or isinstance(a, np.ndarray)) and getattr(value, "dtype", np.dtype(int)).kind in "fc":
            name = words.name(a) if type(a) is Node else words.arrays.get(id(a)) or "the constant"
            texts.append(f"value {_at(value, index, np.shape(node.value))} of {name}")
    return ", ".join(texts) or words.definition(node)


def _at(x: Array, index: tuple[int, ...], shape: Any) -> str:
    """The number of x that went into this entry of a result, or the range of x where that is no single one."""
    x = np.asarray(x)
    try:
        return number(np.broadcast_to(x, shape)[index]) + (f" at {entry(index)}" if index else "")
    except (ValueError, IndexError):
        return f"between {number(np.min(x))} and {number(np.max(x))}" if x.dtype.kind == "f" else f"of shape {x.shape}"


def _fix(node: Node) -> str:
    text = advice(node)
    return f"; {text}" if text else ""


def _reach(node: Node, origin: Node, words: Words) -> str:
    return "" if node is origin else f" (and from there into {words.name(node)})"


# derivatives


def adjoint_origin(swept: Path, leaves: Iterable[Node], seeds: Mapping[Node, Array], words: Words) -> str:
    """The sentence for an adjoint that is not finite at a leaf."""
    with np.errstate(all="ignore"):
        adjoints = reverse_sweep(swept, seeds)
    uses = uses_in(swept)
    for leaf in leaves:
        if not bad(adjoints.get(leaf)):
            continue
        here, seen = leaf, {leaf}
        while True:
            parts = [(node, j, part_of(node, j, adjoints[node])) for node, j in uses.get(here, []) if node in adjoints]
            guilty = [(node, j, part) for node, j, part in parts if bad(part)]
            onward = [(node, j, part) for node, j, part in guilty if bad(adjoints[node]) and node not in seen]
            if guilty and len(onward) < len(guilty):
                node, j, part = next(g for g in guilty if not bad(adjoints[g[0]]))
                text = _derivative(node, j, part, adjoints[node], "adjoint", here, words, _is_chosen(node, uses))
                return text + _path(swept, leaf, node, words)
            if not onward:
                return _meeting(here, words, "adjoint") + _path(swept, leaf, here, words)
            here = onward[0][0]
            seen.add(here)
    return "the derivative is not finite"


def uses_in(swept: Path) -> dict[Node, list[tuple[Node, int]]]:
    """By node: the steps that use it, and at which argument."""
    uses: dict[Node, list[tuple[Node, int]]] = {}
    for node in swept.steps:
        for j, a in enumerate(node.args):
            if type(a) is Node and a in swept.active:
                uses.setdefault(a, []).append((node, j))
    return uses


def _derivative(
    node: Node, j: int, part: Array, given: Array, what: str, target: Node, words: Words, chosen_away: bool = False
) -> str:
    """An infinite partial: of finite numbers something that is not finite was made at this step."""
    x = node.args[j].value
    function = function_name(node.function)  # type: ignore[arg-type]
    index = first_bad(_single(part))
    same = np.shape(part) == np.shape(x)
    value = _at(x, index, np.shape(x)) if same else _at(x, (), ())
    text = f"{what} of {words.name(target)} became {kind(part)} at {function}{words.where(node)}: value {value}"
    if kind(part) == "nan" and not isinstance(given, tuple) and _zero_there(given, index, node, x):
        return f"{text}, where 0·∞ was formed; {DOUBLE_WHERE if chosen_away else advice(node)}".rstrip("; ")
    return text + _fix(node)


def _is_chosen(node: Node, uses: Mapping[Node, list[tuple[Node, int]]]) -> bool:
    """Whether a choice between arrays follows on the node."""
    waiting, seen = [node], {node}
    while waiting:
        for child, _ in uses.get(waiting.pop(), []):
            if getattr(child.function, "__name__", "") in CHOICES:
                return True
            if child not in seen:
                seen.add(child)
                waiting.append(child)
    return False


def _zero_there(given: Array, index: tuple[int, ...], node: Node, x: Array) -> bool:
    """Whether the derivative that came in is 0 at this entry."""
    if np.shape(given) == np.shape(x):
        return not np.asarray(given)[index]
    return not np.any(given)


def _meeting(node: Node, words: Words, what: str) -> str:
    return f"{what} of {words.name(node)} is not finite because paths that meet there bring +inf and −inf"


def _path(swept: Path, leaf: Node, node: Node, words: Words) -> str:
    text = chain(swept, leaf, node, words)
    return f" (path {text})" if text.count("→") > 1 else ""


def tangent_origin(swept: Path, outputs: Iterable[Node], seeds: Mapping[Node, Array], words: Words) -> str:
    """The sentence for a tangent that is not finite at an output."""
    with np.errstate(all="ignore"):
        tangents = forward_sweep(swept, seeds)
    for node in swept.steps:
        if not bad(tangents.get(node)) or any(bad(tangents.get(a)) for a in node.parents):
            continue
        j = next(j for j, a in enumerate(node.args) if type(a) is Node and a in tangents)
        return _derivative(node, j, tangents[node], tangents[node.args[j]], "tangent", node, words)
    return "the tangent is not finite"
