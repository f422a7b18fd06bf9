// What changed since the page was made: counts everywhere, the rows' states, and whether new articles came.

import { showCounts } from "./counts.js";
import { byId, idOf, isStarred, isUnread, setStarred, setUnread } from "./entries.js";
import { post } from "./http.js";
import { isUntold } from "./read-queue.js";

const AT_MOST = 1000;

let asking = null;
let again = false;

/** Ask the server and show what it says; gives whether new articles came. Several askers share one question. */
export function ask() {
  again = Boolean(asking);
  asking ??= look().finally(() => {
    asking = null;
    if (again) {
      again = false;
      ask();
    }
  });
  return asking;
}

async function look() {
  const sidebar = document.getElementById("sidebar");
  const main = document.getElementById("main");
  const stream = document.querySelector("form.refresh, form.mark-all");
  const shown = [...document.querySelectorAll(".entry[data-entry-id]")].slice(0, AT_MOST).map(idOf);
  const before = new Map(shown.map((id) => [id, stateOf(byId(id))]));
  try {
    const answer = await post(sidebar.dataset.ask, [
      ["after", main.dataset.newestSeen ?? main.dataset.newestId ?? 0],
      ...(stream ? [...new FormData(stream)].filter(([name]) => name !== "next" && name !== "up_to") : []),
      ...shown.map((id) => ["shown", id]),
    ]);
    main.dataset.newestSeen = answer.newest;
    again ||= answer.behind; // so much came that the rest is delivered when somebody asks once more
    showCounts(answer.unread);
    showStates(answer, before);
    if (answer.arrived) {
      announce();
    }
    return answer.arrived;
  } catch {
    return false; // no connection, or no session any more: the next deed says so
  }
}

const stateOf = (entry) => `${isUnread(entry)} ${isStarred(entry)}`;

/** What was done elsewhere; what was done here meanwhile, or is still to be sent, stays. */
function showStates(answer, before) {
  const unread = new Set(answer.unread_ids);
  const kept = new Set(answer.kept_ids);
  const starred = new Set(answer.starred_ids);
  for (const [id, state] of before) {
    const entry = byId(id);
    const isNews = kept.has(id) || state !== `${unread.has(id)} ${starred.has(id)}`;
    if (!isNews || !entry || stateOf(entry) !== state || isUntold(id)) { // the dearest last: it reads what the browser keeps
      continue;
    }
    if (isUnread(entry) !== unread.has(id)) {
      setUnread(entry, unread.has(id));
    }
    if (kept.has(id)) {
      entry.dataset.kept = ""; // unread by hand there: scrolling past it here does not mark it
    }
    if (isStarred(entry) !== starred.has(id)) {
      setStarred(entry, starred.has(id));
    }
  }
}

/** New articles never push the page: a bar tells of them, and shows them when it is pressed. */
function announce() {
  const link = document.querySelector("#arrivals a");
  if (link) {
    link.hidden = false;
  }
}
