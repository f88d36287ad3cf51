"""Models in words: what a layer is called, the table of a model, and what a picture says of a layer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Any

import numpy as np

from autograd_lite import trees

from .activations import name_of
from .text import Text, aligned

__all__ = ["Titled", "inside", "parameter_count", "short_title", "table", "title"]

Array = Any


def title(layer: Any) -> str:
    """What to call a layer: layers of this package by what they are, others by the name of their class or function.

    >>> title(np.tanh), title(lambda z: z)
    ('tanh', 'custom')
    """
    if hasattr(layer, "__name__"):
        return name_of(layer)
    ours = type(layer).__module__.partition(".")[0] == __name__.partition(".")[0]
    return repr(layer) if ours else type(layer).__name__


def parameter_count(model: Any) -> int:
    """The number of numbers that training may change by gradients.

    >>> parameter_count({"W": np.ones((2, 3)), "b": np.ones(3)})
    9
    """
    return sum(int(np.size(x)) for x in trees.flatten(model)[0])


def table(layers: list[Any], x: Array | None) -> Text:
    """The layers with the shapes of their parameters and, for an input x, of their outputs.

    The layers inside of another stand below it, as 2.1, 2.2, … .
    """
    rows = [["", "layer", "output", "parameters", "count"]]
    for number, layer in enumerate(layers, 1):
        rows += _rows(str(number), layer, x)
        x = None if x is None else layer(x)
    rows.append(["", "total", "", "", f"{parameter_count(layers):,}"])
    if x is None:
        return Text(aligned([[*row[:2], *row[3:]] for row in rows], "rllr"))
    return Text(aligned(rows, "rlllr"))


def _rows(number: str, layer: Any, x: Array | None) -> Iterator[list[str]]:
    """A row for the layer, and those for the layers in it."""
    inner = inside(layer)
    output = "" if x is None else _shape(np.shape(layer(x)))
    parameters = ", ".join(f"{symbol} {_shape(shape)}" for symbol, shape in _symbols(layer))
    running = ", ".join(f"{symbol} {_shape(shape)}" for symbol, shape in _symbols(layer, running=True))
    text = f"{parameters}; running {running}" if running else parameters
    yield [number, short_title(layer), output, text, "" if inner else f"{parameter_count(layer):,}"]
    for i, part in enumerate(inner, 1):
        yield from _rows(f"{number}.{i}", part, x)
        x = None if x is None else part(x)


def short_title(layer: Any) -> str:
    """The title of a layer, but only the kind of one that holds others, since they have titles themselves."""
    return type(layer).__name__ if inside(layer) else title(layer)


def inside(layer: Any) -> list[Any]:
    """The layers that a layer applies one after the other."""
    inner = getattr(layer, "inner", layer)
    layers = getattr(inner, "layers", None)
    return layers if isinstance(layers, list) else [] if inner is layer else [inner]


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "1"


def _symbols(layer: Any, running: bool = False) -> list[tuple[str, tuple[int, ...]]]:
    """Symbol and shape of each array that is a field of the layer: parameters, or running statistics."""
    if not is_dataclass(layer):
        return []
    fields = layer.__dataclass_fields__.values()
    wanted = [f for f in fields if f.metadata.get("running" if running else "static", False) == running]
    arrays = [(f, getattr(layer, f.name)) for f in wanted]
    return [(f.metadata.get("symbol", f.name), np.shape(x)) for f, x in arrays if trees.is_leaf(x)]


class Titled:
    """What a picture says of a layer; it is put into words only when there is a picture.

    A layer with a method ``__scope__`` (see ``autograd_lite.scope``) adds the rows that it returns.
    """

    __slots__ = ("layer", "number")

    def __init__(self, number: int, layer: Any) -> None:
        self.number = number
        self.layer = layer

    def __scope__(self) -> dict[str, Any]:
        count = parameter_count(self.layer)
        params = f"  ({count} params)" if count else ""
        describe = getattr(self.layer, "__scope__", None)
        rows = list(describe().get("rows", ())) if callable(describe) else []
        rows += [(symbol, list(shape)) for symbol, shape in _symbols(self.layer)]
        rows += [(f"{self.number}.{i}", short_title(part)) for i, part in enumerate(inside(self.layer), 1)]
        return {
            "label": f"Layer {self.number} · {short_title(self.layer)}{params}",
            "kind": "layer",
            "rows": [*rows, ("params", count)] if count else rows,
        }
