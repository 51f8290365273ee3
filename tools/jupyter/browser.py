#!/usr/bin/env python3
"""browser.py --out DIR NOTEBOOK...: drives JupyterLab in a real Chromium, as a reader would.

Starts the server of this checkout on a free port with a token, opens every notebook (a copy), chooses Run > Run All
Cells, waits until the kernel is idle and looks at what a person sees: no dialog in the way, no cell with an error,
every figure drawn, Go code coloured, no request to anywhere else. Screenshots go to DIR. Then the exported pages in
reports/, if there, are opened 1280 and 390 pixels wide, light and dark: nothing wider than the window, no request,
nothing that axe-core finds hard to read, hear or reach.
Exit 1 if anything is amiss. Needs Chromium ($CHROMIUM, or chromium, chromium-browser, google-chrome in PATH).
"""
import argparse
import glob
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from flowreport import probe  # noqa: E402
from flowreport.browse import ARGS, chromium  # noqa: E402

PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
FIGURES = f"""() => [...document.querySelectorAll('{PANEL} .jp-OutputArea img')].map(i => [i.naturalWidth, i.clientWidth])"""
COLOURS = f"""() => new Set([...document.querySelectorAll('{PANEL} .jp-CodeCell .cm-line span')].map(e => getComputedStyle(e).color)).size"""
WIDTH = "() => document.documentElement.scrollWidth"


class Lab:
    """JupyterLab on a free port of this machine, over a copy of the notebooks folder."""

    def __init__(self, out):
        self.token = secrets.token_hex(16)
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        env = dict(os.environ, FLOWBOOK_WORK=os.path.join(out, "work"))
        self.log = open(os.path.join(out, "lab.log"), "w", encoding="utf-8")
        root = [] if os.geteuid() else ["--allow-root"]
        # opened notebooks are saved: on a copy, so that no tracked file changes
        self.folder = os.path.join(out, "notebooks")
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(os.path.join(ROOT, "notebooks"), self.folder)
        jupyter = os.path.join(os.path.dirname(sys.executable), "jupyter")
        self.process = subprocess.Popen(
            [jupyter, "lab", "--no-browser", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={self.port}",
             f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={self.folder}", *root],
            env=env, stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT)

    def ask(self, path):
        with urllib.request.urlopen(f"{self.url}/{path}?token={self.token}", timeout=5) as r:
            return json.load(r)

    def wait(self):
        for _ in range(240):
            try:
                return self.ask("api/status")
            except (urllib.error.URLError, OSError):
                if self.process.poll() is not None:
                    break
                time.sleep(0.25)
        raise SystemExit(f"browser: JupyterLab does not answer, see {self.log.name}")

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


def watch(page, home):
    """Collects requests to anywhere but home."""
    strange = []
    page.on("request", lambda r: strange.append(r.url) if not r.url.startswith((home, home.replace("http", "ws"), "data:", "blob:", "file:")) else None)
    return strange


def idle(page, seconds):
    """Waits until no cell is running or queued."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        page.wait_for_timeout(300)
        busy = page.locator(f"{PANEL} .jp-InputPrompt", has_text="[*]").count()
        status = page.locator(f"{PANEL} .jp-Notebook-ExecutionIndicator").first.get_attribute("data-status")
        if not busy and status == "idle":
            return True
    return False


def run_all(page, lab, name, out, seconds):
    """Opens one notebook, runs it, and returns what is amiss."""
    bad = []
    page.goto(f"{lab.url}/lab/tree/{name}?token={lab.token}&reset")
    page.wait_for_selector(f"{PANEL} .jp-Cell", timeout=60000)
    page.wait_for_timeout(2500)
    if page.locator(".jp-Dialog").count():
        bad.append("a dialog is in the way: " + page.locator(".jp-Dialog").first.inner_text()[:120])
    page.get_by_role("menuitem", name="Run", exact=True).first.click()
    page.get_by_text("Run All Cells", exact=True).click()
    begin = time.monotonic()
    if not idle(page, seconds):
        bad.append(f"still running after {seconds} s")
    took = time.monotonic() - begin
    with open(os.path.join(lab.folder, name), encoding="utf-8") as f:
        source = f.read()
    errors = page.locator(f"{PANEL} [data-mime-type='application/vnd.jupyter.error'], {PANEL} [data-mime-type='application/vnd.jupyter.stderr']").all_inner_texts()
    if errors and "raises-exception" not in source:
        bad += ["a cell says: " + e[:300] for e in errors]
    figures = page.evaluate(FIGURES)
    if len(figures) < source.count("plots.Show(") or any(min(f) == 0 for f in figures):
        bad.append(f"figures drawn: {figures}")
    if page.evaluate(COLOURS) < 3:
        bad.append("Go code is not coloured")
    base = os.path.join(out, os.path.splitext(name)[0])
    page.screenshot(path=base + "_lab.png")
    if figures:
        page.locator(f"{PANEL} .jp-OutputArea img").first.scroll_into_view_if_needed()
        page.wait_for_timeout(300)
        page.screenshot(path=base + "_lab_figure.png")
    print(f"{'FAIL' if bad else 'ok  '} {took:6.1f} s  {name}: {len(figures)} figures in JupyterLab")
    return bad


def accessible(page):
    """What axe-core has to say against a page: contrast, names, order of headings, keyboard."""
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['help']}: {v['nodes'][0]['html'][:100]} ({len(v['nodes'])} places)" for v in found]


def look(browser, path, out):
    """Opens an exported page in four ways; returns what is amiss."""
    bad = []
    for width in (1280, 390):
        for scheme in ("light", "dark"):
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
            page = context.new_page()
            strange = watch(page, "file:")
            page.goto("file://" + path)
            if (wide := page.evaluate(WIDTH)) > width:
                bad.append(f"{wide} pixels wide in a window of {width}")
            bad += [f"asks for {u[:80]}" for u in strange]
            bad += accessible(page)
            name = os.path.splitext(os.path.basename(path))[0]
            page.screenshot(path=os.path.join(out, f"{name}_{width}_{scheme}.png"), full_page=True)
            context.close()
    print(f"{'FAIL' if bad else 'ok  '}           {os.path.basename(path)} at 1280 and 390 pixels, light and dark")
    return bad


def notebooks(browser, lab, names, out, seconds):
    bad = []
    page = browser.new_context(viewport={"width": 1300, "height": 1000}).new_page()
    strange = watch(page, lab.url)
    bad += probe.run(page, lab, idle, out)
    for name in names:
        bad += [f"{name}: {b}" for b in run_all(page, lab, name, out, seconds)]
    return bad + [f"JupyterLab asks for {u[:80]}" for u in strange]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--out", default=".build/browser")
    ap.add_argument("--timeout", type=int, default=300, help="seconds a notebook may take")
    ap.add_argument("notebook", nargs="*")
    a = ap.parse_args()
    out = os.path.abspath(a.out)
    os.makedirs(out, exist_ok=True)
    bad, lab = [], Lab(out)
    try:
        lab.wait()
        if "gonb" not in lab.ask("api/kernelspecs")["kernelspecs"]:
            bad.append("the Go kernel is not listed")
        with sync_playwright() as p:
            browser = p.chromium.launch(executable_path=chromium(), args=ARGS)
            bad += notebooks(browser, lab, [os.path.basename(n) for n in a.notebook], out, a.timeout)
            for path in sorted(glob.glob(os.path.join(ROOT, "reports", "*.html"))):
                bad += [f"{os.path.basename(path)}: {b}" for b in look(browser, path, out)]
            browser.close()
    finally:
        lab.stop()
    print(*bad, f"{len(bad)} complaints; screenshots in {a.out}", sep="\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
