"""What the tests compare: files that the flowbook command writes, made once a run."""

import atexit
import functools
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FLOWBOOK = ROOT / ".build" / "flowbook"


@functools.cache
def scratch():
    """A directory that goes when the tests end."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="flowbook-interop-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def flowbook(*args, check=True):
    """Runs the command; returns what it prints."""
    env = {**os.environ, "FLOWBOOK_PJRT": os.environ.get("FLOWBOOK_PJRT", str(ROOT / ".pjrt"))}
    done = subprocess.run([FLOWBOOK, *map(str, args)], env=env, text=True, capture_output=True)
    if check and done.returncode:
        raise AssertionError(f"flowbook {' '.join(map(str, args))} ended with {done.returncode}: {done.stderr}")
    return done.stdout


@functools.cache
def course():
    """The captures of the tiny course."""
    path = scratch() / "course"
    flowbook("course", "--tiny", "--out", path)
    return path


@functools.cache
def dataset(*flags):
    """A data set of the tiny course."""
    path = scratch() / "-".join(["dataset", *(f.strip("-") for f in flags)])
    flowbook("dataset", "--out", path, *flags, course())
    return path


def table(directory, kind):
    """The Parquet file of a kind in a data set."""
    (path,) = directory.glob(f"{kind}-*.parquet")
    return path


def ask(questions):
    """Answers of internal/interop, a list for each question."""
    text = "".join(json.dumps(q) + "\n" for q in questions)
    done = subprocess.run([ROOT / ".build" / "interop"], input=text, text=True, capture_output=True)
    if done.returncode:
        raise AssertionError(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]
