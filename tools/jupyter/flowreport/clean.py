"""Drops from an executed notebook what differs between two runs of the same cells."""
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

# What JupyterLab and the exporter need to colour Go; the version of Go, which kernels add, differs between machines.
LANGUAGE = {"codemirror_mode": "go", "file_extension": ".go", "mimetype": "text/x-go", "name": "go", "pygments_lexer": "go"}


def stream(text):
    """The text as a terminal would leave it: of a line redrawn with \\r only the last state stays."""
    return re.sub(r"(?m)^[^\n]*\r(?!\n)", "", text.replace("\r\n", "\n"))


def traces(text):
    """A stack trace without what is new in each run: the kernel's scratch folder, this checkout's place, addresses."""
    text = re.sub(r"(?:/[\w.+-]+)*/gonb_[0-9a-f]{6,}/", "", text.replace(ROOT + "/", ""))
    text = re.sub(r" \+0x[0-9a-f]+\b", "", text)
    return re.sub(r"\b0x[0-9a-f]{6,}\??", "0x…", text)


def outputs(cell):
    """Outputs with neighbouring streams merged, live figures that were cleared removed and no counters."""
    kept = []
    for o in cell.outputs:
        if o.output_type == "display_data" and not "".join(o.data.get("text/html", "x")).strip():
            continue
        o.get("metadata", {}).pop("execution", None)
        o.pop("transient", None)
        if o.output_type == "stream":
            if kept and kept[-1].output_type == "stream" and kept[-1].name == o.name:
                kept[-1].text += o.text
                continue
        elif o.output_type == "execute_result":
            o.execution_count = None
        kept.append(o)
    for o in kept:
        if o.output_type == "stream":
            o.text = stream(o.text)
        if o.output_type == "stream" and o.name == "stderr":
            o.text = traces(o.text)
        elif o.output_type == "error":
            o.evalue, o.traceback = traces(o.evalue), [traces(t) for t in o.traceback]
    return [o for o in kept if o.output_type != "stream" or o.text]


def notebook(nb):
    """Cleans nb in place and returns it."""
    seen = set()
    for i, cell in enumerate(nb.cells):
        if not cell.get("id") or cell.id in seen:
            cell.id = f"c{i:02d}"
        seen.add(cell.id)
        for key in ("execution", "collapsed", "scrolled", "ExecuteTime"):
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = outputs(cell)
    nb.metadata["language_info"] = dict(LANGUAGE)
    nb.metadata.pop("widgets", None)
    return nb
