import unittest

import nbformat
from nbformat import v4

from flowreport import clean
from tests.cells import code, error, md, notebook, stream


class Clean(unittest.TestCase):
    def test_a_redrawn_line_keeps_its_last_state(self):
        self.assertEqual(clean.stream("10 %\r20 %\rdone\nnext\r\n"), "done\nnext\n")
        self.assertEqual(clean.stream("a\r   \r"), "")

    def test_outputs(self):
        cell = code("x", stream("a"), stream("b\n"), v4.new_output("display_data", data={"text/html": ""}),
                    stream("note\n", "stderr"), stream("bar 1\rbar 2\r", "stderr"), stream("gone\r"))
        cell.execution_count = 7
        cell.metadata["execution"] = {"iopub.status.busy": "now"}
        nb = clean.notebook(notebook(md("t"), cell))
        got = [(o.output_type, o.get("name"), o.get("text")) for o in nb.cells[1].outputs]
        self.assertEqual(got, [("stream", "stdout", "ab\n"), ("stream", "stderr", "note\n")])
        self.assertIsNone(nb.cells[1].execution_count)
        self.assertNotIn("execution", nb.cells[1].metadata)

    def test_a_trace_names_no_place_of_this_machine(self):
        text = f"main.f(0xc000012345, 0x3)\n\t[[ Cell [2] Line 2 ]] /var/x/gonb_626abd4d/main.go:10 +0x65\n\t{clean.ROOT}/plots/show.go:9 +0x1\n"
        want = "main.f(0x…, 0x3)\n\t[[ Cell [2] Line 2 ]] main.go:10\n\tplots/show.go:9\n"
        self.assertEqual(clean.traces(text), want)
        cell = code("x", stream(text, "stderr"), error("panic", text, text))
        nb = clean.notebook(notebook(cell))
        self.assertEqual([nb.cells[0].outputs[0].text, nb.cells[0].outputs[1].evalue, nb.cells[0].outputs[1].traceback], [want, want, [want]])

    def test_cleaning_twice_changes_nothing(self):
        nb = notebook(md("t"), code("x", stream("1\r2\n")), language_info={"name": "go", "version": "go1.26"})
        nb.cells[1].id = nb.cells[0].id
        once = nbformat.writes(clean.notebook(nb))
        self.assertEqual(nbformat.writes(clean.notebook(nbformat.reads(once, 4))), once)
        self.assertNotIn("go1.26", once)
        self.assertEqual(nb.metadata.language_info["pygments_lexer"], "go")
        self.assertEqual(len({c.id for c in nb.cells}), 2)
