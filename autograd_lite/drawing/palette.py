"""The colours: what each one means, in the light theme and in the dark one.

A picture is drawn in the light colours and keeps them as attributes; the dark theme is one substitution, colour by
colour, so it can be a style sheet (``prefers-color-scheme``) as well as a rewriting.  Every ink has a contrast of at
least 4.5 on every ground it stands on, in both themes (WCAG 2.2, success criterion 1.4.3).
"""

from __future__ import annotations

__all__ = ["DARK", "GROUNDS", "INKS", "ROLES", "contrast", "dark", "variables"]

PAGE, BOX, CARD = "#fefefe", "#f6f8fb", "#ffffff"
INK, MUTED, LINE, EDGE, FRAME = "#1d2939", "#5d6b82", "#7d899f", "#667186", "#d0d6e0"
TANGENT, ADJOINT, BAD, PARAMETER = "#0b5cad", "#b3420a", "#c01048", "#5b3a9b"

GROUNDS = (PAGE, BOX, CARD)
INKS = {"value": INK, "tangent": TANGENT, "adjoint": ADJOINT, "muted": MUTED, "bad": BAD}

# role: (ground of the name's pill, its ink)
ROLES = {
    "input": ("#d3efe5", "#0b5d47"),
    "parameter": ("#e8dff7", PARAMETER),
    "intermediate": ("#e6ebf3", "#344055"),
    "output": ("#ffe7ae", "#7a4b00"),
    "constant": ("#ececec", "#555555"),
    "folded": ("#eef1f6", "#344056"),
}

DARK = {
    PAGE: "#111722", BOX: "#161e2b", CARD: "#1b2433",
    INK: "#eef2f8", MUTED: "#a3b0c4", LINE: "#6a7993", EDGE: "#8c99b0", FRAME: "#38455a",
    TANGENT: "#7cc0ff", ADJOINT: "#ffa66b", BAD: "#ff9db0", PARAMETER: "#d9c8ff",
    "#d3efe5": "#14493b", "#0b5d47": "#a5f0d5",
    "#e8dff7": "#3c2b66",
    "#e6ebf3": "#2f3b50", "#344055": "#dbe4f2",
    "#ffe7ae": "#5c4200", "#7a4b00": "#ffdf94",
    "#ececec": "#3a3a3a", "#555555": "#dddddd",
    "#eef1f6": "#273246", "#344056": "#dbe4f1",
}  # fmt: skip


def dark(colour: str) -> str:
    """The colour that stands for ``colour`` in the dark theme.

    >>> dark("#ffffff")
    '#1b2433'
    """
    return DARK[colour.lower()]


_VARIABLES = {"ink": INK, "page": PAGE, "box": BOX, "frame": FRAME, "line": LINE, "edge": EDGE, "muted": MUTED,
              "tangent": TANGENT, "adjoint": ADJOINT}  # fmt: skip


def variables(selector: str) -> str:
    """Style rules that give the colours to ``selector`` by name, in the theme of the reader: ``var(--tangent)``."""
    light = "".join(f"--{name}:{colour};" for name, colour in _VARIABLES.items())
    return (
        f"{selector}{{{light}color-scheme:light dark}}"
        f"@media (prefers-color-scheme:dark){{{selector}{{{''.join(_dark_variables())}}}}}"
    )


def _dark_variables() -> list[str]:
    return [f"--{name}:{DARK[colour]};" for name, colour in _VARIABLES.items()]


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour ``#rrggbb``: 0 is black, 1 is white (WCAG 2.2)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: str, b: str) -> float:
    """The contrast ratio (L₁ + 0.05)/(L₂ + 0.05) of two colours, from 1 to 21.

    >>> round(contrast("#000000", "#ffffff"), 1)
    21.0
    """
    darker, lighter = sorted((luminance(a), luminance(b)))
    return (lighter + 0.05) / (darker + 0.05)
