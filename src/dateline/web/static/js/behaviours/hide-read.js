// Rows that were read leave the list once they are out of sight: nothing moves under the reader's eyes. Undone, they return.

import { all, coveredHeight, isUnread } from "../lib/entries.js";

const PAUSE = 400;

export default function hideRead(main) {
  const wasRead = new Set(main.dataset.shown === "all" ? all() : []);
  let timer;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => tidy(wasRead), PAUSE);
  };
  document.addEventListener("entrychange", soon);
  addEventListener("scroll", soon, { passive: true });
}

function tidy(wasRead) {
  const top = coveredHeight();
  const entries = all();
  const anchor = entries.find((entry) => entry.getBoundingClientRect().bottom > top);
  const before = anchor?.getBoundingClientRect().top;
  for (const entry of entries) {
    const row = entry.closest(".row");
    if (isUnread(entry)) {
      row.hidden = false;
    } else if (!row.hidden && !entry.open && !wasRead.has(entry) && !isSelected(row) && isOutOfSight(entry, top)) {
      row.hidden = !row.contains(document.activeElement);
    }
  }
  if (anchor) {
    scrollBy({ top: anchor.getBoundingClientRect().top - before, behavior: "instant" });
  }
}

/** What is selected is still to be done something with: it stays to be seen. */
const isSelected = (row) => row.querySelector(":scope > .tick")?.checked;

const isOutOfSight = (entry, top) => {
  const place = entry.getBoundingClientRect();
  return place.bottom < top || place.top > innerHeight;
};
