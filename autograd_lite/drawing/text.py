"""Text in a picture: how wide a line is in Helvetica, and the content of labels."""

from __future__ import annotations

import html as _html
import unicodedata

from ..notation.text import clean

__all__ = ["escaped", "plain", "width"]

# Helvetica and Helvetica-Bold, characters 32 to 126, in thousandths of the font size (Adobe Font Metrics).
_REGULAR = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 "
    "584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 "
    "278 556 500 722 500 500 500 334 260 334 584"
)
_BOLD = (
    "278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 333 333 "
    "584 584 584 611 975 722 722 722 722 667 611 778 722 278 556 722 611 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 333 278 333 584 556 333 556 611 556 611 556 333 611 611 278 278 556 278 889 611 611 611 611 389 556 "
    "333 611 556 778 556 556 500 389 280 389 584"
)
_WIDTHS = {bold: [int(w) for w in text.split()] for bold, text in ((False, _REGULAR), (True, _BOLD))}


def width(text: str, size: float, bold: bool = False) -> float:
    """How wide a line of text is in Helvetica, in points.  Exact for ASCII, an estimate for the rest of Unicode.

    >>> width("1.0000", 11, bold=True)
    33.638
    """
    return sum(_advance(c, _WIDTHS[bold]) for c in text) * size / 1000


def _advance(character: str, widths: list[int]) -> int:
    base = unicodedata.normalize("NFKD", character)[0]
    if unicodedata.combining(base):
        return 0
    if 32 <= ord(base) < 127:
        # Superscripts and subscripts are set at two thirds of the size.
        script = unicodedata.decomposition(character).startswith(("<super>", "<sub>"))
        return widths[ord(base) - 32] * (2 if script else 3) // 3
    return 1000 if unicodedata.east_asian_width(base) in "WF" or base in "→…" else 600


def escaped(text: object, limit: int = 80) -> str:
    """The text as the content of an HTML-like label, where backslashes have a meaning too; never empty.

    >>> escaped("a < b & c")
    'a &lt; b &amp; c'
    """
    return _html.escape(clean(text, limit)).replace("\\", "\\\\") or "&#160;"


def plain(text: object, limit: int = 400) -> str:
    """The text as the content of a quoted DOT string, where entities and backslashes have a meaning too."""
    return clean(text, limit).replace("&", "&amp;").replace("\\", "\\\\")
