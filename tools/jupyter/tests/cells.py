"""Cells and outputs for the tests."""
import base64
import struct
import zlib

from nbformat import v4


def code(source, *outputs, tags=()):
    return v4.new_code_cell(source, outputs=list(outputs), metadata={"tags": list(tags)} if tags else {})


def stream(text, name="stdout"):
    return v4.new_output("stream", name=name, text=text)


def error(name="panic", value="boom", *traceback):
    return v4.new_output("error", ename=name, evalue=value, traceback=list(traceback))


def png(width=4, height=3):
    """A small picture in base64."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes(range(width)) for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    raw = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return base64.b64encode(raw).decode()


def figure(alt="a line", **size):
    data = {"image/png": png()}
    return v4.new_output("display_data", data=data, metadata={"image/png": {"alt": alt, **size} if alt else {}})


def notebook(*cells, **metadata):
    nb = v4.new_notebook(cells=list(cells), metadata={"kernelspec": {"name": "gonb", "display_name": "Go", "language": "go"},
                                                       "language_info": {"name": "go", "pygments_lexer": "go"}, **metadata})
    for i, c in enumerate(nb.cells):
        c.id = f"c{i}"
    return nb


def md(source):
    return v4.new_markdown_cell(source)
