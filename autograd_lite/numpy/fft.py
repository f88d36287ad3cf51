"""numpy.fft, whose functions hand a Tensor over by themselves."""

from typing import Any

import numpy.fft

__all__ = [name for name in dir(numpy.fft) if not name.startswith("_")]


def __getattr__(name: str) -> Any:
    try:
        return getattr(numpy.fft, name)
    except AttributeError:
        message = f"module 'autograd_lite.numpy.fft' has no attribute {name!r}, nor has numpy.fft"
        raise AttributeError(message) from None


def __dir__() -> list[str]:
    return __all__
