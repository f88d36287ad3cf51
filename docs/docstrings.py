"""From a docstring as people write it to reStructuredText: formulas stay as they stand.

    |x|, a*b, x_      escaped, for they are mathematics and no markup; so are initials, for they number no list
    an indented block above the first section becomes a block of formulas, line by line
    Source: …         the section "References"
    >>> at the margin, outside of the section "Examples": that section begins

The sections are those of numpydoc, and napoleon reads them.
"""

from __future__ import annotations

import re
from typing import Any

__all__ = ["converted", "prepared", "setup"]

CODE = re.compile(r"(``.+?``|:[a-z:]+:`.+?`)")
MARKUP = re.compile(r"(?<!\\)(\*|\||`|_(?!\w))")
INITIAL = re.compile(r"^(\s*)(?=[A-Z]\. )")


def prepared(lines: list[str]) -> list[str]:
    """The lines of a docstring as reStructuredText, with the sections still to be read."""
    found: list[str] = []
    section = ""
    session = block = False
    for number, line in enumerate(lines):
        after = lines[number + 1] if number + 1 < len(lines) else ""
        if re.fullmatch(r"-{3,}", after) and line.strip():
            section = line.strip()
        if line.startswith(">>>") and section not in ("", "Examples"):
            section = "Examples"
            found += ["", "Examples", "--------", ""]
        if line.startswith(("Source: ", "Sources: ")) and section != "References":
            section, line = "References", line.partition(": ")[2]
            found += ["", "References", "----------"]
        session = bool(line.strip()) and (session or line.lstrip().startswith(">>> "))
        indented = line.startswith("    ") and not section and not session
        if indented and not block and not lines[number - 1].strip():
            block = True
            found += [".. code-block:: text", "   :class: formula", ""]
        elif line.strip() and not indented:
            block = False
        found.append(line if session or block else escaped(line))
    return found


def escaped(line: str) -> str:
    """The line with what reStructuredText would take for markup escaped, outside of ``code``."""
    parts = CODE.split(line)
    text = "".join(part if i % 2 else MARKUP.sub(r"\\\1", part) for i, part in enumerate(parts))
    return INITIAL.sub(r"\1\\", text)


def converted(lines: list[str]) -> list[str]:
    """The lines of a docstring as reStructuredText."""
    from sphinx.ext.napoleon import Config, NumpyDocstring

    sections = [("Attributes", "params_style")]
    style = Config(napoleon_use_param=False, napoleon_use_rtype=False, napoleon_custom_sections=sections)
    return NumpyDocstring(prepared(lines), style).lines()


def convert(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    if what == "module":  # autodoc takes away an indentation that all lines but the first have in common
        lines[:] = thing.__doc__.splitlines()
    lines[:] = converted(lines)


def skip_member(app: Any, what: str, name: str, member: Any, skip: bool, options: Any) -> bool | None:
    """Leave out what comes from another library, and fields of named tuples without a text of their own."""
    module = getattr(getattr(member, "fget", member), "__module__", None)
    foreign = module and module.split(".")[0] not in ("autograd_lite", "nn")
    return True if foreign or str(member.__doc__).startswith("Alias for field number") else None


def setup(app: Any) -> None:
    app.connect("autodoc-process-docstring", convert)
    app.connect("autodoc-skip-member", skip_member)
