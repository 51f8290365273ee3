"""Compares the text that cells put out with what is committed, with tolerances.

Another processor gives other last digits, so numbers may differ: by 1 part in 1000 anywhere, and in a cell with the
tag `trained` (what depends on trained weights) by 0.05 or a tenth, whichever is more. That holds on the machine that
made the committed outputs; on another one a training goes another way, and of a `trained` cell only the kinds of its
outputs are compared. Measured values are masked, pictures are not compared.
"""
import math
import re

from . import marks

NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?(?![\w.]*\w)|(?<![\w.])[-+]?(?:\d+\.\d*|\d+)(?=\s?%)")
LOOSE_TAG = "trained"


def texts(cell):
    """The text outputs of a cell, one string each, measured values masked."""
    out = []
    for o in cell.get("outputs", []):
        if o.output_type == "stream":
            text = o.text
        elif "image/png" in o.get("data", {}):
            text = "picture: " + (o.get("metadata", {}).get("image/png", {}).get("alt") or o.data.get("text/plain", ""))
        else:
            text = "\n".join(str(o.get("data", {}).get(k, "")) for k in ("text/plain", "text/markdown", "text/html")).strip("\n")
            text = text or "\n".join(o.get("traceback", []))
        if "measured" in cell.metadata.get("tags", []):
            text = marks.timed(text)
        out.append(marks.mask(text))
    return out


def near(a, b, loose):
    """Whether two numbers, given as text, are the same within the tolerance."""
    x, y = float(a), float(b)
    if x == y:
        return True
    if loose:
        return math.isclose(x, y, rel_tol=0.1, abs_tol=0.05)
    if re.fullmatch(r"[-+]?\d+", a) and re.fullmatch(r"[-+]?\d+", b):
        return False  # counts are exact
    return math.isclose(x, y, rel_tol=1e-3, abs_tol=1e-9)


def same(a, b, loose):
    """Whether two texts agree: equal words, near numbers. Runs of blanks and dashes (column widths) count once."""
    def squeeze(s):
        return re.sub(r"[ \t]+", " ", re.sub(r"-{2,}|─{2,}", "--", s)).strip()
    a, b = squeeze(a), squeeze(b)
    if a == b:
        return True
    x, y = NUMBER.findall(a), NUMBER.findall(b)
    if NUMBER.sub("#", a) != NUMBER.sub("#", b) or len(x) != len(y):
        return False
    return all(near(p, q, loose) for p, q in zip(x, y))


def kinds(c):
    """The kind of each output: "stream", "image/png", "text/markdown" ..."""
    return [sorted(o["data"])[0] if "data" in o else o.output_type for o in c.get("outputs", [])]


def cell(old, new, alike=True):
    """What differs between the outputs of a cell, as one message, or "". alike: both were made on one machine."""
    loose = LOOSE_TAG in old.metadata.get("tags", [])
    a, b = texts(old), texts(new)
    if len(a) != len(b):
        return f"{len(a)} outputs committed, {len(b)} now"
    if loose and not alike:
        return "" if kinds(old) == kinds(new) else f"outputs committed are {kinds(old)}, now {kinds(new)}"
    for p, q in zip(a, b):
        if same(p, q, loose):
            continue
        left, right = p.splitlines(), q.splitlines()
        for m, n in zip(left + [""] * len(right), right + [""] * len(left)):
            if not same(m, n, loose):
                return f"committed: {m.strip()[:120]}\n      now: {n.strip()[:120]}"
        return "the text differs"
    return ""


def notebooks(old, new, alike=True):
    """Messages for every cell whose source or outputs differ beyond the tolerance."""
    if [c.source for c in old.cells] != [c.source for c in new.cells]:
        return ["the cells are not the committed ones"]
    if not any(c.get("outputs") for c in old.cells):
        return ["no outputs are committed: make notebooks writes them"]
    found = []
    for i, (a, b) in enumerate(zip(old.cells, new.cells)):
        if a.cell_type == "code" and "skip-ci" not in a.metadata.get("tags", []) and (why := cell(a, b, alike)):
            found.append(f"cell {i}: {why}")
    return found


def refresh(old, new):
    """Outputs for the committed notebook: the old where they agree within the tolerance, so that a rerun changes no byte."""
    for a, b in zip(old.cells, new.cells):
        if a.cell_type == "code" and a.source == b.source and a.get("outputs") and not cell(a, b) and pictures(a) == pictures(b):
            b.outputs = a.outputs
    return new


def pictures(c):
    return [o.data["image/png"] for o in c.get("outputs", []) if "image/png" in o.get("data", {})]
