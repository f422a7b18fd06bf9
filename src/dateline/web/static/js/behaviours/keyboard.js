// Keys: j k next and previous, o opens and closes, r read, f favourite, v at the publisher's, / search, ? the keys.

import { current, toggle } from "../lib/entries.js";
import { toggleRead, toggleStar } from "../lib/marking.js";
import { move } from "../lib/moving.js";
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
