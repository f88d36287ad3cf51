"""The gamma distribution: density z^(a−1) exp(−z)/Γ(a)/scale, z = (x − loc)/scale > 0."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sp
from scipy.stats import gamma as theirs

from ..forward import for_tensors, forwarding

__all__ = ["cdf", "logpdf", "pdf", "sf"]

__getattr__ = forwarding(__name__, theirs)


@for_tensors(theirs.logpdf)
def logpdf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """(a − 1) log z − z − log Γ(a) − log scale."""
    z = (x - loc) / scale
    return sp.xlogy(a - 1.0, z) - z - sp.gammaln(a) - np.log(scale)

@for_tensors(theirs.pdf)
def pdf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density."""
    return np.exp(logpdf(x, a, loc, scale))

@for_tensors(theirs.cdf)
def cdf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The regularized incomplete gamma function; no derivative by a."""
    return sp.gammainc(a, (x - loc) / scale)

@for_tensors(theirs.sf)
def sf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """1 − cdf; no derivative by a."""
    return sp.gammaincc(a, (x - loc) / scale)
