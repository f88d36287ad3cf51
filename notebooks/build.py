"""The notebooks: each is written as text (NN-name.py, py:percent) and kept executed beside it (NN-name.ipynb).

    python notebooks/build.py            execute all and write the .ipynb files
    python notebooks/build.py --check    execute all, and check that the committed .ipynb files belong to the texts
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent


def executed(source: Path) -> nbformat.NotebookNode:
    """The notebook that the text stands for, run from top to bottom; raises at the first cell that fails."""
    notebook = jupytext.read(source, fmt="py:percent")
    notebook.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(HERE)}}).execute()
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        cell.metadata = {}
    notebook.metadata.pop("language_info", None)
    return notebook


def write(notebook: nbformat.NotebookNode, target: Path) -> None:
    handle, temporary = tempfile.mkstemp(dir=target.parent, suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        nbformat.write(notebook, file)
    os.chmod(temporary, 0o644)
    os.replace(temporary, target)


def complaints(source: Path, fresh: nbformat.NotebookNode) -> list[str]:
    """What is wrong with the committed notebook."""
    target = source.with_suffix(".ipynb")
    if not target.exists():
        return [f"{target.name} is missing"]
    kept = nbformat.read(target, as_version=4)
    found = []
    texts = [[(cell.cell_type, cell.source) for cell in notebook.cells] for notebook in (kept, fresh)]
    if texts[0] != texts[1]:
        found.append(f"{target.name} was made from another text than {source.name}")
    outputs = [output for cell in kept.cells if cell.cell_type == "code" for output in cell.outputs]
    if any(output.output_type == "error" for output in outputs):
        found.append(f"{target.name} holds an error")
    if not any({"image/svg+xml", "image/png"} & output.get("data", {}).keys() for output in outputs):
        found.append(f"{target.name} holds no picture")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="Execute the notebooks.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a committed notebook is stale")
    check = parser.parse_args().check
    found = []
    for source in sorted(HERE.glob("[0-9]*.py")):
        notebook = executed(source)
        print(f"{source.name}: {len(notebook.cells)} cells ran")
        if check:
            found += complaints(source, notebook)
        else:
            write(notebook, source.with_suffix(".ipynb"))
    for complaint in found:
        print(f"{complaint}; run: python notebooks/build.py", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
