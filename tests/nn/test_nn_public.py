"""nn stands outside of the engine: it uses public names alone, and no derivative is written in it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import autograd_lite as ag
import nn

FILES = sorted(Path(nn.__file__).parent.rglob("*.py"))
DERIVATIVE_WORDS = ("backward", "derivative", "jacobian", "gradient_of", "vjp", "jvp", "adjoint", "tangent", "delta_w")


def engine_imports(tree):
    """(module, name) of everything a file takes from the engine."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names if alias.name.split(".")[0] == "autograd_lite")
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "autograd_lite":
            yield from ((node.module, alias.name) for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_only_public_names_of_the_engine_are_used(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for module, name in engine_imports(tree):
        assert module == "autograd_lite"
        assert name is None or name in ag.__all__
    used = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and getattr(n.value, "id", None) == "ag"]
    assert {n.attr for n in used} <= set(dir(ag))  # with those that are loaded when they are first used


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_derivative_is_written_and_no_rule_is_touched(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [n.name for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]
    functions = [name for name in functions if name != "derivative"]  # which asks the engine
    assert not [name for name in functions if any(word in name.lower() for word in DERIVATIVE_WORDS)]
    touched = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and getattr(n.value, "id", "") == "ag"}
    assert touched.isdisjoint({"rules", "Node", "record", "reverse_sweep", "forward_sweep"})
    calls = [n.func for n in ast.walk(tree) if isinstance(n, ast.Call)]
    differentiating = {n.attr for n in calls if isinstance(n, ast.Attribute) and getattr(n.value, "id", "") == "ag"}
    if path.name not in ("steps.py", "second_order.py", "fields.py", "probe.py"):
        assert differentiating.isdisjoint({"grad", "value_and_grad", "vjp", "jvp", "jacobian", "hessian"})


def test_every_public_name_exists_and_is_explained():
    for name in nn.__all__:
        thing = getattr(nn, name)
        assert thing.__doc__, name


def test_importing_nn_loads_neither_pictures_nor_bars():
    later = {"matplotlib", "tqdm", "sklearn", "graphviz", "pandas", "onnx", "safetensors"}
    code = f"import sys, nn; print(sorted({later!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
