"""The derivation in LaTeX: the notes' chain rule, the δ recursion with its transposes, well-formed for any name."""

from __future__ import annotations

import re

import numpy as np
import pytest
from cases import CASES
from drawing_examples import swept_network, swept_root
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd_lite as ag
from autograd_lite.notation.derivation import document
from autograd_lite.notation.latex import Symbol, escape, formula, name


def lines(text):
    return [line.strip().removesuffix(r"\\").strip() for line in text.splitlines()]


def part(derivation, head):
    return next(p for p in derivation.split("\n\n") if p.startswith(rf"\paragraph{{{head}}}"))


def assert_sound(text):
    """Environments, braces, brackets and dollars in pairs; nothing but ASCII; no display with an empty line."""
    assert text.isascii(), set(text) - set(map(chr, range(128)))
    bare = re.sub(r"\\[{}$&%#_\\]", "", text)
    assert bare.count("{") == bare.count("}") and bare.count("$") % 2 == 0
    begun, ended = (sorted(re.findall(rf"\\{word}\{{(\w+\*?)\}}", text)) for word in ("begin", "end"))
    assert begun == ended
    assert len(re.findall(r"\\left(?![a-z])", bare)) == len(re.findall(r"\\right(?![a-z])", bare))
    for display in re.findall(r"\\begin\{align\*\}(.*?)\\end\{align\*\}", text, re.DOTALL):
        assert all(row.strip() and row.count("&") for row in display.split("\\\\\n")), display


def test_the_worked_example_as_in_the_lecture_notes():
    derivation = swept_root().derivation()
    assert_sound(derivation)
    assert lines(part(derivation, "Program"))[2:6] == [
        r"a &= x^{2} && \frac{\partial a}{\partial x} = 2 x",
        r"b &= \exp(a) && \frac{\partial b}{\partial a} = \exp(a)",
        r"c &= a + b && \frac{\partial c}{\partial a} = 1,\quad \frac{\partial c}{\partial b} = 1",
        r"d &= \sqrt{c} && \frac{\partial d}{\partial c} = \frac{1}{2 \sqrt{c}}",
    ]
    chain = part(derivation, "Chain rule")
    d_dc, dc_da, dc_db, db_da = (
        rf"\frac{{\partial {i}}}{{\partial {j}}}" for i, j in (("d", "c"), ("c", "a"), ("c", "b"), ("b", "a"))
    )
    assert rf"\frac{{\partial d}}{{\partial a}} &= {d_dc} {dc_da} + {d_dc} {dc_db} {db_da}" in lines(chain)
    assert r"\dot{c} &= \dot{a} + \dot{b}" in lines(part(derivation, "Forward mode"))
    assert lines(part(derivation, "Reverse mode"))[2:7] == [
        r"\bar{d} &= 1", r"\bar{c} &= \frac{\bar{d}}{2 \sqrt{c}}", r"\bar{b} &= \bar{c}",
        r"\bar{a} &= \bar{c} + \exp(a) \, \bar{b}", r"\bar{x} &= 2 x \, \bar{a}",
    ]  # fmt: skip


def test_the_delta_recursion_of_a_network():
    reverse = lines(part(swept_network().derivation(), "Reverse mode"))
    assert r"\delta^{(2)} &= (1 - p^{2}) \odot \bar{p} \in \mathbb{R}^{64 \times 1}" in reverse
    assert r"\bar{h}_{1} &= \delta^{(2)} W_{2}^{\top} \in \mathbb{R}^{64 \times 8}" in reverse
    assert r"\delta^{(1)} &= (1 - h_{1}^{2}) \odot \bar{h}_{1} \in \mathbb{R}^{64 \times 8}" in reverse
    assert r"\bar{W}_{2} &= h_{1}^{\top} \delta^{(2)} \in \mathbb{R}^{8 \times 1}" in reverse
    assert r"\bar{b}_{1} &= \sum_{\mathrm{axis}\, 0} \delta^{(1)} \in \mathbb{R}^{8}" in reverse
    assert not [line for line in reverse if line.startswith(r"\bar{m}")]


def test_vectors_have_their_transposes():
    text = ag.trace(lambda A, r: (A @ r) @ r)(np.ones((2, 2)), np.ones(2)).derivation()
    assert r"v_{2} &= v_{1}^{\top} r" in text and r"v_{1} &= A r" in text
    assert r"\bar{A} &= \bar{v}_{1} \, r^{\top} \in \mathbb{R}^{2 \times 2}" in text


def test_one_mode_alone():
    graph = swept_root()
    assert "Reverse mode" not in graph.derivation("forward") and "Forward mode" not in graph.derivation("reverse")
    with pytest.raises(ValueError, match="mode is 'both', 'forward' or 'reverse', not 'back'"):
        graph.derivation("back")


def test_what_is_expanded_stays_readable():
    def doubling(x):
        for _ in range(20):
            x = x + np.sin(x)
        return x

    derivation = ag.trace(doubling)(1.0).derivation()  # 2^20 paths
    assert_sound(derivation)
    assert "Chain rule" in derivation and len(derivation) < 20_000
    many = ag.trace(lambda x: sum([np.sin(k * x) for k in range(2, 30)]))(1.0).derivation("reverse")
    assert_sound(many)
    assert max(map(len, many.splitlines())) < 600 and r"\\" + "\n" + r"&\quad + " in many


def test_a_document_is_whole():
    text = swept_root().derivation().document()
    assert text.startswith(r"\documentclass") and text.endswith("\\end{document}\n") and r"\usepackage{amsmath" in text
    assert_sound(document(swept_network()))
    shown = swept_root().derivation()._repr_markdown_()
    assert shown.startswith("**Program.** Inputs: $x$.") and shown.count("$$") == 8 and r"\paragraph" not in shown
    assert repr(swept_root().derivation()) == str(swept_root().derivation())


@pytest.mark.parametrize("case", CASES[::8], ids=lambda case: case.id)
def test_every_rule_can_be_derived(case):
    assert_sound(ag.trace(case.f)(*case.args).derivation())


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=10), st.text(min_size=1, max_size=10))
def test_no_name_breaks_out(one, other):
    graph = ag.trace(lambda p: np.sqrt(sum(p.values()) ** 2 / 3))({one: 2.0, other: 0.5})
    assert_sound(document(graph))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=20))
def test_any_text_is_set(text):
    for typeset in (escape(text), name(text or "x"), formula(text, {})):
        assert_sound(typeset)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("log₂(x) + log₁₀(y)", r"\log_{2}(x) + \log_{10}(y)"),
        ("−x/y²", r"-\frac{x}{y^{2}}"),
        ("2·3", r"2 \cdot 3"),
        ("1.5e-07·x", r"1.5 \cdot 10^{-7} \, x"),
        ("(a + b)·c", r"(a + b) \, c"),
        ("x^y", "x^{y}"),
        ("A⁻ᵀ @ B", r"A^{-\top} B"),
        ("sum(a + b, axis=(0, 1))", r"\sum_{\mathrm{axis}\, (0, 1)} (a + b)"),
        ("⌊x/y⌋", r"\left\lfloor \frac{x}{y}\right\rfloor "),
        ("A[1:, 'b']", r"\texttt{A[1:, \textquotesingle{}b\textquotesingle{}]}"),
        ("u[1:-1, 0] + u.T[...]", r"u[1{:}-1, 0] + u^{\top}[\ldots]"),
        ("(u with u[[0, 1]] = 0) + v", r"(u \text{ with } u[[0, 1]] = 0) + v"),
        ("scatter(v, [0, 2:])", r"\operatorname{scatter}(v, [0, 2{:}])"),
        ("u with u[0] += v", r"u \text{ with } u[0] \mathrel{+}= v"),
        ("(∂u/∂v)ᵀ·v", r"{\left(\frac{\partial u}{\partial v}\right)}^{\top} \, v"),
        ("broadcast_to(v, ())", r"\operatorname{broadcast\_to}(v, ())"),
        ("λ·alpha_2", r"\lambda \, \alpha_{2}"),
    ],
)
def test_formulas(text, expected):
    assert formula(text, {letter: Symbol(letter, letter, array=True) for letter in "uv"}) == expected


def test_what_is_constant_by_its_rule_has_no_tangent():
    text = ag.trace(lambda x: np.sum((x - np.ceil(x)) ** 2))(np.array([0.3, 1.7])).derivation("forward")
    assert r"\dot{v}_{2} &= \dot{x}" in text and r"\dot{v}_{1}" not in text


def test_between_complex_and_real_numbers_the_real_part_counts():
    text = ag.trace(lambda z, x: np.abs(z * x))(3 + 4j, 2.0).derivation()
    assert r"\operatorname{Re} \left(\frac{v_{1}^{*}}{v_{2}} \, \dot{v}_{1}\right)" in text
    assert r"\bar{x} &= \operatorname{Re} (z \, \bar{v}_{1})" in text
