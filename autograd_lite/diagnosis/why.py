"""why: what happened to a derivative that is missing, zero, nan or infinite."""

from __future__ import annotations

import html
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from ..drawing.palette import variables
from ..graph import Node, path, roots
from ..sweeps import reverse_sweep
from ..tensor import Tensor, tensor_of
from ..trace.naming import Watch as Names
from ..trace.naming import argument_names, parameter_names
from ..transforms import fresh
from ..trees import flatten
from .origins import adjoint_origin, bad, chain, kind, value_origin
from .places import Words
from .watching import Watch, last_watch
from .zeros import is_zero, zero_reasons

__all__ = ["Why", "why"]


class Why:
    """The answer of ``why``: prints as sentences.

    Attributes
    ----------
    ok : bool
        Whether every derivative that was asked for is finite and not zero.
    kinds : tuple of str
        What was found, one for each input: "fine", "zero", "missing", "nan", "inf".
    sentences : list of str

    >>> import autograd_lite as ag
    >>> ag.why(lambda x: x**2, 3.0).ok
    True
    """

    def __init__(self, found: list[tuple[str, str]]) -> None:
        self.kinds = tuple(kind for kind, _ in found)
        self.sentences = list(dict.fromkeys(text for _, text in found))

    @property
    def ok(self) -> bool:
        """Whether every derivative that was asked for is finite and not zero."""
        return all(kind == "fine" for kind in self.kinds)

    def __str__(self) -> str:
        return "\n".join(self.sentences)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{html.escape(text)}</li>" for text in self.sentences)
        style = "ul{margin:0;padding:8px 24px;color:var(--ink);background:var(--page);font-family:sans-serif}"
        return f'<style>{variables(".agl-why")}.agl-why {style}</style><div class="agl-why"><ul>{items}</ul></div>'


def why(y: Any, *x: Any, argnum: int = 0) -> Why:
    """Why the derivative of y by x is missing, zero, nan or infinite: the step, its line, the way there and the fix.

    Parameters
    ----------
    y : Tensor, or callable
        A result; or a function, which is then run and watched at the arguments ``x``.
    *x : Tensors or structures of Tensors; the arguments of the function
        By what to differentiate; all the leaves that y comes from if none is given.
    argnum : int
        Of a function, which argument.

    Returns
    -------
    Why
        Prints as sentences.  Lines and the places where values left the graph (``.value``, ``.item()``, ``float``) are
        known for what ran under ``with ag.watch():``, and always for a function.

    Raises
    ------
    TypeError
        If y is neither recorded nor a function, or x is no Tensor.

    Examples
    --------
    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> def f(x):
    ...     z = x - 5
    ...     return np.sum(np.maximum(z, 0) ** 2)
    >>> ag.why(f, np.array([1.0, 2.0]))
    the derivative by 'x' is zero: all relu inputs are negative: the largest of the 2 entries of 'z' is -3, line 3
    >>> def g(x):
    ...     a = x.value
    ...     return np.exp(a)
    >>> ag.why(g, 1.0)
    'x' does not reach the output: cut at .value, line 2 (a = x.value): the value of 'x' left the graph
    >>> ag.why(np.square, 3.0)
    nothing is wrong with the derivative by 'x': finite, not zero (6)
    """
    if callable(y) and type(y) is not Tensor:
        return _of_function(y, x, argnum)
    outputs = flatten(y)[0]
    names = Names()
    frame = sys._getframe(1)
    names.look(frame.f_locals, 0)
    names.look(frame.f_globals, 1)
    watch = last_watch()
    name_of: Callable[[Node], str | None] = lambda node: names.name(node) or (watch.name(node) if watch else None)
    words = Words(name_of, watch.place if watch else lambda node: None, names.array_names())
    leaves = [leaf for tree in x for leaf in flatten(tree)[0]]
    if not all(type(leaf) is Tensor for leaf in leaves):
        kinds = sorted({type(leaf).__name__ for leaf in leaves if type(leaf) is not Tensor})
        raise TypeError(f"why(y, x) takes the Tensor x that y comes from, but got a {kinds[0]}; why(f, x) runs f")
    recorded = [output.node for output in outputs if type(output) is Tensor]
    if not recorded and not leaves:
        raise TypeError(f"why takes a Tensor, why(y, x), or a function, why(f, x), but got a {type(y).__name__}")
    nodes = [leaf.node for leaf in leaves] or [node for node in roots(recorded[0]) if node.value.dtype.kind in "fc"]
    return Why(_Answers(recorded, words, watch, "y").all(nodes))


def _of_function(f: Callable[..., Any], args: tuple[Any, ...], argnum: int) -> Why:
    """Run f on fresh leaves under a watch, and ask for the derivative by one of its arguments."""
    if not args:
        raise TypeError("why(f, x) takes the arguments of the function too")
    leaves, rebuild = flatten(args[argnum])
    if not leaves:
        what = type(args[argnum]).__name__
        raise TypeError(f"argument {argnum} holds no numbers to differentiate by: it is a {what}")
    nodes = [fresh(leaf) for leaf in leaves]
    place = parameter_names(f, len(args))[argnum]
    given = {node: name.name for node, name in zip(nodes, argument_names(args[argnum], place), strict=True)}
    arguments = list(args)
    arguments[argnum] = rebuild([tensor_of(node) for node in nodes])
    with np.errstate(all="ignore"), Watch(arrays=True) as watch:
        result = f(*arguments)
    recorded = [output.node for output in flatten(result)[0] if type(output) is Tensor]
    words = Words(lambda node: given.get(node) or watch.name(node), watch.place, watch.array_names())
    return Why(_Answers(recorded, words, watch, "the output").all(nodes))


class _Answers:
    def __init__(self, outputs: list[Node], words: Words, watch: Watch | None, called: str) -> None:
        self.outputs, self.words, self.watch, self.called = outputs, words, watch, called
        rng = np.random.default_rng(20240206)  # a seed in general position: sums that cancel by symmetry do not hide
        self.seeds = {node: _seed(node.value, rng) for node in outputs}

    def all(self, leaves: list[Node]) -> list[tuple[str, str]]:
        for node in self.outputs:
            if bad(node.value):
                return [(kind(node.value), value_origin(node, self.words))]
        return [self.of(leaf) for leaf in leaves]

    def of(self, leaf: Node) -> tuple[str, str]:
        name = self.words.name(leaf)
        if leaf in self.outputs:
            return "fine", f"{name} is {self.called} itself"
        swept = path([leaf], self.outputs)
        if not swept.steps:
            return "missing", self._missing(leaf, name)
        with np.errstate(all="ignore"):
            adjoints = reverse_sweep(swept, self.seeds)
        found = adjoints.get(leaf)
        if bad(found):
            return kind(found), adjoint_origin(swept, [leaf], self.seeds, self.words)
        if is_zero(found):
            reasons = "; and ".join(zero_reasons(swept, leaf, adjoints, self.words))
            return "zero", f"the derivative by {name} is zero: {reasons or 'all partials on the way multiply to 0'}"
        found = np.asarray(found)
        size = f"{found[()]:.6g}" if found.ndim == 0 else f"norm {np.linalg.norm(found):.4g}"
        zeros = np.size(found) - np.count_nonzero(found)
        some = f", {zeros} of {np.size(found)} entries are 0" if zeros else ""
        way = chain(swept, leaf, self.outputs[0], self.words) if self.outputs[0] in swept.active else ""
        along = f", along {way}" if way.count("→") > 1 else ""
        return "fine", f"nothing is wrong with the derivative by {name}: finite, not zero ({size}{some}){along}"

    def _missing(self, leaf: Node, name: str) -> str:
        text = f"{name} does not reach {self.called}"
        cuts = self.watch.cuts_of([leaf]) if self.watch else []
        if cuts:
            return f"{text}: {'; '.join(cuts)}"
        if self.outputs and all(leaf.number > node.number for node in self.outputs):
            return f"{text}: {name} was made after it"
        if self.watch is None:
            return f"{text}. Compute it under `with ag.watch():` and ask again to see where a value left the graph"
        return f"{text}: it is not used on the way" + ("" if self.outputs else "; the output is no Tensor")


def _seed(value: Any, rng: np.random.Generator) -> Any:
    if isinstance(value, tuple) or value.dtype.kind not in "fc":
        return np.zeros_like(value) if not isinstance(value, tuple) else value
    return np.ones_like(value) if value.size == 1 else rng.uniform(0.5, 1.5, value.shape).astype(value.dtype)
