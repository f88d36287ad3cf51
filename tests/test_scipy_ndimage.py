"""autograd_lite.scipy.ndimage: SciPy's values in every mode, and both sweeps against differences."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.ndimage

import autograd_lite as ag
from autograd_lite.scipy import ndimage
from autograd_lite.testing import check_grads

RNG = np.random.default_rng(0)
X, VOLUME = RNG.standard_normal((7, 6)), RNG.standard_normal((4, 5, 3))
MODES = ["reflect", "constant", "nearest", "mirror", "wrap", "grid-constant", "grid-mirror", "grid-wrap"]
FILTERS = [
    ("gaussian_filter", (1.3,)), ("gaussian_filter", ((0.5, 2.0), (1, 2))), ("uniform_filter", (3,)),
    ("uniform_filter", ((2, 3),)), ("sobel", ()), ("prewitt", (0,)), ("laplace", ()), ("gaussian_laplace", (1.0,)),
    ("gaussian_gradient_magnitude", (1.1,)), ("maximum_filter", (3,)), ("minimum_filter", ((2, 3),)),
    ("median_filter", (3,)), ("percentile_filter", (30, 3)), ("percentile_filter", (100, 2)), ("rank_filter", (-2, 3)),
    ("correlate1d", ([1.0, 2, 3], 0)), ("convolve1d", ([1.0, 2, 3, 4], 0)),
    ("correlate", ([[1.0, 2], [3, 5], [4, 1]],)), ("convolve", ([[1.0, 2, 0, 1], [3, 5, 2, 2]],)),
]  # fmt: skip
POINTS = np.stack([RNG.uniform(-9, 15, 40), RNG.uniform(-9, 14, 40)])
GEOMETRY = [
    ("map_coordinates", (POINTS,)), ("shift", ((1.3, -0.6),)), ("zoom", ((1.7, 0.6),)), ("rotate", (33.0,)),
    ("affine_transform", (RNG.standard_normal((2, 2)), (0.3, 1.0))), ("affine_transform", ([0.71, 1.23], 0.4, (5, 6))),
]  # fmt: skip


def both(name, x, *args, **options):
    ours, theirs = (getattr(where, name) for where in (ndimage, scipy.ndimage))
    return ours(ag.Tensor(x), *args, **options).value, theirs(x, *args, **options)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name, args", FILTERS)
def test_filters_have_scipys_values(name, args, mode):
    found, expected = both(name, X, *args, mode=mode, cval=0.7)
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("order", range(6))
@pytest.mark.parametrize("name, args", GEOMETRY)
def test_images_at_points_have_scipys_values(name, args, order, mode):
    found, expected = both(name, X, *args, order=order, mode=mode, cval=0.3)
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-8)


def test_options():
    for name, x, *args, options in (
        ("gaussian_filter", VOLUME, 1.0, {"axes": (0, 2)}), ("gaussian_filter", X + 1j * X[::-1], 1.0, {}),
        ("correlate", VOLUME, [[1.0, 2], [3, 4]], {"axes": (2, 0)}), ("shift", X + 1j * X[::-1], 0.3, {}),
        ("correlate", X, [[1.0, 2, 3]], {"origin": (0, -1)}), ("convolve", X, [[1.0, 2]], {"origin": (0, -1)}),
        ("rotate", VOLUME, 20.0, {"axes": (0, 2), "reshape": False}), ("rotate", X, 90.0, {}), ("zoom", X, 1, {}),
        ("zoom", X, 1.7, {"grid_mode": True, "mode": "reflect"}),
        ("map_coordinates", X, [[1.5], [2.5]], {"prefilter": False}), ("correlate", X, np.ones((25, 25)), {}),
        ("affine_transform", X, [[0.9, 0.1, 0.5], [0.2, 0.8, 0]], {}), ("gaussian_filter", X, 1.0, {"radius": 2}),
        ("maximum_filter", X, {"footprint": [[0, 1], [1, 1]]}), ("spline_filter", X, 3, {}),
        ("correlate", X, X[:2, :2] * (1 + 2j), {}), ("convolve", X * 1j, X[:2, :3] * (1 + 2j), {}),
        ("rotate", X.astype("f4"), 10.0, {}), ("gaussian_filter", X.astype("f4"), 1.0, {}),
    ):  # fmt: skip
        found, expected = both(name, x, *args, **options)
        np.testing.assert_allclose(found, expected, rtol=1e-5 if x.dtype == "f4" else 1e-9, atol=1e-6)
        assert found.dtype == expected.dtype


CASES = {
    "correlate": (lambda x, w: ndimage.correlate(x, w, mode="mirror"), X, X[:3, :2]),
    "convolve, constant": (lambda x, w: ndimage.convolve(x, w, mode="constant", cval=0.5), X, X[:2, :3]),
    "correlate, many weights": (lambda w: ndimage.correlate(X[:3, :3], w, mode="wrap"), np.ones((23, 23))),
    "correlate, complex": (ndimage.correlate, X + 1j, X[:2, :2] * 1j),
    "gaussian_filter by sigma": (lambda x, s: ndimage.gaussian_filter(x, s, order=1), X[:4], 0.8),
    "gaussian_filter by two": (lambda s: ndimage.gaussian_filter(X, (s[0], s[1])), np.array([0.7, 1.2])),
    "uniform_filter": (lambda x: ndimage.uniform_filter(x, 3), X),
    "sobel": (lambda x: ndimage.sobel(x, 0), X),
    "laplace": (ndimage.laplace, X),
    "gaussian_gradient_magnitude": (lambda x: ndimage.gaussian_gradient_magnitude(x, 1.0), X),
    "maximum_filter": (lambda x: ndimage.maximum_filter(x, 3), X),
    "median_filter": (lambda x: ndimage.median_filter(x, (3, 2)), X),
    "zoom": (lambda x: ndimage.zoom(x, 1.4), X),
    "shift": (ndimage.shift, X, np.array([0.3, -0.4])),
    "rotate": (lambda x, angle: ndimage.rotate(x, angle, reshape=False), X, 12.0),
    "affine_transform": (ndimage.affine_transform, X, np.array([[0.9, 0.1], [-0.2, 0.8]]), np.array([0.31, 0.62])),
    "map_coordinates": (ndimage.map_coordinates, X, RNG.uniform(0.1, 4.9, (2, 5))),
    "map_coordinates, complex": (lambda x: ndimage.map_coordinates(x, [[1.2], [2.7]]), X * (1 + 1j)),
    "spline_filter": (ndimage.spline_filter, X),
} | {
    f"map_coordinates, {order}, {mode}": (
        lambda x, p, order=order, mode=mode: ndimage.map_coordinates(x, p, order=order, mode=mode), X, POINTS[:, :9])
    for order, mode in zip((1, 2, 3, 4, 5, 3, 2), MODES[:1] + MODES[2:], strict=True)
}  # fmt: skip


@pytest.mark.parametrize("f, args", [(f, args) for f, *args in CASES.values()], ids=CASES)
def test_derivatives(f, args):
    check_grads(f, *args, order=2)


def test_refusals():
    x = ag.Tensor(X)
    for call, says in (
        (lambda: ndimage.gaussian_filter(x, 1.0, output=np.zeros((7, 6))), "output= is not recorded"),
        (lambda: ndimage.map_coordinates(x, [[1.0]], output=float), "output= is not recorded"),
        (lambda: ndimage.maximum_filter(x, 3, None, None), "options by name"),
    ):
        with pytest.raises(TypeError, match=says):
            call()
    for call, says in (
        (lambda: ndimage.correlate(x, [[1.0, 2]], mode="circular"), "mode is one of"),
        (lambda: ndimage.correlate(x, [1.0, 2]), "weights have 1 axes, the image 2"),
        (lambda: ndimage.correlate(x, [[1.0, 2]], origin=(0, 2)), "outside of a window of size 2"),
        (lambda: ndimage.gaussian_filter(x, (1.0, 2.0, 3.0)), "one value for each of 2 axes"),
    ):
        with pytest.raises(ValueError, match=says):
            call()
    for call in (lambda: ndimage.zoom(x, 2, order=6), lambda: ndimage.map_coordinates(x, [[1.0]]),
                 lambda: ndimage.maximum_filter(x), lambda: ndimage.affine_transform(x, np.eye(4))):  # fmt: skip
        with pytest.raises(RuntimeError):
            call()
    assert ndimage.label is scipy.ndimage.label
