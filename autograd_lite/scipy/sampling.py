"""Images at points between the pixels, by splines: ``scipy.ndimage.map_coordinates`` and what is made of it.

    y(p) = Σ_k c_k Π_a β(p_a − k_a)         β the B-spline of the order; c such that y is the image at its pixels

y is linear in c, c in the image, and β is piecewise polynomial: recorded so, all derivatives by image and points
follow.  Which pieces, and which side of a folded border, is constant.

Source: M. Unser, Splines: a perfect fit for signal and image processing, IEEE Signal Processing Magazine 16 (1999) 22.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.ndimage as nd
import scipy.special as sp

from ..kinds import linear
from ..registry import primitive
from .forward import for_tensors

__all__ = ["affine_transform", "map_coordinates", "rotate", "shift", "spline_filter", "spline_filter1d", "zoom"]

PADDED = 12  # pixels that SciPy adds where a mode has no exact prefilter


@primitive
def filtered(x: Any, order: int, axis: int, mode: str) -> Any:
    """The coefficients c of the splines along one axis."""
    return nd.spline_filter1d(x, order, axis, np.float64, mode)


def _filtered_adjoint(g: Any, out: Any, x: Any, order: int, axis: int, mode: str) -> Any:
    matrix = nd.spline_filter1d(np.eye(x.shape[axis]), order, 0, np.float64, mode)
    return np.moveaxis(np.tensordot(matrix, g, axes=(0, axis)), 0, axis)


linear(filtered, _filtered_adjoint)


@for_tensors(nd.spline_filter1d)
def spline_filter1d(input: Any, order: int = 3, axis: int = -1, output: Any = np.float64, mode: str = "mirror") -> Any:
    """The coefficients of the B-splines that meet the image along one axis.

    >>> import autograd_lite as ag
    >>> print(spline_filter1d(ag.Tensor([0.0, 1.0, 0.0])).value.round(3))
    [-1.  2. -1.]
    """
    found = input if order in (0, 1) else _of_parts(lambda x: filtered(x, order, axis, mode), input)
    return found if np.dtype(output).kind != found.dtype.kind or found.dtype == output else found.astype(output)


@for_tensors(nd.spline_filter)
def spline_filter(input: Any, order: int = 3, output: Any = np.float64, mode: str = "mirror") -> Any:
    """``spline_filter1d`` along all axes.

    >>> import autograd_lite as ag
    >>> print(spline_filter(ag.Tensor([0.0, 1.0, 0.0])).value.round(3))
    [-1.  2. -1.]
    """
    for axis in range(np.ndim(input)):
        input = spline_filter1d(input, order, axis, output, mode)
    return input


def _of_parts(f: Any, x: Any) -> Any:
    """A real linear map of a real or complex image."""
    return f(np.real(x)) + 1j * f(np.imag(x)) if np.iscomplexobj(x) else f(x)


def pieces(order: int) -> list[list[float]]:
    """W with β's weight of neighbour j = Σ_m W_jm g^m, where g in [0, 1) is the place between two knots."""
    weights = []
    for j in range(order + 1):
        total = np.zeros(order + 1)
        for i in range(order - j + 1):
            shifted = [math.comb(order, m) * (order - j - i) ** (order - m) for m in range(order + 1)]
            total += (-1) ** i * math.comb(order + 1, i) * np.array(shifted, float)
        weights.append((total / math.factorial(order)).tolist())
    return weights


def folded(p: Any, n: int, mode: str) -> tuple[Any, Any]:
    """Plain (sign, offset): sign·p + offset is where a point p beyond the border of n pixels stands."""
    one = np.ones(np.shape(p))
    if n == 1 and mode not in ("constant", "grid-constant"):
        return 0 * one, 0 * one
    if mode == "mirror":
        turns = np.floor(p / (2 * n - 2))
        back = p - turns * (2 * n - 2) > n - 1
        return np.where(back, -1, 1), np.where(back, turns + 1, -turns) * (2 * n - 2)
    if mode in ("reflect", "grid-mirror"):
        turns = np.floor((p + 0.5) / (2 * n))
        back = p - turns * 2 * n > n - 0.5
        return np.where(back, -1, 1), np.where(back, (turns + 1) * 2 * n - 1, -turns * 2 * n)
    if mode == "nearest":
        return np.where((p < 0) | (p > n - 1), 0, 1), np.where(p > n - 1, n - 1, 0)
    if mode in ("wrap", "grid-wrap"):
        period = n - 1 if mode == "wrap" else n
        inside = (p >= 0) & (p <= n - 1)
        return one, np.where(inside, 0, -np.floor(p / period) * period)
    return one, 0 * one


def neighbours(p: Any, n: int, order: int, mode: str) -> tuple[Any, Any, Any, Any]:
    """For points p along an axis of n: indices and weights of their neighbours (first axis), and plain masks.

    The masks tell which neighbours do not exist (mode grid-constant), and which points lie outside (constant).
    """
    plain = p.value if hasattr(p, "node") else np.asarray(p)
    outside = (plain < 0) | (plain > n - 1) if mode == "constant" else np.zeros(plain.shape, bool)
    sign, offset = folded(plain, n, mode)
    p, plain = p * sign + offset, plain * sign + offset
    half = 0.0 if order % 2 else 0.5
    base = np.floor(plain + half)
    g = p - (base - half)
    weights = []
    for row in pieces(order):
        w = row[-1] + 0.0 * g
        for coefficient in row[-2::-1]:
            w = w * g + coefficient
        weights.append(w)
    steps = np.reshape(np.arange(order + 1), (-1,) + (1,) * plain.ndim)
    indices = base + steps - order // 2
    sign, offset = folded(indices, n, "mirror" if mode in ("constant", "wrap") else mode)
    indices = (indices * sign + offset).astype(np.intp)
    missing = (indices < 0) | (indices >= n)
    return np.where(missing, 0, indices), np.stack(weights), missing, outside


def sampled(c: Any, points: Sequence[Any], order: int, mode: str, cval: Any) -> Any:
    """Splines with the coefficients c at points given for the first axes of c; the other axes are kept."""
    d, shape, batch = len(points), np.shape(points[0]), (1,) * (c.ndim - len(points))
    found = [neighbours(p, n, order, mode) for p, n in zip(points, c.shape, strict=False)]

    def on_axis(x: Any, a: int) -> Any:  # the neighbours along image axis a become axis a
        return np.reshape(x, (1,) * a + (order + 1,) + (1,) * (d - 1 - a) + shape)

    values = c[tuple(on_axis(indices, a) for a, (indices, *_) in enumerate(found))]
    missing = np.any(np.broadcast_arrays(*[on_axis(m, a) for a, (_, _, m, _) in enumerate(found)]), axis=0)
    if np.any(missing):
        values = np.where(np.reshape(missing, missing.shape + batch), cval, values)
    for a, (_, weights, *_) in enumerate(found):  # each sum takes away the first axis
        values = np.sum(values * np.reshape(weights, (order + 1,) + (1,) * (d - 1 - a) + shape + batch), axis=0)
    outside = np.any([o for *_, o in found], axis=0)
    return np.where(np.reshape(outside, shape + batch), cval, values) if np.any(outside) else values


def coefficients(x: Any, axes: int, order: int, mode: str, cval: Any, prefilter: bool) -> tuple[Any, int]:
    """The coefficients along the first axes, and by how many pixels they reach over the border."""
    if order < 0 or order > 5:
        raise RuntimeError("spline order not supported")
    if not prefilter or order < 2:
        return x, 0
    over = PADDED if mode in ("nearest", "grid-constant") else 0
    if over:
        widths = [(over, over)] * axes + [(0, 0)] * (x.ndim - axes)
        options = {} if mode == "nearest" else {"constant_values": cval}
        x = np.pad(x, widths, "edge" if mode == "nearest" else "constant", **options)
    for axis in range(axes):
        x = filtered(x, order, axis, mode)
    return x, over


def interpolated(
    x: Any, points: Sequence[Any], order: int, mode: str, cval: Any, prefilter: bool, separate: bool = False
) -> Any:
    """The image at points for its first axes; ``separate``, the points are one vector for each axis."""
    x = x if hasattr(x, "dtype") else np.asarray(x, float)
    if np.iscomplexobj(x):
        parts = (np.real(x), np.real(cval)), (np.imag(x), np.imag(cval))
        real, imaginary = (interpolated(y, points, order, mode, v, prefilter, separate) for y, v in parts)
        return real + 1j * imaginary
    c, over = coefficients(x, len(points), order, mode, cval, prefilter)
    points = [p if hasattr(p, "dtype") else np.asarray(p, float) for p in points]
    if over and mode == "nearest":  # at whole points inside the padding the spline is the edge itself
        points = [np.clip(p, 1 - over, n - 2 + over) for p, n in zip(points, x.shape, strict=False)]
    points = [p + over for p in points]
    if not separate:
        y = sampled(c, points, order, mode, cval)
    else:
        for axis, p in enumerate(points):
            c = np.moveaxis(sampled(np.moveaxis(c, axis, 0), [p], order, mode, cval), 0, axis)
        y = c
    return y if y.dtype == x.dtype or x.dtype.kind != "f" else y.astype(x.dtype)


def _refuse_output(function: str, output: Any) -> None:
    if output is not None:
        raise TypeError(f"{function}: output= is not recorded; take the result, and .astype for another dtype")


@for_tensors(nd.map_coordinates)
def map_coordinates(
    input: Any, coordinates: Any, output: Any = None, order: int = 3, mode: str = "constant", cval: Any = 0.0,
    prefilter: bool = True,
) -> Any:  # fmt: skip
    """The image at ``coordinates`` of shape (axes, ...), differentiable by both.

    >>> import autograd_lite as ag
    >>> image = np.arange(12.0).reshape(3, 4) ** 2
    >>> at = lambda p: map_coordinates(image, np.reshape(p, (2, 1)), order=1)[0]
    >>> print(ag.grad(at)(np.array([0.5, 1.5])))
    [28.  7.]

    Raises RuntimeError if there is not one row of coordinates for each axis, TypeError for ``output=``.
    """
    _refuse_output("map_coordinates", output)
    if np.shape(coordinates)[0] != np.ndim(input):
        raise RuntimeError("invalid shape for coordinate array")
    return interpolated(input, [coordinates[a] for a in range(np.ndim(input))], order, mode, cval, prefilter)


@for_tensors(nd.shift)
def shift(
    input: Any, shift: Any, output: Any = None, order: int = 3, mode: str = "constant", cval: Any = 0.0,
    prefilter: bool = True,
) -> Any:  # fmt: skip
    """The image moved by ``shift`` pixels, one number or one for each axis, differentiable by it.

    >>> import autograd_lite as ag
    >>> print(ag.grad(lambda s: shift(np.array([0.0, 1.0, 4.0]), s, order=1)[1])(0.5))
    -1.0
    """
    _refuse_output("shift", output)
    by = [shift[a] if np.ndim(shift) else shift for a in range(np.ndim(input))]
    points = [np.arange(n) - s for n, s in zip(np.shape(input), by, strict=True)]
    return interpolated(input, points, order, mode, cval, prefilter, separate=True)


@for_tensors(nd.zoom)
def zoom(
    input: Any, zoom: Any, output: Any = None, order: int = 3, mode: str = "constant", cval: Any = 0.0,
    prefilter: bool = True, *, grid_mode: bool = False,
) -> Any:  # fmt: skip
    """The image with ``zoom`` times as many pixels; the factors are plain numbers, for they set the shape.

    >>> import autograd_lite as ag
    >>> print(zoom(ag.Tensor([0.0, 1.0, 4.0]), 5 / 3, order=1))
    [0.  0.5 1.  2.5 4. ]
    """
    _refuse_output("zoom", output)
    factors = np.broadcast_to(np.asarray(zoom, float), np.ndim(input)).tolist()
    if all(z == 1 for z in factors) and prefilter:
        return np.copy(input)
    shape = [round(n * z) for n, z in zip(np.shape(input), factors, strict=True)]
    points = []
    for n, m in zip(np.shape(input), shape, strict=True):
        if grid_mode:
            points.append((np.arange(m) + 0.5) * (n / m if m else 1.0) - 0.5)
        else:
            points.append(np.arange(m) * ((n - 1) / (m - 1) if m > 1 else 1.0))
    return interpolated(input, points, order, mode, cval, prefilter, separate=True)


def _affine(x: Any, matrix: Any, offset: Any, shape: Sequence[int], *options: Any) -> Any:
    grid = [np.asarray(g, float) for g in np.indices(tuple(shape))]
    points = []
    for a in range(np.shape(matrix)[0]):
        point = offset[a] if np.ndim(offset) else offset
        for b, g in enumerate(grid):
            point = point + matrix[a, b] * g
        points.append(point)
    return interpolated(x, points, *options)


@for_tensors(nd.affine_transform)
def affine_transform(
    input: Any, matrix: Any, offset: Any = 0.0, output_shape: Any = None, output: Any = None, order: int = 3,
    mode: str = "constant", cval: Any = 0.0, prefilter: bool = True,
) -> Any:  # fmt: skip
    """The image at the points A·o + b for the pixels o of the result, differentiable by image, A and b.

    >>> import autograd_lite as ag
    >>> image = np.arange(9.0).reshape(3, 3)
    >>> f = lambda scale: affine_transform(image, scale * np.eye(2), order=1)[1, 1]
    >>> print(ag.grad(f)(0.9))
    4.0

    Raises RuntimeError for a matrix of another shape, TypeError for ``output=``.
    """
    _refuse_output("affine_transform", output)
    n = np.ndim(input)
    shape = np.shape(input) if output_shape is None else output_shape
    matrix = matrix if hasattr(matrix, "dtype") else np.asarray(matrix, float)
    if matrix.ndim == 1:
        matrix = np.diag(matrix)
    if np.shape(matrix)[1] == n + 1 and np.shape(matrix)[0] in (n, n + 1):
        matrix, offset = matrix[:n, :n], matrix[:n, n]
    if np.shape(matrix) != (n, len(shape)):
        raise RuntimeError(f"an affine matrix of shape ({n}, {len(shape)}) is needed, not {np.shape(matrix)}")
    return _affine(input, matrix, offset, shape, order, mode, cval, prefilter)


@for_tensors(nd.rotate)
def rotate(
    input: Any, angle: Any, axes: Sequence[int] = (1, 0), reshape: bool = True, output: Any = None, order: int = 3,
    mode: str = "constant", cval: Any = 0.0, prefilter: bool = True,
) -> Any:  # fmt: skip
    """The image turned by an angle in degrees in the plane of two axes, differentiable by image and angle.

    The shape of the result is set by the value of the angle, and constant.

    >>> import autograd_lite as ag
    >>> print(rotate(ag.Tensor([[1.0, 2.0], [3.0, 4.0]]), 90.0, order=1))
    [[2. 4.]
     [1. 3.]]
    """
    _refuse_output("rotate", output)
    first, second = sorted(a % np.ndim(input) for a in axes)
    x = np.moveaxis(input, (first, second), (0, 1))
    c, s = sp.cosdg(angle), sp.sindg(angle)
    matrix: Any = np.stack([np.stack([c, s]), np.stack([-s, c])])
    shape = np.asarray(x.shape[:2])
    result = shape
    if reshape:
        plain = matrix.value if hasattr(matrix, "node") else matrix
        corners = plain @ np.array([[0, 0, shape[0], shape[0]], [0, shape[1], 0, shape[1]]])
        result = (np.ptp(corners, axis=1) + 0.5).astype(int)
    offset = (shape - 1) / 2 - matrix @ ((result - 1) / 2)
    y = _affine(x, matrix, offset, result.tolist(), order, mode, cval, prefilter)
    return np.moveaxis(y, (0, 1), (first, second))
