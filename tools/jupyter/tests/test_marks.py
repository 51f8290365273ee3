import unittest

from flowreport import marks


class Marks(unittest.TestCase):
    def test_span_and_mask(self):
        self.assertEqual(marks.span("in [measured 1.2 s]."), 'in <span class="measured" title="measured in this run">1.2 s</span>.')
        a, b = "took   [measured 1.2 s] for 3", "took [measured 12.34 ms] for 3"
        self.assertEqual(marks.mask(a), marks.mask(b))
        self.assertEqual(marks.mask(marks.span(a)), marks.mask(b))
        self.assertNotEqual(marks.mask(a), marks.mask(b.replace("3", "4")))

    def test_timed_lines_of_a_measured_cell(self):
        for text, want in {
            "epoch took 1.5 s, loss 0.2\n": "epoch took [measured 1.5 s], loss 0.2\n",
            "a 0.1\nb 2 ms\n": "a 0.1\nb [measured 2 ms]\n",
            "accuracy 0.93 sum 3\n": "accuracy 0.93 sum 3\n",
            "in [measured 2 s], 7 min\n": "in [measured 2 s], 7 min\n",
        }.items():
            self.assertEqual(marks.timed(text), want)

    def test_timed_columns(self):
        text = "**Times in s of Table 4**\n\n| Model | CPU s | Runs |\n|---|---:|---:|\n| cnn | 12.5 | 2 |\n| gru | – | 1 |\n\nThe paper: 3 s."
        want = text.replace("| 12.5 |", "| [measured 12.5] |")
        self.assertEqual(marks.timed(text), want)
