"""Executed notebooks as self-contained HTML: no script, no request, formulas and figures inside."""
import base64
import html
import mimetypes
import os
import re

import nbformat
from nbconvert.exporters import HTMLExporter

from . import marks, search
from .formulas import Formulas

SEARCH = "<!-- search -->"
HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OUTSIDE = re.compile(r"""<(?:script|iframe|object|embed)\b|<link\b[^>]*\bhref|\b(?:src|srcset|poster)=["'](?!data:)"""
                     r"""|\burl\(\s*["']?(?!data:|#)|@import\b""")


def title(nb):
    """The notebook's own title: its first heading."""
    for cell in nb.cells:
        if cell.cell_type == "markdown" and (m := re.search(r"(?m)^#\s+(.+)$", cell.source)):
            return m[1].strip()
    return "Untitled"


def lead(nb):
    """The first paragraph below the title, for the index."""
    first = next((c.source for c in nb.cells if c.cell_type == "markdown"), "")
    for block in re.split(r"\n\s*\n", first):
        if block.strip() and not block.lstrip().startswith(("#", "-", "*", "|", "<", "!", ">")):
            plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", " ".join(block.split()))
            return re.sub(r"[*_`$]", "", plain)
    return ""


def mark_outputs(cell):
    """Marks what a cell with the tag `measured` printed about time."""
    if "measured" not in cell.metadata.get("tags", []):
        return
    for o in cell.get("outputs", []):
        if o.output_type == "stream":
            o.text = marks.timed(o.text)
            continue
        for media in ("text/plain", "text/markdown"):
            if media in o.get("data", {}) and "image/png" not in o.data:
                o.data[media] = marks.timed(o.data[media])


def headings(body):
    """Second-level headings as (anchor, HTML text)."""
    found = re.findall(r'<h2 id="([^"]*)"[^>]*>(.*?)</h2>', body)
    return [(a, re.sub(r"<a\b[^>]*>.*?</a>|<[^>]+>", "", t).strip()) for a, t in found]


def finish(body):
    """What the Markdown filter cannot do: boxes that scroll, headings without a pilcrow, links to pages."""
    body = re.sub(r'<a class="anchor-link"[^>]*>.*?</a>', "", body)
    body = body.replace('<div class="highlight"><pre><span></span>', '<div class="highlight"><pre tabindex="0">')
    body = re.sub(r"<table\b.*?</table>", lambda m: f'<div class="scroll" tabindex="0">{m[0]}</div>', body, flags=re.S)
    return marks.span(body)


def embed(markdown, folder):
    """Pictures that the Markdown shows from files of the folder, as data. (nbconvert's own way closes <details> early.)"""
    def data(m):
        path = os.path.join(folder, m[2])
        with open(path, "rb") as f:
            raw = base64.b64encode(f.read()).decode()
        return f"![{m[1]}](data:{mimetypes.guess_type(path)[0]};base64,{raw})"
    return re.sub(r"!\[([^\]]*)\]\(([^):\s]+)\)", data, markdown)


def page(nb, name, folder, chapters, footer):
    """HTML of one notebook that lies in folder. chapters are (name, title) of all pages in order; footer is HTML."""
    nb, formulas = nbformat.from_dict(nb), Formulas()
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            linked = re.sub(r"\]\(([\w-]+)\.ipynb(#[^)]*)?\)", r"](\1.html\2)", cell.source)
            cell.source = formulas.take(embed(linked, folder))
        else:
            mark_outputs(cell)
    exporter = HTMLExporter(template_name="report", extra_template_basedirs=[os.path.join(HERE, "nbconvert", "templates")])
    body, _ = exporter.from_notebook_node(nb, {"metadata": {"name": name}})
    body = formulas.give(finish(body))
    at = [n for n, _ in chapters].index(name)
    whole = frame(title(nb), body, contents(body) + around(chapters, at), around(chapters, at), footer.replace("</footer>", again(name) + "</footer>"))
    check(whole, name)
    return whole


def again(name):
    """How a reader gets the page once more, and asks whether it is the same."""
    return (f"<p>This page again, in a checkout of that commit: <code>make report NOTEBOOKS=notebooks/{name}.ipynb</code>. "
            f"Whether a page says what a run says: <code>flowbook report --verify {name}.html</code>.</p>\n")


def contents(body):
    items = "".join(f'<li><a href="#{a}">{t}</a></li>' for a, t in headings(body))
    return f'<nav class="contents" aria-label="On this page"><ol>{items}</ol></nav>' if items else ""


def around(chapters, at):
    """Links to the index and to the neighbours of the page."""
    def link(i, kind, sign):
        if not 0 <= i < len(chapters):
            return ""
        name, text = chapters[i]
        return f'<a rel="{kind}" href="{name}.html">{sign.format(html.escape(numbered(name, text)))}</a>'
    links = ['<a href="index.html">Contents</a>', link(at - 1, "prev", "← {}"), link(at + 1, "next", "{} →")]
    return f'<nav class="around" aria-label="Pages">{"".join(filter(None, links))}</nav>'


def numbered(name, text):
    """A title with the number of its notebook, by which the course speaks of it: "02 Packets and flows"."""
    m = re.match(r"(\d\d)_", name)
    return f"{m[1]} {text}" if m and not text.startswith(m[1]) else text


def frame(heading, body, before, after, footer):
    with open(os.path.join(HERE, "nbconvert", "templates", "report", "style.css"), encoding="utf-8") as f:
        css = re.sub(r"(?s)/\*.*?\*/\n?", "", f.read())
    return (f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{html.escape(heading)}</title>\n'
            f'<link rel="icon" href="data:,">\n<style>\n{css}</style>\n</head>\n<body>\n<header>{before}</header>\n<main>\n{body}\n</main>\n'
            f"{after}\n{footer}\n</body>\n</html>\n")


def check(whole, name):
    """Fails when the page would ask for anything outside itself, or shows a picture without words."""
    bare = whole.replace('<link rel="icon" href="data:,">', "")
    if m := OUTSIDE.search(bare):
        raise ValueError(f"{name}.html is not self-contained: …{bare[max(0, m.start() - 40):m.end() + 60]}…")
    for m in re.finditer(r"<img\b[^>]*>", whole):
        alt = re.search(r"""\balt=("[^"]+"|'[^']+')""", m[0])
        if not alt or "No description has been provided" in alt[0]:  # nbconvert's words
            raise ValueError(f"{name}.html has a picture without alt text: {m[0][:80]}")


def index(pages, footer):
    """HTML of the table of contents with a search box. pages are (name, title, lead, HTML of the page)."""
    items = "".join(f'<li><a href="{n}.html">{html.escape(numbered(n, t))}</a><p>{html.escape(p)}</p></li>' for n, t, p, _ in pages)
    found = [s for n, t, _, whole in pages for s in search.sections(n, numbered(n, t), whole)]
    body = f'<h1>flowbook</h1>\n<p>Network traffic, classified from the timing and volume of its flows: a course in Go. '\
           f"Every page below was run from the captures that come with it. The numbers leave room for chapters between.</p>\n{SEARCH}\n<ul class=\"pages\">{items}</ul>"
    whole = frame("flowbook", body, "", "", footer)
    check(whole, "index")  # before the search: its script asks for nothing, and what it searches was checked
    return whole.replace(SEARCH, search.form(found))
