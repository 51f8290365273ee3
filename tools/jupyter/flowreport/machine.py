"""Which machine the committed outputs come from. Trained weights follow from the seed on one machine only: another
processor, number of threads or plugin rounds otherwise, and after some epochs that is another training."""
import glob
import hashlib
import os

from . import footer


def name(root):
    """A short name for what decides the last digits here: processor, threads, plugins."""
    plugins = [f"{os.path.basename(p)} {os.path.getsize(p)}" for p in sorted(glob.glob(os.path.join(root, ".pjrt", "*.so")))]
    return hashlib.sha256("\n".join([footer.processor(), str(os.cpu_count()), *plugins]).encode()).hexdigest()[:12]


def of(nb):
    """The machine that a notebook's outputs were made on, "" when it does not say."""
    return nb.metadata.get("flowbook", {}).get("machine", "")


def stamp(nb, machine):
    """Writes into a notebook which machine its outputs come from."""
    nb.metadata["flowbook"] = {**nb.metadata.get("flowbook", {}), "machine": machine}
