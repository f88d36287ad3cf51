"""The chain rule at one node, written out: what each neighbour contributes to its tangent or its adjoint.

    tangent  ẋ_i = Σ_j ∂g_i/∂x_j·ẋ_j     over the parents j of i        ċ = ȧ + ḃ
    adjoint  x̄_j = Σ_i ∂g_i/∂x_j·x̄_i     over the children i of j       ā = c̄ + exp(a)·b̄

For arrays the products stand as NumPy has them, with their transposes: X̄ = z̄ @ Wᵀ.  spread(ȳ) is the same number for
every entry that was summed, and roll_back(ȳ) undoes what roll did; what has no formula stands as (∂y/∂x)ᵀ·ȳ.

The factors of a decomposition have their usual letters, A = U S Vᵀ, V W Vᵀ, Q R, and F holds their gaps: F_ij is
1/(w_j − w_i) for eigenvalues, 1/(s_j² − s_i²) for singular values, 0 on the diagonal.  Φ takes the lower triangle and
half the diagonal, and lower(M) is Φ(M + Mᵀ).

Source: A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed. (SIAM, 2008), chapter 3; for matrices M. B. Giles,
Collected matrix derivative results for forward and reverse mode AD (Springer, 2008).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..kinds import Constant, Linear
from ..rules.indexing import BASIC
from ..sweeps import rules
from ..trace.nodes import GraphNode
from . import formulas
from .matrix_rules import ADJOINTS, TANGENTS
from .substitution import PRODUCT, binding, substituted
from .text import DOT_ABOVE, MACRON, accented

__all__ = ["Names", "adjoint_term", "joined", "partial_text", "tangent_term"]

Template = str | Callable[[GraphNode, int], str]


class Names:
    """How a node, its tangent and its adjoint are called: x, ẋ, x̄; loss, tangent(loss), adjoint(loss)."""

    def name(self, node: GraphNode) -> str:
        """How the node is called."""
        return node.name

    def tangent(self, node: GraphNode) -> str:
        """How its tangent is called."""
        return accented(node.name, DOT_ABOVE) or f"tangent({node.name})"

    def adjoint(self, node: GraphNode) -> str:
        """How its adjoint is called."""
        return accented(node.name, MACRON) or f"adjoint({node.name})"

    def factor(self, letter: str, accent: str = "") -> str:
        """A factor of a decomposition, its tangent or its adjoint: V, V̇, V̄."""
        return accented(letter, accent) if accent else letter

    def text(self, node: GraphNode) -> Callable[[Any], str]:
        """How the arguments of the node are called; an unnamed condition is written out."""

        def called(x: Any) -> str:
            if type(x) is not GraphNode:
                return node.text(x)
            if x.automatic and x.function and not isinstance(x.value, tuple) and x.value.dtype.kind == "b":
                return self.formula(x)
            return self.name(x)

        return called

    def formula(self, node: GraphNode) -> str:
        """How the node is computed, "" for what is not."""
        if node.function is None:
            return ""
        return formulas.formula(node.function, node.arguments, node.node.kwargs, self.text(node))


def partial_text(node: GraphNode, i: int, names: Names) -> str:
    """The local partial by ``parents[i]`` as a formula, "" where none is known."""
    if node.function is None:
        return ""
    return formulas.partial_formula(node.function, node.place(i), node.arguments, names.name(node), names.text(node))


def tangent_term(node: GraphNode, i: int, names: Names) -> str:
    """What ``parents[i]`` contributes to the tangent of the node, "" for nothing.

    >>> import autograd_lite as ag
    >>> tangent_term(ag.trace(lambda x: x**2)(3.0).output, 0, Names())
    '2x·ẋ'
    """
    if isinstance(rules[node.function], Constant):
        return ""
    return _real_part(_tangent_text(node, i, names), node, node.parents[i])


def _real_part(text: str, real: GraphNode, complex_: GraphNode) -> str:
    """Between a complex number and a real one, the real part is what counts."""
    if isinstance(real.value, tuple) or isinstance(complex_.value, tuple) or not text:
        return text
    cut = real.value.dtype.kind == "f" and complex_.value.dtype.kind == "c" and not text.startswith(("Re ", "Im "))
    return f"Re({text})" if cut else text


def _tangent_text(node: GraphNode, i: int, names: Names) -> str:
    symbol = names.tangent(node.parents[i])
    partial = partial_text(node, i, names)
    if partial:
        return _times(partial, symbol)
    key = formulas.function_name(node.function) if node.function else ""
    if key in _TANGENTS:
        return _filled(_TANGENTS[key], node, i, symbol, names)
    if node.function and isinstance(rules[node.function], Linear):
        return _substituted(node, node.place(i), symbol, names)
    return f"(∂{names.name(node)}/∂{names.name(node.parents[i])})·{symbol}"


def adjoint_term(node: GraphNode, i: int, names: Names) -> str:
    """What the node contributes to the adjoint of ``parents[i]``, "" for nothing.

    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> y = ag.trace(lambda X, W, b: X @ W + b)(np.ones((5, 2)), np.ones((2, 3)), np.ones(3)).output
    >>> adjoint_term(y, 1, Names()), adjoint_term(y.parents[0], 1, Names())
    ('sum(v̄2, axis=0)', 'Xᵀ @ v̄1')
    """
    if isinstance(rules[node.function], Constant):
        return ""
    return _real_part(_adjoint_text(node, i, names), node.parents[i], node)


def _adjoint_text(node: GraphNode, i: int, names: Names) -> str:
    symbol = names.adjoint(node)
    partial = partial_text(node, i, names)
    if partial:
        return _summed(_times(partial, symbol), node, i)
    key = formulas.function_name(node.function) if node.function else ""
    if key in _ADJOINTS:
        return _filled(_ADJOINTS[key], node, i, symbol, names)
    return f"(∂{names.name(node)}/∂{names.name(node.parents[i])})ᵀ·{symbol}"


def joined(terms: list[str]) -> str:
    """The terms as one sum.

    >>> joined(["c̄", "−b̄", "2x·ā"])
    'c̄ − b̄ + 2x·ā'
    """
    text = ""
    for term in filter(None, terms):
        text += (f" − {term[1:]}" if term[0] == "−" else f" + {term}") if text else term
    return text or "0"


def _times(partial: str, symbol: str) -> str:
    """partial·symbol, without the factor 1 and with the symbol as the numerator of 1/….

    >>> _times("1", "ẋ"), _times("−1", "ẋ"), _times("1/(2√c)", "d̄"), _times("1 − z²", "z̄")
    ('ẋ', '−ẋ', 'd̄/(2√c)', '(1 − z²)·z̄')
    """
    if partial in ("0", "1", "−1"):
        return {"0": "", "1": symbol, "−1": f"−{symbol}"}[partial]
    for sign in ("", "−"):
        if partial.startswith(f"{sign}1/"):
            return f"{sign}{symbol}{partial[len(sign) + 1:]}"
    if partial[0] == "−" and binding(partial[1:]) >= PRODUCT:
        return "−" + substituted("p·s", {"p": partial[1:], "s": symbol})
    return substituted("p·s", {"p": partial, "s": symbol})


def _summed(text: str, node: GraphNode, i: int) -> str:
    """Broadcasting undone: the sum over the axes along which the parent was stretched."""
    small, large = np.shape(node.parents[i].value), np.shape(node.value)
    new = len(large) - len(small)
    if small == large or not text or new < 0:
        return text
    axes = [*range(new), *[new + k for k, n in enumerate(small) if n == 1 and large[new + k] != 1]]
    if len(axes) == len(large):
        return f"sum({text})"
    return f"sum({text}, axis={axes[0] if len(axes) == 1 else tuple(axes)})"


def _substituted(node: GraphNode, j: int, symbol: str, names: Names) -> str:
    """The formula of a linear function with the tangent in the place of argument j."""
    arguments = list(node.arguments)
    arguments[j] = _Symbol(symbol)
    called = names.text(node)
    text: Callable[[Any], str] = lambda x: x.text if type(x) is _Symbol else called(x)
    return formulas.formula(node.node.function, arguments, node.node.kwargs, text) if node.node.function else ""


class _Symbol:
    def __init__(self, text: str) -> None:
        self.text = text


def _filled(template: Template, node: GraphNode, i: int, symbol: str, names: Names) -> str:
    if callable(template):
        template = template(node, node.place(i))
    parts = {"out": names.name(node), "s": symbol}
    parts |= {f"a{k}": names.text(node)(a) for k, a in enumerate(node.arguments) if type(a) is GraphNode}
    if isinstance(node.value, tuple):
        accents = (("", ""), ("dot", DOT_ABOVE), ("bar", MACRON))
        parts |= {f"{x}_{word}".strip("_"): names.factor(x.lower() if x in "WS" and word else x, accent)
                  for x in "USVWQR" for word, accent in accents}  # fmt: skip
    return substituted(template, parts)


def _count(node: GraphNode) -> int:
    return int(np.size(node.arguments[0].value) // max(np.size(node.value), 1))


def _degrees(node: GraphNode) -> int:
    given: Mapping[str, Any] = node.node.kwargs
    return _count(node) - int(given.get("ddof", 0) or given.get("correction", 0))


def _ndim(node: GraphNode, k: int) -> int:
    a = node.arguments[k]
    return int(np.ndim(a.value if type(a) is GraphNode else a))


def _matmul(node: GraphNode, j: int) -> str:
    """The other factor, transposed; between vectors an outer product or a product of numbers."""
    left, right = _ndim(node, 0), _ndim(node, 1)
    if j == 0:
        other = "a1" if type(node.arguments[1]) is GraphNode else _constant(node, 1)
        product = f"s @ {other}ᵀ" if right > 1 else f"outer(s, {other})" if left > 1 else f"s·{other}"
    else:
        other = "a0" if type(node.arguments[0]) is GraphNode else _constant(node, 0)
        product = f"{other}ᵀ @ s" if left > 1 else f"outer({other}, s)" if right > 1 else f"{other}·s"
    stacked = np.ndim(node.value) - _ndim(node, j)
    axes = tuple(range(stacked)) if stacked > 1 else 0
    return f"sum({product}, axis={axes})" if stacked > 0 and _ndim(node, j) > 1 else product


def _constant(node: GraphNode, k: int) -> str:
    return node.text(node.arguments[k])


def _einsum(node: GraphNode, j: int) -> str:
    terms, result = str(node.arguments[0]).split("->")
    operands = terms.split(",")
    others = [f"a{k}" if type(a) is GraphNode else _constant(node, k)
              for k, a in enumerate(node.arguments) if k not in (0, j)]  # fmt: skip
    swapped = ",".join([result, *operands[: j - 1], *operands[j:]])
    return f"einsum('{swapped}->{operands[j - 1]}', {', '.join(['s', *others])})"


def _reshaped(node: GraphNode, j: int) -> str:
    return f"reshape(s, {np.shape(node.arguments[j].value)})"


def _transposed(node: GraphNode, j: int) -> str:
    axes = [*node.arguments[1:], *node.node.kwargs.values()]
    return f"transpose(s, {tuple(np.argsort(axes[0]).tolist())})" if axes and axes[0] is not None else "sᵀ"


def _index(node: GraphNode, j: int) -> str:
    text = formulas.definition(node.node.function, node.arguments, node.node.kwargs, lambda x: "i")  # type: ignore[arg-type]
    return f"scatter(s, {text[1:]})" if len(text) <= 40 else "scatter(s)"


def _left(node: GraphNode) -> str:
    """What a write assigns to, typed with s in the place of the array."""
    text: Callable[[Any], str] = lambda x: "s" if x is node.arguments[0] else "i"
    function: Any = node.node.function
    return formulas.definition(function, ("s", *node.arguments[1:]), {}, text).split("] ")[0].replace("'s'", "s") + "]"


def _is_plain_write(node: GraphNode) -> bool:
    """Whether it is through no view, and the value that is given to an entry remains there."""
    adds, basic = node.function_name == "add_at", all(type(i) in BASIC for i in node.arguments[3:])
    return node.arguments[2] is None and (adds or basic)


def _kept(node: GraphNode) -> str:
    return "s" if node.function_name == "add_at" else f"(s with {_left(node)} = 0)"


def _write_tangent(node: GraphNode, j: int) -> str:
    if j == 0:
        return _kept(node)
    return f"scatter(s, {_left(node)[1:]})" if _is_plain_write(node) else "(∂out/∂a1)·s"


def _write_adjoint(node: GraphNode, j: int) -> str:
    if j == 0:
        return _kept(node)
    index = tuple([i.value if type(i) is GraphNode else i for i in node.arguments[3:]])
    fits = _is_plain_write(node) and np.shape(node.value[index]) == np.shape(node.arguments[1].value)
    return _left(node) if fits else "(∂out/∂a1)ᵀ·s"


def _norm(node: GraphNode, j: int) -> str:
    usual = node.node.kwargs.get("ord", 2) == 2
    return "a0/out·spread(s)" if usual else "sign(a0)·(|a0|/out)^(p − 1)·spread(s)"


_TANGENTS: dict[str, Template] = {
    "mean": "mean(s)",
    **dict.fromkeys(("max", "min", "amax", "amin"), "sum([a0 = out]·s)"),
    "prod": "out·sum(s/a0)",
    "var": lambda node, j: f"2/{_degrees(node)}·sum((a0 − mean(a0))·s)",
    "std": lambda node, j: f"sum((a0 − mean(a0))·s)/({_degrees(node)}·out)",
    "norm": lambda node, j: "sum(a0·s)/out" if node.node.kwargs.get("ord", 2) == 2 else "sum(∂out/∂a0·s)",
    "reshape": lambda node, j: f"reshape(s, {np.shape(node.value)})",
    "astype": "s",
    "inv": "−out @ s @ out",
    "solve": lambda node, j: "−a0⁻¹ @ s @ out" if j == 0 else "a0⁻¹ @ s",
    "det": "out·tr(a0⁻¹ @ s)",
    "slogdet": "tr(a0⁻¹ @ s)",
    "cholesky": "out @ Φ(out⁻¹ @ s @ out⁻ᵀ)",
    "pick": lambda node, j: f"s[{node.arguments[1]}]",
    "finite": "[a0 finite]·s",
    **dict.fromkeys(("assign", "add_at"), _write_tangent),
    **TANGENTS,
}

_ADJOINTS: dict[str, Template] = {
    "matmul": _matmul,
    "einsum": _einsum,
    "sum": "spread(s)",
    "mean": lambda node, j: f"spread(s)/{_count(node)}",
    **dict.fromkeys(("max", "min", "amax", "amin"), "[a0 = out]·spread(s)"),
    "prod": "out/a0·spread(s)",
    "var": lambda node, j: f"2(a0 − mean(a0))/{_degrees(node)}·spread(s)",
    "std": lambda node, j: f"(a0 − mean(a0))/({_degrees(node)}·out)·spread(s)",
    "norm": _norm,
    "cumsum": "flip(cumsum(flip(s)))",
    "fft": lambda node, j: "fft(s)" if len(node.arguments) == 1 and not node.node.kwargs else "fft_back(s)",
    "ifft": lambda node, j: "ifft(s)" if len(node.arguments) == 1 and not node.node.kwargs else "ifft_back(s)",
    "rfft": "rfft_back(s)",
    "irfft": "irfft_back(s)",
    "finite": "[a0 finite]·s",
    "full_convolution": lambda node, j: "correlate(s, a1)" if j == 0 else "correlate(s, a0)",
    **dict.fromkeys(("reshape", "expand_dims", "squeeze"), _reshaped),
    "transpose": _transposed,
    **{name: f"{name}(s)" for name in ("swapaxes", "flip", "tril", "triu")},
    "moveaxis": "moveaxis_back(s)",
    "roll": "roll_back(s)",
    "broadcast_to": "sum_to(s)",
    "concatenate": lambda node, j: f"part_{j + 1}(s)",
    "getitem": _index,
    "scatter": "s[i]",
    **dict.fromkeys(("same", "copy", "astype"), "s"),
    "inv": "−outᵀ @ s @ outᵀ",
    "solve": lambda node, j: "−a0⁻ᵀ @ s @ outᵀ" if j == 0 else "a0⁻ᵀ @ s",
    "det": "s·out·a0⁻ᵀ",
    "slogdet": "s·a0⁻ᵀ",
    "cholesky": "out⁻ᵀ @ Φ(outᵀ @ s) @ out⁻¹",
    "pick": lambda node, j: f"place_{node.arguments[1]}(s)",
    **dict.fromkeys(("assign", "add_at"), _write_adjoint),
    **ADJOINTS,
}
