"""With what a page was made: read from the checkout, the tools and the manifests that the cells left behind."""
import glob
import hashlib
import html
import importlib.metadata
import json
import os
import platform
import re
import subprocess

MODULES = {
    "github.com/gomlx/gomlx": "GoMLX", "github.com/gomlx/go-xla": "go-xla", "github.com/gomlx/compute": "compute",
    "github.com/gopacket/gopacket": "gopacket", "gonum.org/v1/gonum": "gonum", "gonum.org/v1/plot": "gonum/plot",
    "github.com/parquet-go/parquet-go": "parquet-go", "github.com/janpfeifer/gonb": "GoNB"}
CPU_FLAGS = ("sse4_2", "avx", "avx2", "fma", "avx512f", "avx512bw", "avx512vl", "avx512_vnni", "avx512_bf16", "amx_bf16", "asimd", "sve")


def said(*cmd, cwd):
    """What a command prints, "" when it cannot be run."""
    try:
        p = subprocess.run(cmd, cwd=cwd, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    except OSError:
        return ""
    return p.stdout.strip() if p.returncode == 0 else ""


def commit(root):
    head = said("git", "rev-parse", "--short=12", "HEAD", cwd=root)
    if not head:
        return os.environ.get("FLOWBOOK_COMMIT") or "not a git checkout"  # an image is told
    return head + (" with local changes" if said("git", "status", "--porcelain", cwd=root) else "")


def go_facts(root):
    """What notebooks/facts prints; {} when it does not build."""
    text = said("go", "run", "./notebooks/facts", cwd=root)
    return json.loads(text) if text else {}


def modules(root):
    """Versions of the modules that numbers come from."""
    with open(os.path.join(root, "go.mod"), encoding="utf-8") as f:
        required = dict(re.findall(r"(?m)^\s*(?:require\s+)?(\S+) (v\S+)", f.read()))
    return ", ".join(f"{label} {required[m]}" for m, label in MODULES.items() if m in required)


def python_versions():
    names = ("nbclient", "nbconvert", "latex2mathml")
    return ", ".join([f"Python {platform.python_version()}"] + [f"{n} {importlib.metadata.version(n)}" for n in names])


def processor():
    """Model name and the features that change last digits."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as f:
            info = f.read()
    except OSError:
        return platform.machine()
    name = re.search(r"(?m)^model name\s*:\s*(.*)$", info)
    flags = re.search(r"(?m)^(?:flags|Features)\s*:\s*(.*)$", info)
    have = set(flags[1].split()) if flags else set()
    return " · ".join(filter(None, [name[1].strip() if name else platform.machine(), " ".join(f for f in CPU_FLAGS if f in have)]))


def manifests(work):
    """The manifests of stage directories, sorted by stage: (stage, parsed, SHA-256 of the file)."""
    found = []
    for path in sorted(glob.glob(os.path.join(work, "**", "manifest.json"), recursive=True)):
        try:
            with open(path, "rb") as f:
                raw = f.read()
            found.append((os.path.relpath(os.path.dirname(path), work), json.loads(raw), hashlib.sha256(raw).hexdigest()))
        except (OSError, ValueError):
            continue  # a stage that was cut off has no readable manifest
    return found


def run_line(m):
    """One line about a training run (modellib/run.Manifest)."""
    recipe, backend, data = (m.get(k) if isinstance(m.get(k), dict) else {} for k in ("recipe", "backend", "data"))
    parts = [m.get("model"), f"seed {recipe['seed']}" if "seed" in recipe else "", f"data {data['hash'][:12]}" if data.get("hash") else "",
             backend.get("name"), backend.get("device"), f"{backend['threads']} threads" if backend.get("threads") else "", backend.get("cpu")]
    if backend.get("sha256"):
        parts.append(f"plugin {os.path.basename(backend.get('plugin') or '')} sha256 {backend['sha256'][:12]}")
    return ", ".join(str(p) for p in parts if p)


def data_line(m, sha256):
    """One line about a data set (flowlib/dataset.Manifest); its hash is that of the manifest, as runs record it."""
    parts = [f"data {sha256[:12]}", f"{m['windows']} windows" if "windows" in m else "", f"{m['steps']} steps" if "steps" in m else ""]
    return ", ".join(filter(None, parts))


def facts(root, work):
    """(term, text) pairs, the same for every page of one run of the report."""
    go = go_facts(root)
    rows = [("Commit", commit(root)), ("Captures", f"embedded course set, sha256 {go['course'][:12]}" if go else ""),
            ("Go", f"{go['go']} {go['level']}, {modules(root)}" if go else modules(root)), ("Pages", python_versions()),
            ("Processor", f"{processor()} · {os.cpu_count()} threads")]
    for stage, m, sha256 in manifests(work):
        kind = str(m.get("format", ""))
        if kind.startswith("flowbook-run/"):
            rows.append((f"Run {stage}", run_line(m)))
        elif kind.startswith("flowbook-dataset/"):
            rows.append((f"Data set {stage}", data_line(m, sha256)))
    return [(k, v) for k, v in rows if v]


def render(rows):
    items = "".join(f"<dt>{html.escape(k)}</dt><dd>{html.escape(v)}</dd>" for k, v in rows)
    return f"<footer>\n<h2>What made this page</h2>\n<dl>{items}</dl>\n</footer>"
