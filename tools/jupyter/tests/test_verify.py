import unittest

from flowreport import blocks, verify

PAGE = """<!DOCTYPE html><html><head><title>T</title><style>p{}</style></head><body><header><nav>Contents</nav></header><main>
<h1>T</h1><p>The F1 is <b>0.71</b> on 3 hosts.</p><table><tr><th>model</th><th>F1</th></tr><tr><td>GRU</td><td>0.669</td></tr></table>
<pre class="out">took <span class="measured" title="x">1.2 s</span>, loss 0.5
best is GRU</pre><figure><img src="data:x" alt="curves"></figure></main>
<footer><h2>What made this page</h2><dl><dt>Commit</dt><dd>abc</dd></dl></footer></body></html>"""


class Verify(unittest.TestCase):
    def test_blocks(self):
        self.assertEqual(blocks.of(PAGE), ["T", "The F1 is 0.71 on 3 hosts.", "model F1", "GRU 0.669", "took ⏱, loss 0.5 best is GRU", "figure: curves"])
        self.assertEqual(blocks.facts(PAGE), {"Commit": "abc"})

    def grade(self, *changes):
        new = PAGE
        for a, b in changes:
            self.assertIn(a, new)
            new = new.replace(a, b)
        return verify.pages(PAGE, new)

    def test_grades(self):
        self.assertEqual(self.grade().grade, verify.EXACT)
        self.assertEqual(self.grade(("1.2 s", "9 s")).grade, verify.EXACT)
        close = self.grade(("0.669", "0.671"))
        self.assertEqual((close.grade, close.close), (verify.CLOSE, [("GRU 0.669", "GRU 0.671")]))
        other = self.grade(("best is GRU", "best is CNN"))
        self.assertEqual(other.grade, verify.DIFFERENT)
        self.assertIn("best is CNN", verify.describe(other, "x.html"))

    def test_new_and_gone_passages(self):
        v = self.grade(("<h1>T</h1>", "<h1>T</h1><p>new</p>"))
        self.assertEqual(v.different, [("", "new")])
        v = self.grade(("<h1>T</h1>", ""))
        self.assertEqual(v.different, [("T", "")])

    def test_made_with(self):
        v = self.grade(("<dd>abc</dd>", "<dd>def</dd>"))
        self.assertEqual((v.grade, v.made), (verify.EXACT, [("Commit", "abc", "def")]))
