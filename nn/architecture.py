"""A model as plain data and back: the classes of its layers, their settings, and its arrays by name.

    FFNN([2, 3, 1])  ⇄  {"class": "FFNN", "layers": [{"class": "Dense", "activation": "tanh", "weights": …}, …]}
                        and {"layers.0.weights": W₁, "layers.0.biases": b₁, "layers.1.weights": W₂, …}

What may stand in a description is a fixed table: a class of this package with exactly its fields, each of the right
kind.  A description is never a name to import or code to run, so the worst that a hostile one can do is to be refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from .activations import BY_NAME, name_of
from .composition import ActivityPenalty, Residual
from .layers import Activation, Dense, Dropout, Flatten
from .models import FFNN, Sequential
from .normalization import BatchNorm, LayerNorm
from .regularization import L1, L2, ElasticNet

__all__ = ["build", "describe"]

Array = Any
Arrays = dict[str, Array]

DTYPES = ("float16", "float32", "float64")


@dataclass(frozen=True)
class Kind:
    """A class that can be described: its fields with the kind of each, and how to make one from them."""

    cls: type
    fields: dict[str, str]
    make: Callable[..., Any]


def _dense(weights: Array, biases: Array, activation: Any) -> Dense:
    if weights.ndim != 2:
        raise ValueError(f"Dense: weights must have two axes, not shape {weights.shape}")
    n_in, n_out = weights.shape
    layer = Dense(n_in, n_out, activation, weights=weights, biases=biases)
    layer.weights, layer.biases = weights, biases  # in their own dtype
    return layer


def _batch_norm(gamma: Array, beta: Array, eps: float, momentum: float, mean: Array, variance: Array) -> BatchNorm:
    _same_vectors(gamma, beta, mean, variance)
    layer = BatchNorm(gamma.size, momentum=momentum, eps=eps)
    layer.gamma, layer.beta, layer.mean, layer.variance = gamma, beta, mean, variance
    return layer


def _layer_norm(gamma: Array, beta: Array, eps: float) -> LayerNorm:
    _same_vectors(gamma, beta)
    layer = LayerNorm(gamma.size, eps=eps)
    layer.gamma, layer.beta = gamma, beta
    return layer


def _same_vectors(*arrays: Array) -> None:
    shapes = [x.shape for x in arrays]
    if any(len(shape) != 1 or shape != shapes[0] for shape in shapes):
        raise ValueError(f"the arrays of a normalization must have one axis of the same length, not shapes {shapes}")


def _activation(function: Any, options: dict[str, float]) -> Activation:
    return Activation(function, **options)


def _activity_penalty(inner: Any, penalty: Any) -> ActivityPenalty:
    return ActivityPenalty(inner, penalty)


def _ffnn(layers: list[Any]) -> FFNN:
    if not layers or not all(isinstance(layer, Dense) for layer in layers):
        raise ValueError("FFNN is made of Dense layers, at least one")
    for number, (first, second) in enumerate(pairwise(layers), 1):
        if first.weights.shape[1] != second.weights.shape[0]:
            raise ValueError(f"{first!r} and {second!r} do not fit together, layers {number} and {number + 1} of FFNN")
    model = FFNN.__new__(FFNN)
    Sequential.__init__(model, layers)
    return model


def _kinds(*kinds: Kind) -> dict[str, Kind]:
    return {kind.cls.__name__: kind for kind in kinds}


_NORMALIZATION = {"eps": "number", "gamma": "array", "beta": "array"}

LAYERS = _kinds(
    Kind(FFNN, {"layers": "layers"}, _ffnn),
    Kind(Sequential, {"layers": "layers"}, lambda layers: Sequential(layers)),
    Kind(Dense, {"activation": "function", "weights": "array", "biases": "array"}, _dense),
    Kind(Activation, {"function": "function", "options": "numbers"}, _activation),
    Kind(Dropout, {"rate": "number"}, Dropout),
    Kind(Flatten, {}, Flatten),
    Kind(BatchNorm, {**_NORMALIZATION, "momentum": "number", "mean": "array", "variance": "array"}, _batch_norm),
    Kind(LayerNorm, _NORMALIZATION, _layer_norm),
    Kind(Residual, {"inner": "layer"}, lambda inner: Residual(inner)),
    Kind(ActivityPenalty, {"inner": "layer", "penalty": "penalty"}, _activity_penalty),
)  # fmt: skip
PENALTIES = _kinds(
    Kind(L1, {"strength": "number"}, L1),
    Kind(L2, {"strength": "number"}, L2),
    Kind(ElasticNet, {"strength": "number", "l1_ratio": "number"}, ElasticNet),
)
TABLES = {"layer": LAYERS, "penalty": PENALTIES}


def describe(model: Any) -> tuple[dict[str, Any], Arrays]:
    """The description of a model, ready for JSON, and its arrays by name.

    Raises ValueError or TypeError for layers and activations of one's own, which a file cannot name.

    >>> description, arrays = describe(Dense(2, 1, "relu", seed=0))
    >>> description["activation"], description["weights"], list(arrays)
    ('relu', {'shape': [2, 1], 'dtype': 'float64'}, ['weights', 'biases'])
    """
    arrays: Arrays = {}
    if type(model).__name__ not in LAYERS:
        raise TypeError(f"only a model or a layer of nn can be saved, {', '.join(LAYERS)}, not {_shown(model)}")
    return _encoded(model, "layer", "", arrays), arrays


def _encoded(value: Any, kind: str, place: str, arrays: Arrays) -> Any:
    """A value of that kind as plain data; its arrays go into ``arrays``."""
    if kind == "layers":
        return [_encoded(layer, "layer", _joined(place, i), arrays) for i, layer in enumerate(value)]
    if kind == "array":
        return _encoded_array(value, place, arrays)
    if kind == "number":
        return float(value)
    if kind == "numbers":
        return {name: float(number) for name, number in value.items()}
    if kind == "function" or value in _functions():
        return _encoded_function(value, place)
    known = TABLES[kind].get(type(value).__name__)
    if known is None or type(value) is not known.cls:
        raise ValueError(
            f"{place or 'the model'} is {_shown(value)}, a {kind} of your own, which a file cannot name. Keep the "
            "arrays with np.savez(path, *autograd_lite.trees.flatten(model)[0]), and build the model by your own code"
        )
    fields = known.fields.items()
    encoded = {name: _encoded(getattr(value, name), of, _joined(place, name), arrays) for name, of in fields}
    return {"class": type(value).__name__, **encoded}


def _functions() -> list[Any]:
    return list(BY_NAME.values())


def _encoded_function(value: Any, place: str) -> str:
    for name, function in BY_NAME.items():
        if value is function:
            return name
    raise ValueError(
        f"{place} is the function {name_of(value)!r} of your own, which a file cannot name; those with a name are "
        f"{', '.join(BY_NAME)}. Keep the arrays with np.savez(path, *autograd_lite.trees.flatten(model)[0])"
    )


def _encoded_array(value: Any, place: str, arrays: Arrays) -> dict[str, Any]:
    array = np.asarray(value)
    if array.dtype.name not in DTYPES:
        raise ValueError(f"{place} has dtype {array.dtype}, but a file can keep {', '.join(DTYPES)}: use .astype first")
    arrays[place] = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("="))
    return {"shape": list(array.shape), "dtype": array.dtype.name}


def build(description: Any, arrays: Arrays) -> Any:
    """The model that was described, around these arrays; the inverse of ``describe``.

    Raises ValueError for whatever ``describe`` does not give, and for arrays that are missing, too many, or of another
    shape or dtype than described.

    >>> build(*describe(Dense(2, 1, "relu", seed=0)))
    Dense(2 → 1, relu)
    """
    left = dict(arrays)
    model = _decoded(description, "layer", "", left)
    if not isinstance(description, dict):
        raise ValueError(f"the model must be described by an object, not {_shown(description)}")
    if left:
        raise ValueError(f"there are arrays that belong to no layer: {', '.join(map(repr, list(left)[:5]))}")
    return model


def _decoded(data: Any, kind: str, place: str, left: Arrays) -> Any:
    """What the plain data of that kind stand for; the arrays it needs are taken out of ``left``."""
    if kind == "layers" and isinstance(data, list):
        return [_decoded(part, "layer", _joined(place, i), left) for i, part in enumerate(data)]
    if kind == "array":
        return _decoded_array(data, place, left)
    if kind == "number" and _is_number(data):
        return data
    if kind == "numbers" and isinstance(data, dict) and all(map(_is_number, data.values())):
        return data
    if kind in ("function", "layer") and isinstance(data, str) and data in BY_NAME:
        return BY_NAME[data]
    if kind in TABLES and isinstance(data, dict):
        return _made(data, kind, place, left)
    raise ValueError(f"{place or 'the model'} must be a {kind}, but is {_shown(data)}")


def _made(data: dict[str, Any], kind: str, place: str, left: Arrays) -> Any:
    """The object of a known class, from exactly its fields."""
    name, table = data.get("class"), TABLES[kind]
    known = table.get(name) if isinstance(name, str) else None
    if known is None:
        raise ValueError(f"{place or 'the model'} has the unknown class {_shown(name)}; known are {', '.join(table)}")
    if set(data) != {"class", *known.fields}:
        raise ValueError(f"{place or name}: {name} has the fields {list(known.fields)}, not {_shown(sorted(data))}")
    fields = {field: _decoded(data[field], of, _joined(place, field), left) for field, of in known.fields.items()}
    try:
        return known.make(**fields)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{place or name}: {error}") from None


def _decoded_array(data: Any, place: str, left: Arrays) -> Array:
    array = left.pop(place, None)
    if array is None:
        raise ValueError(f"the array {place} is missing")
    if data != {"shape": list(array.shape), "dtype": array.dtype.name} or array.dtype.name not in DTYPES:
        raise ValueError(f"{place} is described as {_shown(data)}, but is {array.dtype} of shape {array.shape}")
    return array


def _is_number(x: Any) -> bool:
    return isinstance(x, (int, float)) and not isinstance(x, bool) and abs(x) < 1e300


def _joined(place: str, part: Any) -> str:
    return f"{place}.{part}" if place else str(part)


def _shown(x: Any) -> str:
    """A few characters of what was found, on one line."""
    text = x if isinstance(x, str) else f"{x!r}"
    text = ascii(text)[1:-1]
    return text if len(text) <= 80 else f"{text[:77]}..."
