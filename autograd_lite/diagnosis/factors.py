"""Which number a constant factor is: −1, 2, the length n of an axis, a constant of the cost, or two of these."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from ..graph import Node
from .recorded import Recorded

__all__ = ["Factor", "Factors", "shown"]


class Factor(NamedTuple):
    """A number c in "yours is c times what it should be": the mistakes it stands for, and what to do."""

    value: float
    mistakes: tuple[str, ...]
    says: str
    fix: str


_KNOWN = {
    math.log(2): "log 2: np.log2 in one place, np.log in the other",
    1 / math.log(2): "1/log 2: np.log2 in one place, np.log in the other",
    math.log(10): "log 10: np.log10 in one place, np.log in the other",
    1 / math.log(10): "1/log 10: np.log10 in one place, np.log in the other",
    math.pi / 180: "π/180: degrees and radians",
    180 / math.pi: "180/π: degrees and radians",
    math.pi: "π",
    2 * math.pi: "2π",
    1 / math.pi: "1/π",
}


class Factors:
    """The numbers that may stand in a wrong factor of this cost's gradient."""

    def __init__(self, recorded: Recorded) -> None:
        self.lengths = _lengths(recorded)
        self.constants = _constants(recorded)
        self.named = list(self._all())

    def _all(self) -> Iterator[Factor]:
        yield Factor(-1.0, ("sign",), "has the wrong sign", "change the sign")
        pair = f" (or a {{}} instead of a {{}}: 2 is {self.lengths[2]})" if 2 in self.lengths else ""
        twice = "is twice what it should be" + pair.format("sum", "mean")
        half = "is half of what it should be" + pair.format("mean", "sum")
        yield Factor(2.0, ("factor 2",), twice, "halve it: a square in the cost brings a 2, ½ takes it back")
        yield Factor(0.5, ("factor 1/2",), half, "double it: the derivative of x**2 is 2x")
        for n, what in self.lengths.items():
            if n == 2:
                continue
            yield Factor(
                float(n), ("factor n",), f"is {n} times what it should be, {what}: a sum instead of a mean",
                f"divide by {n}",
            )  # fmt: skip
            yield Factor(
                1 / n, ("factor 1/n",), f"is 1/{n} of what it should be, {what}: a mean instead of a sum",
                f"do not divide by {n}",
            )  # fmt: skip
        yield from self._pairs()

    def _pairs(self) -> Iterator[Factor]:
        """Two at once."""
        single = [(2.0, "factor 2"), (0.5, "factor 1/2")]
        lengths = [n for n in self.lengths if n > 2]
        by_n = [(float(n), "factor n") for n in lengths] + [(1 / n, "factor 1/n") for n in lengths]
        for value, name in (*single, *by_n):
            yield _product((-1.0, "sign"), (value, name))
        for one in by_n:
            for two in single:
                yield _product(one, two)
        for value in (4.0, 0.25):
            kind = "factor 2" if value == 4 else "factor 1/2"
            yield Factor(value, (kind,), f"is {shown(value)} times what it should be, {kind} twice", "take it out")

    def name(self, c: float, tolerance: float) -> Factor | None:
        """The simplest known factor that c is."""
        for factor in self.named:
            if abs(c - factor.value) <= tolerance * abs(factor.value):
                return factor
        return None

    def constant(self, c: float) -> Factor:
        """Any other constant, with what it may come from."""
        says = f"is {shown(c)} times what it should be: a constant factor"
        for number, text in _KNOWN.items():
            if math.isclose(abs(c), number, rel_tol=1e-9):
                says += f", {text}"
        for k in self.constants:
            if math.isclose(abs(c) * k, 1, rel_tol=1e-9):
                says += f"; the factor {shown(k)} of the cost is missing"
            elif math.isclose(abs(c), k, rel_tol=1e-9):
                says += f"; the factor {shown(k)} of the cost is in it twice, or does not belong there"
        return Factor(c, ("constant factor",), says, f"divide it by {shown(c)}")


def _product(one: tuple[float, str], two: tuple[float, str]) -> Factor:
    value = one[0] * two[0]
    names = {"sign": "wrong sign", "factor n": f"a sum instead of a mean (n = {shown(one[0])})",
             "factor 1/n": f"a mean instead of a sum (n = {shown(1 / one[0])})"}  # fmt: skip
    first, second = (names.get(kind, kind) for kind in (one[1], two[1]))
    if two[1] in ("factor n", "factor 1/n"):
        second = "a sum instead of a mean" if two[1] == "factor n" else "a mean instead of a sum"
    says = f"is {shown(value)} times what it should be: {first} and {second}"
    return Factor(value, (one[1], two[1]), says, f"divide it by {shown(value)}")


def shown(x: float) -> str:
    """A number as one writes it."""
    return f"{float(x):.6g}"


def _lengths(recorded: Recorded) -> dict[int, str]:
    """The lengths of axes and the sizes of arrays in the record, with where they come from."""
    found: dict[int, str] = {}

    def look(x: Any, name: str) -> None:
        shape = np.shape(x)
        for axis, n in enumerate(shape):
            if n > 1:
                found.setdefault(n, f"the length of axis {axis} of {name}, shape {shape}")
        if len(shape) > 1 and np.size(x) > 1:
            found.setdefault(int(np.size(x)), f"the size of {name}, shape {shape}")

    for face in recorded.graph.nodes:
        for x in face.arguments:
            if isinstance(x, np.ndarray):
                look(x, face.text(x))
    for face in recorded.graph.nodes:
        if not isinstance(face.value, tuple):
            look(face.value, face.name)
    return found


def _constants(recorded: Recorded) -> list[float]:
    """The plain numbers that multiply or divide something."""
    found: list[float] = []
    for node in recorded.path.steps:
        if getattr(node.function, "__name__", "") in ("multiply", "divide", "power"):
            for a in node.args:
                value = a.value if type(a) is Node and a not in recorded.path.active else a
                if isinstance(value, (int, float, np.floating)) and value not in (0, 1, -1):
                    found.append(abs(float(value)))
    return list(dict.fromkeys(found))
