#!/usr/bin/env python3
"""pdf.py [--paper A4|Letter] PAGE...: prints pages to PDF beside them, with bookmarks, solutions opened.

Needs Chromium ($CHROMIUM, or chromium, chromium-browser, google-chrome in PATH).
"""
import argparse
import os
import sys

from playwright.sync_api import sync_playwright

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from flowreport.browse import ARGS, chromium  # noqa: E402

OPEN = "() => document.querySelectorAll('details:not(.code)').forEach(d => d.open = true)"
FOOT = ('<div style="font:8px sans-serif;width:100%;padding:0 14mm;display:flex;justify-content:space-between">'
        '<span class="title"></span><span><span class="pageNumber"></span> / <span class="totalPages"></span></span></div>')


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--paper", choices=("A4", "Letter"), default="A4")
    ap.add_argument("page", nargs="+")
    a = ap.parse_args()
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium(), args=ARGS)
        page = browser.new_page(color_scheme="light")
        for path in a.page:
            out = os.path.splitext(path)[0] + ".pdf"
            page.goto("file://" + os.path.abspath(path))
            page.evaluate(OPEN)
            page.pdf(path=out + ".part", format=a.paper, outline=True, tagged=True, print_background=True,
                     display_header_footer=True, header_template="<span></span>", footer_template=FOOT,
                     margin={"top": "16mm", "bottom": "18mm", "left": "14mm", "right": "14mm"})
            os.replace(out + ".part", out)
            print(out)
        browser.close()


if __name__ == "__main__":
    main()
