"""Expressions typed as text: parsed, checked against a list of allowed names, and taken apart into elementary steps.

    sqrt(x**2 + exp(x**2))   →   a = x**2,  b = exp(a),  c = a + b,  d = sqrt(c)

The text is never evaluated as Python: only numbers, variables, + - * / ** and the functions below have a meaning, and
an expression that is written twice is one step.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np

__all__ = ["CONSTANTS", "FUNCTIONS", "Expression", "ExpressionError", "parse"]

FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: getattr(np, numpy_name)
    for names in [
        "sqrt cbrt exp exp2 expm1 log log2 log10 log1p sin cos tan sinh cosh tanh square reciprocal sinc",
        "abs=absolute asin=arcsin acos=arccos atan=arctan atan2=arctan2 asinh=arcsinh acosh=arccosh atanh=arctanh",
        "arcsin arccos arctan arctan2 arcsinh arccosh arctanh absolute maximum minimum hypot logaddexp floor ceil sign",
    ]
    for name, _, numpy_name in [entry.partition("=") for entry in names.split()]
    for numpy_name in [numpy_name or name]
}
CONSTANTS = {"pi": np.pi, "e": np.e, "tau": 2 * np.pi}

_OPERATORS: dict[type[ast.AST], tuple[Callable[..., Any], str]] = {
    ast.Add: (operator.add, "+"),
    ast.Sub: (operator.sub, "-"),
    ast.Mult: (operator.mul, "*"),
    ast.Div: (operator.truediv, "/"),
    ast.Pow: (operator.pow, "**"),
    ast.USub: (operator.neg, "-"),
}
_MOST_CHARACTERS, _MOST_STEPS = 2000, 200


class ExpressionError(ValueError):
    """An expression that is not understood; its message points at the place with a caret."""

    def __init__(self, message: str, text: str, column: int) -> None:
        start = max(0, column - 60)
        excerpt = text[start : column + 30]
        super().__init__(f"{message}\n  {excerpt}\n  {' ' * (column - start)}^")


@dataclass(frozen=True)
class Step:
    """One elementary function: its name, what it computes, and from which steps, variables and numbers."""

    name: str
    function: Callable[..., Any]
    operands: tuple[Any, ...]  # names of steps and variables; numbers


@dataclass(frozen=True)
class Expression:
    """A parsed expression: call it with a value for each variable.

    >>> f = parse("sqrt(x**2 + exp(x**2))")
    >>> f.variables, [step.name for step in f.steps]
    (('x',), ['a', 'b', 'c', 'd'])
    >>> print(f"{f(x=1.0):.12f}")
    1.928284685532
    """

    text: str
    variables: tuple[str, ...]
    steps: tuple[Step, ...]
    result: Any

    def evaluate(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The value of every variable and step by name, in order.

        Raises ValueError if a variable has no value.
        """
        missing = [name for name in self.variables if name not in values]
        if missing:
            raise ValueError(f"no value given for {', '.join(missing)}")
        found = {name: values[name] for name in self.variables}
        for step in self.steps:
            operands = [found[a] if isinstance(a, str) else a for a in step.operands]
            found[step.name] = step.function(*operands)
        return found

    def __call__(self, **values: Any) -> Any:
        found = self.evaluate(values)
        return found[self.result] if isinstance(self.result, str) else self.result


def parse(text: str) -> Expression:
    """Read an expression such as ``sqrt(x**2 + exp(x**2))``.

    Raises ExpressionError, with a caret under the place, for everything that is not in the list of allowed names.
    """
    text = text.strip()
    if len(text) > _MOST_CHARACTERS:
        raise ExpressionError(f"an expression has at most {_MOST_CHARACTERS} characters", text, _MOST_CHARACTERS)
    if not text:
        raise ExpressionError("an expression is needed, for example sqrt(x**2 + exp(x**2))", text, 0)
    if not text.isprintable():
        place = next(i for i, character in enumerate(text) if not character.isprintable())
        raise ExpressionError("write the expression on one line, without control characters", text[:place], place)
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        column = min(max((error.offset or 1) - 1, 0), len(text))
        raise ExpressionError(f"this is not an expression: {error.msg}", text, column) from None
    except (RecursionError, MemoryError, ValueError):
        raise ExpressionError("this expression is nested too deeply", text, 0) from None
    reader = _Reader(text, {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)})
    try:
        result = reader.read(tree)
    except RecursionError:
        raise ExpressionError("this expression is nested too deeply", text, 0) from None
    return Expression(text, tuple(sorted(reader.variables)), tuple(reader.steps), result)


class _Reader:
    """Walks the syntax tree once and lists the steps, each distinct one a single time."""

    def __init__(self, text: str, taken: set[str]) -> None:
        self.text = text
        self.steps: list[Step] = []
        self.variables: set[str] = set()
        self.known: dict[tuple[Any, ...], str] = {}
        self.names = _fresh_names(taken)

    def fail(self, message: str, node: ast.AST) -> ExpressionError:
        column = len(self.text.encode()[: getattr(node, "col_offset", 0)].decode(errors="ignore"))
        return ExpressionError(message, self.text, column)

    def read(self, node: ast.AST) -> Any:
        """The name of the step or variable that holds this part of the expression, or its number."""
        if isinstance(node, ast.Constant):
            return self.number(node)
        if isinstance(node, ast.Name):
            return self.variable(node)
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            function, symbol = _OPERATORS[type(node.op)]
            return self.step(node, function, symbol, self.read(node.left), self.read(node.right))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor):
            raise self.fail("^ is no power in Python: write x**2", node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            operand = self.read(node.operand)
            return operand if isinstance(node.op, ast.UAdd) else self.step(node, *_OPERATORS[ast.USub], operand)
        if isinstance(node, ast.Call):
            return self.call(node)
        raise self.fail("only numbers, variables, + - * / ** and functions are understood here", node)

    def number(self, node: ast.Constant) -> float | int:
        if not isinstance(node.value, (int, float)) or isinstance(node.value, bool):
            raise self.fail(f"{node.value!r} is no number", node)
        if abs(node.value) > 1e300:
            raise self.fail("this number is too large", node)
        return node.value

    def variable(self, node: ast.Name) -> Any:
        if node.id in CONSTANTS:
            return CONSTANTS[node.id]
        if node.id in FUNCTIONS:
            raise self.fail(f"{node.id} is a function: write {node.id}(x)", node)
        if node.id.startswith("_"):
            raise self.fail("names of variables begin with a letter", node)
        self.variables.add(node.id)
        return node.id

    def call(self, node: ast.Call) -> Any:
        name = node.func.id if isinstance(node.func, ast.Name) else None
        if name not in FUNCTIONS:
            close = get_close_matches(name or "", FUNCTIONS, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(sorted(FUNCTIONS))}"
            raise self.fail(f"unknown function; {hint}", node.func)
        if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
            raise self.fail(f"{name} takes its arguments by position", node)
        function = FUNCTIONS[name]
        if len(node.args) != getattr(function, "nin", 1):
            raise self.fail(f"{name} takes {getattr(function, 'nin', 1)} argument(s), not {len(node.args)}", node)
        return self.step(node, function, name, *[self.read(a) for a in node.args])

    def step(self, node: ast.AST, function: Callable[..., Any], symbol: str, *operands: Any) -> Any:
        if not any(isinstance(a, str) for a in operands):
            with np.errstate(all="ignore"):
                value = float(function(*[np.float64(a) for a in operands]))
            if not np.isfinite(value):
                raise self.fail("this number is not finite", node)
            return value
        key = (symbol, *operands)
        if key not in self.known:
            if len(self.steps) == _MOST_STEPS:
                raise self.fail(f"an expression has at most {_MOST_STEPS} steps", node)
            self.known[key] = next(self.names)
            self.steps.append(Step(self.known[key], function, operands))
        return self.known[key]


def _fresh_names(taken: set[str]) -> Iterator[str]:
    """a, b, c, … without the names the expression uses, then v1, v2, …"""
    taken = taken | set(CONSTANTS) | set(FUNCTIONS)
    yield from (letter for letter in "abcdfghjkmnpqrstuvwz" if letter not in taken)
    yield from (name for name in (f"v{k}" for k in range(1, _MOST_STEPS + len(taken) + 1)) if name not in taken)
