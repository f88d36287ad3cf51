"""Covariance, correlation, and sums over bins."""

import math

import numpy as np

from ..kinds import constant
from ..registry import composed, primitive
from .elementwise import nonzero
from .indexing import scatter
from .shaping import as_arrays, laid_along


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
    normalization = normalization if normalization > 0 else 0.0
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


@primitive
def counts(x, minlength):
    return np.bincount(x, minlength=minlength)


constant(counts)


@composed(np.bincount)
def bincount(x, /, weights=None, minlength=0):
    """With weights, their sum in each bin."""
    number = counts(x, minlength)
    return number if weights is None else scatter(as_arrays(weights)[0].astype(np.float64), number.shape, x)


@primitive
def bin_of(x, bins, range):
    """In which bin each x lies; as many as there are bins where it lies outside of all."""
    edges = np.histogram_bin_edges(x, bins, range)
    places = np.minimum(np.searchsorted(edges, x, side="right") - 1, edges.size - 2)
    return np.where((x >= edges[0]) & (x <= edges[-1]), places, edges.size - 1)


constant(bin_of)


def sums(places, shape, weights):
    """The sums of weights, or of ones, over bins numbered through; what lies outside of all has the last number."""
    size = math.prod(shape)
    found = counts(places, size + 1) if weights is None else scatter(np.ravel(weights), (size + 1,), places)
    return np.reshape(found[:size], shape)


@composed(np.histogram)
def histogram(a, bins=10, range=None, density=None, weights=None):
    """Sums of ``weights`` over bins.  Which bin a number lies in is constant; edges move with the extremes of a."""
    edges = np.histogram_bin_edges(a, bins, range)
    found = sums(bin_of(np.ravel(a), bins, range), (edges.size - 1,), weights)
    return (found / np.diff(edges) / np.sum(found) if density else found), edges


@composed(np.histogramdd)
def histogramdd(sample, bins=10, range=None, density=None, weights=None):
    """The same in a box of bins, one axis for each coordinate of the sample."""
    columns = list(sample) if isinstance(sample, (list, tuple)) else list(np.atleast_2d(sample.T))
    d = len(columns)
    bins = list(bins) if hasattr(bins, "__len__") else [bins] * d
    ranges = [None] * d if range is None else range
    if len(bins) != d or len(ranges) != d:
        raise ValueError(f"np.histogramdd: bins and range must have one entry for each of {d} coordinates")
    edges = [np.histogram_bin_edges(x, *how) for x, *how in zip(columns, bins, ranges, strict=True)]
    shape = [e.size - 1 for e in edges]
    places, outside = 0, False
    for x, n, *how in zip(columns, shape, bins, ranges, strict=True):
        place = bin_of(np.ravel(x), *how)
        places, outside = places * n + place, np.logical_or(outside, np.equal(place, n))
    found = sums(np.where(outside, math.prod(shape), places), shape, weights).astype(np.float64)
    if density:
        for axis, e in enumerate(edges):
            found = found / laid_along(np.diff(e), axis, d)
        found = found / np.sum(sums(np.where(outside, math.prod(shape), places), shape, weights))
    return found, tuple(edges)


@composed(np.histogram2d)
def histogram2d(x, y, bins=10, range=None, density=None, weights=None):
    one_for_both = hasattr(bins, "__len__") and len(bins) not in (1, 2)
    found, edges = histogramdd([x, y], [bins, bins] if one_for_both else bins, range, density, weights)
    return found, *edges


@primitive
def edges_within(a, bins, range):
    """The edges of bins in a range that does not depend on a."""
    return np.histogram_bin_edges(a, bins, range)


constant(edges_within)


@primitive
def places_between(a, bins):
    """Where the edges of the bins stand between the extremes of a: 0 at the minimum, 1 at the maximum."""
    edges, low = np.histogram_bin_edges(a, bins), np.min(a)
    return (edges - low) / nonzero(np.max(a) - low)


constant(places_between)


@composed(np.histogram_bin_edges)
def histogram_bin_edges(a, bins=10, range=None, weights=None):
    """They move with the extremes of a; how many there are is constant."""
    if np.ndim(bins) == 1:
        return as_arrays(bins)[0]
    if range is not None:
        return edges_within(a, bins, range)
    low = np.min(a)
    return low + places_between(a, bins) * nonzero(np.max(a) - low)
