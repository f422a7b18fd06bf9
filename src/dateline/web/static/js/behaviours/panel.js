// The panel beside the page: opens over it with the keys of this page, takes the focus, gives it back.

import { isPossible } from "../lib/deeds.js";
import { fragment } from "../lib/http.js";

let before = null;

const panelOf = () => document.getElementById("panel");

export default function panel(box) {
  document.addEventListener("panelwanted", togglePanel);
  box.querySelector("a.close").addEventListener("click", (event) => {
    event.preventDefault();
    close();
  });
  document.addEventListener("click", (event) => {
    if (event.button === 0 && event.target.closest("a.keys-link")) {
      event.preventDefault();
      togglePanel();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && box.classList.contains("is-open")) {
      close();
    }
  });
}

/** Open the panel, or close it. */
function togglePanel() {
  const box = panelOf();
  if (!box) {
    return;
  }
  if (box.classList.contains("is-open")) {
    close();
    return;
  }
  before = document.activeElement;
  fill(box);
  box.classList.add("is-open");
  box.querySelector("a.close").focus();
}

/** Bring the keys, once; what this page has nothing for stays out. */
async function fill(box) {
  const address = box.dataset.fragment;
  delete box.dataset.fragment;
  if (!address) {
    return;
  }
  try {
    const part = await fragment(address);
    for (const row of part.querySelectorAll("[data-action]")) {
      row.hidden = !isPossible(row.dataset.action);
    }
    for (const group of part.querySelectorAll("dl:not(:has([data-action]:not([hidden])))")) {
      group.hidden = group.previousElementSibling.hidden = true;
    }
    box.querySelector("aside").append(part);
  } catch {
    box.dataset.fragment = address; // the next time
    location.assign(document.querySelector("a.keys-link").href);
  }
}

function close() {
  panelOf().classList.remove("is-open");
  before?.focus?.({ preventScroll: true });
  before = null;
}
