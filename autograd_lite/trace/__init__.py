"""The recorded trace as a thing to look at: a Graph of named nodes, its tables, its sweeps step by step, its cost."""

from .graphs import Graph
from .nodes import GraphNode
from .scopes import Scope, scope
from .tracing import graph, trace

__all__ = ["Graph", "GraphNode", "Scope", "graph", "scope", "trace"]
