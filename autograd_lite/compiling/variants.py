"""A variant: the program of one form of call, and what takes a call to it.

    enter(args, kwargs)     checks the form, runs the program and builds the result; MISS for a call of another form
    again(args, kwargs)     the same without Python's floats, where ``math`` raised an error
"""

from __future__ import annotations

import builtins
import linecache
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from ..graph import Node
from ..programs.recording import Departed
from ..programs.spelling import called
from ..tensor import Tensor
from .capture import capture
from .emitting import Program, emitted
from .planning import Plan, planned
from .signature import Signature, entry, tree_text

__all__ = ["ERRORS", "Variant"]

ERRORS = (ArithmeticError, ValueError)  # of ``math`` and of numpy.linalg


class Variant:
    """One program, with the form of call that it is for and what it hangs on."""

    def __init__(
        self, f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], donate: Sequence[int], backend: str
    ) -> None:
        self.signature = Signature(args, kwargs)
        self.captured = captured = capture(f, self.signature)
        self.plan = planned(captured, [n for k in donate for n in self.signature.of_argument(k, captured.inputs)])
        self.idle: list[Callable[..., Any]] = []  # programs with buffers that nobody runs at this moment
        self.branch: Any = Departed
        if backend == "numpy":
            self.program = emitted(self.plan, called(f, "f"))
            run = self._numpy(self.program)
        else:
            module = import_module(f".{backend}_backend", __package__)
            self.program, run, self.branch = module.prepared(self.plan, called(f, "f"))
        captured.outside.watch_contents(_read(self.plan, self.program))
        self.enter = self._entry(self.program, run)
        if not self.program.floats:  # numbers alone may have to be written once more, and take no room
            captured.release(self.plan.new)
        self.with_numpy: Callable[..., Any] | None = None

    def _entry(self, program: Program, run: Callable[..., Any]) -> Callable[..., Any]:
        """What takes a call: it checks its form, runs the program and builds the result."""
        return entry(self.signature, self.captured.outside, self._built(run), list(program.outside.values()))

    def _numpy(self, program: Program) -> Callable[..., Any]:
        """The function of a NumPy program, which can be run in several threads."""
        run = self._loaded(program)
        if self.plan.buffers:
            self.idle.append(run)
            run = self._alone
        return self._drawing(run) if self.captured.states else run

    def _loaded(self, program: Program) -> Callable[..., Any]:
        namespace: dict[str, Any] = {}
        filename = f"<compiled {program.name}>"
        linecache.cache[filename] = (len(program.source), None, program.source.splitlines(True), filename)
        exec(builtins.compile(program.source, filename, "exec"), namespace)  # our own text
        self.branch = namespace.get("OtherBranch", self.branch)
        function: Callable[..., Any] = namespace[program.name]
        return function

    def _alone(self, *inputs: Any) -> Any:
        """Run a program whose buffers nobody else writes to at this moment, in another thread or further out."""
        run = self.idle.pop() if self.idle else self._loaded(self.program)
        try:
            return run(*inputs)
        finally:
            self.idle.append(run)

    def _drawing(self, run: Callable[..., Any]) -> Callable[..., Any]:
        """``run``, after which the generators stand where they stood before if the program did not come to its end."""

        def tried(*inputs: Any) -> Any:
            states = [(g, g.bit_generator.state) for g, _ in self.captured.states.values()]
            try:
                return run(*inputs)
            except (self.branch, Departed, *ERRORS):
                for generator, state in states:
                    generator.bit_generator.state = state
                raise

        return tried

    def _built(self, run: Callable[..., Any]) -> Callable[..., Any]:
        """``run`` with its outputs in the structure that f returns them in."""
        outputs, result = self.plan.outputs, self.captured.result
        if len(outputs) == 1 and type(result) is Tensor:
            return run
        names = [f"o{i}" for i in range(len(outputs))]
        found = [n for n, y in zip(names, outputs, strict=True) if type(y) is Node]
        fixed = {n: y for n, y in zip(names, outputs, strict=True) if type(y) is not Node}
        made = [f"{n}.copy()" if isinstance(fixed.get(n), np.ndarray) else n for n in names]
        text = tree_text(result, list(made)) or f"rebuild([{', '.join(made)}])"
        namespace: dict[str, Any] = {"run": run, "rebuild": self.captured.rebuild, **fixed}
        taken = f"{', '.join(found)} = run(*inputs)" if found else "run(*inputs)"
        exec(f"def built(*inputs):\n    {taken}\n    return {text}\n", namespace)  # our own text
        built: Callable[..., Any] = namespace["built"]
        return built

    def again(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The call in NumPy's scalars, where ``math`` raised an error: NumPy returns inf or nan there."""
        if not self.program.floats:
            raise
        if self.with_numpy is None:
            program = emitted(self.plan, self.program.name, floats=False)
            self.with_numpy = self._entry(program, self._numpy(program))
        return self.with_numpy(args, kwargs)


def _read(plan: Plan, program: Program) -> set[int]:
    """The outside arrays that are read at each call; none, if their numbers may also have come in by another way."""
    outside = plan.captured.outside.arrays
    known = {id(a) for a in outside}
    entered = [a for a in program.outside.values() if isinstance(a, np.ndarray)]
    made = [a for a in [*program.constants, *entered] if not known & _bases(a)]
    numbers = any([isinstance(a, np.generic) for node in plan.new for a in node.args])
    if made or numbers or any([type(y) is not Node for y in plan.captured.outputs]):
        return set()
    return set[int]().union(*map(_bases, entered))


def _bases(a: Any) -> set[int]:
    """The array and those that it is a view of, by identity."""
    found = set()
    while isinstance(a, np.ndarray):
        found.add(id(a))
        a = a.base
    return found
