"""The Parquet tables of a data set, read by four libraries as they are."""

import json
import unittest

import duckdb
import numpy as np
import pandas
import polars
import pyarrow.parquet as pq

from artefacts import dataset, table

def naive(series):
    """A column of pandas without the time zone, which is UTC."""
    return series.dt.tz_convert(None).to_numpy() if isinstance(series.dtype, pandas.DatetimeTZDtype) else series.to_numpy()


READERS = {
    "pandas": lambda path: {c: naive(v) for c, v in pandas.read_parquet(path).items()},
    "polars": lambda path: {c.name: c.to_numpy() for c in polars.read_parquet(path)},
    "duckdb": lambda path: duckdb.execute(f"SELECT * FROM '{path}'").fetchnumpy(),
    "arrow": lambda path: {c: pq.read_table(path)[c].to_numpy() for c in pq.read_schema(path).names},
}


def plain(values):
    """Values without the wrapping of a library: times as µs, texts as str."""
    values = np.ma.getdata(values) if np.ma.isMaskedArray(values) else np.asarray(values)
    if values.dtype.kind == "M":
        return values.astype("datetime64[us]").astype(np.int64)
    if values.dtype.kind in "OTU":
        return values.astype(str)
    return values


class Parquet(unittest.TestCase):
    def test_readers_agree(self):
        for kind in "flows", "windows":
            path = table(dataset(), kind)
            tables = {name: read(path) for name, read in READERS.items()}
            for name, columns in tables.items():
                self.assertEqual(list(columns), list(tables["arrow"]), f"{name}: columns of {kind}")
                for column, values in columns.items():
                    np.testing.assert_array_equal(
                        plain(values), plain(tables["arrow"][column]), f"{name}: {kind}, column {column}")

    def test_manifest(self):
        """The tables have the rows, and the features the names, that the manifest says."""
        manifest = json.loads((dataset() / "manifest.json").read_text())
        flows, windows = (pandas.read_parquet(table(dataset(), k)) for k in ("flows", "windows"))
        self.assertEqual((len(flows), len(windows)), (manifest["rows"], manifest["windows"]))
        self.assertLessEqual(set(manifest["features"]), set(flows.columns))
        self.assertEqual(sorted(windows.type.unique()), manifest["types"])
        self.assertTrue((windows.first_row + windows.rows <= len(flows)).all())
        self.assertFalse(flows[manifest["features"]].isna().any(axis=None))

    def test_units(self):
        """Units of columns stand in the metadata of the file."""
        units = json.loads(pq.read_metadata(table(dataset(), "flows")).metadata[b"flowbook.units"])
        self.assertEqual((units["start"], units["Flow Duration"], units["fwd_bytes"]), ("µs", "µs", "bytes"))
        self.assertEqual(pq.read_schema(table(dataset(), "flows")).field("start").type.unit, "us")


if __name__ == "__main__":
    unittest.main()
