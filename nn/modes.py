"""Training and prediction: two functions of a layer, and no switch between them.

    y          = layer(x)                     prediction, a function of x and the parameters alone
    y, layer'  = layer.training(x, rng)       training: it may draw numbers, and returns the layer as it is afterwards

Only layers that differ in training have the second: dropout draws from ``rng``, batch normalization returns itself with
new running statistics.  A layer of your own that is just a dataclass with ``__call__`` is the same in both; one that
holds such layers, and is not a ``Sequential``, passes training on to them by ``nn.in_training(layer, x, rng)``.

Why so, and not by a flag ``model.train()`` or a variable that everybody sees?  A prediction can then never be random by
a forgotten flag.  Both are pure functions: nothing is changed in place, so they can be differentiated to any order,
traced, called in several threads, and compiled, as ``fit`` does (steps.py): the statistics are arguments and results
like any others, and behind ``rng`` stands ``autograd_lite.recorded(rng)``, which has the methods of a generator that
draw.  The same generator gives the same bits.

A field that training changes, but not by its gradient, has ``field(metadata={"static": True, "running": True})``:
static for the derivative and the optimizer, running for ``fit``, which carries it from step to step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite import trees

__all__ = ["in_training", "parts", "replaced", "running", "statistics", "with_running"]

Array = Any


def in_training(layer: Callable[[Array], Array], x: Array, rng: np.random.Generator) -> tuple[Array, Any]:
    """The output of any layer during training, and the layer as it is afterwards.

    >>> in_training(np.negative, 2.0, np.random.default_rng(0))
    (np.float64(-2.0), <ufunc 'negative'>)
    """
    training = getattr(layer, "training", None)
    return training(x, rng) if callable(training) else (layer(x), layer)


def replaced(layer: Any, **fields: Any) -> Any:
    """A copy of the layer with other fields."""
    new = copy(layer)
    new.__dict__.update(fields)
    return new


def parts(model: Any) -> Iterator[Any]:
    """The model and all containers in it, such as its layers, outermost first."""
    if trees.is_leaf(model):
        return
    yield model
    inside: Any = model
    if isinstance(model, dict):
        inside = model.values()
    elif not isinstance(model, (list, tuple)):
        inside = [getattr(model, name) for name in trees.fields_of(type(model)) or ()]
    for part in inside:
        if not trees.is_leaf(part):
            yield from parts(part)


_running: dict[type, tuple[str, ...]] = {}


def _running_fields(kind: type) -> tuple[str, ...]:
    if kind not in _running:
        fields = getattr(kind, "__dataclass_fields__", {})
        _running[kind] = tuple(name for name, field in fields.items() if field.metadata.get("running"))
    return _running[kind]


def _places(model: Any) -> Iterator[tuple[Any, str]]:
    for part in parts(model):
        for name in _running_fields(type(part)):
            yield part, name


def statistics(model: Any) -> list[Array]:
    """The running statistics of a model, recorded ones as they are."""
    return [getattr(part, name) for part, name in _places(model)]


def running(model: Any) -> list[Array]:
    """The running statistics of a model: what training changes, but not by a gradient.

    >>> running({"no": 1.0})
    []
    """
    return [x.value if type(x) is ag.Tensor else x for x in statistics(model)]


def with_running(model: Any, arrays: list[Array]) -> Any:
    """The model with these running statistics; it is a copy where there are any."""
    if not arrays:
        return model
    leaves, rebuild = trees.flatten(model)
    new = rebuild(leaves)
    for (part, name), array in zip(_places(new), arrays, strict=True):
        object.__setattr__(part, name, array)
    return new
