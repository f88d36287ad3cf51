"""Measuring a network: what comes out of each layer, what comes back to it, and how the cost bends.

With an offset ε_l = 0 added to the output a_l of each layer, ∂C/∂ε_l is the adjoint of a_l: one reverse sweep gives the
gradient of every parameter and the adjoint of every layer.

A power iteration v, H v, H² v, … with exact products turns towards the direction in which the cost bends most.  The
largest eigenvalue of the Hessian within the space of all these vectors (Lanczos' method) is there much sooner, and is
the largest, not the one of largest size.

Sources: Y. LeCun, P. Simard and B. Pearlmutter, Automatic learning rate maximization by on-line estimation of the
Hessian's eigenvectors (1992); G. Golub and C. Van Loan, Matrix Computations, 4th ed. (2013), section 10.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

import autograd_lite as ag
from autograd_lite import trees

from ..composition import ActivityPenalty, Residual
from ..layers import Activation, Dense
from ..models import Sequential
from ..modes import in_training, replaced, with_running
from ..objective import Objective
from ..summary import inside, short_title

__all__ = ["Part", "Snapshot", "activation_name", "curvature", "parts_of", "snapshot"]

Array = Any
PRODUCTS = 30  # of the Hessian with a vector


@dataclass
class Part:
    """A layer, or for a model that is no ``Sequential`` one of its arrays: its place among the parameters."""

    where: str
    name: str
    layer: Any
    leaves: slice
    chained: bool = True  # whether every signal goes through it; not so inside of a Residual
    output: Array = None
    adjoint: Array = None

    @property
    def signal(self) -> float:
        """How much the output differs from sample to sample: the root mean square of ‖a − ā‖."""
        return _size(self.output - np.mean(self.output, axis=0))

    @property
    def strength(self) -> float:
        """The root mean square, over the samples, of the size of ∂C/∂a."""
        return _size(self.adjoint)


@dataclass
class Snapshot:
    """A model at one moment of its training, measured on some samples."""

    model: Any
    leaves: list[Array]
    running: list[Array]
    parts: list[Part]
    loss: float
    gradient: list[Array]
    outputs: Array = field(repr=False)

    @property
    def chain(self) -> list[Part]:
        """The hidden layers that every signal goes through."""
        return [part for part in self.parts if part.chained and part.adjoint is not None]


def _size(rows: Array) -> float:
    return float(np.sqrt(np.sum(np.square(rows, dtype=np.float64)) / len(rows)))


@dataclass(eq=False)
class Tap:
    """A layer that notes what it gives, and adds an offset to it."""

    inner: Any
    name: str = field(metadata={"static": True})
    offsets: dict[str, Array] = field(metadata={"static": True})
    seen: dict[str, Array] = field(metadata={"static": True})

    def __call__(self, x: Array) -> Array:
        return self.noted(self.inner(x))

    def training(self, x: Array, rng: np.random.Generator) -> tuple[Array, Tap]:
        y, after = in_training(self.inner, x, rng)
        return self.noted(y), self if after is self.inner else replaced(self, inner=after)

    def noted(self, y: Array) -> Array:
        self.seen[self.name] = y.value if type(y) is ag.Tensor else y
        return y + self.offsets[self.name] if self.name in self.offsets else y

    def __getattr__(self, name: str) -> Any:
        if name == "inner" or name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.inner, name)


def _tapped(
    layers: list[Any], offsets: dict[str, Array], seen: dict[str, Array], prefix: str = "", ends: bool = True
) -> list[Any]:
    """The layers with taps, also in those that hold others; the very last one stays as it is, for its logits."""
    found = []
    for number, layer in enumerate(layers, 1):
        name, last = f"{prefix}{number}", ends and number == len(layers)
        if isinstance(layer, Sequential):
            found.append(replaced(layer, layers=_tapped(layer.layers, offsets, seen, f"{name}.", last)))
            continue
        if isinstance(layer, (Residual, ActivityPenalty)):
            within = _tapped(inside(layer), offsets, seen, f"{name}.", False)
            inner = replaced(layer.inner, layers=within) if isinstance(layer.inner, Sequential) else within[0]
            layer = replaced(layer, inner=inner)
        found.append(layer if last else Tap(layer, name, offsets, seen))
    return found


def parts_of(model: Any) -> list[Part]:
    """The layers of a model by the names of their taps, each with the parameters that are its own."""
    if not isinstance(model, Sequential):
        names = trees.names(model)
        return [Part(name.lstrip(".") or "the parameter", "", None, slice(i, i + 1)) for i, name in enumerate(names)]
    parts = list(_parts(model.layers, "", 0, True))
    if len(trees.flatten(model.layers)[0]) != len(trees.flatten(model)[0]):  # parameters beside the layers
        parts = [replace(part, leaves=slice(0, 0)) for part in parts]
    return parts


def _parts(layers: list[Any], prefix: str, start: int, chained: bool) -> Iterator[Part]:
    for number, layer in enumerate(layers, 1):
        name, stop = f"{prefix}{number}", start + len(trees.flatten(layer)[0])
        if isinstance(layer, Sequential):
            yield from _parts(layer.layers, f"{name}.", start, chained)
        else:
            yield Part(f"layer {name}, {short_title(layer)}", name, layer, slice(start, stop), chained)
            if isinstance(layer, (Residual, ActivityPenalty)):
                yield from _parts(inside(layer), f"{name}.", start, False)
        start = stop


def activation_name(layer: Any) -> str:
    """The name of the function that a layer applies last, "" if it is not known.

    >>> activation_name(Dense(1, 2, "relu")), activation_name(np.tanh)
    ('relu', 'tanh')
    """
    if isinstance(layer, Sequential):
        return activation_name(layer.layers[-1])
    if isinstance(layer, ActivityPenalty):
        return activation_name(layer.inner)
    if isinstance(layer, Activation):
        return layer.function.__name__
    return getattr(layer.activation if isinstance(layer, Dense) else layer, "__name__", "")


def snapshot(
    model: Any, leaves: list[Array], running: list[Array], objective: Objective, data: tuple[Array, ...]
) -> Snapshot:
    """Measure the model with these parameters, in training, by the cost alone: a penalty is no signal."""
    rebuild = trees.flatten(model)[1]
    cost = Objective(objective.cost, None)
    seen: dict[str, Array] = {}

    def loss_of(tree: dict[str, Any]) -> Any:
        built = with_running(rebuild(tree["leaves"]), running)
        if isinstance(model, Sequential):
            built = replaced(built, layers=_tapped(built.layers, tree["offsets"], seen))
        return cost.training(built, data[0], data[1], np.random.default_rng(0), *data[2:], prepared=True)[0]

    leaves = [x.copy() for x in leaves]
    with np.errstate(all="ignore"):
        loss_of({"leaves": leaves, "offsets": {}})
        offsets = {name: np.zeros_like(y) for name, y in seen.items()}
        loss, gradient = ag.value_and_grad(loss_of)({"leaves": leaves, "offsets": offsets})
        built = with_running(rebuild(leaves), running)
        outputs = built(data[0])
    parts = parts_of(model)
    for part in parts:
        part.output, part.adjoint = seen.get(part.name), gradient["offsets"].get(part.name)
    if seen:
        parts[-1].output = outputs
    return Snapshot(built, leaves, running, parts, float(loss), gradient["leaves"], outputs)


def curvature(at: Snapshot, objective: Objective, data: tuple[Array, ...]) -> float:
    """The largest eigenvalue λ_max of the Hessian of the objective, nan if it is not finite."""
    vector, unravel = trees.ravel(at.leaves)
    rebuild = trees.flatten(at.model)[1]

    def cost(v: Array) -> Any:
        built = with_running(rebuild(unravel(v)), at.running)
        return objective.training(built, data[0], data[1], np.random.default_rng(0), *data[2:], prepared=True)[0]

    product = ag.hessian_vector_product(cost)
    v = np.random.default_rng(0).normal(size=vector.shape)
    basis, images = np.empty((0, vector.size)), np.empty((0, vector.size))
    for _ in range(min(PRODUCTS, vector.size)):
        size = np.linalg.norm(v)
        v = v - basis.T @ (basis @ v)
        v = v - basis.T @ (basis @ v)  # again, for the digits that were lost
        if not np.linalg.norm(v) > 1e-10 * size:
            break  # the space is complete
        v = v / np.linalg.norm(v)
        with np.errstate(all="ignore"):
            image = np.asarray(product(vector, v.astype(vector.dtype)), np.float64)
        if not np.isfinite(image).all():
            return float("nan")
        basis, images, v = np.vstack([basis, v]), np.vstack([images, image]), image
    projected = basis @ images.T
    return float(np.linalg.eigvalsh((projected + projected.T) / 2)[-1])
