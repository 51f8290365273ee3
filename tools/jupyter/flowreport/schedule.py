"""Runs several notebooks: one after the other, or side by side where their needs allow it."""
import concurrent.futures as cf
import os

import nbformat

from . import run


def needs(path, names):
    """Names of the given notebooks that must have run before this one: metadata flowbook.needs, else the first."""
    nb = nbformat.read(path, 4)
    wanted = nb.metadata.get("flowbook", {}).get("needs", names[:1])
    me = name(path)
    return [n for n in wanted if n in names and n != me]


def name(path):
    return os.path.splitext(os.path.basename(path))[0]


def everything(paths, jobs, timeout, say, twice=""):
    """Results by name. A notebook starts when those it needs have run well; it is left out when one of them failed."""
    names = [name(p) for p in paths]
    waiting = {name(p): (p, [] if twice else needs(p, names)) for p in paths}
    results, running = {}, {}
    with cf.ThreadPoolExecutor(jobs) as pool:
        while waiting or running:
            ready = [n for n, (_, need) in waiting.items() if all(d in results for d in need)]
            for n in sorted(ready, key=lambda n: (-tail(n, waiting), -len(waiting[n][1])))[: jobs - len(running)]:
                path, need = waiting.pop(n)
                failed = [d for d in need if not results[d].ok]
                if failed:
                    results[n] = left_out(path, failed)
                    say(results[n])
                else:
                    running[pool.submit(run.notebook, path, timeout, twice)] = n
            if not running and waiting:
                if not any(all(d in results for d in need) for _, need in waiting.values()):
                    raise SystemExit(f"report: notebooks wait for each other: {', '.join(waiting)}")
                continue
            done, _ = cf.wait(running, return_when=cf.FIRST_COMPLETED)
            for f in done:
                results[running.pop(f)] = f.result()
                say(f.result())
    return results


def tail(n, waiting):
    """How many notebooks wait for this one, one after the other: who has the longest tail starts first, and among
    equals who waited for the most others."""
    return max((1 + tail(m, waiting) for m, (_, need) in waiting.items() if m != n and n in need), default=0)


def left_out(path, failed):
    r = run.Result(path, nbformat.read(path, 4))
    r.failures.append((0, f"not run, it needs {', '.join(failed)}", "", []))
    return r
