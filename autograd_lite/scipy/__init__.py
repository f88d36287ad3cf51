"""SciPy for Tensors: ``special``, ``stats``, ``linalg``, ``signal``, ``integrate``, ``ndimage``, ``interpolate``.

SciPy's own ufuncs take Tensors as they are: ``scipy.special.erf(t)`` is recorded, and its rule is loaded when first
needed.  What is no ufunc in SciPy, such as ``logsumexp`` or ``norm.logpdf``, does not reach a Tensor; it stands here.

SciPy is optional; without it these modules raise ImportError with the command that installs it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

try:
    import scipy as _scipy
except ImportError as error:
    raise ImportError("autograd_lite.scipy needs SciPy: pip install scipy") from error

__all__ = ["integrate", "interpolate", "linalg", "ndimage", "signal", "special", "stats"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return import_module(f".{name}", __name__)
    if name.startswith("__"):
        raise AttributeError(f"module 'autograd_lite.scipy' has no attribute {name!r}")
    return getattr(_scipy, name)
