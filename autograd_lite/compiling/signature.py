"""The form of a call: what of it is a number that may change from call to call, and what belongs to the program.

Arrays, NumPy scalars, floats and complex numbers are inputs: their dtype and shape are part of the form, their numbers
are not.  All else is part of the form with its value: integers (they count and select), flags, texts, functions.  So is
a Python float next to arrays of less than double precision, because NumPy then computes with it in their precision:
give it as np.float32(x) if it changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..trees import children, flatten, is_leaf

__all__ = ["Signature", "form_of"]

_ARRAY = np.ndarray
_SIMPLE = (bool, int, float, complex, str, bytes, type(None))


class Signature:
    """The form of one call; ``inputs`` says which of the leaves are inputs."""

    def __init__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        leaves, self.rebuild = flatten((args, kwargs))
        floats = {x.dtype for x in leaves if isinstance(x, (np.ndarray, np.generic)) and x.dtype.kind in "fc"}
        double = all(dtype.char in "dD" for dtype in floats)
        self.inputs = [
            isinstance(x, (np.ndarray, np.generic)) or (type(x) in (float, complex) and double) for x in leaves
        ]
        self.leaves = leaves

    def chosen(self) -> list[Any]:
        """The inputs of this call."""
        return [x for x, chosen in zip(self.leaves, self.inputs, strict=True) if chosen]

    def with_inputs(self, new: list[Any]) -> Any:
        """(args, kwargs) with others in the place of the inputs."""
        remaining = iter(new)
        return self.rebuild([
            next(remaining) if chosen else x for x, chosen in zip(self.leaves, self.inputs, strict=True)
        ])  # fmt: skip


def form_of(args: tuple[Any, ...], kwargs: dict[str, Any], signature: Signature) -> Callable[[Any, Any], Any]:
    """A function (args, kwargs) → the tuple of inputs, or None where a call has another form.

    It is written out as a straight-line program, because it runs at each call.
    """
    writer = _Writer(list(signature.inputs))
    writer.tuple_of("args", args)
    if kwargs:
        writer.dict_of("kwargs", kwargs)
    else:
        writer.refuse("kwargs")
    inputs = "".join(f"{name}, " for name in writer.found)
    source = "def form(args, kwargs):\n" + "".join(f"    {line}\n" for line in writer.lines) + f"    return ({inputs})\n"
    namespace = dict(writer.values)
    exec(source, namespace)  # our own text: nothing in it comes from a user but the keys below, by reference
    form: Callable[[Any, Any], Any] = namespace["form"]
    return form


class _Writer:
    """Writes the lines of ``form``; a value is named and passed by reference, never written out."""

    def __init__(self, inputs: list[bool]) -> None:
        self.inputs = iter(inputs)
        self.lines: list[str] = []
        self.found: list[str] = []
        self.values: dict[str, Any] = {"ndarray": _ARRAY}
        self.count = 0

    def value(self, x: Any) -> str:
        name = f"k{len(self.values)}"
        self.values[name] = x
        return name

    def fresh(self) -> str:
        self.count += 1
        return f"x{self.count}"

    def refuse(self, condition: str) -> None:
        self.lines.append(f"if {condition}: return None")

    def tuple_of(self, name: str, items: Any) -> None:
        self.refuse(f"len({name}) != {len(items)}")
        names = [self.fresh() for _ in items]
        if names:
            self.lines.append(f"{', '.join(names)}, = {name}")
        for new, item in zip(names, items, strict=True):
            self.tree(new, item)

    def dict_of(self, name: str, items: dict[Any, Any]) -> None:
        self.refuse(f"list({name}) != {self.value(list(items))}")
        names = [self.fresh() for _ in items]
        if names:
            self.lines.append(f"{', '.join(names)}, = {name}.values()")
        for new, item in zip(names, items.values(), strict=True):
            self.tree(new, item)

    def tree(self, name: str, x: Any) -> None:
        kind = self.value(type(x))
        if is_leaf(x):
            self.leaf(name, x, kind)
        elif type(x) in _SIMPLE:
            self.refuse(f"type({name}) is not {kind} or {name} != {self.value(x)}")
        elif type(x) in (list, tuple) or hasattr(x, "_fields"):
            self.refuse(f"type({name}) is not {kind}")
            self.tuple_of(name, x)
        elif type(x) is dict:
            self.refuse(f"type({name}) is not {kind}")
            self.dict_of(name, x)
        elif children(x) is None:
            self.refuse(f"{name} is not {self.value(x)}")
        else:
            self.structure(name, x, kind)

    def structure(self, name: str, x: Any, kind: str) -> None:
        """A dataclass or another container: taken apart as ``trees`` does, its other fields compared."""
        self.refuse(f"type({name}) is not {kind}")
        rest = {k: v for k, v in getattr(x, "__dict__", {}).items() if k not in dict(_fields(x))}
        self.refuse(f"not {self.value(_same_rest)}({name}, {self.value(rest)})")
        parts = self.fresh()
        self.lines.append(f"{parts} = {self.value(_parts)}({name})")
        self.tuple_of(parts, _parts(x))

    def leaf(self, name: str, x: Any, kind: str) -> None:
        if not next(self.inputs):
            self.refuse(f"type({name}) is not {kind} or {name} != {self.value(x)}")
        elif isinstance(x, np.ndarray):
            dtype = self.value(x.dtype)
            shape = repr(tuple(int(n) for n in x.shape))
            self.refuse(f"type({name}) is not {kind} or {name}.shape != {shape}")
            self.refuse(f"{name}.dtype is not {dtype} and {name}.dtype != {dtype}")
            self.found.append(name)
        else:
            self.refuse(f"type({name}) is not {kind}")
            self.found.append(name)


def _fields(x: Any) -> list[tuple[str, Any]]:
    return [(step.lstrip("."), child) for step, child in children(x) or ()]


def _parts(x: Any) -> list[Any]:
    return [child for _, child in children(x) or ()]


def _same_rest(x: Any, rest: dict[str, Any]) -> bool:
    """Whether the fields that hold no numbers are what they were."""
    return all([
        (now := x.__dict__.get(k)) is v or (type(now) is type(v) and isinstance(v, _SIMPLE) and now == v)
        for k, v in rest.items()
    ])  # fmt: skip
