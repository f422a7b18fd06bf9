// On a narrow screen, a bar at the thumb while an article is open: close, read, favourite, next. Where all are open, it
// speaks of the one in sight.

import { current, isStarred, isUnread, opened, toggle } from "../lib/entries.js";
import { toggleRead, toggleStar } from "../lib/marking.js";
import { move } from "../lib/moving.js";

const ACTS = {
  close: (entry) => {
    toggle(entry, false);
    entry.querySelector("summary").focus({ preventScroll: true });
  },
  read: toggleRead,
  star: toggleStar,
  next: () => move(1),
};

export default function readingBar(bar) {
  const main = document.getElementById("main");
  const areAllOpen = document.querySelector("#entries > .row > .entry.whole") !== null;
  const its = () => (areAllOpen ? current() : opened());
  const close = bar.querySelector('[data-act="close"]');
  close.hidden = areAllOpen;

  const show = () => {
    const entry = its();
    bar.hidden = !entry;
    main.toggleAttribute("data-reading", Boolean(entry)); // what else floats makes room
    if (entry) {
      bar.querySelector('[data-act="read"]')?.setAttribute("aria-pressed", String(!isUnread(entry)));
      bar.querySelector('[data-act="star"]')?.setAttribute("aria-pressed", String(isStarred(entry)));
    }
  };
  bar.addEventListener("click", (event) => {
    const entry = its();
    const button = event.target.closest("[data-act]");
    if (button && entry) {
      ACTS[button.dataset.act](entry);
    }
  });
  document.addEventListener("toggle", show, true);
  document.addEventListener("entrychange", show);
  if (areAllOpen) {
    let isWaiting = false;
    addEventListener("scroll", () => {
      if (!isWaiting) {
        isWaiting = true;
        requestAnimationFrame(() => {
          isWaiting = false;
          show();
        });
      }
    }, { passive: true });
  }
  show();
}
