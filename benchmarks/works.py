"""What is measured: each program is written once, in the namespace of the peer that runs it.

A work names the peer's method that prepares it, so that ``work.prepare(peer)`` gives a call without arguments whose
answer can be compared with that of another peer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy

Call = Callable[[], Any]

SMALL = {"PyTorch": 0.5, "HIPS autograd": 0.3}
LARGE = {"NumPy by hand": 1.2}


def example(np: Any, x: Any) -> Any:
    return np.sqrt(x**2 + np.exp(x**2))


def rosenbrock(np: Any, x: Any) -> Any:
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def pendulum(np: Any, angle: Any, length: Any) -> Any:
    """The angle after 500 Euler steps of θ'' = −(g/ℓ)·sin θ."""
    h, frequency = 0.01, 9.81 / length
    speed = 0.0 * angle
    for _ in range(500):
        angle, speed = angle + h * speed, speed - h * (frequency * np.sin(angle))
    return angle


@dataclass(frozen=True)
class Network:
    """A feed-forward network and its data: layers x ↦ σ(x W + b), the cost computed from the last x W + b."""

    sizes: tuple[int, ...]
    hidden: str
    cost: str
    batch: int
    dtype: type
    rate: float = 0.1

    def parameters(self) -> list[Any]:
        """W₁, b₁, W₂, b₂, …"""
        random = numpy.random.default_rng(1)
        found: list[Any] = []
        for rows, columns in zip(self.sizes, self.sizes[1:], strict=False):
            found.append((random.standard_normal((rows, columns)) * numpy.sqrt(2 / rows)).astype(self.dtype))
            found.append((0.1 * random.standard_normal(columns)).astype(self.dtype))
        return found

    def data(self) -> tuple[Any, Any]:
        """Inputs and targets; one-hot rows, if there are several classes."""
        random = numpy.random.default_rng(2)
        x = random.standard_normal((self.batch, self.sizes[0])).astype(self.dtype)
        labels = random.integers(0, max(2, self.sizes[-1]), self.batch)
        y = labels[:, None] if self.sizes[-1] == 1 else numpy.eye(self.sizes[-1])[labels]
        return x, y.astype(self.dtype)


@dataclass(frozen=True)
class Work:
    """One line of the table, with the ratios ours/peer to reach; ``rtol`` is how far answers may lie apart."""

    name: str
    prepare: Callable[[Any], Call | None]
    rtol: float = 1e-10
    targets: dict[str, float] = field(default_factory=dict)


def gradient(name: str, f: Callable[..., Any], *primals: Any, targets: dict[str, float] | None = None) -> Work:
    return Work(name, lambda peer: peer.gradient(f, *primals), targets=targets or {})


def training_step(network: Network, targets: dict[str, float] | None = None) -> Work:
    sizes = "-".join(map(str, network.sizes))
    name = f"training step {sizes}, {numpy.dtype(network.dtype).name}"
    rtol = 1e-10 if network.dtype is numpy.float64 else 1e-4
    return Work(name, lambda peer: peer.training_step(network), rtol, targets or {})


def _points(n: int) -> Any:
    return numpy.random.default_rng(0).uniform(-1.0, 1.0, n)


POINT, DIRECTION = _points(1000), _points(1000)[::-1].copy()

WORKS = [
    gradient("gradient of √(x² + exp(x²))", example, numpy.float64(0.7), targets=SMALL),
    gradient("gradient of Rosenbrock, n = 100", rosenbrock, _points(100), targets=SMALL),
    gradient("gradient of Rosenbrock, n = 100 000", rosenbrock, _points(100_000)),
    training_step(Network((2, 16, 16, 1), "tanh", "binary_cross_entropy", 64, numpy.float64), SMALL),
    training_step(Network((64, 128, 128, 10), "relu", "categorical_cross_entropy", 64, numpy.float64)),
    training_step(Network((784, 512, 512, 10), "relu", "categorical_cross_entropy", 128, numpy.float32), LARGE),
    Work(
        "Hessian·v of Rosenbrock, n = 1000",
        lambda peer: peer.hessian_product(rosenbrock, POINT, DIRECTION),
        targets=SMALL,
    ),
    gradient("pendulum, 500 Euler steps", pendulum, numpy.float64(0.5), numpy.float64(1.2), targets=SMALL),
]
