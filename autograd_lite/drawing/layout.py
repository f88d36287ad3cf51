"""The layout program: where it is found, and how it is run.

In this order: the environment variable ``AUTOGRAD_LITE_DOT``; the installed package ``graphviz-pure`` (one executable,
found through its metadata, so the environment need not be activated); ``dot`` on PATH.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

__all__ = ["LayoutError", "LayoutNotFound", "described", "find", "run"]

VARIABLE = "AUTOGRAD_LITE_DOT"
PACKAGE = "graphviz-pure"
SECONDS = 60.0


class LayoutError(RuntimeError):
    """The layout program failed; the message ends with what it said."""


class LayoutNotFound(LayoutError):
    """There is no layout program; the message says how to get one."""


def find() -> Path:
    """The layout program to use.

    Raises
    ------
    LayoutNotFound
        If there is none, or ``AUTOGRAD_LITE_DOT`` names a file that cannot be run.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen:
        program = shutil.which(chosen)
        if program is None:
            raise LayoutNotFound(f"{VARIABLE} is set to {chosen!r}, which is no program; correct it or unset it")
        return Path(program)
    installed = _installed()
    if installed is not None:
        return installed
    program = shutil.which("dot")
    if program is None:
        raise LayoutNotFound(
            'drawing a graph needs a layout program: pip install "autograd-lite[svg]" '
            f"(or put Graphviz's dot on PATH, or name a program in {VARIABLE}); "
            "graph.dot(), graph.save('graph.gv') and print(graph) need none"
        )
    return Path(program)


def _installed() -> Path | None:
    """The executable among the files of the installed package, None without the package."""
    try:
        files = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError:
        return None
    for file in files:
        if file.name.lower() in (PACKAGE, PACKAGE + ".exe"):
            path = Path(str(file.locate())).resolve()
            if path.is_file() and os.access(path, os.X_OK):
                return path
    return None


def described() -> str:
    """The name of the layout program, with its version where the package is used: "graphviz-pure 0.2.2"."""
    program = find()
    return f"{PACKAGE} {metadata.version(PACKAGE)}" if program == _installed() else program.name


def run(source: str, form: str, *options: str) -> bytes:
    """Lay out DOT text and return it in the format ``form``: "svg", "png", "pdf".

    Raises
    ------
    LayoutNotFound
        If there is no layout program.
    LayoutError
        If it fails, or takes longer than a minute.
    """
    program = find()
    command = [str(program), "-Kdot", f"-T{form}", *options]
    try:
        done = subprocess.run(command, input=source.encode(), capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise LayoutError(
            f"{program.name} did not finish within {SECONDS:g} s: draw less, with level='layers' or max_nodes=40"
        ) from error
    except OSError as error:
        raise LayoutError(f"{program} could not be run: {error.strerror or error}") from error
    if done.returncode or not done.stdout:
        said = done.stderr.decode(errors="replace").strip()[-1000:] or "it said nothing"
        raise LayoutError(f"{program.name} failed with status {done.returncode}: {said}")
    return done.stdout
