"""Mistakes at an activation, or any elementwise function: its derivative missing, doubled, another one's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..graph import Node
from .pieces import KNOWN, Piece, pieces, softmax, softmaxes
from .recorded import Recorded
from .suspect import Array, Gradients, Suspect

__all__ = ["activation_suspects"]

Function = Callable[[Array], Array]
WITH_SOFTMAX: dict[str, tuple[Function, Function, str]] = {
    **KNOWN, "softmax": (softmax, lambda p: p * (1 - p), "{a} * (1 - {a})"),
}  # fmt: skip


def activation_suspects(recorded: Recorded) -> Iterator[Suspect]:
    """What may be wrong at the elementwise functions of this cost."""
    found = pieces(recorded)
    yield from _activations(recorded, found)
    yield from _all_activations(found)
    yield from _softmax(recorded)
    yield from _extra(recorded, found)
    yield from _kinks(recorded, found)


def _bypassing(piece_list: list[tuple[Piece, Callable[[Recorded, Piece], Array]]]) -> Gradients:
    return lambda r: r.edited(bypass={p.a: (p.z, d(r, p)) for p, d in piece_list})


def _variants(piece: Piece) -> Iterator[tuple[str, str, Callable[[Recorded, Piece], Array]]]:
    """What people write in the place of the derivative of an activation: the mistake, what it is, the factor."""
    yield "missing activation derivative", "is missing: the adjoint was passed on as if it were 1", _one
    yield "extra activation derivative", "enters twice", lambda r, p: p.derivative(r) ** 2
    yield (
        "activation derivative at the wrong argument",
        "is taken at its result a instead of its argument z: f'(a), not f'(z)",
        lambda r, p: p.derivative(r, np.asarray(r.order[p.a].value)),
    )
    if not piece.name:
        return
    yield "activation value instead of derivative", "is f(z) itself, not f'(z)", _value
    for name, (g, slope, _) in KNOWN.items():
        if name == piece.name:
            yield (
                "activation derivative at the wrong argument",
                "is the formula in terms of the result a, with the argument z put in",
                _slope_of(slope, np.asarray, entry=True),
            )
        else:
            yield (
                "wrong activation derivative", f"is that of {name}",
                _slope_of(slope, g, entry=True),
            )  # fmt: skip
            yield (
                "wrong activation derivative", f"is that of {name}, with the result a put in",
                _slope_of(slope, np.asarray, entry=False),
            )  # fmt: skip
    yield "wrong activation derivative", "is that of the other side: zero where it should be one", _other_side


def _slope_of(slope: Function, g: Function, entry: bool) -> Callable[[Recorded, Piece], Array]:
    """slope(g(z)), or of the result a."""
    return lambda r, p: slope(g(np.asarray(r.order[p.z if entry else p.a].value)))


def _one(r: Recorded, p: Piece) -> Array:
    return np.ones_like(r.order[p.a].value)


def _value(r: Recorded, p: Piece) -> Array:
    return np.asarray(r.order[p.a].value)


def _other_side(r: Recorded, p: Piece) -> Array:
    d = p.derivative(r)
    return 1 - d if np.all((d == 0) | (d == 1)) else d


def _activations(recorded: Recorded, found: list[Piece]) -> Iterator[Suspect]:
    for piece in found:
        usual = piece.derivative(recorded)
        for mistake, says, factor in _variants(piece):
            with np.errstate(all="ignore"):
                other = factor(recorded, piece)
            tells = factor is _one or np.ptp(other) > 0 or (np.size(other) == 1 and other not in (0, 1))
            if tells and np.all(np.isfinite(other)) and not np.allclose(other, usual, rtol=1e-9, atol=1e-12):
                where = recorded.text(recorded.order[piece.a])
                yield Suspect(
                    mistake,
                    f"the derivative of {piece.label} in {where} {says}",
                    _right_derivative(recorded, piece),
                    _bypassing([(piece, factor)]),
                    rank=2.0 if piece.name else 2.4,
                )


def _right_derivative(recorded: Recorded, piece: Piece) -> str:
    z, a = recorded.face(recorded.order[piece.z]), recorded.face(recorded.order[piece.a])
    if piece.name:
        return f"multiply the adjoint by {KNOWN[piece.name][2].format(a=a.name if not a.automatic else 'a')}"
    return f"multiply the adjoint of {a.name} by ∂{a.name}/∂{z.name}"


def _all_activations(found: list[Piece]) -> Iterator[Suspect]:
    """The same mistake at every activation, or at every use of one function."""
    groups: dict[str, list[Piece]] = {}
    for piece in found:
        for key in ("", piece.label) if piece.name else (piece.label,):
            apart = groups.setdefault(key, [])
            if not any(set(piece.steps) & set(p.steps) for p in apart):
                apart.append(piece)
    for key, apart in groups.items():
        labels = " and ".join(sorted({p.label for p in apart}))
        if len(apart) < 2 or (not key and len({p.label for p in apart}) == 1):
            continue
        variants = [list(_variants(p)) for p in apart]
        for k, (mistake, says, _) in enumerate(variants[0]):
            alike = all(k < len(v) and v[k][:2] == (mistake, says) for v in variants)
            if mistake.startswith("wrong activation") or not alike:
                continue
            yield Suspect(
                mistake,
                f"the derivative of {labels}, at each of {len(apart)} places, {says}",
                "multiply the adjoint by the derivative wherever the function is passed",
                _bypassing([(p, v[k][2]) for p, v in zip(apart, variants, strict=True)]),
                rank=2.1 if apart[0].name else 2.5,
            )


def _softmax(recorded: Recorded) -> Iterator[Suspect]:
    for z, p in softmaxes(recorded):
        label = recorded.text(recorded.order[p])
        for mistake, says, factor in (
            ("missing activation derivative", "is missing", lambda p: np.ones_like(p)),
            ("softmax diagonal only", "is p(1 − p), its diagonal alone: each output depends on every input",
             lambda p: p * (1 - p)),
        ):  # fmt: skip
            yield Suspect(
                mistake,
                f"the derivative of softmax in {label} {says}",
                "z̄ = p * (p̄ - np.sum(p * p̄, axis=-1, keepdims=True))",
                _past_softmax(z, p, factor),
            )


def _past_softmax(z: int, p: int, factor: Function) -> Gradients:
    return lambda r: r.edited(bypass={p: (z, factor(r.order[p].value))})


def _extra(recorded: Recorded, found: list[Piece]) -> Iterator[Suspect]:
    """The derivative of an activation that is already contained in the adjoint, as p − y for a cross-entropy."""
    entries = {p.z for p in found if p.name}
    scalars = all(np.ndim(leaf.value) == 0 for leaf in recorded.leaves)
    groups: dict[Any, list[Node]] = {}  # what is computed anew at each use counts as one
    for node in recorded.path.steps:
        if _is_affine(recorded, node) and (scalars or np.ndim(node.value)) and recorded.place[node] not in entries:
            groups.setdefault((node.function, tuple([id(a) for a in node.args])), []).append(node)
    for node, places in [(group[0], [recorded.place[n] for n in group]) for group in groups.values()]:
        for name, (g, slope, text) in WITH_SOFTMAX.items():
            if name == "softmax" and (np.ndim(node.value) == 0 or node.value.shape[-1] < 2):
                continue
            d = slope(g(np.asarray(node.value)))
            if np.ptp(d) > 0 or np.size(d) == 1:
                yield Suspect(
                    "extra activation derivative",
                    f"the adjoint of {recorded.text(node)} was multiplied by the derivative of {name}, "
                    f"{text.format(a='a')}, which is contained in it already (or does not belong there)",
                    "leave that factor out: for a cross-entropy δ is p - y",
                    _scaled(places, slope, g),
                    rank=2.6,
                )


def _scaled(places: list[int], slope: Function, g: Function) -> Gradients:
    return lambda r: r.edited(scaled={place: slope(g(np.asarray(r.order[place].value))) for place in places})


def _is_affine(recorded: Recorded, node: Node) -> bool:
    """Whether the node is a product of matrices or vectors, or that and a bias."""
    names = [getattr(n.function, "__name__", "") for n in (node, *[a for a in node.args if type(a) is Node])]
    used_on = [getattr(child.function, "__name__", "") for child, _ in recorded.uses.get(node, [])]
    products = {"matmul", "dot", "einsum", "contract", "multiply"}
    return (names[0] in products or (names[0] == "add" and bool(products & set(names)))) and used_on != ["add"]


# kinks


def _kinks(recorded: Recorded, found: list[Piece]) -> Iterator[Suspect]:
    at_kinks = [p for p in found if np.any(p.ties(recorded))]
    apart: list[Piece] = []
    for piece in sorted(at_kinks, key=lambda p: len(p.steps)):
        if not any(set(piece.steps) & set(p.steps) for p in apart):
            apart.append(piece)
    choices = [apart] if len(apart) == 1 else [apart, *[[p] for p in apart]] if apart else []
    for chosen in choices:
        where = " and ".join(recorded.text(recorded.order[p.a]) for p in chosen)
        for value in (0.0, 0.5, 1.0, -1.0):
            yield Suspect(
                "kink",
                f"differs only at kinks, where there is no derivative: there yours is {value:g} in {where}",
                "a convention, not a mistake (docs/conventions.md): check at a point without ties",
                _bypassing([(p, _at_ties(value)) for p in chosen]),
                rank=0.5,
            )


def _at_ties(value: float) -> Callable[[Recorded, Piece], Array]:
    return lambda r, p: np.where(p.ties(r), value, p.derivative(r))
