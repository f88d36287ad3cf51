"""The Dirichlet distribution of points x of the simplex (along the first axis) with parameters alpha."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sp
from scipy.stats import dirichlet as theirs

from ..forward import for_tensors, forwarding
from .distributions import nan_unless

__all__ = ["logpdf", "pdf"]

__getattr__ = forwarding(__name__, theirs)


@for_tensors(theirs.logpdf)
def logpdf(x: Any, alpha: Any) -> Any:
    """Σ (alpha − 1) log x + log Γ(Σ alpha) − Σ log Γ(alpha); nan where SciPy raises: alpha ≤ 0, x off the simplex.

    >>> import autograd_lite as ag
    >>> print(ag.grad(lambda alpha: logpdf(np.array([0.5, 0.5]), alpha))(np.ones(2)).round(6))
    [0.306853 0.306853]
    """
    x, alpha = (a if hasattr(a, "dtype") else np.asarray(a) for a in (x, alpha))
    if np.shape(x)[0] + 1 == np.shape(alpha)[0]:
        x = np.concatenate([x, np.expand_dims(1.0 - np.sum(x, axis=0), 0)])
    constant = sp.gammaln(np.sum(alpha)) - np.sum(sp.gammaln(alpha))
    exponents = np.reshape(alpha - 1.0, np.shape(alpha) + (1,) * (np.ndim(x) - 1))
    result = np.sum(sp.xlogy(exponents, x), axis=0) + constant
    on_simplex = np.logical_and(np.all(np.greater_equal(x, 0), axis=0), np.less(np.abs(np.sum(x, axis=0) - 1.0), 1e-9))
    return nan_unless(np.logical_and(on_simplex, np.all(np.greater(alpha, 0))), result)


@for_tensors(theirs.pdf)
def pdf(x: Any, alpha: Any) -> Any:
    """The density.

    >>> import autograd_lite as ag
    >>> print(pdf(np.array([0.5, 0.5]), ag.Tensor([2.0, 2.0])).value.round(6))
    1.5
    """
    return np.exp(logpdf(x, alpha))
