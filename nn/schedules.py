"""Schedules: the learning rate η as a function of the number t of steps done.

    Constant      η                                  InverseTime   t₀/(t + t₁)
    StepDecay     η γ^⌊t/every⌋                      Cosine        η_end + ½(η − η_end)(1 + cos(π t/T))
    Exponential   η γᵗ                               OneCycle      up to η and down again, by cosines
    WarmUp        a line up to another schedule      ReduceOnPlateau   η γᵏ after k epochs too many without progress

A schedule stands wherever an optimizer takes ``lr``; so does any function of t.  With m mini-batches in an epoch, epoch
e begins at step t = e·m.  ``ReduceOnPlateau`` alone looks at the loss; what it remembers is part of the optimizer's
state, so a schedule, as an optimizer, is pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

__all__ = [
    "Constant", "Cosine", "Exponential", "InverseTime", "OneCycle", "ReduceOnPlateau", "Schedule", "StepDecay",
    "WarmUp",
]  # fmt: skip

POSITIVE = {"positive": True}


@dataclass(frozen=True)
class Schedule:
    """A learning rate that changes; inherit and define ``__call__``, or give the optimizer a plain function.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Halving(Schedule):
    ...     lr: float
    ...     def __call__(self, t):
    ...         return self.lr / 2**t
    >>> Halving(0.4)(2)
    0.1

    Raises ValueError for fields that are negative or infinite, NotImplementedError where ``__call__`` is missing.
    """

    def __post_init__(self) -> None:
        for f in fields(self):
            number = getattr(self, f.name)
            if isinstance(number, Schedule):
                continue
            if isinstance(number, (str, bool)) or number is None or not (0 <= number < math.inf):
                raise ValueError(
                    f"{type(self).__name__}: {f.name} must be a number, at least 0 and finite, but is {number!r}"
                )
            if f.metadata.get("positive") and number == 0:
                raise ValueError(f"{type(self).__name__}: {f.name} must be above 0")

    def __call__(self, t: Any) -> Any:
        """The rate after t steps."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(t) -> rate")

    def init(self) -> Any:
        """What is remembered in the beginning."""
        return ()

    def observe(self, memory: Any, loss: float) -> Any:
        """What is remembered after an epoch with that loss."""
        return memory

    def rate(self, t: Any, memory: Any) -> Any:
        """The rate after t steps, given what is remembered."""
        return self(t)


@dataclass(frozen=True)
class Constant(Schedule):
    """The same rate in every step.

    >>> Constant(0.1)(1000)
    0.1
    """

    lr: Any

    def __call__(self, t: Any) -> Any:
        return self.lr


@dataclass(frozen=True)
class StepDecay(Schedule):
    """η γ^⌊t/every⌋: multiplied by ``factor`` after every so many steps.

    >>> [StepDecay(1.0, every=10, factor=0.5)(t) for t in (0, 9, 10, 20)]
    [1.0, 1.0, 0.5, 0.25]
    """

    lr: Any
    every: Any = field(metadata=POSITIVE)
    factor: Any = 0.1

    def __call__(self, t: Any) -> Any:
        return self.lr * self.factor ** (t // self.every)


@dataclass(frozen=True)
class Exponential(Schedule):
    """η γᵗ.

    >>> Exponential(1.0, decay=0.5)(3)
    0.125
    """

    lr: Any
    decay: Any

    def __call__(self, t: Any) -> Any:
        return self.lr * self.decay**t


@dataclass(frozen=True)
class InverseTime(Schedule):
    """t₀/(t + t₁), whose steps sum to infinity and their squares do not, as Robbins and Monro ask.

    Source: L. Bottou, Stochastic gradient descent tricks (2012), section 4.2.

    >>> InverseTime(t0=5, t1=50)(50)
    0.05
    """

    t0: Any
    t1: Any = field(metadata=POSITIVE)

    def __call__(self, t: Any) -> Any:
        return self.t0 / (t + self.t1)


@dataclass(frozen=True)
class Cosine(Schedule):
    """η_end + ½(η − η_end)(1 + cos(π t/T)): half a wave down in T = ``steps`` steps, then constant.

    Source: I. Loshchilov and F. Hutter, SGDR: stochastic gradient descent with warm restarts (2017), eq. 5.

    >>> [round(float(Cosine(1.0, steps=100)(t)), 3) for t in (0, 50, 100, 200)]
    [1.0, 0.5, 0.0, 0.0]
    """

    lr: Any
    steps: Any = field(metadata=POSITIVE)
    end: Any = 0.0

    def __call__(self, t: Any) -> Any:
        return _wave(self.lr, self.end, t / self.steps)


@dataclass(frozen=True)
class WarmUp(Schedule):
    """A line from ``start``·η to η in so many steps, and from there the rate or schedule ``after``, counted from 0.

    Source: P. Goyal et al., Accurate, large minibatch SGD (2017), section 2.2.

    >>> [WarmUp(0.4, steps=4)(t) for t in (0, 1, 2, 4, 100)]
    [0.0, 0.1, 0.2, 0.4, 0.4]
    """

    after: Any
    steps: Any = field(metadata=POSITIVE)
    start: Any = 0.0

    def init(self) -> Any:
        return self.after.init() if isinstance(self.after, Schedule) else ()

    def observe(self, memory: Any, loss: float) -> Any:
        return self.after.observe(memory, loss) if isinstance(self.after, Schedule) else memory

    def __call__(self, t: Any) -> Any:
        return self.rate(t, self.init())

    def rate(self, t: Any, memory: Any) -> Any:
        rest = np.maximum(t - self.steps, 0)
        after = self.after.rate(rest, memory) if isinstance(self.after, Schedule) else self.after
        if t >= self.steps:
            return after
        return after * (self.start + (1 - self.start) * t / self.steps)


@dataclass(frozen=True)
class OneCycle(Schedule):
    """By cosines from η/25 up to η in the first part of all ``steps``, then down to η/250 000.

    Parameters
    ----------
    lr : float
        η, the largest rate.
    steps : int
        T, the steps of the whole training.
    up : float
        The part of the steps that goes up.
    start, end : float
        The first rate as a part of η, and the last as a part of the first.

    Source: L. Smith and N. Topin, Super-convergence: very fast training of neural networks (2018).

    >>> [round(float(OneCycle(1.0, steps=101, up=0.5)(t)), 3) for t in (0, 50, 100)]
    [0.04, 1.0, 0.0]

    Raises ValueError where one of the two ways has no step, and for numbers out of range.
    """

    lr: Any
    steps: Any = field(metadata=POSITIVE)
    up: Any = 0.3
    start: Any = 1 / 25
    end: Any = 1e-4

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (1 < self.up * self.steps < self.steps):
            raise ValueError(f"OneCycle: up must leave steps for both ways, but is {self.up} of {self.steps} steps")

    def __call__(self, t: Any) -> Any:
        top, last = self.up * self.steps - 1, self.steps - 1
        first = self.lr * self.start
        if t <= top:
            return _wave(first, self.lr, t / top)
        return _wave(self.lr, first * self.end, (t - top) / (last - top))


@dataclass(frozen=True)
class ReduceOnPlateau(Schedule):
    """The rate times ``factor`` whenever the loss has not improved for more than ``patience`` epochs.

    ``fit`` shows it the validation loss at the end of each epoch, or the training loss where there is none.  In a loop
    of your own call ``state = opt.observe(state, loss)``.

    Parameters
    ----------
    lr : float
        The first rate.
    factor : float
        What the rate is multiplied by.
    patience : int
        How many epochs without improvement are accepted.
    min_delta : float
        How much smaller a loss must be to count as better.
    minimum : float
        The smallest rate.

    Examples
    --------
    >>> schedule = ReduceOnPlateau(1.0, factor=0.5, patience=1)
    >>> memory = schedule.init()
    >>> for loss in (3.0, 2.0, 2.0, 2.0):
    ...     memory = schedule.observe(memory, loss)
    >>> schedule.rate(0, memory)
    0.5
    """

    lr: Any
    factor: Any = 0.1
    patience: Any = 10
    min_delta: Any = 1e-4
    minimum: Any = 0.0

    def __call__(self, t: Any) -> Any:
        return self.lr

    def init(self) -> tuple[Any, float, int]:
        """The rate, the best loss, and the epochs since."""
        return self.lr, math.inf, 0

    def observe(self, memory: Any, loss: float) -> tuple[Any, float, int]:
        rate, best, since = memory
        if loss < best - self.min_delta:
            return rate, loss, 0
        if since + 1 > self.patience:
            return max(rate * self.factor, self.minimum), best, 0
        return rate, best, since + 1

    def rate(self, t: Any, memory: Any) -> Any:
        return memory[0]


def _wave(first: Any, last: Any, part: Any) -> Any:
    """Half a wave of a cosine from the first number to the last."""
    return last + 0.5 * (first - last) * (1 + np.cos(np.pi * np.minimum(part, 1.0)))
