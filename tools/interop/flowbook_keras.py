"""flowbook_keras.py: networks that flowbook exported, in Keras.

  flowbook export RUN -o MODEL.npz
  python flowbook_keras.py MODEL.npz MODEL.keras                     Keras' own file of it
  python flowbook_keras.py MODEL.keras NEW.npz --like MODEL.npz      its weights back
  flowbook import NEW.npz --like RUN --data SET --out RUN2           and scored

In Python: `model, card, arrays = load("MODEL.npz")`; the model reads windows
[n, steps, features] that `scaled(arrays, windows)` makes of raw numbers, and a
second input [n, steps], 1 for real steps, where card["mask"] says so; it gives
a dictionary of probabilities, a head each. Works on every backend of Keras 3.
"""

import argparse
import io
import json
import zipfile

import keras
import numpy as np
from keras import layers, ops


def read(path):
    """The card and the arrays of an exported network."""
    with zipfile.ZipFile(path) as z:
        card = json.loads(z.read("card.json"))
    if card["format"] != "flowbook-model/1":
        raise ValueError(f"{path} has format {card['format']!r}, expected 'flowbook-model/1'")
    with np.load(path) as z:
        return card, {name: z[name] for name in z.files if name != "card.json"}


def scaled(arrays, windows):
    """Windows as the network was trained on them, from raw numbers."""
    return ((windows - arrays["scaler/mean"]) / arrays["scaler/std"]).astype(np.float32)


class Blocks:
    """Convolution, ReLU, pooling and normalisation, with an optional mask [n, rows, 1, 1] of real rows."""

    def __init__(self, kernel, pool, filters, mask=None):
        self.kernel, self.pool, self.filters, self.mask = kernel, pool, filters, mask

    def masked(self, x):
        return x if self.mask is None else layers.Multiply()([x, self.mask])

    def __call__(self, x):
        for i, filters in enumerate(self.filters, 1):
            x = layers.Conv2D(filters, self.kernel, padding="same", activation="relu", name=f"conv{i}")(self.masked(x))
            x = layers.MaxPooling2D(self.pool, padding="same", name=f"pool{i}")(self.masked(x))
            x = layers.BatchNormalization(momentum=0.99, epsilon=1e-3, name=f"bn{i}")(x)
            if self.mask is not None:
                self.mask = layers.MaxPooling2D((self.pool[0], 1), padding="same")(self.mask)
        return x


def cnn(h, x, mask, rows, cols):
    mask = layers.Reshape((rows, 1, 1))(mask) if h["mask"] else None
    x = Blocks(h["kernel"], h["pool"], h["filters"], mask)(layers.Reshape((rows, cols, 1))(x))
    return layers.Dense(h["units"], h["activation"] or "linear", name="dense1")(layers.Flatten()(x))


def gru_layer(units, dropout=0.0, activation="tanh", gates="sigmoid"):
    return layers.GRU(units, activation=activation, recurrent_activation=gates, reset_after=True, dropout=dropout, name="gru")


def gru(h, x, mask, rows, cols):
    layer = gru_layer(h["units"], h["dropout"], h["activation"] or "tanh", h["recurrent_activation"] or "sigmoid")
    x = layers.Reshape((rows, cols))(x)
    x = layer(x, mask=ops.cast(mask, "bool")) if h["mask"] else layer(x)
    return layers.Dense(h["dense"], name="dense1")(x) if h["dense"] else x


def cnn_gru(h, x, mask, rows, cols):
    x = Blocks(h["kernel"], (1, h["pool"]), h["filters"])(layers.Reshape((rows, cols, 1))(x))
    return gru_layer(h["units"])(layers.Reshape((rows, -1))(x))


def hidden(h, x):
    for i, units in enumerate(h["units"], 1):
        x = layers.Dense(units, h["activation"], name=f"dense{i}")(x)
    return x


def mlp(h, x, mask, rows, cols):
    return hidden(h, layers.Flatten()(x))


def stats(h, x, mask, rows, cols):
    if h["mask"]:
        real = ops.expand_dims(mask, -1)
    else:
        real = ops.ones_like(x[:, :, :1])
    n = ops.maximum(ops.sum(real, 1), 1.0)
    some = ops.minimum(ops.sum(real, 1), 1.0)
    mean = ops.sum(x * real, 1) / n
    deviation = ops.sqrt(ops.sum(ops.square((x - ops.expand_dims(mean, 1)) * real), 1) / n)
    far = (1.0 - real) * 1e30
    low, high = ops.min(x + far, 1) * some, ops.max(x - far, 1) * some
    return hidden(h, ops.concatenate([mean, deviation, low, high], -1))


def temporal(h, x, mask, rows, cols):
    x = Blocks((h["kernel"], 1), (h["pool"], 1), h["filters"])(layers.Reshape((rows, 1, cols))(x))
    return layers.GlobalAveragePooling2D(name="mean")(x)


NETWORKS = {
    "cnn": cnn, "cnn-drawn": cnn, "cnn-mask": cnn, "cnn-gru": cnn_gru, "gru": gru, "gru-drawn": gru, "gru-mask": gru,
    "mlp": mlp, "stats": stats, "temporal": temporal,
}


def build(card):
    """The network of a card, with Keras' initial weights."""
    steps, features = card["steps"], len(card["features"])
    rows, cols = (steps, features) if card["layout"] == "time" else (features, steps)
    windows = keras.Input((steps, features), name="windows")
    mask = keras.Input((steps,), name="mask") if card["mask"] else None
    x = NETWORKS[card["model"]](card["hyper"], windows, mask, rows, cols)
    heads = {t["name"]: layers.Dense(len(t["classes"]), "softmax", name=t["name"])(x) for t in card["tasks"]}
    return keras.Model([windows] if mask is None else [windows, mask], heads)


def variables(model):
    """The model's variables by flowbook's names."""
    return {f"{layer.name}/{v.name}": v for layer in model.layers for v in getattr(layer, "cell", layer).variables
            if "seed_generator" not in v.path}


def weights(arrays):
    """The arrays that are weights."""
    return {name: a for name, a in arrays.items() if not name.startswith(("scaler/", "example/"))}


def load(path):
    """Model, card and arrays of an exported network."""
    card, arrays = read(path)
    model = build(card)
    theirs = variables(model)
    if set(theirs) != set(weights(arrays)):
        raise ValueError(f"{path}: weights {sorted(weights(arrays))}, expected {sorted(theirs)}")
    for name, v in theirs.items():
        v.assign(arrays[name])
    return model, card, arrays


def predict(model, card, arrays, windows, mask=None):
    """Probabilities of raw windows, a head each."""
    inputs = [scaled(arrays, windows)] + ([np.asarray(mask, np.float32)] if card["mask"] else [])
    return {task: np.array(p) for task, p in model(inputs, training=False).items()}


def save(model, path, card, arrays):
    """Writes the model's weights as flowbook reads them, with examples as Keras sees them."""
    new = {**arrays, **{name: np.array(v) for name, v in variables(model).items()}}
    for task, p in predict(model, card, arrays, arrays["example/windows"], arrays.get("example/mask")).items():
        new[f"example/{task}"] = p
    with zipfile.ZipFile(path, "w") as z:
        for name in sorted(new):
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(new[name]), version=(1, 0))
            z.writestr(name + ".npy", member.getvalue())
        z.writestr("card.json", json.dumps(card, indent=2))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--like", help="the exported network whose weights the Keras model has")
    args = parser.parse_args()
    if args.source.endswith(".npz"):
        load(args.source)[0].save(args.target)
    elif args.like:
        card, arrays = read(args.like)
        save(keras.saving.load_model(args.source), args.target, card, arrays)
    else:
        parser.error("weights go back into the form of an exported network: name it with --like")


if __name__ == "__main__":
    main()
