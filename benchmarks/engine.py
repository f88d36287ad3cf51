"""What the engine itself costs: a recorded operation, a long chain of them, the import.

    overhead    time of the recorded call − time of the same call on plain arrays
    chain       x ↦ sin(x), x ↦ 1.000001·x, … : time of one operation, recorded and swept back; memory at the peak, and
                the nodes still alive after the gradient (the garbage collector is off: no cycle may hold one)
    import      ``import autograd_lite`` in a new process, beside ``import numpy``
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np

import autograd_lite as ag

from .timing import interleaved

OVERHEAD = 1e-6  # seconds above the raw call, to reach
IMPORT = 0.040  # seconds above NumPy's import, to reach

OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "t + t": lambda t, W: t + t,
    "2.0 * t": lambda t, W: 2.0 * t,
    "t ** 2": lambda t, W: t**2,
    "np.exp(t)": lambda t, W: np.exp(t),
    "np.maximum(t, 0.0)": lambda t, W: np.maximum(t, 0.0),
    "np.sum(t)": lambda t, W: np.sum(t),
    "np.sum(t, axis=0)": lambda t, W: np.sum(t, axis=0),
    "t.sum()": lambda t, W: t.sum(),
    "t[1:]": lambda t, W: t[1:],
    "t @ W": lambda t, W: t @ W,
}


def overheads(rounds: int) -> list[tuple[str, float, float]]:
    """For each operation on three numbers: its name, the time of the raw call, the time of the recorded one."""
    t, W = np.array([1.0, 2.0, 3.0]), np.eye(3)
    tensor, weights = ag.Tensor(t), ag.Tensor(W)
    calls: list[Callable[[], Any]] = []
    for f in OPERATIONS.values():
        calls += [lambda f=f: f(t, W), lambda f=f: f(tensor, weights)]  # type: ignore[misc]
    times = interleaved(calls, rounds)
    return list(zip(OPERATIONS, times[0::2], times[1::2], strict=True))


def chain(n: int) -> Callable[[Any], Any]:
    """A function of n scalar operations."""

    def f(x: Any) -> Any:
        for _ in range(n // 2):
            x = 1.000001 * np.sin(x)
        return x

    return f


def chain_costs(n: int) -> tuple[float, float, float, int]:
    """Seconds for one operation of f, and of f and its gradient; bytes for one at the peak, nodes left."""
    f, x = chain(n), np.float64(0.5)
    derivative = ag.grad(f)
    gc.collect()
    gc.freeze()
    plain, both = (_seconds(lambda call=call: call(x)) / n for call in (f, derivative))  # type: ignore[misc]
    gc.unfreeze()
    gc.disable()
    tracemalloc.start()
    derivative(x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    kept = sum(type(thing) is ag.Node for thing in gc.get_objects())
    gc.enable()
    return plain, both, peak / n, kept


def _seconds(call: Callable[[], Any]) -> float:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return median(times)


def import_seconds(rounds: int) -> tuple[float, float]:
    """The time to import NumPy, and to import autograd_lite with it, each time in a new process."""
    times: dict[str, list[float]] = {"numpy": [], "autograd_lite": []}
    compiled = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for module, found in list(times.items()) * (rounds + 1):  # the first of each fills the caches
        code = f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=compiled)
        found.append(float(done.stdout))
    return median(times["numpy"][1:]), median(times["autograd_lite"][1:])
