"""The Poisson distribution at whole numbers k: mu^k exp(−mu)/k!, differentiated by mu."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sp
from scipy.stats import poisson as theirs

from ..forward import for_tensors, forwarding
from .ranges import in_range

__all__ = ["cdf", "logpmf", "pmf", "sf"]

__getattr__ = forwarding(__name__, theirs)


@for_tensors(theirs.logpmf)
@in_range
def logpmf(k: Any, mu: Any, loc: Any = 0) -> Any:
    """k log mu − log k! − mu."""
    k = np.asarray(k - loc)
    possible = (k >= 0) & (k == np.floor(k))
    impossible = np.where(np.isnan(k), np.nan, -np.inf)
    k = np.where(possible, k, 0)
    return np.where(possible, sp.xlogy(k, mu) - sp.gammaln(k + 1) - mu, impossible)


@for_tensors(theirs.pmf)
def pmf(k: Any, mu: Any, loc: Any = 0) -> Any:
    """The probability of k."""
    return np.exp(logpmf(k, mu, loc))


@for_tensors(theirs.cdf)
@in_range
def cdf(k: Any, mu: Any, loc: Any = 0) -> Any:
    """The probability of k or less."""
    k = np.floor(k - loc)
    return np.where(k < 0, 0.0, sp.gammaincc(np.maximum(k, 0) + 1, mu))


@for_tensors(theirs.sf)
@in_range
def sf(k: Any, mu: Any, loc: Any = 0) -> Any:
    """The probability of more than k."""
    k = np.floor(k - loc)
    return np.where(k < 0, 1.0, sp.gammainc(np.maximum(k, 0) + 1, mu))
