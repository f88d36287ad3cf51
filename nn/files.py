"""Files that appear whole or not at all: written under another name, forced to the disk, then renamed."""

from __future__ import annotations

import os
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

__all__ = ["needed", "replace", "with_suffix"]


def replace(path: Path, content: bytes) -> None:
    """Write a file in one step: readers see the old one or the new one, never a part, also after a crash."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o666 & ~_umask())  # mkstemp makes files only their owner can read
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def with_suffix(path: Any, suffix: str) -> Path:
    """The path, ending in the suffix, which is added where it is missing.

    >>> with_suffix("model", ".onnx").name, with_suffix("model.onnx", ".onnx").name
    ('model.onnx', 'model.onnx')
    """
    path = Path(path)
    return path if path.suffix == suffix else path.with_name(path.name + suffix)


def needed(module: str, extra: str, purpose: str) -> Any:
    """The module, or an ImportError that names the command which installs it."""
    try:
        return import_module(module)
    except ImportError:
        raise ImportError(f'{purpose} needs {extra}: pip install "autograd-lite[{extra}]"') from None
