"""Order: a sorted array is its argument with the entries taken in another order, which is locally constant.

The quantile q of n numbers is a value between two of the sorted ones x₍₀₎ ≤ … ≤ x₍ₙ₋₁₎, at the position h(q, n) of its
method: (1 − γ)·x₍ₖ₎ + γ·x₍ₖ₊₁₎ with k = ⌊h⌋, γ = h − k.  Where entries are equal the derivative goes to the one that
the sorting put there.

Source: R. J. Hyndman, Y. Fan, Sample quantiles in statistical packages, The American Statistician 50, 361 (1996).
"""

import warnings

import numpy as np

from ..kinds import constant, general
from ..registry import composed, primitive
from .reductions import kept_shape, lanes
from .shaping import as_arrays, floating, number


def unordered(name, order):
    if order is not None:
        raise ValueError(f"np.{name}: order= is for arrays with fields")


@composed(np.sort)
def sort(a, axis=-1, kind=None, order=None, *, stable=None):
    if kind is not None and stable is not None:
        raise ValueError("np.sort: give kind= or stable=, not both")
    unordered("sort", order)
    if axis is None:
        a, axis = np.ravel(a), -1
    kind = kind or ("stable" if stable else None)
    return np.take_along_axis(a, np.argsort(a, axis=axis, kind=kind), axis)


@composed(np.sort_complex)
def sort_complex(a):
    return np.sort(a).astype(np.sort_complex(np.zeros(0, a.dtype)).dtype)


@composed(np.partition)
def partition(a, kth, axis=-1, kind="introselect", order=None):
    unordered("partition", order)
    if axis is None:
        a, axis = np.ravel(a), -1
    return np.take_along_axis(a, np.argpartition(a, kth, axis=axis, kind=kind), axis)


@primitive
def places_of_unique(x, axis, equal_nan):
    """Where each of the unique entries stands first, and what else np.unique returns."""
    return np.unique(x, True, True, True, axis=axis, equal_nan=equal_nan)[1:]


constant(places_of_unique)


@composed(np.unique)
def unique(
    ar, return_index=False, return_inverse=False, return_counts=False, axis=None, *, equal_nan=True, sorted=True
):
    """The derivative goes to the first of equal entries.  They are sorted in either case."""
    first, inverse, counts = places_of_unique(ar, axis, equal_nan)
    values = np.take(ar, first, axis=axis)
    asked = zip((return_index, return_inverse, return_counts), (first, inverse, counts), strict=True)
    others = [part for wanted, part in asked if wanted]
    return (values, *others) if others else values


def unique_parts(function, *wanted):
    """One of the array API's forms: some of values, index, inverse and counts of the flat array, each nan its own."""
    named = type(function(np.zeros(1)))

    def call(x, /):
        parts = unique(x, True, True, True, equal_nan=False)
        return named(*[parts[i] for i in wanted])

    composed(function)(call)


unique_parts(np.unique_all, 0, 1, 2, 3)
unique_parts(np.unique_counts, 0, 3)
unique_parts(np.unique_inverse, 0, 2)


@composed(np.unique_values)
def unique_values(x, /):
    return unique(x, equal_nan=False)


@primitive
def positions(ordered, q, method):
    """h(q, n) for each lane of sorted numbers: the quantile of their ranks, where nan has none."""
    ranks = np.arange(ordered.shape[-1], dtype=np.result_type(np.real(ordered), np.float16))
    if not ordered.size:
        return np.quantile(ranks * ordered, q, axis=-1, method=method)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice")
        return np.nanquantile(np.where(np.isnan(ordered), np.nan, ranks), q, axis=-1, method=method)


RANKS_PER_UNIT = {  # dh/dq less n; the other methods go in steps
    "linear": -1, "interpolated_inverted_cdf": 0, "hazen": 0, "weibull": 1, "median_unbiased": 1 / 3,
    "normal_unbiased": 1 / 4,
}  # fmt: skip


def ranks_per_unit(h, ordered, method, dtype):
    """dh/dq, 0 where h stays at the first or the last rank."""
    n = np.count_nonzero(np.logical_not(np.isnan(ordered)), axis=-1).astype(dtype)
    if method == "linear":
        return n - 1
    moves = np.logical_and(np.greater(h, 0), np.less(h, n - 1))
    return np.where(moves, n + RANKS_PER_UNIT[method], 0).astype(dtype)


def positions_jvp(t, h, ordered, q, method):
    if method not in RANKS_PER_UNIT:
        return None
    return np.reshape(t, np.shape(q) + (1,) * (ordered.ndim - 1)) * ranks_per_unit(h, ordered, method, t.dtype)


def positions_vjp(g, h, ordered, q, method):
    if method not in RANKS_PER_UNIT:
        return None
    return np.sum(g * ranks_per_unit(h, ordered, method, g.dtype), axis=tuple(range(np.ndim(q), np.ndim(h))))


general(positions, jvp=[None, positions_jvp], vjp=[None, positions_vjp])


def between(ordered, q, method):
    """The quantiles of each sorted lane, nan being passed over; the axes of q come first."""
    h = positions(ordered, q, method)
    undefined = np.isnan(h)
    h = np.where(undefined, 0, h)
    low = np.floor(h)
    share = h - low
    if type(q) in (float, int):
        share = share.astype(np.result_type(np.real(ordered), np.float16))
    below, above = take_each(ordered, low), take_each(ordered, np.minimum(low + 1, ordered.shape[-1] - 1))
    exact = np.logical_and(np.equal(share, 0), np.logical_not(np.isfinite(below + above)))  # 0·inf would be nan
    mixed = (1 - share) * np.where(exact, 0, below) + share * np.where(exact, 0, above)
    return np.where(undefined, np.nan, np.where(exact, below, mixed))


def take_each(ordered, k):
    """Entry k of each lane, for several k at once."""
    lane = np.indices(ordered.shape[:-1], sparse=True)
    return ordered[(*lane, k.astype(np.intp))]


def quantiles(a, q, axis, method, keepdims, pass_over_nan, weights=None):
    (a,) = as_arrays(a)
    ordered = np.sort(lanes(a, axis), axis=-1)
    if not a.size and np.ndim(q) == 0:
        return np.mean(a, axis=axis if np.ndim(axis) == 0 else tuple(axis), keepdims=keepdims)
    found = between(ordered, q, method) if weights is None else entry(a, q, axis, method, weights, pass_over_nan)
    if not pass_over_nan:
        last = ordered[..., -1]
        found = np.where(np.isnan(last), last, found)
    return np.reshape(found, (*np.shape(q), *kept_shape(a, axis))) if keepdims else number(found)


@composed(np.median)
def median(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    return quantiles(floating(a), 0.5, axis, "linear", keepdims, False)


@composed(np.nanmedian)
def nanmedian(a, axis=None, out=None, overwrite_input=False, keepdims=False):
    return quantiles(floating(a), 0.5, axis, "linear", keepdims, True)


@primitive
def weighted_places(x, q, weights, method):
    """Which entry of each lane is the quantile, each entry counting as often as its weight says."""
    order = np.argsort(x, axis=-1, kind="stable")
    ranks = np.zeros(x.shape)
    np.put_along_axis(ranks, order, np.arange(x.shape[-1], dtype=float), axis=-1)
    return take_each(order, np.quantile(ranks, q, axis=-1, method=method, weights=np.broadcast_to(weights, x.shape)))


constant(weighted_places)


def entry(a, q, axis, method, weights, pass_over_nan):
    """The quantile where entries have weights: an entry of a, constant in q and in the weights."""
    (weights,), x = as_arrays(weights), lanes(a, axis)
    w = lanes(weights, axis) if weights.shape == a.shape else weights
    if w.shape != x.shape and (axis is None or np.ndim(axis) or w.shape != x.shape[-1:]):
        raise TypeError("np.quantile: weights have the shape of a, or are one row for one axis")
    if pass_over_nan:
        w = np.where(np.isnan(x), 0, w)
    return take_each(x, weighted_places(x, q, w, method))


@composed(np.quantile)
def quantile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None):
    return quantiles(a, q, axis, method, keepdims, False, weights)


@composed(np.nanquantile)
def nanquantile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None):
    return quantiles(a, q, axis, method, keepdims, True, weights)


def hundredth(q):
    return q / 100 if hasattr(q, "dtype") or type(q) in (float, int) else np.asarray(q) / 100


@composed(np.percentile)
def percentile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None):
    return quantiles(a, hundredth(q), axis, method, keepdims, False, weights)


@composed(np.nanpercentile)
def nanpercentile(a, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None):
    return quantiles(a, hundredth(q), axis, method, keepdims, True, weights)


# sets of numbers: of an entry that both arrays have, the one of the first array


@composed(np.union1d)
def union1d(ar1, ar2):
    return unique(np.concatenate([np.ravel(ar1), np.ravel(ar2)]))


@primitive
def places_of_common(a, b, assume_unique):
    """Where the entries that two arrays have stand in each of them."""
    return np.intersect1d(a, b, assume_unique, True)[1:]


constant(places_of_common)


@composed(np.intersect1d)
def intersect1d(ar1, ar2, assume_unique=False, return_indices=False):
    ar1, ar2 = map(np.ravel, as_arrays(ar1, ar2))
    first, second = places_of_common(ar1, ar2, assume_unique)
    found = ar1[first].astype(np.result_type(ar1, ar2))
    return (found, first, second) if return_indices else found


@composed(np.setdiff1d)
def setdiff1d(ar1, ar2, assume_unique=False):
    found = np.ravel(ar1) if assume_unique else unique(np.ravel(ar1))
    return found[np.isin(found, ar2, invert=True)]


@composed(np.setxor1d)
def setxor1d(ar1, ar2, assume_unique=False):
    return np.sort(np.concatenate([setdiff1d(ar1, ar2), setdiff1d(ar2, ar1)]))
