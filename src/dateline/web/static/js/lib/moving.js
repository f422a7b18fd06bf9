// From entry to entry: the next or the one before is opened, brought up and focused; at the end, more is loaded.

import { loadMore } from "../behaviours/more.js";
import { all, bringUp, closeOthers, current, handle, isUnread, open } from "./entries.js";

/** Go `step` entries on (1) or back (-1). */
export async function move(step) {
  const from = current();
  const entry = await further(from, step);
  if (step > 0 && from?.matches(".whole")) {
    from.dispatchEvent(new Event("entryopen", { bubbles: true })); // all are open: who goes on has read it
  }
  moveTo(entry);
}

/** Focus an entry, open it, bring it up. The focus goes first: it needs the page laid out, and so does what follows. */
export function moveTo(entry) {
  if (!entry) {
    return;
  }
  handle(entry).focus({ preventScroll: true });
  if (entry.matches("details")) {
    open(entry);
  }
  bringUp(entry);
}

function goTo(entry) {
  if (entry) {
    handle(entry).focus({ preventScroll: true });
    bringUp(entry);
  }
}

/** To the next unread entry after the current one, loading more as long as there is more. */
export async function nextUnread() {
  const from = current();
  for (;;) {
    const entries = all();
    const start = from ? entries.indexOf(from) + 1 : firstInSight(entries);
    const entry = entries.slice(start).find(isUnread);
    if (entry || !(await loadMore())) {
      moveTo(entry);
      return;
    }
  }
}

/** To the entry `step` further, without opening it. */
export async function skip(step) {
  const from = current();
  const entry = await further(from, step);
  closeOthers(null);
  goTo(entry ?? from);
}

async function further(from, step) {
  let entries = all();
  const index = from ? entries.indexOf(from) + step : step > 0 ? firstInSight(entries) : -1;
  if (index >= entries.length && (await loadMore())) {
    entries = all();
  }
  return entries[index];
}

/** Without a current entry one begins with the first that is on the screen. */
function firstInSight(entries) {
  const index = entries.findIndex((entry) => entry.getBoundingClientRect().bottom > 80);
  return Math.max(index, 0);
}
