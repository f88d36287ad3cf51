"""``compile(f)``: f as a NumPy program that is written once for each form of its arguments and then only run.

    call  →  a variant of the same form, whose outside names are unchanged?  →  run its program
          →  none, or the arguments take another branch  →  capture, plan, emit; and this is one variant more

The answer is always that of f: whatever a program cannot see to be unchanged, makes a new one.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from ..flops import flops
from ..graph import Node
from ..tensor import Tensor
from ..trees import flatten
from .capture import Capture, CompileError, capture
from .emitting import Program, emitted
from .planning import Row, Step, planned
from .signature import Signature, form_of

__all__ = ["Compiled", "compile"]

LIMIT = 16  # variants, from which on a function is better run as it is
_FLOAT_ERRORS = (ZeroDivisionError, OverflowError, ValueError)


class Variant:
    """One program: the form of call that it is for, and what it hangs on."""

    def __init__(self, f: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        signature = Signature(args, kwargs)
        self.f = f
        captured = capture(f, signature)
        self.form = form_of(args, kwargs, signature)
        self.example = args, kwargs
        self.outside = captured.outside
        self.plan = planned(captured)
        self.program = emitted(self.plan, _name(f))
        self.run, self.branch, self.values = loaded(self.program)
        self.constants = [None if type(y) is Node else y for y in self.plan.outputs]
        self.rebuild = captured.rebuild
        self.single = len(self.constants) == 1 and type(self.plan.outputs[0]) is Node
        self.plain: Callable[..., Any] | None = None
        if _hidden(captured, self.program):
            self.outside.watch_contents()
        self.checked = bool(self.outside.cells or self.outside.globals or self.outside.contents)

    def __call__(self, inputs: tuple[Any, ...]) -> Any:
        try:
            found = self.run(*inputs, *self.values)
        except _FLOAT_ERRORS:
            if not self.program.floats:
                raise
            found = self._with_numpy(inputs)
        if self.single:
            return self.rebuild([found])
        results = iter(found if type(found) is tuple else (found,))
        return self.rebuild([next(results) if type(y) is Node else y for y in self.plan.outputs])

    def _with_numpy(self, inputs: tuple[Any, ...]) -> Any:
        """Where ``math`` raises an error, NumPy returns inf or nan."""
        if self.plain is None:
            self.plain, self.branch, _ = loaded(emitted(self.plan, self.program.name, floats=False))
        return self.plain(*inputs, *self.values)


def loaded(program: Program) -> tuple[Callable[..., Any], type[Exception], tuple[Any, ...]]:
    """The function of a program, its exception for another branch, and the outside values that it takes."""
    namespace: dict[str, Any] = {}
    exec(compile_text(program.source, program.name), namespace)  # our own text
    return namespace[program.name], namespace.get("OtherBranch", _Never), tuple(program.outside.values())


def compile_text(source: str, name: str) -> Any:
    import builtins
    import linecache

    filename = f"<compiled {name}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    return builtins.compile(source, filename, "exec")


class _Never(Exception):
    """What a program without branches raises."""


class Compiled:
    """A compiled function: call it as the function itself.  See ``compile``."""

    def __init__(self, f: Callable[..., Any]) -> None:
        self.f = f
        self.variants: list[Variant] = []
        self.eager = False
        self.__wrapped__ = f
        self.__name__ = f"compile({_name(f)})"
        self.__doc__ = getattr(f, "__doc__", None)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        for variant in self.variants:
            inputs = variant.form(args, kwargs)
            if inputs is not None and not (variant.checked and variant.outside.changed()):
                try:
                    return variant(inputs)
                except variant.branch:
                    continue
        return self._anew(args, kwargs)

    def _anew(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A call that no variant is for."""
        if self.eager or any([type(x) is Tensor for x in flatten((args, kwargs))[0]]):
            return self.f(*args, **kwargs)  # inside of another record f is recorded as it is
        if len(self.variants) >= LIMIT:
            self.eager = True
            warnings.warn(
                f"{_name(self.f)} was recorded {LIMIT} times, for different forms of its arguments, integers, outside "
                "names or branches, and now runs uncompiled. Pass what changes at each call as a float or an array",
                stacklevel=3,
            )
            return self.f(*args, **kwargs)
        variant = Variant(self.f, args, kwargs)
        inputs = variant.form(args, kwargs)
        if inputs is None:
            raise CompileError(f"{_name(self.f)} got an argument that is not equal to itself, such as a nan: {args!r}")
        self.variants.insert(0, variant)
        return variant(inputs)

    @property
    def latest(self) -> Variant:
        if not self.variants:
            raise ValueError(f"{self.__name__} has no program yet: call it once, or use .source after a call")
        return self.variants[0]

    @property
    def source(self) -> str:
        """The program of the last form that was recorded: it runs by itself, with NumPy alone."""
        return self.latest.program.source

    def plan(self) -> list[Row]:
        """One row for each call of the program: the call, where its result stands, its bytes and operations."""
        return [_row(step) for step in self.latest.plan.steps]

    def __repr__(self) -> str:
        return f"<{self.__name__}: {len(self.variants)} program{'s' * (len(self.variants) != 1)}>"


def _row(step: Step) -> Row:
    node = step.node
    place = f"in place of {step.over}" if step.over is not None else "new" if step.root is node else "view"
    args = [a.value if type(a) is Node else a for a in node.args]
    return Row(step.name, place, int(getattr(node.value, "nbytes", 0)), flops(node.function, node.value, args, node.kwargs))


def _hidden(captured: Capture, program: Program) -> bool:
    """Whether numbers of an outside array may have gone into the record by a way that was not recorded."""
    known = {id(a) for a in captured.outside.arrays}
    return bool(known) and any(isinstance(a, np.ndarray) and id(a) not in known for a in program.outside.values())


def _name(f: Callable[..., Any]) -> str:
    name = getattr(f, "__name__", None) or type(f).__name__
    return "f" if name == "<lambda>" else name


def compile(f: Callable[..., Any]) -> Compiled:
    """f as a NumPy program.

    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> slope = compile(ag.grad(lambda x: np.sqrt(x**2 + np.exp(x**2))))
    >>> print(f"{slope(1.0):.6f}")
    1.928285
    """
    return Compiled(f)
