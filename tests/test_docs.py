"""The documentation says what is true: sessions come out, links lead somewhere, every public name has its place."""

from __future__ import annotations

import doctest
import importlib.util
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))


def script(name):
    """A module of the folder docs, which is no package."""
    specification = importlib.util.spec_from_file_location(f"docs_{name}", DOCS / f"{name}.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


gallery, reference = script("gallery"), script("reference")


def prose(page):
    """The text of a page without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)


def anchors(page):
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", prose(page), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.fixture(scope="module")
def exhibition(tmp_path_factory):
    """The gallery, run: the folder with its pictures, and the names that its code defines."""
    folder = tmp_path_factory.mktemp("gallery")
    return folder, gallery.run(gallery.PAGE.read_text(encoding="utf-8"), folder)


def come_out(page, names):
    blocks = re.findall(r"^```python\n(>>> .*?)^```$", page.read_text(encoding="utf-8"), flags=re.S | re.M)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(doctest.DocTestParser().get_doctest("\n".join(blocks), dict(names), page.name, page.name, 0))
    return runner.summarize(verbose=False).failed == 0


@pytest.mark.parametrize("page", [page for page in PAGES if page != gallery.PAGE], ids=lambda page: page.stem)
def test_the_sessions_come_out(page):
    assert come_out(page, {"__name__": "__main__"})


def test_the_gallery_is_up_to_date(exhibition):
    folder, names = exhibition
    page = gallery.PAGE.read_text(encoding="utf-8")
    assert come_out(gallery.PAGE, names)
    assert gallery.complaints(folder, page, names) == [], "run python docs/gallery.py"


def test_a_stale_gallery_is_noticed(exhibition, tmp_path):
    folder, names = exhibition
    page = gallery.PAGE.read_text(encoding="utf-8")
    for file in folder.iterdir():
        text = file.read_text(encoding="utf-8").replace("0.9221", "0.9222")
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    (tmp_path / "newcomer.svg").write_text("<svg><text>new</text></svg>", encoding="utf-8")
    found = gallery.complaints(tmp_path, page.replace("| 2 | a |", "| 2 | b |"), names)
    assert {
        "newcomer.svg is not on the page", "newcomer.svg is out of date", "expression.svg is out of date",
        "gallery.md is out of date",
    } <= {*found}  # fmt: skip
    assert "training.svg is out of date" not in found


def test_the_gallery_is_drawn_alike_twice(exhibition, tmp_path):
    """Byte for byte, and without the date of the day."""
    folder, names = exhibition
    names["graph"].save(tmp_path / "again.svg")
    assert (tmp_path / "again.svg").read_bytes() == (folder / "expression.svg").read_bytes()
    assert "1970-01-01" in (folder / "optimizers.svg").read_text(encoding="utf-8")


def test_there_are_sessions():
    assert {"index", "how-it-works"} <= {page.stem for page in PAGES if ">>> " in page.read_text(encoding="utf-8")}


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "CHANGELOG.md", *PAGES], ids=lambda page: page.stem)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", prose(page)):
        file, _, anchor = target.partition("#")
        found = (page.parent / file).resolve() if file else page
        assert found.exists(), f"{page.name} links to {target}"
        assert not anchor or anchor in anchors(found), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_code_is_included_from_where_it_is(page):
    for path, options in re.findall(
        r"^```\{literalinclude\} (\S+)\n(.*?)^```$", page.read_text(encoding="utf-8"), flags=re.S | re.M
    ):
        source = (DOCS / path).read_text(encoding="utf-8")
        given = dict(re.findall(r"^:([\w-]+): \"?(.+?)\"?$", options, flags=re.M))
        for name in given.get("pyobject", "").split("."):
            assert not name or re.search(rf"^\s*(def|class) {name}\b", source, flags=re.M), f"{path}: {name}"
        for mark in (given.get("start-at", ""), given.get("end-before", "")):
            assert mark in source, f"{path}: {mark}"


def test_every_public_name_has_its_place():
    assert reference.missing() == [], "put it into a section of docs/reference.py"


def test_a_name_without_a_place_is_noticed(monkeypatch):
    def newcomer() -> None: ...

    newcomer.__module__ = "nn.newcomers"
    monkeypatch.setattr(sys.modules["nn"], "newcomer", newcomer, raising=False)
    monkeypatch.setattr(sys.modules["nn"], "__all__", [*sys.modules["nn"].__all__, "newcomer"])
    assert "nn.newcomer" in reference.missing()


def test_each_name_stands_once_and_is_there():
    names = reference.written()
    assert len(names) == len(set(names))
    for name in names:
        assert reference.is_ours(reference.resolve(name)), name
    with pytest.raises(LookupError, match=r"there is no nn\.nonsense"):
        reference.resolve("nn.nonsense")


def test_everything_on_the_pages_has_a_docstring():
    without = []
    for name in reference.written():
        thing = reference.resolve(name)
        without += [] if thing.__doc__ else [name]
        if isinstance(thing, type):
            members = {k: getattr(thing, k, None) for c in thing.__mro__ if reference.is_ours(c) for k in vars(c)}
            without += [
                f"{name}.{k}"
                for k, member in members.items()
                if k[0] != "_" and (callable(member) or isinstance(member, property)) and not member.__doc__
                and not any(getattr(getattr(c, k, None), "__doc__", None) for c in thing.__mro__)
            ]  # fmt: skip
    assert without == []


DOCSTRING = """The mean of |x|, a*b and x_, as ``a*b``.

    ẋ = Σ x

H. Author wrote it.

Parameters
----------
x : array
    What is *meant*.

    More of it.

Raises
------
ValueError
    If it is wrong.

Source: A. Author, A Book (2000), 1.2.

>>> f(2 * x)
4
"""


def test_docstrings_become_restructuredtext():
    text = "\n".join(script("docstrings").prepared(DOCSTRING.splitlines()))
    assert r"The mean of \|x\|, a\*b and x\_, as ``a*b``." in text
    assert ".. code-block:: text\n   :class: formula\n\n    ẋ = Σ x\n\n\\H. Author" in text
    assert "    More of it." in text and text.count("code-block") == 1
    assert "References\n----------\n\\A. Author" in text
    assert "Examples\n--------\n\n>>> f(2 * x)\n4" in text


def test_docstrings_become_pages(tmp_path):
    reference.write(tmp_path)
    assert {file.stem for file in tmp_path.iterdir()} == {"index", *reference.PAGES}
    text = (tmp_path / "derivatives.rst").read_text(encoding="utf-8")
    assert ".. autofunction:: autograd_lite.grad\n" in text
