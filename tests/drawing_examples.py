"""Graphs for the tests of the pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

import autograd_lite as ag


def root(x: Any) -> Any:
    a = x**2
    b = np.exp(a)
    c = a + b
    d = np.sqrt(c)
    return d


def swept_root(x: float = 1.0) -> Any:
    return ag.trace(root)(x).forward_sweep().reverse_sweep()


def residual(x: Any, A: Any, b: Any) -> Any:
    r = A @ x - b
    return np.sum(r**2)


def swept_residual() -> Any:
    return ag.trace(residual)(np.ones(2), np.arange(6.0).reshape(3, 2), np.ones(3)).reverse_sweep()


@dataclass
class Layer:
    W: Any = field(metadata={"symbol": "W"})
    b: Any = field(metadata={"symbol": "b"})


@dataclass
class Network:
    layers: list[Layer]


def network_cost(model: Network, X: Any, y: Any) -> Any:
    with ag.scope("Dense 1", rows=[("units", 8), ("W", [2, 8])]):
        m1 = X @ model.layers[0].W
        z1 = m1 + model.layers[0].b
        h1 = np.tanh(z1)
    with ag.scope("Dense 2", rows=[("units", 1)]):
        m2 = h1 @ model.layers[1].W
        z2 = m2 + model.layers[1].b
        p = np.tanh(z2)
    with ag.scope("Loss", "cost"):
        L = np.mean((p - y) ** 2)
    return L


def swept_network() -> Any:
    rng = np.random.default_rng(0)
    sizes = [(2, 8), (8, 1)]
    model = Network([Layer(rng.normal(size=size), np.zeros(size[1])) for size in sizes])
    return ag.trace(network_cost)(model, rng.normal(size=(64, 2)), np.ones((64, 1))).reverse_sweep()


def chain(x: Any, length: int) -> Any:
    for _ in range(length):
        x = np.sin(x)
    return x


def swept_chain(length: int) -> Any:
    return ag.trace(lambda x: chain(x, length))(1.0).forward_sweep().reverse_sweep()
