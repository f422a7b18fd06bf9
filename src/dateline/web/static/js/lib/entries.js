// The entries of the page: their states, their order, and which one is open.

import { fragment } from "./http.js";

/** Row by row: a selector would look at every word of every article, and this is asked at each key. */
export const all = () =>
  [...(document.getElementById("entries")?.children ?? [])]
    .map((row) => row.classList.contains("row") && row.querySelector(":scope > .entry"))
    .filter(Boolean);
export const opened = () => all().find((entry) => entry.open);
export const idOf = (entry) => entry.dataset.entryId;
export const byId = (id) => document.getElementById(`entry-${id}`);
export const isUnread = (entry) => "unread" in entry.dataset;
export const isStarred = (entry) => "starred" in entry.dataset;

export function setUnread(entry, unread) {
  entry?.toggleAttribute("data-unread", unread);
  changed();
}

export function setStarred(entry, starred) {
  entry?.toggleAttribute("data-starred", starred);
  changed();
}

/** Whoever shows the state of an entry elsewhere hears of it: event "entrychange" of the document. */
const changed = () => document.dispatchEvent(new Event("entrychange"));

/** The entry the keys speak of: the one that has the focus, else the open one, else (where all are open) the one in sight. */
export function current() {
  const focused = document.activeElement?.closest(".row")?.querySelector(".entry");
  const isLeft = focused?.matches(".whole") && !isInSight(focused); // scrolled on from there
  return (isLeft ? null : focused) ?? opened() ?? document.querySelector(".single > .entry") ?? read();
}

/** Where all entries are open, the one at the top of the screen. */
function read() {
  return [...document.querySelectorAll("#entries > .row > .entry.whole")].find(isInSight);
}

function isInSight(entry) {
  const place = entry.getBoundingClientRect();
  return place.bottom > coveredHeight() + 1 && place.top <= window.innerHeight;
}

/** What of an entry has the focus: its row, or all of it. */
export const handle = (entry) => entry.querySelector(":scope > summary") ?? entry;

/** Close every open entry but this one. */
export function closeOthers(entry) {
  for (const other of all()) {
    if (other.open && other !== entry) {
      other.open = false;
    }
  }
}

/** Open an entry, and tell of it at once (event "entryopen"): "toggle" leaves out what is closed again quickly. */
export function open(entry) {
  closeOthers(entry);
  entry.open = true;
  entry.dispatchEvent(new Event("entryopen", { bubbles: true }));
}

/** Open or close an entry; its row keeps its place on the screen, whatever closes above it. */
export function toggle(entry, isOpening = !entry.open) {
  const row = entry.querySelector("summary");
  const before = row.getBoundingClientRect().top;
  if (isOpening) {
    open(entry);
  } else {
    if (entry.querySelector(".article").contains(document.activeElement)) {
      row.focus({ preventScroll: true }); // else the focus goes nowhere with the next picture
    }
    entry.open = false;
  }
  const covered = coveredHeight();
  const wanted = Math.max(before, covered);
  window.scrollBy({ top: row.getBoundingClientRect().top - wanted, behavior: "instant" });
}

/** Bring a row right under the bars; where its article stands beside the list, only into sight. */
export function bringUp(entry) {
  const row = handle(entry);
  if (getComputedStyle(entry.querySelector(".article")).position === "fixed") {
    row.scrollIntoView({ block: "nearest", behavior: "instant" });
    return;
  }
  window.scrollBy({ top: row.getBoundingClientRect().top - coveredHeight(), behavior: "instant" });
}

/** How much of the top of the screen the sticky bars take. */
export function coveredHeight() {
  const bar = document.querySelector(".bar")?.getBoundingClientRect().height ?? 0;
  const day = document.querySelector("#entries > .day")?.getBoundingClientRect().height ?? 0;
  return bar + day;
}

/** What can be scrolled sideways can be reached by keys. */
export function makeReachable(entry) {
  for (const wide of entry.querySelectorAll(".article-content :is(pre, table)")) {
    if (wide.scrollWidth > wide.clientWidth) {
      wide.tabIndex = 0;
    }
  }
}

const coming = new WeakMap();

/** An article too long for the list comes when it is opened; several askers wait for the same. */
export function complete(entry) {
  if (!coming.has(entry)) {
    coming.set(entry, bring(entry).finally(() => coming.delete(entry)));
  }
  return coming.get(entry);
}

async function bring(entry) {
  const body = entry.querySelector("[data-fragment]");
  if (!body) {
    return;
  }
  const address = body.dataset.fragment;
  delete body.dataset.fragment;
  body.setAttribute("aria-busy", "true");
  try {
    body.replaceChildren(await fragment(address));
    makeReachable(entry);
  } catch {
    body.dataset.fragment = address;
  } finally {
    body.removeAttribute("aria-busy");
  }
}
