// The next page of a stream, put after the last row; it comes by itself when the end comes near, unless the account wants
// to press for it.

import { handle } from "../lib/entries.js";
import { fragment } from "../lib/http.js";
import { fail } from "../lib/notice.js";

let loading = null;

export default function more(link) {
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    const first = await loadMore();
    if (first) {
      handle(first.querySelector(".entry")).focus({ preventScroll: true });
    }
  });
  if (document.getElementById("main").dataset.more !== "pressed") {
    new IntersectionObserver(
      (sightings) => sightings.some((sighting) => sighting.isIntersecting) && loadMore({ isQuiet: true }),
      { rootMargin: "600px" },
    ).observe(link);
  }
}

/** Load the next page; gives its first row, or null at the end. Several askers share one load. */
export function loadMore({ isQuiet = false } = {}) {
  loading ??= load(isQuiet).finally(() => {
    loading = null;
  });
  return loading;
}

async function load(isQuiet) {
  const place = document.querySelector("#entries > .more");
  if (!place) {
    return null;
  }
  const address = place.querySelector('a[rel="next"]').dataset.fragment;
  place.setAttribute("aria-busy", "true");
  try {
    return append(place, await fragment(address));
  } catch (error) {
    if (!isQuiet) {
      fail(error);
    }
    return null;
  } finally {
    place.removeAttribute("aria-busy");
  }
}

/** Rows and separators that stand here already are left out: an entry may have moved between two pages. */
function append(place, part) {
  for (const entry of part.querySelectorAll(".row > .entry[id]")) {
    if (document.getElementById(entry.id)) {
      entry.closest(".row").remove();
    }
  }
  const days = new Set([...document.querySelectorAll("#entries .day")].map((day) => day.dataset.day));
  for (const day of part.querySelectorAll(".day")) {
    if (days.has(day.dataset.day)) {
      day.remove();
    }
  }
  const first = part.querySelector(".row");
  const following = part.querySelector('.more a[rel="next"]');
  place.replaceWith(part);
  document.dispatchEvent(new Event("entriesadded"));
  if (following) {
    more(following);
  }
  return first;
}
