"""Steps and inference of the paper's networks in Keras or PyTorch: one line of
JSON with the names that internal/benchtrain prints.

usage: peer.py --stack keras-tf|keras-tf-xla|keras-jax|torch --model cnn|gru [--batch 64] ...

As there: windows of random numbers in the layout "time", Adam, two heads, no
metrics beside the loss, GRU input dropout 0.01. Keras trains with fit over the
steps of a block, which is its own loop; PyTorch in eager mode with channels_last
for the CNN, which is its fastest form here.
"""

import argparse
import json
import os
import resource
import time

START = time.perf_counter()
WINDOWS, ROWS, COLS, TYPES, APPS = 7634, 20, 24, 7, 21


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def timed(f):
    start, before = time.perf_counter(), cpu()
    f()
    return time.perf_counter() - start, cpu() - before


class Keras:
    def __init__(self, stack, model):
        os.environ["KERAS_BACKEND"] = "jax" if stack == "keras-jax" else "tensorflow"
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        import keras
        import numpy as np

        layers = keras.layers
        window = layers.Input((ROWS * COLS,))
        if model == "cnn":
            y = layers.Reshape((ROWS, COLS, 1))(window)
            for filters in (32, 64):
                y = layers.Conv2D(filters, (2, 3), padding="same", activation="relu")(y)
                y = layers.BatchNormalization()(layers.MaxPooling2D((2, 3), padding="same")(y))
            y = layers.Dense(200)(layers.Flatten()(y))
        else:
            y = layers.Dense(24)(layers.GRU(24, dropout=0.01)(layers.Reshape((ROWS, COLS))(window)))
        heads = [layers.Dense(TYPES, activation="softmax", name="type")(y), layers.Dense(APPS, activation="softmax", name="app")(y)]
        self.model = keras.Model(window, heads)
        self.model.compile(
            optimizer=keras.optimizers.Adam(4e-5),
            loss=["sparse_categorical_crossentropy"] * 2,
            jit_compile=stack != "keras-tf",
        )
        random = np.random.default_rng(1)
        self.x = random.normal(size=(WINDOWS, ROWS * COLS)).astype("float32")
        self.y = [random.integers(0, TYPES, WINDOWS), random.integers(0, APPS, WINDOWS)]
        self.random, self.np = random, np
        self.name = f"keras {keras.__version__} {stack.removeprefix('keras-')}"

    def steps(self, n, batch):
        pick = self.random.integers(0, WINDOWS, n * batch)
        self.model.fit(self.x[pick], [y[pick] for y in self.y], batch_size=batch, epochs=1, verbose=0)

    def infer(self, n, batch):
        pick = self.np.arange(n) % WINDOWS
        self.model.predict(self.x[pick], batch_size=batch, verbose=0)


class Torch:
    def __init__(self, model):
        import torch
        from torch import nn

        self.torch, self.cnn = torch, model == "cnn"
        functional = nn.functional
        if self.cnn:
            self.parts = nn.ModuleDict({
                "conv1": nn.Conv2d(1, 32, (2, 3)), "bn1": nn.BatchNorm2d(32, 1e-3, 0.01),
                "conv2": nn.Conv2d(32, 64, (2, 3)), "bn2": nn.BatchNorm2d(64, 1e-3, 0.01),
                "dense": nn.Linear(5 * 3 * 64, 200),
            }).to(memory_format=torch.channels_last)
        else:
            self.parts = nn.ModuleDict({"gru": nn.GRU(COLS, 24, batch_first=True), "dense": nn.Linear(24, 24)})
        last = self.parts["dense"].out_features
        self.parts["kind"], self.parts["application"] = nn.Linear(last, TYPES), nn.Linear(last, APPS)
        self.functional = functional
        self.optimiser = torch.optim.Adam(self.parts.parameters(), lr=4e-5, eps=1e-7)
        torch.manual_seed(1)
        self.x = torch.randn(WINDOWS, ROWS * COLS)
        self.y = [torch.randint(0, TYPES, (WINDOWS,)), torch.randint(0, APPS, (WINDOWS,))]
        self.name = f"torch {torch.__version__.split('+')[0]}"

    def forward(self, x, training):
        f, p = self.functional, self.parts
        if self.cnn:
            y = x.view(-1, 1, ROWS, COLS).contiguous(memory_format=self.torch.channels_last)
            # 'same': columns 8 are padded to 9 before the second pooling, as Keras does
            for i, more in ((1, 0), (2, 1)):
                y = f.relu(p[f"conv{i}"](f.pad(y, (1, 1, 0, 1))))
                y = p[f"bn{i}"](f.max_pool2d(f.pad(y, (0, more)), (2, 3)))
            y = y.flatten(1)
        else:
            x = x.view(-1, ROWS, COLS)
            y = p["gru"](x * f.dropout(self.torch.ones_like(x[:, :1]), 0.01, training))[0][:, -1]
        y = p["dense"](y)
        return p["kind"](y), p["application"](y)

    def steps(self, n, batch):
        self.parts.train()
        for _ in range(n):
            pick = self.torch.randint(0, WINDOWS, (batch,))
            kind, app = self.forward(self.x[pick], True)
            loss = self.functional.cross_entropy(kind, self.y[0][pick]) + self.functional.cross_entropy(app, self.y[1][pick])
            self.optimiser.zero_grad()
            loss.backward()
            self.optimiser.step()
            loss.item()

    def infer(self, n, batch):
        self.parts.eval()
        with self.torch.no_grad():
            for at in range(0, n, batch):
                pick = self.torch.arange(at, min(at + batch, n)) % WINDOWS
                for head in self.forward(self.x[pick], False):
                    self.torch.softmax(head, 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stack", required=True)
    parser.add_argument("--model", required=True, choices=["cnn", "gru"])
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--blocks", type=int, default=5)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--infer", type=int, default=100_000)
    a = parser.parse_args()
    peer = Torch(a.model) if a.stack == "torch" else Keras(a.stack, a.model)
    peer.steps(1, a.batch)
    out = {"stack": peer.name, "model": a.model, "batch": a.batch, "first_s": time.perf_counter() - START}
    peer.steps(a.steps, a.batch)  # Keras compiles a block's loop once more
    blocks = [timed(lambda: peer.steps(a.steps, a.batch)) for _ in range(a.blocks)]
    out["step_ms"] = [1000 * wall / a.steps for wall, _ in blocks]
    out["step_cpu_ms"] = [1000 * used / a.steps for _, used in blocks]
    if a.infer:
        peer.infer(2 * a.batch, a.batch)
        runs = [timed(lambda: peer.infer(a.infer, a.batch)) for _ in range(3)]
        out["infer_s"], out["infer_cpu_s"] = [wall for wall, _ in runs], [used for _, used in runs]
    out["rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(out))


if __name__ == "__main__":
    main()
