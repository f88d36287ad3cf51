"""``scipy.interpolate`` for Tensors: splines (``splines.py``), one-dimensional curves by kind, and values on a grid.

They are linear in the values and differentiable in the points; the nodes are plain numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import scipy.interpolate as si

from .forward import forwarding
from .splines import (
    BSpline,
    CubicHermiteSpline,
    CubicSpline,
    PchipInterpolator,
    PiecewisePolynomial,
    make_interp_spline,
)
from .splines import floating as _floating
from .splines import plain_numbers as _plain

__all__ = [
    "BSpline", "CubicHermiteSpline", "CubicSpline", "PchipInterpolator", "PiecewisePolynomial",
    "RegularGridInterpolator", "interp1d", "interpn", "make_interp_spline",
]  # fmt: skip

__getattr__ = forwarding(__name__, si)

STEPS = {"nearest": 0.5, "nearest-up": 0.5, "zero": 0, "previous": 0, "next": 1}


class interp1d:
    """A curve through points by ``kind``, as ``scipy.interpolate.interp1d``; linear in y.

    Kinds are linear, slinear, quadratic, cubic, an odd or even degree, and the steps nearest, nearest-up, zero,
    previous and next.

    >>> import autograd_lite as ag
    >>> print(ag.grad(lambda y: interp1d([0.0, 1.0, 3.0], y)(2.0))(np.zeros(3)))
    [0.  0.5 0.5]

    Raises TypeError for nodes that are Tensors, ValueError for another number of values and for points outside of the
    nodes, NotImplementedError for an unknown kind.
    """

    def __init__(
        self, x: Any, y: Any, kind: Any = "linear", axis: int = -1, copy: bool = True, bounds_error: Any = None,
        fill_value: Any = np.nan, assume_sorted: bool = False,
    ) -> None:  # fmt: skip
        self.x, y = _plain(x, "nodes"), _floating(y)
        self.axis, self.kind, self.fill_value = axis % y.ndim, kind, fill_value
        self.y = np.moveaxis(y, self.axis, 0)
        if len(self.x) != len(self.y):
            raise ValueError(f"interp1d: {len(self.x)} nodes for {len(self.y)} values along axis {self.axis}")
        if not assume_sorted:
            order = np.argsort(self.x, kind="stable")
            self.x, self.y = self.x[order], self.y[order]
        given = not (isinstance(fill_value, float) and np.isnan(fill_value))
        self.bounds_error = (not given) if bounds_error is None else bounds_error
        degrees = {"linear": 1, "slinear": 1, "quadratic": 2, "cubic": 3}
        degree = kind if isinstance(kind, int) else degrees.get(kind)
        if degree is None and kind not in STEPS:
            raise NotImplementedError(f"interp1d: kind is one of {', '.join([*degrees, *STEPS])}, not {kind!r}")
        self.curve = None if degree is None else make_interp_spline(self.x, self.y, k=degree)

    def __call__(self, x: Any) -> Any:
        x = _floating(x)
        plain = x.value if hasattr(x, "node") else x
        below, above = plain < self.x[0], plain > self.x[-1]
        extrapolated = isinstance(self.fill_value, str) and self.fill_value == "extrapolate"
        if self.bounds_error and not extrapolated and np.any(below | above):
            raise ValueError("interp1d: a point is outside of the nodes; fill_value= says what stands there")
        y = self.curve(x) if self.curve else self.y[self._step(plain)] + 0.0 * self._spread(x)
        if extrapolated and self.kind in ("previous", "next"):
            y = np.where(self._spread(below if self.kind == "previous" else above), np.nan, y)
        elif not extrapolated and np.any(below | above):
            pair = self.fill_value if isinstance(self.fill_value, tuple) else (self.fill_value,) * 2
            y = np.where(self._spread(below), pair[0], np.where(self._spread(above), pair[1], y))
        return np.moveaxis(y, range(np.ndim(x)), range(self.axis, self.axis + np.ndim(x))) if self.axis else y

    def _spread(self, x: Any) -> Any:
        return np.reshape(x, np.shape(x) + (1,) * (np.ndim(self.y) - 1))

    def _step(self, plain: Any) -> Any:
        n = len(self.x)
        if self.kind in ("nearest", "nearest-up"):
            side: Any = "left" if self.kind == "nearest" else "right"
            return np.searchsorted((self.x[:-1] + self.x[1:]) / 2, plain, side=side)
        if self.kind == "next":
            return np.clip(np.searchsorted(self.x, plain, side="left"), 0, n - 1)
        return np.clip(np.searchsorted(self.x, plain, side="right") - 1, 0, n - 1)


METHODS = ("linear", "nearest", "slinear", "cubic", "quintic")


class RegularGridInterpolator:
    """Values on a grid, interpolated at points, as ``scipy.interpolate.RegularGridInterpolator``.

    ``method`` is linear or nearest, or slinear, cubic or quintic, which are splines along one axis after the other.
    Linear in the values, differentiable in the points.

    >>> import autograd_lite as ag
    >>> f = RegularGridInterpolator(([0.0, 1.0], [0.0, 2.0]), np.array([[0.0, 2.0], [1.0, 7.0]]))
    >>> print(ag.grad(lambda p: f(p)[0])(np.array([0.5, 1.0])))
    [3. 2.]

    Raises TypeError for points of the grid that are Tensors, ValueError for an unknown method, points that are not in
    order or do not fit the values, and for points outside of the grid.
    """

    def __init__(
        self, points: Sequence[Any], values: Any, method: str = "linear", bounds_error: bool = True,
        fill_value: Any = np.nan,
    ) -> None:  # fmt: skip
        self.grid = [_plain(p, "points of the grid") for p in points]
        self.values, self.method = _floating(values), method
        self.bounds_error, self.fill_value = bounds_error, fill_value
        if method not in METHODS:
            raise ValueError(f"RegularGridInterpolator: method is one of {', '.join(METHODS)}, not {method!r}")
        for a, p in enumerate(self.grid):
            if len(p) != np.shape(self.values)[a]:
                raise ValueError(f"there are {len(p)} points for the {np.shape(self.values)[a]} values of axis {a}")
            if np.any(np.diff(p) <= 0):
                if not np.all(np.diff(p) < 0):
                    raise ValueError(f"the points of axis {a} must be strictly ascending or descending")
                self.grid[a], self.values = p[::-1], np.flip(self.values, a)

    def __call__(self, xi: Any, method: str | None = None) -> Any:
        if isinstance(xi, (tuple, list)):
            xi = np.stack(np.broadcast_arrays(*xi), axis=-1)
        xi = _floating(xi)
        shape = np.shape(xi)[:-1] if np.ndim(xi) > 1 else (1,) if len(self.grid) > 1 else np.shape(xi)
        xi = np.reshape(xi, (-1, len(self.grid)))
        plain = xi.value if hasattr(xi, "node") else xi
        outside = np.any([(plain[:, a] < p[0]) | (plain[:, a] > p[-1]) for a, p in enumerate(self.grid)], axis=0)
        if self.bounds_error and np.any(outside):
            raise ValueError("RegularGridInterpolator: a point is outside of the grid; see bounds_error and fill_value")
        rule = method or self.method
        how = {"linear": self._linear, "nearest": self._nearest}.get(rule)
        y = how(xi, plain) if how else self._splines(xi, {"slinear": 1, "cubic": 3, "quintic": 5}[rule])
        if self.fill_value is not None and np.any(outside):
            y = np.where(np.reshape(outside, (-1,) + (1,) * (np.ndim(y) - 1)), self.fill_value, y)
        return np.reshape(y, shape + np.shape(self.values)[len(self.grid) :])

    def _places(self, plain: Any) -> list[Any]:
        return [np.clip(np.searchsorted(p, plain[:, a], side="right") - 1, 0, len(p) - 2)
                for a, p in enumerate(self.grid)]  # fmt: skip

    def _linear(self, xi: Any, plain: Any) -> Any:
        """Σ over the corners of a cell of value times the products of the shares."""
        places = self._places(plain)
        shares = [(xi[:, a] - p[i]) / (p[i + 1] - p[i]) for a, (p, i) in enumerate(zip(self.grid, places, strict=True))]
        trailing = (1,) * (np.ndim(self.values) - len(self.grid))
        total: Any = 0.0
        for corner in product((0, 1), repeat=len(self.grid)):
            weight: Any = 1.0
            for share, upper in zip(shares, corner, strict=True):
                weight = weight * (share if upper else 1 - share)
            values = self.values[tuple(i + upper for i, upper in zip(places, corner, strict=True))]
            total = total + np.reshape(weight, (-1, *trailing)) * values
        return total

    def _nearest(self, xi: Any, plain: Any) -> Any:
        places = self._places(plain)
        chosen = [i + (plain[:, a] - p[i] > 0.5 * (p[i + 1] - p[i]))
                  for a, (p, i) in enumerate(zip(self.grid, places, strict=True))]  # fmt: skip
        return self.values[tuple(chosen)]

    def _splines(self, xi: Any, degree: int) -> Any:
        """Point by point: a spline along the last axis of the grid, then one along the axis before it, ..."""
        results = []
        for row in range(np.shape(xi)[0]):
            y = self.values
            for a, p in enumerate(self.grid):
                y = make_interp_spline(p, y, k=degree)(xi[row, a])
            results.append(y)
        return np.stack(results)


def interpn(
    points: Sequence[Any], values: Any, xi: Any, method: str = "linear", bounds_error: bool = True,
    fill_value: Any = np.nan,
) -> Any:  # fmt: skip
    """``RegularGridInterpolator(points, values, method, bounds_error, fill_value)(xi)``.

    >>> print(interpn(([0.0, 1.0],), np.array([2.0, 4.0]), np.array([[0.25]])))
    [2.5]
    """
    return RegularGridInterpolator(points, values, method, bounds_error, fill_value)(xi)
