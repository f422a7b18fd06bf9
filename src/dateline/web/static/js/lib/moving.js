// From entry to entry: the next or the one before is opened, brought up and focused; at the end, more is loaded.

import { loadMore } from "../behaviours/more.js";
import { all, bringUp, current, toggle } from "./entries.js";

/** Go `step` entries on (1) or back (-1). */
export async function move(step) {
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

/** Without a current entry one begins with the first that is on the screen. */
function firstInSight(entries) {
  const index = entries.findIndex((entry) => entry.getBoundingClientRect().bottom > 80);
  return Math.max(index, 0);
}
