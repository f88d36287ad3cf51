"""The page to step through and the moving picture: complete without script, network or motion, and escaped."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from drawing_examples import swept_chain, swept_network, swept_root

import autograd_lite as ag

SVG = "{http://www.w3.org/2000/svg}"


class Page(HTMLParser):
    """Tags with their attributes and the text of the steps."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.items, self.open = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in ("meta", "input"):
            self.open.append(tag)
        if tag == "p":
            self.items.append("")

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "p" in self.open:
            self.items[-1] += data

    def attributes(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def test_the_page_holds_every_step_and_every_number():
    steps = swept_root().steps()
    page = Page(steps.html())
    assert page.open == []
    lines = [line for step in steps for line in (f"step {step.number} of 10, {step.sweep}", *step.lines, step.note)]
    assert page.items[2:] == lines
    assert [a["aria-label"] for a in page.attributes("input")][:2] == ["start", "step 1 of 10, forward, x"]
    assert len(page.attributes("input")) == 11 and page.attributes("svg")[0]["role"] == "img"


def test_the_page_stands_alone():
    text = swept_root().steps().html()
    assert "default-src 'none'" in text and 'aria-live="polite"' in text and "@media print" in text
    assert set(re.findall(r"https?://[^\"' ]+", text)) == {"http://www.w3.org/2000/svg"}
    page = Page(text)
    assert not [a for _, a in page.tags if "src" in a or "href" in a]
    assert "prefers-color-scheme:dark" in text and "prefers-reduced-motion" in text


def test_every_label_and_rule_points_to_a_step():
    page = Page(swept_network().steps().html())
    ids = {a["id"] for a in page.attributes("input")}
    assert {a["for"] for a in page.attributes("label")} == ids
    assert len({a["name"] for a in page.attributes("input")}) == 1


def test_a_number_is_marked_with_the_step_that_finds_it():
    svg = re.search(r"<svg.*</svg>", swept_root().steps().html(), re.DOTALL)[0]
    root = ET.fromstring(svg)
    found = {}
    for group in root.iter(f"{SVG}g"):
        for text in group.findall(f"{SVG}text"):
            if text.get("text-anchor") == "end" and text.get("data-k"):
                found[group.get("data-node"), text.get("data-k")] = (text.text, text.get("style"))
    assert len(found) == 15
    assert found["2", "tangent"] == ("2.0000", "--at:2") and found["2", "adjoint"] == ("0.9641", "--at:9")
    assert {e.get("data-edge") for e in root.iter(f"{SVG}g")} >= {"1-2", "2-3", "2-4", "3-4", "4-5"}
    assert all(group.find(f"{SVG}title") is None for group in root.iter(f"{SVG}g") if group.get("data-node"))


def test_the_page_grows_with_the_steps_and_not_with_their_square():
    short, long = (len(swept_chain(length).steps().html()) for length in (10, 40))
    assert long < 4 * short


def test_two_fragments_can_stand_in_one_page():
    one, other = (swept_root(x).steps()._repr_html_() for x in (1.0, 0.5))
    ids = [set(re.findall(r' id="([^"]+)"', text)) for text in (one, other)]
    assert ids[0] and not ids[0] & ids[1] and "<html" not in one and "data-alone>" not in one
    assert one == swept_root(1.0).steps()._repr_html_()


def test_without_a_layout_program_a_notebook_shows_the_text_and_a_file_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("AUTOGRAD_LITE_DOT", "/none")
    steps = swept_root().steps()
    assert steps._repr_html_() is None and repr(steps).startswith(" 1/10  forward  x = 1")
    with pytest.raises(RuntimeError, match="AUTOGRAD_LITE_DOT"):
        steps.save(tmp_path / "steps.html")
    assert list(tmp_path.iterdir()) == []


def test_nothing_breaks_out_of_the_page():
    name = "</style></script><b onclick=x>&\"'"
    steps = ag.trace(lambda p: np.sqrt(p[name]))({name: 2.0}).steps()
    for text in (steps.html(), steps.svg()):
        assert "<b " not in text
    assert Page(steps.html()).open == []
    ET.fromstring(steps.svg())


def test_the_moving_picture(tmp_path):
    steps = swept_root().steps()
    text = steps.save(tmp_path / "sweep.svg", seconds=1.0).read_text(encoding="utf-8")
    root = ET.fromstring(text)
    style = "".join(e.text or "" for e in root.iter(f"{SVG}style"))
    before, _, moving = style.partition("@media (prefers-reduced-motion:no-preference){")
    assert "animation:" not in before and moving.count("@keyframes") == 2 * 10 + 5 + 2 * 5 and "13s step-end" in moving
    captions = [g for g in root.iter(f"{SVG}g") if g.get("data-step")]
    assert [g.get("opacity") for g in captions] == ["0"] * 10
    assert "".join(captions[8].itertext()) == "".join(steps[8].lines)
    assert "<script" not in text and len(text) < 40_000 and text == steps.svg(seconds=1.0)
    with pytest.raises(ValueError, match="positive number of seconds, not 0"):
        steps.svg(seconds=0)


def test_saved_pages(tmp_path):
    steps = swept_network().steps()
    assert steps.save(tmp_path / "steps.html").read_text(encoding="utf-8") == steps.html()


def test_a_long_program_is_stepped_through_in_part(tmp_path):
    def loop(x):
        for _ in range(200):
            x = np.sin(x) * 0.9 + x
        return x

    steps = ag.trace(loop)(1.0).forward_sweep().reverse_sweep().steps()
    assert len(steps) == 2 * 601
    page = steps.html()
    assert len(page) < 100_000
    assert "1194 of 1202 steps are left out: max_steps=1202 shows them" in page
    assert page.count('<input type="radio"') == 9  # the start, and both sweeps over x and the first step
    assert steps.html(max_steps=2000).count('<input type="radio"') == 1203
    assert "max_steps=1202" in steps.svg()
    varied = ag.trace(lambda x: np.sin(x) + np.cos(x) * np.exp(x) / (1 + x))(1.0).steps()
    assert varied.html(max_steps=8).count('<input type="radio"') == 9
    with pytest.raises(ValueError, match="max_steps is at least 4"):
        steps.html(max_steps=1)
