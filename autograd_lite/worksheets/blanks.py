"""Blanks: what a sheet leaves open, in the order in which it is worked out.

    values            forwards    a = …
    local partials    forwards    ∂b/∂a = …
    tangents          forwards    ȧ = …
    adjoints          backwards   ā = …
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from ..notation.chain import Names
from ..notation.expressions import parse
from ..trace.graphs import Graph
from ..trace.nodes import GraphNode
from .numbers import is_number

__all__ = ["HIDDEN", "Answers", "Blank", "blanks_of", "hidden_kinds", "own_seed", "partial_of", "read"]

HIDDEN = {"values": "value", "partials": "partial", "tangents": "tangent", "adjoints": "adjoint"}
_NAMES = Names()
_FRACTION = re.compile(r"[+-]?\d{1,30}(/\d{1,30}|(\.\d{0,30})?(e[+-]?\d{1,2})?)", re.IGNORECASE)
_LN = re.compile(r"\bln\b\s*\(?\s*(\d+\.?\d*)\s*\)?")


@dataclass(frozen=True)
class Blank:
    """One number, or one array, to be filled in.

    Attributes
    ----------
    kind : {"value", "partial", "tangent", "adjoint"}
    node : GraphNode
    parent : GraphNode or None
        For a partial, by what.
    """

    kind: str
    node: GraphNode
    parent: GraphNode | None = None

    @property
    def symbol(self) -> str:
        """How it is written: "a", "∂b/∂a", "ȧ", "ā"."""
        if self.parent is not None:
            return f"∂{self.node.name}/∂{self.parent.name}"
        called = {"value": _NAMES.name, "tangent": _NAMES.tangent, "adjoint": _NAMES.adjoint}
        return called[self.kind](self.node)

    @property
    def truth(self) -> Any:
        """What belongs there."""
        return partial_of(self.node, self.parent) if self.parent is not None else getattr(self.node, self.kind)


def partial_of(node: GraphNode, parent: GraphNode) -> Any:
    """∂node/∂parent, a number: the sum over the places where the parent stands; None between arrays."""
    partials = [node.partial(i) for i, p in enumerate(node.parents) if p is parent]
    return None if any(p is None for p in partials) else sum(partials[1:], partials[0])


def hidden_kinds(hide: str | Collection[str]) -> tuple[str, ...]:
    """The kinds of blanks, in the order of the work.

    Raises ValueError for what is none of "values", "partials", "tangents", "adjoints", "all".
    """
    asked = {hide} if isinstance(hide, str) else set(hide)
    if not asked or not asked <= {*HIDDEN, "all"}:
        raise ValueError(f"hide is one or several of {', '.join(map(repr, HIDDEN))}, or 'all', not {hide!r}")
    return tuple(kind for name, kind in HIDDEN.items() if name in asked or "all" in asked)


def blanks_of(graph: Graph, kinds: Collection[str]) -> list[Blank]:
    """What is to be filled in, in the order of the work."""
    moving = [node for node in graph.nodes if node.role != "constant" and is_number(node.value)]
    found = [Blank("value", node) for node in moving if node.function] if "value" in kinds else []
    if "partial" in kinds:
        for node in moving:
            for parent in dict.fromkeys(node.parents):
                if parent in moving and partial_of(node, parent) is not None:
                    found.append(Blank("partial", node, parent))
    if "tangent" in kinds:
        found += [Blank("tangent", node) for node in moving if node.function or own_seed(graph.inputs, node)]
    if "adjoint" in kinds:
        found += [Blank("adjoint", node) for node in reversed(moving) if _asked(graph, node)]
    return found


def _asked(graph: Graph, node: GraphNode) -> bool:
    return node not in graph.outputs or own_seed(graph.outputs, node) or any(node in n.parents for n in graph.nodes)


def own_seed(ends: list[GraphNode], node: GraphNode) -> bool:
    """Whether the sweep starts there alone, from 1: a student is to know that."""
    return [end for end in ends if is_number(end.value)] == [node] and np.ndim(node.value) == 0


class Answers(dict[Blank, Any]):
    """What was filled in, by blank."""


def read(given: Any, blanks: list[Blank]) -> Answers:
    """The answers to these blanks; see ``Worksheet.grade`` for how they may be given.

    Raises KeyError for a name that is none of a blank, ValueError for what is no number.
    """
    if not isinstance(given, Mapping):
        raise TypeError(f"answers are a dict of names and numbers, {{{blanks[0].node.name!r}: 1}}, not {given!r}")
    found: dict[str, Blank] = {}
    kinds = list(dict.fromkeys(blank.kind for blank in blanks))
    for blank in blanks:
        found.setdefault(_plain(blank.symbol), blank)
        if blank.parent is not None:
            found.setdefault(f"d{blank.node.name}/d{blank.parent.name}", blank)
        elif kinds == [blank.kind]:
            found[blank.node.name] = blank
    answers = Answers()
    for name, answer in given.items():
        if isinstance(answer, Mapping) and name in HIDDEN:
            part = read(answer, [blank for blank in blanks if blank.kind == HIDDEN[name]] or _none(name, kinds))
            answers.update(part)
            continue
        asked = found.get(_plain(_joined(name)))
        if asked is None:
            known = ", ".join(repr(blank.symbol) for blank in blanks[:12])
            raise KeyError(f"this sheet has no blank {name!r}; its blanks are {known}{_more(blanks)}")
        if (value := _value(answer, asked)) is not None:
            answers[asked] = value
    return answers


def _none(name: str, kinds: list[str]) -> list[Blank]:
    asked = [plural for plural, kind in HIDDEN.items() if kind in kinds]
    raise KeyError(f"this sheet asks for no {name}: it asks for {', '.join(asked)}")


def _more(blanks: list[Blank]) -> str:
    return ", …" if len(blanks) > 12 else ""


def _joined(name: Any) -> str:
    return f"∂{name[0]}/∂{name[1]}" if isinstance(name, tuple) and len(name) == 2 else str(name)


def _plain(name: str) -> str:
    from unicodedata import normalize

    return normalize("NFC", name)


def _value(answer: Any, blank: Blank) -> Any:
    """The number or the array of an answer, None for one left open."""
    shape = np.shape(blank.truth)
    if answer is None or (isinstance(answer, str) and not answer.strip()):
        return None
    if isinstance(answer, (list, tuple)) or (isinstance(answer, np.ndarray) and answer.ndim):
        try:
            array = np.array([_value_of_row(row, blank) for row in answer], dtype=float)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{blank.symbol}: {answer!r} is no array of numbers ({error})") from None
        if not shape:
            raise ValueError(f"{blank.symbol} is one number, but {answer!r} was given")
        return array
    if shape:
        raise ValueError(f"{blank.symbol} has the shape {list(shape)}: give its entries as (nested) lists")
    return _number(answer, blank)


def _value_of_row(row: Any, blank: Blank) -> Any:
    if isinstance(row, (list, tuple, np.ndarray)) and np.ndim(row) != 0:
        return [_value_of_row(entry, blank) for entry in row]
    return _number(row, blank)


def _number(answer: Any, blank: Blank) -> np.float64:
    """The number of "3/4", "0.75", "−1e-3", "ln 2", "sqrt(3)/2"; nothing is evaluated as Python."""
    if isinstance(answer, (int, float, np.integer, np.floating, Fraction)) and not isinstance(answer, bool):
        number = float(answer)
    elif isinstance(answer, str):
        number = _parsed(answer, blank)
    else:
        raise ValueError(f"{blank.symbol}: {answer!r} is no number; write 0.75, or '3/4'")
    if not np.isfinite(number):
        raise ValueError(f"{blank.symbol}: {answer!r} is not finite")
    return np.float64(number)


def _parsed(answer: str, blank: Blank) -> float:
    text = answer.strip().replace("−", "-").replace("·", "*").replace("π", "pi")
    text = re.sub(r"√\s*(\d+\.?\d*)", r"sqrt(\1)", re.sub(r"(\d)\s*pi", r"\1*pi", text))
    text = re.sub(r"^([+-]?\d+),(\d+)$", r"\1.\2", text)  # a decimal comma
    try:
        if _FRACTION.fullmatch(text.replace(" ", "")):
            return float(Fraction(text.replace(" ", "")))
        return float(parse(_LN.sub(r"log(\1)", text))())
    except (ValueError, ZeroDivisionError, OverflowError):
        raise ValueError(f"{blank.symbol}: {answer!r} is no number; write 0.75, '3/4' or 'ln 2'") from None
