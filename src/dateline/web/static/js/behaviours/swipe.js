// A finger over a row: the way that is read marks it read (or unread), the other way makes it a favourite (or not).

import { toggleRead, toggleStar } from "../lib/marking.js";

const ENOUGH = 72;
const FURTHEST = 110;

export default function swipe(main) {
  let row = null;
  let from = null;
  let way = 0;
  const onwards = document.documentElement.dir === "rtl" ? -1 : 1;

  const stop = () => {
    if (row) {
      row.style.translate = "";
      row.classList.remove("is-swiped", "is-swiped-enough");
      main.classList.remove("is-swiping");
    }
    row = null;
    way = 0;
  };

  main.addEventListener("touchstart", (event) => {
    const summary = event.touches.length === 1 ? event.target.closest("details.entry > summary") : null;
    stop();
    row = summary?.closest(".row") ?? null;
    from = event.touches[0];
  }, { passive: true });

  main.addEventListener("touchmove", (event) => {
    if (!row) {
      return;
    }
    const across = event.touches[0].clientX - from.clientX;
    const down = event.touches[0].clientY - from.clientY;
    if (!way && Math.abs(down) > Math.abs(across)) {
      row = null; // it scrolls
      return;
    }
    way = Math.max(-FURTHEST, Math.min(FURTHEST, across));
    row.style.translate = `${way}px 0`;
    row.classList.add("is-swiped");
    main.classList.add("is-swiping");
    row.classList.toggle("is-swiped-enough", Math.abs(way) >= ENOUGH);
  }, { passive: true });

  main.addEventListener("touchend", () => {
    const entry = row?.querySelector("details.entry");
    const done = way;
    stop();
    if (entry && Math.abs(done) >= ENOUGH) {
      (done * onwards > 0 ? toggleRead : toggleStar)(entry);
    }
  });
  main.addEventListener("touchcancel", stop);
}
