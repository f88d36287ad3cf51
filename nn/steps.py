"""One step of a training, (θ, running, X, y) ↦ (C, ∇C, running'): recorded each time, or once, as a program of NumPy.

The program holds the model, the cost, the penalties and the reverse sweep.  The optimizer stays outside of it, because
it moves all small arrays at once, as one vector (parameters.py): with Adam that takes half the time of a program with
statements for each array.  And it counts its steps by a Python integer, which leaves arrays of float32 what they are.

A program repeats what was recorded, so the first step of each size is done both ways: where the results differ, the
step hangs on something that no record can see, such as a counter, and it is not compiled.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite import trees

from .modes import statistics, with_running
from .objective import Objective

__all__ = ["CompiledStep", "Step", "worth_compiling"]

Array = Any
Found = tuple[Any, list[Array], list[Array]]  # the cost, its gradient, the running statistics afterwards

WORTH = 200  # steps; to record one takes the time that 40 to 90 compiled ones save, and batches have up to two sizes
LIMIT = 8  # programs
LIBRARY = ("autograd_lite", "nn", "numpy", "scipy")


def worth_compiling(epochs: int, rows: int, batch_size: int | None) -> bool:
    """Whether a training has that many steps."""
    return epochs * -(-rows // (batch_size or rows)) >= WORTH


class Step:
    """The step as it is, recorded each time."""

    def __init__(self, objective: Objective, rebuild: Callable[[list[Array]], Any], rng: np.random.Generator) -> None:
        self.objective, self.rebuild, self.rng = objective, rebuild, rng

    def renew(self) -> None:
        """A callback was run, and may have given the model or the objective other settings."""

    def __call__(self, leaves: list[Array], running: list[Array], batch: tuple[Array, ...]) -> Found:
        loss, gradient, after = self.swept(leaves, running, batch, self.rng)
        return loss, gradient, [x.value if type(x) is ag.Tensor else x for x in after]

    def swept(self, leaves: list[Array], running: list[Array], batch: tuple[Array, ...], rng: Any) -> Found:
        """The step with statistics that are still recorded."""
        after: list[Array] = []

        def cost(leaves: list[Array]) -> Any:
            X, targets, *weights = batch
            model = with_running(self.rebuild(leaves), running)
            loss, changed = self.objective.training(model, X, targets, rng, *weights, prepared=True)
            after[:] = statistics(changed) if running else []
            return loss

        loss, gradient = ag.value_and_grad(cost)(leaves)
        return loss, gradient, after


class CompiledStep:
    """The step as a program, as long as that gives the same as the step itself."""

    def __init__(self, step: Step, model: Any, backend: str = "numpy") -> None:
        self.step, self.model, self.backend, self.rng = step, model, backend, step.rng
        self.settings: list[Any] | None = None
        self.renewed = 0  # how often
        self.programs: dict[int, Any] = {}  # by the number of rows
        self.draws = self.left = False
        self.renew()

    def renew(self) -> None:
        """Begin new programs if the model or the objective has got other settings since the last time."""
        now = [*_settings(self.model, True, set()), *_settings(vars(self.step.objective), False, set())]
        if self.left or (self.settings is not None and _same(now, self.settings)):
            return
        self.settings, self.programs, self.renewed = now, {}, self.renewed + 1
        self.traced = _Traced(list(filter(_is_outside, now)), self.step, ag.recorded(self.rng))
        if self.renewed > LIMIT:
            self.leave(f"settings of the model or of the cost were changed {LIMIT} times")

    def __call__(self, leaves: list[Array], running: list[Array], batch: tuple[Array, ...]) -> Found:
        if self.left:
            return self.step(leaves, running, batch)
        program = self.programs.get(len(batch[0]))
        if program is None:
            return self._both_ways(leaves, running, batch)
        before = self.rng.bit_generator.state if self.draws else None
        try:
            found = _run(program, leaves, running, batch)
        except Exception as error:  # whatever the recording of another branch meets, the step itself may not mind it
            if before is not None:
                self.rng.bit_generator.state = before
            self.leave(_told(error))
            return self.step(leaves, running, batch)
        if len(program.variants) > LIMIT:
            self.leave(f"it was recorded {LIMIT} times, for branches that depend on numbers or for other outside names")
        return found

    def _both_ways(self, leaves: list[Array], running: list[Array], batch: tuple[Array, ...]) -> Found:
        """The step as it is and as a program; the latter counts if both give the same."""
        state = self.rng.bit_generator
        before = state.state
        expected = self.step(leaves, running, batch)
        after, state.state = state.state, before
        program = ag.compile(self.traced.training_step, backend=self.backend)
        try:
            found = _run(program, leaves, running, batch)
            reason = "" if _agree(found, expected) else (
                "done twice, it gives other numbers: it hangs on something that a record cannot see, such as a counter"
            )  # fmt: skip
        except ImportError:  # of the backend
            raise
        except Exception as error:  # as above
            reason = _told(error)
        self.draws = self.draws or repr(before) != repr(after)
        if not reason:
            self.programs[len(batch[0])] = program
            return found
        state.state = after
        self.leave(reason)
        return expected

    def leave(self, reason: str) -> None:
        """Go on with the step as it is, and say why."""
        self.left, self.programs = True, {}
        warnings.warn(
            f"nn.fit does not compile the training step, because {reason}. The training goes on with the same numbers, "
            "only slower; fit(..., compile=False) says that this is meant",
            stacklevel=_frames_to_user(),
        )


@dataclass
class _Traced:
    """The step together with what it takes from outside, in plain sight of ``ag.compile``."""

    outside: list[Any]
    step: Step = field(metadata={"static": True})
    rng: Any = field(metadata={"static": True})

    def training_step(self, leaves: list[Array], running: list[Array], batch: tuple[Array, ...]) -> Found:
        return self.step.swept(leaves, running, batch, self.rng)


def _run(program: Callable[..., Any], leaves: list[Array], running: list[Array], batch: tuple[Array, ...]) -> Found:
    """Run a program; counts among the running statistics go through it as numbers of NumPy, which may change."""
    counts = [type(x) is int for x in running]
    if not any(counts):
        found: Found = program(leaves, running, batch)
        return found
    given = [np.int64(x) if count else x for x, count in zip(running, counts, strict=True)]
    loss, gradient, after = program(leaves, given, batch)
    return loss, gradient, [int(x) if count else x for x, count in zip(after, counts, strict=True)]


def _settings(x: Any, trained: bool, seen: set[int]) -> Iterator[Any]:
    """All that is no parameter and no running statistic: numbers, texts, functions, arrays."""
    if trees.is_leaf(x):
        if not trained:
            yield x
    elif isinstance(x, (list, tuple)):
        for part in x:
            yield from _settings(part, trained, seen)
    elif isinstance(x, dict):
        for key, part in x.items():
            yield key
            yield from _settings(part, trained, seen)
    elif not hasattr(x, "__dict__") or isinstance(x, (type, ModuleType, FunctionType, BuiltinFunctionType, MethodType)):
        yield x
    elif id(x) not in seen:
        seen.add(id(x))
        fields, parameters = getattr(type(x), "__dataclass_fields__", {}), trees.fields_of(type(x)) or ()
        for name, value in vars(x).items():
            if not (name in fields and fields[name].metadata.get("running")):
                yield from _settings(value, trained and name in parameters, seen)


def _same(now: list[Any], before: list[Any]) -> bool:
    plain = (bool, int, float, complex, str, bytes)
    return len(now) == len(before) and all([
        a is b or (type(a) is type(b) and isinstance(a, plain) and a == b) for a, b in zip(now, before, strict=True)
    ])  # fmt: skip


def _is_outside(x: Any) -> bool:
    """Whether a program must mind what it holds: an array, a generator, a function of the user's own."""
    if isinstance(x, np.ndarray) or hasattr(x, "bit_generator"):
        return True
    home = (getattr(x, "__module__", None) or "").partition(".")[0]
    return isinstance(x, (FunctionType, MethodType)) and home not in LIBRARY


def _agree(one: Found, other: Found) -> bool:
    """Whether cost, gradient and statistics are the same to half of their digits."""
    for a, b in zip(one, other, strict=True):
        pairs = [(np.asarray(x), np.asarray(y)) for x, y in zip(*(trees.flatten(t)[0] for t in (a, b)), strict=True)]
        size = max([float(np.max(np.abs(y), initial=0)) for _, y in pairs], default=0.0)
        for x, y in pairs:
            digits = np.finfo(y.dtype).eps ** 0.5 if y.dtype.kind in "fc" else 0.0
            near = digits * size if np.isfinite(size) else 0.0
            if x.dtype != y.dtype or not np.allclose(x, y, rtol=digits, atol=near, equal_nan=True):
                return False
    return True


def _told(error: Exception) -> str:
    """An error as the end of a sentence."""
    text = str(error).strip().rstrip(".")
    return text if isinstance(error, ag.CompileError) else f"recording it raised {type(error).__name__}: {text}"


def _frames_to_user() -> int:
    """How far up the call of ``fit`` is."""
    depth, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "nn":
        depth, frame = depth + 1, frame.f_back
    return depth
