"""Our splitters against scikit-learn's, index for index, on many drawn cases."""

import unittest
import warnings

import numpy as np
from sklearn import model_selection as ms

from artefacts import ask

CASES = 60  # of each splitter


def draw(rng):
    """Rows with classes and groups of uneven sizes, at least one class with many rows."""
    n = int(rng.integers(30, 400))
    classes, groups = int(rng.integers(1, 25)), int(rng.integers(8, 60))
    y = np.floor(classes * rng.random(n) ** 2).astype(int) * 3 - 7
    g = rng.permutation(np.floor(groups * rng.random(n) ** rng.choice([1, 2])).astype(int))
    return n, y, g


def theirs(splitter, n, y, g):
    with warnings.catch_warnings(category=UserWarning, action="ignore"):  # of groups not used, of small classes
        return [[a.tolist(), b.tolist()] for a, b in splitter.split(np.zeros(n), y, g)]


def case(rng, kind):
    """One question for us and the splitter of scikit-learn that answers it."""
    n, y, g = draw(rng)
    seed, k = int(rng.integers(0, 2**32)), int(rng.integers(2, 8))
    k = min(k, len(set(g)), np.bincount(y - y.min()).max())
    shuffle = bool(rng.integers(2))
    q = {"kind": kind, "n": n, "class": y.tolist(), "groups": g.tolist(), "k": int(k), "seed": seed, "shuffle": shuffle}
    state = seed if shuffle else None
    match kind:
        case "KFold" | "StratifiedKFold" | "GroupKFold" | "StratifiedGroupKFold":
            splitter = getattr(ms, kind)(k, shuffle=shuffle, random_state=state)
        case "RepeatedKFold" | "RepeatedStratifiedKFold":
            splitter = getattr(ms, kind)(n_splits=k, n_repeats=3, random_state=seed)
            q |= {"kind": kind.removeprefix("Repeated"), "shuffle": True, "repeats": 3}
        case "LeaveOneGroupOut":
            splitter = ms.LeaveOneGroupOut()
        case "GroupShuffleSplit":
            share = float(rng.uniform(0.1, 0.6))
            splitter = ms.GroupShuffleSplit(2, test_size=share, random_state=seed)
            q |= {"shuffle": True, "repeats": 2, "test_share": share}
    return q, theirs(splitter, n, y, g)


class Splits(unittest.TestCase):
    def check(self, kind):
        rng = np.random.default_rng(7)
        questions, wanted = zip(*(case(rng, kind) for _ in range(CASES)))
        for q, got, want in zip(questions, ask(questions), wanted, strict=True):
            self.assertEqual([[f["Train"], f["Test"]] for f in got], want, f"{kind}, k {q['k']}, seed {q['seed']}")

    def test_train_test_split(self):
        rng = np.random.default_rng(8)
        questions, wanted = [], []
        while len(questions) < CASES:
            n, y, _ = draw(rng)
            seed, share = int(rng.integers(0, 2**32)), float(rng.uniform(0.1, 0.5))
            stratify = y if rng.integers(2) else None
            try:
                train, test = ms.train_test_split(range(n), test_size=share, random_state=seed, stratify=stratify)
            except ValueError:  # a class too small to stratify
                continue
            questions.append({"kind": "train_test_split", "n": n, "seed": seed, "test_share": share,
                              "class": None if stratify is None else y.tolist()})
            wanted.append([train, test])
        for q, got, want in zip(questions, ask(questions), wanted, strict=True):
            self.assertEqual([got[0]["Train"], got[0]["Test"]], want, f"seed {q['seed']}")


for kind in ("KFold", "StratifiedKFold", "GroupKFold", "StratifiedGroupKFold", "RepeatedKFold",
             "RepeatedStratifiedKFold", "LeaveOneGroupOut", "GroupShuffleSplit"):
    setattr(Splits, f"test_{kind}", lambda self, kind=kind: self.check(kind))

if __name__ == "__main__":
    unittest.main()
