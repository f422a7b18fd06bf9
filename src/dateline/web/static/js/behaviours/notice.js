// The notice: leaves by itself, waits while it is pointed at or focused, closes by its cross, takes back without a reload.

import { showCounts } from "../lib/counts.js";
import { idOf } from "../lib/entries.js";
import { post } from "../lib/http.js";
import { cameFrom, fail, hide, hold, show, undoneBy, wait } from "../lib/notice.js";

export default function notice(box) {
  if (!box.classList.contains("is-empty")) {
    wait();
  }
  box.addEventListener("pointerenter", hold);
  box.addEventListener("pointerleave", wait);
  box.addEventListener("focusin", (event) => {
    hold();
    if (event.relatedTarget && !box.contains(event.relatedTarget)) {
      cameFrom(event.relatedTarget);
    }
  });
  box.addEventListener("focusout", wait);
  box.querySelector("a.close").addEventListener("click", (event) => {
    event.preventDefault();
    hide();
  });
  box.querySelector(".notice-undo")?.addEventListener("submit", (event) => {
    const undone = undoneBy(event.target.elements.seq.value);
    if (undone) {
      event.preventDefault();
      takeBack(event.target, undone);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      hide();
    }
  });
}

async function takeBack(form, undone) {
  const fields = new FormData(form);
  for (const entry of [...document.querySelectorAll(".entry[data-entry-id]")].slice(-1000)) {
    fields.append("shown", idOf(entry));
  }
  try {
    const answer = await post(form.action, fields);
    undone(new Set(answer.changed)); // not what was done again meanwhile, on another device
    showCounts(answer.unread);
    show(answer.notice);
  } catch (error) {
    fail(error);
  }
}
