"""Where a decomposition, an order or an interpolation has no derivative: what comes out is known, and never silent."""

from __future__ import annotations

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
