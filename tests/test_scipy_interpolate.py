"""autograd_lite.scipy.interpolate: SciPy's values, and derivatives by values and points against differences."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.interpolate

import autograd_lite as ag
from autograd_lite.scipy import interpolate
from autograd_lite.testing import check_grads

RNG = np.random.default_rng(0)
X = np.sort(RNG.uniform(0, 5, 8))
Y = RNG.standard_normal((8, 3))
Y1, PERIODIC = Y[:, 0], np.concatenate([Y[:-1, 0], Y[:1, 0]])
P = RNG.uniform(-1, 6, (4, 2))  # some of them outside
INSIDE = np.concatenate([X[:3], RNG.uniform(X[0], X[-1], 7), (X[:1] + X[1:2]) / 2])
KNOTS, C = np.array([0, 0, 0, 0, 1, 2, 3.0, 4, 4, 4, 4]), RNG.standard_normal((7, 2))
GRID = (np.linspace(0, 1, 6) ** 2, np.linspace(2, 1, 7))
VALUES, AT = RNG.standard_normal((6, 7, 2)), np.stack([RNG.uniform(0, 1, (5, 3)), RNG.uniform(1, 2, (5, 3))], axis=-1)

CURVES = {
    **{f"CubicSpline, {k}": (lambda m, y, bc=bc: m.CubicSpline(X, y, bc_type=bc), Y1)
       for k, bc in enumerate(["not-a-knot", "natural", "clamped", ((1, 0.5), (2, -1.0))])},
    "CubicSpline, values": (lambda m, y: m.CubicSpline(X, y, bc_type=((1, Y[0]), (2, Y[1]))), Y),
    "CubicSpline, axis": (lambda m, y: m.CubicSpline(X, y, axis=1), Y.T),
    "CubicSpline, bounded": (lambda m, y: m.CubicSpline(X, y, extrapolate=False), Y),
    "CubicSpline, derivative": (lambda m, y: m.CubicSpline(X, y).derivative(2), Y),
    "CubicSpline, antiderivative": (lambda m, y: m.CubicSpline(X, y).antiderivative(2), Y),
    "make_interp_spline, natural": (lambda m, y: m.make_interp_spline(X, y, bc_type="natural"), Y),
    **{f"make_interp_spline, {k}": (lambda m, y, k=k: m.make_interp_spline(X, y, k=k), Y) for k in (1, 2, 3, 4, 5)},
    **{f"BSpline, {ex}": (lambda m, c, ex=ex: m.BSpline(KNOTS, c, 3, extrapolate=ex), C) for ex in (True, "periodic")},
    "BSpline, axis": (lambda m, c: m.BSpline(KNOTS, c, 3, axis=1), C.T),
    "PchipInterpolator": (lambda m, y: m.PchipInterpolator(X, y), Y),
    "PchipInterpolator, axis": (lambda m, y: m.PchipInterpolator(X, y, axis=1), Y.T),
    "PchipInterpolator, two": (lambda m, y: m.PchipInterpolator(X[:2], y), Y1[:2]),
    "CubicHermiteSpline": (lambda m, y: m.CubicHermiteSpline(X, y, y[::-1]), Y),
    "interp1d, filled": (lambda m, y: m.interp1d(X, y, fill_value=(1.0, 2.0), bounds_error=False), Y1),
    "interp1d, not sorted": (lambda m, y: m.interp1d(X[::-1], y, fill_value="extrapolate"), Y1),
    **{f"interp1d, {kind}": (lambda m, y, kind=kind: m.interp1d(X, y, kind, fill_value="extrapolate"), Y.T)
       for kind in ("linear", "nearest", "nearest-up", "cubic", "previous", "next", 3)},
}  # fmt: skip


@pytest.mark.parametrize("make, y", CURVES.values(), ids=CURVES)
def test_curves_have_scipys_values_and_derivatives(make, y):
    theirs = make(scipy.interpolate, y)
    for points in (P, INSIDE, KNOTS[3:6], 1.25):
        found = make(interpolate, ag.Tensor(y))(points)
        np.testing.assert_allclose(found.value, theirs(points), rtol=1e-8, atol=1e-9)
        np.testing.assert_allclose(make(interpolate, y)(points), theirs(points), rtol=1e-8, atol=1e-9)
    inner = P[np.clip(P, X[0], X[-1]) == P]  # nan elsewhere, if not extrapolated
    check_grads(lambda y, p: make(interpolate, y)(p), y, inner, order=2)


def test_periodic_splines():
    ours = interpolate.CubicSpline(X, ag.Tensor(PERIODIC), bc_type="periodic")
    np.testing.assert_allclose(ours(P).value, scipy.interpolate.CubicSpline(X, PERIODIC, bc_type="periodic")(P))
    check_grads(lambda y: interpolate.CubicSpline(X, np.concatenate([y, y[:1]]), bc_type="periodic")(P), PERIODIC[:-1])
    with pytest.raises(ValueError, match="first and the last value must be equal"):
        interpolate.CubicSpline(X, Y1, bc_type="periodic")


@pytest.mark.parametrize("kind", ["linear", "nearest", "nearest-up", "zero", "slinear", "quadratic", "previous"])
def test_interp1d_inside(kind):
    found = interpolate.interp1d(X, ag.Tensor(Y.T), kind)(INSIDE).value
    np.testing.assert_allclose(found, scipy.interpolate.interp1d(X, Y.T, kind)(INSIDE), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("method", ["linear", "nearest", "slinear", "cubic", "quintic"])
def test_grids(method):
    exact = {"cubic": "cubic_legacy", "quintic": "quintic_legacy"}.get(method, method)  # the newer ones iterate
    theirs = scipy.interpolate.RegularGridInterpolator(GRID, VALUES, exact)
    f = lambda v, p: interpolate.RegularGridInterpolator(GRID, v, method)(p)
    np.testing.assert_allclose(f(ag.Tensor(VALUES), AT).value, theirs(AT), rtol=1e-8, atol=1e-8)
    check_grads(f, VALUES, AT[0], order=2)


def test_grids_at_one_point_outside_and_in_one_dimension():
    one = VALUES[..., 0]
    outside = AT * 1.5 - 0.3
    for fill in (np.nan, None, 3.0):
        ours, theirs = (m.RegularGridInterpolator(GRID, VALUES, bounds_error=False, fill_value=fill)
                        for m in (interpolate, scipy.interpolate))  # fmt: skip
        np.testing.assert_allclose(ours(ag.Tensor(outside)).value, theirs(outside))
    for points in (AT[0, 0], (AT[0, :, 0], AT[0, :, 1])):
        np.testing.assert_allclose(
            interpolate.interpn(GRID, one, points), scipy.interpolate.interpn(GRID, one, points)
        )
    line = interpolate.RegularGridInterpolator((X,), ag.Tensor(Y1))
    np.testing.assert_allclose(line(INSIDE).value, scipy.interpolate.RegularGridInterpolator((X,), Y1)(INSIDE))


def test_a_long_spline_is_transposed_in_blocks(monkeypatch):
    from autograd_lite.scipy import splines

    y = np.sin(X)
    expected = ag.grad(lambda y: interpolate.CubicSpline(X, y)(1.7))(y)
    monkeypatch.setattr(splines, "BLOCK", 70)
    np.testing.assert_array_equal(ag.grad(lambda y: interpolate.CubicSpline(X, y)(1.7))(y), expected)


def test_a_curve_is_integrated():
    ours, theirs = (m.CubicSpline(X, Y) for m in (interpolate, scipy.interpolate))
    np.testing.assert_allclose(ours.integrate(0.3, 4.0), theirs.integrate(0.3, 4.0))
    check_grads(lambda y, a: interpolate.CubicSpline(X, y).integrate(a, 4.0), Y, 0.3)


def test_refusals():
    t = ag.Tensor(X)
    for call in (
        lambda: interpolate.CubicSpline(t, Y), lambda: interpolate.interp1d(t, Y1),
        lambda: interpolate.BSpline(t, C, 3), lambda: interpolate.RegularGridInterpolator((t,), Y1),
    ):  # fmt: skip
        with pytest.raises(TypeError, match="plain numbers"):
            call()
    with pytest.raises(TypeError, match="of bc_type the names"):
        interpolate.make_interp_spline(X, Y, bc_type="periodic")
    for call, says in (
        (lambda: interpolate.interp1d(X, Y1)(9.0), "outside of the nodes"),
        (lambda: interpolate.RegularGridInterpolator(GRID, VALUES)(AT + 5), "outside of the grid"),
        (lambda: interpolate.RegularGridInterpolator(GRID, VALUES, "pchip"), "method is one of"),
        (lambda: interpolate.RegularGridInterpolator(GRID[:1], VALUES[1:]), "6 points for the 5 values"),
        (lambda: interpolate.RegularGridInterpolator(([0.0, 1, 1],), np.ones(3)), "strictly ascending"),
    ):
        with pytest.raises(ValueError, match=says):
            call()
    with pytest.raises(ValueError, match="3 nodes for 2 values along axis 0"):
        interpolate.interp1d([0.0, 1.0, 2.0], ag.Tensor([1.0, 2.0]))
    with pytest.raises(NotImplementedError, match="kind is one of"):
        interpolate.interp1d(X, Y1, "smooth")
    assert interpolate.griddata is scipy.interpolate.griddata
