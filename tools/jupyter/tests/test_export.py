import hashlib
import os
import re
import tempfile
import unittest

from flowreport import export, footer, formulas
from tests.cells import code, figure, md, notebook, png, stream

CHAPTERS = [("00_a", "First"), ("01_b", "Second & last")]


def page(*cells, folder="."):
    return export.page(notebook(*cells), "00_a", folder, CHAPTERS, "<footer></footer>")


class Formulas(unittest.TestCase):
    def test_only_formulas_are_taken(self):
        f = formulas.Formulas()
        text = "rate $n/d$, `$HOME`, 5 $ and 6 $, \\$x$\n\n```go\nx := \"$a$\"\n```\n\n$$\\sum_i p_i$$"
        taken = f.take(text)
        self.assertEqual(len(f.store), 2)
        self.assertIn("`$HOME`", taken)
        self.assertIn('"$a$"', taken)
        self.assertIn('display="block"', f.give(taken))
        self.assertIn('<annotation encoding="application/x-tex">n/d</annotation>', f.give(taken))

    def test_a_broken_formula_is_named(self):
        for tex, words in (("x^2^3", "DoubleSuperscripts"), ("\\unheardof x", "unheardof is not known")):
            with self.assertRaisesRegex(ValueError, words):
                formulas.Formulas().take(f"${tex}$")


class Page(unittest.TestCase):
    def test_whole(self):
        got = page(md("# First\n\nWords.\n\n## Part $x$\n\n| a |\n|---|\n| 1 |\n\n[next](01_b.ipynb#Top)"),
                   code("%%\nfmt.Println(1 < 2)", stream("in [measured 2 s] <ok>\n"), figure("a \"line\"", width=10, height=5)))
        self.assertIn("<title>First</title>", got)
        self.assertIn('href="01_b.html#Top"', got)
        self.assertIn("<math", got)
        self.assertIn('<div class="scroll" tabindex="0"><table>', got)
        self.assertIn('<span class="measured" title="measured in this run">2 s</span> &lt;ok&gt;', got)
        self.assertRegex(got, r"""<img alt='a "line"' height="5" src="data:image/png;base64,[^"]+" width="10"/?>""")
        self.assertIn("01 Second &amp; last →", got)
        self.assertNotIn("<script", got)
        self.assertEqual(got, page(md("# First\n\nWords.\n\n## Part $x$\n\n| a |\n|---|\n| 1 |\n\n[next](01_b.ipynb#Top)"),
                                   code("%%\nfmt.Println(1 < 2)", stream("in [measured 2 s] <ok>\n"), figure("a \"line\"", width=10, height=5))))

    def test_contents_lead_to_the_headings(self):
        got = page(md("# First\n\n## A `b` & c\n\n## Last"))
        anchors = re.findall(r'<li><a href="#([^"]+)">', got)
        self.assertEqual(len(anchors), 2)
        for a in anchors:
            self.assertIn(f'id="{a}"', got)

    def test_a_solution_stays_in_its_box(self):
        got = page(md("# T\n\n<details><summary>Solution</summary>\n\n$x$ is\n\n```go\nx := 1\n```\n\n</details>"))
        inside = got[got.index("<summary>Solution"):got.index("</details>")]
        self.assertIn("<math", inside)
        self.assertIn('<div class="highlight">', inside)

    def test_tags(self):
        got = page(md("# T"), code("import \"secret\"", stream("noise\n"), tags=["setup"]), code("hidden()", stream("seen\n"), tags=["hide-input"]),
                   code("left()", tags=["skip-report"]), code("x", stream("CPU 3 s\n"), tags=["measured"]))
        self.assertIn("<summary>Set-up</summary>", got)
        self.assertNotIn("noise", got)
        self.assertNotIn("hidden()", got)
        self.assertIn("seen", got)
        self.assertNotIn("left()", got)
        self.assertRegex(got, r'CPU <span class="measured"[^>]*>3 s</span>')

    def test_pictures_of_the_text_are_put_in(self):
        import base64
        with tempfile.TemporaryDirectory() as d:
            with open(os.path.join(d, "p.png"), "wb") as f:
                f.write(base64.b64decode(png()))
            self.assertIn('src="data:image/png;base64,', page(md("# T\n\n![words](p.png)"), folder=d))
        with self.assertRaises(OSError):
            page(md("# T\n\n![words](missing.png)"))

    def test_what_leaves_the_page_is_refused(self):
        for bad in ('<img src="https://example.org/x.png" alt="x">', "<script>1</script>", '<iframe src="x"></iframe>', '<img src="x.png" alt="x">'):
            with self.assertRaisesRegex(ValueError, "not self-contained"):
                page(md("# T\n\n" + bad))
        for cell in (code("x", figure("")), md("![](data:image/png;base64,)"), md('<img src="data:image/png;base64,">')):
            with self.assertRaisesRegex(ValueError, "without alt text"):
                page(md("# T"), cell)

    def test_index(self):
        page = '<main><h1>First</h1><p>Before.</p><h2 id="Flows">Flows</h2><p>A </script> in the text.</p></main>'
        got = export.index([("00_a", "First", "What <it> is.", page)], "<footer></footer>")
        self.assertIn('"title": "Flows", "href": "00_a.html#Flows"', got)
        self.assertEqual(got.count("</script>"), 2)  # a page cannot end the script early
        self.assertIn('<a href="00_a.html">00 First</a><p>What &lt;it&gt; is.</p>', got)

    def test_the_number_stands_once(self):
        self.assertEqual(export.numbered("02_a", "Flows"), "02 Flows")
        self.assertEqual(export.numbered("02_a", "02 Flows"), "02 Flows")
        self.assertEqual(export.numbered("own", "Flows"), "Flows")

    def test_lead(self):
        self.assertEqual(export.lead(notebook(md("# T\n\n- a\n\nA [link](x.html) and\n`code`.\n\nMore."))), "A link and code.")


class Footer(unittest.TestCase):
    def test_runs_and_data(self):
        run = {"format": "flowbook-run/1", "model": "cnn", "recipe": {"seed": 7}, "data": {"hash": "a" * 64},
               "backend": {"name": "xla:cpu", "threads": 2, "cpu": "avx2", "plugin": "p.so", "sha256": "b" * 64, "device": "host"}}
        self.assertEqual(footer.run_line(run), f"cnn, seed 7, data {'a' * 12}, xla:cpu, host, 2 threads, avx2, plugin p.so sha256 {'b' * 12}")
        self.assertEqual(footer.run_line({"format": "flowbook-run/1", "recipe": None}), "")

    def test_manifests_are_found_in_order(self):
        with tempfile.TemporaryDirectory() as d:
            for stage, text in (("b", "{}"), ("a/x", '{"windows": 7}'), ("torn", "{")):
                os.makedirs(os.path.join(d, stage))
                with open(os.path.join(d, stage, "manifest.json"), "w", encoding="utf-8") as f:
                    f.write(text)
            found = footer.manifests(d)
        self.assertEqual([(stage, m) for stage, m, _ in found], [("a/x", {"windows": 7}), ("b", {})])
        self.assertEqual(found[1][2], hashlib.sha256(b"{}").hexdigest())
        self.assertEqual(footer.data_line({"windows": 7, "steps": 20}, "c" * 64), f"data {'c' * 12}, 7 windows, 20 steps")
