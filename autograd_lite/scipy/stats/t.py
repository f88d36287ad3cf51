"""Student's t distribution with df degrees of freedom; z = (x − loc)/scale."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sp
from scipy.stats import t as theirs

from ..forward import for_tensors, forwarding
from .families import log_of
from .ranges import in_range

__all__ = ["cdf", "logcdf", "logpdf", "logsf", "pdf", "ppf", "sf"]

__getattr__ = forwarding(__name__, theirs)

PI = 3.141592653589793


@for_tensors(theirs.logpdf)
def logpdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """log Γ((df+1)/2) − log Γ(df/2) − ½ log(π df) − (df+1)/2·log(1 + z²/df) − log scale."""
    z = (x - loc) / scale
    constant = sp.gammaln(0.5 * (df + 1)) - sp.gammaln(0.5 * df) - 0.5 * np.log(PI * df)
    return constant - 0.5 * (df + 1) * np.log1p(z * z / df) - np.log(scale)


@for_tensors(theirs.pdf)
def pdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density."""
    return np.exp(logpdf(x, df, loc, scale))


@for_tensors(theirs.cdf)
@in_range
def cdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The distribution function."""
    return sp.stdtr(df, (x - loc) / scale)


@for_tensors(theirs.logcdf)
def logcdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Its logarithm."""
    return log_of(cdf(x, df, loc, scale))


@for_tensors(theirs.sf)
@in_range
def sf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """1 − cdf."""
    return sp.stdtr(df, (loc - x) / scale)


@for_tensors(theirs.logsf)
def logsf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of ``sf``."""
    return log_of(sf(x, df, loc, scale))


@for_tensors(theirs.ppf)
@in_range
def ppf(q: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Where ``cdf`` is q."""
    return loc + scale * sp.stdtrit(df, q)
