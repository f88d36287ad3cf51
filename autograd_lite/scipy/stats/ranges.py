"""Where a parameter is out of its range, SciPy's distributions give nan; so do the formulas here.

Most parameters are positive; a scale of -1 would otherwise give numbers that look like probabilities.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from inspect import signature
from typing import Any

import numpy as np

__all__ = ["in_range", "nan_outside"]

Function = Callable[..., Any]

_RANGES: dict[str, Function] = {
    "loc": lambda loc: True,
    "mu": lambda mu: np.greater_equal(mu, 0),
    "n": lambda n: np.greater_equal(n, 0),
    "p": lambda p: np.logical_and(np.greater_equal(p, 0), np.less_equal(p, 1)),
}


def _positive(parameter: Any) -> Any:
    return np.greater(parameter, 0)


def nan_outside(result: Any, given: Mapping[str, Any]) -> Any:
    """The result, and nan where one of the parameters, given by name, is out of its range."""
    for name, parameter in given.items():
        within: Function = _RANGES.get(name, _positive)
        fits = within(parameter)
        if hasattr(fits, "node") or not np.all(fits):
            result = np.where(fits, result, np.nan)
    return result


def in_range(formula: Function) -> Function:
    """Decorator: nan where a parameter is out of its range.  The first argument is none."""
    names = list(signature(formula).parameters)

    @wraps(formula)
    def checked(*args: Any, **kwargs: Any) -> Any:
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        given.pop(names[0], None)
        return nan_outside(formula(*args, **kwargs), given)

    return checked
