"""``backend="numba"``: the same plan as loops, compiled to machine code by Numba and kept on disk.

The text of a program is a file in the folder of ``AUTOGRAD_LITE_CACHE`` (or of the user's cache), named by what is in
it; Numba keeps the machine code beside it, so another process starts without compiling.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..graph import Node
from .capture import CompileError
from .emitting import Program
from .entries import Unsupported
from .loops import LoopEmitter
from .planning import Plan
from .texts import identifier

__all__ = ["cache_folder", "prepared"]


def prepared(plan: Plan, name: str) -> tuple[Program, Callable[..., Any], type[Exception]]:
    """The program of a plan, the function that runs it, and what it raises for another branch.

    Raises ImportError with the pip command if Numba is missing; CompileError for a program that it cannot express.
    """
    if importlib.util.find_spec("numba") is None:
        raise ImportError('backend="numba" needs Numba: pip install "autograd-lite[fast]"')
    try:
        program = LoopEmitter(plan).program(identifier(name))
    except Unsupported as error:
        raise CompileError(f'backend="numba" knows no {error}: use backend="numpy"') from error
    module = _loaded(program)
    run = _typed(getattr(module, program.name), plan)
    return program, run, getattr(module, "OtherBranch", CompileError)


def _typed(run: Callable[..., Any], plan: Plan) -> Callable[..., Any]:
    """``run`` with NumPy's scalars in the place of Python's numbers."""
    outputs = [y.value for y in plan.outputs if type(y) is Node]
    kinds: list[Any] = [y.dtype.type if isinstance(y, np.generic) else None for y in outputs]
    if not any(kinds):
        return run
    if len(kinds) == 1:
        return lambda *arguments: kinds[0](run(*arguments))
    text = ", ".join(f"o{i}" if kind is None else f"kind{i}(o{i})" for i, kind in enumerate(kinds))
    namespace: dict[str, Any] = {"run": run, **{f"kind{i}": kind for i, kind in enumerate(kinds)}}
    names = ", ".join(f"o{i}" for i in range(len(kinds)))
    exec(f"def typed(*arguments):\n    {names} = run(*arguments)\n    return {text}\n", namespace)  # our own text
    typed: Callable[..., Any] = namespace["typed"]
    return typed


def cache_folder() -> Path:
    """Where programs are kept: the folder of ``AUTOGRAD_LITE_CACHE``, or one in the user's cache."""
    given = os.environ.get("AUTOGRAD_LITE_CACHE")
    return Path(given) if given else Path.home() / ".cache" / "autograd_lite"


def _loaded(program: Program) -> Any:
    """The module of the program's text, from its file in the cache."""
    digest = hashlib.sha256(program.source.encode()).hexdigest()[:24]
    path = cache_folder() / f"{program.name[:40]}_{digest}.py"
    if not path.exists() or path.read_text(encoding="utf-8") != program.source:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".part", delete=False) as file:
            file.write(program.source)
        os.replace(file.name, path)
    specification: Any = importlib.util.spec_from_file_location(f"autograd_lite_{path.stem}", path)
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module  # where Numba looks when it reads its cache
    specification.loader.exec_module(module)
    return module
