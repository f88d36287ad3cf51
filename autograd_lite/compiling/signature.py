"""The form of a call: what of it is a number that may change from call to call, and what belongs to the program.

Arrays, NumPy scalars, floats and complex numbers are inputs: their dtype and shape are part of the form, their numbers
are not.  All else is part of the form with its value: integers (they count and select), flags, texts, functions.  So is
a Python float next to arrays of less than double precision, because NumPy then computes with it in their precision:
give it as np.float32(x) if it changes.

What must hold at each call is written out as a straight-line function, because it runs at each call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..trees import children, flatten, is_leaf
from .outside import MISSING, Outside, equal

__all__ = ["MISS", "Signature", "entry", "tree_text"]

MISS = object()  # what an entry returns for a call of another form
SIMPLE = (bool, int, float, complex, str, bytes, type(None))


class Signature:
    """The form of one call; ``inputs`` says which of the leaves are inputs."""

    def __init__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.args, self.kwargs = args, kwargs
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

    def of_argument(self, k: int, nodes: list[Any]) -> list[Any]:
        """Those of the inputs' nodes that belong to positional argument k."""
        counts = [len(flatten(x)[0]) for x in self.args[: k + 1]]
        before = sum(self.inputs[: sum(counts[:-1])])
        return nodes[before : sum(self.inputs[: sum(counts)])]

    def with_inputs(self, new: list[Any]) -> Any:
        """(args, kwargs) with others in the place of the inputs."""
        remaining = iter(new)
        return self.rebuild([
            next(remaining) if chosen else x for x, chosen in zip(self.leaves, self.inputs, strict=True)
        ])  # fmt: skip


def entry(signature: Signature, outside: Outside, run: Callable[..., Any], values: list[Any]) -> Callable[..., Any]:
    """A function (args, kwargs) that returns ``run(*inputs, *values)``, or MISS for a call that is not of this form.

    It also returns MISS where a name outside of the function stands for something else by now.
    """
    writer = _Writer(signature.inputs)
    writer.tuple_of("args", signature.args)
    if signature.kwargs:
        writer.dict_of("kwargs", signature.kwargs)
    else:
        writer.refuse("kwargs")
    writer.outside(outside)
    inside = ", ".join([*writer.found, *map(writer.value, values)])
    body = [*writer.lines, f"return {writer.value(run)}({inside})"]
    namespace = writer.values
    exec("def entry(args, kwargs):\n" + "".join(f"    {line}\n" for line in body), namespace)  # our own text
    function: Callable[..., Any] = namespace["entry"]
    return function


class _Writer:
    """Writes the lines of ``entry``; a value is named and passed by reference, never written out."""

    def __init__(self, inputs: list[bool]) -> None:
        self.inputs = iter(inputs)
        self.lines: list[str] = []
        self.found: list[str] = []
        self.values: dict[str, Any] = {"MISS": MISS, "ndarray": np.ndarray, "equal": equal}
        self.count = 0

    def value(self, x: Any) -> str:
        name = f"k{len(self.values)}"
        self.values[name] = x
        return name

    def fresh(self) -> str:
        self.count += 1
        return f"x{self.count}"

    def refuse(self, condition: str) -> None:
        self.lines.append(f"if {condition}: return MISS")

    def outside(self, outside: Outside) -> None:
        for cell, _, value in outside.cells:
            if value is not MISSING:
                name = self.fresh()
                self.lines.append(f"{name} = {self.value(cell)}.cell_contents")
                known = self.value(value)
                self.refuse(f"{name} is not {known} and not equal({name}, {known})")
        for space, key, value in outside.globals:
            name, known = self.fresh(), self.value(value)
            self.lines.append(f"{name} = {self.value(space)}.get({key!r})")
            self.refuse(f"{name} is not {known} and not equal({name}, {known})")
        if outside.inside_watched:
            self.refuse(f"{self.value(outside.changed_inside)}()")

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
        if is_leaf(x):
            self.leaf(name, x)
        elif type(x) in SIMPLE:
            self.refuse(f"type({name}) is not {self.value(type(x))} or {name} != {self.value(x)}")
        elif type(x) in (list, tuple) or hasattr(x, "_fields"):
            self.refuse(f"type({name}) is not {self.value(type(x))}")
            self.tuple_of(name, x)
        elif type(x) is dict:
            self.refuse(f"type({name}) is not {self.value(type(x))}")
            self.dict_of(name, x)
        elif children(x) is None:
            self.refuse(f"{name} is not {self.value(x)} and not equal({name}, {self.value(x)})")
        else:
            self.structure(name, x)

    def structure(self, name: str, x: Any) -> None:
        """A dataclass or another container: taken apart as ``trees`` does, its other fields compared."""
        self.refuse(f"type({name}) is not {self.value(type(x))}")
        rest = {k: v for k, v in getattr(x, "__dict__", {}).items() if f".{k}" not in dict(children(x) or ())}
        if rest:
            self.refuse(f"not {self.value(_same_rest)}({name}, {self.value(rest)})")
        parts = self.fresh()
        self.lines.append(f"{parts} = {self.value(_parts)}({name})")
        self.tuple_of(parts, _parts(x))

    def leaf(self, name: str, x: Any) -> None:
        if not next(self.inputs):
            self.refuse(f"type({name}) is not {self.value(type(x))} or {name} != {self.value(x)}")
            return
        if type(x) is np.ndarray:
            dtype = self.value(x.dtype)
            self.refuse(f"type({name}) is not ndarray or {name}.shape != {tuple(map(int, x.shape))!r}")
            self.refuse(f"{name}.dtype is not {dtype} and {name}.dtype != {dtype}")
        else:
            self.refuse(f"type({name}) is not {self.value(type(x))}")
        self.found.append(name)


def _parts(x: Any) -> list[Any]:
    return [child for _, child in children(x) or ()]


def _same_rest(x: Any, rest: dict[str, Any]) -> bool:
    """Whether the fields that hold no numbers are what they were."""
    now = x.__dict__
    return all([now.get(k) is v or equal(now.get(k), v) for k, v in rest.items()])


def tree_text(tree: Any, leaves: list[str]) -> str | None:
    """The expression that builds this tree from leaves of these names, None if it is not of lists, tuples and dicts."""
    if is_leaf(tree):
        return leaves.pop(0)
    if type(tree) in (list, tuple):
        parts = [tree_text(item, leaves) for item in tree]
        if any(part is None for part in parts):
            return None
        inside = ", ".join(filter(None, parts))
        return f"[{inside}]" if type(tree) is list else f"({inside},)" if len(parts) == 1 else f"({inside})"
    if type(tree) is dict and all([isinstance(key, (str, int)) for key in tree]):
        items = [(key, tree_text(item, leaves)) for key, item in tree.items()]
        return None if any(t is None for _, t in items) else "{" + ", ".join(f"{k!r}: {t}" for k, t in items) + "}"
    return None
