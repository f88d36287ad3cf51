"""Expressions typed as text: only what is allowed has a meaning, and what has none is pointed at."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_lite as ag
from autograd_lite.notation.expressions import FUNCTIONS, ExpressionError, parse


def test_the_worked_example_in_four_steps():
    f = parse("sqrt(x**2 + exp(x**2))")
    assert f.variables == ("x",)
    assert [(step.name, step.operands) for step in f.steps] == [
        ("a", ("x", 2)), ("b", ("a",)), ("c", ("a", "b")), ("d", ("c",)),
    ]  # fmt: skip
    assert f(x=1.0) == pytest.approx(1.928284685532467, rel=1e-12)
    assert ag.grad(lambda x: f(x=x))(0.5) == pytest.approx(0.9220503968758447, rel=1e-10)


@pytest.mark.parametrize(
    "text, values, expected",
    [
        ("2", {}, 2.0), ("-x", {"x": 3.0}, -3.0), ("+x", {"x": 3.0}, 3.0), ("x - -y", {"x": 1.0, "y": 2.0}, 3.0),
        ("2*pi*r", {"r": 0.5}, np.pi), ("atan2(y, x)", {"x": 1.0, "y": 1.0}, np.pi / 4), ("2**3*x", {"x": 1.0}, 8.0),
        ("a*b + a*b", {"a": 2.0, "b": 3.0}, 12.0), ("x/y**-2", {"x": 1.0, "y": 2.0}, 4.0), ("e**x", {"x": 1.0}, np.e),
        ("maximum(x, 0)", {"x": -1.0}, 0.0), ("ä + 1", {"ä": 1.0}, 2.0),
    ],
)  # fmt: skip
def test_values(text, values, expected):
    assert parse(text)(**values) == pytest.approx(expected, rel=1e-15)


def test_step_names_avoid_the_variables():
    f = parse("sin(a) + cos(b) * c")
    assert f.variables == ("a", "b", "c")
    assert not {step.name for step in f.steps} & set(f.variables)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_is_differentiable(name):
    function = FUNCTIONS[name]
    x = 1.25 if name in ("acosh", "arccosh") else 0.25
    f = parse(f"{name}({', '.join(['x', '0.5'][: getattr(function, 'nin', 1)])})")
    step = 1e-6
    numeric = (f(x=x + step) - f(x=x - step)) / (2 * step)
    assert ag.grad(lambda x: f(x=x))(x) == pytest.approx(numeric, rel=1e-6)


@pytest.mark.parametrize(
    "text, column, message",
    [
        ("", 0, "needed"),
        ("sin(x", 3, "never closed"),
        ("1 + foo(x)", 4, "unknown function"),
        ("exq(x)", 0, "did you mean exp"),
        ("x^2", 0, r"x\*\*2"),
        ("__import__('os').system('x')", 0, "unknown function"),
        ("x.real", 0, "only numbers"),
        ("x[0]", 0, "only numbers"),
        ("lambda: x", 0, "only numbers"),
        ("[x for x in y]", 0, "only numbers"),
        ("x if y else z", 0, "only numbers"),
        ("x := 3", 2, "not an expression"),
        ("'text'", 0, "no number"),
        ("True", 0, "no number"),
        ("1j*x", 0, "no number"),
        ("sin + x", 0, r"write sin\(x\)"),
        ("_x", 0, "begin with a letter"),
        ("sin(x, y)", 0, "takes 1 argument"),
        ("sin(*x)", 0, "by position"),
        ("sin(x=1)", 0, "by position"),
        ("x + 1/0", 4, "not finite"),
        ("9**9**9**9", 3, "not finite"),
        ("1e999*x", 0, "too large"),
        ("x\ny", 1, "control characters"),
        ("é + foo(é)", 4, "unknown function"),
    ],
)
def test_errors_point_at_the_place(text, column, message):
    with pytest.raises(ExpressionError, match=message) as error:
        parse(text)
    *_, excerpt, caret = str(error.value).split("\n")
    assert caret.index("^") - 2 == column
    assert excerpt.strip() == text[: column + 30].split("\n")[0].strip()


@pytest.mark.parametrize("text", ["(" * 500 + "x" + ")" * 500, "-" * 1500 + "x", "x+" * 900 + "x", "x" * 3000])
def test_absurd_sizes_are_refused(text):
    try:
        f = parse(text)
    except ExpressionError as error:
        assert max(map(len, str(error).split("\n"))) < 200
    else:
        assert len(f.steps) <= 200


def test_a_missing_value_is_named():
    with pytest.raises(ValueError, match="no value given for y"):
        parse("x + y")(x=1.0)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="xyz019.+-*/()^ ,'\"[]{}_=:;@#!sincoexplambda\\\té√", max_size=40))
def test_any_text_parses_or_is_refused(text):
    try:
        f = parse(text)
    except ExpressionError as error:
        assert "^" in str(error)
    else:
        assert set(f.variables) <= {name for name in f.variables if name.isidentifier()}
