"""What a mistake looks like: the answer is compared with what the usual mistakes would give at this step.

Each pattern is a number and a sentence.  Those that give the right number anyway say nothing and are left out, so a
sentence is a statement about the answer: it is what one gets by that mistake, from the student's own numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import numpy as np

from ..trace.nodes import GraphNode
from .blanks import Blank
from .numbers import agree, said
from .work import Term, Work

__all__ = ["looks_like"]

Pattern = tuple[Any, str]

# What is often taken for the derivative: f(x, f(x)), and what it is.
_TAKEN: dict[str, tuple[tuple[Callable[[Any, Any], Any], str], ...]] = {
    "square": ((lambda x, y: x, "the factor 2 of the derivative 2x of x² is missing"),),
    "sqrt": (
        (lambda x, y: 1 / y, "the factor ½ is missing: √x has the derivative 1/(2√x)"),
        (lambda x, y: y / 2, "the root belongs below: √x has the derivative 1/(2√x)"),
        (lambda x, y: 1 / (2 * x), "the root is missing: √x has the derivative 1/(2√x)"),
    ),
    "exp": (
        (lambda x, y: x * np.exp(x - 1), "exp was treated as a power: it is its own derivative"),
        (lambda x, y: x * y, "an inner derivative too many: exp(x) has the derivative exp(x)"),
    ),
    "log": ((lambda x, y: 1 / y, "log x has the derivative 1/x, not 1/log x"),),
    "reciprocal": ((lambda x, y: 1 / x, "1/x has the derivative −1/x²"),),
    "sin": ((lambda x, y: -np.cos(x), "sin has the derivative cos, without a minus sign"),),
    "cos": ((lambda x, y: np.sin(x), "cos has the derivative −sin: the minus sign is missing"),),
    "tanh": (
        (lambda x, y: 1 - x**2, "tanh has the derivative 1 − tanh², of the result and not of the argument"),
        (lambda x, y: 1 - y, "the square is missing: tanh has the derivative 1 − tanh²"),
    ),
}
_OPERATIONS = ((np.add, "added"), (np.subtract, "subtracted"), (np.multiply, "multiplied"), (np.divide, "divided"))
_UNARY = (
    (lambda x: x, "this is the argument itself: {} was not applied"),
    (lambda x: 2 * x, "this is twice the argument, not {} of it"),
    (lambda x: x * x, "this is the square of the argument, not {} of it"),
    (lambda x: x / 2, "this is half the argument, not {} of it"),
    (np.sqrt, "this is the root of the argument, not {} of it"),
    (lambda x: 1 / x, "this is 1 divided by the argument, not {} of it"),
    (lambda x: np.e * x, "this is e times the argument, not {} of it"),
    (np.exp, "this is the exponential of the argument, not {} of it"),
    (np.log, "this is the logarithm of the argument, not {} of it"),
)


def looks_like(blank: Blank, answer: Any, work: Work, tolerance: float) -> str:
    """What the wrong answer looks like, in a sentence; says so where no pattern fits."""
    expected = work.expected(blank)
    if np.shape(answer) != np.shape(expected):
        return _shape(blank, answer, expected)
    found: list[str] = []
    with np.errstate(all="ignore"):
        for number, sentence in _patterns(blank, work, expected):
            if agree(number, answer, tolerance) and not agree(number, expected, tolerance) and sentence not in found:
                found.append(sentence)
    if not found:
        return "This fits no known pattern: work the step out again."
    return _sentence(found[0]) + (f" Or: {found[1]}." if len(found) > 1 else "")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _shape(blank: Blank, answer: Any, expected: Any) -> str:
    given, right, name = list(np.shape(answer)), list(np.shape(expected)), blank.node.name
    said_first = f"The shape is {given}, but {blank.symbol} has the shape of {name}, {right}"
    if given == right[::-1]:
        return f"{said_first}: it is transposed."
    if len(given) > len(right):
        return f"{said_first}: {name} was broadcast, so its adjoints are summed over the new axis."
    return f"{said_first}."


def _patterns(blank: Blank, work: Work, expected: Any) -> Iterator[Pattern]:
    """The usual mistakes at this step, the likelier first."""
    yield -expected, "the sign is wrong"
    if blank.kind == "value":
        yield from _values(blank.node, work)
    elif blank.parent is not None:
        yield from _partials(blank.node, blank.parent, work)
    else:
        yield from _sweeps(blank, work)
    if np.ndim(expected) == 2 and expected.shape[0] == expected.shape[1]:
        yield expected.T, "it is transposed"
    yield 2 * expected, "it is twice as large as it should be"
    yield expected / 2, "it is half as large as it should be"
    if np.ndim(expected) == 0 and expected:
        yield 1 / expected, "it is upside down: 1 divided by the right number"
    yield from _rounded(expected)


def _rounded(expected: Any) -> Iterator[Pattern]:
    for digits in (2, 1, 3):
        if np.ndim(expected) == 0 and expected:
            yield np.float64(f"{expected:.{digits}g}"), f"it was rounded to {digits} digits: keep four"
    yield np.trunc(np.asarray(expected) * 100) / 100, "the decimals were cut off: keep four digits"


def _values(node: GraphNode, work: Work) -> Iterator[Pattern]:
    """Another operation, or the same one the other way round."""
    numbers = (int, float, np.generic, np.ndarray)
    args = [np.asarray(a)[()] if isinstance(a, numbers) else a for a in work.arguments(node)]
    name = node.function_name
    if len(args) == 2 and all(isinstance(a, (np.generic, np.ndarray)) for a in args):
        a, b = args
        if name in ("subtract", "divide", "power"):
            yield node.node.function(b, a), f"the other way round: {node.name} = {node.formula}"  # type: ignore[misc]
        if name == "power":
            yield a * b, "base and exponent were multiplied"
        if np.shape(a) == np.shape(b):
            for operation, done in _OPERATIONS:
                if operation is not node.node.function:
                    yield operation(a, b), f"the two numbers were {done}: {node.name} = {node.formula}"
    if len(node.parents) == 1 and np.shape(args[0]) == np.shape(node.value) == ():
        for f, sentence in _UNARY:
            yield f(args[0]), sentence.format(name)


def _partials(child: GraphNode, parent: GraphNode, work: Work) -> Iterator[Pattern]:
    """What a local partial is taken for, by itself or inside a sum."""
    right, x, out = work.partial_at(child, parent), work.value(parent), work.value(child)
    sign = f"∂{child.name}/∂{parent.name}"
    for taken, sentence in _TAKEN.get(child.function_name, ()):
        yield taken(x, out), sentence
    yield from _powers(child, parent, work)
    for other in dict.fromkeys(child.parents):
        if other is not parent and np.ndim(other.value) == 0 and other.role != "constant":
            yield work.partial_at(child, other), f"this is ∂{child.name}/∂{other.name}, not {sign}"
    if len(set(child.parents)) == 1 and child.function_name not in ("add", "subtract", "negative"):
        for other in work.graph.nodes:
            if other is not parent and np.ndim(other.value) == 0 and other.value.dtype.kind == "f":
                at = work.partial_at(child, parent, {parent: work.value(other)})
                yield at, f"{sign} was evaluated at {_at(other, work)}, not at {_at(parent, work)}"
    yield out, f"this is the value of {child.name} in the place of its partial {sign}"
    yield 1 / right, f"{sign} is upside down"


def _powers(child: GraphNode, parent: GraphNode, work: Work) -> Iterator[Pattern]:
    if child.function_name in ("power", "float_power") and child.arguments[0] is parent:
        x, n = work.arguments(child)
        yield x ** (n - 1), f"the exponent {said(n)} is missing as a factor"
        yield n * x**n, "the exponent was not lowered by one"
        yield n * x, "the power was dropped: only exponent times base is left"


def _at(node: GraphNode, work: Work) -> str:
    return f"{node.name} = {said(work.value(node))}"


def _sweeps(blank: Blank, work: Work) -> Iterator[Pattern]:
    """A sum over the neighbours that is incomplete, or a term of it that is wrong."""
    terms, seed = work.terms(blank), work.seed(blank)
    yield from _seeds(blank, work, seed)
    if not terms:
        return
    parts = [(term.amount, f"through {term.node.name}") for term in terms]
    if seed is not None:
        parts.append((seed, "from the seed"))
    yield from _incomplete(blank, parts)
    total = sum(amount for amount, _ in parts)
    for term in terms:
        rest, through = total - term.amount, f"in the term of {term.node.name}, " if len(terms) > 1 else ""
        if through:
            yield rest - term.amount, f"{through}the sign is wrong"
        for amount, sentence in _wrong_term(term, blank, work):
            yield rest + amount, through + sentence
    yield from _all_terms(terms, blank, work)


def _seeds(blank: Blank, work: Work, seed: Any) -> Iterator[Pattern]:
    what, name = ("forward", "x") if blank.kind == "tangent" else ("reverse", "y")
    if seed is not None and np.ndim(seed) == 0:
        start = f"the {what} sweep starts from the seed {blank.symbol} = {said(seed)}, for ∂{name}/∂{name} = 1"
        yield np.float64(0), f"the seed was forgotten: {start}; from 0, every derivative stays 0"
        yield work.value(blank.node), f"this is the value of {blank.node.name}: {start}"
    elif seed is None and np.ndim(blank.truth) == 0:
        yield np.float64(0), f"0 would mean that nothing depends on {blank.node.name}: is the seed missing?"


def _incomplete(blank: Blank, parts: list[tuple[Any, str]]) -> Iterator[Pattern]:
    """Sums in which terms are missing: where paths meet, they add."""
    how_many = {2: "two", 3: "three", 4: "four"}.get(len(parts), str(len(parts)))
    for size in range(1, len(parts) if len(parts) < 8 else 1):
        for chosen in combinations(parts, size):
            ways = " and ".join(way for _, way in parts)
            yours = " and ".join(way for _, way in chosen)
            if blank.kind == "adjoint":
                why = f"{how_many} paths meet here, {ways}: they add; yours has only the one {yours}"
            else:
                name = blank.node.name
                why = f"{name} depends on {how_many} numbers, {ways}: the terms add; yours has only that {yours}"
            yield sum(amount for amount, _ in chosen), why
    if len(parts) > 1 and all(np.ndim(amount) == 0 for amount, _ in parts):
        amounts, rule = [amount for amount, _ in parts], "where paths meet, they add"
        yield np.prod(amounts), f"the terms were multiplied: {rule}"
        yield np.mean(amounts), f"this is the mean of the terms: {rule}"
        yield amounts[0] - sum(amounts[1:]), f"the terms were subtracted: {rule}"


def _wrong_term(term: Term, blank: Blank, work: Work) -> Iterator[Pattern]:
    """One product ∂c/∂a·c̄ gone wrong."""
    if term.factor is None:
        return
    p, d = term.factor, term.derivative
    sign, symbol = f"∂{term.child.name}/∂{term.parent.name}", Blank(blank.kind, term.node).symbol
    yield d, f"the local partial {sign} = {said(p)} is missing: {symbol} was passed on as it is"
    yield p, f"this is the local partial {sign} alone: it is multiplied by {symbol} = {said(d)}"
    for taken, sentence in _partials(term.child, term.parent, work):
        yield taken * d, sentence
    yield d / p, f"{symbol} was divided by {sign}, it is multiplied"
    yield d + p, f"{symbol} and {sign} were added, they are multiplied"
    yield p * work.value(term.node), f"the value of {term.node.name} was used in the place of {symbol}"
    yield from _wrong_derivative(term, blank, work)


def _wrong_derivative(term: Term, blank: Blank, work: Work) -> Iterator[Pattern]:
    """The derivative of another node, or of the other sweep."""
    symbol = Blank(blank.kind, term.node).symbol
    for other in work.graph.nodes:
        of_other = work.derivative(blank.kind, other)
        if other not in (term.node, blank.node) and of_other is not None and np.ndim(of_other) == 0:
            yield term.factor * of_other, f"{Blank(blank.kind, other).symbol} was used in the place of {symbol}"


def _all_terms(terms: list[Term], blank: Blank, work: Work) -> Iterator[Pattern]:
    """The same mistake in every term, or the derivative of the other sweep."""
    if len(terms) > 1 and all(term.factor is not None for term in terms):
        yield sum(t.derivative for t in terms), "the local partials are missing: each term is partial × derivative"
        yield sum(t.factor for t in terms), "these are the local partials alone: each is multiplied by a derivative"
    other = "tangent" if blank.kind == "adjoint" else "adjoint"
    if blank.node.tangent is not None and blank.node.adjoint is not None:
        yield getattr(blank.node, other), f"this is the {other} of {blank.node.name}, not its {blank.kind}"
