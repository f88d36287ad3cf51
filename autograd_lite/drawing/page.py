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

from .palette import DARK, INK, ROLES
from .text import clean, width

__all__ = ["THEMES", "finished"]

THEMES = ("auto", "light", "dark")
FONTS = "Helvetica,Arial,Liberation Sans,Arimo,sans-serif"
_WIDEST = 960  # pixels
_PIXELS_PER_POINT = 4 / 3
_NUMBER = re.compile(r"-?(\d[\d.]*(e[-+]\d+)?|inf)$")
_PILLS = {ground: ink for ground, ink in ROLES.values()}


def finished(drawn: bytes, title: str, description: str, theme: str) -> str:
    """The SVG text of a layout program's SVG."""
    if theme not in THEMES:
        raise ValueError(f"theme is one of {', '.join(map(repr, THEMES))}, not {theme!r}")
    root = _without_namespaces(ET.fromstring(drawn))
    _unlink(root)
    for text in root.iter("text"):
        text.set("font-family", FONTS)
    _align(root)
    _edge_labels(root)
    prefix = "agl-" + sha256(f"{theme}\n{title}\n".encode() + drawn).hexdigest()[:10]
    _prefix(root, prefix)
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
        for i, wrapper in enumerate(list(group)):
            anchor = wrapper.find("a") if wrapper.tag == "g" else None
            if anchor is None:
                continue
            at = list(group).index(wrapper)
            group.remove(wrapper)
            for j, child in enumerate(anchor):
                group.insert(at + j, child)
            title = group.find("title")
            if title is not None and i:
                title.text = (anchor.get("hint") or "").strip()
    for group in root.iter("g"):
        title = group.find("title")
        if title is not None and (group.get("class") == "graph" or not title.text or title.text == "cluster_all"):
            group.remove(title)


def _align(root: ET.Element) -> None:
    """Right-aligned numbers are anchored at their end, names in the middle of their pill; minus signs are minus signs."""
    for group in root.iter("g"):
        children = list(group)
        for before, element in zip([None, *children], children, strict=False):
            if element.tag != "text" or element.get("text-anchor") != "start":
                continue
            if before is not None and before.tag == "path" and _PILLS.get(before.get("fill", "")) == element.get("fill"):
                edges = [float(x) for x in re.findall(r"(-?[\d.]+),", before.get("d", ""))]
                element.set("x", f"{(min(edges) + max(edges)) / 2:.2f}")
                element.set("text-anchor", "middle")
            elif element.get("font-weight") == "bold" and _NUMBER.match(element.text or ""):
                size, said = float(element.get("font-size", "11")), element.text or ""
                element.set("x", f"{float(element.get('x', '0')) + width(said, size, True):.2f}")
                element.set("text-anchor", "end")
                element.text = said.replace("-", "−")


def _edge_labels(root: ET.Element) -> None:
    """The number of a local partial stands out from its formula."""
    for group in root.iter("g"):
        if group.get("class") == "edge":
            for text in group.iter("text"):
                if (text.text or "").startswith("= "):
                    text.set("fill", INK)
                    text.set("font-weight", "bold")
                    text.text = (text.text or "").replace("= -", "= −").replace("e-", "e−")


def _prefix(root: ET.Element, prefix: str) -> None:
    for element in root.iter():
        if "id" in element.attrib:
            element.set("id", f"{prefix}-{element.get('id')}")


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
        'style="max-width:100%;height:auto">'
    )


def _head(prefix: str, title: str, description: str, theme: str) -> Iterator[str]:
    yield _element("title", f"{prefix}-t", clean(title, 300))
    yield _element("desc", f"{prefix}-d", clean(description, 4000))
    if theme == "auto":
        rules = "".join(
            f'#{prefix} [{name}="{light}"]{{{name}:{dark}}}' for light, dark in DARK.items() for name in ("fill", "stroke")
        )
        yield f"<style>@media (prefers-color-scheme:dark){{{rules}}}</style>"


def _element(tag: str, identifier: str, text: str) -> str:
    element = ET.Element(tag, {"id": identifier})
    element.text = text
    return ET.tostring(element, encoding="unicode")
