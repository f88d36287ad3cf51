"""autograd_lite.numpy: every name of NumPy, and Tensors where its protocols do not reach."""

from __future__ import annotations

import importlib
import warnings

import numpy
import pytest

import autograd_lite as ag
import autograd_lite.numpy as np
from autograd_lite.numpy import concatenators, creation, lists
from autograd_lite.testing import check_grads

X = numpy.array([0.5, -1.5, 2.0])


def test_every_name_of_numpy_is_there():
    for name in numpy.__all__:
        here = getattr(np, name)
        ours = {*creation.__all__, *lists.__all__, *concatenators.__all__, "fft", "linalg", "random"}
        assert name in ours or here is getattr(numpy, name)


@pytest.mark.parametrize("part", ["fft", "linalg", "random"])
def test_submodules(part):
    here, theirs = importlib.import_module(f"autograd_lite.numpy.{part}"), getattr(numpy, part)
    assert getattr(np, part) is here
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in here.__all__:
            assert name == "norm" or getattr(here, name) is getattr(theirs, name)
    assert dir(here) == sorted(here.__all__)
    with pytest.raises(AttributeError, match=f"numpy.{part}' has no attribute 'nothing'"):
        _ = here.nothing


def test_unknown_name():
    with pytest.raises(AttributeError, match="has no attribute 'nothing', nor has numpy"):
        _ = np.nothing
    assert "array" in dir(np)


RECORDED = {
    "array of a list": lambda x: np.array([x[0], 2.0, x[1] * x[2]]),
    "array of nested lists": lambda x: np.array([[x[0], 1.0], (x[1], x[0] * x[2])]),
    "array of a Tensor": lambda x: np.array(x) * x,
    "array of Tensors with axes": lambda x: np.array([x, x**2]),
    "array, ndmin": lambda x: np.array([x], ndmin=4) * x,
    "asarray": lambda x: np.asarray(x) * np.asarray([x[0], x[1], 1.0]),
    "asanyarray": lambda x: np.asanyarray([x, x]) * x,
    "ascontiguousarray": lambda x: np.ascontiguousarray(x[0]) * x,
    "asfortranarray": lambda x: np.asfortranarray([x, x]) * x,
    "full": lambda x: np.full((2, 3), x) * x,
    "full of a number": lambda x: np.full((2, 3), x[0]) * x,
    "full of a list": lambda x: np.full((2, 3), [x[0], x[1], 1.0]) * x,
    "arange, step": lambda x: np.arange(0.0, 1.0, x[0] / 1.9) * x[2],
    "arange, start and keyword": lambda x: np.arange(x[0], 3.0, step=x[2] / 2) ** 2,
    "arange, stop by keyword": lambda x: np.arange(x[0], stop=3.0, step=x[2] / 2) ** 2,
    "initial of plain numbers": lambda x: np.sum([1.0, 2.0], initial=x[0]) * np.max(numpy.eye(2), initial=x[2]),
    "ddof of plain numbers": lambda x: np.std([1.0, 2.0, 4.0], ddof=x[0]) * np.var(numpy.eye(2), axis=0, mean=x[:2]),
    "fromiter": lambda x: np.fromiter((a * a for a in x), float),
    "vectorize": lambda x: np.vectorize(lambda a, b: a * b if a > 0 else b)(x, x[1]),
    "mean of a list": lambda x: np.mean([x[0], x[1] * x[2], 1.0]) * np.var([x, x**2], axis=0),
    "norm of a list": lambda x: np.linalg.norm([x[0], x[1]]) * x,
    "append to a list": lambda x: np.append([x, x**2], x * x),
    "r_": lambda x: np.r_[x, x[0] * x[1], 1:3] ** 2,
    "r_ of matrices": lambda x: np.r_[np.outer(x, x), numpy.eye(3)],
    "c_": lambda x: np.c_[x, numpy.ones((3, 2)), x**2],
    "make_diagonal": lambda x: np.make_diagonal(np.array([x, x**2])) @ x,
    "astype": lambda x: np.astype(x, float) * x,
}


@pytest.mark.parametrize("f", RECORDED.values(), ids=RECORDED)
def test_creation_is_recorded(f):
    check_grads(f, X)
    value, plain = ag.jvp(f, (X,), (X,))[0], f(X)
    numpy.testing.assert_allclose(value, plain)


@pytest.mark.parametrize("name", ["array", "asarray", "asanyarray", "ascontiguousarray", "asfortranarray"])
def test_plain_arrays_are_numpys(name):
    for x in ([1, 2, 3], 2.5, [[1.0, 2], [3, 4]], (), [True], "text", [None]):
        ours, theirs = getattr(np, name)(x), getattr(numpy, name)(x)
        assert type(ours) is type(theirs) and ours.dtype == theirs.dtype
        numpy.testing.assert_array_equal(ours, theirs)
    assert np.array([1, 2], float, ndmin=2).shape == (1, 2)


def test_text_in_r_is_refused():
    numpy.testing.assert_array_equal(np.r_["0,2", X], numpy.r_["0,2", X])
    with pytest.raises(TypeError, match="takes no text"):
        _ = np.r_["0,2", ag.Tensor(X)]
    with pytest.raises(NotImplementedError, match="offset must be 0"):
        np.make_diagonal(X, 1)
    assert len(np.r_) == len(numpy.r_)


def test_dtype():
    assert np.array([ag.Tensor(1.0), 2], dtype="f4").dtype == np.float32
    assert np.full(2, ag.Tensor(1.0), "f4").dtype == np.float32
    assert np.arange(ag.Tensor(0.0), 3, dtype="f4").dtype == np.float32
    assert np.arange(ag.Tensor(3.0), dtype="f4").dtype == np.float32


def test_stop_of_arange_only_sets_the_length():
    numpy.testing.assert_array_equal(np.arange(ag.Tensor(3.0)), [0, 1, 2])


def test_isscalar():
    assert np.isscalar(ag.Tensor(1.0)) and np.isscalar(1.0) and not np.isscalar(ag.Tensor([1.0]))


def test_parts_of_different_shapes():
    with pytest.raises(ValueError, match=r"one shape, but these have \[\(\), \(3,\)\]"):
        np.array([ag.Tensor(X), 1.0])


def test_vectorize():
    assert np.vectorize(len, excluded=["x"])("abc").shape == ()
    with pytest.raises(TypeError, match="are not recorded"):
        np.vectorize(lambda x: x, otypes=[float])(ag.Tensor(X))


def test_star_import_gives_numpys_names_and_ours():
    assert set(numpy.__all__) <= set(np.__all__)
    assert all(hasattr(np, name) for name in np.__all__)
