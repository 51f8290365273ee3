import unittest

from nbformat import v4

from flowreport import run
from tests.cells import code


class Passes(unittest.TestCase):
    def setUp(self):
        self.nb = v4.new_notebook(cells=[
            v4.new_markdown_cell("# Title"),
            code("//gonb:!bash setup.sh\nimport \"fmt\"", tags=["setup"]),
            code("func f() {}\n%%\nf()"),
            code("%%\nfmt.Println(1)"),
            code("%%\nwait()", tags=["skip-ci"]),
            code("func g() {}"),
        ])

    def test_once_in_order(self):
        self.assertEqual([i for i, _ in run.passes(self.nb, False)], [1, 2, 3, 5])

    def test_twice(self):
        order = [(i, c.source) for i, c in run.passes(self.nb, True)]
        self.assertEqual([i for i, _ in order], [1, 2, 5, 3, 2, 2, 3])
        self.assertEqual(order[1][1], "func f() {}\n")  # its declarations alone
        self.assertEqual(order[4][1], "func f() {}\n%%\nf()")
