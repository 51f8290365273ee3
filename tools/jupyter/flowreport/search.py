"""Search over the pages, inside the index: their sections as data, and a script that looks through them. No request."""
import json
import re

from . import blocks

SCRIPT = """
const box = document.querySelector('#find'), list = document.querySelector('#found'), said = document.querySelector('#said');
const sections = JSON.parse(document.querySelector('#sections').textContent);
const fold = s => s.normalize('NFD').replace(/[\\u0300-\\u036f]/g, '').toLowerCase();
const folded = sections.map(s => [fold(s.title), fold(s.text)]);
box.addEventListener('input', () => {
  const words = fold(box.value).split(/\\s+/).filter(Boolean);
  list.replaceChildren();
  if (!words.length) { said.textContent = ''; return; }
  const hits = sections.map((s, i) => {
    const [title, text] = folded[i];
    if (!words.every(w => title.includes(w) || text.includes(w))) return null;
    return {s, score: words.filter(w => title.includes(w)).length, at: text.indexOf(words[0])};
  }).filter(Boolean).sort((a, b) => b.score - a.score);
  said.textContent = hits.length ? `${hits.length} sections` : 'nothing found';
  for (const {s, at} of hits.slice(0, 30)) {
    const item = document.createElement('li'), link = document.createElement('a'), p = document.createElement('p');
    link.href = s.href; link.textContent = `${s.page}: ${s.title}`;
    const from = Math.max(0, at - 60);
    p.textContent = (from ? '…' : '') + s.text.slice(from, from + 160) + '…';
    item.append(link, p); list.append(item);
  }
});
"""


def sections(name, title, page):
    """The second-level sections of a page: where they are, their heading, what they say."""
    body = re.search(r"(?s)<main>(.*?)</main>", page)[1]
    parts = re.split(r'(<h2 id="[^"]*"[^>]*>.*?</h2>)', body, flags=re.S)
    heads = [("", title)] + [(re.search(r'id="([^"]*)"', h)[1], blocks.of(h)[0]) for h in parts[1::2]]
    return [{"page": title, "title": head, "href": f"{name}.html" + (f"#{anchor}" if anchor else ""), "text": " ".join(blocks.of(text))}
            for (anchor, head), text in zip(heads, parts[::2])]


def form(found):
    """The HTML of the search box over sections."""
    data = json.dumps(found, ensure_ascii=False).replace("</", "<\\/")
    return ('<p role="search"><label for="find">Search the pages</label> <input id="find" type="search" autocomplete="off"> '
            '<span id="said" role="status"></span></p>\n<ul id="found" class="pages"></ul>\n'
            f'<script id="sections" type="application/json">{data}</script>\n<script>{SCRIPT}</script>')
