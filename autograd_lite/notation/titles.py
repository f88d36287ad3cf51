"""What is written above a picture: the program as one formula, the point, and what the sweeps found.

    a = x², b = exp(a), c = a + b, d = √c      →      d = √(x² + exp(x²))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .substitution import substituted
from .text import DOT_ABOVE, MACRON, accented, brief, is_scalar, norm, shape

if TYPE_CHECKING:
    from ..trace.tracing import Graph, GraphNode

__all__ = ["described", "expanded", "heading", "summary"]

_LONGEST = 64  # characters of a formula in the title
_LONGEST_LINE = 170  # characters of the line under it
_SPACES = "\u00a0\u00a0"
_DOT = f"{_SPACES} · {_SPACES}"


def expanded(graph: Graph) -> str:
    """The output as one formula of the inputs, "" where that would be too long for a title."""
    if len(graph.outputs) != 1 or len(graph.nodes) > 24:
        return ""
    formulas: dict[str, str] = {}
    for node in graph.nodes:
        if node.function is None:
            continue
        formulas[node.name] = substituted(node.formula, {p.name: formulas[p.name] for p in node.parents if p.function})
        if len(formulas[node.name]) > _LONGEST:
            return ""
    return formulas.get(graph.output.name, "")


def heading(graph: Graph) -> str:
    """The title: "d = √(x² + exp(x²))   at x = 1"."""
    formula = expanded(graph)
    name = graph.title if graph.title.isidentifier() else "f"
    data = ", ".join(node.name for node in graph.inputs if node.role == "input")
    parameters = ", ".join(node.name for node in graph.inputs if node.role == "parameter")
    names = "; ".join(filter(None, (data, parameters)))
    if not formula:
        return f"{name}({names})" if len(names) < 40 else f"{name}({data})" if len(data) < 60 else name
    left = f"{name}({names})" if graph.output.automatic else graph.output.name
    point = ", ".join(f"{node.name} = {brief(node.value)}" for node in graph.inputs if is_scalar(node.value))
    return f"{left} = {formula}" + (f" {_SPACES}at {point}" if 0 < len(point) <= 50 else "")


def _symbol(node: GraphNode, accent: str) -> str:
    mark = accented(node.name, accent) or f"{'tangent' if accent == DOT_ABOVE else 'adjoint'} of {node.name}"
    return mark if is_scalar(node.value) else f"|{mark}|"


def _equation(node: GraphNode, accent: str) -> str:
    derivative = node.tangent if accent == DOT_ABOVE else node.adjoint
    return f"{_symbol(node, accent)} = {brief(derivative if is_scalar(derivative) else norm(derivative))}"


def _sweeps(graph: Graph) -> list[str]:
    """What the sweeps started from and what they found."""
    said: list[str] = []
    inputs = [node for node in graph.inputs if node.value.dtype.kind in "fc"]
    if len(graph.outputs) != 1 or not 0 < len(inputs) <= 4:
        return said
    output = graph.output
    forward, reverse = output.tangent is not None, all(node.adjoint is not None for node in inputs)
    if forward:
        seeds = ", ".join(_equation(node, DOT_ABOVE) for node in inputs)
        said.append(f"forward sweep: {seeds} → {_equation(output, DOT_ABOVE)}")
    if reverse and output.adjoint is not None:
        found = ", ".join(_equation(node, MACRON) for node in inputs)
        said.append(f"reverse sweep: {_equation(output, MACRON)} → {found}")
    if forward and reverse and len(inputs) == 1 and is_scalar(inputs[0].value) and is_scalar(output.value):
        x = inputs[0]
        if x.tangent == 1 and output.adjoint == 1 and np.allclose(x.adjoint, output.tangent):
            said.append(f"both give d{output.name}/d{x.name}")
    elif reverse and len(inputs) > 1:
        said.append("one reverse sweep gives every partial derivative")
    return said


def _sizes(graph: Graph) -> list[str]:
    """How many trainable parameters, rows of data and nodes, and the value of the output."""
    said = []
    trainable = sum(int(np.size(node.value)) for node in graph.nodes if node.role == "parameter")
    if trainable:
        said.append(f"{trainable:,} trainable parameters".replace(",", _SPACES[:1]))
    batches = [np.shape(node.value) for node in graph.inputs if node.role == "input" and np.ndim(node.value) == 2]
    if trainable and batches:
        said.append(f"batch of {batches[0][0]}")
    said.append(f"{len(graph.nodes)} nodes")
    for node in graph.outputs[:3]:
        result = f"= {brief(node.value)}" if is_scalar(node.value) else shape(node.value)
        said.append(f"{node.name} {result}" if not node.automatic else f"result {result}")
    return said


def summary(graph: Graph, *more: str) -> str:
    """The line under the title: what the sweeps found, or how large the program is, and ``more``."""
    said, extra = _sweeps(graph) or _sizes(graph), list(filter(None, more))
    while len(said) > 1 and len(_DOT.join(said + extra)) > _LONGEST_LINE:
        said.pop()
    return _DOT.join(said + extra)


def described(graph: Graph) -> str:
    """The graph in words, for who cannot see the picture."""
    lines = []
    for node in graph.nodes[:40]:
        value = brief(node.value) if is_scalar(node.value) else f"of shape {shape(node.value)}"
        what = f"{node.name} = {node.formula}" if node.formula else f"{node.role} {node.name}"
        lines.append(f"{what} = {value}")
    rest = len(graph.nodes) - len(lines)
    return "; ".join(lines) + (f"; and {rest} more nodes." if rest else ".")
