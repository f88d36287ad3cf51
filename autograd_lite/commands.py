"""What the command line does: a derivative by both sweeps, checked by a difference, and a network trained on digits."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from .notation.expressions import Expression, parse
from .trace.tracing import Graph, trace
from .transforms import grad, jvp

__all__ = ["Terminal", "UsageError", "demo", "derive"]

WORKED_EXAMPLE = "sqrt(x**2 + exp(x**2))"
_STYLES = {"bold": "1", "dim": "2", "tangent": "38;5;75", "adjoint": "38;5;215", "good": "32", "bad": "31"}


class UsageError(Exception):
    """Input that is not understood; the message says what to write instead."""


class Terminal:
    """A stream with as much colour and Unicode as it can show."""

    def __init__(self, stream: TextIO, color: bool | None = None) -> None:
        self.stream = stream
        if color is None:
            color = stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        self.color = color
        self.unicode = "utf" in (getattr(stream, "encoding", None) or "").lower()

    def style(self, text: str, *styles: str) -> str:
        """The text in colour or bold, where the stream shows that."""
        return f"\x1b[{';'.join(_STYLES[s] for s in styles)}m{text}\x1b[0m" if self.color and styles else text

    def either(self, unicode: str, ascii: str) -> str:
        """The first text where the stream takes Unicode, else the second."""
        return unicode if self.unicode else ascii

    def line(self, text: str = "") -> None:
        """Print one line, at once."""
        print(text, file=self.stream, flush=True)


def derive(terminal: Terminal, text: str, at: list[str], picture: str | None = None) -> int:
    """Show every step of an expression and its derivative by both sweeps; 1 if a central difference disagrees."""
    try:
        expression = parse(text)
        values = _values(expression, at)
    except ValueError as error:
        raise UsageError(str(error)) from None
    with np.errstate(all="ignore"):
        graph = _recorded(expression, values)
        for node in graph.nodes:
            if not np.isfinite(node.value):
                place = ", ".join(f"{parent.name} = {_number(parent.value)}" for parent in node.parents)
                raise UsageError(f"{node.name} = {node.definition} is {node.value} at {place}: choose another point")
        agree = _report(terminal, expression, values, graph)
    if picture:
        _draw(terminal, graph, Path(picture))
    return 0 if agree else 1


def _values(expression: Expression, at: list[str]) -> dict[str, float]:
    """The numbers of ``x=1 y=pi/2``."""
    values: dict[str, float] = {}
    for pair in at:
        name, equals, number = pair.partition("=")
        name = name.strip()
        if not equals or name not in expression.variables:
            known = ", ".join(f"{v}=1" for v in expression.variables) or "nothing, for there is no variable"
            raise UsageError(f"--at {pair!r} is not understood here; give {known}")
        constant = parse(number)
        if constant.variables:
            raise UsageError(f"--at {pair!r}: the value must be a number")
        values[name] = float(constant())
    missing = [v for v in expression.variables if v not in values]
    if missing:
        raise UsageError(f"give a value for {', '.join(missing)}: --at {' '.join(f'{v}=1' for v in missing)}")
    if not expression.variables:
        raise UsageError(f"{expression.text} holds no variable to differentiate by")
    return values


def _recorded(expression: Expression, values: dict[str, float]) -> Graph:
    """The graph of the expression, its nodes under the names of its steps, swept both ways."""
    graph = trace(lambda **given: expression(**given))(**values)
    graph.title = expression.text
    graph.rename({node.name: step.name for node, step in zip(graph.computed, expression.steps, strict=True)})
    return graph.forward_sweep({expression.variables[0]: 1.0}).reverse_sweep()


def _report(terminal: Terminal, expression: Expression, values: dict[str, float], graph: Graph) -> bool:
    out, wrt = graph.output.name, expression.variables[0]
    place = ", ".join(f"{name} = {value:g}" for name, value in values.items())
    terminal.line(terminal.style(f"{out} = {expression.text}   at {place}", "bold"))
    terminal.line()
    _table(terminal, graph)
    terminal.line()
    agree = True
    for name in expression.variables:
        agree &= _compare(terminal, expression, values, name, out)
    if len(expression.variables) > 1:
        hint = f"  the tangents in the table are along {wrt}; the adjoints give all derivatives at once"
        terminal.line(terminal.style(hint, "dim"))
    return agree


def _table(terminal: Terminal, graph: Graph) -> None:
    heads = ["var", "definition", "value", "tangent", "adjoint"]
    if terminal.unicode:
        heads[3:] = ["tangent ↓", "adjoint ↑"]
    rows = [
        [node.name, node.definition, *[_number(x) for x in (node.value, node.tangent, node.adjoint)]]
        for node in graph.nodes
    ]
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    styles = [("bold",), (), (), ("tangent",), ("adjoint",)]

    def row(cells: list[str], *extra: str) -> str:
        aligned = [f"{c:<{w}}" if i < 2 else f"{c:>{w}}" for i, (c, w) in enumerate(zip(cells, widths, strict=True))]
        styled = [terminal.style(a, *dict.fromkeys(s + extra)) for a, s in zip(aligned, styles, strict=True)]
        return "  " + "  ".join(styled).rstrip()

    terminal.line(row(heads, "bold"))
    terminal.line("  " + terminal.either("─", "-") * (sum(widths) + 2 * (len(widths) - 1)))
    for cells in rows:
        terminal.line(row(cells))


def _number(x: Any) -> str:
    return f"{x:.4f}" if x == 0 or 1e-3 <= abs(x) < 1e6 else f"{x:.4e}"


def _compare(terminal: Terminal, expression: Expression, values: dict[str, float], name: str, out: str) -> bool:
    """One line: a derivative by the forward sweep, the reverse sweep and a central difference."""

    def f(x: Any) -> Any:
        return expression(**{**values, name: x})

    x = values[name]
    forward, reverse = float(jvp(f, (x,), (1.0,))[1]), float(grad(f)(x))
    step = 6e-6 * max(1.0, abs(x))
    difference = float((f(np.float64(x + step)) - f(np.float64(x - step))) / (2 * step))
    rounding = 1e-3 * abs(float(f(np.float64(x))))
    size = max(abs(forward), rounding, np.finfo(float).tiny)
    error = float(np.max(np.abs([forward - reverse, forward - difference]))) / size
    agree = error < 1e-6  # false where one of them is not finite
    mark = terminal.either("✓", "OK") if agree else terminal.either("✗", "DIFFER")
    parts = [
        f"{terminal.style(mark, 'good' if agree else 'bad')} {terminal.style(f'd{out}/d{name}', 'bold')}",
        f"forward {terminal.style(_number(forward), 'tangent', 'bold')}",
        f"reverse {terminal.style(_number(reverse), 'adjoint', 'bold')}",
        f"central difference {_number(difference)}",
        f"max rel. error {error:.1e}" if np.isfinite(forward) else "there is no finite derivative at this point",
    ]
    terminal.line("  " + terminal.either("   ", " | ").join(parts))
    return agree


def _draw(terminal: Terminal, graph: Graph, file: Path, **options: Any) -> None:
    from .drawing import LayoutError, layout

    try:
        graph.save(file, **options)
        drawn = "" if file.suffix in (".gv", ".dot") else f" · layout by {layout.described()}"
    except (LayoutError, OSError, ValueError) as error:
        raise UsageError(f"no picture {file}: {error}") from None
    _saved(terminal, file, f"{len(graph.nodes)} nodes{drawn}".replace(" · ", terminal.either(" · ", ", ")))


def _saved(terminal: Terminal, file: Path, what: str) -> None:
    mark = terminal.style(terminal.either("✓", "OK"), "good")
    terminal.line(f"  {mark} {terminal.style('picture', 'bold')} {file}   {terminal.style(what, 'dim')}")


def demo(terminal: Terminal, folder: str, epochs: int | None = None) -> int:
    """The main job: the worked example with its graph, then a network on handwritten digits with its pictures.

    Writes graph.svg, training.svg and network.svg into ``folder``.  The result is 0 if the derivatives agree with a
    central difference and the network classifies at least 96 % of the test images.
    """
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    status = derive(terminal, WORKED_EXAMPLE, ["x=1"], str(place / "graph.svg"))
    terminal.line()
    return max(status, _digits(terminal, place, epochs or 30))


def _digits(terminal: Terminal, place: Path, epochs: int) -> int:
    """Train 64-64-10 on scikit-learn's digits: 1797 images of 8 x 8 pixels."""
    try:
        from sklearn.datasets import load_digits
        from sklearn.model_selection import train_test_split
    except ModuleNotFoundError:
        raise UsageError('the demo trains on scikit-learn\'s digits: pip install "autograd-lite[demo]"') from None
    import nn

    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X / 16.0, y, test_size=0.25, stratify=y, random_state=0)
    model = nn.FFNN([64, 64, 10], hidden="relu", output="softmax", seed=0)
    arrow, dot = terminal.either("→", "->"), terminal.either("·", "|")
    terminal.line(
        terminal.style(f"handwritten digits   {len(X)} images, 8 x 8   network 64 {arrow} 64 {arrow} 10", "bold")
    )
    terminal.line()
    history = nn.fit(
        model, X, y, optimizer=nn.Adam(lr=0.005), regularization=nn.L2(1e-4), epochs=epochs, batch_size=64,
        validation_data=(X_test, y_test), seed=0, verbose=True,
    )  # fmt: skip
    predicted = nn.labels(model(X_test))
    accuracy = nn.accuracy(y_test, predicted)
    good = accuracy >= 0.96
    mark = terminal.style(terminal.either("✓", "OK"), "good") if good else terminal.style("LOW", "bad")
    terminal.line()
    terminal.line(
        f"  {mark} {terminal.style('test accuracy', 'bold')} {accuracy:.1%}"
        f"   {terminal.style(f'{len(y_test)} images not seen in training {dot} loss {history.loss[-1]:.4f}', 'dim')}"
    )
    nn.training_figure(history, y_test, predicted, place / "training.svg")
    _saved(terminal, place / "training.svg", "losses and confusion matrix")
    graph = trace(nn.objective("categorical_cross_entropy"))(model, X[:64], y[:64]).reverse_sweep()
    _draw(terminal, graph, place / "network.svg", level="layers", title=f"FFNN 64 → 64 → 10 {dot} handwritten digits")
    return 0 if good else 1
