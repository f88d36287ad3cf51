"""Which states of a loop to keep where there is room for few.

With s slots, the first state in one of them, n steps are reversed by running ahead m steps, keeping that state,
reversing the n − m steps behind it with the s − 1 slots that are left, and then the first m with s slots again:

    t(n, s) = min_m  m + t(n − m, s − 1) + t(m, s)  =  r·n − C(s + r, s + 1),   r least with n ≤ C(s + r, s)

Source: A. Griewank and A. Walther, Algorithm 799: revolve, ACM Trans. Math. Software 26 (2000) 19.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import comb
from typing import TYPE_CHECKING, Any

import numpy as np

from ..tensor import Tensor
from .loops import Loop, Rows, execute, loop_of

if TYPE_CHECKING:
    from .rule import Adjoint

__all__ = ["adjoint_by_slots", "advance", "checkpointed", "fewest_steps", "segments"]


def repetitions(n: int, slots: int) -> int:
    """How often a step is run at most: the least r with n ≤ C(slots + r, slots)."""
    r = 0
    while comb(slots + r, slots) < n:
        r += 1
    return r


def fewest_steps(n: int, slots: int) -> int:
    """t(n, s): how many steps are run to reverse n, the first run included.

    >>> fewest_steps(5, 5), fewest_steps(4, 1), fewest_steps(1000, 10)
    (4, 6, 3636)
    """
    r = repetitions(n, slots)
    return r * n - comb(slots + r, slots + 1)


def advance(n: int, slots: int) -> int:
    """How far to run ahead before the next state is kept, so that reversing n steps takes t(n, s).

    >>> advance(4, 1), advance(10, 3)
    (3, 4)
    """
    if slots == 1:
        return n - 1
    r = repetitions(n, slots)
    return min(comb(slots + r - 1, slots), n - comb(slots + r - 2, slots - 1))


def segments(start: int, n: int, slots: int) -> Iterator[int]:
    """Where states are kept on the first run: at ``start``, on while there are slots, and before the last step.

    >>> list(segments(0, 10, 3))
    [0, 4, 7, 9]
    """
    while start < n:
        yield start
        start, slots = start + max(advance(n - start, max(slots, 1)), 1), slots - 1


def checkpointed(
    loop: Loop, consts: Mapping[Any, Any], carry: Sequence[Any], xs: Sequence[Any], recorder: Any
) -> tuple[Any, ...]:
    """The last carry, and what is kept: the states on the way that the schedule names."""
    places = list(segments(0, loop.n, loop.slots or 1))
    states = []
    for start, stop in zip(places, [*places[1:], loop.n], strict=False):
        states.append(carry)
        carry = _run(loop, consts, carry, xs, start, stop, recorder)[0]
    return (*carry, *[np.stack(column) for column in zip(*states, strict=True)])


def _run(
    loop: Loop, consts: Mapping[Any, Any], carry: Sequence[Any], xs: Sequence[Any], start: int, stop: int,
    recorder: Any = None, keep: Sequence[int] = (),
) -> tuple[list[Any], list[Any]]:  # fmt: skip
    rows = Rows([x[start:stop] for x in xs], stop - start, False)
    final, _, stored = execute(loop, consts, carry, rows, stop - start, keep, recorder)
    return final, stored


def adjoint_by_slots(
    step: Adjoint, loop: Loop, values: Sequence[Any], out: Sequence[Any]
) -> tuple[list[Any], list[Any]]:
    """The adjoint loop over a loop of few stored states: c̄ and k̄, and the x̄ of every step."""
    consts, carry, xs = loop.split(values)
    if loop.n == 0 or any([type(x) is Tensor for x in (*out, *values)]):  # recorded: a loop that stores all
        follow = lambda inputs: loop.follow_tensors(consts, inputs)
        _, _, stored = loop_of(follow, loop.name, carry, xs, loop.n, keep=range(loop.carries))
        start = step.start(out[: loop.carries])
        final, adjoints, _ = loop_of(step, f"adjoint of {loop.name}", start, [*stored, *xs], loop.n, reverse=True)
        return final, adjoints
    return _Reversal(step, loop, dict(zip(loop.consts, consts, strict=True)), xs, out).run()


class _Reversal:
    """The schedule at work: the states that are kept, the last on top, and the adjoint as far as it came."""

    def __init__(
        self, step: Adjoint, loop: Loop, consts: Mapping[Any, Any], xs: list[Any], out: Sequence[Any]
    ) -> None:
        self.step, self.loop, self.consts, self.xs = step, loop, consts, xs
        places = segments(0, loop.n, loop.slots or 1) if loop.n else ()
        stored = out[loop.carries :]
        self.kept = [(place, [x[i] for x in stored]) for i, place in enumerate(places)]
        self.carry = step.start(out[: loop.carries])
        self.backwards = Loop(f"adjoint of {loop.name}", loop.n, len(self.carry), loop.carries + loop.xs, reverse=True)
        self.backwards.forget()
        self.blocks: list[list[Any]] = []

    def run(self) -> tuple[list[Any], list[Any]]:
        end = self.loop.n
        while end:
            place, state = self.kept[-1]
            free = (self.loop.slots or 1) - len(self.kept) + 1  # for this state and those behind it
            if end - place <= free + 1:
                self.pull(state, place, end)
                self.kept.pop()
                end = place
            else:
                ahead = place + advance(end - place, free)
                self.kept.append((ahead, _run(self.loop, self.consts, state, self.xs, place, ahead)[0]))
        columns = [np.concatenate(blocks[::-1]) for blocks in zip(*self.blocks, strict=True)]
        return self.carry, columns

    def pull(self, state: list[Any], start: int, stop: int) -> None:
        """The adjoint of a few steps in a row, whose states all find room."""
        every = range(self.loop.carries)
        last, stored = _run(self.loop, self.consts, state, self.xs, start, stop - 1, keep=every)
        for states, begin, end in (([np.asarray(x)[None] for x in last], stop - 1, stop), (stored, start, stop - 1)):
            if end > begin:
                rows = Rows([*states, *[x[begin:end] for x in self.xs]], end - begin, True)
                self.carry, adjoints, _ = execute(self.backwards, {}, self.carry, rows, end - begin, (), self.step)
                self.blocks += [adjoints] if adjoints else []
