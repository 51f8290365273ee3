"""A page as the list of what a reader reads: its headings, paragraphs, table rows and outputs, in order."""
import re
from html.parser import HTMLParser

BLOCKS = {"h1", "h2", "h3", "h4", "p", "li", "tr", "pre", "figcaption", "dt", "dd", "summary"}
LEFT_OUT = {"nav", "footer", "style", "head", "annotation"}


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.open, self.skipped = [], "", 0

    def close_block(self):
        text = re.sub(r"\s+", " ", self.open).strip()
        if text:
            self.found.append(text)
        self.open = ""

    def handle_starttag(self, tag, attrs):
        if tag in LEFT_OUT:
            self.skipped += 1
        elif tag in BLOCKS:
            self.close_block()
        elif tag in ("td", "th"):
            self.open += " "
        elif tag == "img" and not self.skipped:
            self.close_block()
            self.found.append("figure: " + (dict(attrs).get("alt") or ""))
        elif tag == "span" and "measured" in (dict(attrs).get("class") or ""):
            self.open += "⏱"
            self.skipped += 1
            self.measured = True

    measured = False

    def handle_endtag(self, tag):
        if tag in LEFT_OUT:
            self.skipped -= 1
        elif tag == "span" and self.measured:
            self.skipped, self.measured = self.skipped - 1, False
        elif tag in BLOCKS:
            self.close_block()

    def handle_data(self, data):
        if not self.skipped:
            self.open += data


def of(page):
    """The blocks of a page as plain text; what was measured is one sign, navigation and footer are left out."""
    r = Reader()
    r.feed(page)
    r.close_block()
    return r.found


def facts(page):
    """What the footer says the page was made with, as a dict."""
    m = re.search(r"(?s)<footer>.*?<dl>(.*?)</dl>", page)
    plain = re.compile(r"<[^>]+>")
    pairs = re.findall(r"(?s)<dt>(.*?)</dt><dd>(.*?)</dd>", m[1] if m else "")
    return {plain.sub("", k): plain.sub("", v) for k, v in pairs}
