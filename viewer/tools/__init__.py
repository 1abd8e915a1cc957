"""Pointer tools: one a file; `viewer.tools.table.TOOLS` lists them."""
