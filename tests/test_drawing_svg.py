"""The finished picture: well-formed, safe, accessible, the same every time, readable in both themes."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from drawing_examples import swept_chain, swept_network, swept_residual, swept_root
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_lite as ag
from autograd_lite.drawing import dot, svg
from autograd_lite.drawing.palette import DARK, GROUNDS, INKS, ROLES, contrast, dark
from autograd_lite.notation.text import clean

SVG = "{http://www.w3.org/2000/svg}"
TAGS = {SVG + tag for tag in ("svg", "title", "desc", "style", "g", "text", "rect", "path", "polygon")}
EXAMPLES = {
    "root": (swept_root, {}),
    "residual": (swept_residual, {}),
    "operations": (swept_network, {"level": "ops"}),
    "layers": (swept_network, {"level": "layers"}),
    "folded": (lambda: swept_chain(40), {"max_nodes": 8}),
}


@pytest.fixture(scope="module", params=list(EXAMPLES))
def picture(request):
    graph, options = EXAMPLES[request.param]
    return svg(graph(), **options)


def texts(picture: str) -> list[str]:
    return ["".join(text.itertext()) for text in ET.fromstring(picture).iter(f"{SVG}text")]


def colours(picture: str) -> set[str]:
    body = picture[picture.index("</style>") :] if "</style>" in picture else picture
    return {colour.lower() for colour in re.findall(r'(?:fill|stroke)="([^"]+)"', body)} - {"none"}


def test_it_is_one_svg_element_of_at_most_960_pixels(picture):
    root = ET.fromstring(picture)
    assert root.tag == f"{SVG}svg" and picture.startswith("<svg") and picture.endswith("</svg>\n")
    assert 100 < int(root.attrib["width"]) <= 960
    wide, high = map(float, root.attrib["viewBox"].split()[2:])
    assert int(root.attrib["height"]) == pytest.approx(int(root.attrib["width"]) * high / wide, abs=1)
    assert root.attrib["style"] == "max-width:100%;height:auto"


def test_it_has_a_title_and_a_description_for_screen_readers(picture):
    root = ET.fromstring(picture)
    named = {element.get("id"): element.text for element in root if element.tag in (f"{SVG}title", f"{SVG}desc")}
    assert root.attrib["role"] == "img" and root.attrib["aria-labelledby"].split() == list(named)
    assert all(named.values())


def test_it_runs_nothing_and_fetches_nothing(picture):
    tags = {element.tag for element in ET.fromstring(picture).iter()}
    assert tags <= TAGS
    assert "http" not in picture.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert "url(" not in picture and "@import" not in picture and "href" not in picture and "<!" not in picture


def test_identifiers_are_unique_and_have_the_prefix_of_the_picture(picture):
    root = ET.fromstring(picture)
    found = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    assert len(set(found)) == len(found) > 5
    assert all(name == found[0] or name.startswith(found[0] + "-") for name in found)


def test_two_pictures_share_no_identifier_and_no_rule():
    one, two = (set(re.findall(r'id="([^"]+)"', svg(swept_root(x)))) for x in (1.0, 2.0))
    assert one and not one & two
    selectors = re.findall(r"([^{}]+)\{(?:fill|stroke):", svg(swept_root()))
    assert selectors and all(selector.startswith("#agl-") for selector in selectors)


def test_the_same_graph_gives_the_same_bytes():
    assert svg(swept_network()) == svg(swept_network())
    assert svg(swept_root(1.0)) != svg(swept_root(2.0))


def test_the_style_covers_every_colour(picture):
    style = re.search(r"<style>@media \(prefers-color-scheme:dark\)\{(.*)\}</style>", picture).group(1)
    rules = {(name, light): dark for name, light, dark in re.findall(r'\[(\w+)="(#\w+)"\]\{\w+:(#\w+)\}', style)}
    assert colours(picture) <= set(DARK)
    assert all(rules[name, colour] == DARK[colour] for colour in colours(picture) for name in ("fill", "stroke"))


def test_themes():
    light, night = svg(swept_root(), theme="light"), svg(swept_root(), theme="dark")
    assert "<style" not in light + night
    assert colours(light) <= set(DARK) and colours(night) <= set(DARK.values()) and "#111722" in colours(night)
    with pytest.raises(ValueError, match="theme is one of 'auto', 'light', 'dark', not 'night'"):
        svg(swept_root(), theme="night")


@pytest.mark.parametrize("theme", [str, dark], ids=["light", "dark"])
def test_every_ink_can_be_read_on_every_ground(theme):
    pairs = [(ink, ground) for ink in INKS.values() for ground in GROUNDS]
    pairs += [(ink, ground) for ground, ink in ROLES.values()]
    assert {pair: round(contrast(*map(theme, pair)), 2) for pair in pairs if contrast(*map(theme, pair)) < 4.5} == {}


def test_contrast_is_that_of_wcag():
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#ffffff", "#ffffff") == 1


def test_numbers_end_where_their_column_ends_and_names_stand_in_the_middle():
    root = ET.fromstring(svg(swept_root()))
    card = next(group for group in root.iter(f"{SVG}g") if group.attrib.get("id", "").endswith("-n5"))
    frame, pill = card.findall(f"{SVG}rect")
    right = float(frame.attrib["x"]) + float(frame.attrib["width"])
    numbers = [text for text in card.iter(f"{SVG}text") if re.match(r"\d", text.text)]
    assert len(numbers) == 3
    for text in numbers:
        assert text.attrib["text-anchor"] == "end" and text.attrib["font-weight"] == "bold"
        assert 3 < right - float(text.attrib["x"]) < 7
    name = next(text for text in card.iter(f"{SVG}text") if text.text == "d")
    middle = float(pill.attrib["x"]) + float(pill.attrib["width"]) / 2
    assert name.attrib["text-anchor"] == "middle" and float(name.attrib["x"]) == pytest.approx(middle, abs=0.1)


def test_minus_signs_are_minus_signs():
    said = texts(svg(ag.trace(lambda x: -x)(1.5).reverse_sweep()))
    assert "−1.5000" in said and "= −1.0000" in said and "-1.5000" not in said


def test_complex_numbers_are_numbers():
    said = texts(svg(ag.trace(lambda x: np.real(x * x))(1 - 2j)))
    assert "1.0000 − 2.0000i" in said and "−3.0000" in said


def test_norms_do_not_overflow():
    assert "5.000e+200" in texts(svg(ag.trace(np.sum)(np.array([3e200, 4e200]))))


def test_labels_of_boxes_are_drawn_over_the_arrows():
    picture = svg(swept_network(), level="ops")
    label = picture.rindex(">Dense 2 \u00a0(9 params)<")
    assert label > max(edge.start() for edge in re.finditer('class="edge"', picture))


def test_every_node_and_arrow_says_what_it_is():
    titles = [title.text for title in ET.fromstring(svg(swept_root())).iter(f"{SVG}title")]
    assert "a = x²: value 1.0000, tangent ȧ 2.0000, adjoint ā 0.9641" in titles
    assert "∂a/∂x = 2x = 2.0000" in titles


def test_functions_with_several_outputs_and_several_results():
    def f(x):
        sign, logarithm = np.linalg.slogdet(x)
        return {"sign": sign, "log": logarithm}

    assert {"= slogdet(x)", "output\u00a00"} <= set(texts(svg(ag.trace(f)(np.eye(2)))))


def test_a_large_graph_stays_small():
    assert len(svg(swept_chain(300)).encode()) < 250_000


NASTY = st.text(max_size=30) | st.text("<>&\"'\\{}|[]/;%#\n\t\r\0\x1b\u2028 aN", max_size=30)


@settings(max_examples=60, deadline=None)
@given(name=NASTY, other=NASTY, label=NASTY, title=NASTY, row=NASTY)
def test_any_text_comes_through_as_it_is(name, other, label, title, row):
    def f(x):
        with ag.scope(label, rows=[(row, row)]):
            y = np.exp(x)
        return y * x

    graph = ag.trace(f)(1.0).reverse_sweep()
    graph["x"].name, graph["y"].name = name, other + "'"
    for level in ("ops", "layers"):
        picture = svg(graph, title=title, level=level)
        said = {" ".join(text.split()) for text in texts(picture)}
        expected = [clean(name, 28), clean(title, 110)] + ([clean(other + "'", 28)] if level == "ops" else [])
        assert {" ".join(text.split()) for text in expected} - {""} <= said
        assert {element.tag for element in ET.fromstring(picture).iter()} <= TAGS


@pytest.mark.parametrize(
    "text", ["\ud800", "\ufffe", "a\u202eb", "&amp;", "&#60;", "\\N", "<B>", "--", "]]>", "日本語", "x̄"]
)
def test_awkward_text(text):
    graph = swept_root()
    graph["a"].name = text
    graph.title = text
    picture = svg(graph, title=text)
    assert texts(picture).count(clean(text, 28)) >= 2
    assert f"∂b/∂{clean(text, 20)}" in " ".join(texts(picture))
    assert dot(graph, title=text).encode()
