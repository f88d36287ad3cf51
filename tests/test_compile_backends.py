"""The other backends: the answers of the function itself, or an error that says so."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from cases import CASES
from test_compile_cases import pulled, same

import autograd_lite as ag

SOME = list({case.function: case for case in reversed(CASES)}.values())[::7]


@pytest.fixture(autouse=True)
def cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("AUTOGRAD_LITE_CACHE", str(tmp_path_factory.getbasetemp() / "programs"))


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def cost(p, x, labels, flag=True):
    hidden = np.tanh(x @ p["W1"] + p["b1"])
    z = hidden @ p["W2"] + p["b2"]
    z = z - np.max(z, axis=1, keepdims=True)
    loss = np.mean(np.log(np.sum(np.exp(z), axis=1)) - z[np.arange(len(labels)), labels])
    return loss + 0.01 * sum(np.sum(w**2) for w in p.values()) if flag else loss


def network(dtype):
    rng = np.random.default_rng(0)
    shapes = {"W1": (3, 4), "b1": (4,), "W2": (4, 5), "b2": (5,)}
    p = {name: rng.standard_normal(shape).astype(dtype) for name, shape in shapes.items()}
    return p, rng.standard_normal((6, 3)).astype(dtype), rng.integers(0, 5, 6)


each = pytest.mark.parametrize("backend", ["numba", "jax"])


@each
def test_derivatives_of_rosenbrock(backend):
    x, v = np.random.default_rng(0).standard_normal((2, 40))
    for f, args in (ag.value_and_grad(rosenbrock), (x,)), (ag.hessian_vector_product(rosenbrock), (x, v)):
        same(ag.compile(f, backend=backend)(*args), f(*args))


@each
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_network(backend, dtype):
    f = ag.value_and_grad(cost)
    compiled = ag.compile(f, backend=backend)
    args = network(dtype)
    for _ in range(2):
        for a, b in zip(ag.trees.flatten(compiled(*args))[0], ag.trees.flatten(f(*args))[0], strict=True):
            assert type(a) is type(b) and a.dtype == b.dtype
            np.testing.assert_allclose(a, b, rtol=1e-9 if dtype is np.float64 else 1e-4, atol=1e-5)
    assert compiled(*args)[1]["W1"].flags.writeable


@each
def test_branches(backend):
    compiled = ag.compile(lambda x: np.log(x) if np.sum(x) > 0 else -3 * x, backend=backend)
    for x in (np.ones(3), -np.ones(3), 2 * np.ones(3)):
        np.testing.assert_allclose(compiled(x), np.log(x) if x[0] > 0 else -3 * x)
    assert len(compiled.variants) == 2


@each
def test_numbers_that_are_not_finite(backend):
    compiled = ag.compile(lambda x: (np.log(x), 1 / x, np.maximum(x, 1.0), np.max(x)), backend=backend)
    with np.errstate(all="ignore"):
        for x in (np.array([0.0, -1.0, np.inf]), np.array([np.nan, 1.0, -np.inf])):
            same(compiled(x), (np.log(x), 1 / x, np.maximum(x, 1.0), np.max(x)))


@each
@pytest.mark.parametrize("case", SOME, ids=lambda case: case.id)
def test_the_table_of_cases(backend, case):
    f = pulled(case.f)
    compiled = ag.compile(f, backend=backend)
    try:
        found = compiled(*case.args)
    except ag.CompileError as error:
        assert backend in str(error)
    else:
        same(found, f(*case.args))


def test_views_of_every_kind_in_loops():
    def f(x):
        turned = x.T[::-1, 1:]
        return (
            np.sum(turned * turned[:, ::-1], axis=0), np.reshape(x[1:3], (-1,)) * 2.0, x[:, None, :] + x[None, :, :],
            np.swapaxes(x, 0, 1) @ x, (x[::2].T @ x[::2])[1:], np.max(x, axis=1, keepdims=True) - x, x[0, 1] * x,
        )  # fmt: skip

    x = np.random.default_rng(2).standard_normal((5, 4))
    compiled = ag.compile(f, backend="numba")
    for array in (x, np.asfortranarray(x), np.repeat(x, 2, axis=0)[::2]):
        same(compiled(array), f(array))
    assert "for i0 in range(5):" in compiled.source


def test_machine_code_is_kept_for_the_next_process():
    program = """
import sys, numpy as np, autograd_lite as ag
compiled = ag.compile(lambda x: np.sum(np.sin(x) * x), backend="numba")
compiled(np.ones(3))
[module] = [module for name, module in sys.modules.items() if name.startswith("autograd_lite_f_")]
print(sum(module.f.stats.cache_hits.values()), sum(module.f.stats.cache_misses.values()))
"""
    runs = [subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True) for _ in "12"]
    assert [run.stdout.split() for run in runs] == [["0", "1"], ["1", "0"]]


@pytest.mark.parametrize("backend", ["numpy", "numba", "jax"])
def test_a_sum_of_truth_values_is_one(backend, tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOGRAD_LITE_CACHE", str(tmp_path))
    f = lambda x: np.sum(x * ((x > 0) + (x > 1)))
    for x in (np.float64(2.0), np.array([2.0, 0.5, -1.0])):
        assert ag.compile(f, backend=backend)(x) == f(x)


def test_auto_measures_and_remembers(monkeypatch, tmp_path):
    from autograd_lite.compiling import choosing

    monkeypatch.setenv("AUTOGRAD_LITE_CACHE", str(tmp_path))
    monkeypatch.setattr(choosing, "_known", {})
    f, x = ag.value_and_grad(rosenbrock), np.linspace(-1.0, 1.0, 200)
    measured = []
    seconds = choosing._seconds

    def counted(*args):
        measured.append(args)
        return seconds(*args)

    monkeypatch.setattr(choosing, "_seconds", counted)
    same(ag.compile(f, backend="auto")(x), f(x))
    assert len(measured) == 3  # each backend once
    monkeypatch.setattr(choosing, "_known", {})  # as in another process
    again = ag.compile(f, backend="auto")
    same(again(x + 1), f(x + 1))
    assert len(measured) == 3
    rng = ag.recorded(3)
    noisy = ag.compile(lambda x: x + rng.normal(), backend="auto")
    assert noisy(0.0) == np.random.default_rng(3).normal()
    (tmp_path / "backends.json").write_text("[")
    monkeypatch.setattr(choosing, "_known", {})
    same(ag.compile(f, backend="auto")(x), f(x))


def test_what_a_backend_does_not_know():
    with pytest.raises(ValueError, match="backend must be one of"):
        ag.compile(np.sin, backend="fortran")
    with pytest.raises(ag.CompileError, match="numba"):
        ag.compile(lambda x: np.linalg.inv(x), backend="numba")(np.eye(2))
    rng = ag.recorded(0)
    for backend in ("numba", "jax"):
        with pytest.raises(ag.CompileError, match="random numbers"):
            ag.compile(lambda x: x * rng.random(), backend=backend)(1.0)
