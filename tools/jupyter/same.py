#!/usr/bin/env python3
"""same.py DIR DIR: says whether two reports hold the same pages, measured values aside. Exit 1 if not."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from flowreport import marks  # noqa: E402


def pages(directory):
    found = {}
    for name in sorted(os.listdir(directory)):
        if name.endswith(".html"):
            with open(os.path.join(directory, name), encoding="utf-8") as f:
                found[name] = marks.mask(f.read())
    return found


def differences(a, b):
    """One line for each page that only one has or that differs, with the first differing line."""
    for name in sorted(set(a) | set(b)):
        if name not in a or name not in b:
            yield f"{name}: only in one of the two"
            continue
        for i, (x, y) in enumerate(zip(a[name].splitlines(), b[name].splitlines()), 1):
            if x != y:
                at = next((k for k, (p, q) in enumerate(zip(x, y)) if p != q), min(len(x), len(y)))
                lo = max(0, at - 30)
                yield f"{name}:{i}: {x[lo:at + 50]!r} is not {y[lo:at + 50]!r}"
                break
        else:
            if len(a[name].splitlines()) != len(b[name].splitlines()):
                yield f"{name}: one goes on where the other ends"


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    first, second = (pages(d) for d in sys.argv[1:])
    found = list(differences(first, second))
    print(*found, f"{len(first)} pages, {len(found)} differ", sep="\n")
    return 1 if found or not first else 0


if __name__ == "__main__":
    sys.exit(main())
