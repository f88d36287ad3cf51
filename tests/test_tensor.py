"""The array face: operators, indexing, methods and NumPy's protocols record what NumPy computes, or say why not."""

import operator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_lite as ag
from autograd_lite.registry import composites, plain_functions
from autograd_lite.sweeps import rules
from autograd_lite.tensor import doors
from autograd_lite.testing import check_grads

A = np.array([[1.5, -2.0, 3.0], [0.5, 4.0, -1.0]])
B = np.array([[2.0, 0.5, -1.0], [1.0, 1.0, 3.0]])


def value(x):
    return x.value if isinstance(x, ag.Tensor) else x


ARITHMETIC = [operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod]
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]
OTHERS = [B, B[0], 2, 2.5, True, np.float32(3), np.int64(2), [1.0, 2.0, 3.0], 1j]


@pytest.mark.parametrize("operation", ARITHMETIC + COMPARISONS, ids=lambda o: o.__name__)
@pytest.mark.parametrize("other", OTHERS, ids=lambda o: f"{type(o).__name__}{np.shape(o)}")
def test_operators_agree_with_numpy(operation, other):
    if isinstance(other, complex) and operation not in ARITHMETIC[:4]:
        other = 2.0
    for left, right in ((A, other), (other, A)):
        expected = operation(left, right)
        tensors = [ag.Tensor(x) if x is A else x for x in (left, right)]
        result = operation(*tensors)
        assert type(result) is ag.Tensor
        np.testing.assert_array_equal(result.value, expected)
        assert result.dtype == expected.dtype
    np.testing.assert_array_equal(operation(ag.Tensor(A), ag.Tensor(B)).value, operation(A, B))


def test_powers_and_unary_operators():
    t = ag.Tensor(A)
    for n in (0, 1, 2, 3, -1, 0.5, 2.0):
        x = np.abs(A)
        np.testing.assert_array_equal((ag.Tensor(x) ** n).value, x**n)
        np.testing.assert_array_equal((abs(n) ** ag.Tensor(x)).value, abs(n) ** x)
    np.testing.assert_array_equal((abs(t) ** ag.Tensor(B)).value, abs(A) ** B)
    np.testing.assert_array_equal((-t).value, -A)
    np.testing.assert_array_equal((+t).value, A)
    np.testing.assert_array_equal(abs(t).value, abs(A))
    np.testing.assert_array_equal((~(t > 0)).value, ~(A > 0))
    np.testing.assert_array_equal(((t > 0) & (t < 2) | (t == 4)).value, (A > 0) & (A < 2) | (A == 4))
    np.testing.assert_array_equal((t @ B.T).value, A @ B.T)
    np.testing.assert_array_equal((A @ ag.Tensor(B.T)).value, A @ B.T)


def test_square_is_recorded_as_what_numpy_computes():
    assert (ag.Tensor(A) ** 2).node.function is np.square
    assert (ag.Tensor(A) ** 3).node.function is np.power


INDICES = [
    0, -1, slice(None), slice(None, None, -1), (0, 1), (slice(None), 1), (..., 0), None, (None, ..., None),
    (1, slice(0, 2)), [0, 1, 0], np.array([1, 1]), (np.array([0, 1, 0]), np.array([2, 2, 1])), (slice(None), [2, 0]),
    A > 0, A[:, 0] > 1, (np.array([[0], [1]]), np.array([0, 2])), (np.array([True, False]), 1), np.int64(1), (), ...,
]  # fmt: skip


@pytest.mark.parametrize("index", INDICES, ids=repr)
def test_indexing_and_its_derivative(index):
    result = ag.Tensor(A)[index]
    np.testing.assert_array_equal(result.value, A[index])
    weights = np.arange(1.0, 1 + A[index].size).reshape(A[index].shape)
    expected = np.zeros_like(A)
    np.add.at(expected, index, weights)
    np.testing.assert_array_equal(ag.grad(lambda x: np.sum(x[index] * weights))(A), expected)
    np.testing.assert_array_equal(ag.jvp(lambda x: x[index], (A,), (B,))[1], B[index])


def test_tensors_as_indices():
    t = ag.Tensor(A)
    np.testing.assert_array_equal(t[t > 1].value, A[A > 1])
    np.testing.assert_array_equal(t[:, np.argmax(t[0])].value, A[:, 2])
    np.testing.assert_array_equal(A[0][np.argmax(t[0])], 3.0)
    np.testing.assert_array_equal(A[t > 1], A[A > 1])
    assert list(range(5))[np.argmin(ag.Tensor(A[0]))] == 1
    assert list(range(np.sum(t > 0))) == list(range(4))


METHODS = [
    ("sum", (), {}), ("sum", (0,), {}), ("sum", (), {"axis": (0, 1), "keepdims": True}), ("mean", (1,), {}),
    ("prod", (), {}), ("max", (0,), {}), ("min", (), {"axis": -1}), ("var", (), {"ddof": 1}), ("std", (0,), {}),
    ("cumsum", (1,), {}), ("argmax", (), {}), ("argsort", (), {"axis": 0}), ("clip", (-1.0, 2.0), {}),
    ("ravel", (), {}), ("reshape", (3, 2), {}), ("reshape", ((-1,),), {}), ("reshape", (3, 2), {"order": "F"}),
    ("transpose", (), {}), ("transpose", (1, 0), {}), ("swapaxes", (0, 1), {}), ("squeeze", (), {}),
    ("flatten", (), {}), ("copy", (), {}), ("astype", (np.float32,), {}), ("dot", (B.T,), {}),
    ("take", ([0, 2], 1), {}), ("repeat", (2,), {}), ("trace", (), {}), ("diagonal", (), {}), ("round", (1,), {}),
    ("all", (), {}), ("any", (1,), {}), ("conj", (), {}), ("ptp", (), {}), ("cumprod", (0,), {}),
]  # fmt: skip


@pytest.mark.parametrize("name, args, kwargs", METHODS, ids=lambda v: str(v)[:20])
def test_methods_agree_with_numpy(name, args, kwargs):
    expected = getattr(A, name)(*args, **kwargs) if name != "ptp" else np.ptp(A)
    result = getattr(ag.Tensor(A), name)(*args, **kwargs)
    np.testing.assert_allclose(result.value, expected, rtol=1e-14)
    assert result.dtype == np.asarray(expected).dtype and result.shape == np.shape(expected)


def test_attributes():
    t, z = ag.Tensor(A), ag.Tensor(A + 1j * B)
    assert (t.shape, t.ndim, t.size, t.dtype, t.itemsize, t.nbytes) == ((2, 3), 2, 6, np.dtype(float), 8, 48)
    np.testing.assert_array_equal(t.T.value, A.T)
    np.testing.assert_array_equal(t.mT.value, A.T)
    np.testing.assert_array_equal(z.real.value, A)
    np.testing.assert_array_equal(z.imag.value, B)
    assert [x.value for x in t.flat] == list(A.flat)
    assert len(t) == 2 and [row.shape for row in t] == [(3,), (3,)]
    assert 4.0 in t and 99.0 not in t
    assert t.tolist() == A.tolist() and t[0, 0].item() == 1.5 and t.item(1, 1) == 4.0
    with pytest.raises(TypeError, match="0-d"):
        iter(t[0, 0])


def test_how_it_looks():
    x = ag.Tensor(2.0, name="x")
    assert repr(x) == "Tensor(2.0, name='x')"
    assert repr(ag.Tensor([1.0, 2.0])) == "Tensor([1., 2.])"
    assert (str(x), f"{x:.3f}", f"{x}") == ("2.0", "2.000", "2.0")
    assert x.name == "x" and (x * 2).name is None


@pytest.mark.parametrize(
    "call",
    [
        lambda t: np.add.reduce(t), lambda t: np.multiply.reduce(t, axis=1), lambda t: np.maximum.reduce(t),
        lambda t: np.minimum.reduce(t, axis=None), lambda t: np.add.accumulate(t), lambda t: np.add.outer(t, B[0]),
        lambda t: np.multiply.outer(B[0], t), lambda t: np.logical_and.reduce(t > 0),
        lambda t: np.logaddexp.reduce(t[0, 0], axis=0),
    ],
)  # fmt: skip
def test_methods_of_ufuncs(call):
    np.testing.assert_allclose(call(ag.Tensor(A)).value, call(A), rtol=1e-14)


def test_shapes_and_types_are_answered_from_the_value():
    t = ag.Tensor(A)
    assert np.shape(t) == (2, 3) and np.ndim(t) == 2 and np.size(t) == 6
    assert np.result_type(t, np.float32) == np.float64
    assert type(np.zeros_like(t)) is np.ndarray and np.allclose(t, A) and np.array_equal(t, A)
    assert not np.iscomplexobj(t)


def test_tensors_given_by_keyword():
    t = ag.Tensor(A)
    np.testing.assert_array_equal(np.sum(a=t, axis=0).value, A.sum(0))
    np.testing.assert_array_equal(np.clip(a=t, a_min=ag.Tensor(0.0), a_max=1.0).value, np.clip(A, 0, 1))
    np.testing.assert_array_equal(np.where(A > 0, t, ag.Tensor(B)).value, np.where(A > 0, A, B))


# What would lose a derivative, or cannot be recorded, raises and says what to write


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda t: float(t[0, 0]), r"t\.value"),
        (lambda t: int(t[0, 0]), r"t\.value"),
        (lambda t: complex(t[0, 0]), r"t\.value"),
        (lambda t: np.array([t[0], t[1]]), r"np\.stack"),
        (lambda t: np.asarray(t), r"np\.stack"),
        (lambda t: np.zeros((2, 3)).__setitem__(slice(2), t), r"np\.stack"),
        (lambda t: np.zeros((2, 3)).__iadd__(t), r"out=.*write y ="),
        (lambda t: np.exp(t, out=np.zeros((2, 3))), r"out="),
        (lambda t: np.add(t, 1.0, where=A > 0), r"where=.*np\.where"),
        (lambda t: np.frompyfunc(abs, 1, 1)(t), r"has no derivative rule yet.*t\.value"),
        (lambda t: t * "a", "does not multiply text"),
        (lambda t: "a" * t, r"does not multiply text: 'a'"),
        (lambda t: ag.grad(lambda x: None)(1.0), "returned None.*return"),
        (lambda t: ag.jvp(lambda x: None, (1.0,), (1.0,)), "returned None.*return"),
        (lambda t: np.linalg.qr(t, "raw"), "mode='raw'.*'reduced'"),
        (lambda t: np.pad(t, 1, "empty"), "mode='empty'.*np.concatenate"),
        (lambda t: np.pad(t, 1, lambda *a: a), "mode=.*np.concatenate"),
        (lambda t: operator.index(t[0, 0]), "float64 is no index"),
        (lambda t: ag.Tensor(t), "already"),
        (lambda t: ag.Tensor("text"), "text"),
        (lambda t: ag.Tensor(None), "dtype object"),
        (lambda t: ag.Tensor([t, t]), r"np\.stack"),
        (lambda t: {t: 1}, "unhashable"),
        (lambda t: t + None, "unsupported operand"),
        (lambda t: t + "a", "unsupported operand"),
    ],
)
def test_errors_name_the_way_out(call, message):
    with pytest.raises(TypeError, match=message):
        call(ag.Tensor(A))


def test_writing_a_tensor_into_a_plain_array_raises():
    a = np.zeros(3)
    with pytest.raises(ValueError) as error:  # NumPy's own, which names ours as its cause
        a[0] = ag.Tensor(1.0)
    assert "np.stack" in str(error.value.__cause__)
    np.testing.assert_array_equal(a, 0.0)


@pytest.mark.parametrize(
    "call", [lambda t: t + np.ones(4), lambda t: t @ np.ones((2, 2)), lambda t: t.reshape(4), lambda t: bool(t)]
)
def test_wrong_shapes_raise_at_the_call(call):
    with pytest.raises(ValueError):
        call(ag.Tensor(A))


@pytest.mark.parametrize("x, message", [
    (np.array([[1.0, 2.0]]).view(np.matrix), r"multiplies by \*.*np\.asarray"),
    (np.ma.array([1.0, 2.0], mask=[0, 1]), "has no mask"),
])  # fmt: skip
def test_matrices_and_masked_arrays_mean_something_else_and_are_refused(x, message):
    for call in (np.sum, lambda y: ag.Tensor(np.ones((1, 2))) * x, lambda y: ag.Tensor(np.ones((1, 2))) + x):
        with pytest.raises(TypeError, match=message):
            ag.grad(call)(x)
    with pytest.raises(TypeError, match=message):
        ag.Tensor(np.ones((1, 2))) * x


@pytest.mark.parametrize("name", ["numpy", "detach", "requires_grad", "zero_grad", "append"])
def test_what_other_libraries_have_is_refused_with_the_way_out(name):
    with pytest.raises(AttributeError, match=r"no (method|part) of an? .*: .*(t\.value|backward|np\.append)"):
        getattr(ag.Tensor([1.0]), name)
    assert not hasattr(ag.Tensor([1.0]), name)


def test_grad_explains_when_there_is_none():
    x = ag.Tensor(1.0)
    with pytest.raises(AttributeError, match="backward"):
        x.grad  # noqa: B018
    with pytest.raises(AttributeError, match="only leaves"):
        (x * 2).grad  # noqa: B018


@pytest.mark.filterwarnings("ignore")
def test_every_numpy_function_is_known_or_refused():
    """No public function may take a Tensor in silence: it records, answers from the value, or raises."""
    known = {*rules, *composites, *plain_functions}
    not_about_arrays = {"isscalar", "iterable", "printoptions", "set_printoptions", "info", "show_config", "test"}
    not_about_arrays.add("bmat")  # for text and lists of matrices
    silent = []
    for name in sorted(set(np.__all__) - not_about_arrays):
        f = getattr(np, name)
        if not callable(f) or isinstance(f, type) or f in known:
            continue
        try:
            result = f(ag.Tensor(A))
        except (TypeError, ValueError, AttributeError):
            continue
        if not isinstance(result, ag.Tensor):
            silent.append((name, type(result).__name__))
    assert silent == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["+", "*", "-", "sin", "exp", "index", "sum", "T"]), min_size=1, max_size=12))
def test_random_programs_agree_with_numpy(program):
    def run(x):
        for step in program:
            if step == "+":
                x = x + 0.5
            elif step == "*":
                x = 0.7 * x * x
            elif step == "-":
                x = 1 - x
            elif step == "sin":
                x = np.sin(x)
            elif step == "exp":
                x = np.exp(-x * x)
            elif step == "index":
                x = x[..., ::-1] if np.ndim(x) else x
            elif step == "sum":
                x = np.sum(x, axis=-1, keepdims=True) if np.ndim(x) else x
            elif step == "T":
                x = x.T
        return x

    x = np.random.default_rng(1).normal(size=(2, 3))
    np.testing.assert_array_equal(value(run(ag.Tensor(x))), run(x))
    scalar = lambda x: np.sum(run(x))
    direction = np.random.default_rng(2).normal(size=(2, 3))
    numeric = np.imag(scalar(x + 1e-30j * direction)) / 1e-30
    np.testing.assert_allclose(np.sum(ag.grad(scalar)(x) * direction), numeric, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(ag.jvp(scalar, (x,), (direction,))[1], numeric, rtol=1e-9, atol=1e-9)


def test_every_door_by_which_a_value_leaves_is_reported():
    x, seen = ag.Tensor([3.0, 1.0]), []
    first = np.argmax(x)
    doors.append(lambda node, door: seen.append(getattr(door, "__name__", door)))
    try:
        x.value, x[0].item(), x.tolist(), bool(x[0] > 1), operator.index(first), np.asarray(first)
        int(first), float(first), complex(first), x[[0, first]]
        repr(x), str(x), f"{x[0]:.1f}", np.allclose(x, 1.0)
    finally:
        doors.pop()
    assert seen == ["value", "item", "tolist", "bool", "index", "np.asarray", "int", "float", "complex", "np.asarray",
                    "repr", "str", "format", "allclose"]  # fmt: skip


def test_integers_leave_as_python_numbers_and_stand_in_lists():
    x = np.array([0.3, 0.9, 0.5])
    counted = lambda x: x[int(np.argmax(x))] * float(np.sum(x > 0.4)) * complex(np.argmin(x) + 1).real
    listed = lambda x: np.sum(x[[0, np.argmax(x)]] + x[[[np.argmin(x)], [2]]][0])
    stacked = lambda x: np.sum(np.arange(3.0)[np.array([1, np.argmax(x)])] * x[0])
    for f in (counted, listed, stacked):
        compiled = ag.compile(ag.grad(f))
        for point in (x, x[::-1].copy()):
            np.testing.assert_array_equal(ag.vjp(f, point)[0], f(point))
            np.testing.assert_array_equal(compiled(point), ag.grad(f)(point))
            check_grads(f, point)
    with pytest.raises(TypeError, match=r"int\(t\) would lose"):
        int(ag.Tensor(1.5))
    with pytest.raises(IndexError):
        ag.Tensor(x)[[0, ag.Tensor(1.0)]]
