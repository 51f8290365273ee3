"""Marks of values that were measured, not computed: they differ between two runs and are masked when runs are compared.

A cell writes [measured 1.23 s] (exercise.Measured). In the outputs of a cell with the tag `measured` every line that
speaks of seconds counts as measured as a whole: its numbers are marked.
"""
import html
import re

MARK = re.compile(r"\[measured ([^\]\n]*)\]")
SPAN = re.compile(r'<span class="measured"[^>]*>(.*?)</span>')
NUMBER = r"[-+]?(?:\d+\.\d+|\d+)(?:e[-+]?\d+)?"
TIMED_LINE = re.compile(r"(?i)\bseconds?\b|\bmeasured\b|\d\s?(?:ns|µs|us|ms|s|min|h)\b")
TIMED = re.compile(rf"{NUMBER}(?:\s?(?:ns|µs|us|ms|s|min|h)\b)?")


def timed(text):
    """The text of an output of a `measured` cell, with the numbers of its timed lines marked."""
    def line(s):
        if MARK.search(s) or not TIMED_LINE.search(s):
            return s
        return TIMED.sub(lambda m: f"[measured {m[0]}]", s)
    return "".join(line(s) for s in text.splitlines(keepends=True))


def span(page):
    """Marks in HTML become elements of the class `measured`."""
    return MARK.sub(r'<span class="measured" title="measured in this run">\1</span>', page)


def mask(text):
    """Text or HTML with every measured value replaced by the same sign; blanks before it may have shifted with it."""
    text = SPAN.sub("⏱", MARK.sub("⏱", text))
    return re.sub(r" +⏱", " ⏱", text)


def escape(text):
    return html.escape(text, quote=True)
