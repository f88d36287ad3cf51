"""What programs around a gradient need: flat vectors, simple optimizers, fixed points, a trace that is used again."""

from .flatten import flatten
from .tracers import const_graph

__all__ = ["const_graph", "flatten"]
