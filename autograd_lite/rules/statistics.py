"""Covariance, correlation, and sums over bins."""

import numpy as np

from ..kinds import composed, constant, primitive
from .differences import as_arrays
from .elementwise import nonzero
from .indexing import scatter


@composed(np.cov)
def cov(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, dtype=None):
    """C = Σ_k w_k (x_k − μ)(x_k − μ)ᴴ / normalization, x_k being observation number k."""
    parts = [np.atleast_2d(p).T if not rowvar and np.ndim(p) > 1 else np.atleast_2d(p)
             for p in as_arrays(*([m] if y is None else [m, y]))]  # fmt: skip
    x = np.concatenate(parts, axis=0) if y is not None else parts[0]
    x = x.astype(np.result_type(x, np.float64) if dtype is None else dtype)
    n, ddof = x.shape[1], (0 if bias else 1) if ddof is None else ddof
    if fweights is None and aweights is None:
        mean, total, weighted, normalization = np.mean(x, axis=1, keepdims=True), n, None, n - ddof
    else:
        weights = np.multiply(1 if fweights is None else fweights, 1 if aweights is None else aweights)
        weighted = np.broadcast_to(weights, (n,))
        total = np.sum(weighted)
        mean = np.sum(x * weighted, axis=1, keepdims=True) / total
        both = 1 if aweights is None else aweights
        normalization = total - (0 if ddof == 0 else ddof * np.sum(weighted * both) / total)
    x = x - mean
    right = np.conj(x if weighted is None else x * weighted).T
    return np.squeeze(np.matmul(x, right) / normalization)


@composed(np.corrcoef)
def corrcoef(x, y=None, rowvar=True, *, dtype=None):
    c = cov(x, y, rowvar, dtype=dtype)
    if c.ndim == 0:
        return c / c
    d = np.sqrt(np.real(np.diagonal(c)))
    r = c / np.expand_dims(d, -1) / d
    if r.dtype.kind == "c":
        return np.clip(np.real(r), -1, 1) + 1j * np.clip(np.imag(r), -1, 1)
    return np.clip(r, -1, 1)


def holds_numbers(x):
    """Whether a derivative may belong to x."""
    return hasattr(x, "node") and x.dtype.kind in "fc"


@primitive
def counts(x, minlength):
    return np.bincount(x, minlength=minlength)


constant(counts)


@composed(np.bincount)
def bincount(x, /, weights=None, minlength=0):
    """With weights, their sum in each bin."""
    number = counts(x, minlength)
    return number if weights is None else scatter(as_arrays(weights)[0].astype(np.float64), number.shape, x)


@composed(np.histogram)
def histogram(a, bins=10, range=None, density=None, weights=None):
    """The sums of ``weights`` over bins of plain numbers; the bins themselves are constant."""
    if holds_numbers(a) or holds_numbers(bins) or holds_numbers(range):
        raise TypeError("np.histogram counts: it has a derivative by weights= alone. Pass a.value for what is counted")
    edges = np.histogram_bin_edges(a, bins, range)
    a, weights = np.ravel(a), np.ravel(weights)
    inside = np.flatnonzero((a >= edges[0]) & (a <= edges[-1]))
    places = np.minimum(np.searchsorted(edges, a[inside], side="right") - 1, edges.size - 2)
    sums = scatter(weights[inside], (edges.size - 1,), places)
    return (sums / np.diff(edges) / np.sum(sums) if density else sums), edges


@primitive
def places_between(a, bins):
    """Where the edges of the bins stand between the extremes of a: 0 at the minimum, 1 at the maximum."""
    edges, low = np.histogram_bin_edges(a, bins), np.min(a)
    return (edges - low) / nonzero(np.max(a) - low)


constant(places_between)


@composed(np.histogram_bin_edges)
def histogram_bin_edges(a, bins=10, range=None, weights=None):
    """They move with the extremes of a; how many there are is constant."""
    if range is not None or not isinstance(bins, (int, str)):
        return np.histogram_bin_edges(np.zeros(1), bins, range)
    low = np.min(a)
    return low + places_between(a, bins) * nonzero(np.max(a) - low)
