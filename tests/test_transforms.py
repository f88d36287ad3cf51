"""Function in, function out: every transform, nested in every other, on every kind of argument."""

import threading
from collections import namedtuple
from dataclasses import dataclass, field

import numpy as np
import pytest

import autograd_lite as ag


def worked(x):
    return np.sqrt(x**2 + np.exp(x**2))


def forward(f):
    return lambda x: ag.jvp(f, (x,), (np.ones_like(x),))[1]


def backward(f):
    def slope(x):
        y = f(x)
        return ag.vjp(f, x)[1](np.ones_like(y))[0]

    return slope


@pytest.mark.parametrize(
    "f", [lambda x: np.sum(np.reshape(x, (1,)) ** 2), lambda x: np.sum(np.atleast_1d(x) * np.ones(3))]
)
def test_the_derivative_by_a_number_is_a_number(f):
    """And no array without axes, whatever shapes it went through."""
    for derivative in (ag.grad(f), ag.compile(ag.grad(f)), lambda x: ag.vjp(f, x)[1](1.0)[0]):
        assert type(derivative(2.0)) is np.float64


# Lecture notes, section 1


def test_exp_of_square():
    assert ag.grad(lambda x: np.exp(x * x))(1.0) == pytest.approx(5.43656365691809, rel=1e-10)


@pytest.mark.parametrize("x, slope", [(1.0, 1.9282846855324671), (0.5, 0.9220503968758447)])
def test_first_derivative_of_the_worked_example(x, slope):
    assert ag.grad(worked)(x) == pytest.approx(slope, rel=1e-10)
    assert ag.jvp(worked, (x,), (1.0,))[1] == pytest.approx(slope, rel=1e-10)
    assert ag.grad(worked)(x) == pytest.approx(x * (1 + np.exp(x * x)) / worked(x), rel=1e-10)


@pytest.mark.parametrize("x, curvature", [(1.0, 2.8193781227987427), (0.5, 1.6760309414386625), (0.0, 2.0)])
@pytest.mark.parametrize("outer", [ag.grad, forward, backward, ag.jacobian, ag.elementwise_grad, ag.jacfwd, ag.jacrev])
@pytest.mark.parametrize("inner", [ag.grad, forward, backward, ag.jacobian, ag.elementwise_grad, ag.jacfwd, ag.jacrev])
def test_second_derivative_in_every_nesting(outer, inner, x, curvature):
    assert outer(inner(worked))(x) == pytest.approx(curvature, rel=1e-10)


def test_fifth_derivative_in_mixed_modes():
    f = worked
    for transform in (ag.grad, forward, ag.grad, forward, forward):
        f = transform(f)
    g = worked
    for transform in (forward, forward, ag.grad, ag.grad, ag.grad):
        g = transform(g)
    step = 1e-4
    fourth = ag.grad(ag.grad(ag.grad(ag.grad(worked))))
    assert f(0.5) == pytest.approx(g(0.5), rel=1e-10)
    assert f(0.5) == pytest.approx((fourth(0.5 + step) - fourth(0.5 - step)) / (2 * step), rel=1e-6)


def test_derivatives_of_a_polynomial_end_in_zero():
    f = lambda x: x**3
    for expected in (12.0, 12.0, 6.0, 0.0, 0.0):
        f = ag.grad(f)
        assert f(2.0) == expected


# Perturbation confusion


@pytest.mark.parametrize("d", [ag.grad, forward, backward])
@pytest.mark.parametrize("e", [ag.grad, forward, backward])
def test_perturbations_are_not_confused(d, e):
    assert d(lambda x: x * e(lambda y: x + y)(1.0))(1.0) == 1.0
    assert d(lambda x: x * e(lambda y: x * y)(2.0))(3.0) == 6.0
    assert d(lambda x: e(lambda y: x * y * y)(x) + x)(3.0) == pytest.approx(4 * 3 + 1)
    assert d(lambda x: x * e(lambda y: y * e(lambda z: x * y * z)(y))(x))(2.0) == pytest.approx(6 * 4)


def test_a_function_made_inside_a_derivative_keeps_what_it_saw():
    make = lambda x: ag.grad(lambda y: x**2 * y**3)
    assert ag.grad(lambda x: make(x)(2.0))(5.0) == 2 * 5 * 3 * 4


# Python does the rest


def test_control_flow_loops_recursion_and_closures():
    def power(x, n):
        return 1.0 if n == 0 else x * power(x, n - 1)

    def f(x):
        total = 0.0
        for k in range(1, 4):
            total = total + power(x, k) / k
        while total > 3:
            total = total / 2
        return total if x > 0 else -total

    assert ag.grad(f)(1.0) == pytest.approx(3.0)
    assert ag.grad(f)(2.0) == pytest.approx((1 + 2 + 4) / 4)
    assert ag.grad(f)(-0.5) == pytest.approx(-(1 - 0.5 + 0.25))


def test_an_exception_leaves_nothing_open():
    def fails(x):
        raise RuntimeError("on purpose")

    for _ in range(3):
        with pytest.raises(RuntimeError):
            ag.grad(lambda x: ag.grad(fails)(x))(1.0)
    assert ag.grad(ag.grad(worked))(0.0) == 2.0


def test_threads_do_not_disturb_one_another():
    results = {}

    def work(k):
        results[k] = [ag.grad(ag.grad(worked))(k / 10) for _ in range(20)]

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(set(results[k]) == {ag.grad(ag.grad(worked))(k / 10)} for k in range(4))


# Shapes, structures, several arguments


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def test_value_and_grad_is_both():
    x = np.array([0.3, -1.2, 2.0])
    value, gradient = ag.value_and_grad(rosenbrock)(x)
    assert value == rosenbrock(x)
    np.testing.assert_array_equal(gradient, ag.grad(rosenbrock)(x))


def test_what_is_no_argnum_is_refused():
    with pytest.raises(TypeError, match=r"argnum must be an int or a sequence of them, not 1\.0"):
        ag.grad(np.sin, argnum=1.0)(2.0)
    with pytest.raises(TypeError, match="there is no argument 'x' to differentiate by"):
        ag.grad(np.sin, argnum="x")(2.0)


def test_argnum():
    f = lambda x, y: x**2 * y
    assert ag.grad(f, argnum=1)(3.0, 2.0) == 9.0
    assert ag.grad(f, argnum=(0, 1))(3.0, 2.0) == (12.0, 9.0)
    assert ag.grad(f, argnum=(1, 0))(3.0, 2.0) == (9.0, 12.0)
    assert ag.grad(f, argnum=-1)(3.0, 2.0) == 9.0
    value, gradient = ag.value_and_grad(f, argnum=(1,))(3.0, 2.0)
    assert (value, gradient) == (18.0, (9.0,))


def test_keyword_arguments_pass_through():
    assert ag.grad(lambda x, *, k: k * x**2)(3.0, k=5.0) == 30.0


@dataclass
class Line:
    slope: np.ndarray
    offset: float
    label: str = "line"
    degree: int = field(default=1, metadata={"static": True})

    def __call__(self, x):
        assert self.degree == 1
        return self.slope * x + self.offset


Point = namedtuple("Point", "x y")


def test_structures_keep_their_shape():
    params = {"line": Line(np.array([1.0, 2.0]), 3.0), "rest": [np.float32(2.0), (4.0, None)], "point": Point(1.0, 2.0)}

    def f(p):
        return np.sum(p["line"](2.0)) * p["rest"][0] + p["rest"][1][0] ** 2 + p["point"].x * p["point"].y

    g = ag.grad(f)(params)
    assert type(g["line"]) is Line and g["line"].label == "line" and g["line"].degree == 1
    np.testing.assert_array_equal(g["line"].slope, [4.0, 4.0])
    assert g["line"].offset == 4.0
    assert g["rest"][0] == 12.0 and g["rest"][0].dtype == np.float32
    assert g["rest"][1] == (8.0, None)
    assert g["point"] == Point(2.0, 1.0)
    assert params["line"].offset == 3.0


def test_structured_outputs():
    f = lambda x: {"sum": np.sum(x), "parts": [x * 2, 7.0]}
    value, pullback = ag.vjp(f, np.array([1.0, 2.0]))
    assert value["sum"] == 3.0 and value["parts"][1] == 7.0
    (g,) = pullback({"sum": 1.0, "parts": [np.array([1.0, 10.0]), 0.0]})
    np.testing.assert_array_equal(g, [3.0, 21.0])
    value, tangent = ag.jvp(f, (np.array([1.0, 2.0]),), (np.array([1.0, 1.0]),))
    assert tangent["sum"] == 2.0 and tangent["parts"][1] == 0.0
    np.testing.assert_array_equal(tangent["parts"][0], [2.0, 2.0])


def test_jacobians_of_structures():
    f = lambda p: [p["a"] * p["b"], np.sum(p["a"])]
    p = {"a": np.array([1.0, 2.0]), "b": 3.0}
    for transform in (ag.jacobian, ag.jacfwd, ag.jacrev):
        first, second = transform(f)(p)
        np.testing.assert_array_equal(first["a"], 3 * np.eye(2))
        np.testing.assert_array_equal(first["b"], [1.0, 2.0])
        np.testing.assert_array_equal(second["a"], [1.0, 1.0])
        assert second["b"] == 0.0


@pytest.mark.parametrize("transform", [ag.jacobian, ag.jacfwd, ag.jacrev])
def test_jacobian_shapes(transform):
    x, y = np.arange(6.0).reshape(2, 3), np.arange(3.0)
    f = lambda x, y: np.matmul(x, np.outer(y, y))[:, :2]
    jx, jy = transform(f, argnum=(0, 1))(x, y)
    assert jx.shape == (2, 2, 2, 3) and jy.shape == (2, 2, 3)
    step = 1e-6
    for k in range(3):
        dy = step * np.eye(3)[k]
        np.testing.assert_allclose(jy[..., k], (f(x, y + dy) - f(x, y - dy)) / (2 * step), rtol=1e-6, atol=1e-6)
    assert transform(lambda x: x)(np.zeros(0)).shape == (0, 0)


def test_hessian_and_hessian_vector_product():
    x, v = np.array([0.3, -1.2, 2.0]), np.array([1.0, 2.0, -1.0])
    h = ag.hessian(rosenbrock)(x)
    np.testing.assert_allclose(h, h.T, rtol=1e-12)
    np.testing.assert_allclose(h, ag.jacrev(ag.jacrev(rosenbrock))(x), rtol=1e-12)
    np.testing.assert_allclose(h, ag.jacrev(ag.jacfwd(rosenbrock))(x), rtol=1e-12)
    np.testing.assert_allclose(ag.hessian_vector_product(rosenbrock)(x, v), h @ v, rtol=1e-12)
    two = lambda a, x: a * rosenbrock(x)
    np.testing.assert_allclose(ag.hessian_vector_product(two, argnum=1)(2.0, x, v), 2 * h @ v, rtol=1e-12)


def test_elementwise_grad():
    x = np.linspace(-2, 2, 5)
    np.testing.assert_allclose(ag.elementwise_grad(np.tanh)(x), 1 - np.tanh(x) ** 2, rtol=1e-12)


def test_backward_is_repeatable_and_keeps_nothing_hidden():
    x, w = ag.Tensor([1.0, 2.0], name="x"), ag.Tensor(3.0, name="w")
    y = np.sum(w * x**2)
    for _ in range(2):
        y.backward()
        np.testing.assert_array_equal(x.grad, [6.0, 12.0])
        assert w.grad == 5.0
    (x * w).backward(np.array([1.0, 10.0]))
    np.testing.assert_array_equal(x.grad, [3.0, 30.0])
    assert w.grad == 21.0


def test_backward_through_the_middle_of_a_transform():
    """A Tensor made by hand and a transform around it: each derivative is with respect to its own leaf."""
    w = ag.Tensor(3.0)
    slope = ag.grad(lambda x: w * x**2)(2.0)
    assert slope.value == 12.0
    slope.backward()
    assert w.grad == 4.0


# Whose arrays are they


def test_results_are_the_callers_own():
    x = np.ones(3)
    g = ag.grad(np.sum)(x)
    g[0] = 5.0
    assert ag.grad(np.sum)(x)[0] == 1.0
    a, b = ag.grad(lambda a, b: np.sum(a + b), argnum=(0, 1))(x, x)
    a[0] = 7.0
    assert b[0] == 1.0 and x[0] == 1.0
    tangent = np.ones(3)
    out = ag.jvp(lambda x: x, (x,), (tangent,))[1]
    out[0] = 9.0
    assert tangent[0] == 1.0
    seed = np.ones(3)
    (back,) = ag.vjp(lambda x: x, x)[1](seed)
    back[0] = 9.0
    assert seed[0] == 1.0


def test_a_pullback_stays_right_when_the_input_changes():
    x = np.array([1.0, 2.0])
    _, pullback = ag.vjp(lambda x: x**2, x)
    x[:] = 100.0
    np.testing.assert_array_equal(pullback(np.ones(2))[0], [2.0, 4.0])


def test_a_leaf_keeps_its_numbers_when_the_array_changes():
    data = np.array([1.0, 2.0])
    x = ag.Tensor(data)
    y = np.sum(x**2)
    data[:] = 100.0
    y.backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


# dtypes


@pytest.mark.parametrize("x", [3, True, np.int32(3), np.array(3), np.bool_(True)])
def test_integers_and_bools_are_accepted(x):
    g = ag.grad(lambda x: x * x)(x)
    assert g == 2 * float(x) and g.dtype == np.float64


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble, np.complex64, np.complex128])
def test_dtype_in_is_dtype_out(dtype):
    x = np.array([0.5, 0.25], dtype=dtype)
    f = lambda x: np.sum(np.real(np.exp(x) * np.log(2 * x) / 3 + x**3))
    assert ag.grad(f)(x).dtype == dtype
    assert ag.jvp(lambda x: np.exp(2.0 * x), (x,), (x,))[1].dtype == dtype
    assert ag.hessian(f)(x).dtype == dtype


def test_mixed_precision_gives_each_argument_its_own():
    f = lambda a, b: np.sum(a * b)
    a, b = ag.grad(f, argnum=(0, 1))(np.ones(2, np.float32), np.ones(2))
    assert a.dtype == np.float32 and b.dtype == np.float64


def test_complex_gradient_is_ux_minus_i_uy():
    f = lambda z: np.real(z) ** 2 + 3 * np.imag(z) + np.abs(z) ** 2
    z = 0.5 + 2j
    assert ag.grad(f)(z) == pytest.approx((2 * 0.5 + 2 * 0.5) - 1j * (3 + 2 * 2))


def test_holomorphic_derivative_by_both_modes():
    z = 0.3 + 0.4j
    assert ag.jvp(np.exp, (z,), (1 + 0j,))[1] == pytest.approx(np.exp(z))
    assert ag.vjp(np.exp, z)[1](1 + 0j)[0] == pytest.approx(np.exp(z))


def test_real_parameters_inside_complex_functions():
    f = lambda t: np.abs(np.exp(1j * t) + 1) ** 2
    assert ag.grad(f)(0.7) == pytest.approx(-2 * np.sin(0.7))
    assert ag.grad(ag.grad(f))(0.7) == pytest.approx(-2 * np.cos(0.7))


# No dependence, no data


def test_independent_outputs_have_zero_derivative():
    assert ag.grad(lambda x: 3.0)(1.0) == 0.0
    assert ag.grad(lambda x, y: y, argnum=0)(1.0, 2.0) == 0.0
    np.testing.assert_array_equal(ag.grad(lambda x: np.floor(x).sum())(np.array([1.5, 2.5])), [0.0, 0.0])
    assert ag.jvp(lambda x: 3.0, (1.0,), (1.0,)) == (3.0, 0.0)


def test_empty_arrays():
    assert ag.grad(np.sum)(np.zeros((0, 3))).shape == (0, 3)
    assert ag.hessian(lambda x: np.sum(x**2))(np.zeros(0)).shape == (0, 0)


# Errors that say what to do


def test_non_scalar_output_offers_three_ways_out():
    with pytest.raises(TypeError, match=r"shape \(3,\).*jacobian.*vjp.*np\.sum"):
        ag.grad(np.sin)(np.ones(3))
    with pytest.raises(TypeError, match="2 outputs"):
        ag.grad(lambda x: (x, x))(1.0)
    with pytest.raises(TypeError, match="complex"):
        ag.grad(np.exp)(1j)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: ag.grad(3.0), r"takes a function.*grad\(f\)\(x\)"),
        (lambda: ag.grad(np.sin)("text"), "holds no numbers"),
        (lambda: ag.grad(np.sin, argnum=1)(1.0), "no argument 1"),
        (lambda: ag.grad(np.sin)(np.array(["a"])), "dtype"),
        (lambda: ag.grad(np.sin)(np.array([None])), "dtype object"),
        (lambda: ag.jvp(np.sin, 1.0, 1.0), r"tuples"),
        (lambda: ag.jvp(np.sin, (1.0,), (1j,)), "complex"),
        (lambda: ag.hessian_vector_product(np.sin)(1.0), r"\(x, v\)"),
    ],
)
def test_wrong_calls(call, message):
    with pytest.raises(TypeError, match=message):
        call()


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: ag.grad(np.multiply, argnum=(0, -2))(1.0, 2.0), "twice"),
        (lambda: ag.jvp(np.sin, (np.ones(3),), (np.ones(2),)), r"tangent of primals\[0\] has shape \(2,\).*\(3,\)"),
        (lambda: ag.jvp(np.add, (1.0, 2.0), (1.0,)), "2 primals, but 1 tangents"),
        (lambda: ag.jvp(lambda x, y: x * y[0], (1.0, [2.0, 3.0]), (1.0, [2.0])), "3 tangents are needed"),
        (lambda: ag.vjp(np.sin, np.ones(3))[1](np.ones((3, 1))), r"seed of the output has shape \(3, 1\)"),
        (lambda: ag.Tensor(np.ones(3)).backward(), r"shape \(3,\).*seed"),
        (lambda: ag.Tensor(np.ones(3)).backward(np.ones(2)), r"shape \(2,\)"),
        (lambda: ag.hessian_vector_product(rosenbrock)(np.ones(3), np.ones(2)), r"shape \(2,\)"),
    ],
)
def test_wrong_shapes(call, message):
    with pytest.raises(ValueError, match=message):
        call()
