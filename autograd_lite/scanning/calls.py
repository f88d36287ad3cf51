"""``scan`` and ``checkpoint_loop``: structures in, structures out, and a clear word where a step does not fit.

Source: D. Frostig, M. J. Johnson, C. Leary, Compiling machine learning programs via high-level tracing, MLSys (2018),
for the form of ``scan``.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isqrt
from typing import Any

import numpy as np

from ..arrays.versions import entries
from ..programs.spelling import called
from ..tensor import Tensor
from ..trees import children, flatten, is_leaf, map_tree, names
from .loops import loop_of

__all__ = ["checkpoint_loop", "scan"]

Function = Callable[..., Any]


def scan(
    step: Function, carry: Any, xs: Any = None, length: int | None = None, reverse: bool = False,
    checkpoint: bool = False,
) -> tuple[Any, Any]:  # fmt: skip
    """Run a loop as one elementary function: c_t, y_t = step(c_{t−1}, x_t) for t = 1 … n.

    The step is recorded once and repeated by a tight program, so a long loop is neither recorded n times nor kept as n
    copies of its graph.  Its value is the loop's; its derivatives, tangent and adjoint, are scans themselves, to any
    order.

    Parameters
    ----------
    step : callable ``step(carry, x) → (carry, y)``
        Written in NumPy.  It may close over Tensors; their derivatives are taken.  It is called a few times, not n
        times: what it prints or appends happens so often.
    carry : array or structure of arrays
        The state c₀; each step returns one of the same structure, shapes and dtypes.  A Python number takes the dtype
        that the step gives it.
    xs : array or structure of arrays, optional
        What each step reads: entry t along the first axis of each.
    length : int, optional
        n, where there are no xs.
    reverse : bool
        Whether to begin with the last entry; the ys keep their places.
    checkpoint : bool
        Keep the carry only at √n places and compute the others again in the reverse sweep: O(√n) memory, for one more
        run of the loop.  Without it every carry is kept.

    Returns
    -------
    carry, ys
        c_n, and the y_t stacked along a new first axis, in their structure.

    Raises
    ------
    TypeError
        If the step returns no pair, a carry of another structure or dtype, or is not the same at each call (random
        numbers, counters: hand them in as xs).
    ValueError
        If the lengths of the xs differ, or the carry changes its shape.

    Notes
    -----
    A decision by value, such as ``if x > 0``, is made at each step: what is done in either case is recorded when it
    first happens.  With ``t.value`` or an index ``a[t]`` into a plain array each outcome is such a case of its own,
    and many are refused; ``autograd_lite.numpy.take(a, t)`` reads a table at each step.

    Examples
    --------
    The pendulum θ̈ = −sin θ by leapfrog (kick, drift, kick), 1000 steps, and how its end depends on its start:

    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> def swing(state, dt):
    ...     angle, velocity = state
    ...     velocity = velocity - dt / 2 * np.sin(angle)
    ...     angle = angle + dt * velocity
    ...     velocity = velocity - dt / 2 * np.sin(angle)
    ...     return (angle, velocity), angle
    >>> def end(angle):
    ...     (angle, _), angles = ag.scan(swing, (angle, 0.0), np.full(1000, 0.01))
    ...     return angle
    >>> print(f"{end(1.0):.6f} {ag.grad(end)(1.0):.6f}")
    -0.998951 -0.943554
    """
    carry_leaves, rebuild_carry = flatten(carry)
    x_leaves, rebuild_x = flatten(xs)
    carry_leaves = [_checked(x, place) for x, place in zip(carry_leaves, names(carry, "carry"), strict=True)]
    x_leaves = [x if type(x) is Tensor else np.asarray(x) for x in x_leaves]
    n = _length(x_leaves, names(xs, "xs"), length)
    flat = _Step(step, carry, rebuild_carry, rebuild_x)
    carry_leaves = flat.settled(carry_leaves, [x[-1 if reverse else 0] for x in x_leaves] if n else None)
    if checkpoint and n > 3:
        return _by_segments(step, rebuild_carry(carry_leaves), xs, n, reverse)
    final, ys, _ = loop_of(flat, called(step, "step"), carry_leaves, x_leaves, n, reverse=reverse, check=True)
    return rebuild_carry(list(map(entries, final))), flat.rebuild_y(ys)


def checkpoint_loop(step: Function, state: Any, n: int, slots: int, xs: Any = None) -> Any:
    """Run ``state = step(state)`` n times, with room for ``slots`` states in the reverse sweep.

    Between the states that are kept, the others are computed again, in the order that takes the fewest steps: with s
    slots, t(n, s) = r·n − C(s + r, s + 1) where r is the least number with n ≤ C(s + r, s).  With s ~ log n that is
    some log n runs of the loop.

    Parameters
    ----------
    step : callable ``step(state) → state``, or ``step(state, x)`` with xs
        As for ``scan``.
    state : array or structure of arrays
    n : int
        How many steps.
    slots : int
        How many states may be kept, the first among them.
    xs : array or structure of arrays, optional
        What step t reads: entry t along the first axis.

    Returns
    -------
    state
        After n steps.

    Raises
    ------
    ValueError
        If there is no slot, or the xs have another length than n.
    TypeError, ValueError
        As ``scan``.

    Source: A. Griewank and A. Walther, Algorithm 799: revolve, ACM Trans. Math. Software 26 (2000) 19.

    Examples
    --------
    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> sliding = lambda x: x - 0.01 * np.sin(x)
    >>> f = lambda x: ag.checkpoint_loop(sliding, x, n=1000, slots=5)
    >>> print(f"{f(3.0):.6f} {ag.grad(f)(3.0):.6f}")
    0.001250 0.008949
    """
    if slots < 1:
        raise ValueError(f"checkpoint_loop needs at least one slot, for the first state, but slots={slots}")
    state_leaves, rebuild = flatten(state)
    x_leaves, rebuild_x = flatten(xs)
    state_leaves = [_checked(x, place) for x, place in zip(state_leaves, names(state, "state"), strict=True)]
    x_leaves = [x if type(x) is Tensor else np.asarray(x) for x in x_leaves]
    n = _length(x_leaves, names(xs, "xs"), n)
    one = (lambda state, x: (step(state), None)) if xs is None else lambda state, x: (step(state, x), None)
    flat = _Step(one, state, rebuild, rebuild_x, "state", called(step, "step"))
    state_leaves = flat.settled(state_leaves, [x[0] for x in x_leaves] if n else None)
    final, _, _ = loop_of(flat, called(step, "step"), state_leaves, x_leaves, n, slots=slots, check=True)
    return rebuild(list(map(entries, final)))


def _checked(x: Any, place: str) -> Any:
    """A number of the carry, which must be one."""
    if type(x) is not Tensor and np.asarray(x).dtype.kind not in "biufc":
        raise TypeError(f"{place} holds no numbers but {np.asarray(x).dtype}")
    return x


def _length(xs: list[Any], places: list[str], length: int | None) -> int:
    """How many steps there are."""
    for x, place in zip(xs, places, strict=True):
        if x.ndim == 0:
            raise ValueError(f"{place} is one number, but a loop reads entry t along the first axis: give an array")
    lengths = {place: len(x) for x, place in zip(xs, places, strict=True)}
    if length is not None:
        if length < 0 or int(length) != length:
            raise ValueError(f"the number of steps is {length!r}, but a loop has 0, 1, 2, ... of them")
        lengths = {"length": int(length), **lengths}
    if not lengths:
        raise TypeError("scan needs xs to read, or length=n to know how often to run the step")
    if len(set(lengths.values())) > 1:
        raise ValueError("how many steps? " + ", ".join(f"{place} has {n}" for place, n in lengths.items()))
    return next(iter(lengths.values()))


def _form(tree: Any) -> Any:
    """The structure of a tree without its numbers, to compare."""
    if is_leaf(tree):
        return "a number or array"
    parts = children(tree)
    return tree if parts is None else (type(tree), [(key, _form(part)) for key, part in parts])


def _ordered(tree: Any, like: Any) -> Any:
    """A tree with the keys of its dicts in the order of another."""
    if isinstance(tree, dict) and isinstance(like, dict) and tree.keys() == like.keys():
        pairs = {key: _ordered(tree[key], like[key]) for key in like}
        return pairs if type(tree) is dict else type(tree)(pairs)
    if type(tree) in (list, tuple) and type(tree) is type(like) and len(tree) == len(like):
        return type(tree)([_ordered(a, b) for a, b in zip(tree, like, strict=True)])
    return tree


class _Step:
    """A step of the user on flat lists: [carry, x] → [carry, y], with a check that the carry keeps its form."""

    def __init__(
        self, step: Function, carry: Any, rebuild_carry: Function, rebuild_x: Function, what: str = "carry",
        name: str | None = None,
    ) -> None:  # fmt: skip
        self.step, self.carry, self.what, self.name = step, carry, what, name or called(step, "step")
        self.rebuild_carry, self.rebuild_x = rebuild_carry, rebuild_x
        self.places = names(carry, what)
        self.y: list[Any] | None = None  # in a list, for None is a y too
        self.rebuild_y: Function = list

    def run(self, inputs: list[Any]) -> tuple[list[Any], list[Any]]:
        """The new carry and the ys, of the right structure."""
        m = len(self.places)
        result = self.step(self.rebuild_carry(inputs[:m]), self.rebuild_x(inputs[m:]))
        if type(result) is not tuple or len(result) != 2:
            raise TypeError(
                f"{self.name} must return a pair, (carry, y), but it returned {_described(result)}; "
                "y may be None"
            )
        carry, y = _ordered(result[0], self.carry), result[1]
        if _form(carry) != _form(self.carry):
            raise TypeError(
                f"the {self.what} must keep its structure: {self.name} was given {_described(self.carry)} "
                f"and returned {_described(carry)}"
            )
        y = y if self.y is None else _ordered(y, self.y[0])
        ys, rebuild_y = flatten(y)
        if self.y is None:
            self.y, self.rebuild_y = [map_tree(lambda _: 0.0, y)], rebuild_y
        elif _form(self.y[0]) != _form(y):
            raise TypeError(f"the y of {self.name} has another structure at a later step: {_described(y)}")
        return flatten(carry)[0], ys

    def settled(self, carry: list[Any], x: list[Any] | None) -> list[Any]:
        """The first carry as arrays; a Python number takes the dtype that the step gives it."""
        numbers = [isinstance(c, (int, float, complex)) and not isinstance(c, np.generic) for c in carry]
        arrays = [c if type(c) is Tensor else np.asarray(c)[()] for c in carry]
        if not any(numbers) or x is None:
            return arrays
        try:
            new, _ = self.run([*carry, *x])
        except (AttributeError, TypeError):  # a step that wants arrays: it gets them
            return arrays
        for i, is_number in enumerate(numbers):
            dtype = np.asarray(new[i]).dtype if type(new[i]) is not Tensor else new[i].dtype
            if is_number and np.result_type(dtype, carry[i]) == dtype:
                arrays[i] = arrays[i].astype(dtype)
        return arrays

    def __call__(self, inputs: list[Any]) -> list[Any]:
        carry, ys = self.run(inputs)
        for i, (old, place) in enumerate(zip(inputs, self.places, strict=False)):
            if isinstance(carry[i], (int, float, complex)) and np.result_type(old.dtype, carry[i]) == old.dtype:
                carry[i] = old.dtype.type(carry[i])  # a Python number has no dtype of its own
            new = carry[i] if type(carry[i]) is Tensor else np.asarray(carry[i])
            if new.shape != old.shape:
                raise ValueError(
                    f"the {self.what} must keep its shapes, but {place} has shape {old.shape} and {self.name} returned "
                    f"{new.shape}: start from an array of that shape"
                )
            if new.dtype != old.dtype:
                raise TypeError(
                    f"the {self.what} must keep its dtypes, but {place} is {old.dtype} and {self.name} returned "
                    f"{new.dtype}: start from that dtype, or end the step with .astype({old.dtype.name!r})"
                )
        return [*carry, *ys]


def _described(tree: Any) -> str:
    """A structure in a few words: which leaves it has."""
    leaves = names(tree, "")
    if is_leaf(tree):
        return "one number or array"
    if not leaves:
        return repr(tree) if tree is None else f"a {type(tree).__name__} without numbers"
    return f"a {type(tree).__name__} with {', '.join(leaves[:8])}{', ...' if len(leaves) > 8 else ''}"


def _by_segments(step: Function, carry: Any, xs: Any, n: int, reverse: bool) -> tuple[Any, Any]:
    """A scan over segments of √n steps, each a scan: what is kept is the carry at the start of each."""
    size = isqrt(n)
    whole = n // size * size
    first, rest = (slice(n - whole, n), slice(0, n - whole)) if reverse else (slice(0, whole), slice(whole, n))

    def segment(carry: Any, xs: Any) -> tuple[Any, Any]:
        return scan(step, carry, xs, size, reverse)

    segment.__name__ = called(step, "step")
    blocks = map_tree(lambda x: np.reshape(x[first], (whole // size, size, *np.shape(x)[1:])), xs)
    carry, ys = scan(segment, carry, blocks, whole // size, reverse)
    ys = map_tree(lambda y: np.reshape(y, (whole, *y.shape[2:])), ys)
    if n > whole:
        carry, last = scan(step, carry, map_tree(lambda x: x[rest], xs), n - whole, reverse)
        ys = map_tree(lambda a, b: np.concatenate([b, a] if reverse else [a, b]), ys, last)
    return carry, ys
