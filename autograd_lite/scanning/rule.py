"""The derivative of a loop is a loop.

    tangent    ċ_t, ẏ_t = ∂step(c_{t−1}, x_t)·(ċ_{t−1}, ẋ_t, k̇)               runs along with the values
    adjoint    c̄_{t−1}, x̄_t, k̄ += (c̄_t, ȳ_t)·∂step(c_{t−1}, x_t)             runs backwards over what is stored

k are the consts.  Each step follows the recorded body and sweeps over it, and is recorded in its turn, so the two are
programs like the loop itself; where the sweep is recorded they are nodes like it, and have derivatives of every order.
A derivative that is one array for many seeds (``Batched``) is carried with that axis in front.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..batching.batched import Batched, batched
from ..graph import Node, path
from ..kinds import Parts
from ..sweeps import forward_sweep, reverse_sweep, rules
from ..tensor import Tensor, tensor_of
from .body import chosen, inputs_of, placed
from .loops import Loop, Rows, execute, loop_of, run_part, scan_loop
from .schedule import advance, segments

__all__ = ["Adjoint", "Seeds", "Tangent"]

Function = Callable[..., Any]


def face(x: Any) -> Any:
    return tensor_of(x) if type(x) is Node else x


class Seeds:
    """How derivatives are carried through a loop: as they are, or with the axis that counts the seeds in front."""

    def __init__(self, derivatives: Sequence[Any]) -> None:
        sizes = [len(d.array) for d in derivatives if type(d) is Batched]
        self.count = sizes[0] if sizes else None

    def zeros(self, x: Any) -> Any:
        front = () if self.count is None else (self.count,)
        return np.zeros((*front, *x.shape), x.dtype)[()]

    def array(self, d: Any, x: Any) -> Any:
        """A derivative of x as an array to carry; zeros for None."""
        if d is None:
            return self.zeros(x)
        if self.count is None:
            return d
        return d.array if type(d) is Batched else np.broadcast_to(d, (self.count, *x.shape))

    def column(self, d: Any, x: Any) -> Any:
        """The same of what has one entry for each step, the steps in front."""
        array = self.array(d, x)
        return array if self.count is None else np.swapaxes(array, 0, 1)

    def derivative(self, array: Any) -> Any:
        return array if self.count is None else batched(array)

    def derivatives(self, column: Any) -> Any:
        return column if self.count is None else batched(np.swapaxes(column, 0, 1))


class Tangent:
    """The step of the tangent loop: [c, ċ, x, ẋ] → [c, ċ, ẏ]."""

    def __init__(self, loop: Loop, consts: list[Any], tangents: Sequence[Any]) -> None:
        self.loop, self.consts, self.seeds = loop, consts, Seeds([t for t in tangents if t is not None])
        moving = [t is not None for t in tangents]
        self.results = loop.active(moving)
        self.const_tangents, _, _ = loop.split(tangents)
        self.k, _, self.x = loop.split(moving)
        self.c, self.y = self.results[: loop.carries], self.results[loop.carries :]

    def __call__(self, inputs: list[Any]) -> list[Any]:
        m, p, a = self.loop.carries, self.loop.xs, sum(self.c)
        carry, carry_tangents, x, x_tangents = inputs[:m], inputs[m : m + a], inputs[m + a :][:p], inputs[m + a + p :]
        moving = [*self.k, *self.c, *self.x]
        nodes = inputs_of([*self.consts, *carry, *x], moving)
        outputs = self.loop.follow(*self.loop.split(nodes))
        leaves = chosen(nodes, moving)
        given = [t for t in self.const_tangents if t is not None]
        given += [self.seeds.derivative(t) for t in (*carry_tangents, *x_tangents)]
        computed = [y for y in outputs if type(y) is Node]
        found = forward_sweep(path(leaves, computed), dict(zip(leaves, given, strict=True)), tensor_of)
        values = [self.loop.bodies[0].outputs[i] for i in range(len(outputs))]
        tangents = [
            self.seeds.array(found.get(y) if type(y) is Node else None, _value(value))
            for y, value in zip(outputs, values, strict=True)
        ]
        return [*map(face, outputs[:m]), *chosen(tangents, self.results)]


def _value(y: Any) -> Any:
    return y.value if type(y) is Node else y


class Adjoint:
    """The step of the adjoint loop: [c̄, k̄, c, x, ȳ, s̄] → [c̄, k̄, x̄]; s̄ is the adjoint of c as an output."""

    def __init__(self, loop: Loop, consts: list[Any], wanted: Sequence[bool], adjoint: Sequence[Any]) -> None:
        m, q = loop.carries, loop.ys
        self.loop, self.consts, self.seeds = loop, consts, Seeds(adjoint)
        self.k, _, self.x = loop.split(wanted)
        active = loop.active(wanted)
        self.c = active[:m]
        self.final, self.ys, self.stored = adjoint[:m], adjoint[m : m + q], adjoint[m + q :]
        if loop.slots is not None:  # what is stored there is a means, and no output of the loop
            self.stored = ()
        self.given_y = [y is not None and is_active for y, is_active in zip(self.ys, active[m:], strict=True)]
        self.given_s = [s is not None and is_active for s, is_active in zip(self.stored, self.c, strict=False)]
        self.carries = sum(self.c) + sum(self.k)

    def start(self, final: Sequence[Any]) -> list[Any]:
        """c̄ after the last step, and k̄ = 0."""
        adjoints = [self.seeds.array(g, x) for g, x in zip(self.final, final, strict=True)]
        return [*chosen(adjoints, self.c), *[self.seeds.zeros(x) for x in chosen(self.consts, self.k)]]

    def columns(self, out: Sequence[Any]) -> list[Any]:
        """ȳ and s̄ at each step."""
        m, q = self.loop.carries, self.loop.ys
        ys = zip(chosen(self.ys, self.given_y), chosen(out[m : m + q], self.given_y), strict=True)
        stored = zip(chosen(self.stored, self.given_s), chosen(out[m + q :], self.given_s), strict=True)
        return [self.seeds.column(g, y) for g, y in (*ys, *stored)]

    def __call__(self, inputs: list[Any]) -> list[Any]:
        loop, m, p = self.loop, self.loop.carries, self.loop.xs
        carried, inputs = inputs[: self.carries], inputs[self.carries :]
        values, given = [*self.consts, *inputs[: m + p]], list(map(self.seeds.derivative, inputs[m + p :]))
        moving = [*self.k, *self.c, *self.x]
        nodes = inputs_of(values, moving)
        outputs = loop.follow(*loop.split(nodes))
        carry_adjoints = list(map(self.seeds.derivative, carried[: sum(self.c)]))
        seeds: dict[Node, Any] = {}
        adjoints = [*placed(carry_adjoints, self.c), *placed(given[: sum(self.given_y)], self.given_y)]
        for node, g in zip(outputs, adjoints, strict=True):
            if type(node) is Node and g is not None:
                seeds[node] = seeds[node] + g if node in seeds else g
        leaves = chosen(nodes, moving)
        found = reverse_sweep(path(leaves, list(seeds)), seeds, tensor_of, keep=False)
        parts = [found.get(node) for node in leaves]
        return self.collected(parts, chosen(values, moving), carried, given[sum(self.given_y) :])

    def collected(self, parts: list[Any], values: list[Any], carried: list[Any], stored: list[Any]) -> list[Any]:
        """The new c̄ and k̄, and x̄."""
        b, a = sum(self.k), sum(self.c)
        added = placed(stored, self.given_s or [False] * len(self.c))
        new = []
        for part, x, s in zip(parts[b : b + a], values[b : b + a], chosen(added, self.c), strict=True):
            total = part if s is None else s if part is None else part + s
            new.append(self.seeds.array(total, x))
        for part, sum_so_far in zip(parts[:b], carried[a:], strict=True):
            new.append(sum_so_far if part is None else sum_so_far + self.seeds.array(part, sum_so_far))
        rest = zip(parts[b + a :], values[b + a :], strict=True)
        return [*new, *[self.seeds.array(part, x) for part, x in rest]]


def _adjoint_by_slots(
    step: Adjoint, loop: Loop, values: Sequence[Any], out: Sequence[Any]
) -> tuple[list[Any], list[Any]]:
    """The adjoint loop over a loop of few stored states: c̄ and k̄, and the x̄ of every step."""
    consts, carry, xs = loop.split(values)
    if loop.n == 0 or any([type(x) is Tensor for x in (*out, *values)]):  # recorded: a loop that stores all
        follow = lambda inputs: loop.follow_tensors(consts, inputs)
        _, _, stored = loop_of(follow, loop.name, carry, xs, loop.n, keep=range(loop.carries))
        start = step.start(out[: loop.carries])
        final, adjoints, _ = loop_of(step, f"adjoint of {loop.name}", start, [*stored, *xs], loop.n, reverse=True)
        return final, adjoints
    return _Reversal(step, loop, dict(zip(loop.consts, consts, strict=True)), xs, out).run()


class _Reversal:
    """The schedule at work: the states that are kept, the last on top, and the adjoint as far as it came."""

    def __init__(
        self, step: Adjoint, loop: Loop, consts: Mapping[Any, Any], xs: list[Any], out: Sequence[Any]
    ) -> None:
        self.step, self.loop, self.consts, self.xs = step, loop, consts, xs
        places = segments(0, loop.n, loop.slots or 1) if loop.n else ()
        stored = out[loop.carries :]
        self.kept = [(place, [x[i] for x in stored]) for i, place in enumerate(places)]
        self.carry = step.start(out[: loop.carries])
        self.backwards = Loop(f"adjoint of {loop.name}", loop.n, len(self.carry), loop.carries + loop.xs, reverse=True)
        self.backwards.forget()
        self.blocks: list[list[Any]] = []

    def run(self) -> tuple[list[Any], list[Any]]:
        end = self.loop.n
        while end:
            place, state = self.kept[-1]
            free = (self.loop.slots or 1) - len(self.kept) + 1  # for this state and those behind it
            if end - place <= free + 1:
                self.pull(state, place, end)
                self.kept.pop()
                end = place
            else:
                ahead = place + advance(end - place, free)
                self.kept.append((ahead, run_part(self.loop, self.consts, state, self.xs, place, ahead)[0]))
        columns = [np.concatenate(blocks[::-1]) for blocks in zip(*self.blocks, strict=True)]
        return self.carry, columns

    def pull(self, state: list[Any], start: int, stop: int) -> None:
        """The adjoint of a few steps in a row, whose states all find room."""
        every = range(self.loop.carries)
        last, stored = run_part(self.loop, self.consts, state, self.xs, start, stop - 1, keep=every)
        for states, begin, end in (([np.asarray(x)[None] for x in last], stop - 1, stop), (stored, start, stop - 1)):
            if end > begin:
                rows = Rows([*states, *[x[begin:end] for x in self.xs]], end - begin, True)
                self.carry, adjoints, _ = execute(self.backwards, {}, self.carry, rows, end - begin, (), self.step)
                self.blocks += [adjoints] if adjoints else []


class LoopRule:
    """The rule of ``scan_loop``."""

    def jvp(self, tangents: list[Any], out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Parts:
        loop, given = args[0], tangents[1:]
        consts, carry, xs = loop.split(args[1:])
        step = Tangent(loop, consts, given)
        _, carry_tangents, x_tangents = loop.split(given)
        starts = [step.seeds.array(t, x) for t, x in zip(carry_tangents, carry, strict=True)]
        columns = [step.seeds.column(t, x) for t, x in zip(x_tangents, xs, strict=True) if t is not None]
        m, a = loop.carries, sum(step.c)
        final, ys, stored = loop_of(
            step, f"tangent of {loop.name}", [*carry, *chosen(starts, step.c)], [*xs, *columns], loop.n,
            reverse=loop.reverse, keep=range(m, m + a), derived=True,
        )  # fmt: skip
        result = placed([step.seeds.derivative(t) for t in final[m:]], step.c)
        result += placed(list(map(step.seeds.derivatives, ys)), step.y)
        if loop.slots is None:
            result += placed(list(map(step.seeds.derivatives, stored[-a:] if a else [])), step.c)
        else:
            result += [None] * (len(out) - len(result))
        return Parts(result)

    def vjp(self, j: int, adjoint: Any, out: Any, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
        found: dict[int, Any] = getattr(adjoint, "found", {})  # one loop gives all, and each is asked for by itself
        if j not in found:
            found = self.adjoints(j, adjoint, out, args)
            if type(adjoint) is Parts:
                adjoint.found = found  # type: ignore[attr-defined]
        return found[j]

    def adjoints(self, j: int, adjoint: Any, out: Any, args: list[Any]) -> dict[int, Any]:
        """The adjoint of argument j and of all that were recorded, by the number of the argument."""
        loop, values = args[0], args[1:]
        wanted = [recorded and x.dtype.kind in "fc" for recorded, x in zip(loop.recorded, values, strict=True)]
        wanted[j - 1] = values[j - 1].dtype.kind in "fc"
        consts, _, xs = loop.split(values)
        step = Adjoint(loop, consts, wanted, adjoint)
        if loop.slots is not None:
            final, x_adjoints = _adjoint_by_slots(step, loop, values, out)
        else:
            stored = list(out[loop.carries + loop.ys :])
            final, x_adjoints, _ = loop_of(
                step, f"adjoint of {loop.name}", step.start(out[: loop.carries]), [*stored, *xs, *step.columns(out)],
                loop.n, reverse=not loop.reverse, derived=True,
            )  # fmt: skip
        a = sum(step.c)
        found = placed(list(map(step.seeds.derivative, final[a:])), step.k)
        found += placed(list(map(step.seeds.derivative, final[:a])), step.c)
        found += placed(list(map(step.seeds.derivatives, x_adjoints)), step.x)
        return {i + 1: g for i, g in enumerate(found)}


rules[scan_loop] = LoopRule()
