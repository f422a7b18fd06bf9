// The labels of the article that is open: ticks are saved at once, typing finds a label or makes one. One menu a page.

import { showCounts } from "../lib/counts.js";
import { byId, idOf } from "../lib/entries.js";
import { post } from "../lib/http.js";
import { drawLabels, labelsOf } from "../lib/labels.js";
import { fail, tell } from "../lib/notice.js";
import { keep, mayComeLater, waitForConnection } from "../lib/read-queue.js";

export default function labels(menu) {
  const form = menu.querySelector("form");
  const field = form.elements.new_label;
  const ticks = () => [...menu.querySelectorAll(".label-ticks > li")];
  const textIn = (tick) => tick.textContent.trim();
  const textOf = (tick) => textIn(tick).toLocaleLowerCase();
  const find = () => {
    const needle = field.value.trim().toLocaleLowerCase();
    for (const tick of ticks()) {
      tick.hidden = !textOf(tick).includes(needle);
    }
  };
  menu.querySelector(".label-save").hidden = true;

  let preparedFor = null;
  const prepare = () => {
    const entry = menu.closest(".entry");
    if (!entry || preparedFor === entry) {
      return;
    }
    preparedFor = entry;
    const own = [...entry.querySelectorAll(".entry-labels > li")].map((label) => label.dataset.labelId);
    form.elements.id.value = idOf(entry);
    for (const box of menu.querySelectorAll('input[name="label"]')) {
      box.checked = own.includes(box.value);
    }
    field.value = "";
    find();
  };
  menu.addEventListener("toggle", () => {
    if (menu.open) {
      prepare();
      field.focus({ preventScroll: true });
    } else {
      preparedFor = null;
    }
  });
  menu.addEventListener("focusin", () => menu.open && prepare()); // a key sets the focus, and people type, before "toggle"

  field.addEventListener("input", find);
  form.addEventListener("change", (event) => {
    if (event.target.name === "label") {
      save();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const wanted = field.value.trim().toLocaleLowerCase();
    const same = ticks().find((tick) => textOf(tick) === wanted);
    if (same) {
      const box = same.querySelector('input[name="label"]');
      box.checked = !box.checked;
      field.value = "";
    }
    if (wanted) {
      save();
    }
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      event.stopPropagation();
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  async function save() {
    const id = form.elements.id.value;
    const entry = byId(id);
    const before = labelsOf(entry);
    try {
      const answer = await post(form.action, new FormData(form));
      field.value = "";
      drawLabels(entry, answer.labels);
      find();
      showCounts(answer.unread);
      tell(answer, () => drawLabels(entry, before));
    } catch (error) {
      if (mayComeLater(error) && !field.value.trim()) {
        drawLabels(entry, keepTicks(id, before));
        waitForConnection();
        return;
      }
      drawLabels(entry, before);
      fail(error);
    }
  }

  /** What the ticks change is kept, and told later; the labels they say. */
  function keepTicks(id, before) {
    const had = before.map((label) => label.id);
    const boxes = [...menu.querySelectorAll('input[name="label"]')];
    for (const box of boxes.filter((one) => one.checked !== had.includes(one.value))) {
      keep(id, `${box.checked ? "" : "un"}label:${box.value}`);
    }
    return boxes.filter((box) => box.checked).map((box) => ({
      id: box.value,
      name: textIn(box.closest("li")),
      colour: box.closest("li").querySelector(".label-mark").dataset.colour,
    }));
  }
}
