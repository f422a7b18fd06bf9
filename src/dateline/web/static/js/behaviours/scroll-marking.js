// What was scrolled past the top is read; not what was marked unread by hand, nor what important feeds bring elsewhere.
// Only a person's own scrolling counts, not a place that the browser restores.

import { all, coveredHeight, isUnread } from "../lib/entries.js";
import { readSoon } from "../lib/marking.js";

const PAST = 5;
const BY_HAND = ["wheel", "touchmove", "keydown", "pointerdown"];

export default function scrollMarking() {
  let isAwake = false;
  let isWaiting = false;
  const wake = () => {
    isAwake = true;
    BY_HAND.forEach((deed) => removeEventListener(deed, wake));
  };
  BY_HAND.forEach((deed) => addEventListener(deed, wake, { passive: true }));

  addEventListener("scroll", () => {
    if (isAwake && !isWaiting) {
      isWaiting = true;
      requestAnimationFrame(() => {
        isWaiting = false;
        readPassed();
      });
    }
  }, { passive: true });
}

function readPassed() {
  const top = coveredHeight() - PAST;
  for (const entry of all()) {
    if (entry.getBoundingClientRect().bottom >= top) {
      break;
    }
    if (isUnread(entry) && !("kept" in entry.dataset)) {
      readSoon(entry);
    }
  }
}
