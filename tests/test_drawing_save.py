"""Pictures as files."""

from __future__ import annotations

import os
import re
import sys

import pytest
from drawing_examples import swept_chain, swept_network, swept_root

import autograd_lite as ag
from autograd_lite.drawing import LayoutError, dot, files, layout, save, svg


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
    with pytest.raises(LayoutError, match=r"no \.pdf came out of the layout program: save as \.svg and convert"):
        save(swept_root(), tmp_path / "g.pdf")
    assert os.listdir(tmp_path) == []


def test_pdf_comes_from_a_program_that_can(tmp_path, monkeypatch):
    able = tmp_path / "able"
    able.write_text(f"#!{sys.executable}\nimport sys\nsys.stdin.buffer.read()\nprint('%PDF', sys.argv[2])\n")
    able.chmod(0o755)
    monkeypatch.setenv(layout.VARIABLE, str(able))
    assert save(swept_root(), tmp_path / "g.pdf").read_text() == "%PDF -Tpdf\n"


def test_a_theme_is_for_svg(tmp_path):
    with pytest.raises(ValueError, match=r"theme is for \.svg files"):
        save(swept_root(), tmp_path / "g.png", theme="dark")


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
