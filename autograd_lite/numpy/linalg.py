"""numpy.linalg, whose functions hand a Tensor over by themselves."""

from typing import Any

import numpy.linalg

from .lists import norm

__all__ = ["norm"]
__all__ += [name for name in dir(numpy.linalg) if not name.startswith("_") and name not in __all__]


def __getattr__(name: str) -> Any:
    try:
        return getattr(numpy.linalg, name)
    except AttributeError:
        message = f"module 'autograd_lite.numpy.linalg' has no attribute {name!r}, nor has numpy.linalg"
        raise AttributeError(message) from None


def __dir__() -> list[str]:
    return sorted(__all__)
