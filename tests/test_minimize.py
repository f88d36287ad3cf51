"""ag.minimize: any structure of parameters, exact derivatives, bounds, and errors that say what to do."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag

TARGET = {"a": 3.0, "b": [np.array([1.0, -2.0]), (np.array([[0.5], [0.25]]),)]}
START = {"a": 0.0, "b": [np.zeros(2), (np.ones((2, 1)),)]}


def distance(p):
    """Not quadratic, with its minimum 0 at the target."""
    parts = zip(ag.trees.flatten(p)[0], ag.trees.flatten(TARGET)[0], strict=True)
    return sum(np.sum(np.cosh(x - t) - 1) for x, t in parts) + (p["a"] - 3) ** 2 * np.sum(p["b"][0] ** 2)


def close(tree, other, atol):
    for x, y in zip(ag.trees.flatten(tree)[0], ag.trees.flatten(other)[0], strict=True):
        np.testing.assert_allclose(x, y, atol=atol)
        assert np.shape(x) == np.shape(y)


METHODS = ["BFGS", "CG", "L-BFGS-B", "TNC", "SLSQP", "Newton-CG", "trust-ncg", "trust-krylov", "trust-exact",
           "trust-constr", "Nelder-Mead", "Powell", "COBYLA", "COBYQA"]  # fmt: skip


@pytest.mark.parametrize("method", [None, *METHODS])
def test_every_method_finds_the_minimum(method):
    options = {"maxiter": 3000} if method in ("COBYLA", "Nelder-Mead") else {}
    result = ag.minimize(distance, START, method=method, options=options)
    close(result.params, TARGET, 1e-2 if method in ("COBYLA", "Nelder-Mead", "COBYQA", "Powell") else 1e-3)
    assert result.fun < 1e-4
    assert START["a"] == 0.0 and not START["b"][0].any()
    if hasattr(result, "grad"):
        close(result.grad, ag.grad(distance)(result.params), 1e-12)


@pytest.mark.parametrize("method", ["Nelder-Mead", "BFGS"])
def test_a_cost_may_fill_an_array_of_its_own(method):
    def cost(x):
        u = ag.Tensor(np.zeros(3))
        u[0] = x - 1.0
        return np.sum(u**2)

    found = ag.minimize(cost, 3.0, method=method)
    assert abs(found.params - 1.0) < 1e-4 and isinstance(found.fun, float)
    with pytest.raises(TypeError, match="would lose the derivative"):
        ag.grad(lambda a: ag.minimize(lambda x: (x - a) ** 2, 3.0, method=method).params)(2.0)


def test_second_derivatives_are_asked_of_the_engine(monkeypatch):
    from autograd_lite import minimize as face  # the function; the module is found beside it

    module, calls = sys.modules[face.__module__], []
    for name in ("hessian", "hessian_vector_product"):
        real = getattr(module, name)
        monkeypatch.setattr(module, name, lambda f, name=name, real=real: calls.append(name) or real(f))
    for method in ("BFGS", "Newton-CG", "trust-exact", "dogleg"):
        found = ag.minimize(lambda x: np.sum(np.cosh(x - 1)), np.zeros(2), method=method)
        np.testing.assert_allclose(found.params, 1, atol=1e-4)
    assert calls == ["hessian_vector_product", "hessian", "hessian"]


def test_value_and_gradient_come_from_one_recording():
    calls = []

    def cost(x):
        calls.append(type(x))
        return np.sum((x - 1) ** 2)

    result = ag.minimize(cost, np.zeros(3), method="BFGS")
    assert set(calls) == {ag.Tensor} and len(calls) <= result.nfev + 2  # one to check the start, one for grad


@dataclass
class Line:
    slope: Any
    offset: Any


def test_dataclasses_float32_and_further_arguments():
    x = np.linspace(0, 1, 20)
    cost = lambda line, x, y: np.mean((line.slope * x + line.offset - y) ** 2)
    result = ag.minimize(cost, Line(np.float32(0.0), np.zeros(1, np.float32)), args=(x, 2 * x - 1))
    assert type(result.params) is Line and result.params.offset.dtype == result.params.slope.dtype == np.float32
    np.testing.assert_allclose([result.params.slope, result.params.offset[0]], [2, -1], rtol=1e-4)


def test_bounds_of_numbers_and_structures():
    low, high = {"a": -np.inf, "b": [0.0, (-1.0,)]}, 2.0
    result = ag.minimize(distance, START, bounds=(low, high), tol=1e-12)
    assert result.params["a"] == 2.0 and result.params["b"][0][1] == 0.0
    close(result.params["b"][1], TARGET["b"][1], 1e-4)
    upper = ag.minimize(lambda x: np.sum((x - 5) ** 2), np.zeros(2), bounds=(None, np.array([1.0, 9.0])))
    np.testing.assert_allclose(upper.params, [1.0, 5.0], atol=1e-5)


def test_callbacks_get_the_structure_and_may_end_the_search():
    seen = []

    def look(p):
        seen.append(distance(p))
        if len(seen) == 2:
            raise StopIteration

    ag.minimize(distance, START, callback=look)
    assert len(seen) == 2 and seen[1] < seen[0]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: ag.minimize(np.sum, {"name": None}), TypeError, "no numbers in this dict"),
        (lambda: ag.minimize(lambda x: x, np.ones(2)), TypeError, r"an output of shape \(2,\)"),
        (lambda: ag.minimize(np.sum, np.ones(2), method="fast"), ValueError, "fast"),
        (lambda: ag.minimize(lambda x: np.sum(x * np.inf), np.ones(2)), ValueError, "the cost is inf at the start"),
        (lambda: ag.minimize(lambda x: np.sum(x) * np.nan, np.ones(2)), ValueError, "the cost is nan at the start"),
        (lambda: ag.minimize(np.sum, np.ones(2), bounds=(1, 2, 3)), ValueError, "a pair"),
        (lambda: ag.minimize(np.sum, np.ones(2), bounds=([1.0, 2.0, 3.0], None)), ValueError, "the structure of the"),
        (lambda: ag.minimize(np.sum, np.ones(2), bounds=(3, 2)), ValueError, "above its upper bound"),
    ],
)  # fmt: skip
def test_errors_say_what_is_wrong(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_without_scipy_the_command_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(ImportError, match="pip install scipy"):
        ag.minimize(np.sum, np.ones(2))


def test_importing_the_package_does_not_load_scipy():
    import subprocess

    code = "import sys, autograd_lite; print(any(name.split('.')[0] == 'scipy' for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
