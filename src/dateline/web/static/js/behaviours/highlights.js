// Highlights: selected words get a bar of colours; what was highlighted is shown in the text and beneath it, and changed
// where it stands. Without scripts there are the notes beneath the article.

import { find, placeOf, textOf, unwrap, wrap } from "../lib/anchors.js";
import { complete } from "../lib/entries.js";
import { fragment, post } from "../lib/http.js";
import { fail, tell } from "../lib/notice.js";

const AROUND = 40;
const SETTLES = 250; // milliseconds until a selection is one

let bar;
let chosen = null; // {entry, range}
let hasAny = false;

export default function highlights(element) {
  bar = element;
  hasAny = "known" in bar.dataset;
  document.addEventListener("selectionchange", settled);
  bar.addEventListener("pointerdown", (event) => event.preventDefault()); // the selection stays
  bar.addEventListener("click", pressed);
  document.addEventListener("click", clicked);
  document.addEventListener("submit", submitted);
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  document.addEventListener("toggle", (event) => {
    if (hasAny && event.target.matches?.("details.entry") && event.target.open) {
      load(event.target);
    }
  }, true);
  const single = document.querySelector(".single > .entry[data-entry-id]");
  if (single) {
    paint(single);
    show(single, location.hash);
  }
}

const addressOf = (entry) => `${bar.dataset.address}${entry.dataset.entryId}/highlights`;
const contentOf = (entry) => entry.querySelector(".article-content");

// ------------------------------------------------------------------------------------------------ selecting

let timer;

function settled() {
  clearTimeout(timer);
  timer = setTimeout(offer, SETTLES);
}

function offer() {
  const selection = getSelection();
  const range = selection.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0) : null;
  const within = range && (range.commonAncestorContainer.closest ? range.commonAncestorContainer : range.commonAncestorContainer.parentElement);
  const content = within?.closest(".article-content");
  if (!content || !range.toString().trim()) {
    hide();
    return;
  }
  chosen = { entry: content.closest("[data-entry-id]"), range: range.cloneRange(), words: selection.toString() };
  bar.hidden = false;
  const box = range.getBoundingClientRect();
  const own = bar.getBoundingClientRect();
  const left = Math.min(Math.max(box.left + box.width / 2 - own.width / 2, 8), innerWidth - own.width - 8);
  bar.style.setProperty("--left", `${left}px`);
  bar.style.setProperty("--top", `${box.top > 120 ? box.top - own.height - 8 : Math.min(box.bottom + 8, innerHeight - own.height - 8)}px`);
}

function hide() {
  bar.hidden = true;
  chosen = null;
}

async function pressed(event) {
  const button = event.target.closest("button");
  if (!button || !chosen) {
    return;
  }
  const { entry, range, words } = chosen;
  const content = contentOf(entry);
  const { text } = textOf(content);
  const { start, end } = placeOf(content, range);
  const fields = [
    ["quote", words.trim()],
    ["prefix", text.slice(Math.max(start - AROUND, 0), start)],
    ["suffix", text.slice(end, end + AROUND)],
    ["place", start],
    ["colour", button.dataset.colour ?? "yellow"],
  ];
  hide();
  getSelection().removeAllRanges();
  try {
    tell(await post(addressOf(entry), fields));
    hasAny = true;
    await load(entry);
    if (!button.dataset.colour) {
      const newest = [...entry.querySelectorAll("[data-highlight-id]")].map((line) => Number(line.dataset.highlightId));
      edit(entry, String(Math.max(...newest)));
    }
  } catch (error) {
    fail(error);
  }
}

// ------------------------------------------------------------------------------------------------ showing

/** Bring what is highlighted in an entry, and show it. */
async function load(entry) {
  await complete(entry);
  const notes = (await fragment(addressOf(entry))).querySelector("[data-notes]");
  const before = entry.querySelector("[data-notes]");
  if (before) {
    before.replaceWith(notes);
  } else {
    entry.querySelector(".article").append(notes);
  }
  paint(entry);
}

function paint(entry) {
  const content = contentOf(entry);
  unwrap(content, "mark.highlight");
  for (const line of entry.querySelectorAll("[data-notes] [data-highlight-id]")) {
    const quote = line.querySelector(".note-quote")?.textContent;
    const { prefix, suffix, place, colour, highlightId } = line.dataset;
    const found = quote && find(textOf(content).text, { quote, prefix, suffix, place: Number(place) });
    line.classList.toggle("is-lost", Boolean(quote) && !found);
    if (found) {
      const note = line.querySelector("textarea").value.trim();
      wrap(content, found, () => {
        const mark = document.createElement("mark");
        mark.className = note ? "highlight has-note" : "highlight";
        mark.dataset.colour = colour;
        mark.dataset.highlight = highlightId;
        mark.title = note;
        return mark;
      });
    }
  }
}

function show(entry, hash) {
  const id = /^#highlight-(\d+)$/.exec(hash)?.[1];
  if (id) {
    entry.querySelector(`mark[data-highlight="${id}"]`)?.scrollIntoView({ block: "center" });
  }
}

// ------------------------------------------------------------------------------------------------ changing

function clicked(event) {
  const mark = event.target.closest?.("mark.highlight");
  if (mark && !event.target.closest("a, summary") && getSelection().isCollapsed) {
    edit(mark.closest("[data-entry-id]"), mark.dataset.highlight);
  }
}

/** The line of a highlight, taken from beneath the article into a dialog for as long as it is open. */
function edit(entry, id) {
  const line = entry.querySelector(`[data-notes] [data-highlight-id="${CSS.escape(id)}"]`);
  const dialog = document.getElementById("note-dialog");
  if (!line || dialog.open) {
    return;
  }
  const place = document.createComment("");
  line.replaceWith(place);
  dialog.querySelector("ol").append(line);
  dialog.dataset.entry = entry.id;
  dialog.addEventListener("close", () => place.replaceWith(line), { once: true });
  dialog.showModal();
  line.querySelector("textarea").focus();
}

async function submitted(event) {
  const form = event.target;
  if (!form.matches('[data-notes] form, #note-dialog ol form')) {
    return;
  }
  event.preventDefault();
  const dialog = form.closest("dialog");
  const entry = dialog ? document.getElementById(dialog.dataset.entry) : form.closest(".entry");
  try {
    tell(await post(form.action, new FormData(form, event.submitter)));
    dialog?.close();
    await load(entry);
  } catch (error) {
    fail(error);
  }
}
