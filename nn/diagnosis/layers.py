"""What is wrong in the layers: signals that vanish or explode, units that are dead, saturated or all alike."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from autograd_lite import trees

from .evidence import SQUASHED, Evidence
from .findings import Finding
from .probe import Part, activation_name

__all__ = ["idle", "of_layers"]

Array = Any

TINY, HUGE = 1e-3, 1e3  # ratios of the adjoints of the first layers to that of the last
DEAD, SATURATED = 0.5, 0.5  # shares of the units of a layer, and of its outputs
DEAD_AT_LEAST = 0.75  # the share of dead units that counts where the training went well all the same
WELL = 0.2  # of the loss at the start
FLAT = 0.05  # of the slope at 0: below, a sigmoid or tanh counts as saturated
GROWN = 100.0  # how many times the size of Xavier's weights is too large


def of_layers(evidence: Evidence) -> Iterator[Finding]:
    """Findings in the layers of a model."""
    yield from _symmetric(evidence)
    yield from _twice(evidence)
    yield from _vanishing(evidence)
    yield from _exploding(evidence)
    for check in (_dead, _saturated, _grown):
        pairs = zip(evidence.start.parts, evidence.end.parts, strict=True)
        yield from _worst([finding for before, after in pairs for finding in check(evidence, before, after)])


def _worst(findings: list[Finding]) -> list[Finding]:
    """Of what was found in several layers, the worst, with the number of the others."""
    if len(findings) < 2:
        return findings
    worst, others = max(findings, key=lambda finding: finding.number), len(findings) - 1
    also = "one more layer" if others == 1 else f"{others} more layers"
    return [replace(worst, where=f"{worst.where}, and {also}")]


def idle(part: Part) -> float:
    """The share of the units of a relu that are dead, or of the outputs of a sigmoid or tanh that are saturated."""
    name, a = activation_name(part.layer), part.output
    if a is None or name not in ("relu", "sigmoid", "tanh"):
        return math.nan
    if name == "relu":
        return float(np.mean(np.max(a, axis=0) <= 0))
    slope = 4 * a * (1 - a) if name == "sigmoid" else 1 - a * a
    return float(np.mean(slope < FLAT))


def _symmetric(evidence: Evidence) -> Iterator[Finding]:
    """Units of a hidden layer with the same weights and the same gradient: they stay the same for ever."""
    start = evidence.start
    dense = [part for part in start.parts if _is_dense(part, start.leaves)]
    for part in dense[:-1]:
        weights, gradient = _columns(part, start.leaves), _columns(part, start.gradient)
        _, group = np.unique(weights, axis=1, return_inverse=True)
        group = group.reshape(-1)
        scale = 1e-6 * np.max(np.abs(gradient))
        alike = 0
        for members in (np.flatnonzero(group == g) for g in np.unique(group)):
            if len(members) > 1 and np.max(np.ptp(gradient[:, members], axis=1)) <= scale:
                alike = max(alike, len(members))
        if alike > 1:
            what = f"{alike} of {weights.shape[1]} units start alike, with the same weights and the same gradient"
            fix = "they would learn the same for ever; start from random weights (leave out weights=)"
            yield Finding("symmetric start", part.where, what, fix, float(alike))


def _is_dense(part: Part, leaves: list[Array]) -> bool:
    """Whether the parameters of a layer are a matrix of weights and a bias for each of its columns."""
    shapes = [x.shape for x in leaves[part.leaves]]
    return len(shapes) == 2 and len(shapes[0]) == 2 and shapes[1] == shapes[0][1:]


def _columns(part: Part, leaves: list[Array]) -> Array:
    """A column for each unit of a dense layer: its weights, and below them its bias."""
    weights, biases = leaves[part.leaves]
    return np.concatenate([weights, biases[None]])


def _twice(evidence: Evidence) -> Iterator[Finding]:
    """A sigmoid or softmax on what is a probability already."""
    if not evidence.end.chain or trees.flatten(evidence.end.parts[-1].layer)[0]:
        return
    last, before = evidence.end.parts[-1], evidence.end.chain[-1]
    if activation_name(last.layer) in SQUASHED and activation_name(before.layer) in SQUASHED:
        p = evidence.end.outputs
        what = (
            f"{activation_name(last.layer)} is applied to the probabilities that {before.where} gives: what comes out "
            f"goes from {p.min():.3g} to {p.max():.3g} only"
        )
        yield Finding("activation applied twice", last.where, what, "leave out one of them", float(p.max()))


def _gains(parts: list[Part]) -> list[tuple[Part, float]]:
    """Each hidden layer but the last with the size of its adjoint, in units of that of the last."""
    reference = parts[-1].strength if parts else 0.0
    return [(part, part.strength / reference) for part in parts[:-1]] if reference > 0 else []


def _vanishing(evidence: Evidence) -> Iterator[Finding]:
    """Adjoints that become small on their way back, at the start and still at the end."""
    gains = [(part, gain) for part, gain in _gains(evidence.start.chain) if gain > 0]
    if not gains or evidence.diverged:
        return
    part, gain = min(gains, key=lambda pair: pair[1])
    end = {after.name: value for after, value in _gains(evidence.end.chain)}.get(part.name, 0.0)
    if gain < TINY and end < TINY:
        what = (
            f"the adjoint that comes back to it is {gain:.1g} times that of {evidence.start.chain[-1].where} at the "
            f"start, and {end:.1g} times at the end: its weights hardly move"
        )
        fix = "take relu or tanh with their own initial weights, nn.BatchNorm, nn.Residual or fewer layers"
        yield Finding("vanishing gradients", part.where, what, fix, gain)


def _exploding(evidence: Evidence) -> Iterator[Finding]:
    """Adjoints that become large on their way back."""
    chain = evidence.start.chain
    gains = _gains(chain)
    if not gains:
        return
    part, gain = max(gains, key=lambda pair: pair[1])
    if gain > HUGE:
        what = (
            f"at the start the adjoint that comes back to it is {gain:.1g} times that of {chain[-1].where}, while the "
            f"signal grows from {chain[0].signal:.2g} to {chain[-1].signal:.2g}"
        )
        fix = "take the initial weights of the activation (leave out weights=), nn.LayerNorm, or clip_norm=1"
        yield Finding("exploding gradients", part.where, what, fix, gain)


def _dead(evidence: Evidence, before: Part, after: Part) -> Iterator[Finding]:
    share, limit = idle(after), DEAD_AT_LEAST if evidence.end.loss < WELL * evidence.start.loss else DEAD
    if activation_name(after.layer) != "relu" or not share >= limit or evidence.diverged:
        return
    units = math.prod(after.output.shape[1:])
    count, first = round(share * units), round(idle(before) * units)
    what = (
        f"{count} of {units} relu units are dead (never positive on {len(after.output)} training samples; "
        f"{first} at the start)"
    )
    if after.adjoint is None:
        fix = "take output='identity' or 'softplus'"
    elif first > 0.5 * count:
        fix = "start from He's weights and biases of 0, standardize the inputs, or take leaky_relu"
    else:
        fix = "lower the rate, or take leaky_relu"
    yield Finding("dead units", after.where, what, fix, share)


def _saturated(evidence: Evidence, before: Part, after: Part) -> Iterator[Finding]:
    name = activation_name(after.layer)
    if name not in ("sigmoid", "tanh") or after.adjoint is None:  # an output may well be sure of itself
        return
    first, last = idle(before), idle(after)
    poor = evidence.end.loss > WELL * evidence.start.loss and not evidence.diverged
    if not (first > SATURATED or (last > SATURATED and poor)):
        return
    when, share = ("at the start", first) if first > SATURATED else ("at the end", last)
    what = f"{when} {share:.0%} of its outputs are saturated (the slope of {name} is below {FLAT:.0%} of that at 0)"
    if first > SATURATED:
        fix = "make the initial weights smaller (leave out weights=) or standardize the inputs"
    else:
        fix = "lower the rate, or penalize the weights by nn.L2"
    yield Finding("saturation", after.where, what, fix, share)


def _grown(evidence: Evidence, before: Part, after: Part) -> Iterator[Finding]:
    """Weights that have become far larger than any that one would start from."""
    if not _is_dense(after, evidence.end.leaves):
        return
    weights = evidence.start.leaves[before.leaves][0], evidence.end.leaves[after.leaves][0]
    first, last = (float(np.sqrt(np.mean(np.square(w, dtype=np.float64)))) for w in weights)
    usual = math.sqrt(2 / sum(weights[0].shape))
    if last > GROWN * max(usual, first):
        what = f"its weights have grown from a size of {first:.2g} to {last:.2g}"
        fix = "lower the rate, standardize inputs and targets, or penalize the weights by nn.L2"
        yield Finding("exploding weights", after.where, what, fix, last)
