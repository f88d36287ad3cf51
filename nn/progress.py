"""One progress bar over the epochs, where somebody is there to see it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Protocol

__all__ = ["Progress", "progress"]


class Progress(Protocol):
    """What training tells of each epoch."""

    def __call__(self, loss: float, validation_loss: float | None) -> None: ...


def _quiet(loss: float, validation_loss: float | None) -> None:
    return None


def _watched() -> bool:
    """Whether this runs in a terminal or a notebook."""
    return sys.stderr.isatty() or "ipykernel" in sys.modules


def _tqdm(verbose: bool | None) -> Any:
    try:
        return import_module("tqdm").tqdm
    except ImportError:
        if verbose:
            raise ImportError('a progress bar needs tqdm: pip install "autograd-lite[nn]"') from None
        return None


@contextmanager
def progress(epochs: int, verbose: bool | None) -> Iterator[Progress]:
    """A bar over ``epochs``: always for True, never for False, in a terminal or notebook that has tqdm for None.

    Raises ImportError if a bar is asked for without tqdm, with the command that installs it.
    """
    tqdm = _tqdm(verbose) if verbose or (verbose is None and _watched()) else None
    if tqdm is None:
        yield _quiet
        return
    with tqdm(total=epochs, unit="epoch", desc="training", dynamic_ncols=True) as bar:

        def tell(loss: float, validation_loss: float | None) -> None:
            also = "" if validation_loss is None else f", validation {validation_loss:.4g}"
            bar.set_postfix_str(f"loss {loss:.4g}{also}", refresh=False)
            bar.update()

        yield tell
