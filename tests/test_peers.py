"""Against HIPS autograd, on the same table of cases, and against formulas from the literature."""

from __future__ import annotations

import math
import types
import warnings
from fnmatch import fnmatch

import autograd as hips
import autograd.numpy as hips_numpy
import numpy as np
import pytest
from cases import CASES

import autograd_lite as ag
from autograd_lite.kinds import Constant
from autograd_lite.sweeps import rules

# What HIPS autograd has no rule for, or not in this form
LACKS = """
    float_power: *; fmod: *; copysign: *; nextafter: *; positive: *; cbrt: *; clip: *; angle: degrees
    negative: operators; ptp: *; cumprod: *; average: *; vector_norm: *; std: ddof; var: ddof; norm: columns, rows
    norm: matrix*; norm: ord [1ib0]*; norm: *keepdims; norm: complex, ord 1, 3; where: [msc]*
    copy: *; flip: *; transpose: *; broadcast_to: *; roll: two axes; repeat: each its own; atleast_?d: *
    dstack: *; concatenate: [fcd]*; array_split: *; split: *; hsplit: *; vsplit: *; take: *; take_along_axis: *
    diagonal: *; trace: stack; vdot: *; dot: matrices; outer: flattened; cross: broadcast; einsum: sublists, *
    einsum: *diagonal*; einsum: *trace*; einsum: size 1 everywhere*; matrix_power: *; multi_dot: three; slogdet: stack
    solve: stack, *; solve: matrix, stack; solve: real, complex
    choose: *; piecewise: *; compress: *; extract: *; heaviside: *; delete: *; insert: *; trim_zeros: *; block: *
    meshgrid: *; broadcast_arrays: *; diagflat: *; dsplit: *; matrix_transpose: *; unstack: *; apply_along_axis: *
    apply_over_axes: *; modf: *; frexp: *; ldexp: *; divmod: *; eigvalsh: *; eigvals: *; svdvals: *; qr: *; lstsq: *
    matrix_norm: *; cond: *; tensorsolve: *; tensorinv: *; vecdot: *; matvec: *; vecmat: *; *fft*: *; sort*: *
    partition: *; median: *; quantile: *; percentile: *; unique*: *; union1d: *; intersect1d: *; setdiff1d: *
    setxor1d: *; cumulative_*: *; nancum*: *; nanmean: *; nanvar: *; nanstd: *; nanmedian: *; nanquantile: *
    nanpercentile: *; cov: *; corrcoef: *; bincount: *; histogram*: *; ediff1d: *; trapezoid: *; interp: *
    convolve: *; correlate: *; unwrap: *; i0: *; poly*: *; roots: *; vander: *; resize: *; pad: *; trace: of a stack
    tensordot: axes; cross: axis; rot90: axes; rollaxis: from the end; *: reduce*; *: accumulate; eigh: fields
    *: where*; *: initial*; *: mean given; nan*: axis, keepdims; nan*: two axes; gradient: [acso]*
    diff: prepend, append; pinv: [chor]*; svd: full*; svd: hermitian*; norm: stack, *
    linspace: axis*; linspace: one point*; logspace: *; geomspace: *; nansum: empty, 0-d; nanmax: 0-d
    gradient: empty stack; std: ddof*; var: ddof*; nansum: of a number*; *norm: order varies; nan_to_num: *vary
    ravel: order of memory; linspace: *n*umber*; arctan2: truth values; where: numbers as condition; sort: all by*
    *: dtype; *: ufunc method; *: lists; *: empty; *: of nothing; *: nothing
"""
# Where it is wrong; test_rules.py compares ours with differences there
WRONG = """
    full_like: *; prod: * zero*; sinc: near 0; tanh: saturated; var: correction; tile: *; sign: complex
    power: negative, complex*
    arccosh: complex*; slogdet: complex*; cholesky: [cou]*; eigh: complex vectors; eigh: vectors, ?
    eig: rotation, vectors; eig: complex; svd: complex*
"""


def matches(case, patterns):
    return any(fnmatch(case.id, pattern.strip()) for pattern in patterns.replace("\n", ";").split(";"))


def ours_alone(case):
    """Cases that use names of this package, or whose derivative is zero by definition."""
    module = getattr(case.function, "__module__", None) or "numpy"
    return module.startswith("autograd_lite") or isinstance(rules.get(case.function), Constant)


COMPARED = [case for case in CASES if not (ours_alone(case) or matches(case, LACKS) or matches(case, WRONG))]


def in_hips(f):
    """The same expression with ``np`` meaning autograd.numpy."""
    if isinstance(f, types.FunctionType) and f.__name__ == "<lambda>":
        cells = tuple(types.CellType(in_hips(cell.cell_contents)) for cell in f.__closure__ or ())
        g = types.FunctionType(f.__code__, {**f.__globals__, "np": hips_numpy}, f.__name__, f.__defaults__, cells)
        g.__kwdefaults__ = f.__kwdefaults__
        return g
    name = getattr(f, "__name__", "")
    return getattr(hips_numpy, name, None) or getattr(hips_numpy.linalg, name, f)


def weighted(f, xp):
    """A real number made of all outputs of f, each with a weight of its own."""

    def total(*args):
        outputs = f(*args)
        numbers = 0.0
        for y in outputs if isinstance(outputs, (tuple, list)) else [outputs]:
            w = np.cos(np.arange(xp.size(y)) + 1.0).reshape(xp.shape(y))
            numbers = numbers + xp.sum(xp.real(y * w * (1 - 0.5j)))
        return numbers

    return total


def gradient_and_product(package, f, xp, args):
    """∇f and ∇(∇f·v), the product of the second derivative with some v."""
    everything = tuple(range(len(args)))
    gradient = package.grad(weighted(f, xp), everything)

    def along(*args):
        slopes = [g * np.sin(np.arange(xp.size(g)) + 2.0).reshape(xp.shape(g)) for g in gradient(*args)]
        return sum(xp.sum(xp.real(slope)) for slope in slopes)

    return gradient(*args), package.grad(along, everything)(*args)


@pytest.mark.parametrize("case", COMPARED, ids=lambda case: case.id)
def test_gradient_and_second_derivative_agree_with_hips(case):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs
        theirs = gradient_and_product(hips, in_hips(case.f), hips_numpy, case.args)
    for ours, expected in zip(gradient_and_product(ag, case.f, np, case.args), theirs, strict=True):
        for found, wanted in zip(ours, expected, strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-8, atol=1e-9)


def test_the_table_is_compared_at_large():
    assert len(COMPARED) > 500


# formulas

A = np.array([[2.0, 0.5, -0.3], [0.1, 1.5, 0.7], [-0.4, 0.2, 1.8]])
V = np.array([0.3, -1.1, 0.8])
INVERSE = np.linalg.inv(A)


def softmax(x):
    e = np.exp(x - np.max(x))
    return e / np.sum(e)


MATRIX_CALCULUS = [
    # function                                       gradient                                       source
    ("xᵀAx", lambda a: V @ a @ V, lambda: np.outer(V, V)), # Petersen, Pedersen (70)
    ("tr A⁻¹",       lambda a: np.trace(np.linalg.inv(a)), lambda: -(INVERSE @ INVERSE).T),       # (63)
    ("det A",        np.linalg.det,                  lambda: np.linalg.det(A) * INVERSE.T),       # (49)
    ("log |det A|",  lambda a: np.linalg.slogdet(a)[1], lambda: INVERSE.T),                       # (57)
    ("tr AᵀA",       lambda a: np.trace(a.T @ a),    lambda: 2 * A),                              # (108)
    ("tr A³",        lambda a: np.trace(np.linalg.matrix_power(a, 3)), lambda: 3 * (A @ A).T),    # (107)
    ("vᵀA⁻¹v",       lambda a: V @ np.linalg.solve(a, V), lambda: -INVERSE.T @ np.outer(V, V) @ INVERSE.T),  # (61)
    ("‖A‖_F",        np.linalg.norm,                 lambda: A / np.sqrt(np.sum(A**2))),          # (140)
    ("‖Av‖²",        lambda a: np.sum((a @ V) ** 2), lambda: 2 * np.outer(A @ V, V)),             # (85)
    ("2 log det L",  lambda a: 2 * np.sum(np.log(np.diag(np.linalg.cholesky(a @ a.T)))), lambda: 2 * INVERSE.T),  # (57)
]  # fmt: skip


@pytest.mark.parametrize("f, gradient", [row[1:] for row in MATRIX_CALCULUS], ids=[row[0] for row in MATRIX_CALCULUS])
def test_matrix_calculus(f, gradient):
    """K. B. Petersen, M. S. Pedersen, The Matrix Cookbook (2012)."""
    np.testing.assert_allclose(ag.grad(f)(A), gradient(), rtol=1e-12, atol=1e-13)


def test_jacobian_of_softmax_is_diag_p_minus_p_pT():
    p = softmax(V)
    expected = np.diag(p) - np.outer(p, p)
    np.testing.assert_allclose(ag.jacobian(softmax)(V), expected, rtol=1e-13)
    np.testing.assert_allclose(ag.hessian(lambda x: np.log(np.sum(np.exp(x))))(V), expected, rtol=1e-13)


def nth(f, n):
    for _ in range(n):
        f = ag.grad(f)
    return f


@pytest.mark.parametrize("n", range(1, 7))
def test_higher_derivatives(n):
    x = 0.7
    hermite = np.polynomial.hermite.hermval(x, [0] * n + [1])
    for f, expected in (
        (lambda x: np.exp(-x * x), (-1) ** n * hermite * math.exp(-x * x)),
        (lambda x: 1 / x, (-1) ** n * math.factorial(n) / x ** (n + 1)),
        (np.log, (-1) ** (n - 1) * math.factorial(n - 1) / x**n),
        (np.sin, math.sin(x + n * math.pi / 2)),
        (lambda x: 2**x, math.log(2) ** n * 2**x),
        (lambda x: x**2.5, math.prod(2.5 - k for k in range(n)) * x ** (2.5 - n)),
    ):
        np.testing.assert_allclose(nth(f, n)(x), expected, rtol=1e-10)


def test_tanh_solves_its_differential_equation_to_third_order():
    """y' = 1 − y², y'' = −2yy', y''' = −2(y'² + yy'')."""
    y, y1, y2, y3 = (nth(np.tanh, n)(0.4) for n in range(4))
    np.testing.assert_allclose([y1, y2, y3], [1 - y * y, -2 * y * y1, -2 * (y1 * y1 + y * y2)], rtol=1e-12)


@pytest.mark.parametrize("n, at_0", [(0, 1.0), (2, -(math.pi**2) / 3), (4, math.pi**4 / 5), (6, -(math.pi**6) / 7)])
def test_sinc_at_0(n, at_0):
    """The Taylor series: d²ᵏ sinc(0) = (−1)ᵏ π²ᵏ/(2k + 1), and the odd ones vanish."""
    np.testing.assert_allclose(nth(np.sinc, n)(0.0), at_0, rtol=1e-12)
    assert nth(np.sinc, n + 1)(0.0) == 0.0


def test_the_logarithm_of_a_distance_is_harmonic():
    """Δ log |x − x₀| = 0 in the plane: three nested rules cancel."""
    f = lambda x: np.log(np.linalg.norm(x - np.array([0.3, -0.2])))
    assert abs(np.trace(ag.hessian(f)(np.array([1.1, 0.4])))) < 1e-14


def test_holomorphic_functions_obey_cauchy_and_riemann():
    """u_x = v_y and u_y = −v_x, so the gradient u_x − i·u_y of Re f is f', and that of Im f is −i·f'."""
    z = np.array([0.4 + 0.9j, -1.2 + 0.3j])
    cube, square = lambda z: z**3, lambda z: 3 * z**2
    for f, slope in ((np.exp, np.exp), (np.sin, np.cos), (cube, square), (np.log, lambda z: 1 / z)):
        np.testing.assert_allclose(ag.grad(lambda z, f=f: np.sum(np.real(f(z))))(z), slope(z), rtol=1e-13)
        np.testing.assert_allclose(ag.grad(lambda z, f=f: np.sum(np.imag(f(z))))(z), -1j * slope(z), rtol=1e-13)
