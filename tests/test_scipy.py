"""SciPy's ufuncs on Tensors, and autograd_lite.scipy, from the table in cases_scipy.py."""

from __future__ import annotations

import itertools
import subprocess
import sys

import numpy as np
import pytest
import scipy.interpolate
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


BEYOND = np.array([-np.inf, -300.0, -3.0, -1.0, -0.5, 0.0, 0.4, 1.0, 1.5, 3.0, 8.0, 40.0, 300.0, np.inf])
CONTINUOUS = {
    "norm": (), "t": (2.5,), "gamma": (1.5,), "beta": (1.5, 2.5), "chi2": (3.0,), "expon": (), "laplace": (),
    "cauchy": (), "logistic": (), "gumbel_r": (), "rayleigh": (), "halfnorm": (), "lognorm": (0.7,), "pareto": (1.5,),
    "weibull_min": (1.5,), "uniform": (),
}  # fmt: skip


@pytest.mark.parametrize("name", ["pdf", "logpdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf"])
@pytest.mark.parametrize("family", CONTINUOUS)
def test_distributions_have_scipys_values_on_and_off_their_support(family, name):
    points = np.array([1e-9, 0.05, 0.3, 0.5, 0.7, 0.999]) if name in ("ppf", "isf") else BEYOND
    smooth = points != 0  # the density may begin there
    ours, theirs = (getattr(getattr(where, family), name) for where in (stats, scipy.stats))
    for parameters in (CONTINUOUS[family], (*CONTINUOUS[family], 0.3, 1.7)):
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            found = ours(ag.Tensor(points), *parameters)
            slope = ag.elementwise_grad(lambda x, p=parameters: ours(x, *p))(points)
            expected = theirs(points, *parameters)
            assert np.array_equal(ours(points, *parameters), expected, equal_nan=True)
        at_infinity = {"pdf": 0.0, "logpdf": -np.inf}.get(name, expected)  # where some of SciPy's densities are nan
        expected = np.where(np.isinf(points), at_infinity, expected)
        np.testing.assert_allclose(found.value, expected, rtol=1e-9, atol=1e-16 if name in ("ppf", "isf") else 1e-300)
        assert not np.any(np.isnan(slope[smooth]))


@pytest.mark.parametrize("family, parameters", [
    ("poisson", (1.5,)), ("binom", (5, 0.3)), ("bernoulli", (0.3,)), ("geom", (0.3,)), ("nbinom", (2.5, 0.3)),
])  # fmt: skip
@pytest.mark.parametrize("name", ["pmf", "logpmf", "cdf", "sf", "logcdf", "logsf"])
def test_counting_distributions_have_scipys_values(family, parameters, name):
    k = np.array([-2.0, -0.5, 0, 0.5, 1, 2, 4, 5, 6])
    ours, theirs = (getattr(getattr(where, family), name) for where in (stats, scipy.stats))
    with np.errstate(divide="ignore"):
        for loc in 0, 2:
            found = ours(k, *parameters[:-1], ag.Tensor(parameters[-1]), loc)
            np.testing.assert_allclose(found.value, theirs(k, *parameters, loc), rtol=1e-10, atol=1e-14)


def test_wrong_parameters_of_a_distribution_are_refused():
    for call in (
        lambda t: stats.expon.pdf(t, 1.0, 2.0, 3.0), lambda t: stats.expon.pdf(t, rate=2),
        lambda t: stats.lognorm.pdf(t),
        lambda t: stats.binom.pmf(1, t), lambda t: stats.binom.pmf(1, 2, t, q=1),
    ):  # fmt: skip
        with pytest.raises(TypeError, match="takes "):
            call(ag.Tensor(0.5))


def test_ode_to_second_order():
    f = lambda a: integrate.odeint(lambda y, t, a: -a * y, np.ones(1), np.array([0.0, 1.0]), (a,), rtol=1e-10)[1, 0]
    np.testing.assert_allclose([ag.grad(f)(0.7), ag.grad(ag.grad(f))(0.7)], [-np.exp(-0.7), np.exp(-0.7)], rtol=1e-5)


def test_an_equation_may_fill_an_array_of_its_own():
    def filled(y, t, a):
        slope = ag.Tensor(np.zeros(2))
        slope[0] = y[1]
        slope[1] = -a * np.sin(y[0])
        return slope

    written = lambda y, t, a: np.stack([y[1], -a * np.sin(y[0])])
    start, times = np.array([1.0, 0.0]), np.array([0.0, 0.5, 1.0])
    for f in (filled, lambda y, t, a: [*filled(y, t, a)]):
        for end in (
            lambda a, f: integrate.odeint(f, start, times, (a,))[-1, 0],
            lambda a, f: integrate.solve_ivp(lambda t, y, a: f(y, t, a), (0.0, 1.0), start, args=(a,)).y[0, -1],
        ):
            assert ag.value_and_grad(end)(2.0, f) == ag.value_and_grad(end)(2.0, written)
            np.testing.assert_allclose(ag.hessian(end)(2.0, f), ag.hessian(end)(2.0, written))


def test_an_equation_may_return_a_list_but_no_tensor_from_outside():
    times = np.array([0.0, 0.5])
    turned = lambda y: integrate.odeint(lambda y, t: [y[1], -y[0]], y, times, rtol=1e-9, atol=1e-9)[1]
    also = lambda y: integrate.solve_ivp(lambda t, y: [y[1], -y[0]], (0, 0.5), y, t_eval=times, rtol=1e-9).y[:, 1]
    rotation = [[np.cos(0.5), np.sin(0.5)], [-np.sin(0.5), np.cos(0.5)]]
    np.testing.assert_allclose(ag.jacobian(turned)(np.ones(2)), rotation, atol=1e-6)
    np.testing.assert_allclose(ag.jacobian(also)(np.ones(2)), rotation, atol=1e-6)
    for name, call in (
        ("odeint", lambda a: integrate.odeint(lambda y, t: -a * y, np.ones(1), times)[1, 0]),
        ("solve_ivp", lambda a: integrate.solve_ivp(lambda t, y: -a * y, (0, 1), np.ones(1)).y[0, -1]),
    ):
        with pytest.raises(TypeError, match=rf"{name}: the function of the equation uses a Tensor.*pass it in args="):
            ag.grad(call)(0.5)
    with pytest.raises(TypeError, match="returns None"):
        integrate.odeint(lambda y, t: None, ag.Tensor(np.ones(1)), times)


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
    assert special.erf is sp.erf and linalg.lu is scipy.linalg.lu and stats.norm.rvs == scipy.stats.norm.rvs
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


@pytest.mark.parametrize("f, message", [
    (scipy.linalg.inv, r"scipy\.linalg\.inv computes with plain arrays.*use np\.linalg\.inv, or pass t\.value"),
    (scipy.linalg.expm, r"use autograd_lite\.scipy\.linalg\.expm"),
    (scipy.stats.norm.pdf, r"scipy\.stats\.norm\.pdf computes.*use autograd_lite\.scipy\.stats\.norm\.pdf"),
    (scipy.stats.skew, r"scipy\.stats\.skew computes.*write it with functions that have a derivative rule"),
    (lambda t: scipy.interpolate.interp1d(t, t), r"use autograd_lite\.scipy\.interpolate\.interp1d"),
    (sp.lambertw, r"scipy\.special\.lambertw has no derivative rule"),
    (np.asarray, r"does not turn into a plain array by itself.*np\.stack"),
])  # fmt: skip
def test_a_function_that_computes_with_plain_arrays_is_named(f, message):
    with pytest.raises(TypeError, match=message):
        f(ag.Tensor(np.eye(2)))


def test_what_is_recorded_is_not_overwritten():
    a, b = np.array([[2.0, 1.0], [0.0, 4.0]]), np.array([4.0, 8.0])
    f = lambda a, b: linalg.solve_triangular(a, b, 0, False, True, overwrite_b=True, check_finite=False)
    check_grads(f, a, b)
    check_grads(lambda a, b: linalg.solve_banded((0, 1), a, b, overwrite_ab=True, overwrite_b=True), a[::-1] + 1, b)


def test_special_functions_out_of_their_range():
    with pytest.raises(ValueError, match=r"above \(d - 1\)/2, which is 1\.0"):
        ag.grad(lambda a: special.multigammaln(a, 3))(0.2)
    with pytest.raises(TypeError, match="its order is a whole number"):
        ag.grad(lambda n: special.polygamma(n, 1.0))(2.0)
    assert ag.vjp(lambda a: special.multigammaln(a, 0), 0.2)[0] == sp.multigammaln(0.2, 0)
    assert np.isnan(ag.vjp(lambda x: special.polygamma(-1, x), 0.2)[0]) and np.isnan(sp.polygamma(-1, 0.2))
    with np.errstate(divide="ignore"):
        assert ag.vjp(special.logsumexp, np.zeros(0))[0] == -np.inf


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
    with pytest.raises(TypeError, match="give the mode by name, mode='same'"):
        signal.convolve(np.ones(2), np.ones(2), "same")
    with pytest.raises(ValueError, match="2 axes and 1 axes; say which are paired"):
        signal.convolve(np.ones((2, 3)), np.ones(3))
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


@pytest.mark.parametrize("f, shape", [
    (lambda a: sp.gammaincc(a, 200.0), 2.0), (lambda a: sp.gammaincc(a, 1300.0), 800.0),
    (lambda a: sp.gammainc(a, 0.01), 5.0), (lambda a: sp.gammainc(a, 9e4), 1e5),
    (lambda a: sp.betaincc(a, 2.0, 0.999), 3.0), (lambda b: sp.betainc(200.0, b, 0.25), 300.0),
    (lambda n: sp.stdtr(n, -40.0), 3.0), (lambda n: sp.stdtr(n, -9.0), 30.0), (lambda n: sp.stdtr(n, 1e8), 0.05),
    (lambda n: sp.stdtrit(n, 1e-9), 3.0), (lambda a: sp.gammainccinv(a, 1e-9), 800.0),
    (lambda a: sp.gammainc(a, 1e-4), 0.001), (lambda a: sp.betainc(a, 0.01, 1e-20), 0.001),
    (lambda b: sp.betainc(0.01, b, 1e-20), 0.001), (lambda b: sp.betaincc(0.5, b, 1 - 1e-9), 0.002),
    (lambda n: sp.stdtr(n, -1e12), 0.01), (lambda n: sp.stdtr(n, 0.4), 0.01),
])  # fmt: skip
def test_tails_keep_their_digits_by_shape_parameters(f, shape):
    h = 1e-5 * shape
    difference = (8 * (f(shape + h) - f(shape - h)) - (f(shape + 2 * h) - f(shape - 2 * h))) / (12 * h)
    np.testing.assert_allclose(ag.grad(f)(shape), difference, rtol=1e-5)


@pytest.mark.parametrize("f, x, slope", [
    (lambda x: sp.gammainc(2.5, x), np.inf, 0), (lambda a: sp.gammaincc(a, np.inf), 2.5, 0),
    (lambda p: sp.betaincinv(1.5, p, 1.0), 2.0, 0), (lambda a: sp.gammaincinv(a, 0.0), 1.7, 0),
    (lambda n: sp.stdtr(n, np.inf), 2.0, 0), (lambda n: sp.stdtr(n, 0.7), np.inf, 0), (sp.erfcx, np.inf, 0),
    (lambda x: sp.stdtr(np.inf, x), 0.7, scipy.stats.norm.pdf(0.7)), (sp.dawsn, -np.inf, 0),
    (lambda y: sp.rel_entr(0.0, y), 0.0, 0), (lambda d: sp.pseudo_huber(d, -3.0), 0.0, 3),
    (lambda p: sp.stdtrit(np.inf, p), 0.5, np.sqrt(2 * np.pi)),
])  # fmt: skip
def test_slopes_at_the_ends_of_a_range(f, x, slope):
    np.testing.assert_allclose(ag.grad(f)(x), slope, rtol=1e-12)


@pytest.mark.filterwarnings("ignore:floating point number truncated to an integer")
def test_an_order_that_scipy_cuts_is_cut_in_the_slope_too():
    for f in sp.kn, sp.yn, sp.expn, lambda n, x: sp.nbdtr(n, n + 2.2, x):
        assert ag.grad(lambda x: f(2.7, x))(0.4) == ag.grad(lambda x: f(2, x))(0.4)  # noqa: B023


def test_gamma_functions_of_complex_numbers():
    z = np.array([0.3 + 0.7j, -1.5 + 0.2j, -2.0 + 0j])
    check_grads(sp.rgamma, z, order=1)
    for f in sp.gamma, sp.loggamma:
        check_grads(f, z[:2], order=1)
    slope = ag.vjp(sp.rgamma, 0.2 + 200j)[1](1.0 + 0j)[0]
    np.testing.assert_allclose(slope, -sp.psi(0.2 + 200j) * sp.rgamma(0.2 + 200j))
    with pytest.raises(TypeError, match="psi has no derivative rule at complex numbers"):
        ag.vjp(sp.psi, z)[1](np.ones(3) + 0j)


def test_a_rising_factorial_between_two_poles_of_gamma():
    """z(z + 1), z and 1/((z − 1)(z − 2)), whose derivatives are polynomials and fractions."""
    z, m = np.array([-2.0, -3.0, -4.0]), np.array([2.0, 1.0, -2.0])
    slope = ag.elementwise_grad(lambda z: sp.poch(z, m))
    np.testing.assert_allclose(slope(z), [2 * -2 + 1, 1, 1 / 150 + 1 / 180], rtol=1e-13)
    np.testing.assert_allclose(ag.elementwise_grad(slope)(z)[:2], [2, 0], rtol=1e-13, atol=1e-13)


def test_box_cox_of_0_has_a_slope_by_its_exponent():
    with np.errstate(divide="ignore"):
        for f in lambda y: sp.boxcox(0.0, y), lambda y: sp.boxcox1p(-1.0, y):
            np.testing.assert_allclose([ag.grad(f)(2.0), ag.grad(ag.grad(f))(2.0)], [0.25, -0.25])


def test_a_distribution_may_be_given_its_parameters_first_and_is_a_module_too():
    import autograd_lite.scipy.stats.norm as norm

    assert norm is stats.norm and norm(1.0, 2.0).mean() == 1
    f = lambda x: norm(1.0, scale=2.0).logpdf(x) + stats.poisson(x).logpmf(2) + stats.gamma(x).isf(0.3)
    g = lambda x: norm.logpdf(x, 1.0, 2.0) + stats.poisson.logpmf(2, x) + stats.gamma.isf(0.3, x)
    assert ag.grad(f)(0.7) == ag.grad(g)(0.7)


def test_joint_distributions_may_be_given_their_parameters_first():
    x, mean, cov = np.array([0.3, 0.7]), np.array([0.1, 0.2]), np.array([[2.0, 0.3], [0.3, 1.0]])
    normal, dirichlet = stats.multivariate_normal, stats.dirichlet
    f = lambda m: normal(m, cov).logpdf(x) + normal(m, cov).entropy() + dirichlet(m).logpdf(x)
    g = lambda m: normal.logpdf(x, m, cov) + normal.entropy(m, cov) + dirichlet.logpdf(x, m)
    np.testing.assert_array_equal(ag.grad(f)(mean), ag.grad(g)(mean))
    assert normal(mean, cov).rvs(random_state=0).shape == (2,)


def test_distributions_take_lists_as_scipys_do():
    for ours, theirs, args in (
        (stats.norm.logpdf, scipy.stats.norm.logpdf, ([0.5, 1.0], [0.0, 1.0])),
        (stats.poisson.logpmf, scipy.stats.poisson.logpmf, ([1, 2],)),
        (stats.dirichlet.logpdf, scipy.stats.dirichlet.logpdf, ([0.0, 0.4, 0.6],)),
    ):
        last = np.array([1.0, 2.0, 3.0])[: 3 if ours is stats.dirichlet.logpdf else 2]
        np.testing.assert_allclose(ag.vjp(lambda p: ours(*args, p), last)[0], theirs(*args, last))  # noqa: B023


def test_beside_a_singular_covariance_there_is_no_density():
    f, g = stats.multivariate_normal.logpdf, scipy.stats.multivariate_normal.logpdf
    for x in (np.array([[1.0, 1.0], [1.0, 2.0]]), np.array([1.0, 2.0])):
        value = ag.vjp(lambda x: f(x, None, np.ones((2, 2)), True), x)[0]
        np.testing.assert_allclose(value, g(x, None, np.ones((2, 2)), True))


def test_what_is_counted_has_no_derivative():
    with pytest.raises(TypeError, match="binom: k and loc count, and have no derivative"):
        ag.grad(lambda k: stats.binom.logpmf(k, 5, 0.3))(2.0)


def test_where_a_parameter_is_out_of_range_derivatives_are_nan_too():
    for f in (lambda s: stats.norm.logpdf(1.0, 0.0, s), lambda a: stats.gamma.sf(1.0, a), stats.norm.ppf,
              lambda p: stats.geom.pmf(2, p)):  # fmt: skip
        with np.errstate(all="ignore"):
            assert np.isnan(ag.grad(f)(-0.5))


def test_student_of_infinite_degrees_is_normal():
    for name in "pdf", "logpdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf":
        ours, normal = getattr(stats.t, name), getattr(scipy.stats.norm, name)
        x = 0.3 if name in ("ppf", "isf") else -1.2
        for df in 1e14, np.inf:
            value, pullback = ag.vjp(lambda x, df: ours(x, df), x, df)  # noqa: B023
            np.testing.assert_allclose(value, normal(x), rtol=1e-9)
            by_x, by_df = pullback(1.0)
            np.testing.assert_allclose(by_x, ag.grad(getattr(stats.norm, name))(x), rtol=1e-9)
            np.testing.assert_allclose(by_df, 0, atol=1e-14)


def test_the_quantile_of_laplace_is_smooth_in_the_middle():
    assert ag.grad(stats.laplace.ppf)(0.5) == 2 and ag.grad(stats.laplace.cdf)(0.0) == 0.5


FAMILIES = ["norm", "t", "beta", "gamma", "chi2", "poisson", "expon", "lognorm", "bernoulli", "geom", "nbinom", "binom"]


@pytest.mark.parametrize("family", FAMILIES)
def test_parameters_out_of_range_give_nan_as_in_scipy(family):
    theirs, ours = getattr(scipy.stats, family), getattr(stats, family)
    scales = [] if hasattr(theirs, "pmf") else [[0.0], [-1.0, 0.0, 2.0]]  # after loc
    names = ["cdf", "sf", *(["logpdf", "logcdf", "logsf"] if scales else ["logpmf"])]
    for name, *given in itertools.product(names, *[[-1.5, 0.0, 0.3, 2.0, np.nan]] * (1 + theirs.numargs), *scales):
        with np.errstate(all="ignore"):
            expected = getattr(theirs, name)(*given)
            found = ag.vjp(getattr(ours, name), *given)[0] if scales else (
                ag.vjp(lambda *a: getattr(ours, name)(given[0], *a), *given[1:])[0])  # fmt: skip  # noqa: B023
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12, err_msg=f"{name}{given}")


def test_a_covariance_that_is_none_raises_under_a_derivative_too():
    density = stats.multivariate_normal.logpdf
    for cov in (np.ones((2, 2)), np.array([[1.0, 2.0], [2.0, 1.0]]), np.diag([1.0, 1e-18])):
        of_cov = lambda c: density(np.ones(2), np.zeros(2), c)
        for f in (of_cov, ag.grad(of_cov)):
            with pytest.raises((ValueError, np.linalg.LinAlgError), match=r"(semi)?definite"):
                f(cov)


def test_points_beside_the_simplex_have_no_density():
    density = stats.dirichlet.logpdf
    for x, alpha in (([0.4, 0.5], [1.0, 2.0]), ([0.4, 0.6], [-1.0, 2.0]), ([0.4, 0.6], [0.0, 2.0])):
        assert np.isnan(ag.vjp(lambda a: density(np.array(x), a), np.array(alpha))[0])  # noqa: B023
