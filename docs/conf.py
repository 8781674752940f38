"""How `bin/docs` makes a site of these pages, with Sphinx."""

project = html_title = "Retainer Hub"
extensions = ["myst_parser"]
myst_heading_anchors = 4
html_theme = "furo"
html_favicon = "../static/icon.svg"
html_show_sphinx = html_show_copyright = html_copy_source = False
