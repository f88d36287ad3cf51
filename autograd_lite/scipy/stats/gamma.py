"""The gamma distribution: density z^(a−1) exp(−z)/Γ(a)/scale, z = (x − loc)/scale > 0."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sp
from scipy.stats import gamma as theirs

from ..forward import for_tensors, forwarding
from .families import log_of, within
from .ranges import in_range

__all__ = ["cdf", "logcdf", "logpdf", "logsf", "pdf", "ppf", "sf"]

__getattr__ = forwarding(__name__, theirs)


@for_tensors(theirs.logpdf)
@in_range
def logpdf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """(a − 1) log z − z − log Γ(a) − log scale."""
    standard = lambda z: sp.xlogy(a - 1.0, z) - z - sp.gammaln(a)
    return within((x - loc) / scale, 0, np.inf, standard) - np.log(scale)


@for_tensors(theirs.pdf)
def pdf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density."""
    return np.exp(logpdf(x, a, loc, scale))


@for_tensors(theirs.cdf)
@in_range
def cdf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The regularized incomplete gamma function."""
    return sp.gammainc(a, np.maximum((x - loc) / scale, 0))


@for_tensors(theirs.logcdf)
def logcdf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of ``cdf``."""
    return log_of(cdf(x, a, loc, scale))


@for_tensors(theirs.sf)
@in_range
def sf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """1 − cdf."""
    return sp.gammaincc(a, np.maximum((x - loc) / scale, 0))


@for_tensors(theirs.logsf)
def logsf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of ``sf``."""
    return log_of(sf(x, a, loc, scale))


@for_tensors(theirs.ppf)
@in_range
def ppf(q: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Where ``cdf`` is q."""
    return loc + scale * sp.gammaincinv(a, q)
