"""Which states of a loop to keep where there is room for few.

With s slots, the first state in one of them, n steps are reversed by running ahead m steps, keeping that state,
reversing the n − m steps behind it with the s − 1 slots that are left, and then the first m with s slots again:

    t(n, s) = min_m  m + t(n − m, s − 1) + t(m, s)  =  r·n − C(s + r, s + 1),   r least with n ≤ C(s + r, s)

Source: A. Griewank and A. Walther, Algorithm 799: revolve, ACM Trans. Math. Software 26 (2000) 19.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import comb

__all__ = ["advance", "fewest_steps", "segments"]


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
