"""check_gradient: is a gradient written by hand right, and if not, which mistake is it?

The right gradient comes from the engine; the wrong one is compared with those that known mistakes lead to, computed on
the same recorded program.  A mistake is named only if it explains the numbers to rounding where chance is excluded: for
a function ``my_gradient`` at several points at once, for given numbers by their count.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from ..primitives import at_values
from ..tensor import Tensor, as_leaf_value
from ..trees import flatten, names
from .activations import activation_suspects
from .factors import Factors
from .fitting import Fit, Leaf, readings
from .leaves import plain_mistakes, swapped, unlike_the_cost
from .paths import path_suspects
from .recorded import Recorded
from .report import GradientFinding, GradientReport
from .suspect import Suspect

__all__ = ["check_gradient"]

Array = Any
POINTS = 3


def check_gradient(cost: Callable[..., Any], my_gradient: Any, x: Any, *, rtol: float | None = None) -> GradientReport:
    """Whether a gradient written by hand is right, and if not, which mistake it contains.

    Recognized, by leaf and in combinations: a factor 2 or ½, a sum instead of a mean and the reverse, any other
    constant factor, the sign, a transpose, a missing sum over a broadcast axis, one row of the batch alone; the
    derivative of an activation that is missing, doubled, another one's, or taken at the wrong argument; a term of the
    cost, a regularizer or one of several paths that is missing or has a wrong factor, a regularizer where the cost has
    none; leaves that were swapped, a single wrong entry, another order, differences at kinks alone, clipping, an
    updated parameter in the place of its gradient, a gradient that does not follow x; zeros, None, nan.

    Parameters
    ----------
    cost : callable
        ``cost(x)``, one real number, written in NumPy.
    my_gradient : callable or structure of arrays
        Your gradient: a function of x, or its numbers at x.  With a function more points near x are tried too, which
        finds what is right at x by coincidence.
    x : number, array or structure of arrays
        Where to check.
    rtol : float, optional
        A gradient g agrees with the right one if they differ by at most ``rtol·max|g|``; by default 1.5e-7 in float64,
        3.5e-3 in float32.

    Returns
    -------
    GradientReport
        Prints what is wrong by which leaf, and the fix; ``ok``, ``findings``, ``raise_if_wrong()`` for tests.

    Raises
    ------
    TypeError
        If the cost is no single number, x holds no numbers, or ``my_gradient`` has other parts than x.
    ValueError
        If the cost or its gradient is not finite at x, or the answer changes from call to call.

    Notes
    -----
    "No known pattern" is said where no mistake explains the numbers exactly.

    Examples
    --------
    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> X, y = np.array([[1.0, 2.0], [3.0, 5.0], [4.0, 4.0]]), np.array([1.0, 2.0, 0.5])
    >>> cost = lambda w: np.mean((X @ w - y) ** 2)
    >>> ag.check_gradient(cost, lambda w: X.T @ (X @ w - y) * 2 / 3, np.array([0.1, -0.3]))
    check_gradient of f: right, at 3 points
        w  right
    >>> report = ag.check_gradient(cost, lambda w: X.T @ (X @ w - y) * 2, np.array([0.1, -0.3]))
    >>> report.ok, report.findings[0].mistakes
    (False, ('factor n',))
    """
    if not callable(cost):
        raise TypeError(f"check_gradient takes the cost as a function of x, but got a {type(cost).__name__}")
    return _Check(cost, my_gradient, x, rtol).report()


class _Check:
    def __init__(self, cost: Callable[..., Any], my_gradient: Any, x: Any, rtol: float | None) -> None:
        leaves, self.rebuild = flatten(x)
        if not leaves:
            raise TypeError(f"check_gradient: there are no numbers in x, a {type(x).__name__}, to differentiate by")
        self.x = [as_leaf_value(leaf.value if type(leaf) is Tensor else leaf) for leaf in leaves]
        self.cost, self.my_gradient = cost, my_gradient
        self._terms: dict[int, list[tuple[Suspect, Array]]] = {}
        self.records = [Recorded(cost, self.rebuild(self.x))]
        self.names = [node.name for node in self.base.graph.inputs]
        self.paths = names(x)
        self.follows_x = callable(my_gradient) and type(my_gradient) is not type(x)  # a model can be called too
        self.given = [self._read(my_gradient(self._point(self.x)) if self.follows_x else my_gradient)]
        self.numbers = [self.x]
        self._check_base()
        if self.follows_x:
            self._more_points()
        dtypes = [a.dtype for a in (*self.x, *[u for u in self.given[0] if u is not None]) if a.dtype.kind in "fc"]
        self.eps = float(max(np.finfo(dtype).eps for dtype in dtypes))
        self.rtol = rtol if rtol is not None else 10 * self.eps**0.5

    @property
    def base(self) -> Recorded:
        return self.records[0]

    def _point(self, numbers: list[Array]) -> Any:
        """x with these numbers, which are copies: what is done to them does not matter here."""
        return self.rebuild([np.array(a)[()] for a in numbers])

    def _read(self, gradient: Any) -> list[Any]:
        """The arrays of a gradient by leaf, None where there is none; it must have the parts of x."""
        count = len(self.paths)
        if count == 1 and (gradient is None or not flatten(gradient)[0] or len(flatten(gradient)[0]) > 1):
            return [None if gradient is None else _array(gradient)]
        parts = dict(zip(names(gradient), flatten(gradient)[0], strict=True))
        if isinstance(gradient, np.ndarray) and gradient.shape == (count,) and all(a.ndim == 0 for a in self.x):
            return [_array(part) for part in gradient]
        if set(parts) <= set(self.paths):
            return [_array(parts[path]) if path in parts else None for path in self.paths]
        if len(parts) == count:  # other keys, or a tuple for a dict: by order
            return [_array(part) for part in parts.values()]
        raise TypeError(
            f"my_gradient has {len(parts)} arrays ({', '.join(list(parts)[:8])}) but x has {count} "
            f"({', '.join(self.paths[:8])}): return one array for each, in the same structure"
        )

    def _check_base(self) -> None:
        value = self.base.output.value
        if not (np.all(np.isfinite(value)) and all(np.all(np.isfinite(g)) for g in self.base.gradients)):
            raise ValueError(
                f"the cost at x is {value} and its gradient is not finite everywhere: check at another point "
                "(ag.why(cost, x) tells where it comes from)"
            )
        if not np.array_equal(np.asarray(at_values(self.cost, self._point(self.x))), value):
            raise ValueError("the cost changes from call to call: fix the random numbers in it, then check")
        if self.follows_x:
            again = self._read(self.my_gradient(self._point(self.x)))
            if not all(_same(a, b) for a, b in zip(self.given[0], again, strict=True)):
                raise ValueError(
                    "my_gradient changes from call to call at one x: fix the random numbers in it, or a state it keeps"
                )

    def _more_points(self) -> None:
        """The gradients at points nearby, where cost and my_gradient can be computed and run the same program."""
        rng = np.random.default_rng(20240206)
        for _ in range(POINTS - 1):
            numbers = [_nearby(a, rng) for a in self.x]
            try:
                with np.errstate(all="ignore"):
                    record = Recorded(self.cost, self.rebuild(numbers))
                    given = self._read(self.my_gradient(self._point(numbers)))
            except Exception:  # outside of the domain of one of them: this point tells nothing
                continue
            finite = all(np.all(np.isfinite(g)) for g in record.gradients)
            if finite and _shapes(given) == _shapes(self.given[0]) and record.program == self.base.program:
                self.records.append(record)
                self.given.append(given)
                self.numbers.append(numbers)

    # answers

    def right(self, k: int) -> list[Array]:
        return [record.gradients[k] for record in self.records]

    @cached_property
    def size(self) -> float:
        return max([float(np.max(np.abs(g), initial=0)) for record in self.records for g in record.gradients])

    def is_right(self, k: int) -> bool:
        for given, g in zip([point[k] for point in self.given], self.right(k), strict=True):
            if given is None or given.shape != g.shape or not np.all(np.isfinite(given)):
                return False
            allowed = self.rtol * float(np.max(np.abs(g), initial=0)) + 1e3 * self.eps * self.size
            if np.any(np.abs(given - g) > allowed):
                return False
        return True

    @cached_property
    def factors(self) -> Factors:
        return Factors(self.base)

    @cached_property
    def suspected(self) -> list[tuple[Suspect, list[Array]]]:
        found = []
        with np.errstate(all="ignore"):
            for suspect in (*path_suspects(self.base), *activation_suspects(self.base)):
                found.append((suspect, suspect.gradients(self.base)))
        return found

    def report(self) -> GradientReport:
        fits: dict[int, list[Fit]] = {}
        for k in range(len(self.names)):
            if not self.is_right(k):
                fits[k] = self._obvious(k) or self._fits(k)
        votes: dict[Any, int] = {}
        for found in fits.values():
            for fit in {fit.key: fit for fit in found}.values():
                votes[fit.key] = votes.get(fit.key, 0) + 1
        findings = [self._finding(k, fits.get(k), votes) for k in range(len(self.names))]
        return GradientReport(findings, len(self.records), self.base.graph.title, self._notes(findings))

    def _obvious(self, k: int) -> list[Fit]:
        given = [point[k] for point in self.given]
        if any(u is None for u in given):
            return [Fit(("missing",), "is None", "return an array of its shape", 0)]
        if not all(np.all(np.isfinite(u)) for u in given):
            return [Fit(("not finite",), "has nan or inf in it, where the right one is finite",
                        "np.errstate(all='raise') around your code finds the line", 0)]  # fmt: skip
        still = len(given) > 1 and all(np.array_equal(u, given[0]) for u in given[1:]) and np.any(given[0])
        right = self.right(k)
        if still and all(np.mean(~np.isclose(g, right[0], rtol=1e-9)) > 0.5 for g in right[1:]):
            once = given[0].shape == right[0].shape and np.allclose(given[0], right[0], rtol=self.rtol)
            says = "is the same at every point, where the right one changes: it does not depend on x" + (
                "; at the first point it is right" if once else "")  # fmt: skip
            return [Fit(("stale",), says, "compute it from the argument, not from numbers kept outside", 0)]
        return []

    def _fits(self, k: int) -> list[Fit]:
        found: list[Fit] = []
        given = [point[k] for point in self.given]
        shape = self.x[k].shape
        x = np.concatenate([np.reshape(numbers[k], -1) for numbers in self.numbers])
        others = [(self.names[j], self.right(j)) for j in range(len(self.names)) if j != k]
        for reading in readings(given, shape, self.names[k]):
            leaf = Leaf(reading, self.right(k), self.factors, self.eps)
            found += leaf.multiples()
            found += plain_mistakes(leaf, x, shape)
            found += unlike_the_cost(leaf, x, self.names[k], self._regularized(k, x))
            found += swapped(leaf, others)
            for suspect, base in self.suspected:
                found += self._suspect(leaf, k, suspect, base)
        return found

    def _suspect(self, leaf: Leaf, k: int, suspect: Suspect, base: list[Array]) -> list[Fit]:
        count = len(self.suspected)
        if len(self.records) > 1:
            first = Leaf(_first(leaf.reading), self.right(k)[:1], self.factors, self.eps)
            terms = [(term, e[: first.u.size]) for term, e in self.terms(k)]
            if not first.is_right() and not list(first.explained_by(suspect, [base[k]], 0, terms)):
                return []
        return list(leaf.explained_by(suspect, self._everywhere(suspect, base, k), count, self.terms(k)))

    def _everywhere(self, suspect: Suspect, base: list[Array], k: int) -> list[Array]:
        """The gradients of a suspect by leaf k at all points."""
        with np.errstate(all="ignore"):
            return [base[k], *[suspect.gradients(record)[k] for record in self.records[1:]]]

    def terms(self, k: int) -> list[tuple[Suspect, Array]]:
        """The regularizers of leaf k, each with its gradient at all points."""
        if k not in self._terms:
            chosen = [(s, base) for s, base in self.suspected if s.mistake == "missing regularizer" and np.any(base[k])]
            found = [(s, self._everywhere(s, base, k)) for s, base in chosen]
            self._terms[k] = [(s, np.concatenate([np.reshape(e, -1) for e in es])) for s, es in found]
        return self._terms[k]

    def _regularized(self, k: int, x: Array) -> bool:
        """Whether the cost has a regularizer of this leaf."""
        return any(s.mistake == "missing regularizer" and np.any(base[k]) for s, base in self.suspected)

    def _finding(self, k: int, fits: list[Fit] | None, votes: dict[Any, int]) -> GradientFinding:
        given = self.given[0][k]
        if fits is None:
            return GradientFinding(self.names[k], True, (), "", "", given, self.base.gradients[k])
        if not fits:
            says = "no known pattern"
            if given is not None and given.shape != self.x[k].shape:
                says = f"has the shape {given.shape}, but {self.names[k]} has the shape {self.x[k].shape}; {says}"
            return GradientFinding(self.names[k], False, (), says, "", given, self.base.gradients[k])
        ordered = sorted(fits, key=lambda fit: (fit.rank - 0.6 * (votes[fit.key] - 1), len(fit.says)))
        best = ordered[0]
        others = [f.says for f in ordered[1:] if f.mistakes != best.mistakes and f.rank <= best.rank + 0.5]
        return GradientFinding(
            self.names[k], False, best.mistakes, best.says, best.fix, given, self.base.gradients[k],
            tuple(dict.fromkeys(others))[:2],
        )  # fmt: skip

    def _notes(self, findings: list[GradientFinding]) -> list[str]:
        """Where the mistake sits, if some gradients are right: those further back inherit it."""
        wrong = [f for f in findings if not f.ok and not f.mistakes]
        right = [f.name for f in findings if f.ok]
        if wrong and right:
            return [f"right by {', '.join(right)}: look for the mistake in what the others do not share with them"]
        at_x_alone = [f.name for k, f in enumerate(findings) if not f.ok and self._right_at_x(k)]
        if at_x_alone:
            where = ", ".join(at_x_alone)
            return [f"by {where} the numbers at x itself are right by coincidence; at points nearby they are not"]
        return []

    def _right_at_x(self, k: int) -> bool:
        given, right = self.given[0][k], self.base.gradients[k]
        return given is not None and given.shape == right.shape and bool(np.allclose(given, right, rtol=self.rtol))


def _first(reading: Any) -> Any:
    return type(reading)(reading.mistakes, reading.says, reading.fix, reading.rank, reading.numbers[:1])


def _shapes(gradient: list[Any]) -> list[Any]:
    return [None if u is None else u.shape for u in gradient]


def _nearby(a: Array, rng: np.random.Generator) -> Array:
    """A point near a, with the same signs, so that it stays in the domain of a logarithm."""
    shift = rng.uniform(-0.2, 0.2, np.shape(a))
    if a.dtype.kind == "c":
        shift = shift + 1j * rng.uniform(-0.2, 0.2, np.shape(a))
    moved = np.where(a == 0, shift / 2, a * (1 + shift))
    return np.asarray(moved).astype(a.dtype)[()]


def _array(x: Any) -> Any:
    """A part of a gradient as an array of its own; a sum of other dtypes is an error of the caller's."""
    x = x.value if type(x) is Tensor else x
    try:
        array = np.array(x)
    except ValueError:
        raise TypeError(f"my_gradient holds a {type(x).__name__} whose parts have different shapes: {x!r}") from None
    if array.dtype.kind not in "biufc":
        raise TypeError(f"my_gradient holds a {type(x).__name__} where an array of numbers is needed: {x!r}")
    return array if array.dtype.kind in "fc" else array.astype(np.float64)


def _same(a: Any, b: Any) -> bool:
    return (a is None and b is None) or (a is not None and b is not None and np.array_equal(a, b, equal_nan=True))
