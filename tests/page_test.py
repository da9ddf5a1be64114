#!/usr/bin/env python3
"""The HTML report of a failing campaign in a real browser: nothing is cut or unreadable, light or dark, narrow or wide, by
keyboard alone, and nothing is fetched. Each check has been seen failing: it finds what is wrong with a page planted for it.

Usage: page_test.py MUTANT MISREADINGS [FOLDER for the screenshots]
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

import browser

WIDTHS, SCHEMES = (400, 800, 1280), ("light", "dark")
BYTES_MAX = 2_000_000
KEPT = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None

# Complaints of a page as it is shown now, in words.
LOOK = r"""(() => {
  const complaints = [];
  const named = (element) => element.outerHTML.slice(0, 90).replace(/\s+/g, ' ');
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) complaints.push(`wider than the window: ${document.documentElement.scrollWidth} > ${width}`);

  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, k) => sum + c * [0.2126, 0.7152, 0.0722][k], 0);
  const over = ([r, g, b, a = 1], under) => [r, g, b].map((c, k) => c * a + under[k] * (1 - a));
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(channels(getComputedStyle(at).backgroundColor));
    const dark = matchMedia('(prefers-color-scheme: dark)').matches;
    return layers.reverse().reduce((under, layer) => over(layer, under), dark ? [18, 18, 18] : [255, 255, 255]);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement, style = getComputedStyle(element);
    if (!texts.currentNode.data.trim() || !element.checkVisibility({visibilityProperty: true}) || element.matches('script, style, title')) continue;
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    const box = range.getBoundingClientRect();
    if (box.width === 0) continue;
    seen += 1;
    const under = ground(element), ink = over(channels(element instanceof SVGElement ? style.fill : style.color), under);
    const [low, high] = [light(ink), light(under)].sort((a, b) => a - b);
    const contrast = (high + 0.05) / (low + 0.05);
    if (!(contrast >= 4.5)) complaints.push(`contrast ${contrast.toFixed(2)} of "${texts.currentNode.data.trim().slice(0, 30)}" in ${named(element)}`);
    for (let at = element; at; at = at.parentElement) {
      const how = getComputedStyle(at), hides = (overflow) => overflow === 'hidden' || overflow === 'clip';
      if (at instanceof HTMLElement && ((hides(how.overflowX) && at.scrollWidth > at.clientWidth + 1) || (hides(how.overflowY) && at.scrollHeight > at.clientHeight + 1)))
        complaints.push(`text is cut in ${named(at)}`);
    }
    const scrolls = element.closest('.scroll, [tabindex]');
    if (!scrolls && !element.closest('.skip') && (box.right > width + 1 || box.left < -1)) complaints.push(`text beyond the window in ${named(element)}`);
  }
  if (seen < 20) complaints.push(`only ${seen} pieces of text`);
  for (const element of document.querySelectorAll('body *'))
    if (element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX === 'auto' && element.tabIndex < 0)
      complaints.push(`scrolls, and not by keyboard: ${named(element)}`);
  return [...new Set(complaints)];
})()"""

# Numbers all that a keyboard should reach, and remembers how each looks without focus.
NUMBERED = r"""(() => {
  document.activeElement.blur();
  const wanted = 'a[href], button, input, select, textarea, summary, [tabindex="0"], [onclick], [role=button]';
  const all = [...document.querySelectorAll(wanted)].filter((element) => element.checkVisibility({visibilityProperty: true}));
  window.look = (element) => { const s = getComputedStyle(element); return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.borderColor, s.backgroundColor].join(); };
  all.forEach((element, k) => { element.dataset.seen = k; element.dataset.before = look(element); });
  return all.length;
})()"""
FOCUSED = r"""(() => {
  const element = document.activeElement, box = element.getBoundingClientRect();
  if (element.dataset.seen === undefined) return null;
  return {number: Number(element.dataset.seen), changed: look(element) !== element.dataset.before, inside: box.right > 0 && box.left < innerWidth, html: element.outerHTML.slice(0, 90)};
})()"""
UNREACHED = "((seen) => [...document.querySelectorAll('[data-seen]')].filter((e) => !seen.includes(Number(e.dataset.seen))).map((e) => e.outerHTML.slice(0, 90)))"


def keyboard_complaints(tab):
    """Tab through the whole page."""
    count, reached, complaints = tab.run(NUMBERED), [], []
    for _ in range(count + 5):
        tab.press("Tab")
        at = tab.run(FOCUSED)
        if at is None or at["number"] in reached:
            continue
        reached.append(at["number"])
        if not at["changed"]:
            complaints.append(f"focus does not show on {at['html']}")
        if not at["inside"]:
            complaints.append(f"focus is out of sight on {at['html']}")
    return complaints + [f"not reached by Tab: {html}" for html in tab.run(f"{UNREACHED}({reached})")]


def quiet_complaints(tab, path):
    """Requests beyond the file itself, and what went wrong in it."""
    complaints = []
    for event in tab.events:
        params = event.get("params", {})
        if event.get("method") == "Network.requestWillBeSent" and params["request"]["url"] != pathlib.Path(path).resolve().as_uri():
            complaints.append(f"asks for {params['request']['url'][:80]}")
        if event.get("method") == "Runtime.exceptionThrown":
            complaints.append("a script failed: " + params["exceptionDetails"].get("exception", {}).get("description", "?")[:80])
        if event.get("method") == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            complaints.append("the console says: " + params["entry"]["text"][:80])
        if event.get("method") == "Runtime.consoleAPICalled" and params["type"] in ("error", "assert"):
            complaints.append("the console was told of an error")
    return complaints


def all_complaints(tab, path, keep=None, widths=WIDTHS):
    tab.open(path)
    complaints = []
    if pathlib.Path(path).stat().st_size >= BYTES_MAX:
        complaints.append(f"{pathlib.Path(path).stat().st_size} bytes")
    for width in widths:
        pictures = {}
        for scheme in SCHEMES:
            tab.show(width, scheme=scheme)
            complaints += [f"{width} {scheme}: {one}" for one in tab.run(LOOK)]
            pictures[scheme] = tab.screenshot()
            if len(pictures[scheme]) < 10_000:  # an empty page is a few kB
                complaints.append(f"{width} {scheme}: the picture is blank")
            if keep:
                (keep / f"{pathlib.Path(path).stem}-{width}-{scheme}.png").write_bytes(tab.screenshot(whole=True))
        if pictures["light"] == pictures["dark"]:
            complaints.append(f"{width}: light and dark look the same")
    complaints += keyboard_complaints(tab)
    return complaints + quiet_complaints(tab, path)


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.folder = pathlib.Path(folder)
        cls.tab = cls.enterClassContext(browser.Browser())

    def report(self, name, program, *words):
        path = self.folder / name
        subprocess.run([program, "verify", "--seed", "1", "--quiet", "--html", str(path), *words], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False, timeout=600)
        self.assertTrue(path.is_file(), words)
        return path

    def test_of_one_failing_kernel(self):
        path = self.report("one.html", sys.argv[1], "--kernel", "scalar", "--cases", "300")
        self.assertEqual(all_complaints(self.tab, path, KEPT), [])
        for width in WIDTHS:  # with all that was folded away
            self.tab.show(width)
            self.tab.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            self.assertEqual(self.tab.run(LOOK), [])
        self.assertEqual(keyboard_complaints(self.tab), [])

    def test_of_many_failing_kernels(self):
        path = self.report("many.html", sys.argv[2], "--kernel", "misread/causal*,misread/sink*,misread/softcap*,misread/alibi*,misread/window*", "--cases", "220")
        self.assertEqual(all_complaints(self.tab, path, KEPT), [])

    def test_of_kernels_that_pass(self):
        path = self.report("passing.html", pathlib.Path(sys.argv[2]).parent / "boresight", "--cases", "220")
        self.assertEqual(all_complaints(self.tab, path, KEPT), [])

    def test_without_scripts_shows_no_button_that_does_nothing(self):
        path = self.report("plain.html", sys.argv[1], "--kernel", "scalar", "--cases", "60", "--law", "agrees*")
        self.tab.send("Emulation.setScriptExecutionDisabled", value=True)
        try:
            self.tab.open(path)
            self.tab.show(800)
            self.assertEqual(self.tab.run("[...document.querySelectorAll('button')].filter((one) => one.checkVisibility()).length"), 0)
            self.assertGreater(self.tab.run("document.querySelectorAll('.panel svg').length"), 2)
        finally:
            self.tab.send("Emulation.setScriptExecutionDisabled", value=False)

    def test_a_button_copies_its_line(self):
        path = self.report("copy.html", sys.argv[1], "--kernel", "scalar", "--cases", "60", "--law", "agrees*")
        self.tab.open(path)
        answer = self.tab.run("(async () => { const button = document.querySelector('button'); button.click(); await new Promise((done) => setTimeout(done, 300));"
                              " return [button.textContent, getSelection().toString(), document.getElementById(button.dataset.copy).textContent]; })()")
        self.assertIn(answer[0], ("Copied", "Selected"))
        if answer[0] == "Selected":
            self.assertEqual(answer[1], answer[2])


TEXT = "<p>" + "plain words that can be read, here and there. " * 30 + "</p>"
GOOD = "<html lang=en><title>t</title><style>:root{color-scheme:light dark}:focus-visible{outline:3px solid #08f}</style>" + "".join(f"<p>line {k} of some words</p>" for k in range(30)) + TEXT
PLANTED = [
    ("wider than the window", "<div style='width:1400px'>wide</div>"),
    ("text is cut in", "<div style='width:90px;overflow:hidden;white-space:nowrap'>words that do not fit in there</div>"),
    ("text is cut in", "<div style='height:20px;overflow:hidden'>words<br>that<br>do not fit</div>"),
    ("contrast 1.", "<p style='color:#ddd;background:#fff'>pale</p>"),
    ("contrast ", "<svg width=90 height=20><text y=15 style='fill:#888'>grey in a drawing</text></svg>"),
    ("scrolls, and not by keyboard", "<div style='overflow-x:auto;width:200px'><div style='width:800px'>far</div></div>"),
    ("text beyond the window", "<div style='position:absolute;left:-50px'>begins before the window</div>"),
    ("not reached by Tab", "<button tabindex='-1'>no key gets here</button>"),
    ("focus does not show", "<style>a:focus-visible{outline:none}</style><a href='#x'>shows nothing</a>"),
    ("asks for http", "<img alt='' src='http://127.0.0.1:9/picture.png'>"),
    ("a script failed", "<script>setTimeout(() => { throw new Error('planted'); }, 0)</script>"),
    ("the console was told", "<script>console.error('planted')</script>"),
    ("light and dark look the same", "<style>:root{color-scheme:only light;background:#fff;color:#000}</style>"),
    ("bytes", "<!--" + "x" * BYTES_MAX + "-->"),
    ("the picture is blank", "<style>body{display:none}</style>"),
    ("pieces of text", "<style>body{display:none}</style>"),
]


class Planted(unittest.TestCase):
    def test_a_good_page_has_no_complaint_and_each_broken_one_has_its_own(self):
        with tempfile.TemporaryDirectory() as folder, browser.Browser() as tab:
            path = pathlib.Path(folder) / "planted.html"
            for told, broken in [("", ""), *PLANTED]:
                path.write_text("<!DOCTYPE html>" + GOOD + broken)
                complaints = all_complaints(tab, path, widths=WIDTHS[1:2])
                with self.subTest(told=told, broken=broken[:60]):
                    self.assertEqual(bool(told), any(told in one for one in complaints), complaints)


if __name__ == "__main__":
    if browser.CHROMIUM is None:
        print("chromium is not here")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1], verbosity=2)
