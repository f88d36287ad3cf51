"""The chi-squared distribution with df degrees of freedom: a gamma distribution of a = df/2 and twice the scale."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import chi2 as theirs

from ..forward import for_tensors, forwarding
from . import gamma

__all__ = ["cdf", "logpdf", "pdf"]

__getattr__ = forwarding(__name__, theirs)


@for_tensors(theirs.logpdf)
def logpdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of the density."""
    return gamma.logpdf(x - loc, 0.5 * df, 0.0, 2.0 * scale)

@for_tensors(theirs.pdf)
def pdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density."""
    return np.exp(logpdf(x, df, loc, scale))

@for_tensors(theirs.cdf)
def cdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The distribution function; no derivative by df."""
    return gamma.cdf(x - loc, 0.5 * df, 0.0, 2.0 * scale)
