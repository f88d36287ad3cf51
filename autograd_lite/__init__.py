"""autograd_lite: automatic differentiation on NumPy, as a graph one can look at.

>>> import numpy as np
>>> import autograd_lite as ag
>>> f = lambda x: np.sqrt(x**2 + np.exp(x**2))
>>> print(f"{ag.grad(f)(1.0):.6f}")
1.928285
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import rules as rules  # importing the tables fills the registry
from . import trees
from .graph import Node, path, record
from .jacobians import hessian, hessian_vector_product, jacfwd, jacobian, jacrev
from .minimize import minimize
from .rules.elementwise import masked
from .sweeps import forward_sweep, reverse_sweep
from .tensor import Tensor
from .trace.tracing import Graph, graph, scope, trace  # now: later, the modules of these names would stand here instead
from .transforms import (
    elementwise_grad,
    grad,
    jvp,
    value_and_grad,
    vjp,
)

if TYPE_CHECKING:
    from . import testing

__version__ = "0.1.0"

__all__ = [
    "Graph", "Node", "Tensor", "elementwise_grad", "forward_sweep", "grad", "graph", "hessian",
    "hessian_vector_product", "jacfwd", "jacobian", "jacrev", "jvp", "masked", "minimize", "path", "record",
    "reverse_sweep", "scope", "testing", "trace", "trees", "value_and_grad", "vjp",
]  # fmt: skip


_LAZY = {
    **dict.fromkeys(("custom_rule", "elementwise", "general", "linear", "multilinear", "primitive"), "custom"),
    **dict.fromkeys(("dict", "isinstance", "list", "tuple", "type"), "builtins"),
    **dict.fromkeys((
        "deriv", "grad_and_aux", "grad_named", "hessian_tensor_product", "holomorphic_grad", "make_ggnvp",
        "make_hvp", "make_jvp", "make_jvp_reversemode", "make_vjp", "multigrad_dict", "tensor_jacobian_product",
        "vector_jacobian_product",
    ), "differential_operators"),
    "checkpoint": "checkpoints",
    **dict.fromkeys(("checkpoint_loop", "scan"), "scanning"),
    **dict.fromkeys(("sparse_hessian", "sparse_jacobian"), "sparse"),
    "check_gradient": "diagnosis.checking",
    "watch": "diagnosis.watching",
    "why": "diagnosis.why",
    "stop_gradient": "rules.constants",
    "worksheet": "worksheets",
    **dict.fromkeys(("CompileError", "compile", "recorded"), "compiling"),
}  # fmt: skip  # what is loaded when it is first used, and from where
_MODULES = frozenset({
    "builtins", "core", "differential_operators", "extend", "misc", "numpy", "scipy", "test_util", "testing", "tracer",
    "util", "worksheets", "wrap_util",
})  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(f".{_LAZY[name]}", __name__), name)
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    raise AttributeError(f"module 'autograd_lite' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, *_LAZY, *_MODULES})
