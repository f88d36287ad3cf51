"""Who looks on while derivatives are made: nobody, unless a watch is open in this thread (``diagnosis.watching``)."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

__all__ = ["open_watch"]

open_watch: ContextVar[Any] = ContextVar("autograd_lite_watch", default=None)
