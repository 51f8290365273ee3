"""What people do in JupyterLab besides Run All: a slip, an interrupt, a restart, completion."""
import json
import os

PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
CELLS = [
    ("setup", "//gonb:!bash setup.sh\n//gonb:%noautoget\nimport (\n\t\"fmt\"\n\t\"time\"\n\n\t\"flowbook/notebooks/exercise\"\n)"),
    ("slip", "%%\nfmt.Println(1)\nspeed := 17"),
    ("long", "%%\nfmt.Println(\"begun\")\ntime.Sleep(time.Hour)"),
    ("after", "%%\nexercise.Check(\"after\", 2, 2)"),
]


def write(folder):
    """A small notebook for it; returns its name."""
    cells = [{"id": i, "cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": s} for i, s in CELLS]
    kernel = {"name": "gonb", "display_name": "Go (flowbook)", "language": "go"}
    with open(os.path.join(folder, "probe.ipynb"), "w", encoding="utf-8") as f:
        json.dump({"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}, f)
    return "probe.ipynb"


class Probe:
    def __init__(self, page, idle, out):
        self.page, self.idle, self.out, self.bad = page, idle, out, []

    def cell(self, i):
        return self.page.locator(f"{PANEL} .jp-CodeCell").nth(i)

    def start(self, i):
        self.cell(i).locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")

    def output(self, i):
        return "\n".join(self.cell(i).locator(".jp-OutputArea-output").all_inner_texts())

    def menu(self, name, *entry):
        self.page.get_by_role("menuitem", name=name, exact=True).first.click()
        self.page.get_by_text(entry[0], exact=True).first.click()

    def expect(self, good, what):
        if not good:
            self.bad.append(what)

    def slip(self):
        """A compile error names the reader's own line."""
        self.start(1)
        self.expect(self.idle(self.page, 60), "a compile error leaves the cell running")
        said = self.output(1)
        self.expect("declared and not used" in said and "Line 3" in said, f"the compile error does not name line 3 of the cell: {said[:200]!r}")
        self.page.screenshot(path=os.path.join(self.out, "probe_slip.png"))

    def interrupt(self):
        """A long cell stops when it is told to, and the kernel goes on."""
        self.start(2)
        self.page.wait_for_timeout(6000)
        self.expect("begun" in self.output(2), "the long cell did not begin")
        self.menu("Kernel", "Interrupt Kernel")
        self.expect(self.idle(self.page, 30), "interrupt does not stop a cell")
        self.start(3)
        self.expect(self.idle(self.page, 60) and "✓" in self.output(3), f"no cell runs after an interrupt: {self.output(3)[:200]!r}")

    def restart(self):
        """After a restart the set-up cell is enough."""
        self.menu("Kernel", "Restart Kernel…")
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        self.page.wait_for_timeout(3000)
        self.start(0)
        self.expect(self.idle(self.page, 60), "the set-up does not end after a restart")
        self.start(3)
        self.expect(self.idle(self.page, 60) and "✓" in self.output(3), f"no cell runs after a restart: {self.output(3)[:200]!r}")

    def completion(self):
        """Completion knows the course's packages."""
        self.cell(3).locator(".cm-content").click()
        self.page.keyboard.press("Control+End")
        self.page.keyboard.type("\nexercise.Pre")
        shown = self.page.locator(".jp-Completer:visible, .cm-content:has-text('exercise.Predict')")
        for _ in range(6):  # gopls reads the whole module before its first answer
            self.page.keyboard.press("Tab")
            self.page.wait_for_timeout(15000)
            if shown.count():
                break
        self.expect(shown.count(), "no completion for exercise.Pre…")
        self.page.screenshot(path=os.path.join(self.out, "probe_completion.png"))
        self.page.keyboard.press("Escape")


def run(page, lab, idle, out):
    """Opens the small notebook and returns what is amiss."""
    name = write(lab.folder)
    page.goto(f"{lab.url}/lab/tree/{name}?token={lab.token}&reset")
    page.wait_for_selector(f"{PANEL} .jp-Cell", timeout=60000)
    page.wait_for_timeout(2500)
    p = Probe(page, idle, out)
    p.start(0)
    p.expect(idle(page, 60), "the set-up cell does not end")
    for step in (p.slip, p.interrupt, p.restart, p.completion):
        step()
    print(f"{'FAIL' if p.bad else 'ok  '}           a slip, an interrupt, a restart, completion")
    return p.bad
