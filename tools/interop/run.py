"""Runs the tests of this folder against the libraries that read and write our files.

Each test_TOPIC.py is one topic; names of topics on the command line choose some.
"""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).parent


def topics(names):
    """The tests of the named topics, of all when none is named."""
    known = sorted(p.stem.removeprefix("test_") for p in HERE.glob("test_*.py"))
    unknown = [n for n in names if n not in known]
    if unknown:
        sys.exit(f"unknown topics {', '.join(unknown)}: known are {', '.join(known)}")
    return names or known


def main():
    sys.path.insert(0, str(HERE))
    names = [f"test_{n}" for n in topics(sys.argv[1:])]
    suite = unittest.defaultTestLoader.loadTestsFromNames(names)
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    # A topic without a test, or one that was passed over, proves nothing.
    if result.testsRun == 0 or result.skipped:
        sys.exit("no test ran, or one was skipped")
    sys.exit(not result.wasSuccessful())


if __name__ == "__main__":
    main()
