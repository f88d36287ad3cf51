"""The page docs/coverage.md is true, and every attribute of an ndarray works on a Tensor or says why not."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.arrays import refusals
from autograd_lite.registry import composites, plain_functions
from autograd_lite.sweeps import rules
from autograd_lite.trees import flatten

SCRIPT = Path(__file__).parents[1] / "docs" / "coverage.py"
A = np.array([[0.3, -1.2, 2.5], [1.5, 0.7, -0.4]])


@pytest.fixture(scope="module")
def coverage():
    specification = importlib.util.spec_from_file_location("coverage_page", SCRIPT)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize("prefix", ["np", "np.linalg", "np.fft"])
def test_the_page_is_up_to_date(coverage, prefix):
    """Rows of functions that another version of NumPy has, and this one has not, may stand there too."""
    found = coverage.read(coverage.PAGE.read_text(encoding="utf-8"))
    for entry in coverage.entries(prefix):
        assert found.get(entry.name) == entry, "run python docs/coverage.py"


def test_the_page_says_how_many(coverage):
    text = coverage.page()
    counted = [e for prefix in coverage.NAMESPACES for e in coverage.entries(prefix)]
    assert sorted(coverage.read(text).values()) == sorted(counted)
    assert f"of {len(counted)} take a Tensor" in text


def test_a_function_that_nobody_classified_is_noticed(coverage, monkeypatch):
    monkeypatch.setattr(np, "brand_new", lambda x: x, raising=False)
    monkeypatch.setattr(np, "__all__", [*np.__all__, "brand_new"])
    with pytest.raises(LookupError, match=r"np\.brand_new has no rule"):
        coverage.entries("np")


def test_a_reason_and_a_rule_exclude_each_other(coverage):
    known = {*rules, *composites, *plain_functions}
    named = {getattr(np, name) for name in coverage.REASONS if hasattr(np, name)}
    assert not known & {*refusals.functions, *named}


CALLS = {
    "sliding_window_view": lambda t: np.lib.stride_tricks.sliding_window_view(t, 2),
    "savetxt": lambda t: np.savetxt("none", t),
    "save": lambda t: np.save("none", t), "savez": lambda t: np.savez("none", t),
    "savez_compressed": lambda t: np.savez_compressed("none", t),
    "busday_count": lambda t: np.busday_count(t, t), "busday_offset": lambda t: np.busday_offset(t, 1),
}  # fmt: skip


@pytest.mark.parametrize("function", refusals.functions, ids=lambda f: f.__name__)
def test_refused_functions_say_why(function):
    with pytest.raises(TypeError) as error:
        CALLS.get(function.__name__, function)(ag.Tensor(A))
    assert refusals.functions[function] in str(error.value)


# every attribute and method of an ndarray

ARGUMENTS = {
    "argpartition": (1,), "astype": (np.float32,), "choose": ([A, A + 1],), "clip": (-0.5, 0.5), "compress": ([1, 0],),
    "dot": (A.T,), "fill": (0.5,), "partition": (1,), "put": ([0, -1], [1.0, 2.0]),
    "item": (0, 1), "repeat": (2,), "reshape": (3, 2), "searchsorted": ([0.5],), "swapaxes": (0, 1),
    "take": ([0, 2],), "to_device": ("cpu",),
}  # fmt: skip
OF_ANOTHER = {"choose": np.array([[0, 1, 1], [1, 0, 0]]), "searchsorted": np.array([-1.0, 0.0, 1.0])}
WORKS = [name for name in dir(np.ndarray) if name[0] != "_" and name not in refusals.attributes and hasattr(A, name)]
SUPERSEDED = {  # by another protocol, or by a method of the same operator
    "__array_priority__", "__buffer__", "__class_getitem__", "__deepcopy__", "__ilshift__", "__irshift__",
}  # fmt: skip


@pytest.mark.parametrize("name", WORKS)
def test_an_attribute_of_an_array_is_that_of_a_tensor(name):
    a = OF_ANOTHER.get(name, A).copy()
    t = ag.Tensor(a) if a.dtype.kind == "f" else np.round(ag.Tensor(a)).astype(int)
    ours, theirs = getattr(t, name), getattr(a, name)
    if callable(theirs):
        ours, theirs = ours(*ARGUMENTS.get(name, ())), theirs(*ARGUMENTS.get(name, ()))
    ours, theirs = (list(x) if name == "flat" else x for x in (ours, theirs))
    np.testing.assert_array_equal(t.value, a)  # what the method wrote
    for found, expected in zip(flatten(ours)[0], flatten(theirs)[0], strict=True):
        np.testing.assert_allclose(found.value if type(found) is ag.Tensor else found, expected, rtol=1e-15)


@pytest.mark.parametrize("name", refusals.attributes)
def test_what_a_tensor_has_not_says_why(name):
    with pytest.raises(AttributeError) as error:
        getattr(ag.Tensor(A), name)
    assert str(error.value) == refusals.attributes[name]
    assert not hasattr(ag.Tensor, name)


def test_every_name_of_an_array_is_there_or_accounted_for():
    public = [name for name in dir(np.ndarray) if name[0] != "_" or name[1] == "_"]
    unknown = [name for name in public if not hasattr(ag.Tensor, name) and name not in refusals.attributes]
    assert set(unknown) <= SUPERSEDED


def test_an_attribute_that_nothing_has():
    with pytest.raises(AttributeError, match="object has no attribute 'nonsense'"):
        ag.Tensor(A).nonsense  # noqa: B018
