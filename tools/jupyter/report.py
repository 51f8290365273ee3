#!/usr/bin/env python3
"""Runs Go notebooks headless and writes them as self-contained HTML.

    report.py --out reports NOTEBOOK...        run copies, write pages and index
    report.py --check --out '' NOTEBOOK...     run copies, compare with the committed outputs
    report.py --refresh --out '' NOTEBOOK...   run, and write the outputs into the notebooks

A cell fails on an error reply, on a shell line that ended with 'exit status N' (GoNB itself lets that pass), when a
figure that plots.Show sent did not arrive, when a cell tagged raises-exception does not fail, and after --timeout
seconds. Tracked files change only with --refresh. Exit 1 if anything failed.
"""
import argparse
import concurrent.futures as cf
import os
import re
import shutil
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import nbformat  # noqa: E402

from flowreport import clean, compare, export, footer, machine, markdown, run, schedule  # noqa: E402


def arguments():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--out", default="reports", help="directory of the pages; '' writes none")
    ap.add_argument("--markdown", action="store_true", help="write Markdown with its figures as well")
    ap.add_argument("--check", action="store_true", help="compare with the committed outputs")
    ap.add_argument("--refresh", action="store_true", help="write the outputs into the notebooks")
    ap.add_argument("--twice", action="store_true", help="run every cell twice, first from the last to the first, each notebook by itself")
    ap.add_argument("--work", help="directory of the cells' stages, kept as it is (default: .work/report, emptied first)")
    ap.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="notebooks side by side")
    ap.add_argument("--timeout", type=int, default=600, help="seconds a cell may take")
    ap.add_argument("--times", action="store_true", help="print what each cell took")
    ap.add_argument("notebook", nargs="+")
    return ap.parse_args()


def environment(work):
    """What kernels and cells see; the kernelspec is the checkout's own."""
    os.makedirs(work, exist_ok=True)
    os.environ["JUPYTER_PATH"] = os.path.join(ROOT, "tools", "jupyter")
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    os.environ["FLOWBOOK_WORK"] = work
    os.environ["FLOWBOOK_HEADLESS"] = "1"
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR"):
        os.environ[name] = os.path.join(ROOT, ".build", "jupyter", name.split("_")[-2].lower() if "_" in name else "ipython")
        os.makedirs(os.environ[name], exist_ok=True)


def fresh(work):
    """An empty directory for the stages of the cells, and the environment that points to it."""
    shutil.rmtree(work, ignore_errors=True)
    environment(work)


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".part", "w", encoding="utf-8", newline="\n") as f:
        f.write(text)
    os.replace(path + ".part", path)


def changed_files():
    """What git sees as changed or new in the notebooks' folder."""
    return set(footer.said("git", "status", "--porcelain", "--", "notebooks", cwd=ROOT).splitlines())


def pages(results, out, work, jobs):
    """Writes a page for each notebook and the index; returns what was wrong with any."""
    bad, foot = [], footer.render(footer.facts(ROOT, work))
    chapters = [(r.name, export.title(r.notebook)) for r in results]
    with cf.ProcessPoolExecutor(jobs) as pool:
        making = [pool.submit(export.page, r.notebook, r.name, os.path.dirname(r.path), chapters, foot) for r in results]
        made = {}
        for r, page in zip(results, making):
            try:
                made[r.name] = page.result()
                write(os.path.join(out, r.name + ".html"), made[r.name])
            except (ValueError, OSError) as e:
                bad.append(str(e))
    there = {os.path.splitext(f)[0] for f in os.listdir(out) if re.match(r"\d\d_.*\.html$", f)}
    if there <= {r.name for r in results}:  # a page made alone leaves the index of the others
        leads = [(n, t, export.lead(r.notebook), made[n]) for (n, t), r in zip(chapters, results) if n in made]
        write(os.path.join(out, "index.html"), export.index(leads, foot))
    return bad


def check(results):
    """What differs from the stored outputs beyond the tolerance."""
    bad, here = [], machine.name(ROOT)
    for r in results:
        old = nbformat.read(r.path, 4)
        alike = machine.of(old) == here
        if not alike:
            print(f"{r.name}: the committed outputs come from another machine, trained numbers are not compared")
        bad += [f"{r.name}: {m}" for m in compare.notebooks(old, r.notebook, alike)]
    return bad


def refresh(results):
    """Writes the outputs into the notebooks; what agrees with the stored output stays."""
    for r in results:
        new = compare.refresh(clean.notebook(nbformat.read(r.path, 4)), r.notebook)
        machine.stamp(new, machine.name(ROOT))
        write(r.path, nbformat.writes(new, version=4) + "\n")


def main():
    a = arguments()
    if a.twice and (a.check or a.refresh or a.out):
        raise SystemExit("report.py: --twice goes with --out '' and with neither --check nor --refresh")
    work = os.path.abspath(a.work or os.path.join(ROOT, ".work", "report"))
    if a.work:
        environment(work)
    else:
        fresh(work)
    before = changed_files()
    paths = [os.path.abspath(p) for p in a.notebook]
    done = schedule.everything(paths, a.jobs, a.timeout, lambda r: print(run.describe(r, a.times), flush=True),
                               work if a.twice else "")
    results = [done[schedule.name(p)] for p in paths]
    bad = [f"{f} changed while the notebooks ran: cells write into exercise.Work only" for f in sorted(changed_files() - before)]
    whole = all(r.ok for r in results)
    if a.check and whole:
        bad += check(results)
    if a.refresh and whole:
        refresh(results)
    if a.out:
        bad += pages(results, a.out, work, a.jobs)
        if a.markdown:
            for r in results:
                print("markdown:", markdown.write(r.notebook, r.name, a.out))
        print(f"pages: {os.path.join(a.out, 'index.html')}")
    print(*bad, sep="\n", end="\n" if bad else "")
    failed = sum(not r.ok for r in results)
    print(f"{len(results) - failed} notebooks passed, {failed} failed" + (f", {len(bad)} complaints" if bad else ""))
    return 1 if failed or bad else 0


if __name__ == "__main__":
    sys.exit(main())
