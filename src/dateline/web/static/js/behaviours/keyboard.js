// Keys: j k next and previous, o opens and closes, r read, f favourite, v at the publisher's, / search, ? the keys.

import { all, bringUp, current, toggle } from "../lib/entries.js";
import { toggleRead, toggleStar } from "../lib/marking.js";
import { loadMore } from "./more.js";
import { togglePanel } from "./panel.js";

export default function keyboard(main) {
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    o: () => withCurrent((entry) => entry.matches("details") && toggle(entry)),
    r: () => withCurrent(toggleRead),
    f: () => withCurrent(toggleStar),
    v: () => withCurrent((entry) => entry.querySelector("a.original")?.click()),
    "/": () => document.querySelector('.bar input[type="search"]')?.focus(),
    "?": () => togglePanel(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) {
      return;
    }
    const act = keys[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });

  main.dataset.keys = "";
}

const isTyping = (element) => element.closest?.("input, textarea, select, [contenteditable]") !== null;

function withCurrent(act) {
  const entry = current();
  if (entry) {
    act(entry);
  }
}

async function move(step) {
  let entries = all();
  const from = current();
  let index = from ? entries.indexOf(from) + step : step > 0 ? firstInSight(entries) : -1;
  if (index >= entries.length && (await loadMore())) {
    entries = all();
    index = entries.indexOf(from) + step;
  }
  const entry = entries[index];
  if (!entry) {
    return;
  }
  toggle(entry, true);
  entry.querySelector("summary").focus({ preventScroll: true });
  bringUp(entry);
}

/** Without a current entry the keys begin with the first that is on the screen. */
function firstInSight(entries) {
  const index = entries.findIndex((entry) => entry.getBoundingClientRect().bottom > 80);
  return Math.max(index, 0);
}
