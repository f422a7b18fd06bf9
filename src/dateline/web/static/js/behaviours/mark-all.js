// Mark all as read: what the page shows changes in place; *undo* gives back what was unread.

import { showCounts } from "../lib/counts.js";
import { all, isUnread, setUnread } from "../lib/entries.js";
import { post } from "../lib/http.js";
import { fail, tell } from "../lib/notice.js";
import { flush } from "../lib/read-queue.js";

export default function markAll(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const changed = all().filter(isUnread);
    const change = (unread) => changed.forEach((entry) => setUnread(entry, unread));
    const button = event.submitter;
    button?.setAttribute("aria-busy", "true");
    try {
      await flush();
      const answer = await post(form.action, new FormData(form));
      change(false);
      showCounts(answer.unread);
      tell(answer, () => change(true));
    } catch (error) {
      fail(error);
    } finally {
      button?.removeAttribute("aria-busy");
    }
  });
}
