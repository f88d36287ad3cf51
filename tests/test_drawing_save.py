"""Pictures as files."""

from __future__ import annotations

import os
import re
import sys
from xml.etree import ElementTree as ET

import pytest
from drawing_examples import swept_chain, swept_network, swept_residual, swept_root
from matplotlib.image import imread

import autograd_lite as ag
from autograd_lite.drawing import LayoutError, dot, files, layout, paper, save, svg


@pytest.mark.parametrize(
    "name, start", [("g.svg", b"<svg"), ("g.PNG", b"\x89PNG"), ("g.gv", b"digraph"), ("g.dot", b"digraph")]
)
def test_the_suffix_chooses_the_format(tmp_path, name, start):
    path = save(swept_root(), tmp_path / name)
    assert path == tmp_path / name and path.read_bytes().startswith(start)
    assert os.listdir(tmp_path) == [name]


def test_a_file_holds_what_the_functions_return(tmp_path):
    graph = swept_network()
    assert save(graph, str(tmp_path / "g.svg"), level="ops", theme="dark").read_text(encoding="utf-8") == svg(
        graph, level="ops", theme="dark"
    )
    assert save(graph, tmp_path / "g.gv", level="ops").read_text(encoding="utf-8") == dot(graph, level="ops")


def test_the_methods_of_a_graph_draw_it(tmp_path):
    graph = ag.trace(lambda x: x**2)(3.0).reverse_sweep()
    graph.save(tmp_path / "g.svg")
    assert (tmp_path / "g.svg").read_text(encoding="utf-8") == graph.svg() == svg(graph)
    assert graph.dot() == dot(graph)


def test_a_page_holds_the_picture_and_the_table(tmp_path):
    graph = swept_root()
    page = save(graph, tmp_path / "g.html", theme="light").read_text(encoding="utf-8")
    assert svg(graph, theme="light") in page and graph.table(format="html") in page and "default-src 'none'" in page
    assert graph.save(tmp_path / "g.html").read_text(encoding="utf-8").count("<svg") == 1


def test_a_document_holds_the_derivation_and_the_table(tmp_path, monkeypatch):
    monkeypatch.setenv(layout.VARIABLE, "/none")  # it needs no layout program
    graph = swept_root()
    document = graph.save(tmp_path / "g.tex").read_text(encoding="utf-8")
    assert document.startswith(r"\documentclass") and graph.derivation() in document
    assert graph.table(format="latex") in document and document.isascii()
    with pytest.raises(ValueError, match="takes no options such as 'level'"):
        graph.save(tmp_path / "g.tex", level="ops")


def test_an_unknown_suffix_is_an_error_that_lists_the_known_ones(tmp_path):
    message = re.escape("has none of the suffixes of a picture: .svg, .png, .pdf, .dot, .gv, .html, .tex")
    for name in ("g.jpg", "g"):
        with pytest.raises(ValueError, match=message):
            save(swept_root(), tmp_path / name)
    assert os.listdir(tmp_path) == []


def test_a_format_the_program_cannot_write_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.delenv(layout.VARIABLE, raising=False)
    monkeypatch.setattr(paper, "available", lambda: False)
    with pytest.raises(LayoutError, match=r'pip install "autograd-lite\[pdf\]"; or .*\(apt install graphviz\)'):
        save(swept_root(), tmp_path / "g.pdf")
    with pytest.raises(ValueError, match=r'pip install "autograd-lite\[pdf\]"'):
        save(swept_root(), tmp_path / "g.png", theme="dark")
    assert os.listdir(tmp_path) == []


def test_pdf_comes_from_a_program_that_can(tmp_path, monkeypatch):
    able = tmp_path / "able"
    able.write_text(f"#!{sys.executable}\nimport sys\nsys.stdin.buffer.read()\nprint('%PDF', sys.argv[2])\n")
    able.chmod(0o755)
    monkeypatch.setenv(layout.VARIABLE, str(able))
    monkeypatch.setattr(paper, "available", lambda: False)
    assert save(swept_root(), tmp_path / "g.pdf").read_text() == "%PDF -Tpdf\n"


def test_dot_text_has_no_theme(tmp_path):
    with pytest.raises(ValueError, match=r"a \.gv has no theme"):
        save(swept_root(), tmp_path / "g.gv", theme="dark")


@pytest.mark.parametrize("graph", [swept_root, swept_residual, swept_network])
def test_pdf_and_png_are_the_picture_drawn_again(tmp_path, graph):
    first = save(graph(), tmp_path / "g.pdf").read_bytes()
    assert first.startswith(b"%PDF-") and b"Helvetica" not in first.split(b"stream")[0]
    assert save(graph(), tmp_path / "again.pdf").read_bytes() == first  # no date, no counter
    light, dark = (imread(save(graph(), tmp_path / "g.png", theme=theme)) for theme in ("auto", "dark"))
    assert light.shape == dark.shape and light[0, 0, 0] > 0.9 > 0.2 > dark[0, 0, 0]
    _, _, wide, high = [float(x) for x in re.search(r'viewBox="([^"]*)"', svg(graph())).group(1).split()]
    assert abs(light.shape[1] / light.shape[0] - wide / high) < 0.01


@pytest.mark.parametrize("bold", [False, True])
def test_a_font_that_is_wider_than_helvetica_is_set_smaller(bold):
    assert 0.8 < paper._narrowing("adjoint 0.9641", bold) < 0.95
    assert paper._narrowing("", bold) == 1


def test_no_text_is_taken_for_a_formula(tmp_path):
    graph = ag.trace(lambda p: p["$x$ <b> \\alpha"] * 2)({"$x$ <b> \\alpha": 1.0})
    assert save(graph, tmp_path / "g.pdf").read_bytes().startswith(b"%PDF-")


def test_all_of_a_picture_is_drawn():
    tags = {"svg", "g", "title", "desc", "style", "rect", "polygon", "path", "text"}
    for graph in (swept_root, swept_residual, swept_network):
        root = ET.fromstring(svg(graph(), level="ops"))
        assert {element.tag.rpartition("}")[2] for element in root.iter()} <= tags
        assert all(re.fullmatch(r"[MLHC\d\s.,e+-]*", element.get("d", "")) for element in root.iter())


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = save(swept_root(), tmp_path / "g.gv")
    before = path.read_bytes()

    def full(*_):
        raise OSError("disk full")

    monkeypatch.setattr(files.os, "replace", full)
    with pytest.raises(OSError, match="disk full"):
        save(swept_chain(3), path)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["g.gv"]


def test_a_file_has_the_usual_permissions(tmp_path):
    plain = tmp_path / "plain"
    plain.write_text("")
    assert save(swept_root(), tmp_path / "g.gv").stat().st_mode == plain.stat().st_mode
