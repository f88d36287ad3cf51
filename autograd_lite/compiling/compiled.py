"""``compile(f)``: f as a NumPy program that is written once for each form of its arguments and then only run.

    call  →  a variant of the same form, whose outside names are unchanged?  →  run its program
          →  none, or the arguments take another branch  →  capture, plan, emit; and this is one variant more

The answer is always that of f: whatever a program cannot see to be unchanged, makes a new one.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from types import MethodType
from typing import Any

from ..programs.recording import Departed
from ..programs.spelling import called
from ..tensor import Tensor
from ..trees import flatten
from .capture import CompileError
from .report import Memory, PlanTable, memory, plan_table
from .signature import MISS
from .variants import ERRORS, Variant

__all__ = ["Compiled", "compile"]

BACKENDS = ("numpy", "numba", "jax", "auto")
LIMIT = 16  # variants, from which on a function is better run as it is


class Compiled:
    """A compiled function: call it as the function itself.  See ``compile``.

    >>> import autograd_lite as ag
    >>> fast = ag.compile(lambda x: x**2)
    >>> print(fast(3.0), fast.backend)
    9.0 numpy
    """

    def __init__(self, f: Callable[..., Any], donate: Sequence[int], backend: str) -> None:
        self.f, self.donate, self.backend = f, donate, backend
        self.variants: list[Variant] = []
        self.eager = False
        self.__wrapped__ = f
        self.__name__ = self.__qualname__ = f"compile({called(f, 'f')})"
        self.__doc__ = getattr(f, "__doc__", None)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        for variant in self.variants:
            try:
                found = variant.enter(args, kwargs)
            except (variant.branch, Departed):
                continue
            except ERRORS:
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
                f"{called(self.f, 'f')} was recorded {LIMIT} times, for different forms of its arguments, integers, "
                "outside names or branches, and now runs uncompiled. Pass what changes at each call as a float or an "
                "array",
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
        except ERRORS:
            found = self._failed(variant, args, kwargs)
        if found is MISS:
            self.variants.remove(variant)
            name = called(self.f, "f")
            raise CompileError(f"{name} got an argument that is not equal to itself, such as a nan: {args!r}")
        return found

    def _made(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Variant:
        """The variant for calls of this form."""

        def make(backend: str) -> Variant:
            return Variant(self.f, args, kwargs, self.donate, backend)

        if self.backend != "auto":
            return make(self.backend)
        from .choosing import chosen  # with what it takes to measure and to remember, which few need

        return chosen(make, args, kwargs, donated=bool(self.donate))

    def _failed(self, variant: Variant, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A call at which the program raised an error: f itself raises it as well, or catches it."""
        try:
            return variant.again(args, kwargs)
        except ERRORS:
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
