"""The SVG of a picture: what the layout program drew, made fit to stand in a page.

The colours stay attributes and the dark theme is a style sheet over them; identifiers get a prefix of their own, a
hash of the picture, so several pictures can stand in one page and equal ones are equal byte for byte; title and
description are there for screen readers; numbers end where their column ends, in whatever font the reader has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from xml.etree import ElementTree as ET

from ..notation.text import clean
from .palette import BAD, BOX, DARK, INK, ROLES
from .text import width

__all__ = ["THEMES", "finished"]

THEMES = ("auto", "light", "dark")
FONTS = "Helvetica,Arial,Liberation Sans,Arimo,sans-serif"
_WIDEST = 960  # pixels
_PIXELS_PER_POINT = 4 / 3
_REAL = r"(\d[\d.]*(e[-+]\d+)?|inf|nan)"
_NUMBER = re.compile(rf"-?{_REAL}( [-+] {_REAL}i)?$")
_TRAILING = re.compile(r"(\.\d*?[1-9])0+(?!\d)|\.0+(?!\d)")
_POINT = re.compile(r"(-?[\d.]+),(-?[\d.]+)")
_PILLS = {ground: ink for ground, ink in ROLES.values()}


def finished(drawn: bytes, title: str, description: str, theme: str) -> str:
    """The SVG text of a layout program's SVG."""
    if theme not in THEMES:
        raise ValueError(f"theme is one of {', '.join(map(repr, THEMES))}, not {theme!r}")
    title, description = clean(title, 300), clean(description, 4000)
    root = _without_namespaces(ET.fromstring(drawn))
    _unlink(root)
    _align(root)
    _edge_labels(root)
    prefix = "agl-" + sha256(f"{theme}\n{title}\n".encode() + drawn).hexdigest()[:10]
    _prefix(root, prefix)
    _shorten(root)
    _raise_box_labels(root)
    if theme == "dark":
        _recolour(root)
    body = "\n".join(ET.tostring(child, encoding="unicode").strip() for child in root)
    return "\n".join([_opening(root, prefix), *_head(prefix, title, description, theme), body, "</svg>\n"])


def _without_namespaces(root: ET.Element) -> ET.Element:
    """Plain names: the SVG namespace is the default one in the text, and nothing of XLink is kept."""
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        for name in [name for name in element.attrib if name.startswith("{")]:
            value = element.attrib.pop(name)
            if name.endswith("}title"):
                element.set("hint", value)
    return root


def _unlink(root: ET.Element) -> None:
    """Take the contents out of the anchors that carry tooltips; the tooltip becomes the title of its group."""
    for group in list(root.iter("g")):
        title, hint = group.find("title"), ""
        for wrapper in group.findall("g"):
            anchor = wrapper.find("a")
            if anchor is not None:
                hint = anchor.get("hint", "").strip()
                at = list(group).index(wrapper)
                group[at : at + 1] = list(anchor)
        if title is not None and hint:
            title.text = hint
        elif title is not None:
            group.remove(title)  # it is a name of DOT's


def _align(root: ET.Element) -> None:
    """Names are bold in the middle of their pill, numbers are bold and end where their column ends.

    Left to the page, as layout programs know the widths of few characters, and set bold text higher than its line.
    """
    for group in root.iter("g"):
        label = pill = None
        for element in group:
            if element.tag == "path" and element.get("fill") in _PILLS:
                pill = element
            if element.tag != "text":
                continue
            if pill is not None and element.get("fill") == _PILLS[pill.get("fill", "")]:
                _center(element, pill)
                pill = None
            elif group.get("class") == "node" and label is not None and _same_line(label, element):
                _end(element)
            label = element


def _same_line(a: ET.Element, b: ET.Element) -> bool:
    return abs(_number(a, "y") - _number(b, "y")) < 1 and a.get("font-size") == b.get("font-size")


def _number(element: ET.Element, name: str) -> float:
    return float(element.get(name, "0"))


def _center(text: ET.Element, pill: ET.Element) -> None:
    corners = _POINT.findall(pill.get("d", ""))
    for axis, down in (("x", 0.0), ("y", 0.36 * _number(text, "font-size"))):
        along = [float(corner["xy".index(axis)]) for corner in corners]
        text.set(axis, f"{(min(along) + max(along)) / 2 + down:.2f}")
    text.set("text-anchor", "middle")
    text.set("font-weight", "bold")


def _end(text: ET.Element) -> None:
    said = text.text or ""
    if _NUMBER.match(said):
        text.set("font-weight", "bold")
        text.set("x", f"{_number(text, 'x') + width(said, _number(text, 'font-size')):.2f}")
        text.set("text-anchor", "end")
        text.text = said.replace("-", "−")


def _edge_labels(root: ET.Element) -> None:
    """The number of a local partial stands out from its formula."""
    for group in root.iter("g"):
        if group.get("class") == "edge":
            for text in group.iter("text"):
                text.set("y", f"{_number(text, 'y') - 1.5:.2f}")  # off the arrow
                said = (text.text or "").strip()
                if said.startswith("= "):
                    text.set("fill", BAD if said.endswith(("nan", "inf")) else INK)
                    text.set("font-weight", "bold")
                    text.text = (text.text or "").replace("-", "−")


def _prefix(root: ET.Element, prefix: str) -> None:
    for element in root.iter():
        if "id" in element.attrib:
            element.set("id", f"{prefix}-{element.get('id')}")


def _shorten(root: ET.Element) -> None:
    """Say once what the layout program says of every text and every card."""
    for text in root.iter("text"):
        del text.attrib["font-family"]
        if text.get("text-anchor") == "start":
            del text.attrib["text-anchor"]
    for group in root.iter("g"):
        frames: dict[str | None, ET.Element] = {}
        for path in group.findall("path"):
            first = frames.setdefault(path.get("d"), path)
            if first is not path and first.get("stroke") == path.get("fill") == "none":
                first.attrib.update({name: value for name, value in path.attrib.items() if name.startswith("stroke")})
                group.remove(path)
        if group.get("class") != "edge":
            for shape in group:
                _rectangle(shape)
    for element in root.iter():
        element.tail = None
        for name in ("x", "y", "width", "height", "rx", "font-size", "points", "d"):
            if name in element.attrib:
                element.set(name, _TRAILING.sub(r"\1", element.attrib[name]))


def _raise_box_labels(root: ET.Element) -> None:
    """The labels of boxes are drawn last, on a line of the ground, so that arrows pass behind them."""
    everything = next(root.iter("g"))
    for box in everything.findall("g[@class='cluster']"):
        if box.find(f"rect[@fill='{BOX}']") is not None:
            for text in box.findall("text"):
                box.remove(text)
                everything.append(text)
                text.attrib.update({"stroke": BOX, "stroke-width": "4", "paint-order": "stroke"})


def _rectangle(shape: ET.Element) -> None:
    """A rounded frame that was drawn as a path becomes a rectangle, the line below a header a line."""
    if shape.tag == "path":
        xs, ys = zip(*[(float(x), float(y)) for x, y in _POINT.findall(shape.attrib.pop("d"))], strict=True)
        shape.tag = "rect"
        left, top = min(xs), min(ys)
        sides = {"x": left, "y": top, "width": max(xs) - left, "height": max(ys) - top, "rx": xs[0] - left}
        shape.attrib.update({name: f"{side:.2f}" for name, side in sides.items()})
    elif shape.tag == "polygon" and shape.get("fill") == shape.get("stroke"):
        ends = sorted((float(x), float(y)) for x, y in _POINT.findall(shape.attrib.pop("points")))
        shape.tag = "path"
        shape.set("d", f"M{ends[0][0]:.2f},{ends[0][1]:.2f}H{ends[-1][0]:.2f}")
        del shape.attrib["fill"]


def _recolour(root: ET.Element) -> None:
    for element in root.iter():
        for name in ("fill", "stroke"):
            colour = element.get(name, "none")
            if colour in DARK:
                element.set(name, DARK[colour])


def _opening(root: ET.Element, prefix: str) -> str:
    box = [float(x) for x in root.get("viewBox", "0 0 1 1").split()]
    wide = min(_WIDEST, round(box[2] * _PIXELS_PER_POINT))
    high = max(1, round(wide * box[3] / box[2]))
    view = " ".join(f"{x:g}" for x in box)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{prefix}" class="agl" role="img" '
        f'aria-labelledby="{prefix}-t {prefix}-d" viewBox="{view}" width="{wide}" height="{high}" '
        f'font-family="{FONTS}" style="max-width:100%;height:auto">'
    )


def _head(prefix: str, title: str, description: str, theme: str) -> Iterator[str]:
    yield _element("title", f"{prefix}-t", title)
    yield _element("desc", f"{prefix}-d", description)
    if theme == "auto":
        pairs = [(name, *colours) for colours in DARK.items() for name in ("fill", "stroke")]
        rules = "".join(f'#{prefix} [{name}="{light}"]{{{name}:{dark}}}' for name, light, dark in pairs)
        yield f"<style>@media (prefers-color-scheme:dark){{{rules}}}</style>"


def _element(tag: str, identifier: str, text: str) -> str:
    element = ET.Element(tag, {"id": identifier})
    element.text = text
    return ET.tostring(element, encoding="unicode")
