// Rows that were read leave a list of what is unread once they are out of sight: nothing moves under the reader's eyes.
// Undone, they return. Where what is read is shown too, it stays.

import { all, coveredHeight, isStarred, isUnread } from "../lib/entries.js";

const PAUSE = 400;
const LEAVES = { unread: () => true, unread_not_starred: () => true, unread_or_starred: (entry) => !isStarred(entry) };

export default function hideRead(main) {
  const leaves = LEAVES[main.dataset.shown];
  if (!leaves) {
    return;
  }
  let timer;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => tidy(leaves), PAUSE);
  };
  document.addEventListener("entrychange", soon);
  addEventListener("scroll", soon, { passive: true });
}

function tidy(leaves) {
  const top = coveredHeight();
  const entries = all();
  const anchor = entries.find((entry) => entry.getBoundingClientRect().bottom > top);
  const before = anchor?.getBoundingClientRect().top;
  for (const entry of entries) {
    const row = entry.closest(".row");
    if (isUnread(entry)) {
      row.hidden = false;
    } else if (!row.hidden && !entry.open && leaves(entry) && !isSelected(row) && isOutOfSight(entry, top)) {
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
