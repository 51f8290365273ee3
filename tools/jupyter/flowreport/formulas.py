"""TeX formulas as MathML, which browsers draw without a script.

nbconvert's Markdown would mangle MathML, so a formula is taken out before the export and put back after it.
"""
import html
import re

from latex2mathml.converter import convert

CODE = re.compile(r"(?s)(```.*?```|``.*?``|`[^`\n]*`)")
BLOCK = re.compile(r"(?s)\$\$(.+?)\$\$")
INLINE = re.compile(r"(?<![\\$\w])\$(?!\s)([^$\n]+?)(?<![\s\\])\$(?![\w$])")


def mathml(tex, display):
    """MathML of a formula with its TeX source as annotation (what a reader copies)."""
    try:
        out = convert(tex, display=display)
    except Exception as e:  # the library raises many kinds
        raise ValueError(f"formula {tex!r}: {type(e).__name__} {e}") from e
    if m := re.search(r">(\\[A-Za-z]+)<", out):
        raise ValueError(f"formula {tex!r}: {m[1]} is not known to latex2mathml")
    note = f'<annotation encoding="application/x-tex">{html.escape(tex)}</annotation></semantics></math>'
    return re.sub(r"(<math[^>]*>)", r"\1<semantics>", out, count=1).replace("</math>", note)


class Formulas:
    """Remembers the formulas of one page."""

    def __init__(self):
        self.store = []

    def _put(self, tex, display):
        out = mathml(tex.strip(), display)
        # a wide formula scrolls in its own box; a span, since it may stand in a paragraph
        self.store.append(f'<span class="formula" tabindex="0">{out}</span>' if display == "block" else out)
        return f"MATHML{len(self.store) - 1:04d}X"

    def take(self, markdown):
        """The Markdown with every formula outside code replaced by a name."""
        parts = CODE.split(markdown)
        for i in range(0, len(parts), 2):
            p = BLOCK.sub(lambda m: self._put(m[1], "block"), parts[i])
            parts[i] = INLINE.sub(lambda m: self._put(m[1], "inline"), p)
        return "".join(parts)

    def give(self, page):
        """The page with the formulas in their places."""
        return re.sub(r"MATHML(\d{4})X", lambda m: self.store[int(m[1])], page)
