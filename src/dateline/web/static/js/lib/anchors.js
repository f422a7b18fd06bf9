// Words of an article found again: by themselves, by what stands around them, by their place; blanks do not count.

/** All text nodes of an element, with where each begins in the whole. */
export function textOf(element) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const nodes = [];
  let text = "";
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    nodes.push({ node, start: text.length });
    text += node.data;
  }
  return { text, nodes };
}

/** Where a range begins and ends in the text of an element. */
export function placeOf(element, range) {
  const before = document.createRange();
  before.selectNodeContents(element);
  before.setEnd(range.startContainer, range.startOffset);
  const start = before.toString().length;
  return { start, end: start + range.toString().length };
}

/** {start, end} of `quote` in `text`, the best of several; null when it stands there no more. */
export function find(text, { quote, prefix, suffix, place }) {
  const whole = squeezed(text);
  const wanted = squeezed(quote).text;
  if (!wanted) {
    return null;
  }
  const before = squeezed(prefix).text;
  const after = squeezed(suffix).text;
  let best = null;
  for (let at = whole.text.indexOf(wanted); at !== -1; at = whole.text.indexOf(wanted, at + 1)) {
    const end = at + wanted.length;
    const alike = sameEnd(whole.text.slice(0, at), before) + sameStart(whole.text.slice(end, end + after.length), after);
    const far = Math.abs(whole.places[at] - place);
    if (!best || alike > best.alike || (alike === best.alike && far < best.far)) {
      best = { alike, far, start: whole.places[at], end: whole.places[end - 1] + 1 };
    }
  }
  return best && { start: best.start, end: best.end };
}

/** The text without blanks, and where each of its characters stood. */
function squeezed(text) {
  const places = [];
  let kept = "";
  for (let index = 0; index < text.length; index += 1) {
    if (!/\s/.test(text[index])) {
      kept += text[index];
      places.push(index);
    }
  }
  return { text: kept, places };
}

function sameStart(one, other) {
  let length = 0;
  while (length < one.length && length < other.length && one[length] === other[length]) {
    length += 1;
  }
  return length;
}

function sameEnd(one, other) {
  let length = 0;
  while (length < one.length && length < other.length && one.at(-1 - length) === other.at(-1 - length)) {
    length += 1;
  }
  return length;
}

/** Put every piece of text between two places into an element of `make`'s. */
export function wrap(element, { start, end }, make) {
  const pieces = textOf(element).nodes.filter(({ node, start: at }) => at < end && at + node.length > start);
  for (const { node, start: at } of pieces) {
    let piece = node;
    if (at + node.length > end) {
      piece.splitText(end - at);
    }
    if (at < start) {
      piece = piece.splitText(start - at);
    }
    if (piece.data.trim()) {
      const around = make();
      piece.replaceWith(around);
      around.append(piece);
    }
  }
}

/** Take such elements away again; their text stays. */
export function unwrap(element, selector) {
  for (const around of element.querySelectorAll(selector)) {
    around.replaceWith(...around.childNodes);
  }
  element.normalize();
}
