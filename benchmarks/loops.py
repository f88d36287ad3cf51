"""Long loops: the gradient of where a pendulum is after n leapfrog steps, in time and in memory.

    loop             a ``for`` loop in Python, every step recorded
    scan             the step recorded once; every state kept
    checkpoint       the same with √n states kept
    checkpoint_loop  with as many states as there are slots

The swarm is 100 pendulums of their own angles, as arrays: there the memory is that of the states.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy

import autograd_lite as ag

from .timing import interleaved

__all__ = ["SLOTS", "memories", "times", "training"]

Call = Callable[[], Any]
DT = 0.01
SLOTS = 50


def leapfrog(np: Any) -> Callable[..., Any]:
    """One step of θ'' = −sin θ: kick, drift, kick."""

    def step(state: Any, dt: Any) -> Any:
        angle, speed = state
        speed = speed - dt / 2 * np.sin(angle)
        angle = angle + dt * speed
        speed = speed - dt / 2 * np.sin(angle)
        return (angle, speed), None

    return step


def looped(np: Any, n: int) -> Callable[[Any], Any]:
    """The sum of the last angles, by a loop in Python."""
    step = leapfrog(np)

    def end(angle: Any) -> Any:
        state = angle, 0.0 * angle
        for _ in range(n):
            state, _ = step(state, DT)
        return np.sum(state[0])

    return end


def ours(n: int) -> dict[str, Callable[[Any], Any]]:
    """The gradient in each of our ways."""
    step, steps = leapfrog(numpy), numpy.full(n, DT)
    start: Callable[[Any], Any] = lambda angle: (angle, 0.0 * angle)
    forward: Callable[..., Any] = lambda state, dt: step(state, dt)[0]
    ends: dict[str, Callable[[Any], Any]] = {
        "loop": looped(numpy, n),
        "scan": lambda angle: numpy.sum(ag.scan(step, start(angle), steps)[0][0]),
        "checkpoint": lambda angle: numpy.sum(ag.scan(step, start(angle), steps, checkpoint=True)[0][0]),
        "checkpoint_loop": lambda angle: numpy.sum(ag.checkpoint_loop(forward, start(angle), n, SLOTS, steps)[0]),
    }
    return {name: ag.grad(end) for name, end in ends.items()}


def peers(n: int, angle: Any) -> dict[str, Call]:
    """The gradient by those who are installed; HIPS autograd only of loops that are not too long for it."""
    found: dict[str, Call] = {}
    try:
        import autograd
        import autograd.numpy

        if n <= 10_000:
            gradient = autograd.grad(looped(autograd.numpy, n))
            found["HIPS autograd"] = lambda: gradient(angle)
    except ImportError:
        pass
    try:
        import jax

        jax.config.update("jax_enable_x64", True)
        step, steps = leapfrog(jax.numpy), jax.numpy.full(n, DT)
        end = lambda angle: jax.numpy.sum(jax.lax.scan(step, (angle, 0.0 * angle), steps)[0][0])
        compiled = jax.jit(jax.grad(end))
        found["JAX lax.scan (jit)"] = lambda: compiled(angle).block_until_ready()
    except ImportError:
        pass
    return found


def times(n: int, size: int | None, rounds: int) -> dict[str, float]:
    """Seconds for one step of each; the answers are compared first."""
    angle = numpy.float64(1.0) if size is None else numpy.linspace(0.1, 2.0, size)
    state = angle, 0.0 * angle
    step = leapfrog(numpy)

    def plain() -> Any:
        now = state
        for _ in range(n):
            now, _ = step(now, DT)
        return now[0]

    calls: dict[str, Call] = {"values alone, in Python": plain}
    calls |= {name: (lambda gradient=gradient: gradient(angle)) for name, gradient in ours(n).items()}
    calls |= peers(n, angle)
    expected = calls["loop"]()
    for name, call in list(calls.items())[2:]:
        if not numpy.allclose(numpy.asarray(call()), expected, rtol=1e-8, atol=1e-8):
            raise SystemExit(f"{name} differs in the gradient of {n} steps")
    return {name: seconds / n for name, seconds in zip(calls, interleaved(list(calls.values()), rounds), strict=True)}


def memories(n: int, size: int | None) -> dict[str, int]:
    """Bytes at the peak of one gradient, for each of our ways."""
    angle = numpy.float64(1.0) if size is None else numpy.linspace(0.1, 2.0, size)
    for gradient in ours(4 * SLOTS).values():  # so that no import is counted
        gradient(angle)
    return {name: peak(lambda gradient=gradient: gradient(angle)) for name, gradient in ours(n).items()}  # type: ignore[misc]


def network(sizes: Sequence[int], batch: int, block: int) -> Callable[[Any], Any]:
    """The gradient of the cost of a network with ReLU in float32, its layers in checkpoints of ``block`` (0: none)."""
    rows = numpy.linspace(-1, 1, batch * sizes[0], dtype=numpy.float32).reshape(batch, sizes[0])

    def layers(x: Any, weights: Any) -> Any:
        for W, b in weights:
            x = numpy.maximum(x @ W + b, 0.0)
        return x

    def cost(weights: Any) -> Any:
        x, size = rows, block or len(weights)
        for i in range(0, len(weights), size):
            x = (ag.checkpoint(layers) if block else layers)(x, weights[i : i + size])
        return numpy.mean(x * x)

    return ag.grad(cost)


def training(sizes: Sequence[int], batch: int, block: int) -> tuple[int, int]:
    """Bytes at the peak of the gradient of a network, as it is and with its layers in checkpoints."""
    random = numpy.random.default_rng(0)
    pairs = pairwise(sizes)
    weights = [(random.standard_normal(n, numpy.float32) * (2 / n[0]) ** 0.5, numpy.zeros(n[1], "f")) for n in pairs]
    plain, checkpointed = network(sizes, batch, 0), network(sizes, batch, block)
    return peak(lambda: plain(weights)), peak(lambda: checkpointed(weights))


def peak(call: Call) -> int:
    gc.collect()
    tracemalloc.start()
    call()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most
