"""The beta distribution: density z^(a−1)(1 − z)^(b−1)/B(a, b)/scale, z = (x − loc)/scale inside (0, 1)."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sp
from scipy.stats import beta as theirs

from ..forward import for_tensors, forwarding
from .families import log_of, within
from .ranges import in_range

__all__ = ["cdf", "logcdf", "logpdf", "logsf", "pdf", "ppf", "sf"]

__getattr__ = forwarding(__name__, theirs)


@for_tensors(theirs.logpdf)
@in_range
def logpdf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """(a − 1) log z + (b − 1) log(1 − z) − log B(a, b) − log scale."""
    standard = lambda z: sp.xlogy(a - 1.0, z) + sp.xlog1py(b - 1.0, -z) - sp.betaln(a, b)
    return within((x - loc) / scale, 0, 1, standard) - np.log(scale)


@for_tensors(theirs.pdf)
def pdf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density."""
    return np.exp(logpdf(x, a, b, loc, scale))


@for_tensors(theirs.cdf)
@in_range
def cdf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The regularized incomplete beta function."""
    return sp.betainc(a, b, np.clip((x - loc) / scale, 0, 1))


@for_tensors(theirs.logcdf)
def logcdf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of ``cdf``."""
    return log_of(cdf(x, a, b, loc, scale))


@for_tensors(theirs.sf)
@in_range
def sf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """1 − cdf."""
    return sp.betaincc(a, b, np.clip((x - loc) / scale, 0, 1))


@for_tensors(theirs.logsf)
def logsf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of ``sf``."""
    return log_of(sf(x, a, b, loc, scale))


@for_tensors(theirs.ppf)
@in_range
def ppf(q: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """Where ``cdf`` is q."""
    return loc + scale * sp.betaincinv(a, b, q)
