"""Optimizers: θ ← θ + Δ(g, memory), where g is the gradient of the cost.

An optimizer is a pair of pure functions, ``state = opt.init(params)`` and ``params, state = opt.update(grads, state,
params)``: nothing is changed in place and nothing is hidden.  ``params`` is an array or any structure of arrays.  A
step is made of the graph's primitives, so it can be traced, drawn, and differentiated through; the rates of an
optimizer are numbers in a dataclass, so one may even differentiate by them.

    descent.py         along the gradient            GD, SGD, Momentum, Nesterov, Lion
    adaptive.py        scaled entry by entry         AdaGrad, RMSProp, AdaDelta, Adam, AdamW, AMSGrad, Adamax, NAdam
    second_order.py    with the curvature            LBFGS, NewtonCG, LevenbergMarquardt

Source: I. Goodfellow, Y. Bengio and A. Courville, Deep Learning (MIT Press, 2016), chapter 8.
"""

from __future__ import annotations

from typing import Any

from .adaptive import AdaDelta, AdaGrad, Adam, Adamax, AdamW, AMSGrad, NAdam, RMSProp
from .base import Optimizer, State
from .descent import GD, SGD, Lion, Momentum, Nesterov
from .second_order import LBFGS, LevenbergMarquardt, NewtonCG, SecondOrder, SumOfSquares

__all__ = [
    "GD", "LBFGS", "SGD", "AMSGrad", "AdaDelta", "AdaGrad", "Adam", "AdamW", "Adamax", "LevenbergMarquardt", "Lion",
    "Momentum", "NAdam", "Nesterov", "NewtonCG", "Optimizer", "RMSProp", "SecondOrder", "State", "SumOfSquares",
    "optimizer",
]  # fmt: skip

_BY_NAME: dict[str, Any] = {
    kind.__name__.lower(): kind
    for kind in (
        GD, SGD, Momentum, Nesterov, AdaGrad, RMSProp, AdaDelta, Adam, AdamW, AMSGrad, Adamax, NAdam, Lion, LBFGS,
        NewtonCG, LevenbergMarquardt,
    )
}  # fmt: skip


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
