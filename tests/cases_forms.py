"""The table of cases, part on the forms of a call: arguments that are seldom given, and Tensors in unusual places."""

import numpy as np
from table import C, M, P, R, U, case

MASK = np.array([[True, False, True], [True, True, False]])
HOLES = np.array([1.0, np.nan, np.inf, -np.inf])
METHODS = "interpolated_inverted_cdf", "hazen", "weibull", "median_unbiased", "normal_unbiased", "lower", "nearest"

# reductions
case(np.sum,     "of a number, axis 0",    lambda x: np.sum(x, axis=0) * np.max(x, axis=-1) * np.prod(x, axis=0), R())
case(np.sum,     "initial, dtype",         lambda x, y: np.sum(x, initial=y, dtype=float),        R(2), R())
case(np.prod,    "initial varies",         lambda x, y: np.prod(x, 1, initial=y),                 R(2, 3), R())
case(np.var,     "ddof varies",            lambda x, d: np.var(x, ddof=d),                        R(5), 0.5)
case(np.std,     "ddof by position",       lambda x, d: np.std(x, 1, None, None, d, True),        R(2, 5), 0.5)
case(np.var,     "empty, axis",            lambda x: np.var(x, axis=1) + np.std(x, axis=1),       R(0, 2))
case(np.nanvar,  "mean",                   lambda x, m: np.nanvar(x, axis=1, mean=m),             R(2, 3), R(2, 1))
case(np.nansum,  "of a number, axis 0",    lambda x: np.nansum(x, axis=0) + np.nanmean(x, axis=-1), R())
case(np.average, "weights of two axes",    lambda x, w: np.average(x, (1, 0), w),                 R(2, 3), P(3, 2))
case(np.average, "weights of an axis of a tuple", lambda x, w: np.average(x, (1,), w),            R(2, 3), P(3))
case(np.cumprod, "of a number",            lambda x: np.cumprod(x) * np.cumprod(x, axis=0),       R())
if hasattr(np, "cumulative_sum"):
    case(np.cumulative_sum,  "of a number", lambda x: np.cumulative_sum(x, include_initial=True), R())
    case(np.cumulative_prod, "of a number", np.cumulative_prod,                                   R())
case(np.linalg.norm, "order varies",       lambda x, p: np.linalg.norm(x, p, axis=0),             R(3, 2), 2.5)
case(np.linalg.vector_norm, "order varies", lambda x, p: np.linalg.vector_norm(x, ord=p), R(3, 2), 3.0)
case(np.nan_to_num, "numbers that vary",
     lambda x, a, b, c: np.nan_to_num(x + HOLES, True, a, b, c), R(4), R(), R(), R())  # fmt: skip
case(np.nan_to_num, "complex, numbers that vary", lambda x, a: np.nan_to_num(x + HOLES[:2], nan=a), C(2), R())

# order
for method in METHODS:
    case(np.quantile, f"by q, {method}", lambda x, q, m=method: np.quantile(x, q, 0, method=m), R(5, 2),
         [0.01, 0.33, 0.83])  # fmt: skip
case(np.nanpercentile, "by q, hazen",
     lambda x, q: np.nanpercentile(x + HOLES[[0, 0, 1, 0]], q, method="hazen"), R(4), 43.0)  # fmt: skip
case(np.nanquantile, "weights",
     lambda x, w: np.nanquantile(x + HOLES[[0, 1, 0]], 0.4, weights=w, method="inverted_cdf"), R(3), P(3))  # fmt: skip
case(np.sort,    "all by position",        lambda x: np.sort(x, 0, "stable", None),               R(3, 2))

# shapes
case(np.reshape, "Fortran's order, by position", lambda x: np.reshape(x, (3, 2), "F"),            R(2, 3))
case(np.ravel,   "order of memory",        lambda x: np.sum(np.ravel(x, "K") ** 2), R(2, 3))
case(np.concatenate, "casting", lambda x, y: np.concatenate([x, y], dtype=float, casting="safe"), R(2), R(3))
case(np.atleast_1d, "lists beside",        lambda x: np.atleast_1d(x, [2.0, 3.0], 1.0)[0],        R())
case(np.append,  "to a list, axis",        lambda x: np.append([1.0, 2.0], x, axis=0),            R(2))
case(np.take,    "of a number",            lambda x: np.take(x, [0, 0], 0) * np.repeat(x, 2, 0),  R())
case(np.take,    "nothing, wrapped",       lambda x: np.take(x, [], mode="wrap"),                 R(3))
case(np.linspace, "a NumPy number of points", lambda x: np.linspace(x, 1.0, np.int64(4)),         R())
case(np.linspace, "whole numbers",         lambda x: x * np.linspace(x - 9.3, x, 7, dtype=int), R())
case(np.logspace, "several bases",         lambda x, b: np.logspace(x, 2.0, 3, base=b),           R(), P(2))
case(np.clip,    "by the newer names",     lambda x, a: np.clip(x, max=a) * np.clip(x, min=a, max=2.0), R(5), R())

# products and solutions
case(np.einsum,  "dtype, order", lambda x, y: np.einsum("ij,kj", x, y, dtype=float, order="F"), R(2, 3), R(2, 3))
case(np.convolve, "mode by number",        lambda x, y: np.convolve(x, y, 1),                     R(4), R(3))
case(np.linalg.solve, "right side a list", lambda x: np.linalg.solve(x, [1, 2]),                  M(2, 2))
case(np.linalg.pinv, "rank cut off",       lambda x: np.linalg.pinv(x, 0.9) * np.linalg.pinv(x, rtol=0.9), U(3, 2))
case(np.linalg.lstsq, "rank cut off",      lambda x, y: np.linalg.lstsq(x, y, 0.9)[0],            R(3, 2), R(3))
case(np.polyfit, "two columns, unscaled",  lambda y: np.polyfit([0.0, 1, 2, 4], y, 1, cov="unscaled"), R(4, 2))
case(np.arctan2, "truth values",           lambda x: np.arctan2([True, False], x),                P(2))
case(np.where,   "numbers as condition",   lambda x, y: np.where(x, x, y),                        R(3), R(3))
