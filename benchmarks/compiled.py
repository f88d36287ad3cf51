"""Compiled programs beside the ones written by hand and JAX: the works of the engine, one long elementwise function, a
training step with Adam, and what a capture and a call cost."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy

from .peers import JAX, ByHand, Ours, numbers
from .timing import interleaved
from .works import WORKS, Call, Network, pendulum

BACKENDS = ("numpy", "numba", "jax")
ADAM = Network((784, 512, 512, 10), "relu", "categorical_cross_entropy", 128, numpy.float32)


class Compiled(Ours):
    """Our programs, compiled."""

    def __init__(self, backend: str) -> None:
        super().__init__()
        self.backend = backend

    def compiled(self, f: Callable[..., Any]) -> Callable[..., Any]:
        program: Callable[..., Any] = self.ag.compile(f, backend=self.backend)
        return program

    def gradient(self, f: Callable[..., Any], *primals: Any) -> Call:
        if f is pendulum:
            f = self.swing
        argnum: Any = 0 if len(primals) == 1 else tuple(range(len(primals)))
        derivative = self.compiled(self.ag.grad(lambda *primals: f(self.np, *primals), argnum))
        return lambda: derivative(*primals)

    def swing(self, np: Any, angle: Any, length: Any) -> Any:
        """The pendulum as a scan: the loop stays a loop in the program."""
        h, frequency = 0.01, 9.81 / length

        def step(state: Any, _: Any) -> Any:
            angle, speed = state
            return (angle + h * speed, speed - h * (frequency * np.sin(angle))), ()

        (angle, _), _ = self.ag.scan(step, (angle, 0.0 * angle), None, length=500)
        return angle

    def training_step(self, network: Network) -> Call:
        derivative = self.ag.value_and_grad(self.cost(network))
        parameters, data = network.parameters(), network.data()

        def step(parameters: Any, x: Any, y: Any) -> Any:
            cost, slopes = derivative(parameters, x, y)
            return cost, [p - network.rate * slope for p, slope in zip(parameters, slopes, strict=True)]

        program = self.compiled(step)
        return lambda: program(parameters, *data)

    def hessian_product(self, f: Callable[..., Any], x: Any, v: Any) -> Call:
        program = self.compiled(self.ag.hessian_vector_product(lambda x: f(self.np, x)))
        return lambda: program(x, v)


def elementwise(np: Any, x: Any) -> Any:
    """Ten functions of a million numbers."""
    a = x * x + 1.0
    return np.sqrt(a) * np.tanh(x) / (a + np.abs(x)) - 0.5 * x


def adam(np: Any, slopes: Any, parameters: Any, memory: Any) -> Any:
    """One step of Adam, far from its start."""
    moved, kept = [], []
    for p, g, (m, v) in zip(parameters, slopes, memory, strict=True):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * (g * g)
        moved.append(p - 0.001 * m / (np.sqrt(v) + 1e-8))
        kept.append((m, v))
    return moved, kept


def elementwise_calls() -> dict[str, Call]:
    x = numpy.random.default_rng(0).standard_normal(1_000_000)
    jax, calls = JAX(), {"by hand": lambda: elementwise(numpy, x)}
    for backend in BACKENDS:
        calls[backend] = _bound(Compiled(backend).compiled(lambda x: elementwise(numpy, x)), x)
    calls["JAX (jit)"] = jax.compiled(lambda x: elementwise(jax.np, x), x)
    return calls


def adam_calls() -> dict[str, Call]:
    parameters, data = ADAM.parameters(), ADAM.data()
    memory = [(numpy.full_like(p, 0.01), numpy.full_like(p, 0.01)) for p in parameters]

    def step(peer: Any, derivative: Callable[..., Any]) -> Callable[..., Any]:
        def one(parameters: Any, memory: Any, x: Any, y: Any) -> Any:
            cost, slopes = derivative(parameters, x, y)
            return cost, *adam(peer.np, slopes, parameters, memory)

        return one

    def by_hand() -> Any:
        from . import by_hand

        cost, moved = by_hand.training_step(ADAM, parameters, *data)
        slopes = [(p - new) / ADAM.rate for p, new in zip(parameters, moved, strict=True)]
        return cost, *adam(numpy, slopes, parameters, memory)

    calls: dict[str, Call] = {"by hand": by_hand}
    for backend in BACKENDS:
        peer = Compiled(backend)
        program = peer.compiled(step(peer, peer.ag.value_and_grad(peer.cost(ADAM))))
        calls[backend] = _bound(program, parameters, memory, *data)
    jax = JAX()
    derivative = jax.jax.value_and_grad(jax.cost(ADAM))
    calls["JAX (jit)"] = jax.compiled(step(jax, derivative), parameters, memory, *data)
    return calls


def _bound(f: Callable[..., Any], *args: Any) -> Call:
    return lambda: f(*args)


def rows(rounds: int) -> list[list[str]]:
    """For each work the time by hand, and the others divided by it."""
    works = {work.name: lambda work=work: _calls(work) for work in WORKS}
    works["ten functions of 1 000 000 numbers"] = elementwise_calls
    works["training step 784-512-512-10 with Adam"] = adam_calls
    found = []
    for name, prepare in works.items():
        calls = prepare()
        answers = {peer: numbers(call()) for peer, call in calls.items()}
        for answer in answers.values():
            for theirs, mine in zip(answer, answers["by hand"], strict=True):
                if not numpy.allclose(theirs, mine, rtol=1e-3, atol=1e-3 * numpy.abs(mine).max()):
                    raise SystemExit(f"{name}: the answers differ")
        times = dict(zip(calls, interleaved(list(calls.values()), rounds), strict=True))
        by_hand = times["by hand"]
        found.append([name, *[f"{times[peer] / by_hand:.2g}" if peer in times else "—" for peer in COLUMNS]])
    return found


COLUMNS = (*BACKENDS, "JAX (jit)")


def _calls(work: Any) -> dict[str, Call]:
    peers = {"by hand": ByHand(), **{backend: Compiled(backend) for backend in BACKENDS}, "JAX (jit)": JAX()}
    return {name: call for name, peer in peers.items() if (call := work.prepare(peer)) is not None}


def costs() -> list[list[str]]:
    """What a capture, a first call of Numba and an empty call cost."""
    import autograd_lite as ag

    def chain(x: Any) -> Any:
        for _ in range(43):
            x = x + 0.001 * numpy.sin(x)
        return x

    found = []
    for name, backend in (("capture and emit, 300 nodes", "numpy"), ("first call with Numba, 300 nodes", "numba")):
        program = ag.compile(ag.grad(chain), backend=backend)
        start = time.perf_counter()
        program(0.5)
        found.append([name, f"{(time.perf_counter() - start) * 1e3:.3g} ms"])
    x = numpy.ones(3)
    for count in (0, 1, 3):
        empty = ag.compile(lambda *arguments: ())
        arguments = (x,) * count
        empty(*arguments)
        (seconds,) = interleaved([lambda empty=empty, arguments=arguments: empty(*arguments)], 9)
        found.append([f"a call of an empty program, {count} arguments", f"{seconds * 1e6:.2g} µs"])
    return found
