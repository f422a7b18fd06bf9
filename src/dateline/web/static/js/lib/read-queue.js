// What a person does is kept in the browser until the server has it: no connection, a closed tab or a crash loses none.
// Of an entry's deeds of one kind (read or not, starred or not, one label) the last is kept, with the time it was done.
// What was read leaves in batches, a second later; what waited longer is told with its time, and the server leaves out
// what something later contradicts.

import { showCounts } from "./counts.js";
import { byId, setStarred, setUnread } from "./entries.js";
import { post } from "./http.js";
import { fail, show } from "./notice.js";

const DELAY = 1000;
const AT_ONCE = 500;
const SOON = 30_000;
const AGAIN = [5_000, 15_000, 60_000];

const form = document.getElementById("entry-form");
const KEY = `dateline:deeds:${form?.dataset.account}`;

let timer;
let sending = null;
let failures = 0;

/** {"12 read": ["unread", when]}: the deeds that the server has not confirmed yet; other tabs may add theirs. */
function waiting() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return { ...unkept };
  }
}

/** Where the browser keeps nothing, this page does. */
let unkept = {};

function change(act) {
  const deeds = waiting();
  act(deeds);
  unkept = deeds;
  try {
    if (Object.keys(deeds).length) {
      localStorage.setItem(KEY, JSON.stringify(deeds));
    } else {
      localStorage.removeItem(KEY);
    }
  } catch {
    // kept in this page alone
  }
}

const KINDS = { read: "read", unread: "read", star: "star", unstar: "star" };
const keyOf = (id, action) => `${id} ${KINDS[action] ?? action.replace("unlabel", "label")}`;

/** What somebody is telling right now: it is in no batch. */
const inHand = new Set();

/** Keep a deed until it is told: "read", "unread", "star", "unstar", "label:ID", "unlabel:ID". */
export function keep(id, action) {
  const key = keyOf(id, action);
  const deed = [action, Date.now()];
  change((deeds) => {
    deeds[key] = deed;
  });
  return [key, deed];
}

/** Keep one deed of several entries until it is told. */
export function keepAll(ids, action) {
  const at = Date.now();
  change((deeds) => ids.forEach((id) => {
    deeds[keyOf(id, action)] = [action, at];
  }));
}

/** Keep a deed that is told at once, by whoever asks: {settle} when the server has it, {release} when it has to wait. */
export function hold(id, action) {
  const [key, deed] = keep(id, action);
  inHand.add(key);
  const release = () => inHand.delete(key);
  const settle = () => {
    release();
    settled([[key, deed]]);
  };
  return { settle, release };
}

/** Whether the server is still to be told anything of the entry. */
export const isUntold = (id) => Object.keys(waiting()).some((key) => key.startsWith(`${id} `));

/** Whether the server is still to be told that the entry was read. */
export const isWaiting = (id) => waiting()[keyOf(id, "read")]?.[0] === "read";

/** Mark the entry as read, soon. */
export function markSoon(id) {
  keep(id, "read");
  if (!failures) {
    later(DELAY);
  }
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
      const answer = await post(...letter(batch));
      settled(batch);
      showCounts(answer.unread);
      failures = 0;
    } catch (error) {
      if (mayComeLater(error)) {
        waitForConnection();
        return;
      }
      settled(batch);
      if (error.status !== 404) { // 404: none of them is this person's any more
        batch.forEach(([key, [action]]) => action === "read" && setUnread(byId(parseInt(key, 10)), true));
        fail(error);
      }
    }
  }
}

const next = () =>
  form ? Object.entries(waiting()).filter(([key]) => !inHand.has(key)).slice(0, AT_ONCE) : [];

/** Where a batch is told, and how: what was read just now by its ids alone. */
function letter(batch) {
  const now = Date.now();
  if (batch.every(([, [action, at]]) => action === "read" && now - at < SOON)) {
    return [form.action, batch.map(([key]) => ["id", parseInt(key, 10)])];
  }
  const deeds = batch.map(([key, [action, at]]) => ["deed", `${parseInt(key, 10)} ${action} ${Math.max(0, now - at)}`]);
  return [form.dataset.late, [["account", form.dataset.account], ...deeds]];
}

/** The server has them; what was done otherwise meanwhile still waits. */
const settled = (batch) =>
  change((deeds) => {
    for (const [key, [action, at]] of batch) {
      if (deeds[key]?.[0] === action && deeds[key][1] === at) {
        delete deeds[key];
      }
    }
  });

/** No connection, a server that starts again, a session that ended. */
export const mayComeLater = (error) => !error.status || error.status >= 500 || [401, 403, 429].includes(error.status);

/** Say that it waits, try again by and by; the service worker tries too, when this page is closed. */
export function waitForConnection() {
  if (!failures) {
    show(form.dataset.labelWaiting);
  }
  later(AGAIN[Math.min(failures, AGAIN.length - 1)]);
  failures += 1;
  navigator.serviceWorker?.controller?.postMessage({
    late: { address: form.dataset.late, account: form.dataset.account, deeds: waiting() },
  });
}

const SHOWN = {
  read: (entry) => setUnread(entry, false),
  unread: (entry) => setUnread(entry, true),
  star: (entry) => setStarred(entry, true),
  unstar: (entry) => setStarred(entry, false),
};

// What was left over from before is shown here too, and sent.
for (const [key, [action]] of next()) {
  const entry = byId(parseInt(key, 10));
  if (entry) {
    SHOWN[action]?.(entry);
  }
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
navigator.serviceWorker?.addEventListener("message", ({ data }) => {
  if (data.told?.account === form?.dataset.account) {
    settled(Object.entries(data.told.deeds));
  }
});
