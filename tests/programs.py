"""Programs as data: a small syntax tree that prints as a function of NumPy arrays, or as the same function for JAX.

The two differ where NumPy writes into memory.  A view is a chain of readings of its base, each with an inverse that
puts a new part back; `p = u[1:].T; p[0] = v` is for JAX `u = u.at[1:].set(u[1:].T.at[0].set(v).T)`.  A third dialect,
the checked one, refuses what no comparison could judge: kinks and ties nearby, large numbers, views that are hidden.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np

import autograd_lite as ag

LARGEST = 12.0
MOST_TURNS = 6  # of a loop that ends when a test comes out false
DERIVATIVES = {name: getattr(ag, name) for name in ("grad", "hessian", "jacobian", "jvp")}


class Refused(Exception):
    """The program does something on these inputs that no comparison could judge."""


@dataclass(frozen=True)
class Call:
    """An expression: text with {0}, {1}, ... for its operands, and a condition under which it is smooth."""

    text: str
    operands: tuple[Expression, ...]
    guard: str = ""


Expression = Call | str  # a str is a variable or a number


@dataclass(frozen=True)
class Assign:
    name: str
    value: Expression


@dataclass(frozen=True)
class Reading:
    """What a view shows of its base {0}, and the base when {1} stands in its place."""

    text: str
    put: str
    guard: str = "True"


@dataclass(frozen=True)
class View:
    name: str
    base: str
    reading: Reading


@dataclass(frozen=True)
class Writing:
    """A statement that changes {0} by {1}, and {0} after it as an expression."""

    text: str
    after: str
    guard: str = ""


@dataclass(frozen=True)
class Write:
    target: str
    writing: Writing
    values: tuple[Expression, ...]


@dataclass(frozen=True)
class Loop:
    """for variable in range(count)."""

    variable: str
    count: int
    body: tuple[Statement, ...]


@dataclass(frozen=True)
class Branch:
    test: Call
    then: tuple[Statement, ...]
    other: tuple[Statement, ...]


@dataclass(frozen=True)
class Repeat:
    """while test."""

    test: Call
    body: tuple[Statement, ...]


Statement = Assign | View | Write | Loop | Branch | Repeat


@dataclass(frozen=True)
class Program:
    seed: int
    arguments: tuple[str, ...]
    statements: tuple[Statement, ...]
    terms: tuple[Expression, ...]  # the result is their sum

    def text(self, dialect: str = "numpy") -> str:
        writer = WRITERS[dialect]()
        lines = [f"def program({', '.join(self.arguments)}):", *indented(writer.block(self.statements))]
        return "\n".join([*lines, "    return " + " + ".join(writer.show(term) for term in self.terms)]) + "\n"

    def function(self, dialect: str = "numpy", numpy: Any = np, **names: Any) -> Callable[..., Any]:
        namespace = {"np": numpy, **DERIVATIVES, **names}
        exec(compile(self.text(dialect), f"<program {self.seed}, {dialect}>", "exec"), namespace)
        return namespace["program"]

    def outcomes(self, inputs: Sequence[Any]) -> list[bool]:
        """How the tests of its branches and loops come out, in the order in which they are met."""
        met: list[bool] = []
        self.function("noted", note=lambda test: met.append(bool(test)) or met[-1])(*[np.array(x) for x in inputs])
        return met

    def script(self, inputs: Sequence[Any]) -> str:
        """A file that runs by itself."""
        arrays = ",\n    ".join(f"np.array({np.asarray(x).tolist()})" for x in inputs)
        every = tuple(range(len(inputs)))
        return (
            "import numpy as np\n\nimport autograd_lite as ag\n"
            f"from autograd_lite import {', '.join(DERIVATIVES)}\n\n\n{self.text()}\n\ninputs = (\n    {arrays},\n)\n"
            f"print(ag.value_and_grad(program, argnum={every})(*inputs))\n"
        )


# The dialects


def indented(lines: Sequence[str]) -> list[str]:
    return ["    " + line for line in lines or ["pass"]]


class NumPyWriter:
    def show(self, x: Expression) -> str:
        return x if isinstance(x, str) else x.text.format(*[inner(self.show(y)) for y in x.operands])

    def block(self, statements: Sequence[Statement]) -> list[str]:
        return [line for statement in statements for line in getattr(self, type(statement).__name__.lower())(statement)]

    def assign(self, s: Assign) -> list[str]:
        return [f"{s.name} = {self.show(s.value)}"]

    def view(self, s: View) -> list[str]:
        return [f"{s.name} = {s.reading.text.format(s.base)}"]

    def write(self, s: Write) -> list[str]:
        return [s.writing.text.format(s.target, *map(self.show, s.values))]

    def loop(self, s: Loop) -> list[str]:
        return [f"for {s.variable} in range({s.count}):", *indented(self.block(s.body))]

    def branch(self, s: Branch) -> list[str]:
        arms = indented(self.block(s.then)), indented(self.block(s.other))
        return [f"if {self.test(s.test)}:", *arms[0], "else:", *arms[1]]

    def repeat(self, s: Repeat) -> list[str]:
        return [f"while {self.test(s.test)}:", *indented(self.block(s.body))]

    def test(self, x: Call) -> str:
        return self.show(x)


class NotedWriter(NumPyWriter):
    def test(self, x: Call) -> str:
        return f"note({self.show(x)})"


def inner(text: str) -> str:
    """An operand inside a larger expression: in brackets unless it is a name, a number or a call."""
    return text if re.fullmatch(r"[\w.]+(\([^()]*\))?", text) else f"({text})"


class JAXWriter(NumPyWriter):
    """Without memory to write into: a view is spelled out wherever it is read, a write makes a new base.

    Under `jit` no branch can look at a value, so it reads how the tests came out.
    """

    def __init__(self) -> None:
        self.views: dict[str, View] = {}

    def show(self, x: Expression) -> str:
        if isinstance(x, str) and x in self.views:
            view = self.views[x]
            return view.reading.text.format(self.show(view.base))
        return super().show(x)

    def root(self, name: str) -> str:
        return self.root(self.views[name].base) if name in self.views else name

    def assign(self, s: Assign) -> list[str]:
        if s.name in map(self.root, self.views):
            raise Refused("a view of a name that is bound anew")
        lines = super().assign(s)
        self.views.pop(s.name, None)
        return lines

    def view(self, s: View) -> list[str]:
        self.views[s.name] = s
        return []

    def write(self, s: Write) -> list[str]:
        name = s.target
        after = s.writing.after.format(self.show(name), *map(self.show, s.values))
        while name in self.views:
            view = self.views[name]
            after, name = view.reading.put.format(self.show(view.base), inner(after)), view.base
        return [f"{name} = {after}"]

    def inside(self, block: Callable[[], list[str]]) -> list[str]:
        outside = dict(self.views)
        lines = block()
        self.views = outside  # a view made inside is not seen outside
        return lines

    def loop(self, s: Loop) -> list[str]:
        return self.inside(lambda: super(JAXWriter, self).loop(s))

    def branch(self, s: Branch) -> list[str]:
        return self.inside(lambda: super(JAXWriter, self).branch(s))

    def repeat(self, s: Repeat) -> list[str]:
        return self.inside(lambda: super(JAXWriter, self).repeat(s))

    def test(self, x: Call) -> str:
        return "next(outcomes)"


class CheckedWriter(NumPyWriter):
    """Every step in the company of `require`, which the run provides."""

    def guards(self, x: Expression) -> list[str]:
        if isinstance(x, str):
            return []
        own = [f"require({x.guard.format(*[inner(self.show(y)) for y in x.operands])})"] if x.guard else []
        return [line for y in x.operands for line in self.guards(y)] + own

    def assign(self, s: Assign) -> list[str]:
        # the value is judged while the name still holds what it may share its memory with
        return [*self.guards(s.value), f"_new = {self.show(s.value)}", "require(fresh(_new))", f"{s.name} = _new"]

    def view(self, s: View) -> list[str]:
        guard = f"require({s.reading.guard.format(s.base)})"
        return [guard, *super().view(s), f"require(shares({s.name}, {s.base}))"]

    def write(self, s: Write) -> list[str]:
        own = [f"require({s.writing.guard.format(s.target, *map(self.show, s.values))})"] if s.writing.guard else []
        before = [line for x in s.values for line in self.guards(x)] + own
        return [*before, f"require(writable({s.target}))", *super().write(s), f"require(moderate({s.target}))"]

    def branch(self, s: Branch) -> list[str]:
        return [*self.guards(s.test), *super().branch(s)]

    def repeat(self, s: Repeat) -> list[str]:
        turn = [*self.guards(s.test), f"if not {self.show(s.test)}:", "    break", *self.block(s.body)]
        return [f"for _ in range({MOST_TURNS}):", *indented(turn), "else:", "    require(False)"]


WRITERS = {"numpy": NumPyWriter, "noted": NotedWriter, "jax": JAXWriter, "checked": CheckedWriter}


# Running step by step


def require(condition: Any) -> None:
    if not np.all(condition):
        raise Refused


def moderate(x: Any) -> bool:
    return 0 < np.size(x) <= 48 and np.ndim(x) <= 4 and bool(np.all(np.abs(x) < LARGEST))  # nan is not moderate


class Machine:
    """The variables of a program on one tuple of inputs."""

    def __init__(self, variables: dict[str, Any]) -> None:
        helpers = {**DERIVATIVES, "np": np, "require": require, "moderate": moderate, "fresh": self.fresh}
        helpers |= {"shares": np.shares_memory, "writable": lambda x: isinstance(x, np.ndarray) and x.flags.writeable}
        self.variables: dict[str, Any] = {**helpers, **variables}

    def fresh(self, x: Any) -> bool:
        """Of floating point, moderate, and no view that only NumPy would know of."""
        if not moderate(x) or np.asarray(x).dtype not in (np.float64, np.complex128):
            return False
        arrays = [y for name, y in self.variables.items() if isinstance(y, np.ndarray) and name != "_new"]
        return not isinstance(x, np.ndarray) or not any(np.may_share_memory(x, y) for y in arrays)

    def run(self, statements: Sequence[Statement]) -> None:
        self.execute("\n".join(CheckedWriter().block(statements)))

    def execute(self, text: str) -> None:
        try:
            with warnings.catch_warnings(), np.errstate(all="raise", under="ignore"):
                warnings.simplefilter("error")
                exec(text, self.variables)
        except Exception as error:  # Refused, or whatever NumPy says of shapes, axes and dtypes
            raise Refused(str(error)) from error
        finally:
            self.variables.pop("_new", None)


def judged(program: Program, inputs: Sequence[Any]) -> bool:
    """Whether the program runs on these inputs away from kinks, ties and large numbers, in every dialect."""
    machine = Machine({name: np.array(x) for name, x in zip(program.arguments, inputs, strict=True)})
    try:
        program.text("jax")
        machine.run(program.statements)
        terms = map(NumPyWriter().show, program.terms)
        machine.execute("\n".join(f"require(np.ndim({t}) == 0 and np.isrealobj({t}))" for t in terms))
    except Refused:
        return False
    return True


# Shrinking


def substituted(x: Any, name: str, by: str) -> Any:
    """The syntax tree x with one name in another's place."""
    if isinstance(x, str):
        return by if x == name else x
    if isinstance(x, tuple):
        return tuple(substituted(y, name, by) for y in x)
    if isinstance(x, Call):
        return replace(x, operands=substituted(x.operands, name, by))
    if isinstance(x, (Reading, Writing, int)):
        return x
    parts = {field: substituted(getattr(x, field), name, by) for field in x.__dataclass_fields__}
    return type(x)(**parts)


def names_in(x: Any) -> list[str]:
    if isinstance(x, str):
        return [x]
    if isinstance(x, (Call, tuple)):
        return [name for y in (x.operands if isinstance(x, Call) else x) for name in names_in(y)]
    return []


def simpler(x: Expression) -> Iterator[Expression]:
    """Expressions with one call fewer."""
    if isinstance(x, Call):
        yield from x.operands
        for i, operand in enumerate(x.operands):
            for y in simpler(operand):
                yield replace(x, operands=(*x.operands[:i], y, *x.operands[i + 1 :]))


def shorter(block: tuple[Statement, ...]) -> Iterator[tuple[tuple[Statement, ...], dict[str, str]]]:
    """Blocks with one thing less, and the names that must be put in place of others in what follows."""
    for i, s in enumerate(block):
        before, after = block[:i], block[i + 1 :]
        yield (*before, *after), {}
        if isinstance(s, (Assign, View)):
            for name in dict.fromkeys(names_in(s.value if isinstance(s, Assign) else s.base)):
                if name != s.name:
                    yield (*before, *substituted(after, s.name, name)), {s.name: name}
        for smaller, names in parts(s):
            for old, new in names.items():
                after = substituted(after, old, new)
            yield (*before, *smaller, *after), names
            after = block[i + 1 :]


def parts(s: Statement) -> Iterator[tuple[tuple[Statement, ...], dict[str, str]]]:
    """What may stand in place of one statement."""
    if isinstance(s, Assign):
        yield from (((replace(s, value=x),), {}) for x in simpler(s.value))
    elif isinstance(s, Write):
        for i, value in enumerate(s.values):
            yield from (((replace(s, values=(*s.values[:i], x, *s.values[i + 1 :])),), {}) for x in simpler(value))
    elif isinstance(s, Loop):
        yield substituted(s.body, s.variable, "0"), {}
        if s.count > 1:
            yield (replace(s, count=1),), {}
        yield from (((replace(s, body=body),), names) for body, names in shorter(s.body) if body)
    elif isinstance(s, Repeat):
        yield s.body, {}
        yield from (((replace(s, body=body),), names) for body, names in shorter(s.body) if body)
    elif isinstance(s, Branch):
        yield s.then, {}
        yield s.other, {}
        yield from (((replace(s, then=body),), names) for body, names in shorter(s.then) if body)
        yield from (((replace(s, other=body),), names) for body, names in shorter(s.other) if body)


def smaller_programs(program: Program) -> Iterator[Program]:
    if len(program.terms) > 1:
        for i in range(len(program.terms)):
            yield replace(program, terms=(*program.terms[:i], *program.terms[i + 1 :]))
    for statements, names in shorter(program.statements):
        terms = program.terms
        for old, new in names.items():
            terms = substituted(terms, old, new)
        yield replace(program, statements=statements, terms=terms)


def shrink(
    program: Program, cases: Sequence[Sequence[Any]], fails: Callable[[Program], Any], tries: int = 400
) -> Program:
    """The smallest program found, by taking away one thing after the other, that still fails."""
    tried = count()
    again = True
    while again:
        again = False
        for candidate in smaller_programs(program):
            if all(judged(candidate, x) for x in cases) and next(tried) < tries and fails(candidate):
                program, again = candidate, True
                break
    return program
