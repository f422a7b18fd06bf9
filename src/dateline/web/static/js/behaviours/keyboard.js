// Keys: which key does what is said by data-keys (an action and its keys a line); what an action does is in lib/deeds.js.
// Never where one types, in a dialog, or with a key that is the browser's. In an open menu digits choose.

import { deeds, isPossible } from "../lib/deeds.js";
import { keyNames } from "../lib/key-names.js";

const MENUS = "details:is(.menu, .share, .labelling)[open]";
const REPEATED = /^(next|previous|skip|skip_back)$/;

export default function keyboard(table) {
  const actions = new Map();
  for (const line of table.dataset.keys.split("\n")) {
    const [action, ...keys] = line.split(" ");
    keys.forEach((key) => actions.has(key) || actions.set(key, action));
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.isComposing || isTyping(event.target)) {
      return;
    }
    const names = keyNames(event);
    const menu = event.target.closest?.(MENUS);
    const digit = names.find((name) => /^[1-9]$/.test(name));
    if (menu && digit) {
      event.preventDefault();
      choose(menu, Number(digit));
      return;
    }
    const action = names.map((name) => actions.get(name)).find(Boolean);
    if (!action || isElsewhere(event, action) || !isPossible(action)) {
      return;
    }
    event.preventDefault();
    if (!event.repeat || REPEATED.test(action)) {
      deeds[action].act();
    }
  });
}

const isTyping = (element) => Boolean(element.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]"));

/** The key belongs to what has the focus: a dialog, a player, a button that is pressed by it. */
function isElsewhere(event, action) {
  if ([...document.getElementsByTagName("dialog")].some((dialog) => dialog.open) || event.target.closest?.("audio, video, iframe")) {
    return true;
  }
  if (document.getElementById("panel")?.classList.contains("is-open")) {
    return action !== "help";
  }
  const pressed = event.target.closest?.("a[href], button, summary, input, [role=button]");
  return (event.key === " " || event.key === "Enter") && Boolean(pressed) && !pressed.matches("details.entry > summary");
}

/** The nth of what an open menu offers. */
function choose(menu, number) {
  const offered = [...menu.querySelectorAll("a[href], button, input[type=checkbox]")].filter((one) => one.checkVisibility());
  offered[number - 1]?.click();
}
