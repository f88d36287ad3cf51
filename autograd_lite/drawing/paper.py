"""A finished SVG as PDF or PNG, drawn by matplotlib: the same picture, with its bold numbers and in either theme.

Only what stands in our own pictures is understood: rectangles, polygons, paths of M, L, H and C, and text.  Text is set
in Helvetica or a font of its widths; where there is none, in DejaVu Sans, which matplotlib brings, made as much smaller
as it is wider.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any
from xml.etree import ElementTree as ET

from .text import width

__all__ = ["available", "rendered"]

_SVG = "{http://www.w3.org/2000/svg}"
_FONTS = ("Helvetica", "Arial", "Liberation Sans", "Arimo")  # fonts with the widths that layout reckons with
_PIECE = re.compile(r"([MLHC])|(-?\d*\.?\d+(?:e[-+]?\d+)?)")
_MOVE = re.compile(r"translate\((-?[\d.]+)[ ,](-?[\d.]+)\)")
_DOTS_PER_INCH = 192


def available() -> bool:
    """Whether matplotlib is there."""
    try:
        import_module("matplotlib")
    except ImportError:
        return False
    return True


def rendered(svg: str, form: str) -> bytes:
    """The picture in the format ``form``, "pdf" or "png"; the same bytes for the same picture and matplotlib."""
    matplotlib, figures = import_module("matplotlib"), import_module("matplotlib.figure")
    root = ET.fromstring(svg)
    _, _, wide, high = [float(x) for x in root.get("viewBox", "").split()]
    fonts = _fonts()
    settings = {"pdf.fonttype": 42, "font.family": fonts, "text.usetex": False, "path.simplify": False}
    with matplotlib.rc_context(settings):
        figure = figures.Figure(figsize=(wide / 72, high / 72))  # one unit of the picture is one point
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, wide), ylim=(high, 0))
        axes.set_axis_off()
        narrowed = fonts[0] not in _FONTS
        for order, (element, x, y) in enumerate(_elements(root, 0.0, 0.0)):
            artist = _text(element, x, y, narrowed) if element.tag == f"{_SVG}text" else _shape(element, x, y)
            artist.set(zorder=order, clip_on=False)
            axes.add_artist(artist)
        file = io.BytesIO()
        metadata = {"CreationDate": None} if form == "pdf" else {"Software": None}
        figure.savefig(file, format=form, dpi=_DOTS_PER_INCH, metadata=metadata)
    return file.getvalue()


def _fonts() -> list[str]:
    """The fonts to look for a character in, one after the other."""
    manager = import_module("matplotlib.font_manager").fontManager
    installed = {font.name for font in manager.ttflist}
    return [*[name for name in _FONTS if name in installed][:1], "DejaVu Sans"]


def _elements(parent: ET.Element, x: float, y: float) -> Iterator[tuple[ET.Element, float, float]]:
    """All that is drawn, in order, each with the displacement of the groups around it."""
    for element in parent:
        if element.tag == f"{_SVG}g":
            move = _MOVE.search(element.get("transform", ""))
            dx, dy = map(float, move.groups()) if move else (0.0, 0.0)
            yield from _elements(element, x + dx, y + dy)
        elif element.tag in (f"{_SVG}rect", f"{_SVG}polygon", f"{_SVG}path", f"{_SVG}text"):
            yield element, x, y


def _shape(element: ET.Element, dx: float, dy: float) -> Any:
    patches, paths = import_module("matplotlib.patches"), import_module("matplotlib.path")
    style = _style(element)
    if element.tag == f"{_SVG}rect":
        x, y, wide, high, radius = [float(element.get(name, "0")) for name in ("x", "y", "width", "height", "rx")]
        corners = patches.BoxStyle("Round", pad=0, rounding_size=radius) if radius else "square,pad=0"
        return patches.FancyBboxPatch((x + dx, y + dy), wide, high, boxstyle=corners, **style)
    if element.tag == f"{_SVG}polygon":
        numbers = [float(x) for x in re.split(r"[ ,]+", element.get("points", "").strip())]
        corners = [(x + dx, y + dy) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
        return patches.Polygon(corners, closed=True, **style)
    points, codes = _traced(element.get("d", ""))
    return patches.PathPatch(paths.Path([(x + dx, y + dy) for x, y in points], codes), **style)


def _traced(d: str) -> tuple[list[tuple[float, float]], list[int]]:
    """The points of a path, and for each whether it is moved to (1), drawn to (2) or a point of a cubic curve (4)."""
    points: list[tuple[float, float]] = []
    codes: list[int] = []
    kind, waiting = "M", []
    for letter, number in _PIECE.findall(d):
        if letter:
            kind = letter
            continue
        waiting.append(float(number))
        if kind == "H":
            waiting.append(points[-1][1])
        if len(waiting) == 2:
            points.append((waiting[0], waiting[1]))
            codes.append({"M": 1, "L": 2, "H": 2, "C": 4}[kind])
            waiting = []
    return points, codes


def _style(element: ET.Element) -> dict[str, Any]:
    dashes = element.get("stroke-dasharray")
    return {
        "facecolor": element.get("fill", "none"),
        "edgecolor": element.get("stroke", "none"),
        "linewidth": float(element.get("stroke-width", "1")),
        "linestyle": (0, tuple(float(x) for x in dashes.split(","))) if dashes else "-",
        "joinstyle": "miter",
        "capstyle": "butt",
    }


def _text(element: ET.Element, dx: float, dy: float, narrowed: bool) -> Any:
    texts, effects = import_module("matplotlib.text"), import_module("matplotlib.patheffects")
    said, size = element.text or "", float(element.get("font-size", "14"))
    bold = element.get("font-weight") == "bold"
    x, y = float(element.get("x", "0")) + dx, float(element.get("y", "0")) + dy
    side = {"middle": "center", "end": "right"}.get(element.get("text-anchor", "start"), "left")
    artist = texts.Text(
        x, y, said, fontsize=size * _narrowing(said, bold) if narrowed else size, parse_math=False,
        fontweight="bold" if bold else "normal", color=element.get("fill", "black"), ha=side, va="baseline",
    )  # fmt: skip
    if element.get("paint-order") == "stroke":
        wide = float(element.get("stroke-width", "1"))
        artist.set_path_effects([effects.withStroke(linewidth=wide, foreground=element.get("stroke"))])
    return artist


def _narrowing(text: str, bold: bool) -> float:
    """How much smaller DejaVu Sans has to be to take the width of Helvetica."""
    paths, properties = import_module("matplotlib.textpath"), import_module("matplotlib.font_manager").FontProperties
    font = properties(family="DejaVu Sans", weight="bold" if bold else "normal")
    taken, _, _ = paths.TextToPath().get_text_width_height_descent(text, font, ismath=False)
    here = width(text, font.get_size_in_points(), bold)
    return min(1.0, here / taken) if taken else 1.0
