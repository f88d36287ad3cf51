"""Every form of a call that NumPy takes: by position and by keyword, with out=, dtype=, and Tensors in every place."""

from __future__ import annotations

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.testing import check_grads
from autograd_lite.trees import flatten

X = np.array([[0.5, 1.2, 2.1], [1.5, 0.7, 0.4]])
MASK = np.array([[True, False, True], [True, True, False]])


def filled(write):
    """What ``write(out)`` leaves in an array of zeros, which is a Tensor where x is one."""

    def form(x):
        out = np.zeros((2, 3))
        out = ag.Tensor(out) if type(x) is ag.Tensor else out
        write(x, out)
        return out

    return form


UFUNCS = {
    "reduce, dtype": lambda x: np.hypot.reduce(x, 0, np.float64) + np.maximum.reduce(x, dtype=float),
    "reduce, initial": lambda x: np.hypot.reduce(x, 1, initial=0.5) * np.divide.reduce(x, initial=2.0)[0],
    "reduce, initial Tensor": lambda x: np.hypot.reduce(x, 1, initial=x[0, 0]) * np.add.reduce(x[0], initial=x[0, 1]),
    "reduce, where": lambda x: np.hypot.reduce(x, where=MASK) * np.subtract.reduce(x, 1, where=MASK, initial=1.0)[0],
    "reduce, several axes": lambda x: np.logaddexp.reduce(x, (0, 1)) * np.hypot.reduce(x, axis=(-1,), keepdims=True),
    "reduce, no axis": lambda x: np.logaddexp.reduce(x, ()) * np.hypot.reduce(x, None),
    "accumulate, dtype": lambda x: np.multiply.accumulate(x, 1, float) + np.arctan2.accumulate(x, 0, float),
    "reduceat, dtype": lambda x: np.subtract.reduceat(x, [0, 2], 1, float),
    "outer, dtype": lambda x: np.hypot.outer(x, [1.0, 2.0], dtype=float),
    "out": filled(lambda x, out: np.multiply.accumulate(x, 1, out=out)),
    "out of outer": filled(lambda x, out: np.add.outer(x[:, 0], x[0], out=out)),
    "order, casting, subok": lambda x: np.exp(x, order="F", casting="unsafe", subok=False) + np.modf(x, order="C")[0],
    "signature": lambda x: np.add(x, 1, signature="dd->d") * np.multiply(x, x, signature=(float, float, float)),
    "out and dtype": filled(lambda x, out: np.exp(x, out, dtype=float, casting="unsafe")),
    "lists": lambda x: np.add([x[0, 0], 1.0, x[0, 1]], x) * np.add([1, 2, 3], x, dtype=float),
    "Python numbers": lambda x: np.choose([0, 1, 1], [x.astype("f"), 3.0]) + np.select([x > 1], [2.0], np.float32(1)),
    "truth values": lambda x: np.arctan2(x[0] > 1, x),
}
PLACES = {
    "order by position": lambda x: np.reshape(x, (3, 2), "F") * np.reshape(x, shape=(3, 2), order="F"),
    "order of rows": lambda x: np.reshape(x, -1, "F") * np.ravel(a=x, order="F"),
    "bounds by name": lambda x: np.clip(x, min=x[1, 1], max=2.0) + np.clip(a=x, a_min=x[1] / 2, a_max=None),
    "one bound": lambda x: np.clip(x, max=x[1, 0]) * np.clip(x, a_min=None, a_max=x[1, 1]),
    "bounds, dtype": lambda x: np.clip(x, None, x[1, 0], dtype=float),
    "all by name": lambda x: np.std(a=x, ddof=1) * np.sum(a=x, initial=x[0, 0]) * np.repeat(a=x, repeats=2),
    "ddof": lambda x: np.std(x, None, None, None, x[0, 0]) * np.var(x, 0, ddof=x[0, 1], keepdims=True),
    "subok": lambda x: np.copy(x, "K", True) * np.broadcast_to(x, (2, 3), True),
    "a list of numbers": lambda x: np.linalg.solve(x[:, :2], [1, 2]),
    "a list by name": lambda x: np.linalg.solve(b=[1, 2], a=x[:, :2]),
    "lists in lists": lambda x: np.concatenate(([x[0, 0]], x[1], (0.0,))) * np.hstack(([1.0], x[0], [x[1, 2]])),
    "rows as lists": lambda x: np.vstack((x, [x[0, 0], 1.0, x[1, 1]])) * np.concatenate((x, [[x[0, 0], 1.0, 2.0]])),
    "columns as lists": lambda x: np.column_stack((x[0], [x[0, 0], 1.0, 2.0])) * np.stack((x[1], [x[1, 1], 0, 1]), 1),
    "depths as lists": lambda x: np.dstack((x[0], [x[0, 0], 1.0, 2.0])),
    "lists as arrays": lambda x: np.append([x[0, 0]], x) * np.insert(x, 1, [x[0, 1]]) * np.dot([x[0, 0], 1.0], x)[0],
    "lists as vectors": lambda x: np.cross([x[0, 0], 0.0, 1.0], x[1]) @ np.outer([x[0, 0], 1.0, x[0, 2]], x[0]),
    "a mask": lambda x: np.where(x, x, 0),
    "a list of Tensors": lambda x: x * np.isin(x, [x[0, 0], 9.0]) + np.searchsorted(x[:, 1], [x[0, 0], 1.0])[0],
    "a truth value by number": lambda x: np.nanmedian(x, 1, keepdims=1) * np.nanquantile(x, 0.3, 0, keepdims=np.True_),
    "a number of axes 0": lambda x: np.sum(x[0, 0], axis=0) * np.max(x[0, 1], axis=-1) * np.prod(x[1, 0], axis=0),
    "out by position": filled(lambda x, out: np.cumsum(x, 1, None, out)),
    "out of max": filled(lambda x, out: np.clip(x, 0.6, 2.0, out)),
}  # fmt: skip


def both(found):
    return [np.asarray(y.value if type(y) is ag.Tensor else y) for y in flatten(found)[0]]


METHODS = {
    "astype": lambda x: x.astype(float, "F", "safe", True, False) * x.astype(dtype=complex, order="C", copy=True).real,
    "flatten": lambda x: x.flatten("K") * x.T.flatten(order="A"),
    "reshape": lambda x: x.reshape(3, 2, order="F", copy=True),
    "sort": filled(lambda x, out: [np.copyto(out, x), out.sort(0, None, None)]),
    "partition": filled(lambda x, out: [np.copyto(out, x), out.partition(1, -1, "introselect", None)]),
    "put a list of Tensors": filled(lambda x, out: np.put(out, [0, 2], [x[0, 0], 1.0])),
    "mask by a list of Tensors": filled(lambda x, out: np.putmask(out, MASK, [2 * x[1, 0]])),
    "copy a list of Tensors": filled(lambda x, out: np.copyto(out[1], [x[1, 1], 2.0, 3.0])),
}
FORMS = {**UFUNCS, **PLACES, **METHODS}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_of_a_call(form):
    for found, expected in zip(both(form(ag.Tensor(X))), both(form(X.copy())), strict=True):
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
        np.testing.assert_allclose(found, expected, rtol=1e-14)
    check_grads(form, X)


def test_a_number_over_python_zero():
    with np.errstate(divide="ignore"):
        np.testing.assert_array_equal(ag.grad(lambda x: np.sum(x / 0))(X), np.full((2, 3), np.inf))
        np.testing.assert_array_equal(ag.grad(lambda x: np.sum(x / -0.0))(X), np.full((2, 3), -np.inf))
    with np.errstate(all="ignore"):
        assert not np.isfinite(ag.vjp(lambda x: x / 0j, 1.0)[1](1.0))


def test_out_by_position_is_a_write():
    """The value that out= had before stays in the graph, and the derivative of what it had is gone."""
    def f(x):
        out = 3 * x
        before = out * out
        np.cumsum(x, 1, None, out)
        return np.sum(before) + np.sum(out)

    np.testing.assert_allclose(ag.grad(f)(X), 18 * X + [3, 2, 1])


REFUSED = {
    "no derivative by shift": lambda x: np.roll(x, x[0, 0]),
    "no derivative by axis": lambda x: np.cumsum(x, x[0, 0]),
    "not as both": lambda x: np.clip(x, 0, 1, min=0),
    "No loop matching": lambda x: np.less.reduce(x),
    "not reorderable": lambda x: np.subtract.reduce(x, None),
    "does not have an identity": lambda x: np.divide.reduce(x, where=MASK),
    "cut off imaginary parts": lambda x: ag.grad(lambda z: np.prod(z, dtype=float).real)(X * 1j),
    "np.moveaxis": lambda x: np.matmul(x, x, axes=[(0, 1), (1, 0), (0, 1)]),
}  # fmt: skip


@pytest.mark.parametrize("message", REFUSED)
@pytest.mark.filterwarnings("ignore:Casting complex values")
def test_what_is_refused_says_why(message):
    with pytest.raises((TypeError, ValueError), match=message):
        REFUSED[message](ag.Tensor(X))


def test_a_leaf_lies_in_memory_as_the_array_it_was_made_of():
    x = np.asfortranarray(X)
    np.testing.assert_array_equal(np.ravel(ag.Tensor(x), order="A").value, np.ravel(x, order="A"))
    np.testing.assert_array_equal(np.ravel(ag.Tensor(x), order="K").value, np.ravel(x, order="K"))


def test_the_condition_of_where_has_no_tangent():
    tangents = np.array([0.0, 1.0])
    found = ag.jvp(lambda x, y: np.where(x, x, y), (np.ones(2), np.ones(2)), (tangents, np.ones(2)))[1]
    np.testing.assert_array_equal(found, tangents)


NAMED = [np.unique_all, np.unique_counts, np.unique_inverse]


@pytest.mark.parametrize("function", NAMED, ids=lambda f: f.__name__)
def test_results_have_numpys_names(function):
    assert type(function(ag.Tensor(X))) is type(function(X))
    np.testing.assert_array_equal(function(ag.Tensor(X)).values.value, function(X).values)


RAISES = {
    "no such axis": lambda x: np.gradient(x, axis=2),
    "vsplit": lambda x: np.vsplit(x[0], 1),
    "dsplit": lambda x: np.dsplit(x, 1),
    "fro of a vector": lambda x: np.linalg.norm(x[0], "fro"),
    "two sorts": lambda x: np.sort(x, kind="stable", stable=True),
    "fields": lambda x: np.sort(x, order="x"),
    "weights of 0": lambda x: np.average(x, 1, [0, 0, 0]),
    "a negative number of points": lambda x: np.linspace(0, x, -1),
    "covariance of three axes": lambda x: np.cov(x[None]),
    "pad, a keyword of another mode": lambda x: np.pad(x, 1, "edge", constant_values=3),
    "diff of a number": lambda x: np.diff(x[0, 0]),
    "two corrections": lambda x: np.nanvar(x, ddof=1, correction=1),
    "nanmax of nothing": lambda x: np.nanmax(x[:0]),
    "two tolerances": lambda x: np.linalg.pinv(x, 0.1, rtol=0.1),
    "one matrix": lambda x: np.linalg.multi_dot([x]),
    "weights": lambda x: np.average(x, 0, [1, 2, 3]),
    "astype": lambda x: x.astype(int, casting="safe"),
    "casting": lambda x: np.concatenate([x, 1j * x], dtype=float),
    "einsum, casting": lambda x: np.einsum("ij,ij", x, x, dtype=np.float32),
}


@pytest.mark.parametrize("call", RAISES.values(), ids=RAISES)
def test_what_numpy_refuses_is_refused(call):
    with pytest.raises((ValueError, TypeError, ZeroDivisionError)) as plain:
        call(X)
    with pytest.raises((ValueError, TypeError, ZeroDivisionError)) as ours:
        call(ag.Tensor(X))
    assert isinstance(plain.value, type(ours.value)) or isinstance(ours.value, type(plain.value))


@pytest.mark.filterwarnings("ignore:Mean of empty slice", "ignore:invalid value")
def test_the_median_of_nothing_is_nan():
    assert np.isnan(np.median(ag.Tensor(np.zeros(0))).value)
    assert np.gradient(ag.Tensor(np.array(1.0))) == ()


def whole(numbers, dtype=np.int64):
    """Whole numbers that no derivative goes through, as a Tensor."""
    return ag.Tensor(np.array(numbers, float)).astype(dtype)


WHOLE = {
    "delete": lambda x, i: np.delete(x, i[:2]),
    "insert": lambda x, i: np.insert(x, i, 9.0),
    "split": lambda x, i: np.split(x, i[:3]),
    "split evenly": lambda x, i: np.split(x, i[1]),
    "resize": lambda x, i: np.resize(x, i[1]) * np.resize(x[:1], i)[0, 0, 0, 0, 0, 0],
    "sum where": lambda x, i: np.sum(x, where=i > 2),
    "max where": lambda x, i: np.max(x, where=i > 2, initial=0.0),
}


@pytest.mark.parametrize("form", WHOLE.values(), ids=WHOLE)
def test_whole_numbers_may_be_tensors(form):
    x, numbers = X.ravel(), [1, 2, 3, 3, 2, 1]
    for one in [ag.Tensor(x)] if form is WHOLE["resize"] else [ag.Tensor(x), x]:
        for found, expected in zip(both(form(one, whole(numbers))), both(form(x, np.array(numbers))), strict=True):
            np.testing.assert_array_equal(found, expected)


FUNCTIONS = {  # of whole numbers, and the dtype that they make of them
    "cumprod": np.cumprod, "nanmax": np.nanmax, "nanmin": lambda i: np.nanmin(i, axis=0), "median": np.median,
    "pinv": lambda i: np.linalg.pinv(i.reshape(2, 2)), "lstsq": lambda i: np.linalg.lstsq(i.reshape(2, 2), i[:2])[0],
    "poly": np.poly, "nanmedian": np.nanmedian, "intersect1d": lambda i: np.intersect1d(i, np.array([1.0, 2.0])),
    "norm": lambda i: np.linalg.norm(i.reshape(2, 2), np.inf), "pad": lambda i: np.pad(i, 1, "mean"),
    "ramp": lambda i: np.pad(i, 3, "linear_ramp", end_values=9), "sum": lambda i: np.sum(i, initial=2.5),
    "prod": lambda i: np.prod(i, initial=2.5), "max": lambda i: np.max(i, initial=7.5),
    "nanvar": lambda i: np.nanvar(i, mean=2.5) * np.nanstd(i, mean=np.float64(2.5)),
    "average": lambda i: i + np.average(i, weights=[1, 2, 3, 4], returned=True)[1],
}  # fmt: skip


@pytest.mark.parametrize("dtype", [np.int64, np.int8, np.uint8])
@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_functions_of_whole_numbers(function, dtype):
    numbers = [3, 1, 2, 5]
    found, expected = function(whole(numbers, dtype)).value, function(np.array(numbers, dtype))
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-14)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.rollaxis(x, 2), lambda x: np.tensordot(x, x, ([0], [2])), lambda x: np.median(x, axis=2),
        lambda x: np.nanquantile(x, 0.5, axis=-3), lambda x: np.average(x, 2, [1.0, 2.0]),
    ],
)  # fmt: skip
def test_an_axis_that_is_not_there(call):
    with pytest.raises((ValueError, IndexError)):
        call(ag.Tensor(X))


NUMBERS = {
    "median": np.median, "quantile": lambda x: np.quantile(x, 0.3), "nanpercentile": lambda x: np.nanpercentile(x, 30),
    "std": lambda x: np.std(x, where=MASK), "interp": lambda x: np.interp(x[0, 0], [0.0, 1.0], x[1, :2]),
    "norm": lambda x: np.linalg.norm(x, 1), "inner": lambda x: np.inner(x[0], x[1]),
    "vecdot": lambda x: np.vecdot(x[0], x[1]),
}  # fmt: skip


@pytest.mark.parametrize("function", NUMBERS.values(), ids=NUMBERS)
def test_numbers_are_not_written_to(function):
    """As NumPy's: ``+=`` binds the name anew, and whoever else holds the number keeps it."""
    number = function(ag.Tensor(X))
    kept = number
    number += 1
    assert kept.value == function(X)


@pytest.mark.parametrize("function", [lambda x: np.dot(x, 2.0), lambda x: np.inner(2.0, x)], ids=["dot", "inner"])
def test_products_with_a_number_have_numpys_dtype(function):
    x = X.astype(np.float32)
    assert function(ag.Tensor(x)).dtype == function(x).dtype
    np.testing.assert_array_equal(ag.grad(lambda x: np.sum(function(x)))(x), np.full((2, 3), 2, np.float32))


def test_a_logarithm_is_taken_in_the_precision_of_the_result():
    y = np.array([0.5, 2.0])
    base = np.array([1.7, 3.3], np.float16)
    found = ag.elementwise_grad(lambda y: np.power(base, y))(y)
    np.testing.assert_allclose(found, base.astype(float) ** y * np.log(base.astype(float)), rtol=1e-14)


def test_the_order_of_an_array_that_repeats_its_entries():
    x, tangents = np.broadcast_to(np.arange(3.0), (2, 3)), np.arange(6.0).reshape(2, 3)
    found = ag.jvp(lambda x: np.ravel(x, order="A"), (x,), (tangents,))
    np.testing.assert_array_equal(found, [np.ravel(x, order="A"), np.arange(6.0)])


@pytest.mark.parametrize("weights", [None, [1.0, 2.0, 1.0]])
def test_a_quantile_that_is_nan_belongs_to_the_entry_that_is(weights):
    x = np.array([2.0, np.nan, 1.0])
    found = ag.grad(lambda x: np.quantile(x, 0.5, method="inverted_cdf", weights=weights))(x)
    np.testing.assert_array_equal(found, [0, 1, 0])
