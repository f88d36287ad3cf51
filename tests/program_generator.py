"""Random programs, grown statement by statement while they run.

Each statement is tried on three tuples of inputs before it is kept: what NumPy refuses, what comes near a kink or a
tie, what grows too large is drawn anew.  So every program is smooth around its inputs by construction.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count

import numpy as np
from program_table import (
    BUFFERS,
    CARRIED,
    COMPLEX_TERMS,
    FAMILIES,
    PLACES,
    READINGS,
    REAL_TERMS,
    SHRINKING,
    TURN,
    TURNS,
    WRITINGS,
    Template,
)
from programs import (
    Assign,
    Branch,
    Call,
    Expression,
    JAXWriter,
    Loop,
    Machine,
    Program,
    Refused,
    Repeat,
    Statement,
    View,
    Write,
    names_in,
)

SHAPES = [(), (2,), (3,), (4,), (2, 2), (3, 3), (2, 3), (3, 4), (4, 4), (1, 3), (3, 1), (2, 2, 3)]
FAMILY_ODDS = np.array([odds for _, odds in FAMILIES]) / sum(odds for _, odds in FAMILIES)


class Growing:
    """A block of statements, and what the variables hold after it on each tuple of inputs."""

    def __init__(self, rng, inputs, before=(), inside=None, fresh=None):
        self.rng, self.inputs, self.before, self.inside = rng, inputs, tuple(before), inside or {}
        self.fresh = fresh or count()
        self.statements: list[Statement] = []
        self.written: list[str] = []
        self.local: set[str] = set()  # names of inner blocks
        self.replay()

    def replay(self):
        self.machines = []
        for variables in self.inputs:
            machine = Machine({name: np.array(x) for name, x in variables.items()})
            machine.run(self.before)
            machine.variables.update(self.inside)
            machine.run(self.statements)
            self.machines.append(machine)

    def names(self, kinds="rc", least=0):
        """The variables of these kinds, the latest twice."""
        found = [name for name, x in self.machines[0].variables.items()
                 if re.fullmatch(r"[xv]\d+", name) and name not in self.local
                 and np.ndim(x) >= least and "rc"[self.is_complex(name)] in kinds]  # fmt: skip
        return found + found[-3:]

    def is_complex(self, name) -> bool:
        """On any of the inputs: the arms of a branch may differ."""
        return any(np.iscomplexobj(machine.variables[name]) for machine in self.machines)

    def any(self, choices):
        return choices[self.rng.integers(len(choices))]

    def attempt(self, *statements: Statement) -> bool:
        """Keep the statements if they run everywhere."""
        try:
            JAXWriter().block((*self.before, *self.statements, *statements))
            for machine in self.machines:
                machine.run(statements)
        except Refused:
            self.replay()
            return False
        self.statements += statements
        return True

    # Expressions

    def filled(self, template: Template, operands: Sequence[Expression]) -> Call:
        axis = self.any(["None", "0", "1", "-1", "(0, 1)", "-2"]) if self.rng.random() < 0.3 else self.any(["0", "-1"])
        drawn = {"AXIS": axis, "KEEP": self.any(["True", "False"]), "NUMBER": str(round(self.rng.uniform(0.4, 1.8), 2))}
        guards = [template.guard] if template.guard else []
        if "axis" in template.text.lower():
            guards.append("np.ndim({0}) > 0")  # NumPy takes axis=0 of a number, JAX does not
        guard = " and ".join(f"np.all({text})" for text in guards)
        texts = [re.sub("AXIS|KEEP|NUMBER", lambda word: drawn[word[0]], text) for text in (template.text, guard)]
        return Call(texts[0], tuple(operands), texts[1])

    def template(self) -> Template:
        return self.any(FAMILIES[self.rng.choice(len(FAMILIES), p=FAMILY_ODDS)][0])

    def expression(self, depth=2, kinds=None) -> Expression:
        for _ in range(20):
            template = self.template()
            operands = [self.operand(kind, depth - 1) for kind in template.kinds]
            if None not in operands:
                return self.filled(template, operands)
        return "0.5"

    def operand(self, kind, depth) -> Expression | None:
        if depth > 0 and kind == "r" and self.rng.random() < 0.25:
            return self.expression(depth)
        names = self.names(kind)
        return self.any(names) if names else None

    # Statements

    def new(self) -> str:
        return f"v{next(self.fresh)}"

    def assign(self) -> bool:
        return self.attempt(Assign(self.new(), self.expression()))

    def buffer(self) -> bool:
        """An array to write to, and the first write."""
        template, name = self.any(BUFFERS), self.new()
        operands = [self.any(self.names("r", 1)) for _ in template.kinds]
        if not self.attempt(Assign(name, self.filled(template, operands))):
            return False
        self.written.append(name)
        return self.write() or True

    def target(self) -> str:
        """Mostly something written to before, or a view of it; at times any array, arguments too."""
        return self.any(self.written if self.written and self.rng.random() < 0.8 else self.names(least=1))

    def view(self) -> bool:
        name = self.new()
        done = self.attempt(View(name, self.target(), self.any(READINGS)))
        if done:
            self.written.append(name)
        return done

    def write(self) -> bool:
        writing = self.any(WRITINGS[: 3 * len(PLACES)] if self.rng.random() < 0.5 else WRITINGS[3 * len(PLACES) :])
        value = self.any(["0.5", "-0.8"]) if self.rng.random() < 0.15 else self.operand("r", 2)
        return self.attempt(Write(self.target(), writing, (value,)))

    def block(self, size, inside=None) -> Growing:
        before, inside = (*self.before, *self.statements), {**self.inside, **(inside or {})}
        grown = Growing(self.rng, self.inputs, before, inside, self.fresh)
        grown.written = list(self.written)
        grown.local = self.local
        writes = bool(self.written)
        grown.grow(size, [(Growing.assign, 6), (Growing.write, 2 * writes), (Growing.view, writes)])
        self.local = self.local | {s.name for s in grown.statements if isinstance(s, (Assign, View))}
        return grown

    def start(self) -> str | None:
        """The name of a new variable that a loop changes."""
        name = self.new()
        return name if self.attempt(Assign(name, Call("0.7 * {0}", (self.any(self.names("r")),)))) else None

    def loop(self) -> bool:
        """Variables that change from turn to turn, and arrays filled entry by entry."""
        i = f"i{next(self.fresh)}"
        start = self.start()
        if start is None:
            return False
        body = self.block(self.rng.integers(0, 3), {i: 0})
        value: Expression = body.any(body.names("r"))
        if self.rng.random() < 0.6:
            value = Call(self.any(TURN), (value, i))
        if self.rng.random() < 0.5:
            last = Assign(start, self.filled(self.any(CARRIED), [start, value]))
        else:
            target = start if not self.written or self.rng.random() < 0.4 else self.any(self.written)
            last = Write(target, self.any(TURNS), (value, i))
        return self.attempt(Loop(i, int(self.rng.integers(2, 5)), (*body.statements, last)))

    def repeat(self) -> bool:
        """A variable that shrinks as often as the inputs ask for."""
        start = self.start()
        if start is None:
            return False
        body = self.block(self.rng.integers(0, 3))
        last = Assign(start, self.filled(self.any(SHRINKING), [start, body.any(body.names("r"))]))
        sizes = [float(np.sum(machine.variables[start] ** 2)) for machine in self.machines]
        place = round(self.rng.uniform(0.2, 0.9) * float(np.median(sizes)), 3)
        test = Call(f"np.sum({{0}} ** 2) > {place}", (start,), f"abs(np.sum({{0}} ** 2) - {place}) > 0.02")
        return self.attempt(Repeat(test, (*body.statements, last)))

    def branch(self) -> bool:
        """A test that, where it can, comes out differently on different inputs."""
        name, result = self.any(self.names("r")), self.new()
        sums = [float(np.sum(machine.variables[name])) for machine in self.machines]
        place = round(float(np.mean(sorted(sums)[:2])) if self.rng.random() < 0.8 else min(sums) - 0.3, 3)
        test = Call(f"np.sum({{0}}) > {place}", (name,), f"abs(np.sum({{0}}) - {place}) > 0.05")
        arms = []
        for _ in range(2):
            arm = self.block(self.rng.integers(0, 3))
            arms.append((*arm.statements, Assign(result, arm.expression(1))))
        return self.attempt(Branch(test, *arms))

    def grow(self, size, makers) -> None:
        odds = np.array([odds for _, odds in makers], dtype=float)
        for _ in range(12 * int(size)):
            if len(self.statements) >= size:
                break
            makers[self.rng.choice(len(makers), p=odds / odds.sum())][0](self)


MAKERS = [(Growing.assign, 9), (Growing.buffer, 1.5), (Growing.view, 2), (Growing.write, 3), (Growing.loop, 1.5),
          (Growing.branch, 1.3), (Growing.repeat, 0.8)]  # fmt: skip


def terms_of(growing: Growing) -> tuple[Expression, ...]:
    """The result: what no statement reads, what was written to, and some of the rest."""
    read = {name for s in growing.statements if isinstance(s, Assign) for name in names_in(s.value)}
    terms = []
    for name in dict.fromkeys(growing.names()):
        if name not in read or name in growing.written or growing.rng.random() < 0.2:
            terms.append(Call(growing.any(COMPLEX_TERMS if growing.is_complex(name) else REAL_TERMS), (name,)))
    return tuple(terms)


def generate(seed: int) -> tuple[Program, list[list[np.ndarray]]]:
    """A program and three tuples of inputs for it; the same for the same seed."""
    rng = np.random.default_rng(seed)
    others = rng.integers(len(SHAPES), size=rng.integers(0, 3))
    shapes = [SHAPES[rng.integers(1, len(SHAPES))], *[SHAPES[k] for k in others]]
    names = tuple(f"x{i}" for i in range(len(shapes)))
    inputs = [{name: rng.uniform(-1.6, 1.6, shape).round(3) for name, shape in zip(names, shapes, strict=True)}
              for _ in range(3)]  # fmt: skip
    growing = Growing(rng, inputs)
    growing.grow(rng.integers(4, 12), MAKERS)
    return Program(seed, names, tuple(growing.statements), terms_of(growing)), [list(x.values()) for x in inputs]
