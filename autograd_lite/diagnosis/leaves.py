"""Mistakes that show in the numbers of a leaf alone, or beside those of the other leaves: no record is needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .factors import shown
from .fitting import Fit, Leaf

__all__ = ["plain_mistakes", "swapped", "unlike_the_cost"]

Array = Any


def plain_mistakes(leaf: Leaf, x: Array, shape: tuple[int, ...]) -> Iterator[Fit]:
    """Of the numbers u beside the right ones g, both flat, and the parameters x."""
    u, g = leaf.u, leaf.g
    if leaf.reading.mistakes:
        return
    if not np.any(u) and np.any(g):
        fix = "fill it: nothing was written into the array, or a product is 0"
        yield leaf.fit("is zero everywhere", fix, ("zeros",), 0)
        return
    if leaf.close(x) and leaf.enough(x, 10) and np.any(x != g):
        yield leaf.fit("is the parameter itself, not its gradient", "return the gradient", ("updated parameter",), 1)
    step = _multiple(leaf, u - x, g)
    if step is not None and step < 0 and leaf.freedom(g) > 2:
        says = f"is the updated parameter, x − {shown(-step)}·gradient"
        yield leaf.fit(says, "return the gradient and update outside", ("updated parameter",), 2)
    if leaf.close(np.abs(g)) and np.count_nonzero(g < 0) > 1 and np.any(g > 0):
        yield leaf.fit("has lost the signs: it is the absolute value", "leave out the abs", ("absolute value",), 2)
    yield from _clipped(leaf, int(np.prod(shape)))
    yield from _normalized(leaf, int(np.prod(shape)))
    yield from _reordered(leaf, shape)
    yield from _few_entries(leaf, shape)


def _multiple(leaf: Leaf, d: Array, p: Array) -> float | None:
    """c in d = c·p, to the leaf's tolerance."""
    square = float(np.sum(np.abs(p) ** 2))
    if not square or np.iscomplexobj(d):
        return None
    c = float(np.sum(d * p)) / square
    return c if abs(c) > 1e-12 and np.all(np.abs(d - c * p) <= leaf.tolerance) else None


def _clipped(leaf: Leaf, n: int) -> Iterator[Fit]:
    if np.iscomplexobj(leaf.u) or n < 3:
        return
    limits = []
    for i in range(0, leaf.u.size, n):
        u, g = leaf.u[i : i + n], leaf.g[i : i + n]
        limits.append(float(np.max(np.abs(u))))
        cut = np.abs(g) > limits[-1] * (1 + 1e-9)
        if not (_near(leaf, u, np.clip(g, -limits[-1], limits[-1])) and np.any(~cut & (g != 0))):
            return
    if np.count_nonzero(np.abs(leaf.g) > np.repeat(limits, n) * (1 + 1e-9)) >= 2:
        says = f"was clipped to [−{shown(limits[0])}, {shown(limits[0])}]"
        yield leaf.fit(says, "check before clipping", ("clipped",), 1)


def _normalized(leaf: Leaf, n: int) -> Iterator[Fit]:
    lengths = np.linalg.norm(leaf.g.reshape(-1, n), axis=1) if n > 2 else np.zeros(1)
    if np.all(lengths) and leaf.close(leaf.g / np.repeat(lengths, n)) and leaf.enough(leaf.g, 20):
        yield leaf.fit("was normalized to length 1", "check before normalizing", ("normalized",), 0.5)


def _reordered(leaf: Leaf, shape: tuple[int, ...]) -> Iterator[Fit]:
    u, g = leaf.u, leaf.g
    n = int(np.prod(shape))
    if n < 3 or np.iscomplexobj(u) or np.unique(np.round(g[:n] / leaf.scale, 7)).size < n - 1:
        return
    points = [(u[i : i + n].reshape(shape), g[i : i + n].reshape(shape)) for i in range(0, u.size, n)]
    for axis in range(len(shape)):
        if shape[axis] > 1 and all(_near(leaf, a, np.flip(b, axis)) for a, b in points):
            says = f"has its entries in reverse order along axis {axis}"
            yield leaf.fit(says, f"np.flip(…, axis={axis})", ("order",), 2)
            return
    if all(_near(leaf, np.sort(a, axis=None), np.sort(b, axis=None)) for a, b in points):
        says = "has the right entries in another order"
        yield leaf.fit(says, "look at the order of axes in reshape, ravel or the index", ("order",), 3)


def _near(leaf: Leaf, a: Array, b: Array) -> bool:
    return bool(np.all(np.abs(a - b) <= leaf.tolerance))


def _few_entries(leaf: Leaf, shape: tuple[int, ...]) -> Iterator[Fit]:
    """All is right but for one entry."""
    n = int(np.prod(shape))
    if n < 3 or leaf.u.size % n:
        return
    wrong = (np.abs(leaf.u - leaf.g) > leaf.loose * leaf.scale).reshape(-1, n).any(axis=0)
    if np.count_nonzero(wrong) == 1:
        index = tuple(int(i) for i in np.unravel_index(int(np.argmax(wrong)), shape))
        text = ", ".join(map(str, index))
        says, fix = f"is right but for one entry, [{text}]", f"look at what is special about [{text}]"
        yield leaf.fit(says, fix, ("one entry",), 5)


def unlike_the_cost(leaf: Leaf, x: Array, name: str, regularized: bool) -> Iterator[Fit]:
    """A regularizer in the gradient that the cost does not have: u − g = c·x or c·sign(x)."""
    if regularized:
        return
    for what, direction in (("L2", x), ("L1", np.sign(x))):
        c = _multiple(leaf, leaf.u - leaf.g, direction)
        signs = np.unique(np.sign(direction)).size > 1  # a constant that was added is no L1
        if c is not None and (what == "L2" or signs) and leaf.enough(x, 20, 1):
            term = f"{shown(c)}·{name}" if what == "L2" else f"{shown(c)}·sign({name})"
            says = f"contains {term}, an {what} regularizer of {name} that the cost does not have"
            yield leaf.fit(says, "leave it out: biases are usually not regularized", ("extra regularizer",), 2)


def swapped(leaf: Leaf, others: list[tuple[str, list[Array]]]) -> Iterator[Fit]:
    """The numbers are the gradient by another leaf."""
    for name, gradients in others:
        g = np.concatenate([np.reshape(a, -1) for a in gradients])
        if g.shape == leaf.u.shape and leaf.close(g) and not np.allclose(g, leaf.g) and leaf.enough(g, 20):
            yield leaf.fit(f"is the gradient by {name}", f"look at the order of the gradients: {name}", ("swapped",), 1)
