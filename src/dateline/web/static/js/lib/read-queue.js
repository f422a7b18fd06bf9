// What was read is marked in batches: ids collect for a second, and leave at once when the page is left. They are kept in
// the browser until the server has them: no connection, a closed tab or a crash loses none; the next page sends the rest.

import { showCounts } from "./counts.js";
import { byId, setUnread } from "./entries.js";
import { post } from "./http.js";
import { fail, show } from "./notice.js";

const DELAY = 1000;
const AT_ONCE = 500;
const AGAIN = [5_000, 15_000, 60_000];

const form = document.getElementById("entry-form");
const KEY = `dateline:read:${form?.dataset.account}`;

let timer;
let sending = null;
let failures = 0;

/** The ids that the server has not confirmed yet; other tabs may add theirs. */
function waiting() {
  try {
    return new Set(JSON.parse(localStorage.getItem(KEY) ?? "[]"));
  } catch {
    return new Set(unkept);
  }
}

/** Where the browser keeps nothing, this page does. */
let unkept = [];

function change(act) {
  const ids = waiting();
  act(ids);
  unkept = [...ids];
  try {
    if (ids.size) {
      localStorage.setItem(KEY, JSON.stringify(unkept));
    } else {
      localStorage.removeItem(KEY);
    }
  } catch {
    // kept in this page alone
  }
}

/** Mark the entry as read, soon. */
export function markSoon(id) {
  change((ids) => ids.add(id));
  if (!failures) {
    later(DELAY);
  }
}

/** Somebody marked it otherwise before it was sent. */
export function forget(id) {
  change((ids) => ids.delete(id));
}

function later(pause) {
  clearTimeout(timer);
  timer = setTimeout(flush, pause);
}

/** Send what has collected; done when it was sent, or has to wait for a connection. */
export function flush() {
  clearTimeout(timer);
  sending ??= send().finally(() => {
    sending = null;
  });
  return sending;
}

async function send() {
  for (let batch = next(); batch.length; batch = next()) {
    try {
      const answer = await post(form.action, batch.map((id) => ["id", id]));
      settled(batch);
      showCounts(answer.unread);
      failures = 0;
    } catch (error) {
      if (mayComeLater(error)) {
        again();
        return;
      }
      settled(batch);
      if (error.status !== 404) { // 404: none of them is this person's any more
        batch.forEach((id) => setUnread(byId(id), true));
        fail(error);
      }
    }
  }
}

const next = () => (form ? [...waiting()].slice(0, AT_ONCE) : []);
const settled = (batch) => change((ids) => batch.forEach((id) => ids.delete(id)));
/** No connection, a server that starts again, a session that ended. */
const mayComeLater = (error) => !error.status || error.status >= 500 || [401, 403, 429].includes(error.status);

function again() {
  if (!failures) {
    show(form.dataset.labelWaiting);
  }
  later(AGAIN[Math.min(failures, AGAIN.length - 1)]);
  failures += 1;
}

// What was left over from before is read here too, and sent.
for (const id of next()) {
  setUnread(byId(id), false);
}
if (next().length) {
  later(0);
}
addEventListener("online", flush);
addEventListener("pagehide", flush);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") {
    flush();
  }
});
