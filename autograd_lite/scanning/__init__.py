"""Loops as one elementary function: a step is recorded once and run n times.

    (c₀, x₁ … x_n)  ↦  (c_n, y₁ … y_n),    c_t, y_t = step(c_{t−1}, x_t)

    body.py       one run of the step, recorded: what it computed, in terms of what, and what it decided by
    program.py    the body as straight-line NumPy in a ``for`` loop
    loops.py      the elementary function: which body to run at which step, and what is kept of it
    rule.py       its derivative: the tangent and the adjoint of a loop are loops
    schedule.py   which states to keep, and which to compute again, where memory is short
    calls.py      ``scan`` and ``checkpoint_loop``, as one calls them
"""

from . import rule as rule  # importing it registers the derivative
from .calls import checkpoint_loop, scan

__all__ = ["checkpoint_loop", "scan"]
