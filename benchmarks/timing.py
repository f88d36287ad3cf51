"""Fair times: A B C A B C …, medians over the rounds, and every block starts from the same quiet machine.

Before a block is timed, the garbage of the block before is collected, its worker threads get time to stop spinning, and
one call fills the caches.  What lives in the imported libraries is frozen, so that no library pays for walking over the
objects of another; the collector itself stays on, as it is for every user.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from statistics import median

BLOCK = 0.005  # seconds that one timed block takes at least
PAUSE = 0.03  # seconds; OpenBLAS's workers spin for about 20 ms after a product


def interleaved(calls: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """The median time of each call in seconds."""
    loops = [loops_for(call) for call in calls]
    times: list[list[float]] = [[] for _ in calls]
    gc.collect()
    gc.freeze()
    for _ in range(rounds):
        for call, n, found in zip(calls, loops, times, strict=True):
            gc.collect()
            time.sleep(PAUSE)
            call()
            found.append(block(call, n))
    gc.unfreeze()
    return [median(found) for found in times]


def loops_for(call: Callable[[], object]) -> int:
    """How many calls make one block."""
    n = 1
    while (seconds := n * block(call, n)) < BLOCK:
        n = max(2 * n, min(100 * n, int(1.2 * n * BLOCK / max(seconds, 1e-9))))
    return n


def block(call: Callable[[], object], n: int) -> float:
    """The time of one call, from n in a row."""
    start = time.perf_counter()
    for _ in range(n):
        call()
    return (time.perf_counter() - start) / n
