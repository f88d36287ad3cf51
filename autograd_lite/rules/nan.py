"""Functions that pass over nan: the ordinary ones of what is a number, whose entries alone have a derivative.

nanmedian, nanquantile and nanpercentile stand with their like in sorting.py.
"""

import warnings

import numpy as np

from ..kinds import general
from ..registry import composed, primitive
from .elementwise import masked
from .reductions import (
    lanes,
    masked_max,
    masked_mean,
    masked_min,
    masked_prod,
    masked_std,
    masked_sum,
    masked_var,
    number_like,
)
from .shaping import floating


def numbers(a, where):
    """Where a is a number, of the places that are asked for."""
    number = np.logical_not(np.isnan(a))
    return number if where is True else np.logical_and(number, where)


@composed(np.nansum)
def nansum(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True):
    return masked_sum(a, axis, dtype, None, keepdims, initial, numbers(a, where))


@composed(np.nanprod)
def nanprod(a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True):
    return masked_prod(a, axis, dtype, None, keepdims, initial, numbers(a, where))


def extremum(function, bound, a, axis, keepdims, initial, where):
    """nan, with NumPy's warning, where there is nothing but nan."""
    if where is not True and initial is None:
        raise ValueError(f"np.nan{function.__name__[-3:]} with where= needs initial=, for where nothing is chosen")
    if a.dtype.kind in "biu":
        options = {} if initial is None else {"initial": initial, "where": where}
        return (np.max if function is masked_max else np.min)(a, axis=axis, keepdims=keepdims, **options)
    number = numbers(a, where)
    if initial is None and not lanes(number, axis).shape[-1]:
        raise ValueError(f"zero-size array to reduction operation np.nan{function.__name__[-3:]} which has no identity")
    found = function(a, axis, None, keepdims, bound if initial is None else initial, number)
    nothing = np.logical_not(np.any(number, axis=axis, keepdims=keepdims))
    if initial is not None or not np.any(nothing):
        return found
    warnings.warn("All-NaN slice encountered", RuntimeWarning, stacklevel=4)
    return np.where(nothing, np.nan, found)


@composed(np.nanmax)
def nanmax(a, axis=None, out=None, keepdims=False, initial=None, where=True):
    return extremum(masked_max, -np.inf, a, axis, keepdims, initial, where)


@composed(np.nanmin)
def nanmin(a, axis=None, out=None, keepdims=False, initial=None, where=True):
    return extremum(masked_min, np.inf, a, axis, keepdims, initial, where)


@composed(np.nanmean)
def nanmean(a, axis=None, dtype=None, out=None, keepdims=False, *, where=True):
    return masked_mean(a, axis, dtype, None, keepdims, where=numbers(a, where))


@composed(np.nanvar)
def nanvar(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=0):
    a, where = floating(a), numbers(a, where)
    mean = number_like(a, mean) if dtype is None and mean is not None else mean
    return masked_var(a, axis, dtype, None, ddof, keepdims, where=where, mean=mean, correction=correction)


@composed(np.nanstd)
def nanstd(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=0):
    a, where = floating(a), numbers(a, where)
    mean = number_like(a, mean) if dtype is None and mean is not None else mean
    return masked_std(a, axis, dtype, None, ddof, keepdims, where=where, mean=mean, correction=correction)


@composed(np.nancumsum)
def nancumsum(a, axis=None, dtype=None, out=None):
    return np.cumsum(np.where(np.isnan(a), 0, a), axis=axis, dtype=dtype)


@composed(np.nancumprod)
def nancumprod(a, axis=None, dtype=None, out=None):
    return np.cumprod(np.where(np.isnan(a), 1, a), axis=axis, dtype=dtype)


def finite_part(d, out, x, *numbers):
    """A derivative where x is finite, its real and imaginary part each for itself."""
    if x.dtype.kind != "c":
        return masked(d, np.isfinite(x))
    real, imaginary = np.isfinite(np.real(x)), np.isfinite(np.imag(x))
    return masked(np.real(d), real) + 1j * masked(np.imag(d), imaginary)


@primitive
def finite(x, nan=0.0, posinf=None, neginf=None):
    """Numbers in the place of what is none."""
    return np.nan_to_num(x, True, nan, posinf, neginf)


@composed(np.nan_to_num)
def nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None):
    if not copy:
        raise TypeError("np.nan_to_num: copy=False is not recorded; write t[...] = np.nan_to_num(t)")
    return finite(x, nan, posinf, neginf)


def replacing(what):
    """The share of the number that stands where x is that, in the real and in the imaginary part."""

    def share(d, out, x, *numbers):
        if x.dtype.kind != "c":
            return masked(d, what(x))
        return masked(d, what(np.real(x))) + 1j * masked(d, what(np.imag(x)))

    return share


shares = [finite_part, replacing(np.isnan), replacing(np.isposinf), replacing(np.isneginf)]
general(finite, jvp=shares, vjp=shares)
