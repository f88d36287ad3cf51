"""The beta distribution: density z^(a−1)(1 − z)^(b−1)/B(a, b)/scale, z = (x − loc)/scale inside (0, 1)."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sp
from scipy.stats import beta as theirs

from ..forward import for_tensors, forwarding

__all__ = ["cdf", "logpdf", "pdf"]

__getattr__ = forwarding(__name__, theirs)


@for_tensors(theirs.logpdf)
def logpdf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """(a − 1) log z + (b − 1) log(1 − z) − log B(a, b) − log scale."""
    z = (x - loc) / scale
    return sp.xlogy(a - 1.0, z) + sp.xlog1py(b - 1.0, -z) - sp.betaln(a, b) - np.log(scale)

@for_tensors(theirs.pdf)
def pdf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density."""
    return np.exp(logpdf(x, a, b, loc, scale))

@for_tensors(theirs.cdf)
def cdf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The regularized incomplete beta function; no derivative by a and b."""
    return sp.betainc(a, b, (x - loc) / scale)
