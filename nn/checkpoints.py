"""Checkpoints: a training written to disk every few epochs, so that it can go on after it was interrupted.

The file is NumPy's own .npz: arrays, and one text in JSON; nothing in it is ever executed.  It is written under another
name, forced to the disk and then renamed, so at any moment the file is a whole checkpoint, the last or the one before.
A training that goes on from it comes, bit by bit, to the same parameters as one that was never interrupted.
"""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from autograd_lite import trees

from . import files

__all__ = ["Checkpoint", "Snapshot", "checkpoint_of", "fingerprint", "read", "write"]

Array = Any
FORMAT = 1


@dataclass(frozen=True)
class Checkpoint:
    """Where and how often a training is written to disk; one that finds its file goes on from there.

    Parameters
    ----------
    path : str or Path
        The file, by custom ending in .npz.
    every : int
        Epochs between two checkpoints; there is always one at the end.

    Raises
    ------
    ValueError
        For a number of epochs below 1.

    >>> Checkpoint("training.npz", every=10).every
    10
    """

    path: Any
    every: int = 1

    def __post_init__(self) -> None:
        if not isinstance(self.every, (int, np.integer)) or isinstance(self.every, bool) or self.every < 1:
            raise ValueError(f"every must be a whole number of epochs, at least 1, but is {self.every!r}")
        object.__setattr__(self, "path", Path(self.path))


def checkpoint_of(chosen: Any) -> Checkpoint | None:
    """The checkpoint that was asked for: a path, or a ``Checkpoint``."""
    if chosen is None or isinstance(chosen, Checkpoint):
        return chosen
    if not isinstance(chosen, (str, os.PathLike)):
        raise TypeError(f"checkpoint must be a path or nn.Checkpoint(path, every=...), not {chosen!r}")
    return Checkpoint(Path(chosen))


@dataclass
class Snapshot:
    """All that a training is at the end of an epoch: trees of numbers, and what JSON can say."""

    trees: dict[str, Any]
    facts: dict[str, Any]


def fingerprint(texts: dict[str, Any], arrays: Sequence[Array]) -> dict[str, Any]:
    """What two trainings must have in common for one to go on where the other stopped.

    >>> fingerprint({"optimizer": "SGD"}, [np.zeros(2)])
    {'optimizer': 'SGD', 'data': 3971697493}
    """
    total = 0
    for array in arrays:
        total = zlib.crc32(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data, total)
    named = {name: re.sub(r" at 0x[0-9a-fA-F]+", "", str(text)) for name, text in texts.items()}
    return {**named, "data": total}


def write(path: str | Path, snapshot: Snapshot) -> None:
    """Write the whole snapshot or nothing of it."""
    facts = json.dumps({"format": FORMAT, **snapshot.facts}, default=_plain)
    arrays: dict[str, Any] = {"facts": np.frombuffer(facts.encode(), np.uint8)}
    for name, tree in snapshot.trees.items():
        arrays.update({f"{name}/{i}": np.asarray(x) for i, x in enumerate(trees.flatten(tree)[0])})
    content = io.BytesIO()
    np.savez(content, **arrays)
    files.replace(Path(path), content.getvalue())


def _plain(x: Any) -> Any:
    """What some random generators keep, for JSON."""
    return x.tolist()


def read(path: str | Path, like: dict[str, Any], prints: dict[str, Any]) -> Snapshot:
    """The snapshot in the file, its trees of the structure, shapes and dtypes of ``like``.

    Raises ValueError for a file that is no checkpoint, is damaged, or belongs to another training; nothing in it is
    executed.
    """
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as archive:  # an array alone is no context
            facts = json.loads(bytes(archive["facts"]).decode())
            arrays = {name: archive[name] for name in archive.files if name != "facts"}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, *_BROKEN_ZIP) as error:
        raise ValueError(f"{path} is no checkpoint of a training, or is damaged ({error}): {_REMEDY}") from None
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise ValueError(f"{path} is no checkpoint of this version: {_REMEDY}")
    found = facts.get("fingerprint", {})
    for name, expected in prints.items():
        if found.get(name) != expected:
            was = "" if name == "data" else f": it was {found.get(name)}, now it is {expected}"
            raise ValueError(f"{path} is the checkpoint of another training, its {name} differs{was}. So {_REMEDY}")
    return Snapshot({name: _restored(path, name, tree, arrays) for name, tree in like.items()}, facts)


_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error)
_REMEDY = "delete the file to start anew, or choose another path"


def _restored(path: Any, name: str, like: Any, arrays: dict[str, Array]) -> Any:
    """The tree of that name; ``like`` says what its leaves are."""
    leaves, rebuild = trees.flatten(like)
    new: list[Any] = []
    for i, leaf in enumerate(leaves):
        array, expected = arrays.get(f"{name}/{i}"), np.asarray(leaf)
        if array is None or array.shape != expected.shape or array.dtype != expected.dtype:
            raise ValueError(f"{path} is damaged, {name} number {i} is missing or of another shape: {_REMEDY}")
        new.append(array if isinstance(leaf, np.ndarray) else type(leaf)(array))
    return rebuild(new) if leaves else like
