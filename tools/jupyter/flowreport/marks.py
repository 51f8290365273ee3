"""Marks of values that were measured, not computed: they differ between two runs and are masked when runs are compared.

A cell writes [measured 1.23 s] (exercise.Measured). In the outputs of a cell with the tag `measured` numbers with a
unit of time count as measured too: 1.23 s in a line, and in a Markdown table the columns whose header ends in a unit.
"""
import re

MARK = re.compile(r"\[measured ([^\]\n]*)\]")
SPAN = re.compile(r'<span class="measured"[^>]*>(.*?)</span>')
NUMBER = r"\d+(?:\.\d+)?(?:e[-+]?\d+)?"
UNIT = r"(?:ns|µs|us|ms|s|min|h|seconds?)"
TIMED = re.compile(rf"(?<![\w.]){NUMBER}\s?{UNIT}\b")
HEADER = re.compile(rf"\b{UNIT}\W*$")


def timed(text):
    """The text of an output of a `measured` cell, with its times marked."""
    if re.search(r"(?m)^\|.*\|\n\|[ :|-]+\|$", text):
        return table(text)
    return "".join(s if MARK.search(s) else TIMED.sub(lambda m: f"[measured {m[0]}]", s) for s in text.splitlines(keepends=True))


def table(text):
    """Markdown with the numbers marked that stand in a column whose header ends in a unit of time."""
    columns, lines = None, text.split("\n")
    for i, line in enumerate(lines):
        if not line.startswith("|"):
            columns = None
            continue
        cells = line.split("|")
        if columns is None:
            columns = [k for k, c in enumerate(cells) if HEADER.search(c.strip())]
            continue
        for k in columns:
            cells[k] = re.sub(rf"^(\s*)({NUMBER})(\s*)$", r"\1[measured \2]\3", cells[k])
        lines[i] = "|".join(cells)
    return "\n".join(lines)


def span(page):
    """Marks in HTML become elements of the class `measured`."""
    return MARK.sub(r'<span class="measured" title="measured in this run">\1</span>', page)


def mask(text):
    """Text or HTML with every measured value replaced by the same sign; blanks before it may have shifted with it."""
    text = SPAN.sub("⏱", MARK.sub("⏱", text))
    return re.sub(r" +⏱", " ⏱", text)
