"""How the site is built: `sphinx-build -W docs build/site`."""

import accelxl

project = "AccelXL"
author = "AccelXL"
version = release = accelxl.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
root_doc = "index"
exclude_patterns = ["README.md"]
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
suppress_warnings = ["myst.xref_missing"]  # links to files of the repository outside docs
html_theme = "furo"
html_title = f"AccelXL {release}"
html_static_path = []
pygments_style = "default"
autodoc_typehints = "none"
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_custom_sections = ["Source"]


def setup(app):  # noqa: ANN001, ANN201
    """Show CSV as plain text."""
    from pygments.lexers.special import TextLexer

    app.add_lexer("csv", TextLexer)
