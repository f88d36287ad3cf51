"""The formulas of decompositions in tables, put into numbers: they give what the engine gives."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import autograd_lite as ag
from autograd_lite.notation.chain import Names, adjoint_term, tangent_term
from autograd_lite.notation.text import MACRON

RNG = np.random.default_rng(0)
SQUARE, TALL, WIDE = (RNG.normal(size=shape) for shape in ((3, 3), (5, 3), (3, 5)))
SYMMETRIC = SQUARE + SQUARE.T
REAL_EIGENVALUES = SQUARE @ np.diag([1.0, 2.0, 4.0]) @ np.linalg.inv(SQUARE)


class Ascii(Names):
    def name(self, node: Any) -> str:
        return "A" if node.function is None else "Y"

    def tangent(self, node: Any) -> str:
        return self.name(node) + "_t"

    def adjoint(self, node: Any) -> str:
        return self.name(node) + "_b"

    def factor(self, letter: str, accent: str = "") -> str:
        return letter.upper() + {"": "", MACRON: "_b"}.get(accent, "_t")


class One:
    """The 1 of 1 − U Uᵀ."""

    def __sub__(self, x: Any) -> Any:
        return np.eye(len(x)) - x


def gaps(w: Any) -> Any:
    with np.errstate(divide="ignore"):
        return np.where(np.eye(len(w), dtype=bool), 0, 1 / (w[None, :] - w[:, None]))


def number(text: str, known: dict[str, Any]) -> Any:
    """The value of a formula."""
    code = text.replace("(1 − ", "(one − ").replace("−", "-").replace("∘", "*")
    code = re.sub(r"(\w+)⁻¹", r"inv(\1)", re.sub(r"(\w+)⁻ᵀ", r"inv(\1).T", re.sub(r"(\w+|\))ᵀ", r"\1.T", code)))
    functions = {"diag": np.diag, "tril": np.tril, "inv": np.linalg.inv, "one": One(), "lower": lower, "upper": upper}
    return eval(code, {"__builtins__": {}}, {**functions, **known})


def lower(m: Any) -> Any:
    return np.tril(m + m.T) - np.diag(np.diag(m))


def upper(m: Any) -> Any:
    return lower(m).T


def tangents(text: str, known: dict[str, Any]) -> dict[str, Any]:
    """The values of clauses such as ``U_t = U @ Q; Q = …``, the last one first."""
    known = dict(known)
    for clause in reversed(text.split("; ")):
        left, _, right = clause.partition(" = ")
        known[left] = number(right, known)
    return known


CASES: list[tuple[str, Any, Any, str]] = [
    ("svd", lambda A: np.linalg.svd(A, full_matrices=False), SQUARE, "USV"),
    ("svd tall", lambda A: np.linalg.svd(A, full_matrices=False), TALL, "USV"),
    ("svd wide", lambda A: np.linalg.svd(A, full_matrices=False), WIDE, "USV"),
    ("eigh", np.linalg.eigh, SYMMETRIC, "WV"),
    ("eigh upper", lambda A: np.linalg.eigh(A, UPLO="U"), SYMMETRIC, "WV"),
    ("eig", np.linalg.eig, REAL_EIGENVALUES, "WV"),
    ("qr", np.linalg.qr, SQUARE, "QR"),
    ("qr tall", np.linalg.qr, TALL, "QR"),
]


@pytest.mark.parametrize("f, A, letters", [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_the_formula_gives_what_the_engine_gives(f: Any, A: Any, letters: str) -> None:
    def program(A: Any) -> Any:
        return tuple(f(A))

    graph = ag.trace(program)(A)
    node = next(n for n in graph.nodes if n.function_name in ("thin_svd", "eigh", "eig", "thin_qr"))
    source = node.parents[0]
    moved = RNG.normal(size=A.shape)
    moved = moved + moved.T if "eigh" in node.function_name else moved
    pulled = [RNG.normal(size=np.shape(part)) for part in node.value]
    graph.forward_sweep(moved)
    graph.reverse_sweep({out.name: w for out, w in zip(graph.outputs, pulled, strict=True)})
    known: dict[str, Any] = dict(zip(letters, node.value, strict=True)) | {"A_t": source.tangent, "Y_t": source.tangent}
    bars = dict(zip([f"{x}_b" for x in letters], pulled, strict=True))
    if "U" in letters:  # the engine has Vᵀ
        known["V"], bars["V_b"], known["S"] = known["V"].T, bars["V_b"].T, np.diag(known["S"])
        known["F"] = gaps(np.diag(known["S"]) ** 2)
    if "W" in letters:
        known["F"] = gaps(known["W"])
    found = tangents(tangent_term(node, 0, Ascii()), known)
    for letter, tangent in zip(letters, node.tangent, strict=True):
        expected = tangent.T if letter == "V" and "U" in letters else tangent
        assert np.allclose(found[f"{letter}_t"], expected, rtol=1e-10, atol=1e-12), letter
    adjoint = number(adjoint_term(node, 0, Ascii()), known | bars)
    path = [n for n in graph.nodes if n is source]
    assert np.allclose(adjoint, path[0].adjoint, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("A", [SQUARE, TALL, WIDE, TALL[:, :1] @ WIDE[:1]], ids=["square", "tall", "wide", "rank 1"])
def test_the_formula_of_the_pseudoinverse(A: Any) -> None:
    graph = ag.trace(np.linalg.pinv)(A)
    moved, pulled = RNG.normal(size=A.shape), RNG.normal(size=A.T.shape)
    graph.forward_sweep(moved).reverse_sweep(pulled)
    known = {"A": A, "Y": graph.output.value, "A_t": moved, "Y_b": pulled}
    assert np.allclose(number(tangent_term(graph.output, 0, Ascii()), known), graph.output.tangent, rtol=1e-9)
    assert np.allclose(number(adjoint_term(graph.output, 0, Ascii()), known), graph.inputs[0].adjoint, rtol=1e-9)


def test_complex_matrices_have_another_formula_that_is_left_open() -> None:
    graph = ag.trace(lambda A: np.linalg.qr(A)[0])(SQUARE + 1j * SQUARE.T)
    node = next(n for n in graph.nodes if n.function_name == "thin_qr")
    assert tangent_term(node, 0, Ascii()) == "(∂Y/∂Y)·Y_t"
    assert adjoint_term(node, 0, Ascii()) == "(∂Y/∂Y)ᵀ·Y_b"


def test_decompositions_in_latex() -> None:
    def f(A: Any) -> Any:
        u, s, vt = np.linalg.svd(A, full_matrices=False)
        w, v = np.linalg.eigh(A.T @ A)
        return np.sum(u) + np.sum(s) + np.sum(vt) + np.sum(w) + np.sum(v) + np.sum(np.linalg.pinv(A))

    text = ag.trace(f)(TALL).derivation()
    assert r"\dot{U} &= U (F \circ (P S + S P^{\top}))" in text
    assert r"P &= U^{\top} \dot{A} V" in text
    assert r"\operatorname{lower}(V (\operatorname{diag}(\bar{w}) + F \circ (V^{\top} \bar{V})) V^{\top})" in text
    assert r"\texttt{(" not in text and "∘" not in text
