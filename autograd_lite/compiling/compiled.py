"""``compile(f)``: f as a NumPy program that is written once for each form of its arguments and then only run.

    call  →  a variant of the same form, whose outside names are unchanged?  →  run its program
          →  none, or the arguments take another branch  →  capture, plan, emit; and this is one variant more

The answer is always that of f: whatever a program cannot see to be unchanged, makes a new one.
"""

from __future__ import annotations

import builtins
import linecache
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from types import MethodType
from typing import Any

import numpy as np

from ..graph import Node
from ..programs.recording import Departed
from ..tensor import Tensor
from ..trees import flatten
from .capture import CompileError, capture
from .emitting import Program, emitted
from .planning import Plan, planned
from .report import Memory, PlanTable, memory, plan_table
from .signature import MISS, Signature, entry, tree_text

__all__ = ["Compiled", "compile"]

BACKENDS = ("numpy", "numba", "jax", "auto")
LIMIT = 16  # variants, from which on a function is better run as it is
_ERRORS = (ArithmeticError, ValueError)  # of ``math`` and of numpy.linalg


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
            self.program = emitted(self.plan, _name(f))
            run = self._numpy(self.program)
        else:
            module = import_module(f".{backend}_backend", __package__)
            self.program, run, self.branch = module.prepared(self.plan, _name(f))
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
            except (self.branch, Departed, *_ERRORS):
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


class Compiled:
    """A compiled function: call it as the function itself.  See ``compile``."""

    def __init__(self, f: Callable[..., Any], donate: Sequence[int], backend: str) -> None:
        self.f, self.donate, self.backend = f, donate, backend
        self.variants: list[Variant] = []
        self.eager = False
        self.__wrapped__ = f
        self.__name__ = self.__qualname__ = f"compile({_name(f)})"
        self.__doc__ = getattr(f, "__doc__", None)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        for variant in self.variants:
            try:
                found = variant.enter(args, kwargs)
            except (variant.branch, Departed):
                continue
            except _ERRORS:
                found = self._failed(variant, args, kwargs)
            if found is not MISS:
                return found
        return self._anew(args, kwargs)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else MethodType(self, instance)

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
        variant = self._made(args, kwargs)
        self.variants.insert(0, variant)
        try:
            found = variant.enter(args, kwargs)
        except (variant.branch, Departed):  # other rounding than that of NumPy decides otherwise
            self.variants.remove(variant)
            return self.f(*args, **kwargs)
        except _ERRORS:
            found = self._failed(variant, args, kwargs)
        if found is MISS:
            self.variants.remove(variant)
            raise CompileError(f"{_name(self.f)} got an argument that is not equal to itself, such as a nan: {args!r}")
        return found

    def _made(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Variant:
        """The variant for calls of this form."""

        def make(backend: str) -> Variant:
            return Variant(self.f, args, kwargs, self.donate, backend)

        if self.backend != "auto":
            return make(self.backend)
        from .choosing import chosen

        return chosen(make, args, kwargs, donated=bool(self.donate))

    def _failed(self, variant: Variant, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A call at which the program raised an error: f itself raises it as well, or catches it."""
        try:
            return variant.again(args, kwargs)
        except _ERRORS:
            if self.donate:  # the arguments may be written over by now
                raise
        return self.f(*args, **kwargs)

    def __reduce__(self) -> Any:
        return partial(compile, donate=self.donate, backend=self.backend), (self.f,)

    @property
    def _latest(self) -> Variant:
        if not self.variants:
            raise ValueError(f"{self.__name__} has no program yet: it is written at the first call")
        return self.variants[0]

    @property
    def source(self) -> str:
        """The program that was recorded last, as text: it runs by itself, with NumPy alone.

        Raises ValueError before the first call.
        """
        return self._latest.program.source

    @property
    def constants(self) -> dict[str, Any]:
        """What the program of ``source`` takes after the inputs: arrays and functions from outside, by name."""
        return dict(self._latest.program.outside)

    @property
    def graph(self) -> Any:
        """The record of the last call that was recorded, as a Graph."""
        from ..trace.tracing import trace

        signature = self._latest.signature
        return trace(self.f)(*signature.args, **signature.kwargs)

    @property
    def memory(self) -> Memory:
        """What the program that was recorded last needs, in bytes."""
        return memory(self._latest.plan)

    def plan(self) -> PlanTable:
        """A row for each call of the last program: where its result stands, its bytes and operations."""
        return plan_table(self._latest.plan, self._latest.program)

    def __repr__(self) -> str:
        return f"<{self.__name__}: {len(self.variants)} program{'s' * (len(self.variants) != 1)}>"


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


def _name(f: Callable[..., Any]) -> str:
    name = getattr(f, "__name__", None) or type(f).__name__
    return "f" if name == "<lambda>" else name


def compile(f: Callable[..., Any] | None = None, *, donate: Sequence[int] = (), backend: str = "numpy") -> Any:
    """f as a NumPy program: recorded at the first call, then only run, with the answers of f.

    Parameters
    ----------
    f : callable
        A function of arrays, numbers and structures of them, such as a gradient ``ag.grad(cost)`` or a whole training
        step.  Without f, a decorator.
    donate : sequence of int
        Positional arguments whose arrays may be written over with results: they are lost to the caller.
    backend : "numpy", "numba", "jax", "auto"
        What runs the program: NumPy; Numba, as fused loops in machine code (``pip install "autograd-lite[fast]"``);
        JAX, which also knows GPUs (``pip install "autograd-lite[jax]"``); or the quickest of those that are installed,
        by a short measurement at the first call that is remembered for this program.

    Returns
    -------
    Compiled
        Takes f's arguments.  Its ``source`` is the program, ``plan()`` the table of its calls, ``memory`` what it
        needs, ``graph`` the record.  A call with other shapes, dtypes, integers, flags or outside names, or one that
        takes another branch, is recorded anew.  Results are new arrays.

    Raises
    ------
    CompileError
        At a call, if f shows a Tensor, draws random numbers other than from ``ag.recorded``, or assigns to outside
        names.

    Notes
    -----
    Arrays from outside are read at each call.  What cannot be seen: files, the time, and what no name in the code of f
    leads to.  Numbers alone are computed as Python floats; ``math`` and NumPy may differ
    in the last bit.

    Examples
    --------
    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> slope = ag.compile(ag.grad(lambda x: np.sum(np.tanh(x) ** 2)))
    >>> print(slope(np.array([0.5, 1.0])).round(6))
    [0.726862 0.6397  ]
    >>> print(slope.source)
    import numpy as np
    <BLANKLINE>
    <BLANKLINE>
    def grad_lambda(x):
        v1 = np.tanh(x)                         # tanh(x)
        v2 = v1 + v1                            # adjoint of v1
        v3 = v1 * v1                            # v1·v1
        v4 = 1 - v3                             # 1 − v3
        x_bar = v2 * v4                         # adjoint of x
        return x_bar
    <BLANKLINE>
    """
    if backend not in BACKENDS:
        raise ValueError(f"backend must be one of {', '.join(map(repr, BACKENDS))}, but is {backend!r}")
    if f is None:
        return lambda f: compile(f, donate=donate, backend=backend)
    if not callable(f):
        kind = type(f).__name__
        raise TypeError(f"compile takes a function, but got a {kind}: write compile(f)(x), not compile(f(x))")
    return Compiled(f, donate, backend)
