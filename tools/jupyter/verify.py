#!/usr/bin/env python3
"""verify.py PAGE...: runs the notebook of each page again and compares what both say, passage by passage.

exact      the same words and numbers; what was measured is left out
close      the same words, other numbers: each is printed (another processor trains other weights)
different  other words somewhere: another verdict, another class named, a passage that is new or gone

Exit 0 when all pages are exact, 3 when the worst is close, 1 when one is different or does not run.
"""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import report  # noqa: E402
from flowreport import export, footer, run, schedule, verify  # noqa: E402

CODES = {verify.EXACT: 0, verify.CLOSE: 3, verify.DIFFERENT: 1}


def closure(name, paths):
    """The notebooks to run for one: itself and what it needs, in the course's order."""
    names = [schedule.name(p) for p in paths]
    by = dict(zip(names, paths))
    wanted, todo = set(), [name]
    while todo:
        n = todo.pop()
        if n not in wanted:
            wanted.add(n)
            todo += schedule.needs(by[n], names)
    return [by[n] for n in names if n in wanted]


def again(name, paths, work):
    """The page of a notebook, made here; None when a notebook does not run."""
    results = schedule.everything(closure(name, paths), 2, 600, lambda r: print(run.describe(r), flush=True))
    if not all(r.ok for r in results.values()):
        return None
    chapters = [(schedule.name(p), schedule.name(p)) for p in paths]
    r = results[name]
    return export.page(r.notebook, name, os.path.dirname(r.path), chapters, footer.render(footer.facts(report.ROOT, work)))


def main():
    pages = sys.argv[1:]
    if not pages or pages[0].startswith("-"):
        raise SystemExit(__doc__)
    work = os.path.join(report.ROOT, ".work", "verify")
    folder = os.path.join(report.ROOT, "notebooks")
    paths = sorted(os.path.join(folder, f) for f in os.listdir(folder) if re.match(r"\d\d_.*\.ipynb$", f))
    worst = 0
    for page in pages:
        name = os.path.splitext(os.path.basename(page))[0]
        if name not in {schedule.name(p) for p in paths}:
            raise SystemExit(f"verify: {page}: no notebook of that name, expected NN_name.html of this course")
        with open(page, encoding="utf-8") as f:
            old = f.read()
        report.fresh(work)
        new = again(name, paths, work)
        if new is None:
            worst = 1
            continue
        v = verify.pages(old, new)
        print(verify.describe(v, os.path.basename(page)))
        code = CODES[v.grade]
        worst = 1 if 1 in (worst, code) else max(worst, code)
    return worst


if __name__ == "__main__":
    sys.exit(main())
