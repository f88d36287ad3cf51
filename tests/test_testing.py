"""check_grads is tested on wrong rules: each must be caught, at the right place, with the right hint."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.kinds import elementwise, general, linear
from autograd_lite.registry import primitive
from autograd_lite.sweeps import rules
from autograd_lite.testing import check_grads

X = np.array([[0.3, -1.2, 2.0], [1.5, 0.7, -0.4]])


@pytest.fixture
def ruled():
    """``ruled(f, kind, ...)`` registers a rule for a private function; the registry is as before afterwards."""
    before = dict(rules)

    def register(function, kind, *args, **kwargs):
        dispatching = primitive(function)
        kind(dispatching, *args, **kwargs)
        return dispatching

    yield register
    rules.clear()
    rules.update(before)


def raw(function, jvp, vjp):
    """A rule as the sweeps see it, without the casts and sums that the kinds provide."""
    rules[function] = SimpleNamespace(
        jvp=lambda tangents, out, args, kwargs: jvp(tangents[0], out, *args),
        vjp=lambda j, adjoint, out, args, kwargs: vjp(adjoint, out, *args),
    )


def cube(x):
    return x**3


def scale(x, y):
    return x * y


def turn(x):
    return np.transpose(x)


def caught(f, *args, **options):
    with pytest.raises(AssertionError) as error:
        check_grads(f, *args, **options)
    return str(error.value)


def test_right_rule_passes(ruled):
    check_grads(ruled(cube, elementwise, lambda out, x: 3 * x**2), X, order=3)


def test_a_function_that_fills_an_array_of_its_own(ruled):
    """It returns a Tensor at plain arguments too."""

    def filled(g):
        def f(x):
            u = ag.Tensor(np.zeros(4))
            u[0] = g(x)
            u[1:3] = u[0] * x
            return u

        return f

    check_grads(filled(np.sin), 0.4)
    check_grads(lambda x: filled(np.sin)(x)[2] ** 2, 0.4, order=3)
    message = caught(filled(ruled(cube, elementwise, lambda out, x: -3 * x**2)), 0.4)
    assert "order 1, forward sweep of f, by x" in message


def test_wrong_sign(ruled):
    message = caught(ruled(cube, elementwise, lambda out, x: -3 * x**2), X)
    assert "order 1, forward sweep of cube, by x" in message
    assert "the sign is wrong" in message
    assert "entry (0, 2)" in message and "tangent" in message and "difference" in message


def test_wrong_factor(ruled):
    message = caught(ruled(cube, elementwise, lambda out, x: 6 * x**2), X)
    assert "order 1, forward sweep of cube, by x" in message and "every entry is 2 times what it should be" in message


def test_wrong_in_one_entry(ruled):
    f = ruled(cube, elementwise, lambda out, x: np.where(x == 0.7, 3.1, 3) * x**2)
    assert "entry (1, 1)" in caught(f, X).splitlines()[2]


def test_names_the_wrong_argument(ruled):
    f = ruled(scale, elementwise, lambda out, x, y: y, lambda out, x, y: 3 * x)
    assert "forward sweep of scale, by y" in caught(f, X, X[0])
    message = caught(f, X, X[0], modes=("rev",))
    assert "reverse sweep of scale, by y" in message and "adjoint" in message and "every entry is 3 times" in message


def test_rule_of_an_argument_missing(ruled):
    f = ruled(scale, elementwise, lambda out, x, y: y, None)
    message = caught(f, X, X[0])
    assert "by y" in message and "it is zero" in message


def test_nonzero_where_it_should_be_zero(ruled):
    message = caught(ruled(lambda x: np.floor(x), elementwise, 1), X + 0.05)
    assert "it should be zero" in message


def test_missing_sum_over_the_broadcast_axis(ruled):
    f = ruled(lambda x: np.broadcast_to(x, (2, 3)), raw, lambda t, out, x: f(t), lambda g, out, x: g)
    message = caught(lambda x: f(x), X[0])
    assert "order 1, reverse sweep of f, shape of the adjoint of x" in message
    assert "(2, 3)" in message and "(3,)" in message and "sum over a broadcast axis" in message


def test_wrong_dtype_of_an_adjoint(ruled):
    f = ruled(cube, raw, lambda t, out, x: 3 * x**2 * t, lambda g, out, x: np.float64(3) * x**2 * g)
    check_grads(f, X)
    message = caught(f, X.astype(np.float32))
    assert "order 1, reverse sweep of cube, dtype of the adjoint of x" in message
    assert "float64" in message and "float32" in message


def test_wrong_dtype_of_a_tangent(ruled):
    f = ruled(cube, raw, lambda t, out, x: np.float64(3) * x**2 * t, lambda g, out, x: 3 * x**2 * g)
    assert "forward sweep of cube, dtype of the tangent of the output" in caught(f, X.astype(np.float32))


def test_transposed(ruled):
    f = ruled(turn, linear, lambda g, out, x: g)
    message = caught(f, X[:, :2])
    assert "order 1, reverse sweep of turn, by x" in message and "it is transposed" in message


def test_wrong_only_in_forward_mode(ruled):
    right, wrong = lambda d, out, x: 3 * x**2 * d, lambda d, out, x: 2 * x**2 * d
    f = ruled(cube, general, jvp=[wrong], vjp=[right])
    assert "forward sweep of cube, by x" in caught(f, X)
    check_grads(f, X, modes=("rev",))


def test_wrong_only_in_reverse_mode(ruled):
    right, wrong = lambda d, out, x: 3 * x**2 * d, lambda d, out, x: 2 * x**2 * d
    f = ruled(cube, general, jvp=[right], vjp=[wrong])
    message = caught(f, X)
    assert "reverse sweep of cube, by x" in message and "every entry is 0.6667 times" in message
    check_grads(f, X, modes=("fwd",))


def test_wrong_only_at_second_order(ruled):
    f = ruled(cube, elementwise, lambda out, x: 3 * (x.value if type(x) is ag.Tensor else x) ** 2)
    check_grads(f, X, order=1)
    message = caught(f, X)
    assert "order 2, forward sweep of (tangent of cube), by x" in message
    message = caught(f, X, modes=("rev",))
    assert "order 2, reverse sweep of (adjoint of cube), by x" in message


def test_wrong_only_at_second_order_of_one_nesting(ruled):
    def plain(x):
        return x.value if type(x) is ag.Tensor else x

    right, wrong = lambda d, out, x: 3 * x**2 * d, lambda d, out, x: 3 * plain(x) ** 2 * d
    f = ruled(cube, general, jvp=[right], vjp=[wrong])
    assert "order 2, forward sweep of (adjoint of cube), by x" in caught(f, X)


def test_wrong_only_at_third_order(ruled):
    def partial(out, x):
        return 3 * square(x)

    square = ruled(lambda x: x * x, elementwise, lambda out, x: 2 * (x.value if type(x) is ag.Tensor else x))
    f = ruled(cube, elementwise, partial)
    check_grads(f, X, order=2)
    assert "order 3, forward sweep of (tangent of (tangent of cube)), by x" in caught(f, X, order=3)


def test_less_than_the_difference_can_see_is_left_to_the_identity(ruled):
    """The two sweeps disagree by one part in ten million."""
    right, close = lambda d, out, x: 3 * x**2 * d, lambda d, out, x: 3.0000003 * x**2 * d
    f = ruled(cube, general, jvp=[right], vjp=[close])
    message = caught(f, X)
    assert "order 1, adjoint identity of cube, by x" in message and "⟨w, J v⟩ =" in message and "⟨Jᵀ w, v⟩ =" in message


def test_not_finite(ruled):
    f = ruled(cube, elementwise, lambda out, x: np.where(x > 0, np.nan, 3 * x**2))
    assert "it is not finite" in caught(f, X) and "nan" in caught(f, X, modes=("rev",))


def test_recording_changes_the_value():
    message = caught(lambda x: x * 2 if type(x) is ag.Tensor else x, X)
    assert "value of the output" in message and "recorded" in message and "by NumPy" in message
    assert "recorded it has shape (3, 2)" in caught(lambda x: x.T if type(x) is ag.Tensor else x, X)


def test_complex_conjugated_rule(ruled):
    f = ruled(lambda x: np.square(x), elementwise, lambda out, x: 2 * np.conj(x))
    z = np.array([1 + 2j, 0.5 - 1j])
    assert "forward sweep" in caught(f, z)
    right = lambda d, out, x: 2 * x * d
    f = ruled(lambda x: np.square(x), general, jvp=[right], vjp=[lambda g, out, x: np.conj(2 * x * g)])
    assert "it is conjugated" in caught(f, z)


def test_complex_convention():
    """The adjoint is the transpose without conjugation: of a real cost u it is ∂u/∂x − i·∂u/∂y."""
    z = np.array([1 + 2j, 0.5 - 1j])
    check_grads(lambda z: np.sum(np.abs(z) ** 2), z, order=3)
    np.testing.assert_allclose(ag.grad(lambda z: np.sum(np.abs(z) ** 2))(z), 2 * np.conj(z), rtol=1e-14)
    check_grads(lambda x, z: {"product": x * z, "size": np.abs(z)}, 2.0, z)


def test_structured_arguments_and_outputs(ruled):
    wrong = ruled(cube, elementwise, lambda out, x: -3 * x**2)
    model = {"weights": [X, 2.0], "name": "text is no variable"}
    check_grads(lambda model, x: (model["weights"][0] @ x, {"a": model["weights"][1] * x}), model, X[0])
    message = caught(lambda model, x: (x, wrong(model["weights"][1]) * x), model, X[0])
    assert "forward sweep of f, by model['weights'][1]" in message and "output 1" in message


def test_float32_is_differenced_in_float64():
    x = X.astype(np.float32)
    check_grads(lambda x: np.sum(np.sin(x) * np.exp(x)), x, order=3)
    check_grads(lambda x: np.sin(x.astype(np.float32)), X, order=1)


def test_float32_errors_are_seen(ruled):
    f = ruled(cube, elementwise, lambda out, x: 3.01 * x**2)
    assert "every entry is 1.003 times" in caught(f, X.astype(np.float32))


def test_integers_become_float64():
    check_grads(lambda x, n: x**n, 2.0, 3)


def test_scales_of_arguments():
    check_grads(np.multiply, np.array([1e9, 2e9]), np.array([1e-9, -3e-9]))
    check_grads(np.log, 1e-12, order=1)


def test_many_entries_are_compared_along_a_direction(ruled):
    f = ruled(cube, general, jvp=[lambda t, out, x: 3 * x**2 * t], vjp=[lambda g, out, x: 6 * x**2 * g])
    assert "⟨adjoint, v⟩" in caught(f, np.linspace(0, 1, 3000), order=1)


def test_empty_arrays():
    check_grads(lambda x: x * 2, np.zeros((0, 3)))


def test_tolerances_and_step(ruled):
    f = ruled(cube, elementwise, lambda out, x: 3.01 * x**2)
    check_grads(f, X, order=1, rtol=0.02)
    check_grads(f, X, order=1, atol=1.0)
    assert "wrong derivative" in caught(np.exp, X, eps=0.1, order=1)


def test_outside_the_domain():
    with np.errstate(invalid="ignore", divide="ignore"):
        assert "choose a point inside its domain" in caught(np.sqrt, 0.0)


def test_deterministic_and_leaves_the_global_random_state_alone(ruled):
    state = np.random.get_state()[1].copy()
    f = ruled(cube, elementwise, lambda out, x: -3 * x**2)
    assert caught(f, X) == caught(f, X)
    np.testing.assert_array_equal(np.random.get_state()[1], state)


def test_arguments_are_not_changed():
    x = X.copy()
    check_grads(lambda x: np.exp(x), x)
    np.testing.assert_array_equal(x, X)


@pytest.mark.parametrize(
    "arguments, options, error, message",
    [
        ((np.sin(1.0), 1.0), {}, TypeError, "takes a function"),
        ((np.sin,), {}, TypeError, "no numbers"),
        ((np.sin, "text"), {}, TypeError, "no numbers"),
        ((np.sin, 1.0), {"order": 0}, ValueError, "order is 1, 2"),
        ((np.sin, 1.0), {"modes": "fwd"}, ValueError, "modes is a tuple"),
        ((np.sin, 1.0), {"modes": ("forward",)}, ValueError, "modes is a tuple"),
        ((np.sin, 1.0), {"modes": ()}, ValueError, "modes is a tuple"),
    ],
)
def test_bad_calls(arguments, options, error, message):
    with pytest.raises(error, match=message):
        check_grads(*arguments, **options)
