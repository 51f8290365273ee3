"""The NumPy arrays of a data set against its Parquet tables, and a split against both."""

import json
import unittest

import numpy as np
import pandas

from artefacts import course, dataset, flowbook, scratch, table


class Arrays(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.path = scratch() / "set.npz"
        cls.set = scratch() / "padded"
        flowbook("dataset", "--out", cls.set, "--padding", "hundred", "--min-length", 5, "--npz", cls.path, course())
        cls.arrays = np.load(cls.path)
        cls.flows, cls.windows = (pandas.read_parquet(table(cls.set, k)) for k in ("flows", "windows"))

    def test_windows(self):
        """A window's numbers are its rows of the flow table; padded steps are 100 and masked."""
        x, mask, features = self.arrays["x"], self.arrays["mask"], list(self.arrays["features"])
        self.assertEqual(x.shape, (len(self.windows), 20, len(features)))
        rows = self.flows[features].to_numpy().astype(np.float32)
        for w, (first, n) in enumerate(zip(self.windows.first_row, self.windows.rows)):
            np.testing.assert_array_equal(x[w, :n], rows[first:first + n])
            self.assertTrue((x[w, n:] == 100).all())
            np.testing.assert_array_equal(mask[w], np.arange(20) < n)
        self.assertTrue((self.windows.rows < 20).any())

    def test_labels_and_groups(self):
        for task, names in (("type", "types"), ("app", "apps")):
            np.testing.assert_array_equal(self.arrays[names][self.arrays[task]], self.windows[task].to_numpy(dtype=str))
        for column in "superflow", "tuple", "capture", "session", "host", "day", "access", "implementation":
            np.testing.assert_array_equal(self.arrays[column], self.windows[column].to_numpy(dtype=str))
        np.testing.assert_array_equal(self.arrays["vpn"] == 1, self.windows.vpn)

    def test_certificate(self):
        """A certificate is found again with sets of pandas."""
        flowbook("audit", "--quick", "--split", "published", dataset())
        (at,) = (dataset() / "splits").glob("published-*")
        certificate = json.loads((at / "manifest.json").read_text())["certificate"]
        split = pandas.read_parquet(table(at, "split"))
        windows = pandas.read_parquet(table(dataset(), "windows"))
        flows = pandas.read_parquet(table(dataset(), "flows"))
        part = {p: windows.loc[split.window[split.part == p]] for p in ("train", "validation", "test")}
        rows = {p: {r for f, n in zip(w.first_row, w.rows) for r in range(f, f + n)} for p, w in part.items()}
        for a, b, key in ("train", "test", "test_train"), ("train", "validation", "validation_train"), ("validation", "test", "test_validation"):
            both = sorted(rows[a] & rows[b])
            self.assertEqual(certificate[key]["rows"], len(both))
            self.assertEqual(certificate[key]["packets"], int(flows.loc[both, ["fwd_packets", "bwd_packets"]].to_numpy().sum()))
            for unit, n in certificate[key]["groups"].items():
                self.assertEqual(n, len((set(part[a][unit]) & set(part[b][unit])) - {""}), f"{key}, {unit}")


if __name__ == "__main__":
    unittest.main()
