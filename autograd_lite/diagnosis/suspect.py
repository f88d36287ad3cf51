"""A possible mistake, and the gradient that it leads to.

A suspect says what went wrong and computes the gradients one gets that way, at any point of the same program.  Some
know only a direction: a part E of the gradient that enters with a wrong factor c leads to G + (c − 1)·E, and the
numbers tell c.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .recorded import Recorded

__all__ = ["Array", "Gradients", "Suspect"]

Array = Any
Gradients = Callable[[Recorded], list[Array]]


@dataclass(frozen=True)
class Suspect:
    """A possible mistake: its kind, what to say of it, what to do, and the gradients by leaf it leads to.

    With ``part`` the gradients are those of a part E of the cost or of a path; ``part`` says which, "term" or "path".
    ``rank`` orders suspects that explain the same numbers, the simplest first.
    """

    mistake: str
    says: str
    fix: str
    gradients: Gradients
    rank: float = 2.0
    part: str = ""
