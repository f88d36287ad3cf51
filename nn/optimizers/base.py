"""What all first-order optimizers share: the state, the rate of the step, clipping, decay, and the checks."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

import numpy as np

from autograd_lite import trees

from ..schedules import Schedule

__all__ = ["Memory", "Optimizer", "State"]

Array = Any
Memory = tuple[Array, ...]

FRACTION = {"range": (0.0, 1.0)}
LIMIT = {"limit": True}


class State(NamedTuple):
    """What an optimizer remembers: the steps done, the memory of each array of the parameters, that of its schedule."""

    step: Any
    memory: list[Memory]
    schedule: Any = ()


@dataclass(frozen=True, repr=False)
class Optimizer:
    """A rule for one step of descent, θ ← θ + Δ(g, memory).

    To write one of your own, inherit and say in ``delta`` how an array with the gradient g moves.  ``slots`` is the
    number of arrays that it remembers, all zero in the beginning.  Say ``entrywise = False`` if it looks at an array as
    a whole.  In ``delta``, ``self.lr`` is a number, also where a schedule was given.

    Parameters
    ----------
    lr : float, schedule or function
        The learning rate η: a number, one of ``nn.schedules``, or any function of the number of steps done.
    weight_decay : float
        λ: every step also takes off ηλθ, apart from the gradient and its memory (decoupled, as in AdamW).
    clip_norm : float, optional
        Gradients of a larger Euclidean norm, of all arrays together, are scaled down to it.
    clip_value : float, optional
        Every entry of the gradient is kept between −clip_value and clip_value.

    Examples
    --------
    >>> class Sign(Optimizer):
    ...     def delta(self, g, memory, t):
    ...         return -self.lr * np.sign(g), memory
    >>> opt = Sign(lr=0.5)
    >>> params, state = opt.update(np.array([3.0, -4.0]), opt.init(np.zeros(2)), np.zeros(2))
    >>> print(params)
    [-0.5  0.5]
    >>> from nn import SGD
    >>> opt = SGD(lr=1.0, clip_norm=1.0, weight_decay=0.1)
    >>> print(opt.update(np.array([3.0, 4.0]), opt.init(np.zeros(2)), np.ones(2))[0])
    [0.3 0.1]

    Sources: I. Loshchilov and F. Hutter, Decoupled weight decay regularization (2019); R. Pascanu, T. Mikolov and
    Y. Bengio, On the difficulty of training recurrent neural networks (2013), section 3.2.

    Raises TypeError for a rate that is neither a number nor a function, ValueError for numbers out of range.
    """

    lr: Any = 0.01
    weight_decay: Any = field(default=0.0, kw_only=True)
    clip_norm: Any = field(default=None, kw_only=True, metadata=LIMIT)
    clip_value: Any = field(default=None, kw_only=True, metadata=LIMIT)

    slots = 0
    entrywise = True

    def __post_init__(self) -> None:
        """Check the rates, and keep them as Python floats, which leave float32 arrays as they are."""
        for f in fields(self):
            rate = getattr(self, f.name)
            limit = f.metadata.get("limit", False)
            if (f.name == "lr" and callable(rate)) or (limit and rate is None):
                continue
            if isinstance(rate, (str, bool)) or rate is None:
                also = " or a schedule" if f.name == "lr" else ""
                raise TypeError(f"{type(self).__name__}: {f.name} must be a number{also}, but is {rate!r}")
            if isinstance(rate, (int, float, np.number)):
                object.__setattr__(self, f.name, float(rate))
            low, high = f.metadata.get("range", (0.0, float("inf")))
            if not (low <= rate < high) or (limit and rate == 0):
                bound = "above 0" if limit else f"at least {low:g}"
                bound += f" and below {high:g}" if high < float("inf") else " and finite"
                raise ValueError(f"{type(self).__name__}: {f.name} must be {bound}, but is {rate}")

    def delta(self, g: Array, memory: Memory, t: Any) -> tuple[Array, Memory]:
        """How far an array with the gradient g moves in step t = 1, 2, …, and what is remembered of it."""
        raise NotImplementedError(f"{type(self).__name__} must define delta(g, memory, t) -> (movement, memory)")

    def init(self, params: Any) -> State:
        """The state before the first step.

        >>> from nn import SGD
        >>> SGD(0.1).init({"w": np.ones(3)})
        State(step=0, memory=[()], schedule=())
        """
        zeros = [np.zeros_like(p) for p in trees.flatten(params)[0]]
        schedule = self.lr.init() if isinstance(self.lr, Schedule) else ()
        return State(0, [(zero,) * self.slots for zero in zeros], schedule)

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
        >>> from nn import SGD
        >>> opt = SGD(lr=0.1)
        >>> params = {"w": np.array([1.0, 2.0])}
        >>> params, state = opt.update({"w": np.array([1.0, -1.0])}, opt.init(params), params)
        >>> print(params["w"])
        [0.9 2.1]
        """
        values, rebuild = trees.flatten(params)
        gradients = trees.flatten(grads)[0]
        check(values, gradients, state)
        rule, t = self.at(state), state.step + 1
        moved, memory = [], []
        for p, g, m in zip(values, rule.limited(gradients), state.memory, strict=True):
            change, m = rule.change(p, g, m, t)
            moved.append(p + change)
            memory.append(m)
        return rebuild(moved), State(t, memory, state.schedule)

    def observe(self, state: State, loss: float) -> State:
        """Tell the schedule the loss at the end of an epoch; only ``ReduceOnPlateau`` minds it."""
        if not isinstance(self.lr, Schedule):
            return state
        return state._replace(schedule=self.lr.observe(state.schedule, loss))

    def rate(self, state: State) -> Any:
        """The learning rate of the next step.

        >>> from nn import SGD, schedules
        >>> opt = SGD(schedules.Exponential(0.1, 0.5))
        >>> opt.rate(opt.init(np.ones(2))._replace(step=1))
        0.05
        """
        if not callable(self.lr):
            return self.lr
        rate = self.lr.rate(state.step, state.schedule) if isinstance(self.lr, Schedule) else self.lr(state.step)
        return float(rate) if isinstance(rate, (int, np.generic)) else rate

    def at(self, state: State) -> Optimizer:
        """This optimizer with the number that its schedule gives for the next step as ``lr``."""
        if not callable(self.lr):
            return self
        rule: Optimizer = object.__new__(type(self))
        rule.__dict__.update(self.__dict__, lr=self.rate(state))
        return rule

    def limited(self, gradients: list[Array]) -> list[Array]:
        """The gradients as ``clip_value`` and ``clip_norm`` leave them."""
        if self.clip_value is not None:
            gradients = [np.clip(g, -self.clip_value, self.clip_value) for g in gradients]
        if self.clip_norm is not None:
            norm = np.linalg.norm(np.stack([np.linalg.norm(g) for g in gradients]))
            scale = self.clip_norm / np.maximum(norm, self.clip_norm)
            gradients = [scale * g for g in gradients]
        return gradients

    def change(self, p: Array, g: Array, memory: Memory, t: Any) -> tuple[Array, Memory]:
        """The movement of the array p in step t, its decay included."""
        change, memory = self.delta(g, memory, t)
        decay = self.weight_decay
        if type(decay) is float and decay == 0:
            return change, memory
        return change - self.lr * decay * p, memory

    def __repr__(self) -> str:
        usual = Optimizer.__dataclass_fields__
        shown = [f for f in fields(self) if not f.kw_only or getattr(self, f.name) != usual.get(f.name, f).default]
        shown.sort(key=lambda f: bool(f.kw_only))  # keywords last, as in a call
        return f"{type(self).__name__}({', '.join(f'{f.name}={getattr(self, f.name)!r}' for f in shown)})"


def check(values: list[Array], gradients: list[Array], state: State) -> None:
    """Raise ValueError if parameters, gradients and memory do not belong together."""
    if len(gradients) != len(values) or len(state.memory) != len(values):
        raise ValueError(
            f"the parameters are {len(values)} arrays, but the gradient has {len(gradients)} and the state is of "
            f"{len(state.memory)}: take the gradient of the same structure, and start with state = opt.init(params)"
        )
    for p, g in zip(values, gradients, strict=True):
        if g.__class__ is np.ndarray and p.__class__ is np.ndarray and g.shape != p.shape:
            raise ValueError(f"a parameter has shape {p.shape}, but its gradient has shape {g.shape}")
