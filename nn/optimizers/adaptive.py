"""Steps divided, entry by entry, by the size that the gradient had so far.

    AdaGrad    s ← s + g²                               Δ = −η g/(√s + ε)
    RMSProp    s ← ρ s + (1 − ρ) g²                     Δ = −η g/(√s + ε)
    AdaDelta   s ← ρ s + (1 − ρ) g²                     Δ = −η δ,  δ = g √(u + ε)/√(s + ε),  u ← ρ u + (1 − ρ) δ²
    Adam       m ← β₁ m + (1 − β₁) g,                   Δ = −η m̂/(√v̂ + ε),
               v ← β₂ v + (1 − β₂) g²                   m̂ = m/(1 − β₁ᵗ),  v̂ = v/(1 − β₂ᵗ)
    AMSGrad    as Adam, with the largest v so far       v̂ = max v/(1 − β₂ᵗ)
    Adamax     m as Adam, u ← max(β₂ u, |g| + ε)        Δ = −η m̂/u
    NAdam      as Adam, with Nesterov's look ahead      m̂ = μₜ₊₁ m/(1 − ∏ᵗ⁺¹ μ) + (1 − μₜ) g/(1 − ∏ᵗ μ)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .base import FRACTION, Array, Memory, Optimizer

__all__ = ["AMSGrad", "AdaDelta", "AdaGrad", "Adam", "AdamW", "Adamax", "NAdam", "RMSProp"]


@dataclass(frozen=True, repr=False)
class AdaGrad(Optimizer):
    """Steps divided by the root of the sum of all squared gradients: s ← s + g², θ ← θ − η g/(√s + ε).

    Source: J. Duchi, E. Hazan and Y. Singer, Adaptive subgradient methods, JMLR 12 (2011) 2121.

    >>> AdaGrad(lr=0.1)
    AdaGrad(lr=0.1, eps=1e-08)
    """

    eps: Any = 1e-8

    slots = 1

    def delta(self, g: Array, memory: Memory, t: Any) -> tuple[Array, Memory]:
        squares = memory[0] + g * g
        return -self.lr * g / (np.sqrt(squares) + self.eps), (squares,)


@dataclass(frozen=True, repr=False)
class RMSProp(Optimizer):
    """Steps divided by the root of a running mean of squared gradients: s ← ρ s + (1 − ρ) g².

    Source: T. Tieleman and G. Hinton, Neural Networks for Machine Learning, lecture 6.5 (2012).

    >>> RMSProp(lr=0.1)
    RMSProp(lr=0.1, rho=0.9, eps=1e-08)
    """

    lr: Any = 0.001
    rho: Any = field(default=0.9, metadata=FRACTION)
    eps: Any = 1e-8

    slots = 1

    def delta(self, g: Array, memory: Memory, t: Any) -> tuple[Array, Memory]:
        squares = self.rho * memory[0] + (1 - self.rho) * (g * g)
        return -self.lr * g / (np.sqrt(squares) + self.eps), (squares,)


@dataclass(frozen=True, repr=False)
class AdaDelta(Optimizer):
    """Steps in the units of the parameters: the size of the last steps over that of the last gradients.

    Source: M. Zeiler, ADADELTA: an adaptive learning rate method (2012), algorithm 1; there η = 1.

    >>> AdaDelta()
    AdaDelta(lr=1.0, rho=0.9, eps=1e-06)
    """

    lr: Any = 1.0
    rho: Any = field(default=0.9, metadata=FRACTION)
    eps: Any = 1e-6

    slots = 2

    def delta(self, g: Array, memory: Memory, t: Any) -> tuple[Array, Memory]:
        squares = self.rho * memory[0] + (1 - self.rho) * (g * g)
        step = np.sqrt(memory[1] + self.eps) / np.sqrt(squares + self.eps) * g
        return -self.lr * step, (squares, self.rho * memory[1] + (1 - self.rho) * (step * step))


@dataclass(frozen=True, repr=False)
class Adam(Optimizer):
    """Running means of the gradient and of its square, both corrected for their start at zero.

    Source: D. Kingma and J. Ba, Adam: a method for stochastic optimization (2015), algorithm 1.

    >>> Adam()
    Adam(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08)
    """

    lr: Any = 0.001
    beta1: Any = field(default=0.9, metadata=FRACTION)
    beta2: Any = field(default=0.999, metadata=FRACTION)
    eps: Any = 1e-8

    slots = 2

    def means(self, g: Array, memory: Memory) -> tuple[Array, Array]:
        """The running means m of g and v of g²."""
        mean = self.beta1 * memory[0] + (1 - self.beta1) * g
        return mean, self.beta2 * memory[1] + (1 - self.beta2) * (g * g)

    def size(self, square: Array, t: Any) -> Array:
        """√v̂ + ε, the divisor of the step."""
        return np.sqrt(square / (1 - self.beta2**t)) + self.eps

    def delta(self, g: Array, memory: Memory, t: Any) -> tuple[Array, Memory]:
        mean, square = self.means(g, memory)
        return -(self.lr / (1 - self.beta1**t)) * mean / self.size(square, t), (mean, square)


@dataclass(frozen=True, repr=False)
class AdamW(Adam):
    """Adam with decoupled weight decay, θ ← θ − η (m̂/(√v̂ + ε) + λ θ).

    It acts on every parameter; for an L2 penalty on the weights alone take ``regularization=nn.L2(...)``.

    Source: I. Loshchilov and F. Hutter, Decoupled weight decay regularization (2019), algorithm 2.

    >>> AdamW(weight_decay=0.1)
    AdamW(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08, weight_decay=0.1)
    """

    weight_decay: Any = field(default=0.01, kw_only=True)


@dataclass(frozen=True, repr=False)
class AMSGrad(Adam):
    """Adam whose divisor never shrinks: v̂ is the largest running mean of g² so far.

    Source: S. Reddi, S. Kale and S. Kumar, On the convergence of Adam and beyond (2018), algorithm 2.

    >>> AMSGrad()
    AMSGrad(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08)
    """

    slots = 3

    def delta(self, g: Array, memory: Memory, t: Any) -> tuple[Array, Memory]:
        mean, square = self.means(g, memory)
        largest = np.maximum(memory[2], square)
        return -(self.lr / (1 - self.beta1**t)) * mean / self.size(largest, t), (mean, square, largest)


@dataclass(frozen=True, repr=False)
class Adamax(Adam):
    """Adam with the largest recent gradient as the divisor: u ← max(β₂ u, |g| + ε).

    Source: D. Kingma and J. Ba, Adam: a method for stochastic optimization (2015), algorithm 2.

    >>> Adamax()
    Adamax(lr=0.002, beta1=0.9, beta2=0.999, eps=1e-08)
    """

    lr: Any = 0.002

    def delta(self, g: Array, memory: Memory, t: Any) -> tuple[Array, Memory]:
        mean = self.beta1 * memory[0] + (1 - self.beta1) * g
        largest = np.maximum(self.beta2 * memory[1], np.abs(g) + self.eps)
        return -(self.lr / (1 - self.beta1**t)) * mean / largest, (mean, largest)


@dataclass(frozen=True, repr=False)
class NAdam(Adam):
    """Adam with Nesterov's look ahead and a momentum that grows: μₜ = β₁ (1 − ½ · 0.96^(t ψ)).

    Source: T. Dozat, Incorporating Nesterov momentum into Adam (2016), algorithm 2.

    >>> NAdam()
    NAdam(lr=0.002, beta1=0.9, beta2=0.999, eps=1e-08, psi=0.004)
    """

    lr: Any = 0.002
    psi: Any = 0.004

    slots = 3  # the third is 1 − ∏ μ, the same number in every entry: zero in the beginning, as all memory is

    def momentum(self, t: Any) -> Any:
        """μ_t, the share of the running mean in step t."""
        return self.beta1 * (1 - 0.5 * 0.96 ** (t * self.psi))

    def delta(self, g: Array, memory: Memory, t: Any) -> tuple[Array, Memory]:
        mean, square = self.means(g, memory)
        now, next_ = self.momentum(t), self.momentum(t + 1)
        weight = 1 - now * (1 - memory[2])
        ahead = 1 - next_ * (1 - weight)
        step = (1 - now) * g / weight + next_ * mean / ahead
        return -self.lr * step / self.size(square, t), (mean, square, weight)
