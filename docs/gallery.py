"""The gallery runs itself: the code on the page docs/gallery.md makes the pictures, the table and the derivation in it.

    python docs/gallery.py           run the page, write its pictures and texts
    python docs/gallery.py --check   run the page, and say what is out of date

What is compared is what a reader sees, words and numbers: another layout program or another Matplotlib may place them
elsewhere.
"""

from __future__ import annotations

import argparse
import html
import linecache
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_suffix(".md")
PICTURES = PAGE.parent / "pictures" / "gallery"
GENERATED = re.compile(r"^<!-- (\w+): (.*?) -->\n.*?^<!-- end -->$", flags=re.S | re.M)
DISPLAYED = r"\n```math\n\\begin{aligned}\1\\end{aligned}\n```"
STYLE = {"svg.hashsalt": "gallery", "font.size": 9}


def blocks(page: str) -> list[str]:
    """The code of the page, without its sessions and what it made itself."""
    return re.findall(r"^```python\n(?!>>> )(.*?)^```$", GENERATED.sub("", page), flags=re.S | re.M)


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    """The folder as the current one."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def run(page: str, folder: Path) -> dict[str, Any]:
    """Run the code of the page in a folder, and return the names it defines."""
    import matplotlib

    matplotlib.use("agg")
    os.environ["SOURCE_DATE_EPOCH"] = "0"  # Matplotlib writes the date into its files
    names: dict[str, Any] = {"__name__": "__main__"}
    with matplotlib.rc_context(STYLE), inside(folder):
        for number, block in enumerate(blocks(page), 1):
            name = f"<gallery {number}>"
            linecache.cache[name] = len(block), None, block.splitlines(keepends=True), name  # for messages with lines
            exec(compile(block, name, "exec"), names)
    return names


def filled(page: str, names: dict[str, Any]) -> str:
    """The page with the texts between its marks made anew: <!-- name: form --> … <!-- end -->."""

    def text(match: re.Match[str]) -> str:
        value, form = str(names[match[1]]).strip(), match[2]
        if form == "typeset":
            value = typeset(value)
        elif form != "as it is":
            value = f"```{form}\n{value}\n```"
        return f"<!-- {match[1]}: {form} -->\n\n{value}\n\n<!-- end -->"

    return GENERATED.sub(text, page)


def typeset(latex: str) -> str:
    """A derivation in Markdown, with displayed formulas as GitHub and the site take them."""
    latex = re.sub(r"\\begin\{align\*\}(.*?)\\end\{align\*\}", DISPLAYED, latex, flags=re.S)
    return re.sub(r"\\paragraph\{(.*?)\}", r"**\1.**", latex).strip()


def seen(picture: Path) -> list[str]:
    """The words and numbers of a picture or a page; of a plot the words, for the last digits of a training vary.

    Matplotlib draws text as curves, with the text in a comment.
    """
    text = picture.read_text(encoding="utf-8")
    if "matplotlib" in text:
        return sorted(re.findall(r"[^\W\d]{2,}", " ".join(re.findall(r"<!-- (.*?) -->", text))))
    text = re.sub(r"<(style|script).*?</\1>", "", text, flags=re.S)
    return sorted(html.unescape(" ".join(re.findall(r">([^<]+)<", text))).split())


def complaints(folder: Path, page: str, names: dict[str, Any]) -> list[str]:
    """What is out of date."""
    made, kept = ({file.name: file for file in where.iterdir()} for where in (folder, PICTURES))
    found = [f"{name} is not on the page" for name in made if f"pictures/gallery/{name})" not in page]
    found += [f"{name} is left over" for name in kept if name not in made]
    found += [f"{name} is out of date" for name in made if name not in kept or seen(made[name]) != seen(kept[name])]
    return found + ([] if filled(page, names) == page else [f"{PAGE.name} is out of date"])


def write(folder: Path, page: str, names: dict[str, Any]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for old in PICTURES.iterdir():
        old.unlink()
    for file in folder.iterdir():
        (PICTURES / file.name).write_bytes(file.read_bytes())
    new = PAGE.with_suffix(".md.new")
    new.write_text(filled(page, names), encoding="utf-8")
    os.replace(new, PAGE)


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the gallery.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if something is out of date")
    check = parser.parse_args().check
    page = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        names = run(page, Path(folder))
        found = complaints(Path(folder), page, names) if check else write(Path(folder), page, names) or []
    for complaint in found:
        print(f"{complaint}; run: python docs/gallery.py", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
