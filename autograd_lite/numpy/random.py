"""numpy.random: its parameters are plain numbers, for a sample has no derivative with respect to them."""

from typing import Any

import numpy.random

__all__ = [name for name in dir(numpy.random) if not name.startswith("_")]


def __getattr__(name: str) -> Any:
    try:
        return getattr(numpy.random, name)
    except AttributeError:
        message = f"module 'autograd_lite.numpy.random' has no attribute {name!r}, nor has numpy.random"
        raise AttributeError(message) from None


def __dir__() -> list[str]:
    return __all__
