import os
import tempfile
import unittest
from unittest import mock

import nbformat

from flowreport import run, schedule
from tests.cells import code, md, notebook


class Schedule(unittest.TestCase):
    def go(self, notebooks, failing=(), jobs=2):
        """Runs with a stand-in for the kernel; returns the order of the ends and the results."""
        order = []

        def fake(path, timeout, twice):
            r = run.Result(path, nbformat.read(path, 4))
            if r.name in failing:
                r.failures.append((1, "boom", "", []))
            return r

        with tempfile.TemporaryDirectory() as d:
            paths = []
            for name, metadata in notebooks:
                paths.append(os.path.join(d, name + ".ipynb"))
                nbformat.write(notebook(md("# " + name), **metadata), paths[-1])
            with mock.patch.object(run, "notebook", fake):
                results = schedule.everything(paths, jobs, 1, lambda r: order.append(r.name))
        return order, results

    def test_the_first_goes_first_and_needs_are_kept(self):
        order, results = self.go([("00", {}), ("02", {}), ("12", {}), ("13", {"flowbook": {"needs": ["12"]}})])
        self.assertEqual(order[0], "00")
        self.assertLess(order.index("12"), order.index("13"))
        self.assertTrue(all(r.ok for r in results.values()))

    def test_what_needs_a_failed_one_is_left_out(self):
        _, results = self.go([("00", {}), ("02", {}), ("13", {"flowbook": {"needs": ["02"]}})], failing=["02"])
        self.assertTrue(results["00"].ok)
        self.assertIn("needs 02", results["13"].failures[0][1])

    def test_a_circle_is_refused(self):
        with self.assertRaises(SystemExit):
            self.go([("00", {"flowbook": {"needs": ["01"]}}), ("01", {"flowbook": {"needs": ["00"]}})])

    def test_needs_outside_the_given_ones_do_not_count(self):
        order, _ = self.go([("13", {"flowbook": {"needs": ["12"]}})])
        self.assertEqual(order, ["13"])


class Describe(unittest.TestCase):
    def test_a_failure_says_where_and_what(self):
        r = run.Result("x/02_a.ipynb", notebook(code("x")), 1.25)
        r.failures.append((3, "1 of 2 figures arrived", "last words", ["it means this"]))
        self.assertEqual(run.describe(r), "FAIL    1.2 s  02_a\n  cell 3: 1 of 2 figures arrived\n    | last words\n    → it means this")
