"""Which suspects explain the numbers of one leaf, to rounding, where chance is excluded.

A fit is exact or none: |u − p| ≤ √ε·|u − g| + 10⁴ε·max|g| at every entry and every point, u the numbers given, g the
right ones, p those that a suspect predicts.  N suspects explain d unrelated numbers by chance with a probability of
about N·(√ε)^(d − k), k the number of fitted constants; so few numbers may not be explained by many suspects.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .factors import Factors, shown
from .suspect import Suspect

__all__ = ["Fit", "Leaf", "Reading", "readings"]

Array = Any


@dataclass(frozen=True)
class Fit:
    """A mistake that explains the numbers of a leaf."""

    mistakes: tuple[str, ...]
    says: str
    fix: str
    rank: float

    @property
    def key(self) -> tuple[Any, ...]:
        return (self.mistakes, self.says)


@dataclass(frozen=True)
class Reading:
    """The numbers as given at one point, in the shape they should have, and what was done to bring them there."""

    mistakes: tuple[str, ...]
    says: str
    fix: str
    rank: float
    numbers: list[Array]  # by point


def readings(given: list[Array], shape: tuple[int, ...], name: str) -> list[Reading]:
    """The ways to read the numbers that were given as a gradient of this shape."""
    shapes = {np.shape(u) for u in given}
    if len(shapes) > 1:
        return []
    (found,) = shapes
    if found == shape:
        as_they_are = [Reading((), "", "", 0.0, list(given))]
        if len(shape) == 2 and shape[0] == shape[1] and shape[0] > 1:
            as_they_are.append(_transposed(given))
        if np.iscomplexobj(given[0]):
            conjugated = [np.conj(u) for u in given]
            as_they_are.append(Reading(
                ("conjugate",), "is the complex conjugate of the gradient",
                "the convention is ∂C/∂x − i·∂C/∂y (docs/conventions.md)", 1.0, conjugated,
            ))  # fmt: skip
        return as_they_are
    result = []
    if found == shape[::-1] and len(shape) > 1:
        result.append(_transposed(given))
    if int(np.prod(found)) == int(np.prod(shape)):
        says = f"has the shape {found}, but {name} has the shape {shape}"
        result.append(Reading(("shape",), says, f"reshape it to {shape}", 1.0, [np.reshape(u, shape) for u in given]))
    axes = _summed_axes(found, shape)
    if axes is not None:
        axis = axes[0] if len(axes) == 1 else axes
        says = f"has the shape {found}, but {name} has {shape}: the sum over the broadcast axis {axis} is missing"
        sums = [np.sum(u, axis=axes).reshape(shape) for u in given]
        fix = f"np.sum(δ, axis={axis}): what broadcasting copied forward adds up on the way back"
        result.append(Reading(("missing sum",), says, fix, 1.0, sums))
    return result


def _transposed(given: list[Array]) -> Reading:
    says, fix = "is the transpose of what it should be", "transpose it: with z = x @ W it is W̄ = x.T @ z̄"
    return Reading(("transpose",), says, fix, 1.0, [np.transpose(u) for u in given])


def _summed_axes(found: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """The axes along which an array of shape ``found`` is to be summed to get ``shape``."""
    new = len(found) - len(shape)
    if new < 0:
        return None
    axes = list(range(new))
    for i, n in enumerate(shape):
        if found[new + i] != n:
            if n != 1:
                return None
            axes.append(new + i)
    return tuple(axes) or None


class Leaf:
    """The numbers of one leaf at all points: those given, read in one way, and the right ones."""

    def __init__(self, reading: Reading, right: list[Array], factors: Factors, eps: float) -> None:
        self.reading, self.factors = reading, factors
        self.u = _joined(reading.numbers)
        self.g = _joined(right)
        self.loose, self.tight = np.sqrt(eps), 1e4 * eps
        self.scale = float(max(np.max(np.abs(self.u), initial=0), np.max(np.abs(self.g), initial=0)))
        off = float(np.max(np.abs(self.u - self.g), initial=0))
        self.off = self.scale if reading.mistakes else off or self.scale
        self.tolerance = self.loose * self.off + self.tight * self.scale

    def is_right(self) -> bool:
        return bool(np.all(np.abs(self.u - self.g) <= self.tight * self.scale + self.loose * self.scale))

    def close(self, p: Array) -> bool:
        return bool(np.all(np.abs(self.u - p) <= self.tolerance))

    def freedom(self, p: Array) -> int:
        """How many different numbers there are to explain."""
        if not self.scale:
            return 0
        told = np.round(np.abs(np.stack([self.u, p])) / self.scale, 7)
        told = told[:, np.any(told > 1e-7, axis=0)]
        return int(np.unique(told, axis=1).shape[1])

    def enough(self, p: Array, count: int, constants: int = 0, *, fact: bool = False) -> bool:
        """Whether ``count`` suspects with so many fitted constants cannot have explained this by chance.

        Round numbers, such as integers, agree by chance more often; but that yours are twice the right ones is a fact.
        """
        if not self.off:
            return False
        free = self.freedom(p) - constants
        relative = max(self.tolerance / self.off, 0.0 if fact else self.grid)
        return free > 0 and count * (2 * relative) ** free < 1e-3

    @cached_property
    def grid(self) -> float:
        """The distance of neighbouring numbers with so few decimals, relative to the numbers."""
        for decimals in range(6):
            if np.allclose(np.round(self.u, decimals), self.u, rtol=1e-12, atol=1e-12 * self.scale):
                return 10.0**-decimals / (2 * self.scale) if self.scale else 1.0
        return 0.0

    def factor_of(self, p: Array) -> float | None:
        """c in u = c·p, None if there is none."""
        square = float(np.sum(np.abs(p) ** 2))
        if not square:
            return None
        c = float(np.real(np.sum(np.conj(p) * self.u))) / square
        return c if abs(c) > 1e-12 and self.close(c * p) else None

    def fit(self, says: str, fix: str, mistakes: Sequence[str], rank: float) -> Fit:
        """A fit, with what the reading had to do first."""
        reading = self.reading
        if reading.mistakes:
            says = f"{reading.says}; and {says}" if says else reading.says
            fix = f"{reading.fix}; {fix}" if fix else reading.fix
            rank += reading.rank + 1 if mistakes else reading.rank
        return Fit((*reading.mistakes, *mistakes), says, fix, rank)

    # the questions

    def multiples(self) -> Iterator[Fit]:
        """u = c·g."""
        if self.reading.mistakes and self.close(self.g):
            if self.enough(self.g, 20, fact=True) or self.reading.mistakes == ("shape",):
                yield self.fit("", "", (), 0)
            return
        c = self.factor_of(self.g)
        if c is None:
            return
        known = self.factors.name(c, 10 * self.loose)
        if known is not None and self.enough(self.g, 100, fact=True):
            yield self.fit(known.says, known.fix, known.mistakes, len(known.mistakes))
        elif self.enough(self.g, 100, 1):
            other = self.factors.constant(c)
            yield self.fit(other.says, other.fix, other.mistakes, 3)

    def explained_by(
        self, suspect: Suspect, gradients: list[Array], count: int, terms: Sequence[tuple[Suspect, Array]] = ()
    ) -> Iterator[Fit]:
        """u = p for the gradients p of a suspect, or a known multiple of it, or p without one of the terms of the cost.

        For a part e of the gradient p is g − e, and u = g + (c − 1)·e is tried too.
        """
        p = _joined(gradients)
        if p.shape != self.u.shape or not np.all(np.isfinite(p)):
            return
        if suspect.part:
            yield from self._part(suspect, p, count)
            if suspect.part == "update":
                return
            p = self.g - p
        if np.all(np.abs(p - self.g) <= self.tolerance) or not np.any(np.abs(p) > self.tight * self.scale):
            return
        if self.close(p):
            if self.enough(p, count):
                yield self.fit(suspect.says, suspect.fix, (suspect.mistake,), suspect.rank)
            return
        for other, e in () if suspect.part else terms:
            if self.close(p - e) and self.enough(p - e, 2 * count):
                says, fix = f"{suspect.says}; and {other.says}", f"{suspect.fix}; {other.fix}"
                yield self.fit(says, fix, (suspect.mistake, other.mistake), suspect.rank + 1)
                return
        c = self.factor_of(p)
        factor = None if c is None else self.factors.name(c, 10 * self.loose)
        if factor is not None and self.enough(p, 50 * count) and self.freedom(p) > 1:
            yield self.fit(
                f"{factor.says}; and {suspect.says}", f"{suspect.fix}; {factor.fix}",
                (suspect.mistake, *factor.mistakes), suspect.rank + 1 + len(factor.mistakes),
            )  # fmt: skip

    def _part(self, suspect: Suspect, e: Array, count: int) -> Iterator[Fit]:
        """u = g + (c − 1)·e with a factor c that is not 0."""
        square = float(np.sum(np.abs(e) ** 2))
        size = float(np.max(np.abs(e), initial=0))
        if size <= self.tight * self.scale or np.max(np.abs(e - self.g)) <= self.tolerance:
            return
        c = 1 + float(np.real(np.sum(np.conj(e) * (self.u - self.g)))) / square
        if abs(c) < 1e-9 or not self.close(self.g + (c - 1) * e):
            return
        if suspect.part == "update":
            if c < 1 and self.enough(e, count, 1):
                says = f"{suspect.says} (rate {shown(1 - c)})"
                yield self.fit(says, suspect.fix, (suspect.mistake,), suspect.rank)
            return
        what = suspect.says.replace(" is missing in the gradient", "").replace(" is missing", "")
        relative = self.tolerance / size
        known = self.factors.name(c, 10 * relative)
        if known is not None and self.enough(e, 50 * count):
            kind = f"{suspect.part} {known.mistakes[0]}" if len(known.mistakes) == 1 else f"{suspect.part} factor"
            fix = f"in {what}: {known.fix}"
            simple = suspect.part == "term" and known.mistakes in (("factor 2",), ("factor 1/2",))
            yield self.fit(f"{what} {known.says}", fix, (kind,), suspect.rank + (0.2 if simple else 1))
        elif self.enough(e, count, 1) and self.freedom(e) > 2:
            yield self.fit(
                f"{what} is {shown(c)} times what it should be", f"divide it by {shown(c)}",
                (f"{suspect.part} factor",), suspect.rank + 2,
            )  # fmt: skip


def _joined(arrays: list[Array]) -> Array:
    return np.concatenate([np.reshape(a, -1) for a in arrays]) if arrays else np.zeros(0)
