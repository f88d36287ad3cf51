"""Optimizers: θ ← θ + Δ(g, memory), entry by entry, where g is the gradient of the cost.

    GD, SGD    Δ = −η g
    Momentum   v ← γ v + g                              Δ = −η v
    AdaGrad    s ← s + g²                               Δ = −η g/(√s + ε)
    RMSProp    s ← ρ s + (1 − ρ) g²                     Δ = −η g/(√s + ε)
    Adam       m ← β₁ m + (1 − β₁) g,                   Δ = −η m̂/(√v̂ + ε),
               v ← β₂ v + (1 − β₂) g²                   m̂ = m/(1 − β₁ᵗ),  v̂ = v/(1 − β₂ᵗ)

An optimizer is a pair of pure functions, ``state = opt.init(params)`` and ``params, state = opt.update(grads, state,
params)``: nothing is changed in place and nothing is hidden.  ``params`` is an array or any structure of arrays.  A
step is made of the graph's primitives, so it can be traced, drawn, and differentiated through; the rates of an
optimizer are numbers in a dataclass, so one may even differentiate by them.

Source: I. Goodfellow, Y. Bengio and A. Courville, Deep Learning (MIT Press, 2016), chapter 8.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

import numpy as np

from autograd_lite import trees

__all__ = ["GD", "SGD", "AdaGrad", "Adam", "Momentum", "Optimizer", "RMSProp", "State", "optimizer"]

Array = Any
Memory = tuple[Array, ...]


class State(NamedTuple):
    """What an optimizer remembers: the number of steps done, and for each array of the parameters its memory."""

    step: Any
    memory: list[Memory]


@dataclass(frozen=True)
class Optimizer:
    """A rule for one step of descent.

    To write one of your own, inherit and say in ``delta`` how an array with the gradient g moves.  ``slots`` is the
    number of arrays that it remembers, all zero in the beginning.  Say ``entrywise = False`` if it looks at an array as
    a whole.

    >>> class Sign(Optimizer):
    ...     def delta(self, g, memory, t):
    ...         return -self.lr * np.sign(g), memory
    >>> opt = Sign(lr=0.5)
    >>> params, state = opt.update(np.array([3.0, -4.0]), opt.init(np.zeros(2)), np.zeros(2))
    >>> print(params)
    [-0.5  0.5]
    """

    lr: Any = 0.01

    slots = 0
    entrywise = True

    def __post_init__(self) -> None:
        """Check the rates, and keep them as Python floats, which leave float32 arrays as they are."""
        for f in fields(self):
            rate = getattr(self, f.name)
            if isinstance(rate, (str, bool)) or rate is None:
                raise TypeError(f"{type(self).__name__}: {f.name} must be a number, but is {rate!r}")
            if isinstance(rate, (int, float, np.number)):
                object.__setattr__(self, f.name, float(rate))
            low, high = f.metadata.get("range", (0.0, float("inf")))
            if not (low <= rate < high):
                bound = f"at least {low:g}" + (f" and below {high:g}" if high < float("inf") else " and finite")
                raise ValueError(f"{type(self).__name__}: {f.name} must be {bound}, but is {rate}")

    def delta(self, g: Array, memory: Memory, t: Any) -> tuple[Array, Memory]:
        """How far an array with the gradient g moves in step t = 1, 2, …, and what is remembered of it."""
        raise NotImplementedError(f"{type(self).__name__} must define delta(g, memory, t) -> (movement, memory)")

    def init(self, params: Any) -> State:
        """The state before the first step.

        >>> SGD(0.1).init({"w": np.ones(3)})
        State(step=0, memory=[()])
        """
        zeros = [np.zeros_like(p) for p in trees.flatten(params)[0]]
        return State(0, [(zero,) * self.slots for zero in zeros])

    def update(self, grads: Any, state: State, params: Any) -> tuple[Any, State]:
        """New parameters and the new state, from the gradient of the cost.

        Parameters
        ----------
        grads : structure of arrays
            The gradient, of the structure and shapes of ``params``.
        state : State
            From ``init`` or the last ``update``.
        params : structure of arrays
            The parameters; they are not changed.

        Raises
        ------
        ValueError
            If the gradient or the state belongs to other parameters.

        Examples
        --------
        >>> opt = SGD(lr=0.1)
        >>> params = {"w": np.array([1.0, 2.0])}
        >>> params, state = opt.update({"w": np.array([1.0, -1.0])}, opt.init(params), params)
        >>> print(params["w"])
        [0.9 2.1]
        """
        values, rebuild = trees.flatten(params)
        gradients = trees.flatten(grads)[0]
        if len(gradients) != len(values) or len(state.memory) != len(values):
            raise ValueError(
                f"the parameters are {len(values)} arrays, but the gradient has {len(gradients)} and the state is of "
                f"{len(state.memory)}: take the gradient of the same structure, and start with state = opt.init(params)"
            )
        t = state.step + 1
        moved, memory = [], []
        for p, g, m in zip(values, gradients, state.memory, strict=True):
            if g.__class__ is np.ndarray and p.__class__ is np.ndarray and g.shape != p.shape:
                raise ValueError(f"a parameter has shape {p.shape}, but its gradient has shape {g.shape}")
            change, m = self.delta(g, m, t)
            moved.append(p + change)
            memory.append(m)
        return rebuild(moved), State(t, memory)


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class SGD(GD):
    """Stochastic gradient descent: the step of GD, with the gradient of the cost on one mini-batch.

    >>> SGD(0.1)
    SGD(lr=0.1)
    """


@dataclass(frozen=True)
class Momentum(Optimizer):
    """Gradient descent with a velocity: v ← γ v + g, θ ← θ − η v.

    Source: B. Polyak, Some methods of speeding up the convergence of iteration methods (1964).

    >>> Momentum(lr=0.05)
    Momentum(lr=0.05, momentum=0.9)
    """

    momentum: Any = field(default=0.9, metadata={"range": (0.0, 1.0)})

    slots = 1

    def delta(self, g: Array, memory: Memory, t: Any) -> tuple[Array, Memory]:
        velocity = self.momentum * memory[0] + g
        return -self.lr * velocity, (velocity,)


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class RMSProp(Optimizer):
    """Steps divided by the root of a running mean of squared gradients: s ← ρ s + (1 − ρ) g².

    Source: T. Tieleman and G. Hinton, Neural Networks for Machine Learning, lecture 6.5 (2012).

    >>> RMSProp(lr=0.1)
    RMSProp(lr=0.1, rho=0.9, eps=1e-08)
    """

    lr: Any = 0.001
    rho: Any = field(default=0.9, metadata={"range": (0.0, 1.0)})
    eps: Any = 1e-8

    slots = 1

    def delta(self, g: Array, memory: Memory, t: Any) -> tuple[Array, Memory]:
        squares = self.rho * memory[0] + (1 - self.rho) * (g * g)
        return -self.lr * g / (np.sqrt(squares) + self.eps), (squares,)


@dataclass(frozen=True)
class Adam(Optimizer):
    """Running means of the gradient and of its square, both corrected for their start at zero.

    Source: D. Kingma and J. Ba, Adam: a method for stochastic optimization (2015), algorithm 1.

    >>> Adam()
    Adam(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08)
    """

    lr: Any = 0.001
    beta1: Any = field(default=0.9, metadata={"range": (0.0, 1.0)})
    beta2: Any = field(default=0.999, metadata={"range": (0.0, 1.0)})
    eps: Any = 1e-8

    slots = 2

    def delta(self, g: Array, memory: Memory, t: Any) -> tuple[Array, Memory]:
        mean = self.beta1 * memory[0] + (1 - self.beta1) * g
        square = self.beta2 * memory[1] + (1 - self.beta2) * (g * g)
        size = np.sqrt(square / (1 - self.beta2**t)) + self.eps
        return -(self.lr / (1 - self.beta1**t)) * mean / size, (mean, square)


_BY_NAME = {kind.__name__.lower(): kind for kind in (GD, SGD, Momentum, AdaGrad, RMSProp, Adam)}


def optimizer(chosen: Any) -> Any:
    """The optimizer of that name, with its default rates; an optimizer is returned as it is.

    >>> optimizer("adam")
    Adam(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08)

    Raises ValueError for an unknown name and TypeError for what has no ``init`` and ``update``.
    """
    if isinstance(chosen, str):
        if chosen.lower() not in _BY_NAME:
            names = ", ".join(kind.__name__ for kind in _BY_NAME.values())
            raise ValueError(f"no optimizer is named {chosen!r}; choose from {names}")
        return _BY_NAME[chosen.lower()]()
    if isinstance(chosen, type) or not (hasattr(chosen, "init") and hasattr(chosen, "update")):
        raise TypeError(
            f"optimizer must be a name or an object with init and update, for example nn.Adam(lr=0.001), not {chosen!r}"
        )
    return chosen
