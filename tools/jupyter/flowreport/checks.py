"""What makes a cell fail beyond an error reply, and messages put into words that help."""
import re

EXIT = re.compile(r"(?m)^\s*exit status (\d+)\s*$")
FIGURE = {"image/png", "image/svg+xml", "image/jpeg"}
BODY = re.compile(r"(?m)^(?://gonb:)?%(?:%|main)\s*$|^func main\(")
SHOW = re.compile(r"\bplots\.Show\(")

# Message of a tool → what it means here. Each was met while writing notebooks.
PUZZLES = [
    (re.compile(r"package (flowbook/\S+) is not in std"),
     "there is no package {0} in this module (a slip in the import path, or a nested module such as data/lab, which a cell cannot import)"),
    (re.compile(r"package (\S+) is not in std"), "no module of go.mod has the package {0}: a slip in the import path?"),
    (re.compile(r"no required module provides package (\S+?);"),
     "the package {0} belongs to no module of go.mod: cells use only what the checkout depends on"),
    (re.compile(r"go: updates to go\.mod needed"),
     "a package is missing from go.mod: cells use only what the checkout depends on (notebooks/deps.go lists what only notebooks import)"),
    (re.compile(r"go: (?:cannot find main module|go\.mod file not found)"),
     "the set-up line is missing: the first code cell starts with //gonb:!bash setup.sh"),
    (re.compile(r"syntax error: non-declaration statement outside function body|expected declaration, found"),
     "statements outside a function: put them below a line with %% alone"),
    (re.compile(r"declared and not used: (\S+)"), "the variable {0} is not used: Go refuses that; use it or assign it to _"),
    (re.compile(r"undefined: (\w+)"), "{0} is not known here: is its package imported in the set-up cell, is its cell above this one?"),
]


def text(cell):
    """All text a code cell put out, streams and tracebacks, without colours and tags."""
    parts = []
    for o in cell.outputs:
        parts.append(o.get("text") or "\n".join(o.get("traceback", [])) or "")
    joined = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(parts))
    return re.sub(r"(?s)<style>.*?</style>|</?(?:div|span|pre|code|b|br|p|table|tr|td)\b[^>]*>", "", joined).strip()


def explain(message):
    """Lines that translate the known puzzling messages in it."""
    said = []
    for pattern, meaning in PUZZLES:
        if m := pattern.search(message):
            said.append(meaning.format(*m.groups()))
            if "not in std" in pattern.pattern:
                break
    return said


def headline(message):
    """The line of an error reply that says most: not its kind, not the name of the package."""
    lines = [s.strip() for s in message.removeprefix("ERROR: ").splitlines() if s.strip()]
    return next((s for s in lines if not s.startswith("# ")), message)[:200]


def figures(cell):
    return sum(bool(FIGURE & set(o.get("data", {}))) for o in cell.outputs)


def wanted(cell):
    """How many figures the cell must show: one a call of plots.Show, or one for the tag `figure`."""
    code = re.sub(r"(?m)//(?!gonb:).*$", "", cell.source)
    shown = len(SHOW.findall(code)) if BODY.search(code) else 0  # declarations alone show nothing
    return max(shown, int("figure" in cell.metadata.get("tags", [])))


def unanswered(cell):
    """Why the cell of a teacher's edition does not answer its exercise, or ""."""
    said = text(cell)
    if "exercise." in cell.source and "✓" not in said:
        return "the solution passes no check"
    return "the solution fails its own check" if re.search(r"(?m)^[○✗≈] ", said) else ""


def judge(cell, failed):
    """Why the executed cell counts as failed, or "". failed is the reply's own verdict."""
    failed = failed or next((headline(f"{o.ename}: {o.evalue}") for o in cell.outputs if o.output_type == "error"), "")
    if "raises-exception" in cell.metadata.get("tags", []):
        return "" if failed else "it is tagged raises-exception and did not fail"
    if failed:
        return failed
    for o in cell.outputs:
        if o.output_type == "stream" and o.name == "stderr" and (m := EXIT.search(o.text)):
            return f"a shell line or a program in it ended with exit status {m[1]}"
    if (got := figures(cell)) < (want := wanted(cell)):
        return f"{got} of {want} figures arrived"
    return unanswered(cell) if "answer" in cell.metadata.get("tags", []) else ""
