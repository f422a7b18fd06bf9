// The numbers of unread entries: in the sidebar, in the bar and in the title.

import { badge } from "./badge.js";

/** Show what the server counted: {main, important, starred, folders: {id: n}, feeds: {id: n}}. */
export function showCounts(counts) {
  if (!counts) {
    return;
  }
  const stream = streamOf(counts);
  for (const place of document.querySelectorAll("[data-count]")) {
    const name = place.dataset.count;
    const count = name === "stream" ? stream : named(name, counts);
    if (count !== undefined) {
      put(place, count);
    }
  }
  if (stream !== undefined) {
    const title = document.title.replace(/^\([^)]*\)\s/, "");
    document.title = stream ? `(${written(stream)}) ${title}` : title;
  }
  badge(counts.main);
}

/** Of "feed-12", "main"… what was counted. */
function named(name, counts) {
  const [kind, id] = name.split("-");
  return id ? counts[`${kind}s`]?.[id] : counts[kind];
}

/** Only what changed is written: of 200 feeds it is one, and the browser need not look at the others again. */
function put(place, count) {
  const text = count ? written(count) : "";
  if (place.textContent === text) {
    return;
  }
  place.textContent = text;
  place.closest("a")?.classList.toggle("has-unread", Boolean(count));
}

function streamOf(counts) {
  const asked = document.querySelector("form.mark-all")?.elements;
  return asked && !asked.q.value ? ofStream(asked.kind.value, asked.key.value, counts) : undefined;
}

function ofStream(kind, key, counts) {
  switch (kind) {
    case "main":
    case "important":
    case "all":
      return counts[kind];
    case "folder":
      return counts.folders[key];
    case "label":
      return counts.labels[key];
    case "feed":
      return counts.feeds[key];
    default:
      return undefined;
  }
}

/** 1234 → "1 234" as the page's language writes it; below 1000 as it is. */
const written = (count) => (count < 1000 ? String(count) : count.toLocaleString(document.documentElement.lang));
