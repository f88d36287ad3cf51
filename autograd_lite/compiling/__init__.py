"""The compiler: a record becomes a NumPy program that one can read, keep, and run without this library.

    capture.py      one run of f on leaves: the record, and what it hangs on (signature.py, outside.py)
    rewriting.py    the record made smaller, exactly
    planning.py     where each result stands
    emitting.py     the program as text (writing.py: its lines; spelling.py: how each function is written)
    variants.py     one program, and what takes a call to it
    compiled.py     the function that keeps a program for each form of its arguments
"""

from __future__ import annotations

from .capture import CompileError
from .compiled import Compiled, compile
from .randomness import recorded

__all__ = ["CompileError", "Compiled", "compile", "recorded"]
