"""Formulas put into each other as text, in parentheses where the operator outside binds tighter than the one inside."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["PRODUCT", "binding", "substituted"]

_NAME = re.compile(r"(?:(?![⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵀ])\w)+")
_OPEN, _CLOSE = "([⌊⌈", ")]⌋⌉"
_ANYTHING, _SUM, PRODUCT, _POWER, _ATOM = range(5)


def binding(text: str) -> int:
    """How tightly the loosest operator outside of all parentheses binds."""
    depth, loosest = 0, _ATOM
    for i, c in enumerate(text):
        depth += (c in _OPEN) - (c in _CLOSE)
        if depth or c in _CLOSE:
            continue
        if c in "+−-" and text[i - 1 : i].lower() != "e":
            loosest = min(loosest, _SUM)
        elif c in "·/@*∘":
            loosest = min(loosest, PRODUCT)
        elif c in "√∛^ᵀ" or unicodedata.decomposition(c).startswith("<super>"):
            loosest = min(loosest, _POWER)
        elif c in " Σ∏,<>=≤≥≠∧∨⊕|‖":
            loosest = min(loosest, _SUM if c in "Σ∏" else PRODUCT if c == " " else _ANYTHING)
    return loosest


def _needed(before: str, after: str) -> int:
    """How tightly what stands between these two texts has to bind to need no parentheses."""
    left, right = before.rstrip()[-1:], after.lstrip()[:1]
    if left in ("", *"([,|‖⌊⌈") and right in ("", *")],|‖⌋⌉"):
        return _ANYTHING
    raised = unicodedata.decomposition(right or " ").startswith("<super>")
    if raised or left in tuple("√∛^") or right in tuple("^["):
        return _ATOM
    if left in ("Σ", "∏"):
        return _POWER
    if left in tuple("/−-"):
        return _POWER if left == "/" else PRODUCT
    if left in tuple("·@*") or right in tuple("·@*/"):
        return PRODUCT
    return _SUM if left in ("", "+") and right in ("", *"+−-)],") else _ATOM


def substituted(formula: str, parts: dict[str, str]) -> str:
    """The formula with its names replaced by other formulas.

    >>> substituted("√c", {"c": "a + b"}), substituted("a + b", {"b": "exp(a)"}), substituted("u·v", {"u": "x − y"})
    ('√(a + b)', 'a + exp(a)', '(x − y)·v')
    >>> substituted("a + b", {"b": "−2"})
    'a + (−2)'
    """
    pieces, end = [], 0
    for match in _NAME.finditer(formula):
        part = parts.get(match.group())
        if part is None:
            continue
        before = formula[: match.start()]
        signed = part[:1] in ("−", "-") and before.rstrip()[-1:] in tuple("+−-·/@")
        loose = signed or binding(part) < _needed(before, formula[match.end() :])
        pieces += [formula[end : match.start()], f"({part})" if loose else part]
        end = match.end()
    return "".join(pieces) + formula[end:]
