"""Networks in Keras and ONNX Runtime: trained runs go out, give the same outputs there, and come back."""

import functools
import json
import os
import pathlib
import subprocess
import unittest

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
import onnx
import onnxruntime

import flowbook_keras
from artefacts import FLOWBOOK, ROOT, dataset, flowbook, scratch

# Measured differences of a right implementation in float32 and what the golden
# data ask of one: 5e-6 for convolutions, 1e-6 for the GRU.
TOLERANCE = {"gru": 1e-6, "gru-drawn": 1e-6, "gru-mask": 1e-6}
LAYOUTS = {"cnn": "aspub", "gru": "aspub"}


def tolerance(model):
    return TOLERANCE.get(model, 5e-6)


@functools.cache
def trained(model, tasks="type,app"):
    """A run of one epoch on the Go backend, which needs not compile."""
    out = scratch() / f"run-{model}-{tasks}"
    layout = LAYOUTS.get(model, "time")
    flowbook("train", "--data", dataset(), "--model", model, "--task", tasks, "--layout", layout, "--epochs", 1,
             "--backend", "go", "--out", out)
    return out


@functools.cache
def exported(model, tasks="type,app"):
    path = scratch() / f"{model}-{tasks}.npz"
    flowbook("export", trained(model, tasks), "-o", path, "--backend", "go")
    return path


def onnx_library():
    (path,) = (pathlib.Path(onnxruntime.__file__).parent / "capi").glob("libonnxruntime.so.*")
    return path


@functools.cache
def onnx_program():
    """flowbook with ONNX, which the usual build leaves out."""
    path = ROOT / ".build" / "flowbook-onnx"
    subprocess.run(["go", "build", "-tags", "onnx", "-o", path, "./cmd/flowbook"], cwd=ROOT, check=True)
    return path


def export_onnx(model, batch=16):
    path = scratch() / f"{model}.onnx"
    env = {**os.environ, "ONNXRUNTIME_SHARED_LIBRARY_PATH": str(onnx_library())}
    subprocess.run([onnx_program(), "export", trained(model), "-o", path, "--batch", str(batch)], env=env, check=True)
    return path


class Models(unittest.TestCase):
    def compare(self, model, got, arrays):
        self.assertTrue(got)
        for task, p in got.items():
            want = arrays[f"example/{task}"]
            self.assertLessEqual(np.abs(p - want).max(), tolerance(model), f"{model}, {task}")
            self.assertGreater(np.abs(want - want[:1]).max(), 1e-3, f"{model}, {task}: the examples do not differ")

    def test_keras(self):
        """Every network in Keras, from flowbook's weights, gives flowbook's probabilities."""
        for model in flowbook_keras.NETWORKS:
            net, card, arrays = flowbook_keras.load(exported(model))
            self.compare(model, flowbook_keras.predict(net, card, arrays, arrays["example/windows"], arrays.get("example/mask")), arrays)

    def test_every_model_is_known(self):
        """The error about an unknown model names all of them."""
        done = subprocess.run([FLOWBOOK, "train", "--data", dataset(), "--model", "nosuch", "--out", scratch() / "none"],
                              capture_output=True, text=True)
        names = done.stderr.strip().split("expected one of ")[1].split(", ")
        self.assertEqual(sorted(names), sorted(flowbook_keras.NETWORKS))

    def test_single_task(self):
        for model in "cnn", "gru":
            net, card, arrays = flowbook_keras.load(exported(model, "app"))
            got = flowbook_keras.predict(net, card, arrays, arrays["example/windows"])
            self.assertEqual(list(got), ["app"])
            self.compare(model, got, arrays)

    def test_there_and_back(self):
        """A network that Keras trained further, saved and loaded as Keras' own file, comes back as a run."""
        for model in "cnn", "gru":
            net, card, arrays = flowbook_keras.load(exported(model))
            x = flowbook_keras.scaled(arrays, arrays["example/windows"])
            net.compile(keras.optimizers.Adam(1e-3), {t["name"]: "sparse_categorical_crossentropy" for t in card["tasks"]})
            net.fit(x, {t["name"]: np.arange(len(x)) % len(t["classes"]) for t in card["tasks"]}, verbose=0)
            file, back, out = scratch() / f"{model}.keras", scratch() / f"{model}-back.npz", scratch() / f"{model}-back"
            net.save(file)
            flowbook_keras.save(keras.saving.load_model(file), back, card, arrays)
            self.assertGreater(np.abs(np.load(back)["app/kernel"] - arrays["app/kernel"]).max(), 1e-5)
            # import fails where flowbook's probabilities of the examples are not Keras'.
            flowbook("import", back, "--like", trained(model), "--data", dataset(), "--out", out)
            again = scratch() / f"{model}-again.npz"
            flowbook("export", out, "-o", again, "--backend", "go")
            self.compare(model, {t["name"]: np.load(back)[f"example/{t['name']}"] for t in card["tasks"]}, np.load(again))

    def test_onnx(self):
        """ONNX Runtime gives flowbook's probabilities from raw features; the file says its batch."""
        for model in flowbook_keras.NETWORKS:
            path, (card, arrays) = export_onnx(model), flowbook_keras.read(exported(model))
            onnx.checker.check_model(onnx.load(path))
            options = onnxruntime.SessionOptions()
            options.log_severity_level = 3  # no warnings about constants that are not used
            session = onnxruntime.InferenceSession(path, options)
            said = json.loads(session.get_modelmeta().custom_metadata_map["flowbook.card"])
            self.assertEqual({**said, "batch": 0}, card)
            self.assertEqual(said["batch"], 16)
            inputs = {"windows": arrays["example/windows"], "mask": arrays.get("example/mask")}
            names = [i.name for i in session.get_inputs()]
            self.assertEqual(names, ["windows", "mask"] if card["mask"] else ["windows"])
            outputs = [o.name for o in session.get_outputs()]
            self.compare(model, dict(zip(outputs, session.run(outputs, {n: inputs[n] for n in names}))), arrays)

    def test_onnx_leaves_what_was_there(self):
        """A file that cannot be written anew stays as it is."""
        path = scratch() / "kept.onnx"
        path.write_text("before")
        env = {**os.environ, "ONNXRUNTIME_SHARED_LIBRARY_PATH": "/nonexistent"}
        done = subprocess.run([onnx_program(), "export", trained("gru"), "-o", path], env=env, capture_output=True, text=True)
        self.assertEqual((done.returncode, path.read_text()), (1, "before"))
        self.assertIn("ONNXRUNTIME_SHARED_LIBRARY_PATH", done.stderr)


if __name__ == "__main__":
    unittest.main()
