"""How a training goes, told where somebody is there to see it.

    in a terminal      one tqdm bar
    in a notebook      one line with a bar, updated in place; it stays as it is in the saved notebook
    elsewhere          a line of text for each tenth of the epochs
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from importlib import import_module
from time import perf_counter
from typing import Any, Protocol

__all__ = ["Progress", "progress", "say"]

PATIENCE = 2.0  # seconds of a training that nobody watches before it says something unasked
REFRESH = 0.1  # seconds between two updates in a notebook


class Progress(Protocol):
    """What training tells of each epoch."""

    def __call__(self, loss: float, validation_loss: float | None) -> None: ...


def _quiet(loss: float, validation_loss: float | None) -> None:
    return None


def _words(loss: float, validation_loss: float | None) -> str:
    also = "" if validation_loss is None else f", validation {validation_loss:.4g}"
    return f"loss {loss:.4g}{also}"


def _in_notebook() -> bool:
    """Whether this runs in a Jupyter kernel."""
    ipython = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return ipython is not None and hasattr(ipython, "kernel")


def _tqdm(verbose: bool | None) -> Any:
    try:
        return import_module("tqdm").tqdm
    except ImportError:
        if verbose:
            raise ImportError('a progress bar needs tqdm: pip install "autograd-lite[nn]"') from None
        return None


@contextmanager
def progress(epochs: int, verbose: bool | None, done: int = 0) -> Iterator[Progress]:
    """What to call after each epoch, ``done`` of which lie behind.

    For ``verbose=False`` it says nothing.  For None it is a bar in a terminal or notebook, and elsewhere lines, if the
    training takes longer than two seconds; for True it shows something in any case.

    Raises ImportError if a bar in a terminal is asked for without tqdm, with the command that installs it.
    """
    if verbose is False or not epochs:
        yield _quiet
    elif _in_notebook():
        display = _Display(epochs, done)
        try:
            yield display
        finally:
            display.show()
    elif not sys.stderr.isatty():
        yield _Lines(epochs, done, 0.0 if verbose else PATIENCE)
    elif (tqdm := _tqdm(verbose)) is None:
        yield _quiet
    else:
        with tqdm(total=epochs, initial=done, unit="epoch", desc="training", dynamic_ncols=True) as bar:

            def tell(loss: float, validation_loss: float | None) -> None:
                bar.set_postfix_str(_words(loss, validation_loss), refresh=False)
                bar.update()

            yield tell


def say(result: Any, verbose: bool | None) -> None:
    """Tell a result that may be empty at the end of a training: where it is not, and unless ``verbose=False``."""
    if verbose is False or not len(result):
        return
    if _in_notebook():
        import_module("IPython.display").display(result)
    else:
        print(result, file=sys.stderr)


class _Lines:
    """A line at each tenth of the epochs, from so many seconds on."""

    def __init__(self, epochs: int, done: int, patience: float) -> None:
        self.epochs, self.epoch, self.end = epochs, done, perf_counter() + patience

    def __call__(self, loss: float, validation_loss: float | None) -> None:
        tenth, self.epoch = 10 * self.epoch // self.epochs, self.epoch + 1
        if 10 * self.epoch // self.epochs > tenth and perf_counter() >= self.end:
            share, width = 100 * self.epoch // self.epochs, len(str(self.epochs))
            where = f"epoch {self.epoch:{width}d}/{self.epochs}"
            print(f"{share:3d} %  {where}  {_words(loss, validation_loss)}", file=sys.stderr)


class _Display:
    """An output that is displayed once and then updated; what it was last is saved with the notebook."""

    def __init__(self, epochs: int, done: int) -> None:
        self.epochs, self.epoch, self.words = epochs, done, ""
        self.display: Callable[..., Any] = import_module("IPython.display").display
        self.handle: Any = None
        self.shown = 0.0

    def __call__(self, loss: float, validation_loss: float | None) -> None:
        self.epoch, self.words = self.epoch + 1, _words(loss, validation_loss)
        if perf_counter() - self.shown > REFRESH:
            self.show()
            self.shown = perf_counter()

    def show(self) -> None:
        if not self.words:
            return
        bundle = _bundle(self.epoch, self.epochs, self.words)
        if self.handle is None:
            self.handle = self.display(bundle, raw=True, display_id=True)
        else:
            self.handle.update(bundle, raw=True)


def _bundle(epoch: int, epochs: int, words: str) -> dict[str, str]:
    """A bar as text and as HTML."""
    text = f"epoch {epoch}/{epochs} · {words}"
    full = 20 * epoch // epochs
    html = (
        f"<div style='display:flex;align-items:center;gap:10px'><progress value='{epoch}' max='{epochs}'></progress>"
        f"<span>{escape(text)}</span></div>"
    )
    return {"text/plain": f"{'█' * full}{'░' * (20 - full)} {text}", "text/html": html}
