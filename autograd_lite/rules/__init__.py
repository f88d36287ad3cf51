"""The tables of derivatives.  Importing them fills the registry; each reads like the back page of a calculus book."""

from . import constants, elementwise, indexing, linalg, products, reductions, shaping

__all__ = ["constants", "elementwise", "indexing", "linalg", "products", "reductions", "shaping"]
