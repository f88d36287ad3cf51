"""The loop as an elementary function of its consts, its first carry and its xs.

    (consts, c₀, x₁ … x_n)  ↦  (c_n, y₁ … y_n, c₀ … c_{n−1})

The carries before each step are outputs of their own, ``stored``: the adjoint of the loop reads them, and since they
are recorded outputs it can be differentiated in turn.  With ``slots`` only some are stored (see ``schedule``).

A loop begins with the body that its first step recorded.  Where a decision by value comes out differently, another body
that decided so takes over; if there is none, the step is recorded again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice, repeat
from typing import Any

import numpy as np

from ..graph import Node, path, record
from ..kinds import pick
from ..tensor import Tensor, tensor_of
from .body import Body, Departed, difference, follow, record_body, trial
from .program import program

__all__ = ["Loop", "Rows", "execute", "loop_of", "scan_loop"]

Function = Callable[..., Any]
MOST_BODIES = 64
BLOCK_BYTES = 2**17  # of values that wait in lists until they are moved into their array


class Loop:
    """What of a loop is no number: its bodies, its length, its direction, and how many carries and xs there are.

    Attributes
    ----------
    bodies : list of Body
        The recorded bodies, each a graph of ordinary nodes; more than one where the step decides by value.
    consts : list of Node
        The Tensors that the step closes over.
    recorded : list of bool
        Which of the consts, the first carry and the xs were recorded, so that a derivative by them may be asked for.
    n, reverse, slots
        The number of steps, whether the last comes first, and how many states are stored (None: all).
    derived : bool
        Whether it is the tangent or the adjoint of a loop; one that is not recorded keeps no values in its bodies.
    """

    def __init__(
        self, name: str, n: int, carries: int, xs: int, *, reverse: bool = False, slots: int | None = None,
        derived: bool = False,
    ) -> None:  # fmt: skip
        self.derived, self.forgets = derived, False
        self.name, self.n, self.carries, self.xs, self.reverse, self.slots = name, n, carries, xs, reverse, slots
        self.bodies: list[Body] = []
        self.consts: list[Node] = []
        self.recorded: list[bool] = []

    @property
    def __name__(self) -> str:
        return f"{self.name} × {self.n}"

    def __repr__(self) -> str:
        return f"<Loop of {self.__name__}>"

    @property
    def ys(self) -> int:
        """How many arrays each step puts out."""
        return len(self.bodies[0].outputs) - self.carries

    def record(self, step: Function, values: Sequence[Any]) -> Body:
        """Another body of this loop, from a run of the step at these values."""
        body = record_body(step, values)
        self.consts += [node for node in body.consts if node not in self.consts]
        self.bodies.append(body)
        if self.forgets:
            body.forget()
        if len(self.bodies) > MOST_BODIES:
            raise TypeError(
                f"scan: {self.name} takes a number out of its Tensors and does something else at each step "
                f"({body.first_decision}), so there is nothing to record once and repeat. Keep the number a Tensor "
                "(np.where for a choice, autograd_lite.numpy.take(table, i) for table[i], NumPy's functions for "
                "math's), or write the loop in Python"
            )
        return body

    def forget(self) -> None:
        """Keep no values in the bodies, now and later."""
        self.forgets = True
        for body in self.bodies:
            body.forget()

    def active(self, moving: Sequence[bool]) -> list[bool]:
        """Which of the carry and the ys have a derivative at some step, if those inputs have that move."""
        k, m = len(self.consts), self.carries
        found = [*moving[k : k + m], *[False] * self.ys]
        while True:
            before = list(found)
            for body in self.bodies:
                inputs = [*self.consts, *body.leaves]
                flags = [*moving[:k], *found[:m], *moving[k + m :]]
                reached = path([x for x, moves in zip(inputs, flags, strict=True) if moves], body.nodes()).active
                for i, y in enumerate(body.outputs):
                    found[i] |= type(y) is Node and y in reached and y.value.dtype.kind in "fc"
            if found == before:
                return found

    def split(self, values: Sequence[Any]) -> tuple[list[Any], list[Any], list[Any]]:
        """Consts, carry and xs."""
        k, m = len(self.consts), self.carries
        return list(values[:k]), list(values[k : k + m]), list(values[k + m :])

    def follow(self, consts: Sequence[Any], carry: Sequence[Any], x: Sequence[Any]) -> list[Any]:
        """One step on other values: the new carry and the ys; recorded where Nodes are among the values."""
        given = dict(zip(self.consts, consts, strict=True))
        for body in self.bodies:
            with trial():
                return follow(body, [*carry, *x], given)
        raise Departed(self.__name__)

    def follow_tensors(self, consts: Sequence[Any], inputs: Sequence[Any]) -> list[Any]:
        """The same for Tensors."""
        nodes = [x.node if type(x) is Tensor else x for x in (*consts, *inputs)]
        return [tensor_of(y) if type(y) is Node else y for y in self.follow(*self.split(nodes))]


class Rows:
    """The xs of one step after the other, in order of the loop."""

    def __init__(self, xs: Sequence[Any], n: int, reverse: bool) -> None:
        self.iterator: Iterator[tuple[Any, ...]] = (
            zip(*[x[::-1] if reverse else x for x in xs], strict=True) if xs else repeat((), n)
        )

    def take(self, count: int) -> Iterator[tuple[Any, ...]]:
        return islice(self.iterator, count)

    def put_back(self, rows: Sequence[tuple[Any, ...]]) -> None:
        self.iterator = chain(rows, self.iterator)

    def first(self) -> tuple[Any, ...]:
        row = next(self.iterator)
        self.put_back([row])
        return row


class _Column:
    """The values of one quantity at each step: gathered in a list, and moved block by block into one array."""

    def __init__(self, n: int, reverse: bool, like: Any) -> None:
        self.array = np.empty((n, *like.shape), like.dtype)
        self.reverse, self.done, self.waiting = reverse, 0, []  # type: ignore[var-annotated]

    def flush(self) -> None:
        if not self.waiting:
            return
        block = np.array(self.waiting)
        if block.shape[1:] != self.array.shape[1:] or block.dtype != self.array.dtype:
            first, later = (f"{x.dtype} of shape {x.shape[1:]}" for x in (self.array, block))
            raise ValueError(f"a result of the step is {first} in one step and {later} in another")
        start, stop = self.done, self.done + len(block)
        if self.reverse:
            n = len(self.array)
            self.array[n - stop : n - start] = block[::-1]
        else:
            self.array[start:stop] = block
        self.done = stop
        self.waiting.clear()


def _value(y: Any) -> Any:
    return y.value if type(y) is Node else np.asarray(y)[()]


class _Run:
    """One execution of a loop: where it stands, and what it gathered."""

    def __init__(
        self, loop: Loop, consts: Mapping[Node, Any], carry: Sequence[Any], rows: Rows, n: int, keep: Sequence[int],
        recorder: Function | None,
    ) -> None:  # fmt: skip
        self.loop, self.consts, self.carry, self.rows, self.n = loop, consts, tuple(carry), rows, n
        self.keep, self.recorder = keep, recorder
        self.programs: dict[Body, Function] = {}
        if not loop.bodies and recorder is not None:
            loop.record(recorder, [*carry, *rows.first()])
        outputs = [_value(y) for y in loop.bodies[0].outputs[loop.carries :]]
        like = [*outputs, *[np.asarray(carry[i]) for i in keep]]
        self.columns = [_Column(n, loop.reverse, x) for x in like]
        self.puts = [column.waiting.append for column in self.columns]
        size = sum([x.nbytes for x in like])
        self.block = max(1, min(256, BLOCK_BYTES // (size + 1)))

    def program(self, body: Body) -> Function:
        if body not in self.programs:
            consts = [self.consts.get(node, node.value) for node in body.consts]
            self.programs[body] = program(body, self.loop.carries, tuple(self.keep))(*consts)
        return self.programs[body]

    def run(self) -> None:
        done, body = 0, self.loop.bodies[0]
        while done < self.n:
            size = min(self.block, self.n - done)
            part = self.rows.take(size)
            self.carry, row = self.program(body)(part, *self.puts, *self.carry)
            if row is not None:
                rest = list(part)
                self.rows.put_back(rest)
                size -= len(rest)
                body = self.departed(row)
            for column in self.columns:
                column.flush()
            done += size

    def departed(self, row: tuple[Any, ...]) -> Body:
        """Take one step with the first body that agrees, a new one if there is none; returns the body."""
        for body in self.loop.bodies:
            carry, left = self.program(body)(iter((row,)), *self.puts, *self.carry)
            if left is None:
                self.carry = carry
                return body
        if self.recorder is None:
            raise Departed(self.loop.__name__)
        body = self.loop.record(self.recorder, [*self.carry, *row])
        self.carry, left = self.program(body)(iter((row,)), *self.puts, *self.carry)
        if left is not None:
            raise RuntimeError(f"{self.loop.name} decides differently each time it is run at the same values")
        return body


def execute(
    loop: Loop, consts: Mapping[Node, Any], carry: Sequence[Any], rows: Rows, n: int, keep: Sequence[int] = (),
    recorder: Function | None = None,
) -> tuple[list[Any], list[Any], list[Any]]:  # fmt: skip
    """n steps from ``carry``: the carry after them, the ys, and the carries before each step that ``keep`` names."""
    run = _Run(loop, consts, carry, rows, n, keep, recorder)
    run.run()
    arrays = [column.array for column in run.columns]
    return list(run.carry), arrays[: loop.ys], arrays[loop.ys :]


def scan_loop(loop: Loop, *values: Any) -> tuple[Any, ...]:
    """The elementary function: the last carry, the ys, and what is stored of the carries before each step."""
    return _run_loop(loop, values, None, stored=True)


def _lean(loop: Loop, *values: Any) -> tuple[Any, ...]:
    """The same where nobody asks for what is stored."""
    return _run_loop(loop, values, None, stored=False)


_lean.limit = lambda args: args[0].carries + args[0].ys  # type: ignore[attr-defined]
scan_loop.lean = _lean  # type: ignore[attr-defined]


def _run_loop(
    loop: Loop, values: Sequence[Any], recorder: Function | None, *, stored: bool, keep: Sequence[int] = ()
) -> tuple[Any, ...]:
    consts, carry, xs = loop.split(values)
    given = dict(zip(loop.consts, consts, strict=True))
    if stored and loop.slots is not None:
        from .schedule import checkpointed

        return checkpointed(loop, given, carry, xs, recorder)
    kept = range(loop.carries) if stored else keep
    final, ys, befores = execute(loop, given, carry, Rows(xs, loop.n, loop.reverse), loop.n, kept, recorder)
    return (*final, *ys, *befores)


def loop_of(
    step: Function, name: str, carry: Sequence[Any], xs: Sequence[Any], n: int, *, reverse: bool = False,
    slots: int | None = None, keep: Sequence[int] = (), check: bool = False, derived: bool = False,
) -> tuple[list[Any], list[Any], list[Any]]:  # fmt: skip
    """Run n steps of ``step(carry + x) → carry + ys`` (lists); recorded as one node if a Tensor goes in anywhere.

    Returns the last carry, the ys, and the carries before each step: all where it is recorded, otherwise those that
    ``keep`` names.  With ``check`` the step is recorded at its second step too, to see that it does the same there.
    """
    loop = Loop(name, n, len(carry), len(xs), reverse=reverse, slots=slots, derived=derived)
    inputs, m = [*carry, *xs], len(carry)
    values = [x.node.value if type(x) is Tensor else x for x in inputs]
    _begin(loop, step, values, check)

    def outputs(recorded: bool) -> tuple[Any, ...]:
        everything = [*[node.value for node in loop.consts], *values]
        return _run_loop(loop, everything, step, stored=recorded, keep=keep)

    recorded = bool(loop.consts) or any([type(x) is Tensor for x in inputs])
    if derived and not recorded:
        loop.forget()
    out: Sequence[Any] = outputs(recorded)
    if loop.consts and not recorded:  # a Tensor that only a later step met
        recorded, out = True, outputs(True)
    if recorded:
        nodes = [*loop.consts, *[x.node if type(x) is Tensor else x for x in inputs]]
        loop.recorded = [type(x) is Node for x in nodes]
        node = Node(out, scan_loop, (loop, *nodes))
        out = [tensor_of(record(pick, (node, i))) for i in range(len(out))]
    return list(out[:m]), list(out[m : m + loop.ys]), list(out[m + loop.ys :])


def _begin(loop: Loop, step: Function, values: list[Any], check: bool) -> None:
    """Record the first step; with ``check`` also the second, and compare."""
    m, n = loop.carries, loop.n
    if n == 0:  # nothing is run, but what the step returns has shapes
        rows = [np.zeros(x.shape[1:], x.dtype)[()] for x in values[m:]]
        with np.errstate(all="ignore"):
            loop.record(step, [*values[:m], *rows])
        return
    order = (-1, -2) if loop.reverse else (0, 1)
    row = [x[order[0]] for x in values[m:]]
    body = loop.record(step, [*values[:m], *row])
    if not check or n == 1:
        return
    carry, _, _ = execute(loop, {}, values[:m], Rows([np.asarray(x)[None] for x in row], 1, False), 1, (), step)
    other = loop.record(step, [*carry, *[x[order[1]] for x in values[m:]]])
    if other.decided_as(body):
        loop.bodies.remove(other)
        found = difference(body, other)
        if found:
            raise TypeError(
                f"scan runs {loop.name} once and repeats what it did, but run again it does something else: {found}. "
                "Random numbers and counters go in as xs or in the carry"
            )
