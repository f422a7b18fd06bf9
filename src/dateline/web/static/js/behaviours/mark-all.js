// Mark a whole stream: what the page shows changes in place, or it goes on to the next stream; *undo* gives back what was
// unread. Asks before, where the account wants it so.

import { showCounts } from "../lib/counts.js";
import { all, byId, current, idOf, setUnread } from "../lib/entries.js";
import { post } from "../lib/http.js";
import { readAll } from "../lib/marking.js";
import { fail, tell } from "../lib/notice.js";
import { flush } from "../lib/read-queue.js";

export default function markAll(form) {
  const question = form.querySelector("dialog");
  let what = null;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    what = event.submitter;
    closeMenu(form);
    if (question) {
      question.querySelector("p").textContent = what?.textContent || what?.title;
      question.showModal();
    } else {
      send(form, what);
    }
  });
  question?.addEventListener("click", (event) => {
    const act = event.target.closest("[data-act]")?.dataset.act;
    if (act) {
      question.close();
    }
    if (act === "do") {
      send(form, what);
    }
  });

  const above = form.querySelector('[data-act="above"]');
  form.querySelector("details")?.addEventListener("toggle", () => {
    above.hidden = !current();
  });
  above?.addEventListener("click", () => {
    closeMenu(form);
    const entries = all();
    readAll(entries.slice(0, entries.indexOf(current())));
  });
}

function closeMenu(form) {
  form.querySelector("details").open = false;
}

async function send(form, button) {
  const fields = new FormData(form);
  if (button?.name) {
    fields.set(button.name, button.value);
  }
  fields.set("confirmed", "1");
  for (const entry of all().slice(-1000)) {
    fields.append("shown", idOf(entry));
  }
  const toUnread = button?.value === "unread";
  const main = form.querySelector("button");
  main.setAttribute("aria-busy", "true");
  try {
    await flush();
    const answer = await post(form.action, fields);
    if (answer.next) {
      location.assign(answer.next);
      return;
    }
    const change = (ids, unread) => ids.forEach((id) => setUnread(byId(id), unread));
    change(answer.changed, toUnread);
    showCounts(answer.unread);
    tell(answer, (changed) => change(changed, !toUnread));
  } catch (error) {
    fail(error);
  } finally {
    main.removeAttribute("aria-busy");
  }
}
