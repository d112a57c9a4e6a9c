// What an accessibility checker asks (WCAG 2.2 AA as axe's rules have it), for pages of ours: returns complaints.
const wrong = [];
const all = (css, root = document) => [...root.querySelectorAll(css)];
const complain = (what, node) => wrong.push(what + (node ? ": " + node.outerHTML.slice(0, 120) : ""));
const shown = (node) => node.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });

// Folded parts are read, too.
all("details").forEach((node) => { node.open = true; });

if (!document.documentElement.lang) complain("no lang");
if (!document.title.trim()) complain("no title");
if (all("script").length) complain("a script");
for (const [css, word] of [["main", "main"], ["header", "banner"], ["nav", "nav"], ["footer", "contentinfo"], ["h1", "h1"]]) {
  if (all(css).length !== 1) complain(`not one ${word}`);
}
for (const node of all("nav, section, [role=region]")) {
  const by = node.getAttribute("aria-labelledby");
  const name = node.getAttribute("aria-label") || (by && document.getElementById(by) && document.getElementById(by).textContent);
  if (!name || !name.trim()) complain("a part without a name", node);
}

let before = 0;
for (const node of all("h1, h2, h3, h4, h5, h6")) {
  const level = Number(node.tagName[1]);
  if (level > before + 1) complain("heading skips a level", node);
  if (!node.textContent.trim()) complain("empty heading", node);
  before = level;
}

const ids = all("[id]").map((node) => node.id);
ids.forEach((id, at) => { if (ids.indexOf(id) !== at) complain("id twice: " + id); });
for (const node of all("a[href^='#']")) {
  if (!document.getElementById(node.getAttribute("href").slice(1))) complain("leads nowhere " + node.getAttribute("href"));
}
for (const node of all("a, summary")) {
  if (!node.textContent.trim()) complain("a control without a name", node);
}

for (const table of all("table")) {
  const caption = table.querySelector("caption");
  if (!caption || !caption.textContent.trim() || !shown(caption)) complain("no caption", table);
  for (const cell of all("th", table)) if (!cell.scope) complain("no scope", cell);
  if (!all("thead th", table).length) complain("no heads", table);
  const around = table.parentElement;
  const scrolls = getComputedStyle(around).overflowX === "auto";
  if (scrolls && around.tabIndex !== 0) complain("scrolls, but not by keyboard", around);
}
// A name that is broken within reads as two names: tables are scrolled instead.
for (const cell of all("th, td")) {
  const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    for (const word of texts.currentNode.data.matchAll(/\b\w{4,40}\b/g)) {
      const range = document.createRange();
      range.setStart(texts.currentNode, word.index);
      range.setEnd(texts.currentNode, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (lines.size > 1) complain("a broken word: " + word[0], cell);
    }
  }
}
for (const svg of all("svg")) {
  const hidden = svg.getAttribute("aria-hidden") === "true";
  if (!hidden && !(svg.getAttribute("role") === "img" && (svg.getAttribute("aria-label") || "").length > 10)) {
    complain("svg without a text alternative", svg);
  }
}
for (const list of all("ul")) {
  if ([...list.children].some((node) => node.tagName !== "LI")) complain("not an item", list);
}
for (const list of all("dl")) {
  if ([...list.children].some((node) => !["DT", "DD"].includes(node.tagName))) complain("not a term", list);
}
// A page that is wider than its window must be scrolled two ways (WCAG 1.4.10).
if (document.documentElement.scrollWidth > window.innerWidth + 1) complain("wider than the window: " + document.documentElement.scrollWidth);

// Contrast (WCAG 1.4.3): 4.5 to 1, 3 to 1 for large text, against the nearest opaque background.
const parse = (text) => {
  const parts = (text.match(/[\d.]+/g) || []).map(Number);
  return { rgb: parts.slice(0, 3), alpha: parts.length > 3 ? parts[3] : 1 };
};
const light = (rgb) => {
  const [r, g, b] = rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ratio = (a, b) => {
  const [high, low] = [light(a), light(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
};
const behind = (node) => {
  for (let at = node; at; at = at.parentElement) {
    const colour = parse(getComputedStyle(at).backgroundColor);
    if (colour.alpha === 1) return colour.rgb;
  }
  return matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18] : [255, 255, 255];
};
const told = new Set();
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode.parentElement;
  if (!walker.currentNode.data.trim() || !shown(node)) continue;
  const style = getComputedStyle(node);
  const svg = node instanceof SVGElement;
  const colour = parse(svg ? style.fill : style.color).rgb;
  const size = parseFloat(style.fontSize);
  const large = !svg && (size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700));
  const seen = ratio(colour, behind(svg ? node.closest("figure") || node : node));
  const key = `${node.tagName} ${node.getAttribute("class")} ${colour}`;
  if (seen < (large ? 3 : 4.5) && !told.has(key)) {
    told.add(key);
    complain(`contrast ${seen.toFixed(2)}`, node);
  }
}
// Lines that mean something: 3 to 1 (WCAG 1.4.11). The grid is decoration.
for (const path of all("figure svg path:not(.g)")) {
  const seen = ratio(parse(getComputedStyle(path).stroke).rgb, behind(path.closest("figure")));
  if (seen < 3) complain(`line contrast ${seen.toFixed(2)}`, path);
}
// Text that is drawn over other text is read by nobody.
for (const svg of all("figure svg")) {
  const boxes = all("text", svg).map((node) => [node, node.getBoundingClientRect()]);
  for (const [at, [a, first]] of boxes.entries()) {
    for (const [b, second] of boxes.slice(at + 1)) {
      const apart = first.right <= second.left + 1 || second.right <= first.left + 1 || first.bottom <= second.top + 3 || second.bottom <= first.top + 3;
      if (!apart) complain(`text over text: ${a.textContent} and ${b.textContent}`, svg);
    }
  }
}
// Targets for fingers (WCAG 2.5.8): 24 by 24, or in a line of text.
for (const node of all("summary")) {
  const box = node.getBoundingClientRect();
  if (shown(node) && box.height < 24) complain("too small to touch", node);
}
return wrong;
