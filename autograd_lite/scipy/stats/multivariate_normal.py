"""The multivariate normal distribution: log density −½((x − m)ᵀ C⁻¹ (x − m) + log det C + n log 2π)."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import multivariate_normal as theirs

from ...kinds import general
from ...registry import primitive
from ..forward import for_tensors, forwarding

__all__ = ["entropy", "logpdf", "pdf"]

__getattr__ = forwarding(__name__, theirs)

LOG_TWO_PI = 1.8378770664093453


@primitive
def _definite(cov: Any) -> Any:
    """The covariance itself, if it is one; else the error that SciPy raises."""
    theirs.logpdf(np.zeros(np.shape(cov)[-1]), None, np.asarray(cov))
    return cov


general(_definite, [lambda tangent, out, cov: tangent], [lambda adjoint, out, cov: adjoint])


@for_tensors(theirs.logpdf)
def logpdf(x: Any, mean: Any = 0.0, cov: Any = 1.0, allow_singular: bool = False) -> Any:
    """The logarithm of the density at points x of shape (..., n), with one mean (n,) and one covariance (n, n).

    A singular covariance is a constant here: its derivative does not exist, and a Tensor there raises TypeError.

    A covariance that is none raises what SciPy raises, ValueError or LinAlgError.

    >>> import autograd_lite as ag
    >>> print(ag.grad(lambda mean: logpdf(np.array([1.0, 3.0]), mean, np.eye(2)))(np.zeros(2)))
    [1. 3.]
    """
    mean, cov = 0.0 if mean is None else mean, 1.0 if cov is None else cov
    n = max([np.shape(a)[-1] if np.ndim(a) else 1 for a in (mean, cov)])
    cov = cov * np.eye(n) if np.ndim(cov) == 0 else np.diag(cov) if np.ndim(cov) == 1 else cov
    x = np.reshape(x, (*np.shape(x), 1)) if np.ndim(x) == 0 or (n == 1 and np.ndim(x) == 1) else x
    d = x - mean
    if allow_singular:
        if hasattr(cov, "node"):
            raise TypeError("multivariate_normal: the density has no derivative by a singular covariance")
        values, vectors = np.linalg.eigh(cov)
        cut = 1e6 * np.finfo(np.float64).eps * np.max(np.abs(values))
        outside = np.greater(np.linalg.norm(d @ vectors[:, values <= cut], axis=-1), 1e3 * cut)
        values = values[values > cut]
        solved, log_det, n = d @ np.linalg.pinv(cov, hermitian=True), np.sum(np.log(values)), len(values)
    else:
        outside = False
        cov = _definite(cov)
        solved = np.swapaxes(np.linalg.solve(cov, np.swapaxes(np.atleast_2d(d), -1, -2)), -1, -2)
        solved, log_det = np.reshape(solved, np.shape(d)), np.linalg.slogdet(cov)[1]
    result = -0.5 * (np.sum(d * solved, axis=-1) + log_det + n * LOG_TWO_PI)
    return np.where(outside, -np.inf, result) if np.any(outside) else result


@for_tensors(theirs.pdf)
def pdf(x: Any, mean: Any = 0.0, cov: Any = 1.0, allow_singular: bool = False) -> Any:
    """The density.

    >>> import autograd_lite as ag
    >>> print(ag.grad(lambda x: pdf(x, np.zeros(2), np.eye(2)))(np.array([1.0, 0.0])).round(6))
    [-0.096532  0.      ]
    """
    return np.exp(logpdf(x, mean, cov, allow_singular))


@for_tensors(theirs.entropy)
def entropy(mean: Any = None, cov: Any = 1.0) -> Any:
    """½ log det(2πe C).

    >>> import autograd_lite as ag
    >>> print(ag.grad(lambda cov: entropy(np.zeros(2), cov))(np.eye(2)))
    [[0.5 0. ]
     [0.  0.5]]
    """
    n = np.shape(cov)[-1] if np.ndim(cov) else 1
    cov = np.reshape(cov, (1, 1)) if np.ndim(cov) == 0 else np.diag(cov) if np.ndim(cov) == 1 else cov
    none = 0.0 if mean is None else 0.0 * np.sum(mean)
    return 0.5 * (n * (LOG_TWO_PI + 1) + np.linalg.slogdet(cov)[1]) + none
