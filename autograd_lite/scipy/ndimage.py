"""``scipy.ndimage`` for Tensors: filters here, splines at points (``map_coordinates``, ``zoom``, …) in ``sampling``.

    y_i = Σ_j w_j x_{i+j}         a filter is this correlation of the image, padded at its border, with weights

It is linear in the image and in the weights, and its transposes are correlations again:

    x̄ = ȳ padded with zeros, correlated with w turned round         w̄ = x correlated with ȳ

Filters that choose (``maximum_filter``, ``median_filter``, …) stack the shifted images and take from the stack.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np
import scipy.ndimage as nd
import scipy.signal

from ..kinds import multilinear
from ..registry import primitive
from .forward import for_tensors, forwarding
from .sampling import (
    affine_transform,
    map_coordinates,
    rotate,
    shift,
    spline_filter,
    spline_filter1d,
    zoom,
)
from .splines import floating as _floating

__all__ = [
    "affine_transform", "convolve", "convolve1d", "correlate", "correlate1d", "gaussian_filter", "gaussian_filter1d",
    "gaussian_gradient_magnitude", "gaussian_laplace", "laplace", "map_coordinates", "maximum_filter", "median_filter",
    "minimum_filter", "percentile_filter", "prewitt", "rank_filter", "rotate", "shift", "sobel", "spline_filter",
    "spline_filter1d", "uniform_filter", "uniform_filter1d", "zoom",
]  # fmt: skip

__getattr__ = forwarding(__name__, nd)

PADDING = {
    "reflect": "symmetric", "grid-mirror": "symmetric", "mirror": "reflect", "nearest": "edge", "wrap": "wrap",
    "grid-wrap": "wrap", "constant": "constant", "grid-constant": "constant",
}  # fmt: skip
LARGE = 500  # weights, from which on the fast Fourier transform is tried


@primitive
def correlated(x: Any, weights: Any) -> Any:
    """Σ_j w_j x_{i+j} wherever the weights lie inside x."""
    if np.size(weights) > LARGE:
        return scipy.signal.convolve(x, np.flip(weights), "valid").astype(np.result_type(x, weights), copy=False)
    whole = nd.correlate(x, np.conj(weights), mode="constant")  # which conjugates them
    return whole[tuple(slice(k // 2, k // 2 + n - k + 1) for n, k in zip(x.shape, weights.shape, strict=True))]


def _from_all_sides(g: Any, out: Any, x: Any, weights: Any) -> Any:
    return correlated(np.pad(g, [(k - 1, k - 1) for k in np.shape(weights)]), np.flip(weights))


multilinear(correlated, _from_all_sides, lambda g, out, x, weights: correlated(x, g))


def _refuse_output(function: str, output: Any) -> None:
    if output is not None:
        raise TypeError(f"{function}: output= is not recorded; take the result, and .astype for another dtype")


def _per_axis(x: Any, count: int) -> list[Any]:
    given = list(x) if isinstance(x, (list, tuple)) or np.ndim(x) else [x] * count
    if len(given) != count:
        raise ValueError(f"one value for each of {count} axes is needed, not {len(given)}")
    return given


def _axes(axes: Any, ndim: int) -> list[int]:
    chosen = range(ndim) if axes is None else (axes,) if isinstance(axes, int) else axes
    return [axis % ndim for axis in chosen]


def _padded(x: Any, sizes: Sequence[int], axes: Sequence[int], mode: Any, cval: Any, origin: Any) -> Any:
    """x with what windows of these sizes see beyond its border along the axes."""
    for axis, one_mode, shifted in zip(axes, _per_axis(mode, len(axes)), _per_axis(origin, len(axes)), strict=True):
        size = sizes[axis]
        before = size // 2 + shifted
        if not 0 <= before < size:
            raise ValueError(f"origin={shifted} lies outside of a window of size {size}")
        if one_mode not in PADDING:
            raise ValueError(f"mode is one of {', '.join(PADDING)}, not {one_mode!r}")
        widths = [(before, size - 1 - before) if k == axis else (0, 0) for k in range(np.ndim(x))]
        options: dict[str, Any] = {"constant_values": cval} if PADDING[one_mode] == "constant" else {}
        pad: Any = np.pad
        x = pad(x, widths, PADDING[one_mode], **options) if size > 1 else x
    return x


@for_tensors(nd.correlate)
def correlate(
    input: Any, weights: Any, output: Any = None, mode: Any = "reflect", cval: Any = 0.0, origin: Any = 0, *,
    axes: Any = None,
) -> Any:  # fmt: skip
    """Σ_j w_j* x_{i+j−c}, c being the middle of the weights plus ``origin``.

    >>> import autograd_lite as ag
    >>> print(correlate(ag.Tensor([1.0, 2.0, 4.0]), np.array([0.0, 1.0, -1.0])))
    [-1. -2.  0.]

    Raises ValueError if the weights have another number of axes, for an unknown mode and an origin outside of the
    window, TypeError for ``output=``.
    """
    _refuse_output("correlate", output)
    input, weights = _floating(input), _floating(weights)
    chosen = _axes(axes, input.ndim)
    if np.ndim(weights) != len(chosen):
        raise ValueError(f"correlate: the weights have {np.ndim(weights)} axes, the image {len(chosen)}")
    weights = np.expand_dims(weights, tuple(set(range(input.ndim)) - set(chosen)))
    padded = _padded(input, weights.shape, chosen, mode, cval, origin)
    return _like(correlated(padded, np.conj(weights) if weights.dtype.kind == "c" else weights), input, weights)


def _like(y: Any, x: Any, weights: Any) -> Any:
    """In the dtype of the image, complex if the weights are."""
    dtype = np.result_type(x.dtype, np.complex64) if weights.dtype.kind == "c" else x.dtype
    return y if y.dtype == dtype else y.astype(dtype)


@for_tensors(nd.convolve)
def convolve(
    input: Any, weights: Any, output: Any = None, mode: Any = "reflect", cval: Any = 0.0, origin: Any = 0, *,
    axes: Any = None,
) -> Any:  # fmt: skip
    """Correlation with the weights turned round.

    >>> import autograd_lite as ag
    >>> print(convolve(ag.Tensor([1.0, 2.0, 4.0]), np.array([0.0, 1.0, -1.0])))
    [0. 1. 2.]
    """
    turned = [-o - (size % 2 == 0) for o, size in
              zip(_per_axis(origin, np.ndim(weights)), np.shape(weights), strict=True)]  # fmt: skip
    weights = np.flip(_floating(weights))
    weights = np.conj(weights) if weights.dtype.kind == "c" else weights
    return correlate(input, weights, output, mode, cval, turned, axes=axes)


@for_tensors(nd.correlate1d)
def correlate1d(
    input: Any, weights: Any, axis: int = -1, output: Any = None, mode: Any = "reflect", cval: Any = 0.0,
    origin: int = 0,
) -> Any:  # fmt: skip
    """``correlate`` along one axis.

    >>> import autograd_lite as ag
    >>> print(correlate1d(ag.Tensor([1.0, 2.0, 4.0]), np.array([0.0, 1.0, -1.0])))
    [-1. -2.  0.]
    """
    return correlate(input, weights, output, mode, cval, origin, axes=(axis,))


@for_tensors(nd.convolve1d)
def convolve1d(
    input: Any, weights: Any, axis: int = -1, output: Any = None, mode: Any = "reflect", cval: Any = 0.0,
    origin: int = 0,
) -> Any:  # fmt: skip
    """``convolve`` along one axis.

    >>> import autograd_lite as ag
    >>> print(convolve1d(ag.Tensor([1.0, 2.0, 4.0]), np.array([0.0, 1.0, -1.0])))
    [0. 1. 2.]
    """
    return convolve(input, weights, output, mode, cval, origin, axes=(axis,))


def gaussian_kernel(sigma: Any, order: int, radius: int) -> Any:
    """Samples of the normal density with sum 1, times the Hermite polynomial of its derivative; smooth in sigma."""
    x = np.arange(-radius, radius + 1, dtype=float)
    density = np.exp(-0.5 * (x / sigma) ** 2)
    density = density / np.sum(density)
    before, polynomial = 0.0 * density, 1 + 0.0 * density
    for k in range(order):  # q_{k+1} = −(x q_k + k q_{k−1})/σ²
        before, polynomial = polynomial, -(x * polynomial + k * before) / sigma**2
    return polynomial * density


@for_tensors(nd.gaussian_filter1d)
def gaussian_filter1d(
    input: Any, sigma: Any, axis: int = -1, order: int = 0, output: Any = None, mode: Any = "reflect",
    cval: Any = 0.0, truncate: float = 4.0, *, radius: int | None = None,
) -> Any:  # fmt: skip
    """Convolution with a normal density, or a derivative of it; differentiable in sigma as well.

    How many samples the density has is set by the value of sigma, and constant.

    >>> import autograd_lite as ag
    >>> x = np.array([0.0, 0.0, 1.0, 0.0, 0.0])
    >>> print(f"{ag.grad(lambda sigma: gaussian_filter1d(x, sigma)[2])(1.0):.6f}")
    -0.398915
    """
    if radius is None:
        radius = int(truncate * float(sigma.value if hasattr(sigma, "value") else sigma) + 0.5)
    return correlate1d(input, np.flip(gaussian_kernel(sigma, order, radius)), axis, output, mode, cval)


@for_tensors(nd.gaussian_filter)
def gaussian_filter(
    input: Any, sigma: Any, order: Any = 0, output: Any = None, mode: Any = "reflect", cval: Any = 0.0,
    truncate: float = 4.0, *, radius: Any = None, axes: Any = None,
) -> Any:  # fmt: skip
    """``gaussian_filter1d`` along one axis after the other.

    >>> import autograd_lite as ag
    >>> smooth = lambda x: gaussian_filter(x, 1.0)[0, 0]
    >>> print(ag.grad(smooth)(np.zeros((2, 2))).round(3))
    [[0.417 0.229]
     [0.229 0.126]]
    """
    _refuse_output("gaussian_filter", output)
    chosen = _axes(axes, np.ndim(input))
    per_axis = (_per_axis(option, len(chosen)) for option in (sigma, order, mode, radius))
    for axis, one_sigma, one_order, one_mode, one_radius in zip(chosen, *per_axis, strict=True):
        if one_sigma > 1e-15:
            input = gaussian_filter1d(
                input, one_sigma, axis, one_order, None, one_mode, cval, truncate, radius=one_radius
            )
    return input


@for_tensors(nd.uniform_filter1d)
def uniform_filter1d(
    input: Any, size: int, axis: int = -1, output: Any = None, mode: Any = "reflect", cval: Any = 0.0, origin: int = 0
) -> Any:
    """The mean over ``size`` neighbours along one axis.

    >>> import autograd_lite as ag
    >>> print(uniform_filter1d(ag.Tensor([1.0, 2.0, 4.0]), 3))
    [1.33333333 2.33333333 3.33333333]
    """
    return correlate1d(input, np.full(size, 1 / size), axis, output, mode, cval, origin)


@for_tensors(nd.uniform_filter)
def uniform_filter(
    input: Any, size: Any = 3, output: Any = None, mode: Any = "reflect", cval: Any = 0.0, origin: Any = 0, *,
    axes: Any = None,
) -> Any:  # fmt: skip
    """The mean over a box of neighbours.

    >>> import autograd_lite as ag
    >>> print(uniform_filter(ag.Tensor([1.0, 2.0, 4.0]), 3))
    [1.33333333 2.33333333 3.33333333]
    """
    _refuse_output("uniform_filter", output)
    chosen = _axes(axes, np.ndim(input))
    for axis, *own in zip(chosen, *(_per_axis(option, len(chosen)) for option in (size, mode, origin)), strict=True):
        input = uniform_filter1d(input, own[0], axis, None, own[1], cval, own[2])
    return input


def _edges(name: str, smoothing: tuple[float, ...]) -> Callable[..., Any]:
    def edges(
        input: Any, axis: int = -1, output: Any = None, mode: Any = "reflect", cval: Any = 0.0
    ) -> Any:
        _refuse_output(name, output)
        axis, modes = axis % np.ndim(input), _per_axis(mode, np.ndim(input))
        y = correlate1d(input, np.array([-1.0, 0, 1]), axis, None, modes[axis], cval)
        for other in set(range(np.ndim(input))) - {axis}:
            y = correlate1d(y, np.array(smoothing), other, None, modes[other], cval)
        return y

    edges.__name__ = name
    edges.__doc__ = f"""Differences along one axis, smoothed by {smoothing} along the others.

    >>> import autograd_lite as ag
    >>> print({name}(ag.Tensor([1.0, 2.0, 4.0])))
    [1. 3. 2.]
    """
    return for_tensors(getattr(nd, name))(edges)


sobel, prewitt = _edges("sobel", (1, 2, 1)), _edges("prewitt", (1, 1, 1))


def _summed(second: Callable[[Any, int, Any], Any], input: Any, axes: Any, mode: Any) -> Any:
    chosen = _axes(axes, np.ndim(input))
    modes = _per_axis(mode, len(chosen))
    return reduce(np.add, [second(input, axis, one) for axis, one in zip(chosen, modes, strict=True)])


@for_tensors(nd.laplace)
def laplace(input: Any, output: Any = None, mode: Any = "reflect", cval: Any = 0.0, *, axes: Any = None) -> Any:
    """Second differences, summed over the axes.

    >>> import autograd_lite as ag
    >>> print(laplace(ag.Tensor([1.0, 2.0, 4.0])))
    [ 1.  1. -2.]
    """
    _refuse_output("laplace", output)
    difference = np.array([1.0, -2, 1])
    return _summed(lambda x, axis, mode: correlate1d(x, difference, axis, None, mode, cval), input, axes, mode)


def _derivatives(input: Any, sigma: Any, order: int, mode: Any, cval: Any, axes: Any, options: Any) -> list[Any]:
    chosen = _axes(axes, np.ndim(input))
    orders = [[order * (k == axis) for k in chosen] for axis in chosen]
    return [gaussian_filter(input, sigma, each, None, mode, cval, axes=chosen, **options) for each in orders]


@for_tensors(nd.gaussian_laplace)
def gaussian_laplace(
    input: Any, sigma: Any, output: Any = None, mode: Any = "reflect", cval: Any = 0.0, *, axes: Any = None,
    **kwargs: Any,
) -> Any:  # fmt: skip
    """Second derivatives of a normal density as filters, summed over the axes.

    >>> import autograd_lite as ag
    >>> print(gaussian_laplace(ag.Tensor([1.0, 2.0, 4.0]), 1.0).value.round(4))
    [ 0.8686  0.1638 -1.0329]
    """
    _refuse_output("gaussian_laplace", output)
    return reduce(np.add, _derivatives(input, sigma, 2, mode, cval, axes, kwargs))


@for_tensors(nd.gaussian_gradient_magnitude)
def gaussian_gradient_magnitude(
    input: Any, sigma: Any, output: Any = None, mode: Any = "reflect", cval: Any = 0.0, *, axes: Any = None,
    **kwargs: Any,
) -> Any:  # fmt: skip
    """First derivatives of a normal density as filters, and the length of this gradient.

    >>> import autograd_lite as ag
    >>> print(gaussian_gradient_magnitude(ag.Tensor([1.0, 2.0, 4.0]), 1.0).value.round(4))
    [0.4569 1.0483 0.5914]
    """
    _refuse_output("gaussian_gradient_magnitude", output)
    return np.sqrt(reduce(np.add, [y * y for y in _derivatives(input, sigma, 1, mode, cval, axes, kwargs)]))


def windows(
    input: Any, size: Any, footprint: Any, mode: Any, cval: Any, origin: Any, axes: Any
) -> Any:
    """The neighbours of every pixel that the footprint marks, along a new first axis."""
    chosen = _axes(axes, np.ndim(input))
    if footprint is None:
        if size is None:
            raise RuntimeError("no footprint or filter size provided")
        footprint = np.ones(_per_axis(size, len(chosen)), bool)
    marked = np.expand_dims(np.asarray(footprint, bool), tuple(set(range(np.ndim(input))) - set(chosen)))
    padded = _padded(input, marked.shape, chosen, mode, cval, origin)
    places = [tuple(slice(k, k + n) for k, n in zip(start, np.shape(input), strict=True))
              for start in np.argwhere(marked).tolist()]  # fmt: skip
    return np.stack([padded[place] for place in places])


def _choosing(
    name: str, choose: Callable[..., Any], doc: str, *more: str, example: str = "ag.Tensor([1.0, 4.0, 2.0]), size=3",
    result: str,
) -> Callable[..., Any]:  # fmt: skip
    def chosen(
        input: Any, *given: Any, size: Any = None, footprint: Any = None, output: Any = None, mode: Any = "reflect",
        cval: Any = 0.0, origin: Any = 0, axes: Any = None, **named: Any,
    ) -> Any:  # fmt: skip
        _refuse_output(name, output)
        first, rest = given[: len(more)], given[len(more) :]
        values = [*first, *(named.pop(k) for k in more[len(first) :])]
        if named or len(rest) > 2:
            takes = ", ".join(["input", *more, "size", "footprint"])
            raise TypeError(f"{name} takes {takes}, and its other options by name")
        size, footprint = (*rest, *(size, footprint)[len(rest) :])
        return choose(windows(input, size, footprint, mode, cval, origin, axes), *values)

    chosen.__name__ = name
    chosen.__doc__ = f"""{doc}

    Raises TypeError for options that do not exist, and for more of them by position than these.

    >>> import autograd_lite as ag
    >>> print({name}({example}))
    {result}
    """
    return for_tensors(getattr(nd, name))(chosen)


def _ranked(stack: Any, rank: int) -> Any:
    return np.sort(stack, axis=0)[rank]


def _percentile(stack: Any, percentile: float) -> Any:
    percentile = percentile + 100 if percentile < 0 else percentile
    return _ranked(stack, -1 if percentile == 100 else int(len(stack) * percentile / 100))


maximum_filter = _choosing(
    "maximum_filter", lambda stack: np.max(stack, axis=0), "The largest of the neighbours.", result="[4. 4. 4.]"
)
minimum_filter = _choosing(
    "minimum_filter", lambda stack: np.min(stack, axis=0), "The smallest of the neighbours.", result="[1. 1. 2.]"
)
median_filter = _choosing(
    "median_filter", lambda stack: _ranked(stack, math.floor(len(stack) / 2)), "Their median.", result="[1. 2. 2.]"
)
rank_filter = _choosing(
    "rank_filter", _ranked, "The neighbour of a rank; from above if it is negative.", "rank",
    example="ag.Tensor([1.0, 4.0, 2.0]), -1, size=3", result="[4. 4. 4.]",
)  # fmt: skip
percentile_filter = _choosing(
    "percentile_filter", _percentile, "The neighbour at a percentile.", "percentile",
    example="ag.Tensor([1.0, 4.0, 2.0]), 100, size=3", result="[4. 4. 4.]",
)  # fmt: skip
