// Where one stopped in a long article: kept while it is open, offered when it is opened again; on its own page taken up.

import { complete, idOf, opened } from "../lib/entries.js";
import { reached, tell } from "../lib/progress.js";

const EVERY = 20_000; // milliseconds between two messages, at least
const STEP = 20; // thousandths: less is not worth one
const SCREENS = 2; // what is shorter is not long

let entry = null;
let share = 0; // how far it is read
let told = 0;
let toldAt = 0;

export default function progress(main) {
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("details.entry")) {
      event.target.open ? begin(event.target) : event.target === entry && leave();
    }
  }, true);
  addEventListener("scroll", scrolled, { passive: true });
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && send());
  addEventListener("pagehide", send);
  const single = main.querySelector(":scope > .entry");
  if (single ?? opened()) {
    begin(single ?? opened());
  }
}

async function begin(next) {
  leave();
  await complete(next); // one that comes by itself is here now
  const isSingle = !next.matches("details");
  if (!(isSingle || next.open) || !isLong(next)) {
    return;
  }
  const before = scrollY;
  const known = await reached(idOf(next));
  if (!isSingle && !next.open) {
    return;
  }
  entry = next;
  told = known.share;
  share = told;
  toldAt = Date.now();
  if (!told) {
    return;
  }
  if (isSingle && Math.abs(scrollY - before) < 5 && !location.hash) {
    goTo(next, told);
  } else if (!next.querySelector(".go-on")) {
    offer(next, told);
  }
}

function scrolled() {
  if (!entry || (entry.matches("details") && !entry.open)) {
    return; // closed: what was seen last holds, and measuring it would lay it out
  }
  const box = contentOf(entry);
  if (!box.height) {
    return;
  }
  share = shareOf(box);
  if (Date.now() - toldAt > EVERY) {
    send();
  }
}

function offer(next, stopped) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button go-on";
  const words = document.getElementById("tools").dataset.labelGoOn;
  const written = (stopped / 1000).toLocaleString(document.documentElement.lang, { style: "percent", maximumFractionDigits: 0 });
  button.textContent = words.replace("{share}", written);
  button.addEventListener("click", () => {
    button.remove();
    goTo(next, stopped);
  });
  next.querySelector(".article > header").append(button);
}

function leave() {
  send();
  entry?.querySelector(".go-on")?.remove();
  entry = null;
}

function send() {
  if (!entry || (share < told && entry.querySelector(".go-on"))) {
    return; // a look at the beginning does not lose the place
  }
  if (Math.abs(share - told) >= STEP || (share >= 970 && told < 970)) {
    told = share;
    toldAt = Date.now();
    tell(idOf(entry), { share });
  }
}

const contentOf = (article) => article.querySelector(".article-content").getBoundingClientRect();
const isLong = (article) => contentOf(article).height > SCREENS * innerHeight;
const top = () => document.querySelector(".bar")?.getBoundingClientRect().bottom ?? 0;

/** How much of the text has gone past the top, in thousandths; all of it once its end was seen. */
function shareOf(box) {
  const past = box.bottom <= innerHeight ? 1000 : ((top() - box.top) / box.height) * 1000;
  return Math.round(Math.min(Math.max(past, 0), 1000));
}

function goTo(article, stopped) {
  const box = contentOf(article);
  scrollTo({ top: scrollY + box.top - top() + (stopped / 1000) * box.height, behavior: "instant" });
}
