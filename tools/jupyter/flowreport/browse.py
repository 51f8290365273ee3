"""Chromium for printing and looking at pages."""
import os
import shutil

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"]


def chromium():
    names = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    path = next(filter(None, (shutil.which(n) for n in names if n)), None)
    if not path:
        raise SystemExit("no Chromium found. Debian, Ubuntu: apt-get install chromium; or set CHROMIUM to its path")
    return path
