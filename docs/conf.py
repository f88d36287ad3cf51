"""How Sphinx builds the site: python -m sphinx -W -n docs build/docs"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.addnodes import download_reference

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT), str(HERE)]

import reference  # noqa: E402

import autograd_lite  # noqa: E402

project = "autograd_lite"
author = "the authors of autograd_lite"
project_copyright = author
version = release = autograd_lite.__version__

extensions = [
    "myst_nb", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.mathjax", "sphinx.ext.viewcode",
    "sphinx_copybutton", "docstrings",
]  # fmt: skip
exclude_patterns = ["**.ipynb_checkpoints"]
language = "en"
smartquotes_action = "D"  # dashes, and quotes as they stand in code

# pages in Markdown, and the notebooks as they were executed
nb_execution_mode = "off"
nb_render_markdown_format = "myst"  # with formulas in outputs too
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_fence_as_directive = ["math"]  # as GitHub writes them
myst_heading_anchors = 3

# the reference from the docstrings
autosummary_generate = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 88
nitpicky = True  # for our own names; those of other libraries would have to be fetched from the network
nitpick_ignore_regex = [("py:.*", r"(?!autograd_lite|nn\b).*")]
copybutton_exclude = ".linenos, .gp, .go"

html_theme = "furo"
html_title = "autograd_lite"
html_logo = html_favicon = "pictures/logo.svg"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_extra_path = ["pictures/gallery/steps.html"]
html_copy_source = False
html_show_copyright = False
pygments_style = "friendly"
pygments_dark_style = "github-dark"


def link_to_pages(app: Any, document: Any, name: str) -> None:
    """Let links to a module lead to its page on the site, as viewcode makes it, and not to a file to download."""
    shown = getattr(app.env, "_viewcode_modules", {})
    for node in list(document.findall(download_reference)):
        path = node["reftarget"].lstrip("./").removesuffix("/__init__.py").removesuffix(".py")
        if shown.get(path.replace("/", ".")):
            target = app.builder.get_relative_uri(name, f"_modules/{path}")
            node.replace_self(nodes.reference("", "", *node.children, internal=True, refuri=target))


def setup(app: Any) -> None:
    app.connect("doctree-resolved", link_to_pages)


def write_pages() -> None:
    """What is made anew for each build: the pages of the reference, the notebooks, the pages of steps."""
    reference.write(HERE / "reference")
    folder = HERE / "notebooks"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for notebook in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        shutil.copy2(notebook, folder)


write_pages()
