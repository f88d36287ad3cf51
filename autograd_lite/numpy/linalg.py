"""numpy.linalg, whose functions hand a Tensor over by themselves."""

from typing import Any

import numpy.linalg

__all__ = [name for name in dir(numpy.linalg) if not name.startswith("_")]


def __getattr__(name: str) -> Any:
    try:
        return getattr(numpy.linalg, name)
    except AttributeError:
        message = f"module 'autograd_lite.numpy.linalg' has no attribute {name!r}, nor has numpy.linalg"
        raise AttributeError(message) from None


def __dir__() -> list[str]:
    return __all__
