"""Executed notebooks as Markdown, figures as files beside it, for a repository or a report of one's own."""
import os
import re

import nbformat
from nbconvert.exporters import MarkdownExporter

from . import marks


def page(nb, name):
    """(text, {file name: bytes}) of a notebook: what it says, its code and its outputs."""
    nb = nbformat.from_dict(nb)
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"\]\(([\w-]+)\.ipynb(#[^)]*)?\)", r"](\1.md\2)", cell.source)
    text, resources = MarkdownExporter().from_notebook_node(nb, {"unique_key": name, "output_files_dir": name})
    alts = [o.metadata.get("image/png", {}).get("alt") or o.data.get("text/plain", "figure")
            for c in nb.cells for o in c.get("outputs", []) if "image/png" in o.get("data", {})]
    given = iter(alts)
    text = re.sub(r"!\[png\]\(([^)]+)\)", lambda m: f"![{next(given)}]({m[1]})", text)
    text = re.sub(r"(?s)<style\b.*?</style>", "", marks.MARK.sub(r"\1", text))
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", resources.get("outputs", {})


def write(nb, name, out):
    """Writes NAME.md and its figures in the folder NAME; returns the path."""
    text, files = page(nb, name)
    for file, data in files.items():
        path = os.path.join(out, file)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path + ".part", "wb") as f:
            f.write(data)
        os.replace(path + ".part", path)
    path = os.path.join(out, name + ".md")
    with open(path + ".part", "w", encoding="utf-8", newline="\n") as f:
        f.write(text)
    os.replace(path + ".part", path)
    return path
