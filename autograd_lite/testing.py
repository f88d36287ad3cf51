"""Is a derivative right?  Four questions that need no second derivation by hand, asked along random directions v, w.

    difference   J v  =  (f(x + hv) − f(x − hv)) / 2h  +  O(h²)         the forward sweep; ⟨w, J v⟩ for the reverse one
    identity     ⟨w, J v⟩  =  ⟨Jᵀ w, v⟩                                  the two sweeps agree, to rounding
    likeness     a tangent has the shape and dtype of the value, an adjoint those of the argument
    order        the maps (x, v) ↦ J v and (x, w) ↦ Jᵀ w are functions too: ask them the same, for every nesting

A random direction hides an error with probability zero.  For complex numbers ⟨a, b⟩ = Re Σ a·b, without conjugation.

Source: A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed. (SIAM, 2008), 3.3; the idea to apply the check to
its own sweeps is that of check_grads in HIPS autograd (D. Maclaurin, D. Duvenaud, M. Johnson).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import Parameter, signature
from typing import Any, NamedTuple, NoReturn

import numpy as np

from .tensor import Tensor, as_leaf_value
from .transforms import jvp, vjp
from .trees import flatten, names

__all__ = ["check_grads"]

Array = Any
SWEEPS = {"fwd": "forward sweep", "rev": "reverse sweep"}
MOST_ENTRIES = 2000  # beyond it an adjoint is compared along one direction, not entry by entry


def check_grads(
    f: Callable[..., Any],
    *args: Any,
    order: int = 2,
    modes: Sequence[str] = ("fwd", "rev"),
    rtol: float | None = None,
    atol: float | None = None,
    eps: float | None = None,
) -> None:
    """Check the derivatives of f at ``args``: J·v and Jᵀ·w against central differences and against each other.

    Parameters
    ----------
    f : callable
        A function written in NumPy, smooth at ``args``.  It may return an array or a structure of arrays.
    *args : arrays or structures of arrays
        Its arguments; every number in them is a variable.  What is none belongs into a lambda.
    order : int
        How many times to differentiate, in every nesting of the modes.
    modes : sequence of "fwd" and "rev"
        Which sweeps to check.
    rtol, atol : float, optional
        A derivative d agrees with a difference e where ``|d − e| ≤ rtol·max|e| + atol`` (and what rounding does to e);
        1e-6 and 1e-8 in float64, 1e-3 and 1e-5 in float32.
    eps : float, optional
        The step h, relative to the size of each argument; the cube root of the machine precision, 6e-6.

    Raises
    ------
    AssertionError
        If a derivative is wrong: it names the order, the sweep, the argument and the entry, and shows the numbers.
    TypeError, ValueError
        If there is nothing to differentiate by, or ``order`` or ``modes`` is none of the above.

    Notes
    -----
    Where f has a kink a difference is no derivative; choose another point.  float32 arguments are differenced in
    float64.  The directions come from a generator of their own: the answer is the same every time.

    Examples
    --------
    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> check_grads(lambda x, y: x * np.sin(y), np.array([1.0, 2.0]), 0.5)
    >>> check_grads(lambda x: x * ag.Tensor(np.sin(x.value)) if type(x) is ag.Tensor else x * np.sin(x), 1.0)
    Traceback (most recent call last):
        ...
    AssertionError: check_grads: order 1, forward sweep of f, by x: wrong derivative
        the output  tangent ...
    """
    if not callable(f):
        raise TypeError(f"check_grads takes a function and its arguments, check_grads(f, x), but got {f!r}")
    if not (isinstance(order, int) and order >= 1):
        raise ValueError(f"check_grads: order is 1, 2, ..., not {order!r}")
    if isinstance(modes, str) or not modes or any(mode not in SWEEPS for mode in modes):
        raise ValueError(f"check_grads: modes is a tuple of 'fwd' and 'rev', not {modes!r}")
    leaves, rebuild = flatten(list(args))
    if not leaves:
        raise TypeError("check_grads: there are no numbers among the arguments to differentiate by")

    def flat(*xs: Array) -> tuple[Array, ...]:
        return tuple(flatten(f(*rebuild(list(xs))))[0])

    primals = [as_leaf_value(x.value if type(x) is Tensor else x) for x in leaves]
    places = [place for arg, name in zip(args, _parameters(f, len(args)), strict=True) for place in names(arg, name)]
    name = getattr(f, "__name__", type(f).__name__)
    label = "f" if name == "<lambda>" else name
    _Check(flat, label, primals, places, 1, tuple(modes), _Limits(rtol, atol, eps)).run(order)


def _parameters(f: Callable[..., Any], n: int) -> list[str]:
    """What the first n arguments of f are called."""
    try:
        parameters = list(signature(f).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    positional = [p.name for p in parameters if p.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)]
    return [*positional[:n], *[f"argument {k}" for k in range(len(positional[:n]), n)]]


class _Limits(NamedTuple):
    rtol: float | None
    atol: float | None
    eps: float | None


class _Check:
    """One function of flat arguments, f(*xs) -> (y₀, y₁, …), and the questions put to it."""

    def __init__(
        self, f: Callable[..., Any], label: str, xs: list[Array], places: list[str], order: int,
        modes: tuple[str, ...], limits: _Limits,
    ) -> None:  # fmt: skip
        self.f, self.label, self.xs, self.places = f, label, xs, places
        self.order, self.modes, self.limits = order, modes, limits
        self.ys = self.at(*xs)
        self.y_places = ["the output" if len(self.ys) == 1 else f"output {i}" for i in range(len(self.ys))]
        rng = np.random.default_rng(20240206 + order)
        self.vs = [_direction(rng, x) for x in xs]
        self.ws = [_direction(rng, y) for y in self.ys]
        precision = max([_precision(a) for a in (*xs, *self.ys)])
        self.rtol = limits.rtol if limits.rtol is not None else max(1e-6, 3 * precision**0.5)
        self.atol = limits.atol if limits.atol is not None else self.rtol / 100
        self.rounding = 0.1 * precision**0.5

    def run(self, order: int) -> None:
        forward = self.forward() if "fwd" in self.modes else None
        reverse = self.reverse() if "rev" in self.modes else None
        if forward is not None and reverse is not None:
            self.identity(forward, reverse)
        if order > 1:
            for mode in self.modes:
                self.derived(mode).run(order - 1)

    # the sweeps, and what they are compared with

    def at(self, *xs: Array) -> list[Array]:
        """The outputs as plain arrays; a function that fills a Tensor of its own returns one at plain arguments too."""
        return [np.asarray(y.value if type(y) is Tensor else y) for y in self.f(*xs)]

    def tangents(self, vs: list[Array]) -> list[Array]:
        values, tangents = jvp(self.f, tuple(self.xs), tuple(vs))
        self.recorded(values, "fwd")
        self.alike(tangents, self.ys, self.y_places, "tangent", "fwd")
        return list(tangents)

    def adjoints(self, ws: list[Array]) -> list[Array]:
        values, pullback = vjp(self.f, *self.xs)
        self.recorded(values, "rev")
        adjoints = pullback(tuple(ws))
        self.alike(adjoints, self.xs, self.places, "adjoint", "rev")
        return list(adjoints)

    def difference(self, vs: list[Array]) -> tuple[list[Array], float]:
        """J·v by central differences, and what rounding may have done to it; computed in float64 if f lets us."""
        wide = [x.astype(np.result_type(x.dtype, np.float64)) for x in self.xs]
        middle = self.at(*wide)
        precision = max([_precision(y) for y in middle])
        h = self.limits.eps or precision ** (1 / 3)
        above = self.at(*[x + h * v for x, v in zip(wide, vs, strict=True)])
        below = self.at(*[x - h * v for x, v in zip(wide, vs, strict=True)])
        slopes = []
        for i, (a, b) in enumerate(zip(above, below, strict=True)):
            if np.shape(a) != np.shape(b) or not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))):
                self.fail("the numerical difference", self.y_places[i], [
                    "f is not finite, or changes its shape, close to this point: choose a point inside its domain"
                ])  # fmt: skip
            slopes.append((_floating(a) - _floating(b)) / (2 * h))
        return slopes, 4 * precision * max([np.max(np.abs(_floating(y)), initial=0.0) for y in middle]) / h

    # the questions

    def forward(self) -> list[Array]:
        tangents = self.tangents(self.vs)
        if self.wrong(tangents, *self.difference(self.vs)) is not None:
            for j, place in enumerate(self.places):  # one argument at a time, to name it
                vs = [v if k == j else np.zeros_like(v) for k, v in enumerate(self.vs)]
                one, (slopes, noise) = self.tangents(vs), self.difference(vs)
                i = self.wrong(one, slopes, noise)
                if i is not None:
                    self.fail(SWEEPS["fwd"], f"by {place}", _table("tangent", one[i], slopes[i], self.y_places[i]))
            self.fail(SWEEPS["fwd"], "by all arguments at once", ["each argument alone gives the right tangent"])
        return tangents

    def reverse(self) -> list[Array]:
        adjoints = self.adjoints(self.ws)
        slopes, noise = self.difference(self.vs)
        noise *= _size(self.ws, [np.ones_like(w) for w in self.ws])
        if not self.close(_inner(adjoints, self.vs), _inner(self.ws, slopes), _size(self.ws, slopes), noise):
            for j, place in enumerate(self.places):
                self.reverse_by(j, place, adjoints[j])
            self.fail(SWEEPS["rev"], "by all arguments at once", ["each argument alone gives the right adjoint"])
        return adjoints

    def reverse_by(self, j: int, place: str, adjoint: Array) -> None:
        """Fails if the adjoint of argument j is wrong, and says at which entry."""
        x = self.xs[j]
        if x.size > MOST_ENTRIES:
            slope, noise = self.slope(j, self.vs[j])
            if not self.close(_inner([adjoint], [self.vs[j]]), slope, abs(slope), noise):
                self.fail(SWEEPS["rev"], f"by {place}", _table("⟨adjoint, v⟩", _inner([adjoint], [self.vs[j]]), slope))
            return
        expected = np.zeros(x.shape, np.result_type(x.dtype, np.float64))
        noise = 0.0
        for index in np.ndindex(x.shape):
            for unit in (1.0, 1j) if x.dtype.kind == "c" else (1.0,):
                v = np.zeros_like(self.vs[j])
                scale = np.max(np.abs(self.vs[j]))
                v[index] = unit * scale
                slope, rounding = self.slope(j, v)
                expected[index] += slope / (scale * unit)  # Re(x̄·i) = −Im x̄
                noise = max(noise, rounding / scale)
        if not np.all(self.within(adjoint, expected, noise)):
            self.fail(SWEEPS["rev"], f"by {place}", _table("adjoint", adjoint, expected))

    def slope(self, j: int, v: Array) -> tuple[float, float]:
        """⟨w, J v⟩ along v for argument j alone, by difference, and its rounding."""
        vs = [v if k == j else np.zeros_like(u) for k, u in enumerate(self.vs)]
        slopes, noise = self.difference(vs)
        return _inner(self.ws, slopes), noise * _size(self.ws, [np.ones_like(s) for s in slopes])

    def identity(self, tangents: list[Array], adjoints: list[Array]) -> None:
        """⟨w, J v⟩ = ⟨Jᵀ w, v⟩, for all arguments together, and if it fails for each."""
        left, right = _inner(self.ws, tangents), _inner(adjoints, self.vs)
        size = _size(self.ws, tangents) + _size(adjoints, self.vs)
        if abs(left - right) <= self.rounding * size + self.atol / 10:
            return
        place = "for all arguments at once"
        for j, name in enumerate(self.places):
            vs = [v if k == j else np.zeros_like(v) for k, v in enumerate(self.vs)]
            one = self.tangents(vs)
            a, b = _inner(self.ws, one), _inner(adjoints, vs)
            if not abs(a - b) <= self.rounding * (_size(self.ws, one) + _size(adjoints, vs)) + self.atol / 10:
                left, right, place = a, b, f"by {name}"
                break
        self.fail("adjoint identity", place, [
            f"⟨w, J v⟩ = {left!r} from the forward sweep", f"⟨Jᵀ w, v⟩ = {right!r} from the reverse sweep"
        ])  # fmt: skip

    def derived(self, mode: str) -> _Check:
        """The check of (x, v) ↦ J v, or of (x, w) ↦ Jᵀ w."""
        n = len(self.xs)

        def tangent(*xv: Array) -> Any:
            return jvp(self.f, xv[:n], xv[n:])[1]

        def adjoint(*xw: Array) -> Any:
            return vjp(self.f, *xw[:n])[1](xw[n:])

        if mode == "fwd":
            new, what, places = tangent, "tangent", [f"the direction of {place}" for place in self.places]
            seeds = [v.astype(_like(x)) for v, x in zip(self.vs, self.xs, strict=True)]
        else:
            new, what, places = adjoint, "adjoint", [f"the seed of {place}" for place in self.y_places]
            seeds = [w.astype(_like(y)) for w, y in zip(self.ws, self.ys, strict=True)]
        xs, label = [*self.xs, *seeds], f"({what} of {self.label})"
        return _Check(new, label, xs, [*self.places, *places], self.order + 1, self.modes, self.limits)

    # answers

    def recorded(self, values: Sequence[Array], mode: str) -> None:
        """Recording f must not change its value."""
        for y, value, place in zip(self.ys, values, self.y_places, strict=True):
            if np.shape(value) != y.shape or np.asarray(value).dtype != y.dtype:
                self.fail(SWEEPS[mode], f"value of {place}", [
                    f"recorded it has shape {np.shape(value)} and dtype {np.asarray(value).dtype}",
                    f"by NumPy it has shape {y.shape} and dtype {y.dtype}",
                ])  # fmt: skip
            scale = np.max(np.abs(_floating(y)), initial=0.0)
            if not np.allclose(value, y, rtol=0, atol=self.rounding * scale + self.atol / 10, equal_nan=True):
                self.fail(SWEEPS[mode], f"value of {place}", _table("recorded", value, y, other="by NumPy"))

    def alike(self, found: Sequence[Array], like: list[Array], places: list[str], what: str, mode: str) -> None:
        for d, x, place in zip(found, like, places, strict=True):
            if np.shape(d) != x.shape:
                self.fail(SWEEPS[mode], f"shape of the {what} of {place}", [
                    f"the {what} has shape {np.shape(d)}", f"{place} has shape {x.shape}",
                    "is a sum over a broadcast axis missing?",
                ])  # fmt: skip
            if d.dtype != _like(x):
                self.fail(SWEEPS[mode], f"dtype of the {what} of {place}", [
                    f"the {what} has dtype {d.dtype}", f"{place} has dtype {x.dtype}, so it should be {_like(x)}",
                ])  # fmt: skip

    def wrong(self, found: list[Array], expected: list[Array], noise: float) -> int | None:
        """The first output whose tangent is not the expected one."""
        for i, (d, e) in enumerate(zip(found, expected, strict=True)):
            if not np.all(self.within(d, e, noise)):
                return i
        return None

    def within(self, d: Array, e: Array, noise: float) -> Any:
        return np.abs(d - e) <= self.rtol * np.max(np.abs(e), initial=0.0) + self.atol + noise

    def close(self, d: float, e: float, size: float, noise: float) -> bool:
        return bool(abs(d - e) <= self.rtol * size + self.atol + noise)

    def fail(self, what: str, place: str, lines: list[str]) -> NoReturn:
        head = f"check_grads: order {self.order}, {what} of {self.label}, {place}: wrong derivative"
        raise AssertionError("\n    ".join([head, *lines]))


def _direction(rng: np.random.Generator, x: Array) -> Array:
    """A random direction in the shape of x, of about the size of x, complex if x is."""
    size = float(np.sqrt(np.mean(np.abs(_floating(x)) ** 2))) if x.size else 1.0
    v = rng.standard_normal(x.shape)
    if x.dtype.kind == "c":
        v = v + 1j * rng.standard_normal(x.shape)
    return np.asarray(v * (size or 1.0)).astype(_like(x))


def _like(x: Array) -> np.dtype[Any]:
    """The dtype of a derivative of x."""
    return x.dtype if x.dtype.kind in "fc" else np.dtype(np.float64)


def _precision(x: Array) -> float:
    return float(np.finfo(_like(x)).eps)


def _floating(x: Array) -> Array:
    return np.asarray(x).astype(np.result_type(np.asarray(x).dtype, np.float64))


def _inner(a: Sequence[Array], b: Sequence[Array]) -> float:
    return float(sum(np.sum(_floating(p) * _floating(q)).real for p, q in zip(a, b, strict=True)))


def _size(a: Sequence[Array], b: Sequence[Array]) -> float:
    """The size that rounding errors of ⟨a, b⟩ are measured by."""
    return float(sum(np.sum(np.abs(_floating(p) * _floating(q))) for p, q in zip(a, b, strict=True)))


def _table(what: str, found: Array, expected: Array, place: str = "", other: str = "difference") -> list[str]:
    """The numbers side by side, the worst first, and a guess at the cause."""
    found, expected = np.asarray(found), np.asarray(expected)
    error = np.where(np.isfinite(found), np.abs(found - expected), np.inf)
    worst = np.argsort(-error, axis=None, kind="stable")[:5]
    rows = [(place, what, other)] if place else [("entry", what, other)]
    for k in worst:
        index = tuple(int(i) for i in np.unravel_index(k, found.shape))
        entry = "" if index == () else f"entry {index[0] if len(index) == 1 else index}"
        rows.append((entry, f"{found[index]:.10g}", f"{expected[index]:.10g}"))
    widths = [max(len(row[k]) for row in rows) for k in range(3)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    hint = _hint(found, expected)
    return [*lines, hint] if hint else lines


def _hint(found: Array, expected: Array) -> str:
    """What one mistake would explain all entries, if there is one."""
    scale = 1e-3 * np.max(np.abs(expected), initial=0.0)

    def equal(a: Array, b: Array) -> bool:
        return a.shape == b.shape and bool(np.all(np.abs(a - b) <= scale))

    if not np.all(np.isfinite(found)):
        return "it is not finite: a division by zero, or 0·inf, which np.where does not mask when it multiplies?"
    if scale == 0:
        return "it should be zero"
    if equal(found, np.zeros_like(found)):
        return "it is zero: is a term, or the rule of an argument, missing?"
    if equal(found, -expected):
        return "the sign is wrong"
    if found.ndim > 1 and equal(np.swapaxes(found, -1, -2), expected):
        return "it is transposed"
    if np.iscomplexobj(found) and equal(np.conj(found), expected):
        return "it is conjugated"
    factor = np.vdot(expected, found) / np.vdot(expected, expected)
    if equal(found, factor * expected):
        return f"every entry is {factor:.4g} times what it should be"
    return ""
