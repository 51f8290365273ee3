"""Training and inference beside Keras and PyTorch, on one machine in one run.

usage: compare.py OURS [--rounds 3] [--out FILE.jsonl] [--quick]

OURS is the built internal/benchtrain. Every stack is a process of its own; they
take turns, round after round, so that what else the machine does falls on all.
The table has medians over all blocks of all rounds: wall time of a step and
its processor time, which other programs disturb less. The last lines are our
time divided by that of the best peer.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

PEERS = ["keras-tf", "keras-tf-xla", "keras-jax", "torch"]
CASES = [("cnn", 64), ("gru", 64), ("cnn", 512), ("gru", 512)]


def measure(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ours")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", default="")
    parser.add_argument("--quick", action="store_true", help="batch 64, one round, few steps")
    a = parser.parse_args()
    sizes = ["--blocks", "3", "--steps", "20", "--infer", "10000"] if a.quick else []
    peer = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peer.py")
    found = {}
    for _ in range(1 if a.quick else a.rounds):
        for model, batch in CASES[:2] if a.quick else CASES:
            case = ["--model", model, "--batch", str(batch), *sizes]
            commands = {"flowbook": [a.ours, *case]}
            commands |= {p: [sys.executable, peer, "--stack", p, *case] for p in PEERS}
            for name, command in commands.items():
                line = measure(command) | {"load": os.getloadavg()[0]}
                found.setdefault((model, batch), {}).setdefault(name, []).append(line)
                if a.out:
                    with open(a.out, "a", encoding="utf-8") as f:
                        f.write(json.dumps(line) + "\n")
    for case, stacks in found.items():
        show(case, stacks)


def over(lines, key):
    """The median over all blocks of all rounds."""
    values = [v for line in lines for v in (line.get(key, []) if isinstance(line.get(key), list) else [line[key]])]
    return statistics.median(values) if values else float("nan")


COLUMNS = [("step ms", "step_ms", ".2f"), ("CPU ms", "step_cpu_ms", ".2f"), ("first step s", "first_s", ".1f"),
           ("infer s", "infer_s", ".2f"), ("CPU s", "infer_cpu_s", ".2f"), ("MB", "rss_mb", ".0f")]


def show(case, stacks):
    model, batch = case
    loads = [line["load"] for lines in stacks.values() for line in lines]
    print(f"\n{model}, batch {batch} (load of the machine {min(loads):.1f} to {max(loads):.1f} on {os.cpu_count()} processors)")
    print(f"{'':24}" + "".join(f"{title:>13}" for title, _, _ in COLUMNS))
    for lines in stacks.values():
        print(f"{lines[0]['stack']:24}" + "".join(f"{over(lines, key):>13{form}}" for _, key, form in COLUMNS))
    ours = stacks.pop("flowbook")
    ratios = [(title, over(ours, key) / min(over(lines, key) for lines in stacks.values())) for title, key, _ in COLUMNS]
    print("ours / best peer        " + "".join(f"{ratio:>13.2f}" for _, ratio in ratios))


if __name__ == "__main__":
    main()
