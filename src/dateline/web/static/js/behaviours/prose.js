// What publishers wrote, easier to read: the contents of a long article, footnotes, pictures as large as the screen, code
// to be copied.
// Without scripts the article is as it was published.

import { complete } from "../lib/entries.js";
import { show } from "../lib/notice.js";

const FEWEST_HEADINGS = 3;
const LONG = 6000; // characters
const MUCH_LARGER = 1.3;

export default function prose(zoom) {
  const words = zoom.dataset;
  const enrich = (entry) => {
    const content = entry.querySelector(".article-content");
    if (!content || "enriched" in content.dataset) {
      return;
    }
    content.dataset.enriched = "";
    contents(content, words);
    content.addEventListener("click", within);
    content.querySelectorAll("pre").forEach((code) => copyable(code, words));
    content.querySelectorAll("img").forEach((picture) => enlargeable(picture, zoom, words));
  };
  const open = async (entry) => {
    await complete(entry);
    enrich(entry);
  };
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("details.entry") && event.target.open) {
      open(event.target);
    }
  }, true);
  for (const entry of document.querySelectorAll(".entry.whole")) {
    enrich(entry);
  }
  document.addEventListener("entriesadded", () => document.querySelectorAll(".entry.whole").forEach(enrich));
  zoom.addEventListener("click", () => zoom.close());
}

/** A list of the headings before a long article that has some. */
function contents(content, words) {
  const headings = [...content.querySelectorAll("h2, h3")].filter((heading) => heading.textContent.trim());
  if (headings.length < FEWEST_HEADINGS || content.textContent.length < LONG) {
    return;
  }
  const list = document.createElement("ol");
  for (const heading of headings) {
    heading.tabIndex = -1;
    const way = document.createElement("button");
    way.type = "button";
    way.textContent = heading.textContent.trim();
    way.dir = "auto";
    way.addEventListener("click", () => {
      heading.scrollIntoView({ block: "start" });
      heading.focus({ preventScroll: true });
    });
    const item = document.createElement("li");
    item.className = heading.localName;
    item.append(way);
    list.append(item);
  }
  const box = document.createElement("details");
  box.className = "contents";
  box.lang = document.documentElement.lang;
  const head = document.createElement("summary");
  head.textContent = words.labelContents;
  box.append(head, list);
  content.before(box);
}

/** A footnote, or the way back from it: several articles of a page may have a place of the same name. */
function within(event) {
  const way = event.target.closest('a[href^="#text-"]');
  const name = way && decodeURIComponent(way.hash.slice(1));
  const place = way && event.currentTarget.querySelector(`#${CSS.escape(name)}`);
  if (place) {
    event.preventDefault();
    place.tabIndex = -1;
    place.scrollIntoView({ block: "nearest" });
    place.focus({ preventScroll: true });
  }
}

/** Code that is wider than its box can be reached by keyboard, and copied. */
function copyable(code, words) {
  code.tabIndex = 0;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy-code";
  button.lang = document.documentElement.lang;
  button.textContent = words.labelCopy;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.innerText);
    show(words.labelCopied);
  });
  const frame = document.createElement("div");
  frame.className = "code";
  code.replaceWith(frame);
  frame.append(code, button);
}

/** A picture that has more to show than fits the text opens over the page. */
function enlargeable(picture, zoom, words) {
  if (picture.closest("a, button")) {
    return; // it leads somewhere
  }
  const prepare = () => {
    if (picture.naturalWidth < picture.clientWidth * MUCH_LARGER || !picture.clientWidth) {
      return;
    }
    picture.classList.add("enlargeable");
    picture.tabIndex = 0;
    picture.setAttribute("role", "button");
    picture.setAttribute("aria-label", [words.labelEnlarge, picture.alt].filter(Boolean).join(" — "));
    picture.addEventListener("click", enlarge);
    picture.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        enlarge();
      }
    });
  };
  const enlarge = () => {
    const large = zoom.querySelector("img");
    large.src = picture.currentSrc || picture.src;
    large.alt = picture.alt;
    zoom.showModal();
    zoom.addEventListener("close", () => picture.focus({ preventScroll: true }), { once: true });
  };
  if (picture.complete) {
    prepare();
  } else {
    picture.addEventListener("load", prepare, { once: true });
  }
}
