"""Where a decomposition, an order or an interpolation has no derivative: what comes out is known, and never silent."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.testing import check_grads

EYE = np.eye(3)
RANK_1 = np.outer([1.0, 2.0], [1.0, 1.0])
Z = 0.0
CONVENTIONS = [
    # where                             function                                        argument         gradient
    ("eigvalsh, all equal",             lambda a: np.sum(np.linalg.eigvalsh(a) ** 2),   EYE,             2 * EYE),
    ("eigvals, all equal", lambda a: np.sum(np.real(np.linalg.eigvals(a) ** 2)), EYE, 2 * EYE),
    ("2-norm, tied",                    lambda a: np.linalg.norm(a, 2),                 np.eye(2),       np.eye(2) / 2),
    ("nuclear norm of rank 1", lambda a: np.linalg.norm(a, "nuc") * np.sqrt(10), RANK_1, [[3, -1], [1, 3]]),
    ("singular values of 0",            lambda a: np.sum(np.linalg.svdvals(a)),         np.zeros((2, 2)), np.eye(2)),
    ("pseudoinverse of 0",              lambda a: np.sum(np.linalg.pinv(a)),            np.zeros((2, 3)), 0),
    ("sort, tied",                      lambda x: np.sort(x)[0],                        [2.0, 1.0, 1.0], [0, 1, 0]),
    ("median, tied",                    np.median,                                      [2.0, 1.0, 1.0], [0, 0, 1]),
    ("median with nan",                 np.median,                                      [2.0, np.nan, 1], [0, 1, 0]),
    ("quantile at a node",              lambda x: np.quantile(x, 0.5),                  [3.0, 1.0, 2.0], [0, 0, 1]),
    ("unique, repeated",                lambda x: np.sum(np.unique(x)),                 [2.0, 1.0, 2.0], [1, 1, 0]),
    ("nanmax, tied",                    np.nanmax,                                      [2, np.nan, 2],  [0.5, 0, 0.5]),
    ("nanstd of equal numbers",         np.nanstd,                                      [2.0, np.nan, 2], [0, 0, 0]),
    ("nan_to_num",                      lambda x: np.sum(np.nan_to_num(x)),             [1, np.nan, np.inf], [1, 0, 0]),
    ("max with an equal initial",       lambda x: np.max(x, initial=1.0),               [1.0, Z],        [0.5, 0]),
    ("interp at nodes", lambda x: np.sum(np.interp(x, [0, 1, 2], [0, 1, 4])), [0.0, 1.0, 2.0, 3.0], [1, 3, 3, 0]),
    ("interp before a step",            lambda x: np.interp(x, [0, 1, 1, 2], [0, 0, 5, 6]), 1.0,         1),
    ("prod with a hidden 0",            lambda x: np.prod(x, where=[True, False, True]), [2.0, Z, 3.0],  [3, 0, 2]),
    ("cumulative product with zeros",   lambda x: np.cumprod(x)[-1],                    [2.0, Z, 3.0],   [0, 6, 0]),
    ("heaviside of 0, the value",       lambda h: np.heaviside(0.0, h),                 0.3,             1),
    ("piecewise, none holds", lambda x: np.sum(np.piecewise(x, [x > 5], [np.sin])), [1.0, 6.0], [0, np.cos(6)]),
    ("i0 at 0",                         np.i0,                                          Z,               0),
    ("i0, large",                       lambda x: np.i0(x) / np.i0(np.array(700.0)),    700.0,           0.99928545901),
]  # fmt: skip


@pytest.mark.parametrize("f, x, gradient", [row[1:] for row in CONVENTIONS], ids=[row[0] for row in CONVENTIONS])
def test_convention(f, x, gradient):
    """Both sweeps say so, without a warning."""
    x, gradient = np.asarray(x, float), np.asarray(gradient, float)
    gradient = np.broadcast_to(gradient, x.shape)
    np.testing.assert_allclose(ag.grad(f)(x), gradient, rtol=1e-9, atol=1e-12)
    for v in np.eye(x.size).reshape(-1, *x.shape):
        np.testing.assert_allclose(ag.jvp(f, (x,), (v,))[1], np.sum(gradient * v), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "f, x",
    [
        (lambda a: np.sum(np.linalg.eigh(a)[1]), EYE),
        (lambda a: np.sum(np.real(np.linalg.eig(a)[1])), EYE),
        (lambda a: np.sum(np.linalg.svd(a)[0]), EYE),
        (lambda a: np.sum(np.linalg.svd(a, full_matrices=False)[0]), np.array([[1.0, 0], [0, 0], [0, 0]])),
    ],
)
def test_vectors_of_equal_values_have_derivative_nan(f, x):
    """Any rotation of them would do: there is no derivative, and nothing pretends that there is one."""
    assert np.any(np.isnan(ag.grad(f)(x)))
    assert np.any(np.isnan(ag.jvp(f, (x,), (np.arange(x.size, dtype=float).reshape(x.shape),))[1]))


@pytest.mark.parametrize("sweep", [ag.jacfwd, ag.jacrev])
def test_qr_of_dependent_columns_says_why(sweep):
    with pytest.raises(np.linalg.LinAlgError, match="linearly dependent"):
        sweep(lambda a: np.linalg.qr(a)[0])(RANK_1)


def test_functions_of_a_degenerate_matrix_that_need_no_vectors():
    """tr A³ through its eigenvalues and log det through its singular values, at the unit matrix and beside it."""
    for a in (EYE, np.diag([1.0, 1.0, 2.0])):
        np.testing.assert_allclose(ag.grad(lambda a: np.sum(np.linalg.eigvalsh(a) ** 3))(a), 3 * a @ a, atol=1e-14)
        np.testing.assert_allclose(ag.grad(lambda a: np.sum(np.log(np.linalg.svdvals(a))))(a), np.linalg.inv(a))


def minor(a, places):
    """∂ᵏ det A/∂a_ij…: the determinant with these rows replaced by unit vectors; 0 if a row or column comes twice."""
    if any(len(set(k)) < len(k) for k in zip(*places, strict=True)):
        return 0
    a = a.copy()
    for i, j in places:
        a[i], a[i, j] = 0, 1
    return np.linalg.det(a)


SINGULAR = {
    "zero": np.zeros((3, 3)), "ones": np.ones((3, 3)), "rank 2": np.diag([1.0, 2.0, 0.0]),
    "rank 1": np.outer([1.0, 2.0, 3.0], [0.1, 0.7, 0.3]),
    "nearly": np.outer([1.0, 2.0, 3.0], [0.1, 0.7, 0.3]) + np.diag([1e-9, 0.0, 1e-17]), "regular": EYE + 0.3,
    "tiny": 1e-150 * (EYE + 0.3), "of two": RANK_1, "of one": np.zeros((1, 1)),
}  # fmt: skip


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("name", SINGULAR)
def test_every_derivative_of_a_determinant_exists(name, order):
    a = SINGULAR[name]
    derivative = [ag.grad(np.linalg.det), ag.hessian(np.linalg.det), ag.jacobian(ag.hessian(np.linalg.det))][order - 1]
    n = len(a)
    places = list(itertools.product(np.ndindex(n, n), repeat=order))
    exact = np.reshape([minor(a, place) for place in places], (n, n) * order)
    size = np.max(np.abs(a)) or 1.0
    np.testing.assert_allclose(derivative(a), exact, rtol=1e-12, atol=1e-14 * size ** (n - order))


def test_determinants_of_a_stack_of_any_ranks_and_of_complex_matrices():
    stack = np.stack([a for a in SINGULAR.values() if a.shape == (3, 3)])
    one_by_one = [ag.hessian(np.linalg.det)(a) for a in stack]
    together = ag.hessian(lambda a: np.sum(np.linalg.det(a)))(stack)
    np.testing.assert_allclose([together[i, :, :, i] for i in range(len(stack))], one_by_one, atol=1e-13)
    check_grads(np.linalg.det, np.outer([1, 2j, 3], [1j, 0.5, 1 + 1j]), order=3)
    assert ag.grad(np.linalg.det)(np.zeros((0, 0))).shape == (0, 0)


def test_the_phase_of_complex_vectors_cancels():
    """The projector on an eigenvector, and the unitary factor U Vᴴ: nothing in them depends on LAPACK's choice."""
    rng = np.random.default_rng(1)
    a = rng.standard_normal((3, 3)) + 1j * rng.standard_normal((3, 3))

    def projector(a):
        v = np.linalg.eigh(0.5 * (a + np.conj(a.T)))[1][:, :1]
        return v @ np.conj(v.T)

    def unitary_factor(a):
        u, _, vh = np.linalg.svd(a)
        return u @ vh

    check_grads(projector, a)
    check_grads(unitary_factor, a)
    check_grads(lambda a: (lambda w, v: v * w @ np.linalg.inv(v))(*np.linalg.eig(a)), a)


def test_warnings_are_numpys():
    for f in (np.nanmax, np.nanmin):
        with pytest.warns(RuntimeWarning, match="All-NaN"):
            assert np.isnan(f(ag.Tensor([np.nan, np.nan])).value)
    with pytest.warns(RuntimeWarning):
        assert np.isnan(np.nanmean(ag.Tensor([np.nan])).value)


def test_infinite_entries_pass_through_order_statistics():
    t = ag.Tensor([1.0, np.inf, np.inf, -np.inf])
    assert np.quantile(t, 0.0).value == -np.inf
    assert np.median(t[:3]).value == np.inf
    np.testing.assert_array_equal(ag.grad(lambda x: np.quantile(x, 0.0))(t.value), [0, 0, 0, 1])
