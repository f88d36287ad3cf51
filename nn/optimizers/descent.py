"""Steps along the gradient, with or without a velocity.

    GD, SGD     Δ = −η g
    Momentum    v ← γ v + g                     Δ = −η v
    Nesterov    v ← γ v + g                     Δ = −η (g + γ v)
    Lion        Δ = −η sign(β₁ m + (1 − β₁) g)  m ← β₂ m + (1 − β₂) g
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .base import FRACTION, Array, Memory, Optimizer

__all__ = ["GD", "SGD", "Lion", "Momentum", "Nesterov"]


@dataclass(frozen=True, repr=False)
class GD(Optimizer):
    """Gradient descent, θ ← θ − η g.

    >>> opt = GD(lr=0.05)
    >>> theta, state = np.array([1.0, -2.0]), opt.init(np.zeros(2))
    >>> theta, state = opt.update(theta * np.array([1.0, 10.0]), state, theta)
    >>> print(theta)
    [ 0.95 -1.  ]
    """

    def delta(self, g: Array, memory: Memory, t: Any) -> tuple[Array, Memory]:
        return -self.lr * g, memory


@dataclass(frozen=True, repr=False)
class SGD(GD):
    """Stochastic gradient descent: the step of GD, with the gradient of the cost on one mini-batch.

    Source: H. Robbins and S. Monro, A stochastic approximation method, Ann. Math. Stat. 22 (1951) 400.

    >>> SGD(0.1)
    SGD(lr=0.1)
    """


@dataclass(frozen=True, repr=False)
class Momentum(Optimizer):
    """Gradient descent with a velocity: v ← γ v + g, θ ← θ − η v.

    Source: B. Polyak, Some methods of speeding up the convergence of iteration methods (1964).

    >>> Momentum(lr=0.05)
    Momentum(lr=0.05, momentum=0.9)
    """

    momentum: Any = field(default=0.9, metadata=FRACTION)

    slots = 1

    def delta(self, g: Array, memory: Memory, t: Any) -> tuple[Array, Memory]:
        velocity = self.momentum * memory[0] + g
        return -self.lr * velocity, (velocity,)


@dataclass(frozen=True, repr=False)
class Nesterov(Momentum):
    """Momentum that looks ahead: v ← γ v + g, θ ← θ − η (g + γ v).

    In this form, with θ standing for the point looked ahead at, the gradient is taken where the parameters are.

    Source: I. Sutskever et al., On the importance of initialization and momentum in deep learning (2013), eqs. 3 and 4.

    >>> opt = Nesterov(lr=1.0, momentum=0.5)
    >>> print(opt.update(np.array([1.0]), opt.init(np.zeros(1)), np.zeros(1))[0])
    [-1.5]
    """

    def delta(self, g: Array, memory: Memory, t: Any) -> tuple[Array, Memory]:
        velocity = self.momentum * memory[0] + g
        return -self.lr * (g + self.momentum * velocity), (velocity,)


@dataclass(frozen=True, repr=False)
class Lion(Optimizer):
    """Steps of one size in every entry: the sign of a running mean of the gradient.

    Source: X. Chen et al., Symbolic discovery of optimization algorithms (2023), algorithm 2.

    >>> opt = Lion(lr=0.5)
    >>> print(opt.update(np.array([3.0, -0.1]), opt.init(np.zeros(2)), np.zeros(2))[0])
    [-0.5  0.5]
    """

    lr: Any = 1e-4
    beta1: Any = field(default=0.9, metadata=FRACTION)
    beta2: Any = field(default=0.99, metadata=FRACTION)

    slots = 1

    def delta(self, g: Array, memory: Memory, t: Any) -> tuple[Array, Memory]:
        direction = self.beta1 * memory[0] + (1 - self.beta1) * g
        return -self.lr * np.sign(direction), (self.beta2 * memory[0] + (1 - self.beta2) * g,)
