"""The chi-squared distribution with df degrees of freedom: a gamma distribution of a = df/2 and twice the scale."""

from __future__ import annotations

from typing import Any

from scipy.stats import chi2 as theirs

from ..forward import for_tensors, forwarding
from . import gamma

__all__ = ["cdf", "logcdf", "logpdf", "logsf", "pdf", "ppf", "sf"]

__getattr__ = forwarding(__name__, theirs)


@for_tensors(theirs.logpdf)
def logpdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of the density."""
    return gamma.logpdf(x, 0.5 * df, loc, 2.0 * scale)


@for_tensors(theirs.pdf)
def pdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density."""
    return gamma.pdf(x, 0.5 * df, loc, 2.0 * scale)


@for_tensors(theirs.cdf)
def cdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The probability of x or less."""
    return gamma.cdf(x, 0.5 * df, loc, 2.0 * scale)


@for_tensors(theirs.logcdf)
def logcdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Its logarithm."""
    return gamma.logcdf(x, 0.5 * df, loc, 2.0 * scale)


@for_tensors(theirs.sf)
def sf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The probability of more than x."""
    return gamma.sf(x, 0.5 * df, loc, 2.0 * scale)


@for_tensors(theirs.logsf)
def logsf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Its logarithm."""
    return gamma.logsf(x, 0.5 * df, loc, 2.0 * scale)


@for_tensors(theirs.ppf)
def ppf(q: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Where ``cdf`` is q."""
    return gamma.ppf(q, 0.5 * df, loc, 2.0 * scale)
