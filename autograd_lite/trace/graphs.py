"""Graph: a recorded program, x_i = g_i(x_Pa(i)), with the names, values and derivatives of its nodes.

    inputs x_1 … x_d,   x_i = g_i(x_Pa(i)) for i = d+1 … D,   output x_D

Source: A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed. (SIAM, 2008), 2.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ..graph import Node, path
from ..sweeps import forward_sweep, reverse_sweep
from ..watches import open_watch
from .nodes import GraphNode
from .seeds import seeds_of

if TYPE_CHECKING:
    from pathlib import Path

    from ..notation.derivation import Derivation
    from .cost import Cost
    from .steps import Steps
    from .tables import Table

__all__ = ["Graph", "Swept"]


class Swept(NamedTuple):
    """What a sweep started from and what it found, by node of the engine; what is absent is zero."""

    seeds: dict[Node, Any]
    found: dict[Node, Any]


class Graph:
    """A recorded program, x_i = g_i(x_Pa(i)): its nodes in order with names, values and derivatives.

    Made by ``trace`` and ``graph``.

    Attributes
    ----------
    nodes : list of GraphNode
        All nodes: the inputs, then the rest in the order of their creation.
    inputs, outputs : list of GraphNode
    value
        The result of the function, of its structure.
    title : str
    swept : dict of Swept
        Of the last sweeps, "tangent" and "adjoint": what they started from and what they found.

    Examples
    --------
    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> def f(x):
    ...     a = x**2
    ...     b = np.exp(a)
    ...     c = a + b
    ...     d = np.sqrt(c)
    ...     return d
    >>> print(ag.trace(f)(1.0).forward_sweep().reverse_sweep())
    i  name  g_i     Pa(i)  definition    value  tangent   adjoint
    -  ----  ------  -----  ----------  -------  -------  --------
    1  x                    input             1        1   1.92828
    2  a     square  1      x**2              1        2  0.964142
    3  b     exp     2      exp(a)      2.71828  5.43656  0.259298
    4  c     add     2, 3   a + b       3.71828  7.43656  0.259298
    5  d     sqrt    4      sqrt(c)     1.92828  1.92828         1
    """

    def __init__(
        self, nodes: list[GraphNode], inputs: list[GraphNode], outputs: list[GraphNode], value: Any, title: str
    ) -> None:
        self.nodes, self.inputs, self.outputs, self.value, self.title = nodes, inputs, outputs, value, title
        self._names = {node.name: node for node in nodes}
        self.swept: dict[str, Swept] = {}
        self.watch: Any = None  # what looked on while the graph was recorded, and looks at its sweeps

    @property
    def output(self) -> GraphNode:
        """The node of the result.  Raises ValueError if there are several; see ``outputs``."""
        if len(self.outputs) > 1:
            names = ", ".join(node.name for node in self.outputs)
            raise ValueError(f"this graph has {len(self.outputs)} outputs ({names}); they are in graph.outputs")
        return self.outputs[0]

    def __getitem__(self, name: str) -> GraphNode:
        if name in self._names:
            return self._names[name]
        names = ", ".join(list(self._names)[:20])
        raise KeyError(f"this graph has no node {name!r}; its nodes are {names}{', ...' if len(self) > 20 else ''}")

    @property
    def computed(self) -> list[GraphNode]:
        """The nodes that are the result of a function: neither inputs nor constants."""
        return [node for node in self.nodes if node.function]

    def rename(self, names: Mapping[str, str]) -> Graph:
        """Give nodes other names, {old: new}, and return the graph.

        Raises KeyError if there is no such node, ValueError if two nodes would have one name.
        """
        new = {self[old]: name for old, name in names.items()}
        after = [new.get(node, node.name) for node in self.nodes]
        twice = sorted({name for name in names.values() if after.count(name) > 1})
        if twice:
            raise ValueError(f"each node needs a name of its own, but several would be {', '.join(twice)}")
        for node, name in new.items():
            node.name, node.automatic = name, False
        self._names = {node.name: node for node in self.nodes}
        return self

    def __iter__(self) -> Iterator[GraphNode]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    @property
    def flops(self) -> int:
        """The operations of the recorded program; those of a derivative are ``trace(grad(f))(x).flops``.

        >>> import numpy as np
        >>> import autograd_lite as ag
        >>> ag.trace(lambda x: np.sqrt(x * x + np.exp(x * x)))(1.0).flops
        5
        """
        return sum(node.flops for node in self.nodes)

    def forward_sweep(self, tangents: Any = None, /, **seeds: Any) -> Graph:
        """Carry tangents from the inputs to every node, ẋ_i = Σ_j ∂g_i/∂x_j·ẋ_j, and return the graph.

        Parameters
        ----------
        tangents, **seeds : arrays of the shapes of the inputs
            The tangents of the inputs by name, as keywords or in one dict; those left out are 0.  A single input
            needs no name, and a single scalar input starts from 1.

        Raises
        ------
        ValueError
            If a seed is needed and not given, or has another shape than its input.
        KeyError
            If there is no input of that name.
        TypeError
            If the input is an array of integers, or the seed is complex and the input real.

        Examples
        --------
        >>> import autograd_lite as ag
        >>> g = ag.trace(lambda x, y: x * y)(2.0, 3.0)
        >>> print(g.forward_sweep(x=1.0).output.tangent, g.forward_sweep(y=1.0).output.tangent)
        3.0 2.0
        """
        start = seeds_of(self.inputs, "tangent", tangents, seeds)
        way = self._path()
        found = forward_sweep(way, start)
        if (watch := self.watch or open_watch.get()) is not None:
            watch.pushed([n.node for n in self.outputs], way, start, found)
        self.swept["tangent"] = Swept(start, found)
        for node in self.nodes:
            node.tangent = found.get(node.node)
        return self

    def reverse_sweep(self, seed: Any = None, /, **seeds: Any) -> Graph:
        """Carry adjoints from the output back to every node, x̄_j = Σ_i x̄_i·∂g_i/∂x_j, and return the graph.

        Parameters
        ----------
        seed, **seeds : arrays of the shapes of the outputs
            The adjoint of the output; of several, by name, as keywords or in one dict.  A single scalar output starts
            from 1.

        Raises
        ------
        ValueError, KeyError, TypeError
            As ``forward_sweep``, for the output.

        Examples
        --------
        >>> import autograd_lite as ag
        >>> g = ag.trace(lambda x, y: x * y)(2.0, 3.0).reverse_sweep()
        >>> print(g["x"].adjoint, g["y"].adjoint)
        3.0 2.0
        """
        start = seeds_of(self.outputs, "adjoint", seed, seeds)
        way = self._path()
        found = reverse_sweep(way, start)
        if (watch := self.watch or open_watch.get()) is not None:
            watch.pulled([n.node for n in self.inputs], way, start, found)
        self.swept["adjoint"] = Swept(start, found)
        for node in self.nodes:
            node.adjoint = found.get(node.node)
        return self

    def _path(self) -> Any:
        leaves = [n.node for n in self.nodes if n.function is None and n.value.dtype.kind in "fc"]
        return path(leaves, [n.node for n in self.outputs])

    def table(
        self, digits: int | None = None, rows: int | None = None, *, format: str = "text", rules: bool | None = None
    ) -> Table:
        """The record as a table: i, name, definition, Pa(i), value and what has been swept, with the rules.

            a = x²    tangent 2x·ẋ    adjoint c̄ + exp(a)·b̄

        Parameters
        ----------
        digits : int, optional
            Significant digits of the numbers; by default 6 as text, all of them as CSV, and in the typeset formats four
            decimals, as in pictures.
        rows : int, optional
            At most so many rows, those in the middle left out.
        format : {"text", "html", "markdown", "latex", "csv"}
            HTML stands for itself, in light and dark; LaTeX needs the package booktabs.
        rules : bool, optional
            Whether to show the chain rule of each node; by default in all formats but text.

        Returns
        -------
        Table
            A string, that shows itself in notebooks as a table.

        Raises
        ------
        ValueError
            If the format is none of these.

        Examples
        --------
        >>> import autograd_lite as ag
        >>> print(ag.trace(lambda x: x**3)(2.0).reverse_sweep().table(format="csv"))
        i,name,definition,parents,value,adjoint rule,adjoint
        1,x,input,,2.0,3x²·v̄1,12.0
        2,v1,x³,1,8.0,1 (seed),1.0
        """
        from .tables import table

        return table(self, format, digits, rows, rules)

    def steps(self) -> Steps:
        """Both sweeps one node at a time, with the rule, the numbers put in and the running sum.

        What has been swept is shown as it is; a sweep that was not made and can start by itself, from a single number,
        is made.

        Returns
        -------
        Steps
            A sequence of records that print as text; ``save("steps.html")`` writes a page to step through, and
            ``save("steps.svg")`` an animated picture.

        Raises
        ------
        ValueError
            If there is no sweep to show and none can start by itself; the message says what to write.

        Examples
        --------
        >>> import autograd_lite as ag
        >>> steps = ag.trace(lambda x: x**2 + 3 * x)(2.0).steps()
        >>> print(steps[-1])
        8/8  reverse  x̄ = ∂v2/∂x·v̄2 = 3·v̄2 = 3 × 1 = 3
                      x̄ += ∂v1/∂x·v̄1 = 2x·v̄1 = 4 × 1 = 4 → 3 + 4 = 7
        """
        from .steps import steps

        return steps(self)

    def cost(self) -> Cost:
        """Operations and bytes of each node, for its value, the forward and the reverse sweep, and which mode to take.

        The gradient of a function costs a small multiple of the function, however many inputs it has.

        Returns
        -------
        Cost
            Prints as a table; ``ratio`` is gradient/function, ``advice`` the mode for the whole Jacobian.

        Examples
        --------
        >>> import numpy as np
        >>> import autograd_lite as ag
        >>> cost = ag.trace(lambda x: np.outer(np.ones(100), np.exp(x)))(np.ones(3)).cost()
        >>> cost.advice
        '3 inputs, 300 outputs: forward, 3 sweeps (909 operations; reverse takes 300 sweeps, 180,000)'
        """
        from .cost import cost

        return cost(self)

    def derivation(self, mode: str = "both") -> Derivation:
        r"""The chain rule written out in LaTeX: the program, its local partials, and both modes.

            ∂d/∂a = ∂d/∂c·∂c/∂a + ∂d/∂c·∂c/∂b·∂b/∂a

        Parameters
        ----------
        mode : {"both", "forward", "reverse"}

        Returns
        -------
        Derivation
            A string, for amsmath and amssymb; ``document()`` makes a whole document of it.

        Raises
        ------
        ValueError
            If the mode is none of these.

        Examples
        --------
        >>> import numpy as np
        >>> import autograd_lite as ag
        >>> text = ag.trace(lambda x: np.exp(x**2))(1.0).derivation("reverse")
        >>> print(text.splitlines()[-3].strip())
        \bar{v}_{1} &= \exp(v_{1}) \, \bar{v}_{2} \\
        """
        from ..notation.derivation import derivation

        return derivation(self, mode)

    def __str__(self) -> str:
        return self.table(rows=200)

    def __repr__(self) -> str:
        inputs, outputs = (", ".join(n.name for n in nodes[:10]) for nodes in (self.inputs, self.outputs))
        return f"<Graph of {self.title}: {len(self)} nodes, from {inputs or 'nothing'} to {outputs}>"

    def dot(self, **options: Any) -> str:
        """The picture as text in the DOT language; options as in ``autograd_lite.drawing``."""
        from .. import drawing

        return drawing.dot(self, **options)

    def svg(self, **options: Any) -> str:
        """The picture as SVG; options as in ``autograd_lite.drawing``."""
        from .. import drawing

        return drawing.svg(self, **options)

    def save(self, file: Any, **options: Any) -> Path:
        """Write the graph to a file and return its path: a picture, .svg, .png, .pdf, .dot or .gv, with options as in
        ``svg``; a page with picture and table, .html; or the derivation, .tex.
        """
        from .. import drawing

        return drawing.save(self, file, **options)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        bundle = {"text/plain": str(self)}
        try:
            bundle["image/svg+xml"] = self.svg()
        except (ImportError, OSError, RuntimeError) as error:  # no layout program here: the table needs none
            bundle["text/plain"] += f"\n({error})"
        return bundle
