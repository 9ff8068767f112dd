"""Sphinx: Markdown pages, built with -W so that a broken link or heading fails the build."""

project = "Rexian 热线"
author = "The Rexian engineers"
project_copyright = "The Rexian engineers, Apache-2.0"
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "Rexian 热线"
exclude_patterns = ["_build"]
language = "en"
