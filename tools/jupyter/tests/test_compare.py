import unittest

from flowreport import compare
from tests.cells import code, figure, md, notebook, stream


class Same(unittest.TestCase):
    def check(self, a, b, want, tags=()):
        old, new = code("x", stream(a), tags=tags), code("x", stream(b), tags=tags)
        self.assertEqual(compare.cell(old, new) == "", want, (a, b, compare.cell(old, new)))

    def test_tolerance(self):
        for a, b, want in [
            ("loss 0.12345", "loss 0.12346", True),
            ("loss 0.12345", "loss 0.1250", False),
            ("flows 120", "flows 121", False),
            ("p = 1.2e-9", "p = 1.2001e-9", True),
            ("took [measured 3 s]", "took [measured 40 ms]", True),
            ("a 1.0 b", "a 1.0 c", False),
            ("1.0", "1.0 2.0", False),
            ("37.5 % of 8", "37.51 % of 8", True),
            ("NaN", "0.5", False),
            ("x1 = 0.5", "x2 = 0.5", False),
            ("| 0.50 |\n|------|", "| 0.5 |\n|-----|", True),
        ]:
            self.check(a, b, want)

    def test_what_was_trained_is_compared_loosely(self):
        for a, b, want in [("F1 0.91", "F1 0.88", True), ("F1 0.91", "F1 0.70", False), ("hits 100", "hits 95", True), ("hits 100", "hits 60", False)]:
            self.check(a, b, want, tags=["trained"])

    def test_what_was_trained_elsewhere_is_compared_by_kind(self):
        old = code("x", stream("F1 0.91, better"), figure("a"), tags=["trained"])
        for new, want in [
            (code("x", stream("F1 0.20, worse"), figure("b"), tags=["trained"]), True),
            (code("x", stream("F1 0.91, better"), tags=["trained"]), False),
            (code("x", figure("a"), stream("F1 0.91, better"), tags=["trained"]), False),
        ]:
            self.assertEqual(compare.cell(old, new, alike=False) == "", want)
        self.assertNotEqual(compare.cell(code("x", stream("1")), code("x", stream("2")), alike=False), "")

    def test_measured_cell(self):
        self.check("CPU 12.5 s\nF1 0.9", "CPU 1.25 s\nF1 0.9", True, tags=["measured"])
        self.check("CPU 12.5 s\nF1 0.9", "CPU 12.5 s\nF1 0.8", False, tags=["measured"])

    def test_notebooks(self):
        old = notebook(md("t"), code("x", stream("1\n")), code("y", figure("a")))
        self.assertEqual(compare.notebooks(old, notebook(md("t"), code("x", stream("1\n")), code("y", figure("a")))), [])
        found = compare.notebooks(old, notebook(md("t"), code("x", stream("2\n")), code("y")))
        self.assertEqual(len(found), 2)
        self.assertIn("cell 1: committed: 1", found[0])
        self.assertIn("1 outputs committed, 0 now", found[1])
        self.assertEqual(compare.notebooks(old, notebook(md("t"), code("z"))), ["the cells are not the committed ones"])
        self.assertEqual(compare.notebooks(notebook(code("x")), notebook(code("x", stream("1\n")))),
                         ["no outputs are committed: make notebooks writes them"])

    def test_refresh_keeps_what_agrees(self):
        old = notebook(code("x", stream("in [measured 1 s]\n")), code("y", stream("1\n")))
        new = compare.refresh(old, notebook(code("x", stream("in [measured 2 s]\n")), code("y", stream("2\n"))))
        self.assertEqual([c.outputs[0].text for c in new.cells], ["in [measured 1 s]\n", "2\n"])
