"""SciPy's ufuncs on Tensors, and autograd_lite.scipy, from the table in cases_scipy.py."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import scipy.linalg
import scipy.signal
import scipy.special as sp
import scipy.stats
from cases_scipy import OTHERS, UFUNCS

import autograd_lite as ag
from autograd_lite.scipy import integrate, linalg, signal, special, stats
from autograd_lite.sweeps import rules
from autograd_lite.testing import check_grads

each_ufunc = pytest.mark.parametrize("case", UFUNCS, ids=lambda case: case.id)


@each_ufunc
def test_ufunc(case):
    check_grads(case.f, *case.args, order=2)


@each_ufunc
def test_ufunc_in_float32(case):
    args = [x.astype("c8" if np.iscomplexobj(x) else "f4") for x in case.args]
    y = case.f(*args)
    value, pullback = ag.vjp(case.f, *args)
    assert value.dtype == y.dtype
    assert [g.dtype for g in pullback(np.ones_like(y)[()])] == [x.dtype for x in args]


@pytest.mark.parametrize("case", OTHERS, ids=lambda case: case.note)
def test_function(case):
    slow = case.note in ("odeint", "solve_ivp")
    check_grads(case.f, *case.args, order=1 if slow else 2)


def test_ode_to_second_order():
    f = lambda a: integrate.odeint(lambda y, t, a: -a * y, np.ones(1), np.array([0.0, 1.0]), (a,), rtol=1e-10)[1, 0]
    np.testing.assert_allclose([ag.grad(f)(0.7), ag.grad(ag.grad(f))(0.7)], [-np.exp(-0.7), np.exp(-0.7)], rtol=1e-5)


def test_every_rule_has_a_case():
    ag.grad(sp.erf)(1.0)
    covered = {case.function for case in UFUNCS}
    theirs = {f for f in rules if isinstance(f, np.ufunc) and getattr(np, f.__name__, None) is not f}
    assert theirs == covered


def test_scipy_is_not_imported_by_the_package():
    code = "import sys, autograd_lite as ag; ag.grad(ag.numpy.exp)(1.0); print('scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_without_scipy_the_command_is_named():
    code = "import sys; sys.modules['scipy'] = None; import autograd_lite.scipy"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "pip install scipy" in done.stderr


def test_the_other_names_are_scipys():
    assert special.erf is sp.erf and linalg.lu is scipy.linalg.lu and stats.norm.ppf == scipy.stats.norm.ppf
    assert ag.scipy.special is special
    with pytest.raises(AttributeError, match=r"'autograd_lite\.scipy\.special' has no attribute 'nothing'"):
        _ = special.nothing


@pytest.mark.parametrize("f, x", [
    (lambda x: sp.jv(x, 1.0), 2.0), (lambda x: sp.hyp1f1(x, 1.0, 0.5), 2.0),
    (lambda x: sp.eval_jacobi(2, x, 1, 0.5), 2.0),
])  # fmt: skip
def test_a_parameter_without_a_rule_is_refused(f, x):
    with pytest.raises(TypeError, match=r"has no derivative rule for .*; pass it as a plain number"):
        ag.grad(f)(x)


def test_refusals_name_the_way_out():
    with pytest.raises(TypeError, match="singular covariance"):
        ag.grad(lambda c: stats.multivariate_normal.logpdf(np.zeros(2), np.zeros(2), c, True))(np.eye(2))
    with pytest.raises(TypeError, match="trans='C'"):
        ag.grad(lambda b: linalg.solve_triangular(np.eye(2), b, trans="C").sum())(np.ones(2))
    with pytest.raises(TypeError, match="full_output= is not recorded"):
        integrate.odeint(lambda y, t: y, np.ones(1), np.arange(2.0), full_output=True)
    with pytest.raises(TypeError, match="events= is not recorded"):
        integrate.solve_ivp(lambda t, y: y, (0, 1), np.ones(1), events=[len])
    with pytest.raises(ValueError, match="mode is 'full'"):
        signal.convolve(np.ones(2), np.ones(2), mode="circular")
    with pytest.raises(ValueError, match="larger one along all axes"):
        signal.convolve(np.ones((2, 3)), np.ones((3, 2)), mode="valid")


@pytest.mark.parametrize("mode", ["full", "valid", "same"])
@pytest.mark.parametrize("shapes", [((5,), (3,)), ((4, 5), (2, 3)), ((6,), (2,))])
def test_convolve_is_scipys(mode, shapes):
    a, b = (np.random.default_rng(0).standard_normal(shape) for shape in shapes)
    np.testing.assert_allclose(signal.convolve(a, b, mode=mode), scipy.signal.convolve(a, b, mode))


def test_extremes_are_finite():
    np.testing.assert_array_equal(ag.elementwise_grad(sp.expit)(np.array([-1000.0, 1000])), [0, 0])
    np.testing.assert_array_equal(ag.grad(special.logsumexp)(np.array([-1000.0, 1000])), [0, 1])
    assert ag.grad(lambda x: sp.xlogy(0.0, x))(0.0) == 0
