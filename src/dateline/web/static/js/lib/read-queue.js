// What was opened is marked as read in batches: ids collect for a moment, and leave at once when the page is left.

import { showCounts } from "./counts.js";
import { byId, setUnread } from "./entries.js";
import { post } from "./http.js";
import { fail } from "./notice.js";

const DELAY = 400;
const AT_MOST = 500;

let ids = [];
let address;
let timer;

/** Mark the entry as read, soon. `to` is where reading is told. */
export function markSoon(id, to) {
  ids.push(id);
  address = to;
  clearTimeout(timer);
  timer = setTimeout(flush, ids.length < AT_MOST ? DELAY : 0);
}

/** Somebody marked it otherwise before it was sent. */
export function forget(id) {
  ids = ids.filter((other) => other !== id);
}

/** Send what has collected. */
export async function flush() {
  clearTimeout(timer);
  const batch = ids;
  ids = [];
  if (!batch.length) {
    return;
  }
  try {
    const answer = await post(address, batch.map((id) => ["id", id]));
    showCounts(answer.unread);
  } catch (error) {
    for (const id of batch) {
      setUnread(byId(id), true);
    }
    fail(error);
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") {
    flush();
  }
});
addEventListener("pagehide", flush);
