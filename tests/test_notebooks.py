"""The notebooks as they are kept: in order, readable without running them, with links that lead somewhere.

That they run, and belong to their texts, is what ``notebooks/build.py --check`` looks at.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("[0-9]*.ipynb"))
NAMES = [path.stem for path in NOTEBOOKS]
READABLE = {"text/plain", "text/markdown", "image/png", "image/svg+xml"}  # without a kernel


def cells(path, kind):
    return [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == kind]


def prose(path):
    return "\n".join("".join(cell["source"]) for cell in cells(path, "markdown"))


def outputs(path):
    return [output for cell in cells(path, "code") for output in cell["outputs"]]


def test_every_text_has_its_notebook_and_the_numbers_have_no_gap():
    assert [path.stem for path in sorted(FOLDER.glob("[0-9]*.py"))] == NAMES
    assert [name[:2] for name in NAMES] == [f"{i:02}" for i in range(1, len(NAMES) + 1)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_the_title_has_the_number_of_the_file(path):
    assert prose(path).startswith(f"# {int(path.name[:2])} ")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_links_lead_to_notebooks(path):
    targets = re.findall(r"\]\((?!https?:)([^)]+)\)", prose(path).replace("\n", " "))
    assert [target for target in targets if not (FOLDER / target).exists()] == []
    assert targets or path is NOTEBOOKS[-1]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_the_outputs_can_be_read_without_running_them(path):
    assert path.stat().st_size <= 500_000
    kinds = {output["output_type"] for output in outputs(path)}
    assert "error" not in kinds
    shown = [output["data"].keys() for output in outputs(path) if "data" in output]
    assert all(READABLE & keys for keys in shown)
    assert any({"image/svg+xml", "image/png"} & keys for keys in shown)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_nothing_was_printed_to_the_error_stream(path):
    assert [output["text"] for output in outputs(path) if output.get("name") == "stderr"] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_every_exercise_has_a_solution(path):
    text = prose(path)
    exercises = re.findall(r"^\*\*(\d+)\.\*\* ", text.partition("## Exercises")[2], flags=re.M)
    assert exercises == [str(i) for i in range(1, len(exercises) + 1)]
    assert text.count("<details><summary>Solution</summary>") == text.count("</details>") == len(exercises)
