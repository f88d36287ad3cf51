"""Rules under the names and with the signatures of HIPS autograd.  ``custom_rule`` says the same in fewer words.

    @primitive
    def f(x, y): ...
    defvjp(f, lambda ans, x, y: lambda g: …, lambda ans, x, y: lambda g: …)      one maker of a pullback per argument
    defjvp(f, lambda g, ans, x, y: …, "same")                                    one tangent per argument

One of the two is enough, but for "same": the other sweep takes the transpose of it.

>>> import autograd_lite as ag
>>> import numpy as np
>>> @primitive
... def cube(x):
...     return x * x * x
>>> defvjp(cube, lambda ans, x: lambda g: g * 3 * x**2)
>>> print(ag.grad(cube)(2.0), ag.jvp(cube, (2.0,), (1.0,))[1], ag.grad(ag.grad(cube))(2.0))
12.0 12.0 12.0
"""

from __future__ import annotations

from .boxes import Box, SparseObject
from .defining import def_linear, defjvp, defjvp_argnum, defjvp_argnums, defvjp, defvjp_argnum, defvjp_argnums
from .primitives import primitive
from .spaces import VSpace, vspace
from .tracer import JVPNode, VJPNode, notrace_primitive, register_notrace

__all__ = [
    "Box", "JVPNode", "SparseObject", "VJPNode", "VSpace", "def_linear", "defjvp", "defjvp_argnum", "defjvp_argnums",
    "defvjp", "defvjp_argnum", "defvjp_argnums", "notrace_primitive", "primitive", "register_notrace", "vspace",
]  # fmt: skip
