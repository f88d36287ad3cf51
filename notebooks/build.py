"""The notebooks: each is written as text (NN-name.py, py:percent) and kept executed beside it (NN-name.ipynb).

    python notebooks/build.py            execute all and write the .ipynb files
    python notebooks/build.py 01 03      only those whose names begin so
    python notebooks/build.py --check    execute all, and check that the committed .ipynb files belong to the texts

Code in Markdown cells, as in the folded solutions of the exercises, is executed as well, where it stands; its output is
not kept.  What the .ipynb files show to readers is checked by tests/test_notebooks.py.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

HERE = Path(__file__).parent
_FENCED = re.compile(r"^```python\n(.*?)^```", flags=re.M | re.S)


def executed(source: Path) -> nbformat.NotebookNode:
    """The notebook that the text stands for, run from top to bottom; raises at the first cell that fails."""
    notebook = jupytext.read(source, fmt="py:percent")
    notebook.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    written = list(notebook.cells)
    notebook.cells = [cell for own in written for cell in (own, *_solutions(own))]
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(HERE)}})
    try:
        client.execute()
    except CellExecutionError as error:
        raise RuntimeError(f"{source.name}: {error}") from None
    notebook.cells = written
    notebook.metadata.pop("language_info", None)
    _make_stable(written)
    return notebook


def _make_stable(cells: list[nbformat.NotebookNode]) -> None:
    """Take out of the cells what would differ from one run to the next."""
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
        cell.metadata = {}
    for number, cell in enumerate((cell for cell in cells if cell.cell_type == "code"), 1):
        cell.execution_count = number
        cell.outputs = _joined(cell.outputs)
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = number


def _solutions(cell: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """The code in a Markdown cell, as cells."""
    if cell.cell_type != "markdown":
        return []
    return [nbformat.v4.new_code_cell(code) for code in _FENCED.findall(cell.source)]


def _joined(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """The outputs with what was printed in one go in one piece, however the kernel sent it."""
    found: list[nbformat.NotebookNode] = []
    for output in outputs:
        if found and output.output_type == "stream" == found[-1].output_type and output.name == found[-1].name:
            found[-1].text += output.text
        else:
            found.append(output)
    return found


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
    texts = [[(cell.cell_type, cell.source) for cell in notebook.cells] for notebook in (kept, fresh)]
    return [f"{target.name} was made from another text than {source.name}"] if texts[0] != texts[1] else []


def main() -> int:
    parser = argparse.ArgumentParser(description="Execute the notebooks.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a committed notebook is stale")
    parser.add_argument("names", nargs="*", help="how the names of the notebooks begin; by default all of them")
    chosen = parser.parse_args()
    sources = [path for path in sorted(HERE.glob("[0-9]*.py")) if path.name.startswith(tuple(chosen.names or [""]))]
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the notebooks run side by side
    found = []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for source, notebook in zip(sources, pool.map(executed, sources), strict=True):
            print(f"{source.name}: {len(notebook.cells)} cells ran")
            if chosen.check:
                found += complaints(source, notebook)
            else:
                write(notebook, source.with_suffix(".ipynb"))
    for complaint in found:
        print(f"{complaint}; run: python notebooks/build.py", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
