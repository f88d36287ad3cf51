"""The table of cases, third part: order, sums over parts, nan, statistics, sampled functions, polynomials."""

import numpy as np
from table import C, P, R, case

from autograd_lite.rules.differences import bessel_i, full_convolution, turns
from autograd_lite.rules.nan import finite
from autograd_lite.rules.sorting import places_of_common, places_of_unique, positions, weighted_places
from autograd_lite.rules.statistics import bin_of, counts, edges_within, places_between

MASK = np.array([[True, True, False, True], [True, False, False, False], [True, True, True, True]])
HOLES = np.array([[0.0, np.nan, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [np.nan, 0.0, 0.0, np.nan]], np.float32)
METHOD = "inverted_cdf"
EVEN = [0.0, 0.7, 1.5, 1.9]

# order
case(np.sort, "last axis",             lambda x: np.sort(x),                        R(3, 4))
case(np.sort, "first axis",            lambda x: np.sort(x, axis=0),                R(3, 4))
case(np.sort, "flattened",             lambda x: np.sort(x, axis=None),             R(2, 3))
case(np.sort, "middle of three, stable", lambda x: np.sort(x, 1, kind="stable"),    R(2, 3, 2))
case(np.sort, "empty",                 lambda x: np.sort(x),                        R(0, 2))
case(np.sort, "complex",               lambda x: np.sort(x),                        C(4))
case(np.sort_complex, "real",          np.sort_complex,                             R(4))
case(np.sort_complex, "complex",       np.sort_complex,                             C(4))
case(np.partition, "third",            lambda x: np.partition(x, 2)[..., 2],        R(3, 5))
case(np.partition, "first axis",       lambda x: np.sort(np.partition(x, 1, axis=0)[:2], axis=0), R(4, 2))
case(np.partition, "flattened",        lambda x: np.partition(x, 3, axis=None)[3],  R(2, 3))
case(np.median, "odd",                 np.median,                                   R(5))
case(np.median, "even, axis",          lambda x: np.median(x, axis=0),              R(4, 3))
case(np.median, "two axes, keepdims",  lambda x: np.median(x, axis=(0, 2), keepdims=True), R(2, 3, 2))
case(np.median, "0-d",                 np.median,                                   R())
for method in (
    "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull",
    "linear", "median_unbiased", "normal_unbiased", "lower", "higher", "midpoint", "nearest",
):  # fmt: skip
    case(np.quantile, method, lambda x, m=method: np.quantile(x, 0.3, axis=0, method=m), R(7, 2))
case(np.quantile, "of plain numbers",  lambda q: np.quantile([0.0, 1.0, 3.0], q),    np.array(0.2))
case(np.quantile, "several",           lambda x: np.quantile(x, [[0.1, 0.52], [0.0, 1.0]], axis=1), R(2, 5))
case(np.quantile, "two axes, keepdims", lambda x: np.quantile(x, [0.2], axis=(0, 2), keepdims=True), R(2, 3, 2))
case(np.quantile, "by q",              lambda x, q: np.quantile(x, q, axis=0),      R(5, 2), [0.11, 0.83])
case(np.quantile, "0-d",               lambda x: np.quantile(x, 0.5),               R())
case(np.percentile, "one",             lambda x: np.percentile(x, 30),              R(2, 4))
case(np.percentile, "several, by q",   lambda x, q: np.percentile(x, q),            R(5), [12.0, 83.0])
case(np.percentile, "list",            lambda x: np.percentile(x, [10, 60.5], axis=-1), R(2, 5))
case(np.unique, "values",              np.unique,                                   R(2, 3))
case(np.unique, "rows",                lambda x: np.unique(x, axis=0),              R(3, 2))
case(np.unique, "all parts",           lambda x: np.unique(x, True, True, True),    R(4))
case(np.unique_values, "flat",         lambda x: np.sort(np.unique_values(x)),      R(2, 2))
case(np.unique_counts, "flat",         lambda x: tuple(np.unique_counts(x)),        R(2, 2))
case(np.unique_inverse, "flat",        lambda x: tuple(np.unique_inverse(x)),       R(3))
case(np.unique_all, "flat",            lambda x: tuple(np.unique_all(x)),           R(3))
case(places_of_unique, "flat",         lambda x: places_of_unique(x, None, True), R(3))
case(positions, "by q",                lambda q: positions(np.array([1.0, 2, 3, 4, np.nan]), q, "linear"), [0.3, 0.6])
case(np.union1d, "two",                np.union1d,                                  R(3), R(2))
case(places_of_common, "constant",         lambda x: x[places_of_common(x, x[1:] * 1, False)[0]], R(4))
case(np.intersect1d, "with indices",       lambda x: np.intersect1d(x, x[1:] * 1, True, return_indices=True)[0], R(4))
case(np.intersect1d, "some common",    lambda x: np.intersect1d(x, x[1:] * 1),      R(4))
case(np.setdiff1d, "one less",         lambda x: np.setdiff1d(x, x[:1]),            R(4))
case(np.setxor1d, "two",               lambda x: np.setxor1d(x, x[1:]) + np.setxor1d(x[:1], x[1:])[:1], R(4))
case(np.isin, "in itself",             lambda x: np.isin(x, x[:2]),                 R(4))

# reductions of parts
for function in (np.sum, np.prod, np.mean, np.var, np.std):
    case(function, "where", lambda x, f=function: f(x, where=MASK), R(3, 4))
    case(function, "where, axis, keepdims", lambda x, f=function: f(x, axis=0, where=MASK, keepdims=True), R(3, 4))
for function in (np.max, np.min, np.amax, np.amin):
    case(function, "where, initial", lambda x, f=function: f(x, axis=1, where=MASK, initial=-0.3), R(3, 4))
    case(function, "initial", lambda x, y, f=function: f(x, axis=(0, 1), initial=y, keepdims=True), R(2, 3), R())
    case(function, "initial of nothing", lambda x, f=function: f(x, axis=0, initial=0.5), R(0, 2))
case(np.sum,  "initial",               lambda x, y: np.sum(x, axis=0, initial=y),   R(2, 3), R())
case(np.prod, "initial",               lambda x, y: np.prod(x, axis=0, initial=y),  R(2, 3), R())
case(np.sum,  "where, complex",        lambda x: np.sum(x, where=MASK[0]),          C(4))
case(np.mean, "where, complex",        lambda x: np.mean(x, where=MASK[0]),         C(4))
case(np.var,  "where, ddof, complex",  lambda x: np.var(x, where=MASK[0], ddof=1),  C(4))
case(np.var,  "mean given",            lambda x, m: np.var(x, axis=0, mean=m),      R(3, 2), R(1, 2))
case(np.std,  "mean given",            lambda x: np.std(x, mean=np.mean(x, keepdims=True)), R(2, 3))
case(np.max,  "ufunc method",          lambda x: np.maximum.reduce(x, axis=1) + np.logaddexp.reduce(x, axis=1), R(2, 3))
if hasattr(np, "cumulative_sum"):
    case(np.cumulative_sum, "1-d",     lambda x: np.cumulative_sum(x),              R(4))
    case(np.cumulative_sum, "initial", lambda x: np.cumulative_sum(x, axis=-1, include_initial=True), R(2, 3))
    case(np.cumulative_prod, "1-d",    lambda x: np.cumulative_prod(x),             R(4))
    case(np.cumulative_prod, "initial", lambda x: np.cumulative_prod(x, axis=0, include_initial=True), R(2, 3))

# nan passed over
for function in (np.nansum, np.nanprod, np.nanmax, np.nanmin, np.nanmean, np.nanvar, np.nanstd):
    case(function, "all", lambda x, f=function: f(x + HOLES), R(3, 4))
    case(function, "axis, keepdims", lambda x, f=function: f(x + HOLES, axis=1, keepdims=True), R(3, 4))
    case(function, "two axes", lambda x, f=function: f(x + HOLES[:, None], axis=(0, 2)), R(3, 2, 4))
for function in (np.nansum, np.nanprod, np.nanmean):
    case(function, "complex", lambda x, f=function: f(x + HOLES[0]), C(4))
case(np.nansum, "initial, where",      lambda x: np.nansum(x + HOLES, initial=0.5, where=MASK), R(3, 4))
case(np.nanvar, "ddof",                lambda x: np.nanvar(x + HOLES, axis=1, ddof=1)[:2], R(3, 4))
case(np.nancumsum, "flattened, axis",  lambda x: (np.nancumsum(x + HOLES), np.nancumsum(x + HOLES, axis=0)), R(3, 4))
case(np.nancumprod, "axis",            lambda x: np.nancumprod(x + HOLES, axis=1),  R(3, 4))
case(np.nanmedian, "axis",             lambda x: np.nanmedian(x + HOLES, axis=1),   R(3, 4))
case(np.nanmedian, "keepdims",         lambda x: np.nanmedian(x + HOLES, keepdims=True), R(3, 4))
case(np.nanquantile, "several, axis",  lambda x: np.nanquantile(x + HOLES, [0.2, 0.7], axis=1), R(3, 4))
case(np.nanquantile, "by q",           lambda x, q: np.nanquantile(x + HOLES, q, axis=1), R(3, 4), [0.15, 0.4])
case(np.nanpercentile, "keepdims",     lambda x: np.nanpercentile(x + HOLES, 30.0, keepdims=True), R(3, 4))
case(np.nan_to_num, "nan",             lambda x: np.nan_to_num(x + HOLES),          R(3, 4))
case(finite,      "numbers",           lambda x: finite(x + HOLES, 2.0),            R(3, 4))
case(np.nan_to_num, "complex",         lambda x: np.nan_to_num(x + np.array([0, np.nan * 1j])), C(2))

# statistics
case(np.cov,  "one variable",          np.cov,                                      R(4))
case(np.cov,  "rows",                  lambda x: np.cov(x, ddof=0) + np.cov(x, bias=True), R(2, 4))
case(np.cov,  "columns",               lambda x: np.cov(x, rowvar=False),           R(4, 2))
case(np.cov,  "two arrays",            lambda x, y: np.cov(x, y),                   R(4), R(2, 4))
case(np.cov,  "weights",               lambda x, w: np.cov(x, aweights=w, fweights=[1, 2, 1, 3]), R(2, 4), P(4))
case(np.cov,  "complex",               np.cov,                                      C(2, 4))
case(np.corrcoef, "rows",              lambda x: np.corrcoef(x)[0, 1:],             R(3, 4))
case(np.corrcoef, "columns",           lambda x: np.corrcoef(x, rowvar=False)[0, 1], R(4, 2))
case(np.bincount, "weights",           lambda w: np.bincount([0, 2, 0], weights=w), R(3))
case(np.bincount, "of signs",          lambda x: np.bincount(np.searchsorted([0.0], x), minlength=3), R(5))
case(counts,  "of signs",              lambda x: counts(np.searchsorted([0.0], x), 3), R(5))
case(np.histogram, "weights",          lambda w: np.histogram([1.0, 2, 1, 4, 9], [0, 1.5, 3, 4], weights=w)[0], R(5))
case(np.histogram, "density",          lambda w: np.histogram([1.0, 2, 1], 2, weights=w, density=True)[0], P(3))
case(np.histogram, "of numbers",       lambda x: np.histogram(x, 4)[1],              R(6))
case(np.histogram, "density of numbers", lambda x, w: np.histogram(x, [-1.0, 0.0, 2.0], weights=w, density=True)[0],
     R(6), P(6))  # fmt: skip
case(np.histogram2d, "weights",        lambda w: np.histogram2d([1.0, 2, 1, 4, 9], [0.0, 1, 5, 2, 1], 3, weights=w)[0],
     R(5))  # fmt: skip
case(np.histogram2d, "edges",          lambda x, y: np.histogram2d(x, y, [2, 3], density=True), R(5), R(5))
case(np.histogramdd, "weights",        lambda x, w: np.histogramdd(x, (2, [-1.0, 0, 1]), weights=w), R(5, 2), R(5))
case(np.histogramdd, "range, density", lambda x, w: np.histogramdd([x, x], 2, [(-1, 1), (0, 2)], True, w)[0],
     R(5), P(5))  # fmt: skip
case(bin_of,  "of rounded",            lambda x: bin_of(np.rint(x), [-1.5, 0.5, 1.5], None), R(5))
case(np.quantile, "weights",           lambda x: np.quantile(x, [0.3, 0.8], 1, weights=[1.0, 2, 0.5], method=METHOD),
     R(2, 3))  # fmt: skip
case(np.quantile, "weights of all",    lambda x, w: np.quantile(x, 0.4, weights=w, method=METHOD, keepdims=True),
     R(2, 3), P(2, 3))  # fmt: skip
case(np.percentile, "weights",         lambda x: np.percentile(x, 30, weights=[1, 2, 3, 4], method=METHOD), R(4))
case(weighted_places, "of rounded", lambda x: weighted_places(np.rint(3 * x), 0.4, np.ones(4), METHOD), R(2, 4))
case(edges_within, "constant",             lambda x: np.sum(x) * edges_within(x, 3, (0, 1)), R(6))
case(np.histogram_bin_edges, "in a range", lambda x: np.sum(x) * np.histogram_bin_edges(x, "sqrt", (-1, 1)), R(6))
case(np.histogram_bin_edges, "that vary",  lambda x, e: np.histogram_bin_edges(x, e) ** 2, R(6), [-2.0, 0.1, 3.0])
case(np.histogram, "density, edges that vary", lambda x, e: np.histogram(x, e, density=True), R(6), [-4.0, 0.1, 3.0])
case(np.histogram, "a NumPy number of bins", lambda x: np.histogram(x, np.int64(4))[1], R(6))
case(np.histogram_bin_edges, "four",   lambda x: np.histogram_bin_edges(x, 4),      R(6))
case(places_between, "four",           lambda x: places_between(np.rint(x), 4),     R(6))

# sampled functions
case(np.diff, "last axis",             np.diff,                                     R(2, 4))
case(np.diff, "twice, first axis",     lambda x: np.diff(x, 2, axis=0),             R(4, 2))
case(np.diff, "no time",               lambda x: np.diff(x, 0),                     R(3))
case(np.diff, "prepend, append",       lambda x, y: np.diff(x, prepend=y, append=x[:, :2]), R(2, 3), R())
case(np.diff, "complex",               np.diff,                                     C(3))
case(np.ediff1d, "2-d",                np.ediff1d,                                  R(2, 3))
case(np.ediff1d, "ends",               lambda x, y: np.ediff1d(x, to_end=y, to_begin=x[0]), R(3), R(2))
case(np.gradient, "1-d",               np.gradient,                                 R(5))
case(np.gradient, "all axes",          np.gradient,                                 R(3, 4))
case(np.gradient, "spacings",          lambda x, h: np.gradient(x, h, 2.0),         R(3, 4), P())
case(np.gradient, "one axis, edges",   lambda x: np.gradient(x, 0.5, axis=1, edge_order=2), R(2, 4))
case(np.gradient, "coordinates",       lambda x, h: np.gradient(x, h, axis=-1),     R(2, 4), EVEN)
case(np.gradient, "coordinates, edges", lambda x, h: np.gradient(x, h, edge_order=2), R(4), EVEN)
case(np.gradient, "complex",           np.gradient,                                 C(4))
case(np.trapezoid, "1-d",              np.trapezoid,                                R(4))
case(np.trapezoid, "coordinates",      lambda y, x: np.trapezoid(y, x),             R(2, 4), R(4))
case(np.trapezoid, "coordinates of all", lambda y, x: np.trapezoid(y, x, axis=0),   R(3, 2), R(3, 2))
case(np.trapezoid, "dx, axis",         lambda y: np.trapezoid(y, dx=0.5, axis=0),   R(3, 2))
case(np.interp, "inside and outside",  np.interp,                                   [-1.0, 0.3, 1.2, 2.5], EVEN, R(4))
case(np.interp, "left, right",         lambda x, f: np.interp(x, EVEN, f, left=-1.0, right=2.0), [-1.0, 0.3, 2.5], R(4))
case(np.interp, "period",              lambda x, p, f: np.interp(x, p, f, period=2.0), [-1.0, 0.3, 2.5], EVEN, R(4))
case(np.interp, "0-d",                 lambda x: np.interp(x, EVEN, [1.0, 3, 2, 5]), 0.3)
case(np.interp, "complex values",      lambda x, f: np.interp(x, EVEN, f),          [0.3, 1.2], C(4))
case(full_convolution, "1-d",          full_convolution,                            R(3), R(2))
for mode in ("full", "same", "valid"):
    for m, n in (5, 3), (3, 5), (4, 2), (2, 4), (3, 3):
        case(np.convolve, f"{mode}, {m} and {n}", lambda x, y, mode=mode: np.convolve(x, y, mode), R(m), R(n))
        case(np.correlate, f"{mode}, {m} and {n}", lambda x, y, mode=mode: np.correlate(x, y, mode), R(m), R(n))
case(np.convolve, "complex",           np.convolve,                                 C(3), C(2))
case(np.correlate, "complex",          np.correlate,                                C(3), C(2))
case(np.convolve, "number",            np.convolve,                                 R(3), R())
case(np.unwrap, "1-d",                 np.unwrap,                                   [0.0, 3.0, 6.5, -1.0, 9.0])
case(np.unwrap, "axis, period",        lambda x: np.unwrap(x, axis=0, period=2.0, discont=1.5), R(4, 2))
case(np.i0,   "both signs",            np.i0,                                       [-2.5, 0.0, 0.4, 12.0])
case(bessel_i, "order 2",              lambda x: bessel_i(2, x),                    R(2, 2))

# polynomials
case(np.polyval, "coefficients, x",    np.polyval,                                  R(4), R(2, 2))
case(np.polyval, "number",             lambda p: np.polyval(p, 1.5),                R(3))
case(np.polyval, "complex",            np.polyval,                                  C(3), C(2))
case(np.polyder, "twice",              lambda p: np.polyder(p, 2) + np.polyder(p)[1:], R(4))
case(np.polyint, "twice, constants",   lambda p, k: np.polyint(p, 2, k),            R(3), R(2))
case(np.polyadd, "unequal",            np.polyadd,                                  R(4), R(2))
case(np.polysub, "unequal",            np.polysub,                                  R(2), R(4))
case(np.polymul, "leading zeros",      lambda p, q: np.polymul(p * np.array([0, 1, 1]), q), R(3), R(2))
case(np.polydiv, "quotient, remainder", lambda u, v: np.polydiv(u, np.append(np.ones_like(v[:1]), v)), R(5), P(2))
case(np.polydiv, "by a higher one",    np.polydiv,                                  R(2), P(3))
case(np.poly, "zeros",                 np.poly,                                     R(3))
case(np.poly, "matrix",                lambda a: np.poly((a + a.T) / 2),            R(3, 3))
case(np.roots, "real",                 np.roots,                                    [1.0, -3.5, 1.0, 1.5])
case(np.roots, "zero at zero",         lambda p: np.sort(np.roots(p * np.array([0, 1, 1, 1, 0]))), P(5))
case(np.roots, "complex",              np.roots,                                    C(4))
case(np.polyfit, "line",               lambda x, y: np.polyfit(x, y, 1),            EVEN, R(4))
case(np.polyfit, "full",               lambda y: np.polyfit(EVEN, y, 1, full=True)[:2], R(4))
case(np.polyfit, "covariance",         lambda x, y: np.polyfit(x, y, 1, cov=True),  EVEN, R(4))
case(np.polyfit, "covariance, several, not scaled", lambda y: np.polyfit(EVEN, y, 1, cov="unscaled"), R(4))
case(np.polyfit, "covariance, several", lambda y: np.polyfit(EVEN, y, 1, cov=True)[1], R(4, 2))
case(np.polyfit, "weights, several",   lambda y, w: np.polyfit(EVEN, y, 2, w=w),    R(4, 2), P(4))
case(np.vander, "both ways", lambda x: np.vander(x) + np.vander(x, 3, increasing=True), [0.0, 1.5, -2.0])

# nothing, and single numbers
case(np.sort, "empty stack",           lambda x: np.sort(x, axis=0),                R(2, 0))
case(np.quantile, "empty stack",       lambda x: np.quantile(x, [0.2, 0.5], axis=1), R(0, 3))
case(np.median, "empty stack",         lambda x: np.median(x, axis=0),              R(3, 0))
case(np.unique, "empty",               np.unique,                                   R(0))
case(np.nansum, "empty, 0-d",          lambda x, y: np.nansum(x) + np.nansum(y),    R(0), R())
case(np.nanmax, "0-d",                 np.nanmax,                                   R())
case(np.nancumsum, "empty",            np.nancumsum,                                R(0))
case(np.nan_to_num, "0-d, empty",      lambda x, y: (np.nan_to_num(x), np.nan_to_num(y)), R(), R(0, 2))
case(np.diff, "of one",                np.diff,                                     R(1))
case(np.diff, "empty stack",           np.diff,                                     R(0, 3))
case(np.gradient, "empty stack",       lambda x: np.gradient(x, axis=1),            R(0, 3))
case(np.trapezoid, "of one",           np.trapezoid,                                R(1))
case(np.interp, "empty",               lambda x, f: np.interp(x, EVEN, f),          R(0), R(4))
case(np.interp, "one node",            lambda x, f: np.interp(x, [0.5], f),         R(3), R(1))
case(turns,     "constant",                lambda x: x * turns(x, None, -1, 2.6),       [0.0, 3.0, 6.5, -1.0, 9.0])
case(np.unwrap, "a period that varies",    lambda x, p: np.unwrap(x, 1.0, period=p),    [0.0, 3.0, 6.5, -1.0, 9.0], 2.6)
case(np.unwrap, "empty stack",         lambda x: np.unwrap(x, axis=0),              R(3, 0))
case(np.i0,   "empty",                 np.i0,                                       R(0, 2))
case(np.polyval, "constant, empty x",  np.polyval,                                  R(1), R(0))
case(np.vander, "empty",               lambda x: np.vander(x, 2),                   R(0))
