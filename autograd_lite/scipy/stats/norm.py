"""The normal distribution: z = (x − loc)/scale, density exp(−z²/2)/(√2π·scale)."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sp
from scipy.stats import norm as theirs

from ..forward import for_tensors, forwarding
from .ranges import in_range

__all__ = ["cdf", "isf", "logcdf", "logpdf", "logsf", "pdf", "ppf", "sf"]

__getattr__ = forwarding(__name__, theirs)

LOG_ROOT_TWO_PI = 0.9189385332046728


@for_tensors(theirs.logpdf)
def logpdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """−z²/2 − log √2π − log scale."""
    z = (x - loc) / scale
    return -0.5 * z * z - LOG_ROOT_TWO_PI - np.log(scale)


@for_tensors(theirs.pdf)
def pdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density."""
    return np.exp(logpdf(x, loc, scale))


@for_tensors(theirs.cdf)
@in_range
def cdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Φ(z)."""
    return sp.ndtr((x - loc) / scale)


@for_tensors(theirs.logcdf)
@in_range
def logcdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """log Φ(z)."""
    return sp.log_ndtr((x - loc) / scale)


@for_tensors(theirs.sf)
@in_range
def sf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Φ(−z)."""
    return sp.ndtr((loc - x) / scale)


@for_tensors(theirs.logsf)
@in_range
def logsf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """log Φ(−z)."""
    return sp.log_ndtr((loc - x) / scale)


@for_tensors(theirs.ppf)
@in_range
def ppf(q: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Where ``cdf`` is q."""
    return loc + scale * sp.ndtri(q)


@for_tensors(theirs.isf)
@in_range
def isf(q: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Where ``sf`` is q."""
    return loc - scale * sp.ndtri(q)
