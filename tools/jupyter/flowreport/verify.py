"""Whether a page says what a run of its notebook says here and now."""
import difflib
from dataclasses import dataclass, field

from . import blocks, compare

EXACT, CLOSE, DIFFERENT = "exact", "close", "different"


@dataclass
class Verdict:
    equal: int = 0
    close: list = field(default_factory=list)  # (in the page, here): the same words, other numbers
    different: list = field(default_factory=list)  # (in the page, here): other words, "" for none
    made: list = field(default_factory=list)  # (what, in the page, here): the footers

    @property
    def grade(self):
        if self.different:
            return DIFFERENT
        return CLOSE if self.close else EXACT


def shape(text):
    """The words of a block without its numbers."""
    return compare.NUMBER.sub("#", text)


def pages(old, new):
    """Compares two pages block by block."""
    v, a, b = Verdict(), blocks.of(old), blocks.of(new)
    match = difflib.SequenceMatcher(None, [shape(t) for t in a], [shape(t) for t in b], autojunk=False)
    for kind, i, j, k, m in match.get_opcodes():
        if kind == "equal":
            for x, y in zip(a[i:j], b[k:m]):
                if x == y:
                    v.equal += 1
                else:
                    v.close.append((x, y))
        else:
            left, right = a[i:j], b[k:m]
            n = max(len(left), len(right))
            v.different += zip(left + [""] * (n - len(left)), right + [""] * (n - len(right)))
    was, now = blocks.facts(old), blocks.facts(new)
    v.made = [(key, was[key], now.get(key, "")) for key in was if was[key] != now.get(key)]
    return v


def describe(v, name):
    """The verdict in lines for a reader."""
    def cut(t):
        return t if len(t) <= 200 else t[:199] + "…"
    lines = [f"{name}: {v.grade}: {v.equal} passages equal, {len(v.close)} with other numbers, {len(v.different)} different"]
    for title, pairs in (("other numbers", v.close), ("different", v.different)):
        for x, y in pairs:
            lines += [f"{title}\n  page: {cut(x) or '(nothing)'}\n  here: {cut(y) or '(nothing)'}"]
    for key, x, y in v.made:
        lines.append(f"made with another {key}\n  page: {cut(x) or '(not said)'}\n  here: {cut(y) or '(not said)'}")
    return "\n".join(lines)
