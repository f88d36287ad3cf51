"""Pictures of a recorded graph: DOT text, SVG, PNG.

    graph  →  picture (cards, edges, boxes)  →  DOT text  →  layout program  →  SVG

Only the last step needs a program besides Python; the package ``graphviz-pure`` brings it.
"""

from __future__ import annotations

import html
import os
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..notation.text import clean
from ..notation.titles import heading
from . import files, layout
from .layout import LayoutError, LayoutNotFound
from .markup import source
from .network import compose
from .page import finished
from .palette import variables

if TYPE_CHECKING:
    from ..trace.tracing import Graph

__all__ = ["LayoutError", "LayoutNotFound", "dot", "save", "svg"]


def dot(
    graph: Graph,
    *,
    level: str = "auto",
    show: Collection[str] | None = None,
    max_nodes: int = 100,
    direction: str = "auto",
    title: str | None = None,
    fold: bool = True,
) -> str:
    """The picture of a graph in the DOT language of Graphviz; needs no layout program.

    The options, and the errors, are those of ``svg``.

    Examples
    --------
    >>> import numpy as np
    >>> import autograd_lite as ag
    >>> text = dot(ag.trace(np.square)(3.0))
    >>> text.splitlines()[0], "n1 -> n2" in text
    ('digraph graph_of_square {', True)
    """
    return source(compose(graph, level, show, max_nodes, direction, title, fold))


def svg(
    graph: Graph,
    *,
    level: str = "auto",
    show: Collection[str] | None = None,
    max_nodes: int = 100,
    direction: str = "auto",
    title: str | None = None,
    fold: bool = True,
    theme: str = "auto",
) -> str:
    """The picture of a graph as SVG: names, elementary functions, values, derivatives, local partials.

    Parameters
    ----------
    graph : Graph
        From ``ag.trace`` or ``ag.graph``; what has been swept is shown.
    level : {"auto", "ops", "layers"}
        A card for each operation, in boxes of their scopes, or a card for each scope.  "auto" takes the second for
        networks of more than 14 nodes.
    show : set of {"value", "tangent", "adjoint", "partial", "shape"}, optional
        What stands on the cards and, for "partial", on the edges; all of it by default, in networks no partials.
    max_nodes : int
        At most so many cards; those in the middle of more are folded into one.
    direction : {"auto", "right", "down"}
        Where the picture runs; "auto" takes "down" for what would be too wide to read.
    title : str, optional
        In place of the formula or the name of the function.
    fold : bool
        Draw three or more equal layers in a row as one card, "× 12"; in a picture of more than 20 nodes, draw of
        the equal steps of a loop the first one, in a box, and one card for the others.
    theme : {"auto", "light", "dark"}
        "auto" follows the reader's preference (``prefers-color-scheme``).

    Returns
    -------
    str
        Text of an ``<svg>`` element, at most 960 pixels wide; the same bytes for the same graph and layout program.

    Raises
    ------
    ValueError
        If an option is none of those above.
    LayoutNotFound
        If there is no layout program; the message says how to get one.
    LayoutError
        If the layout program fails.

    Examples
    --------
    >>> import autograd_lite as ag
    >>> picture = svg(ag.trace(lambda x: x**2)(3.0).reverse_sweep())
    >>> picture.startswith("<svg"), "x² at x = 3" in " ".join(picture.split())
    (True, True)
    """
    picture = compose(graph, level, show, max_nodes, direction, title, fold)
    drawn = layout.run(source(picture), "svg")
    return finished(drawn, f"Computation graph of {picture.title}", picture.description, theme)


def save(graph: Graph, path: str | os.PathLike[str], **options: Any) -> Path:
    """Write the picture of a graph to a file, whole or not at all, and return its path.

    Parameters
    ----------
    graph : Graph
    path : str or path
        The suffix chooses: .svg; .pdf and .png, drawn by matplotlib (``pip install "autograd-lite[pdf]"``) or by a
        layout program that can; .dot or .gv, which need none; .html, a page with the picture and the table; .tex, a
        document with the derivation and the table, which needs none.
    **options
        Those of ``svg``; no ``theme`` for .dot and .gv, where in .pdf and .png "auto" is "light"; none for .tex.

    Raises
    ------
    ValueError
        If the suffix is none of these, or an option is wrong.
    LayoutNotFound, LayoutError
        As ``svg``; also if the layout program cannot write the format.

    Examples
    --------
    >>> import tempfile
    >>> import autograd_lite as ag
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(ag.trace(lambda x: x**2)(3.0), folder + "/square.gv").name
    'square.gv'
    """
    file = Path(path)
    files.replace(file, _content(graph, files.form(file), options))
    return file


def _content(graph: Graph, form: str, options: dict[str, Any]) -> bytes:
    if form == "svg":
        return svg(graph, **options).encode()
    if form == "html":
        return _page(graph, options).encode()
    if form == "tex":
        if options:
            raise ValueError(f"a .tex holds the derivation, which takes no options such as {next(iter(options))!r}")
        from ..notation.derivation import document

        return document(graph).encode()
    if form in files.TEXT:
        if "theme" in options:
            raise ValueError(f"a .{form} has no theme: its colours are the light ones")
        return dot(graph, **options).encode()
    return _printed(graph, form, options)


def _printed(graph: Graph, form: str, options: dict[str, Any]) -> bytes:
    """The picture on paper: drawn by matplotlib where it is there, by the layout program where it can."""
    from . import paper

    if paper.available():
        theme = options.get("theme", "auto")
        return paper.rendered(svg(graph, **{**options, "theme": "light" if theme == "auto" else theme}), form)
    if "theme" in options:
        raise ValueError(f'a .{form} in another theme is drawn by matplotlib: pip install "autograd-lite[pdf]"')
    text = dot(graph, **options)
    try:
        return layout.run(text, form, "-Gdpi=192")
    except LayoutNotFound:
        raise
    except LayoutError as error:
        raise LayoutError(
            f'a .{form} is drawn by matplotlib: pip install "autograd-lite[pdf]"; or by a Graphviz that writes it '
            f"(apt install graphviz), named in the environment variable {layout.VARIABLE}. "
            f"{layout.described()} said: {error}"
        ) from error


def _page(graph: Graph, options: dict[str, Any]) -> str:
    """A page of its own with the picture and the table."""
    title = html.escape(clean(heading(graph), 200))
    table = graph.table(format="html", rows=1000)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';style-src 'unsafe-inline'\">"
        f"<title>{title}</title><style>{variables(':root')}body{{margin:16px;background:var(--page)}}"
        ".scroll{overflow-x:auto;margin-top:16px}</style></head>\n"
        f'<body>{svg(graph, **options)}<div class="scroll">{table}</div></body></html>\n'
    )
