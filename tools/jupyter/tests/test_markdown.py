import os
import tempfile
import unittest

from flowreport import markdown
from tests.cells import code, figure, md, notebook, stream


class Markdown(unittest.TestCase):
    def test_page(self):
        nb = notebook(md("# Title\n\nsee [the split](09_the_split.ipynb#x)"), code("%%\nfmt.Println(1)", stream("took [measured 1 s]\n"), figure()))
        with tempfile.TemporaryDirectory() as d:
            path = markdown.write(nb, "02_x", d)
            with open(path, encoding="utf-8") as f:
                text = f.read()
            self.assertTrue(text.startswith("# Title\n"))
            self.assertIn("(09_the_split.md#x)", text)
            self.assertIn("took 1 s", text)
            self.assertNotIn("![png]", text)
            pictures = os.listdir(os.path.join(d, "02_x"))
            self.assertEqual(len(pictures), 1)
            self.assertIn(f"(02_x/{pictures[0]})", text)
