// From entry to entry: the next or the one before is opened, brought up and focused; at the end, more is loaded.

import { loadMore } from "../behaviours/more.js";
import { all, bringUp, current, handle, toggle } from "./entries.js";

/** Go `step` entries on (1) or back (-1). */
export async function move(step) {
  let entries = all();
  const from = current();
  let index = from ? entries.indexOf(from) + step : step > 0 ? firstInSight(entries) : -1;
  if (index >= entries.length && (await loadMore())) {
    entries = all();
    index = entries.indexOf(from) + step;
  }
  if (step > 0 && from?.matches(".whole")) {
    from.dispatchEvent(new Event("entryopen", { bubbles: true })); // all are open: who goes on has read it
  }
  const entry = entries[index];
  if (!entry) {
    return;
  }
  if (entry.matches("details")) {
    toggle(entry, true);
  }
  handle(entry).focus({ preventScroll: true });
  bringUp(entry);
}

/** Without a current entry one begins with the first that is on the screen. */
function firstInSight(entries) {
  const index = entries.findIndex((entry) => entry.getBoundingClientRect().bottom > 80);
  return Math.max(index, 0);
}
