"""How functions are written: every elementwise rule has a formula for its partials, and it is the right one."""

import re

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.kinds import Constant
from autograd_lite.notation.expressions import parse
from autograd_lite.notation.formulas import definition, formula, partial_formula
from autograd_lite.sweeps import rules

SMOOTH = [
    f for f, rule in rules.items()
    if isinstance(f, np.ufunc) and f.signature is None and type(rule) is not Constant and f.nout == 1
    and f is getattr(np, f.__name__, None)  # those of SciPy are in test_special_formulas.py
    and f is not np.ldexp  # takes an integer
]
POINTS = {np.arccosh: (1.7,), np.arctanh: (0.3,), np.arcsin: (0.3,), np.arccos: (0.3,)}


def as_typed(text, values):
    """A formula of real scalars in the language of ``expressions``; a bracket is 1 or 0."""

    def bracket(match):
        parts = re.split(r" ([<>≤=]) ", match[1])
        numbers = [float(values.get(p, p.replace("∞", "inf").replace("−", "-"))) for p in parts[::2]]
        signs = {"<": np.less, ">": np.greater, "≤": np.less_equal, "=": np.equal}
        return "1" if all(signs[s](a, b) for s, a, b in zip(parts[1::2], numbers, numbers[1:], strict=False)) else "0"

    text = re.sub(r"(?<![\w.])([0-9]+|π)(?=[xy√])", r"\1*", text)
    text = re.sub(r"\[(.*?)\]", bracket, text)
    text = re.sub(r"⌊(.*?)⌋", r"floor(\1)", text).replace("trunc(", "floor(")  # the same, of positive numbers
    text = re.sub(r"√(\w+)", r"sqrt(\1)", text).replace("√(", "sqrt(")
    text = re.sub(r"log (\w+)", r"log(\1)", text)
    text = text.replace("²", "**2")
    return text.replace("·", "*").replace("−", "-").replace("^", "**").replace("π", "pi")


@pytest.mark.parametrize("function", SMOOTH, ids=lambda f: f.__name__)
def test_the_partials_of_every_elementwise_rule(function):
    values = dict(zip("xy", POINTS.get(function, (1.3, 0.8)), strict=False))
    call = "x" if function.nin == 1 else "x, y"
    arguments = [values[name] for name in call.split(", ")]
    graph = ag.trace(lambda **given: function(*given.values()))(**dict(zip("xy", arguments, strict=False)))
    graph.rename({graph.output.name: "z"})
    for i in range(function.nin):
        text = graph.output.partial_formula(i)
        assert text, f"formulas.py has no partial for np.{function.__name__}"
        expression = parse(as_typed(text, values))
        known = {**values, "z": graph.value}
        found = expression(**{name: known[name] for name in expression.variables})
        assert found == pytest.approx(graph.output.partial(i), rel=1e-12), text


@pytest.mark.parametrize(
    "f, typed, typeset, partials",
    [
        (lambda x: x**3, "x**3", "x³", ["3x²"]),
        (lambda x: x**-1.5, "x**(-1.5)", "x^(−1.5)", ["−1.5·x^(−2.5)"]),
        (lambda x: x**1, "x**1", "x¹", ["1"]),
        (lambda x: x**0, "x**0", "x⁰", ["0"]),
        (lambda x: x * -2, "x * (-2)", "x·(−2)", ["−2"]),
        (lambda x: x / -2, "x / (-2)", "x/(−2)", ["1/(−2)"]),
        (lambda x: x**np.inf, "x**inf", "x^inf", ["inf·x^inf"]),
        (lambda x: 2**x, "2**x", "2^x", ["2^x·log(2)"]),
        (lambda x: (-2) ** x.astype(int), "(-2)**v1", "(−2)^v1", ["(−2)^v1·log(−2)"]),
        (lambda x: x * x, "x * x", "x·x", ["x", "x"]),
        (lambda x: 1 / x, "1 / x", "1/x", ["−1/x²"]),
        (lambda x: -2 - x, "-2 - x", "−2 − x", ["−1"]),
        (lambda x: x - (-2), "x - (-2)", "x − (−2)", ["1"]),
        (lambda x: -x, "-x", "−x", ["−1"]),
        (lambda x: abs(x), "abs(x)", "|x|", ["sign(x)"]),
        (lambda x: np.sqrt(x), "sqrt(x)", "√x", ["1/(2√x)"]),
        (lambda x: np.maximum(0, x), "maximum(0, x)", "max(0, x)", ["[x > 0]"]),
        (lambda x: np.clip(x, -1, None), "clip(x, -1, None)", "clip(x, -1, None)", ["[−1 ≤ x ≤ ∞]"]),
        (lambda x: np.clip(x, None, 2), "clip(x, None, 2)", "clip(x, None, 2)", ["[−∞ ≤ x ≤ 2]"]),
        (lambda x: np.where(x > 0, x, 2.0), "where(x > 0, x, 2)", "where(x > 0, x, 2)", ["0", "[x > 0]"]),
        (lambda x: np.ldexp(x, 3), "ldexp(x, 3)", "x·2^3", ["2^3"]),
        (lambda x: x >= 1, "x >= 1", "x ≥ 1", [""]),
        (lambda x: x + np.float64(0.25), "x + 0.25", "x + 0.25", ["1"]),
        (lambda x: x * np.array(1 / 3), "x * 0.333333", "x·0.333333", ["0.333333"]),
        (lambda x: x * (1 - 2j), "x * (1-2j)", "x·(1−2j)", ["(1−2j)"]),
    ],
)
def test_scalars_as_typed_and_typeset(f, typed, typeset, partials):
    node = ag.trace(f)(1.5).output
    assert (node.definition, node.formula) == (typed, typeset)
    assert [node.partial_formula(i) for i in range(len(node.parents))] == partials


@pytest.mark.parametrize(
    "f, typed, typeset",
    [
        (lambda A: A[1:], "A[1:]", "A[1:]"),
        (lambda A: A[..., None, ::2], "A[..., None, ::2]", "A[..., None, ::2]"),
        (lambda A: A @ np.ones((3, 4)), "A @ array(3, 4)", "A @ array(3, 4)"),
        (lambda A: A.T, "A.T", "Aᵀ"),
        (lambda A: np.sum(A, axis=0), "sum(A, axis=0)", "sum(A, axis=0)"),
        (lambda A: np.sum(A), "sum(A)", "Σ A"),
        (lambda A: np.mean(A, axis=1, keepdims=True), "mean(A, axis=1, keepdims=True)",
         "mean(A, axis=1, keepdims=True)"),
        (lambda A: A.reshape(9), "reshape(A, 9)", "reshape(A, 9)"),
        (lambda A: np.concatenate([A, A], axis=1), "concatenate([A, A], axis=1)", "concatenate([A, A], axis=1)"),
        (lambda A: np.linalg.inv(A), "inv(A)", "A⁻¹"),
        (lambda A: np.einsum("ij,jk->ik", A, A), "einsum('ij,jk->ik', A, A)", "einsum('ij,jk->ik', A, A)"),
        (lambda A: A.astype(np.float32), "astype(A, dtype=float32)", "astype(A, dtype=float32)"),
    ],
)  # fmt: skip
def test_arrays_as_typed_and_typeset(f, typed, typeset):
    node = ag.trace(f)(np.eye(3)).output
    assert (node.definition, node.formula, node.partial_formula(0)) == (typed, typeset, "")


def test_names_that_are_no_identifiers_stay_apart():
    node = ag.trace(lambda p: p["W"] ** 2)({"W": 3.0}).output
    assert (node.formula, node.partial_formula(0)) == ("p['W']²", "2(p['W'])")


def test_an_unknown_function_is_a_plain_call():
    def mine(x, k):
        return x

    assert definition(mine, ("x", 2), {}, str) == formula(mine, ("x", 2), {}, str) == "mine('x', 2)"
    assert partial_formula(mine, 0, ("x", 2), "y", str) == ""
