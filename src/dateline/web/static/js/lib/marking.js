// One entry's states, changed by its own buttons or by a key; the page first, then the server, back again if it refuses.

import { showCounts } from "./counts.js";
import { idOf, isStarred, isUnread, setStarred, setUnread } from "./entries.js";
import { post } from "./http.js";
import { fail, tell } from "./notice.js";
import { flush, hold, isWaiting, keepAll, markSoon, mayComeLater, waitForConnection } from "./read-queue.js";

const PATIENCE = 1500;

/** What the account chose: whether "open", "site", "focus" or "scroll" marks an article read. */
export const marksOn = (deed) =>
  document.getElementById("entry-form")?.dataset.marking.split(" ").includes(deed) ?? false;

/** Mark the entry as read, soon and silently. */
export function readSoon(entry) {
  if (isUnread(entry)) {
    setUnread(entry, false);
    markSoon(idOf(entry));
  }
}

/** Mark these entries as read in one deed, which can be undone. */
export async function readAll(entries) {
  const unread = entries.filter(isUnread).slice(0, 1000);
  if (!unread.length) {
    return;
  }
  const change = (state, ids) => unread.forEach((entry) => ids?.has(idOf(entry)) !== false && setUnread(entry, state));
  change(false);
  try {
    await flush();
    const answer = await post(document.getElementById("entry-form").action, unread.map((entry) => ["id", idOf(entry)]));
    showCounts(answer.unread);
    tell(answer, (changed) => change(true, changed));
  } catch (error) {
    if (mayComeLater(error)) {
      keepAll(unread.map(idOf), "read");
      waitForConnection();
      return;
    }
    change(true);
    fail(error);
  }
}

/** What each verb does to the page. */
export const CHANGES = {
  read: (entry) => setUnread(entry, false),
  unread: (entry) => {
    setUnread(entry, true);
    entry.dataset.kept = ""; // by hand: scrolling past does not mark it again
  },
  star: (entry) => setStarred(entry, true),
  unstar: (entry) => setStarred(entry, false),
};

/** The button of an entry's row that does `verb`: read, unread, star or unstar. */
const buttonFor = (entry, verb) =>
  (entry.closest(".row") ?? entry).querySelector(`button[form="entry-form"][formaction$="/${verb}"]`);

/** Where a verb is told to the server. */
export const addressOf = (entry, verb) => buttonFor(entry, verb)?.formAction;

/** Mark the entry as the verb says, and tell so. */
export async function mark(entry, verb) {
  const address = addressOf(entry, verb);
  if (!address) {
    return;
  }
  const before = { unread: isUnread(entry), starred: isStarred(entry) };
  const restore = () => {
    setUnread(entry, before.unread);
    setStarred(entry, before.starred);
  };
  CHANGES[verb](entry);
  if (verb === "unread" && isWaiting(idOf(entry))) {
    await Promise.race([flush(), new Promise((go) => setTimeout(go, PATIENCE))]); // that it was read comes first
  }
  const { settle, release } = hold(idOf(entry), verb); // kept until the server has it, whatever becomes of this page
  try {
    const answer = await post(address, [["id", idOf(entry)]]);
    settle();
    showCounts(answer.unread);
    tell(answer, (changed) => changed.has(idOf(entry)) && restore());
  } catch (error) {
    release();
    if (mayComeLater(error)) {
      waitForConnection();
      return;
    }
    settle();
    restore();
    fail(error);
  }
}

/** Read or unread, starred or not: the other of the two. */
export const toggleRead = (entry) => mark(entry, isUnread(entry) ? "read" : "unread");
export const toggleStar = (entry) => mark(entry, isStarred(entry) ? "unstar" : "star");
