"""Writes coverage.md beside this file: every public function of NumPy, and what it does with a Tensor.

    python docs/coverage.py

The registry says how a function is differentiated; what is not in it stands here with the reason.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

import autograd_lite  # noqa: F401  fills the registry
from autograd_lite.arrays.calls import writers as writing
from autograd_lite.arrays.refusals import functions as refused
from autograd_lite.registry import composites, parameters, plain_functions
from autograd_lite.sweeps import rules

PAGE = Path(__file__).with_name("coverage.md")
NAMESPACES = {"np": np, "np.linalg": np.linalg, "np.fft": np.fft}

CREATES = "makes an array of numbers; no array enters"
CONVERTS = "makes a plain array, which would lose the derivative. A Tensor is an array already"
READS = "reads an array from outside"
TELLS = "tells or sets something about NumPy, or about types"
WRITES_TEXT = "writes one number as text: give it t.value"
OTHER = {
    CREATES: """arange bartlett blackman diag_indices empty eye fftfreq from_dlpack frombuffer fromfunction fromiter
        full hamming hanning identity indices kaiser mask_indices ones rfftfreq tri tril_indices triu_indices zeros""",
    CONVERTS: """array asanyarray asarray asarray_chkfinite ascontiguousarray asfortranarray asmatrix bmat require""",
    READS: "fromfile fromregex fromstring genfromtxt load loadtxt",
    TELLS: """busdaycalendar datetime_data get_include get_printoptions getbufsize geterr geterrcall info isdtype
        issubdtype mintypecode printoptions promote_types set_printoptions setbufsize seterr seterrcall show_config
        show_runtime test typename""",
    "an old name: write np.isin": "in1d",
    "is about the memory of the plain array: take t.value": "isfortran",
    WRITES_TEXT: "base_repr binary_repr format_float_positional format_float_scientific",
    "turns a Python function into one of arrays; call the Python function, or register a rule": "frompyfunc",
    "iterates over memory: iterate over the Tensor": "nested_iters",
}
OLD_NAMES = {"row_stack": "np.vstack", "trapz": "np.trapezoid"}  # NumPy calls the new ones, until it drops the old
REASONS = {name: reason for reason, names in OTHER.items() for name in names.split()}

NOT = "not supported"
MEANING = {
    "elementwise": "one partial derivative per argument",
    "reduction": "the weights ∂out/∂x",
    "linear": "its own tangent, and a transpose",
    "multilinear": "linear in each argument, and a transpose for each",
    "general": "a tangent and an adjoint",
    "composed": "written in terms of ruled functions",
    "constant": "recorded; its derivative is zero, for it is piecewise constant",
    "plain": "answered from the value: shapes, types, comparisons, integers",
    "writes": "writes into a Tensor as into an array",
    NOT: "does not take a Tensor, and says so",
}


class Entry(NamedTuple):
    name: str
    how: str
    remark: str


def entry(prefix: str, name: str) -> Entry:
    """What happens to a Tensor in this function.  Raises LookupError for a function that nobody has classified."""
    function = getattr(NAMESPACES[prefix], name, None)
    full = f"{prefix}.{name}"
    if function in rules:
        return Entry(full, type(rules[function]).__name__.lower(), other_form(function))
    if function in composites:
        return Entry(full, "composed", "")
    if function in plain_functions:
        return Entry(full, "plain", "")
    if function in writing:
        return Entry(full, "writes", "")
    if function in refused:
        return Entry(full, NOT, refused[function])
    if name in OLD_NAMES:
        return Entry(full, "composed", f"an old name of {OLD_NAMES[name]}")
    if name in REASONS:
        return Entry(full, NOT, REASONS[name])
    raise LookupError(f"{full} has no rule, no composite and no reason; classify it in docs/coverage.py")


def other_form(function: Callable[..., Any]) -> str:
    """For which keywords a composite stands beside the rule."""
    if function not in composites:
        return ""
    keywords = [k for k in ("initial", "where", "mean", "ord", "period") if k in parameters(composites[function])]
    return f"composed with {', '.join(k + '=' for k in keywords)}"


def public_functions(namespace: ModuleType) -> list[str]:
    """The names in ``__all__`` that can be called and are no classes."""
    names = [name for name in namespace.__all__ if name[0] != "_" and callable(getattr(namespace, name))]
    return sorted(name for name in names if not isinstance(getattr(namespace, name), type))


def entries(prefix: str) -> list[Entry]:
    names = public_functions(NAMESPACES[prefix])
    return [entry(prefix, name) for name in sorted({*names, *OLD_NAMES, "in1d"} if prefix == "np" else names)]


def read(page: str) -> dict[str, Entry]:
    """The entries that a page holds."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line[:3] == "| `"]
    return {name.strip("`"): Entry(name.strip("`"), how, remark) for name, how, remark in cells}


def page() -> str:
    every = {prefix: entries(prefix) for prefix in NAMESPACES}
    flat = [e for found in every.values() for e in found]
    lines = [
        "# Coverage of NumPy",
        "",
        "What each public function of NumPy does with a Tensor, in both sweeps and at any order. Generated from the",
        f"registry of rules by `python docs/coverage.py`, with NumPy {np.__version__}. A test fails when the page is",
        "out of date, or when NumPy has a function that it does not know.",
        "",
        "| kind | meaning | functions |",
        "|---|---|---:|",
        *[f"| {how} | {meaning} | {sum(e.how == how for e in flat)} |" for how, meaning in MEANING.items()],
        "",
        f"{sum(e.how != NOT for e in flat)} of {len(flat)} take a Tensor.",
    ]
    for prefix, found in every.items():
        taken = sum(e.how != NOT for e in found)
        lines += ["", f"## {prefix}: {taken} of {len(found)}", "", "| function | kind | remark |", "|---|---|---|"]
        lines += [f"| `{e.name}` | {e.how} | {e.remark} |" for e in found]
    return "\n".join(lines) + "\n"


def write() -> None:
    new = PAGE.with_suffix(".md.new")
    new.write_text(page(), encoding="utf-8")
    os.replace(new, PAGE)


if __name__ == "__main__":
    write()
