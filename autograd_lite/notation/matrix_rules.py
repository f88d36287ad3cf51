"""The chain rule at decompositions of a real matrix, for tables: from Ȧ to the factors, from their adjoints to Ā.

    A = V W Vᵀ    Ẇ = diag(P),  V̇ = V(F∘P),  P = VᵀȦV
                  Ā = V(diag(W̄) + F∘(VᵀV̄))Vᵀ, of the triangle that is read
    A = U S Vᵀ    Ṡ = diag(P),  U̇ = U(F∘(PS + SPᵀ)),  V̇ = V(F∘(SP + PᵀS)),  P = UᵀȦV
                  Ā = U(diag(S̄) + (F∘(UᵀŪ − ŪᵀU))S + S(F∘(VᵀV̄ − V̄ᵀV)))Vᵀ

In the templates s is Ȧ, or the adjoint of the result; a0 is A and out the result; U, U_dot and U_bar are a factor, its
tangent and its adjoint; diag makes a matrix of a vector and a vector of a matrix.  What follows a semicolon says what a
letter stands for.

Source: M. B. Giles, An extended collection of matrix derivative results, Oxford NA-08/01 (2008); G. H. Golub and
V. Pereyra, SIAM J. Numer. Anal. 10, 413 (1973).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..trace.nodes import GraphNode

__all__ = ["ADJOINTS", "TANGENTS"]

_Template = Callable[[GraphNode, int], str]


def _of_reals(written: Callable[[GraphNode], str], unknown: str) -> _Template:
    """A template for real matrices; for complex ones the formula is another, and left open."""

    def template(node: GraphNode, j: int) -> str:
        parts = node.value if isinstance(node.value, tuple) else (node.value,)
        real = all(np.asarray(x).dtype.kind == "f" for x in (*parts, node.parents[0].value))
        return written(node) if real else unknown

    return template


def _tall(node: GraphNode) -> int:
    """How many rows there are more than columns."""
    rows, columns = np.shape(node.parents[0].value)[-2:]
    return int(rows - columns)


def _svd_tangent(node: GraphNode) -> str:
    left = " + (1 − U @ Uᵀ) @ s @ V @ S⁻¹" if _tall(node) > 0 else ""
    right = " + (1 − V @ Vᵀ) @ sᵀ @ U @ S⁻¹" if _tall(node) < 0 else ""
    turned = f"U_dot = U @ (F∘(P @ S + S @ Pᵀ)){left}; S_dot = diag(P); V_dot = V @ (F∘(S @ P + Pᵀ @ S)){right}"
    return f"{turned}; P = Uᵀ @ s @ V"


def _svd_adjoint(node: GraphNode) -> str:
    left = " + (1 − U @ Uᵀ) @ U_bar @ S⁻¹ @ Vᵀ" if _tall(node) > 0 else ""
    right = " + U @ S⁻¹ @ V_barᵀ @ (1 − V @ Vᵀ)" if _tall(node) < 0 else ""
    turns = "(F∘(Uᵀ @ U_bar − U_barᵀ @ U)) @ S + S @ (F∘(Vᵀ @ V_bar − V_barᵀ @ V))"
    return f"U @ (diag(S_bar) + {turns}) @ Vᵀ{left}{right}"


def _eigh_adjoint(node: GraphNode) -> str:
    options = (*node.arguments[1:], *node.node.kwargs.values())
    read = "upper" if any(str(option).upper() == "U" for option in options) else "lower"
    return f"{read}(V @ (diag(W_bar) + F∘(Vᵀ @ V_bar)) @ Vᵀ)"


def _qr_tangent(node: GraphNode) -> str:
    rest = " + (1 − Q @ Qᵀ) @ s @ R⁻¹" if _tall(node) > 0 else ""
    return f"Q_dot = Q @ (L − Lᵀ){rest}; R_dot = (C − L + Lᵀ) @ R; L = tril(C, −1); C = Qᵀ @ s @ R⁻¹"


def _qr_adjoint(node: GraphNode) -> str:
    rest = " + (1 − Q @ Qᵀ) @ Q_bar" if _tall(node) > 0 else ""
    turn = "tril(Qᵀ @ Q_bar − Q_barᵀ @ Q + R @ R_barᵀ − R_bar @ Rᵀ, −1)"
    return f"(Q @ (R_bar @ Rᵀ + {turn}){rest}) @ R⁻ᵀ"


_EIG_TANGENT = "W_dot = diag(P); V_dot = D − V @ diag(diag(Vᵀ @ D)); D = V @ (F∘P); P = V⁻¹ @ s @ V"
_EIG_ADJOINT = "V⁻ᵀ @ (diag(W_bar) + F∘(Vᵀ @ (V_bar − V @ diag(diag(Vᵀ @ V_bar))))) @ Vᵀ"
_PINV_TANGENT = "−out @ s @ out + out @ outᵀ @ sᵀ @ (1 − a0 @ out) + (1 − out @ a0) @ sᵀ @ outᵀ @ out"
_PINV_ADJOINT = "−outᵀ @ s @ outᵀ + (1 − a0 @ out) @ sᵀ @ out @ outᵀ + outᵀ @ out @ sᵀ @ (1 − out @ a0)"

_WRITTEN: dict[str, tuple[Callable[[GraphNode], str], Callable[[GraphNode], str]]] = {
    "thin_svd": (_svd_tangent, _svd_adjoint),
    "eigh": (lambda node: "W_dot = diag(P); V_dot = V @ (F∘P); P = Vᵀ @ s @ V", _eigh_adjoint),
    "eig": (lambda node: _EIG_TANGENT, lambda node: _EIG_ADJOINT),
    "thin_qr": (_qr_tangent, _qr_adjoint),
    "pseudoinverse": (lambda node: _PINV_TANGENT, lambda node: _PINV_ADJOINT),
}
TANGENTS = {name: _of_reals(tangent, "(∂out/∂a0)·s") for name, (tangent, _) in _WRITTEN.items()}
ADJOINTS = {name: _of_reals(adjoint, "(∂out/∂a0)ᵀ·s") for name, (_, adjoint) in _WRITTEN.items()}
