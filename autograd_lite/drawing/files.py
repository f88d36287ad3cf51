"""Pictures as files: the suffix chooses the format, and a file appears whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

__all__ = ["TEXT", "form", "replace"]

TEXT = ("dot", "gv")
_FORMS = ("svg", "png", "pdf", *TEXT, "html", "tex")


def form(path: Path) -> str:
    """The format a file name asks for.

    >>> form(Path("graph.SVG"))
    'svg'
    """
    suffix = path.suffix.lower()
    if suffix[1:] not in _FORMS:
        known = ", ".join(f".{known}" for known in _FORMS)
        raise ValueError(f"{path.name!r} has none of the suffixes of a picture: {known}")
    return suffix[1:]


def replace(path: Path, content: bytes) -> None:
    """Write a file in one step: readers see the old one or the new one, never a part."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(name, 0o666 & ~_umask())  # mkstemp makes files only their owner can read
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
