"""How a module stands in front of SciPy's: its own functions for Tensors, SciPy's for plain arrays and all else."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from ..primitives import holds_tensors

__all__ = ["for_tensors", "forwarding"]


def for_tensors(original: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator: the function is for calls with Tensors, SciPy's ``original`` for all others."""

    def decorate(formula: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(formula)
        def either(*args: Any, **kwargs: Any) -> Any:
            recorded = holds_tensors(args) or holds_tensors(kwargs)
            return formula(*args, **kwargs) if recorded else original(*args, **kwargs)

        return either

    return decorate


def forwarding(module: str, theirs: Any) -> Callable[[str], Any]:
    """The ``__getattr__`` of a module: names that it does not have are SciPy's."""

    def attribute(name: str) -> Any:
        try:
            return getattr(theirs, name)
        except AttributeError:
            raise AttributeError(f"module {module!r} has no attribute {name!r}, nor has SciPy's") from None

    return attribute
