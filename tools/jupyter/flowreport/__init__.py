"""Runs the notebooks headless and writes them as self-contained pages (see ../report.py)."""
