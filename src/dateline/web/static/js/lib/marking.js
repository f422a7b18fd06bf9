// One entry's states, changed by its own buttons or by a key; the page first, then the server, back again if it refuses.

import { showCounts } from "./counts.js";
import { idOf, isStarred, isUnread, setStarred, setUnread } from "./entries.js";
import { post } from "./http.js";
import { fail, tell } from "./notice.js";
import { flush, forget } from "./read-queue.js";

const CHANGES = {
  read: (entry) => setUnread(entry, false),
  unread: (entry) => setUnread(entry, true),
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
  forget(idOf(entry));
  try {
    await flush();
    const answer = await post(address, [["id", idOf(entry)]]);
    showCounts(answer.unread);
    tell(answer, restore);
  } catch (error) {
    restore();
    fail(error);
  }
}

/** Read or unread, starred or not: the other of the two. */
export const toggleRead = (entry) => mark(entry, isUnread(entry) ? "read" : "unread");
export const toggleStar = (entry) => mark(entry, isStarred(entry) ? "unstar" : "star");
