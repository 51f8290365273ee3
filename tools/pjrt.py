#!/usr/bin/env python3
"""pjrt.py cpu|cuda DIR: fetches XLA's PJRT plugin, pinned by hash, into DIR.

cpu   DIR/pjrt_c_api_cpu_plugin.so, taken out of the first wheel of
      python/pjrt-cpu*.txt that can be had and loads here. Exit 0 also when
      none can: then models run on the pure-Go backend, slower, and a line
      says so. The file .from beside it names the wheel.
cuda  DIR/cuda: the plugin and NVIDIA's libraries, in the layout of
      site-packages, in which the plugin's own search path finds them.
"""
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
CPU = "pjrt_c_api_cpu_plugin.so"
CUDA = "jax_plugins/xla_cuda13/xla_cuda_plugin.so"


def pip(*args):
    """Runs pip quietly; returns what it said when it failed, else ""."""
    cmd = [sys.executable, "-m", "pip", *args, "--quiet", "--no-deps", "--require-hashes",
           "--only-binary", ":all:", "--disable-pip-version-check"]
    p = subprocess.run(cmd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return p.stdout.strip() if p.returncode else ""


def take(wheel, to):
    """Writes the one shared library of a wheel to the file `to`.part, with its licence texts beside it."""
    with zipfile.ZipFile(wheel) as z:
        libraries = [n for n in z.namelist() if n.endswith(".so")]
        if len(libraries) != 1:
            raise SystemExit(f"pjrt: {os.path.basename(wheel)} holds {len(libraries)} libraries, expected 1: {libraries}")
        for name in z.namelist():
            if ".dist-info/" in name and ("LICENSE" in name or "NOTICE" in name):
                notice = os.path.join(os.path.dirname(to), "licences", os.path.basename(name))
                os.makedirs(os.path.dirname(notice), exist_ok=True)
                with z.open(name) as src, open(notice, "wb") as dst:
                    shutil.copyfileobj(src, dst)
        with z.open(libraries[0]) as src, open(to + ".part", "wb") as dst:
            shutil.copyfileobj(src, dst, 1 << 20)
    os.chmod(to + ".part", 0o755)


def loads(library):
    """Tries in a process of its own whether a library loads here and is a PJRT plugin; returns what it said if not."""
    test = "import ctypes, sys; ctypes.CDLL(sys.argv[1]).GetPjrtApi"
    p = subprocess.run([sys.executable, "-c", test, library], capture_output=True, text=True)
    return (p.stderr.strip() or f"ended with {p.returncode}") if p.returncode else ""


def cpu(directory):
    said, to = [], os.path.join(directory, CPU)
    for lock in sorted(glob.glob(os.path.join(HERE, "python", "pjrt-cpu*.txt"))):
        with tempfile.TemporaryDirectory(dir=directory) as tmp:
            why = pip("download", "-r", lock, "-d", tmp)
            if not why:
                wheel, = glob.glob(os.path.join(tmp, "*.whl"))
                take(wheel, to)
                why = loads(to + ".part")
            if not why:
                name = " ".join(os.path.basename(wheel).split("-")[:2])
                with open(to + ".from", "w") as note:
                    print(name, file=note)
                os.replace(to + ".part", to)
                print("XLA plugin for the CPU:", name)
                return 0
            if os.path.exists(to + ".part"):
                os.remove(to + ".part")
            said.append(f"  {os.path.basename(lock)}: {why.splitlines()[-1]}")
    print("XLA plugin for the CPU: not to be had here, models will run on the Go backend, slower",
          *said, sep="\n", file=sys.stderr)
    return 0


def cuda(directory):
    to = os.path.join(directory, "cuda")
    with tempfile.TemporaryDirectory(dir=directory) as tmp:
        new = os.path.join(tmp, "cuda")
        why = pip("install", "-r", os.path.join(HERE, "python", "pjrt-cuda.txt"), "--target", new)
        if why:
            print("XLA plugin for CUDA: " + why, file=sys.stderr)
            return 1
        if not os.path.exists(os.path.join(new, CUDA)):
            print(f"XLA plugin for CUDA: the wheels hold no {CUDA}", file=sys.stderr)
            return 1
        shutil.rmtree(to, ignore_errors=True)
        os.rename(new, to)
    print("XLA plugin for CUDA:", os.path.join(to, CUDA))
    return 0


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("cpu", "cuda"):
        raise SystemExit(__doc__)
    os.makedirs(sys.argv[2], exist_ok=True)
    return {"cpu": cpu, "cuda": cuda}[sys.argv[1]](os.path.abspath(sys.argv[2]))


sys.exit(main())
