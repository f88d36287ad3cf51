"""The tables of derivatives.  Importing them fills the registry; each reads like the back page of a calculus book."""

from . import (
    assembling,
    assigning,
    constants,
    decompositions,
    differences,
    elementwise,
    fft,
    folding,
    indexing,
    linalg,
    nan,
    polynomials,
    products,
    reductions,
    shaping,
    sorting,
    statistics,
    taking,
)

__all__ = [
    "assembling", "assigning", "constants", "decompositions", "differences", "elementwise", "fft", "folding",
    "indexing", "linalg", "nan", "polynomials", "products", "reductions", "shaping", "sorting", "statistics", "taking",
]  # fmt: skip
