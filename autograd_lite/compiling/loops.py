"""A plan as loops, for a compiler of machine code.

Functions that work entry by entry on arrays of one shape become one loop, with what is between them in registers:

    for i0 in range(99999):                         no array is made for what is only used here,
        t = x[i0 + 1] - x[i0] * x[i0]               a part of an array is another place in its memory,
        s += t * t                                  and a sum is added up on the way

Every part or other shape of an array is an affine map from the loop's indices to places in its memory (places.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..graph import Node
from ..kinds import pick
from ..registry import parameters
from ..rules.indexing import BASIC, getitem, scatter
from ..scanning.loops import scan_loop
from .entries import REDUCED, SCALAR, Unsupported, entry_of, written_inside
from .groups import Group, LoopWriter
from .loop_scans import write_loop_scan
from .places import Place, affine, aligned, dummy, place_of, seen
from .planning import VIEWS, Step, entrywise
from .rewriting import added

__all__ = ["LoopEmitter"]

PLACES = VIEWS - {np.real, np.imag, pick}  # views that are the same memory in another order


class LoopEmitter(LoopWriter):
    """Writes the statements of a program as loops over entries."""

    def body(self) -> None:
        for node in self.plan.inputs:
            name = self.names[node]
            if type(node.value) is np.ndarray:
                self._line(f"{name} = np.ascontiguousarray({name})" if node.value.ndim else f"{name} = {name}[()]")
        for i, guard in self.plan.guards:
            if guard.node in self.plan.inputs:
                self._guard(i, guard)
        for step in self.plan.steps:
            self._noted(self._step, step)
            if step.checks:
                self._close()
            for i, guard in step.checks:
                if guard.door != "bool" and np.ndim(guard.outcome):
                    raise Unsupported(f"the values of an array in a decision ({guard.line})")
                self._guard(i, guard)
        self._close()
        outputs = [self._result(y) for y in self.plan.outputs if type(y) is Node]
        self._line(f"return {', '.join(outputs)}" if outputs else "return ()")

    def _assembled(self, name: str) -> str:
        """The program; constants stand in the function: what refers to an outer array cannot be kept on disk."""
        self.lines[:0] = [f"    {constant} = {written_inside(text)}" for constant, text in self.header.values()]
        self.header.clear()
        text = super()._assembled(name)
        options = 'error_model="numpy", fastmath={"reassoc", "contract"}, cache=True'
        return text.replace(f"\ndef {name}(", f"\n@numba.njit({options})\ndef {name}(")

    # Steps

    def _step(self, step: Step) -> None:
        """Put a step into the open group of loops, or write it."""
        node = step.node
        if node.function is scan_loop:
            self._close()
            write_loop_scan(self, step)
            return
        if node.function is pick:
            return  # named where the loop is written
        basic = node.function is getitem and all([type(i) in BASIC for i in node.args[1:]])
        if (basic or node.function in PLACES) and self._as_place(step):
            return
        if node.value.ndim == 0 and entrywise(node):
            if any([self.group.makes(a, self.places) for a in node.parents]):
                self._close()
            values = [self._at(a, [], self.group, node) for a in node.args]
            self._line(f"{step.name} = {entry_of(node, values)}", self._comment(node))
            return
        kind, shape = self._kind(step)
        if kind == "call":
            self._close()
            self._call(step)
            return
        late = node.function is added and self.group.makes(node.args[0], self.places)
        late = late and not (step.into and node.args[0] in self.group.partial)
        if self.group.shape != shape or late or any([self._waits(a) for a in self._read(node)]):
            self._close()
            self.group = Group(shape)
        self.group.steps.append((kind, step))
        self.group.made.add(node)
        if kind != "entry":
            self.group.partial.add(node)

    def _read(self, node: Node) -> list[Node]:
        """The arguments whose entries are read; not the array that is added to."""
        parents = node.args[1:] if node.function is added else node.args
        return [a for a in parents if type(a) is Node]

    def _waits(self, a: Node) -> bool:
        """Whether the entries of an argument are not there yet in the loop that is open."""
        base = self.places[a].base if a in self.places else a
        return base in self.group.partial or (base in self.group.made and (a is not base))

    def _kind(self, step: Step) -> tuple[str, tuple[int, ...]]:
        node = step.node
        if entrywise(node) and node.function in SCALAR:
            return "entry", node.value.shape
        if node.function in REDUCED and type(node.args[0]) is Node:
            return "reduce", node.args[0].value.shape
        if node.function in (scatter, added):
            values = node.args[0 if node.function is scatter else 1]
            if _shape(values) and self._target(node) is not None:
                return "put", _shape(values)
        if node.function is getitem and self._gathers(node.args[0], node.args[1:], node.value.shape):
            return "entry", node.value.shape
        if node.function in PLACES and type(node.args[0]) is Node:
            raise Unsupported(f"np.{node.function.__name__} that copies")
        return "call", ()

    def _as_place(self, step: Step) -> bool:
        """A view is no step at all, but another place."""
        node = step.node
        x = node.args[0]
        if type(x) is not Node or x.value.ndim == 0:
            return False
        place = self.place(x)
        array = dummy(place, x.value.shape)
        try:
            function: Any = node.function
            if function is getitem:  # the ellipsis keeps one entry a view
                view: Any = array[tuple(node.args[1:]) + (() if Ellipsis in node.args[1:] else (Ellipsis,))]
            else:
                view = function(array, *node.args[1:], **node.kwargs)
        except (TypeError, ValueError):
            return False
        found = seen(view, array, place)
        if found is None:
            return False
        if node.value.ndim:
            self.places[node] = found
            return True
        if self.group.makes(found.base, self.places):
            self._close()
        self._flat(found.base)
        self._line(f"{step.name} = {self.names[found.base]}_[{found.offset}]", self._comment(node))
        return True

    def _target(self, node: Node) -> Place | None:
        """Where the entries of a scatter or an addition go."""
        index = node.args[2:]
        values = node.args[0 if node.function is scatter else 1]
        place = place_of(node)
        if all([type(i) in BASIC for i in index]):
            array = dummy(place, node.value.shape)
            view = array[tuple(index)]
            return seen(view, array, place) if np.shape(view) == _shape(values) else None
        return place if self._gathers(node, index, _shape(values)) else None

    def _gathers(self, x: Any, index: Sequence[Any], shape: tuple[int, ...]) -> bool:
        """Whether the index is one integer for each axis, each of this shape."""
        if type(x) is not Node or len(index) != x.value.ndim:
            return False
        arrays = [i.value if type(i) is Node else i for i in index]
        good = all([isinstance(i, (int, np.integer)) or getattr(i, "dtype", np.dtype("O")).kind == "i" for i in arrays])
        return good and np.broadcast_shapes(*[np.shape(i) for i in arrays]) == shape != ()

    # Loops

    def _close(self) -> None:
        """Write the open group as a loop."""
        group, self.group = self.group, Group(())
        if not group.steps:
            return
        stored = {s.node for kind, s in group.steps if kind == "entry" and self._is_stored(s.node, group)}
        for kind, step in group.steps:
            self._before(kind, step, stored)
        self._flatten(group, stored)
        index = [f"i{k}" for k in range(len(group.shape))]
        for k, n in enumerate(group.shape):
            self._line(f"for i{k} in range({n}):")
            self.depth += 1
        for kind, step in group.steps:
            self._inside(kind, step, index, group, stored)
        self.depth -= len(group.shape)
        for kind, step in group.steps:
            if kind == "reduce" and step.node.function is np.mean:
                count = int(np.prod(group.shape)) // max(1, step.node.value.size)
                self._line(f"{step.name} /= {count}")
        for _, step in group.steps:
            self.places.setdefault(step.node, place_of(step.node))

    def _is_stored(self, node: Node, group: Group) -> bool:
        """Whether anything outside of the loop reads the node, or a view of it."""
        mine = {s.node for _, s in group.steps}
        return any([reader is None or reader.node not in mine for reader in self.readers.get(node, ())])

    def _before(self, kind: str, step: Step, stored: set[Node]) -> None:
        node, value = step.node, step.node.value
        dtype = self.text(value.dtype)
        if kind == "entry" and node in stored:
            self._line(f"{step.name} = np.empty({value.shape}, {dtype})")
        elif kind == "put" and node.function is scatter:
            self._line(f"{step.name} = np.zeros({value.shape}, {dtype})")
        elif kind == "put":
            x = self.text(node.args[0])
            if not step.into:
                self._line(f"{step.name} = {self._whole(node.args[0])}.copy()")
            elif x != step.name:
                self._line(f"{step.name} = {x}")
        elif kind == "reduce":
            start = REDUCED[node.function][0]  # type: ignore[index]
            start = f"{dtype}({start})" if value.dtype.kind != "b" else start
            whole = start if value.ndim == 0 else f"np.full({value.shape}, {start})"
            self._line(f"{step.name} = {whole}")

    def _flatten(self, group: Group, stored: set[Node]) -> None:
        """Names for the flat memory of the arrays that the loop reads and writes."""
        written = [s.node for kind, s in group.steps if s.node.value.ndim and (kind != "entry" or s.node in stored)]
        read = [a for _, s in group.steps for a in s.node.args if type(a) is Node and a not in group.made]
        bases = [self.places[a].base if a in self.places else a for a in read]
        for node in dict.fromkeys([*written, *bases]):
            self._flat(node)

    def _inside(self, kind: str, step: Step, index: list[str], group: Group, stored: set[Node]) -> None:
        node, comment = step.node, self._comment(step.node)
        if kind == "entry":
            if node.function is getitem:
                value = f"{self._flat_name(node.args[0])}[{self._gathered(node.args[0], node.args[1:], index, group)}]"
            else:
                value = entry_of(node, [self._at(a, index, group, node) for a in node.args])
            local = f"{step.name}_i"
            self._line(f"{local} = {value}", comment)
            if node in stored:
                self._line(f"{step.name}_[{affine(place_of(node), index)}] = {local}")
        elif kind == "reduce":
            self._line(self._reduced(step, index, group), comment)
        else:
            values = node.args[0 if node.function is scatter else 1]
            if all([type(i) in BASIC for i in node.args[2:]]):
                target: Any = self._target(node)
                where = affine(target, index)
            else:
                where = self._gathered(node, node.args[2:], index, group)
            self._line(f"{step.name}_[{where}] += {self._at(values, index, group, node)}", comment)

    def _reduced(self, step: Step, index: list[str], group: Group) -> str:
        node = step.node
        function: Any = node.function
        known = dict(zip(parameters(function)[1:], node.args[1:], strict=False)) | dict(node.kwargs)
        if not known.keys() <= {"axis", "keepdims"}:
            raise Unsupported(f"{function.__name__} with {', '.join(known)}")
        axis = known.get("axis")
        axes = range(len(index)) if axis is None else np.atleast_1d(axis) % len(index)
        kept = [i for k, i in enumerate(index) if k not in axes]
        full = [("0" if k in axes else i) for k, i in enumerate(index)] if known.get("keepdims") else kept
        r = step.name if node.value.ndim == 0 else f"{step.name}_[{affine(place_of(node), full)}]"
        return REDUCED[function][1].format(r=r, v=self._at(node.args[0], index, group, node))

    def _at(self, a: Any, index: list[str], group: Group, near: Node) -> str:
        """The entry of an argument that belongs to the indices of the loop."""
        if type(a) is not Node:
            return self._number(a, index, near)
        if a in group.made and a not in group.partial:
            return f"{self.names[a]}_i"
        if a.value.ndim == 0:
            return self.names[a]
        place = self.place(a)
        return f"{self.names[place.base]}_[{affine(place, aligned(a.value.shape, index))}]"

    def _number(self, a: Any, index: list[str], near: Node) -> str:
        if isinstance(a, np.ndarray) and a.ndim:
            if not any(a.strides):
                a = a.flat[0]
            else:
                strides = ", ".join(aligned(a.shape, index))
                return f"{self.text(a)}[{strides}]"
        if isinstance(a, np.ndarray):
            a = a[()]
        if isinstance(a, (bool, np.bool_, np.dtype)):
            return str(bool(a)) if not isinstance(a, np.dtype) else ""
        if near.value.dtype == np.float32 and isinstance(a, (int, float)):
            return f"np.float32({self.text(float(a))})"
        return self.text(a, near)

    def _gathered(self, x: Node, index: Sequence[Any], loop: list[str], group: Group) -> str:
        """The place in flat memory that arrays of integers select."""
        terms = []
        for i, n, stride in zip(index, x.value.shape, place_of(x).strides, strict=True):
            if isinstance(i, (int, np.integer)):
                terms.append(f"{int(i) % n * stride}")
                continue
            at = self._at(i, loop, group, x)
            array = i.value if type(i) is Node else i
            positive = type(i) is not Node and array.size and array.min() >= 0
            terms.append(f"{at if positive else f'({at} % {n})'}{f' * {stride}' if stride != 1 else ''}")
        return " + ".join(terms)

    # Calls

    def _call(self, step: Step) -> None:
        node = step.node
        if node.function is not np.matmul or any([type(a) is not Node or a.value.ndim > 2 for a in node.args]):
            raise Unsupported(getattr(node.function, "__name__", "function"))
        left, right = [self._whole(a) for a in node.args]
        self._line(f"{step.name} = np.dot({left}, {right})", self._comment(node))
        self.places[node] = place_of(node)

    def _result(self, y: Node) -> str:
        if y.value.ndim == 0:
            return self.names[y] if y in self.names else self.text(y.value)
        whole = self._whole(y)
        once = sum([other is y for other in self.plan.outputs]) == 1
        fresh = once and whole == self.names.get(y) and y not in self.plan.inputs
        return whole if fresh or whole.endswith("_whole") else f"{whole}.copy()"


def _shape(a: Any) -> tuple[int, ...]:
    return np.shape(a.value if type(a) is Node else a)
