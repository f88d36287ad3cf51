"""Numbers, shapes and names as text: accents, and what may not stand in a line."""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np

__all__ = [
    "DOT_ABOVE", "MACRON", "accented", "brief", "clean", "finite", "is_scalar", "norm", "number", "shape",
]  # fmt: skip

DOT_ABOVE, MACRON = "\u0307", "\u0304"
REPLACEMENT = "\ufffd"

def clean(text: object, limit: int = 80) -> str:
    """Text fit for one line of a label: no control characters, nothing XML forbids, at most ``limit`` characters.

    >>> clean("a\\x00b\\nc")
    'a�b c'
    """
    line = " ".join(str(text).split("\n"))
    line = "".join(REPLACEMENT if _forbidden(c) else c for c in line)
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _forbidden(character: str) -> bool:
    code = ord(character)
    return (
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        or 0x202A <= code <= 0x202E  # they reverse the text after them
        or 0x2066 <= code <= 0x2069
        or 0xFDD0 <= code <= 0xFDEF
        or code & 0xFFFE == 0xFFFE
    )


def accented(name: str, accent: str) -> str:
    """The name with a dot or a bar over it: ẋ, x̄.  Empty for a name of several letters, where none belongs.

    >>> accented("x", DOT_ABOVE), accented("v1", MACRON), accented("loss", MACRON)
    ('ẋ', 'v̄1', '')
    """
    name = clean(name)
    letter, index = name[:1], name[1:]
    if not letter.isalpha() or not all(c == "_" or unicodedata.digit(c, None) is not None for c in index):
        return ""
    return unicodedata.normalize("NFC", letter + accent) + index


def number(value: Any) -> str:
    """One number, to four decimals or three significant digits after the first.

    >>> number(2.718281828), number(1.5e-7), number(3), number(float("nan"))
    ('2.7183', '1.500e-07', '3', 'nan')
    """
    value = np.asarray(value)[()]
    if isinstance(value, (np.bool_, np.integer)):
        return str(value)
    if isinstance(value, np.complexfloating):
        return f"{number(value.real)} {'-' if value.imag < 0 else '+'} {number(abs(value.imag))}i"
    if not isinstance(value, np.floating):
        return clean(value, 16)
    if value == 0 or 1e-3 <= abs(value) < 1e6:
        return f"{value + 0.0:.4f}"  # no negative zero
    return f"{value:.3e}" if np.isfinite(value) else str(value)


def brief(value: Any) -> str:
    """One number in running text: whole numbers without decimals.

    >>> brief(1.0), brief(-0.5), brief(1.9282846855)
    ('1', '−0.5', '1.9283')
    """
    text = number(value).replace("-", "−")
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text and "i" not in text else text


def shape(value: Any) -> str:
    """The shape of an array, or of each array of a function with several outputs.

    >>> shape(np.zeros((64, 2)))
    '[64, 2]'
    """
    return ", ".join(map(shape, value)) if isinstance(value, tuple) else str(list(np.shape(value)))


def is_scalar(value: Any) -> bool:
    return not isinstance(value, tuple) and np.shape(value) == ()


def norm(value: Any) -> float:
    """The Euclidean norm of all entries, |v| = √Σ|vᵢ|², also where the squares would overflow.

    >>> round(norm(np.array([3e200, 4e200])) / 1e200, 12)
    5.0
    """
    magnitudes = np.abs(np.ravel(value))
    largest = float(np.max(magnitudes, initial=0.0))
    if largest == 0 or not np.isfinite(largest):
        return largest
    return largest * float(np.linalg.norm(magnitudes / largest))


def finite(value: Any) -> bool:
    """False where a number or an array of numbers holds nan or inf."""
    array = np.asarray(value)
    return array.dtype.kind not in "fc" or bool(np.all(np.isfinite(array)))
