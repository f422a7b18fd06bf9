// The numbers of unread entries: in the sidebar, in the bar and in the title.

import { badge } from "./badge.js";

/** Show what the server counted: {main, important, starred, folders: {id: n}, feeds: {id: n}}. */
export function showCounts(counts) {
  if (!counts) {
    return;
  }
  for (const name of ["main", "important", "starred"]) {
    put(name, counts[name]);
  }
  for (const [kind, byId] of [["folder", counts.folders], ["feed", counts.feeds], ["label", counts.labels]]) {
    for (const [id, count] of Object.entries(byId)) {
      put(`${kind}-${id}`, count);
    }
  }
  showStream(counts);
  badge(counts.main);
}

function put(name, count) {
  for (const place of document.querySelectorAll(`[data-count="${CSS.escape(name)}"]`)) {
    place.textContent = count ? written(count) : "";
    place.closest("a")?.classList.toggle("has-unread", Boolean(count));
  }
}

function showStream(counts) {
  const asked = document.querySelector("form.mark-all")?.elements;
  const count = asked && !asked.q.value ? ofStream(asked.kind.value, asked.key.value, counts) : undefined;
  if (count === undefined) {
    return;
  }
  put("stream", count);
  const title = document.title.replace(/^\([^)]*\)\s/, "");
  document.title = count ? `(${written(count)}) ${title}` : title;
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
