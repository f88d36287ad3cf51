"""Three optimizers for scripts: ``optimizer(grad, x0, callback)`` with ``grad(x, i)`` at step i, on any structure.

    sgd       v ← m·v − (1 − m)·g                    x ← x + η·v
    rmsprop   s ← γ·s + (1 − γ)·g²                   x ← x − η·g/(√s + ε)
    adam      m, v: means of g and g², unbiased      x ← x − η·m̂/(√v̂ + ε)

They are expressions on arrays, so one can differentiate through them.  ``nn.optimizers`` has more, and for models.

Sources: T. Tieleman and G. Hinton, Lecture 6.5 (2012); D. Kingma and J. Ba, Adam (2015).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from .flatten import flatten

__all__ = ["adam", "rmsprop", "sgd", "unflatten_optimizer"]

Function = Callable[..., Any]


def unflatten_optimizer(optimize: Function) -> Function:
    """Decorator: an optimizer of vectors takes and returns nested structures.

    >>> one_step = unflatten_optimizer(lambda grad, x, callback: x - 0.1 * grad(x, 0))
    >>> one_step(lambda x, i: {"a": 2 * x["a"]}, {"a": np.ones(2)})
    {'a': array([0.8, 0.8])}
    """

    @wraps(optimize)
    def of_structures(grad: Function, x0: Any, callback: Function | None = None, *args: Any, **kwargs: Any) -> Any:
        vector, unflatten = flatten(x0)
        flat_grad = lambda x, i: flatten(grad(unflatten(x), i))[0]
        tell = None if callback is None else lambda x, i, g: callback(unflatten(x), i, unflatten(g))
        return unflatten(optimize(flat_grad, vector, tell, *args, **kwargs))

    return of_structures


def _tell(callback: Function | None, *state: Any) -> None:
    if callback is not None:
        callback(*state)


@unflatten_optimizer
def sgd(
    grad: Function, x: Any, callback: Function | None = None, num_iters: int = 200, step_size: float = 0.1,
    mass: float = 0.9,
) -> Any:  # fmt: skip
    """Gradient descent with momentum ``mass``; ``callback(x, i, g)`` is called before each step.

    >>> print(f"{sgd(lambda x, i: 2 * x, 1.0):.1e}")
    -2.1e-06
    """
    velocity = np.zeros_like(x)
    for i in range(num_iters):
        g = grad(x, i)
        _tell(callback, x, i, g)
        velocity = mass * velocity - (1.0 - mass) * g
        x = x + step_size * velocity
    return x


@unflatten_optimizer
def rmsprop(
    grad: Function, x: Any, callback: Function | None = None, num_iters: int = 100, step_size: float = 0.1,
    gamma: float = 0.9, eps: float = 1e-8,
) -> Any:  # fmt: skip
    """Steps divided by the root of the running mean of g², which starts at 1.

    >>> print(f"{abs(rmsprop(lambda x, i: 2 * x, 1.0)) < 0.1}")
    True
    """
    mean_square = np.ones_like(x)
    for i in range(num_iters):
        g = grad(x, i)
        _tell(callback, x, i, g)
        mean_square = mean_square * gamma + g**2 * (1 - gamma)
        x = x - step_size * g / (np.sqrt(mean_square) + eps)
    return x


@unflatten_optimizer
def adam(
    grad: Function, x: Any, callback: Function | None = None, num_iters: int = 100, step_size: float = 0.001,
    b1: float = 0.9, b2: float = 0.999, eps: float = 1e-8,
) -> Any:  # fmt: skip
    """Momentum divided by the root of the running mean of g², both corrected for their start at 0.

    >>> print(f"{adam(lambda x, i: 2 * x, 1.0, num_iters=1):.6f}")
    0.999000
    """
    mean, mean_square = np.zeros_like(x), np.zeros_like(x)
    for i in range(num_iters):
        g = grad(x, i)
        _tell(callback, x, i, g)
        mean = (1 - b1) * g + b1 * mean
        mean_square = (1 - b2) * g**2 + b2 * mean_square
        x = x - step_size * (mean / (1 - b1 ** (i + 1))) / (np.sqrt(mean_square / (1 - b2 ** (i + 1))) + eps)
    return x
