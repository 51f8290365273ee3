"""Runs one notebook in its own folder, on a copy in memory, and judges every cell."""
import os
import re
import time
from dataclasses import dataclass, field

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from . import checks, clean

SKIP = {"skip-ci"}

@dataclass
class Result:
    path: str
    notebook: object
    seconds: float = 0
    failures: list = field(default_factory=list)
    times: list = field(default_factory=list)  # (cell, seconds)

    @property
    def name(self):
        return os.path.splitext(os.path.basename(self.path))[0]

    @property
    def ok(self):
        return not self.failures


def client(nb, path, timeout):
    return NotebookClient(nb, timeout=timeout, kernel_name=nb.metadata.get("kernelspec", {}).get("name", "gonb"),
                          record_timing=False, coalesce_streams=True, startup_timeout=60,
                          resources={"metadata": {"path": os.path.dirname(os.path.abspath(path))}})


def one(c, cell, i):
    """Executes a cell; returns the verdict of its reply, "" when it is fine."""
    try:
        c.execute_cell(cell, i)
    except CellExecutionError as e:
        return checks.headline(f"{e.ename}: {e.evalue}")
    except CellTimeoutError:
        return f"no end within {c.timeout} s"
    except DeadKernelError:
        return "the kernel died"
    return ""


def declarations(cell):
    """What a cell leaves for later ones: its text above the line %%."""
    return re.split(r"(?m)^(?://gonb:)?%(?:%|main)\s*$", cell.source)[0]


def passes(nb, twice):
    """The cells to execute, in order, each as (index, cell).

    twice: the set-up, then all declarations, then every body from the last to the first, then from the first to the
    last. So a cell may count on functions declared in the notebook and on nothing that a body above it left."""
    cells = [(i, c) for i, c in enumerate(nb.cells) if c.cell_type == "code" and not SKIP & set(c.metadata.get("tags", []))]
    if not twice:
        return cells
    above = [(i, nbformat.from_dict({**c, "source": declarations(c), "metadata": {}})) for i, c in cells]
    above = [(i, c) for i, c in above if c.source.strip()]
    bodies = [(i, c) for i, c in cells if c.source.strip() != declarations(c).strip()]
    return above + bodies[::-1] + bodies


def notebook(path, timeout=600, twice=""):
    """Runs the notebook; the first failing cell ends it. Outputs of a failed run are kept for reading. twice names a
    directory: every cell runs twice, with an empty work directory in there that no other notebook sees."""
    begin = time.monotonic()
    nb = nbformat.read(path, 4)
    result = Result(path, nb)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    try:
        c = client(nb, path, timeout)
        env = {**os.environ, "FLOWBOOK_WORK": os.path.join(twice, result.name)} if twice else os.environ
        with c.setup_kernel(env=env):
            for i, cell in passes(nb, twice):
                start = time.monotonic()
                why = checks.judge(cell, one(c, cell, i))
                result.times.append((i, time.monotonic() - start))
                if why:
                    said = checks.text(cell)
                    result.failures.append((i, why, said[-2000:], checks.explain(said)))
                    break
    except (RuntimeError, OSError) as e:  # the kernel did not start
        result.failures.append((0, f"the kernel did not start: {e}", "", []))
    clean.notebook(nb)
    result.seconds = time.monotonic() - begin
    return result


def describe(result, times=False):
    """One line a notebook; below it what failed, where, and what it means."""
    lines = [f"{'ok  ' if result.ok else 'FAIL'} {result.seconds:6.1f} s  {result.name}"]
    if times:
        lines += [f"              cell {i:2d} {t:6.2f} s" for i, t in result.times]
    for i, why, said, meaning in result.failures:
        lines.append(f"  cell {i}: {why}")
        lines += [f"    | {s}" for s in said.splitlines()]
        lines += [f"    → {s}" for s in meaning]
    return "\n".join(lines)
