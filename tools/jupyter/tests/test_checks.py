import unittest

from flowreport import checks
from tests.cells import code, error, figure, stream


class Judge(unittest.TestCase):
    def test_verdicts(self):
        show = "%%\nplots.Show(f, \"x\")\n"
        for cell, reply, want in [
            (code("x", stream("fine\n")), "", ""),
            (code("x"), "panic: boom", "panic: boom"),
            (code("x", error()), "", "panic: boom"),
            (code("!false", stream("exit status 1\n", "stderr")), "", "exit status 1"),
            (code("x", stream("the exit status 1 is printed\n", "stderr")), "", ""),
            (code("x", stream("exit status 1\n")), "", ""),  # a program may print it
            (code(show), "", "0 of 1 figures"),
            (code(show + show, figure()), "", "1 of 2 figures"),
            (code(show, figure()), "", ""),
            (code("func draw() {\n\tplots.Show(f, \"x\")\n}\n"), "", ""),
            (code("// plots.Show(f)\n"), "", ""),
            (code("draw()", tags=["figure"]), "", "0 of 1 figures"),
            (code("x", tags=["raises-exception"]), "", "did not fail"),
            (code("x", error(), tags=["raises-exception"]), "", ""),
            (code("x", tags=["raises-exception"]), "panic: boom", ""),
            (code("exercise.Check()", stream("✓ n: 3 is right\n"), tags=["answer"]), "", ""),
            (code("exercise.Check()", stream("✓ n: right\n✗ m: no\n"), tags=["answer"]), "", "fails its own check"),
            (code("exercise.Try()", stream("○ n: not answered yet\n"), tags=["answer"]), "", "passes no check"),
            (code("exercise.Try()", stream("○ n: not answered yet\n")), "", ""),
            (code("fmt.Println()", tags=["answer"]), "", ""),
        ]:
            got = checks.judge(cell, reply)
            self.assertEqual(bool(got), bool(want), (cell.source, got))
            self.assertIn(want, got)

    def test_explain(self):
        for message, words in {
            "main.go:4:2: package flowbook/data/lab/session is not in std (/x/src/flowbook)": "nested module",
            "main.go:4:2: package fnt is not in std": "slip in the import path",
            "go: updates to go.mod needed": "deps.go",
            "no required module provides package example.org/x; to add it:": "example.org/x belongs to no module",
            "./main.go:9:3: declared and not used: x": "variable x is not used",
            "main.go:3:1: syntax error: non-declaration statement outside function body": "%%",
        }.items():
            said = checks.explain(message)
            self.assertEqual(len(said), 1, (message, said))
            self.assertIn(words, said[0])
        self.assertEqual(checks.explain("panic: index out of range"), [])

    def test_headline(self):
        self.assertEqual(checks.headline("ERROR: # cell\n./main.go:10:1: declared and not used: x\n"), "./main.go:10:1: declared and not used: x")
        self.assertEqual(checks.headline("panic: boom"), "panic: boom")

    def test_text_has_no_colours_and_tags(self):
        cell = code("x", stream("a\n"), error("p", "q", "\x1b[31mred\x1b[0m", "<div><pre>b < c</pre></div>"))
        self.assertEqual(checks.text(cell), "a\n\nred\nb < c")
