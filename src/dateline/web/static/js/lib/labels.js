// Labels as the page shows them: those of an article at its foot, all of the account in the one menu.

/** The labels that an article has: [{id, name, colour}]. */
export const labelsOf = (entry) =>
  [...entry.querySelectorAll(".entry-labels > li")].map((label) => ({
    id: label.dataset.labelId,
    name: label.textContent.trim(),
    colour: label.querySelector(".label-mark").dataset.colour,
  }));

/** All labels of the account, in their order, as the menu of the page has them: [{id, name}]. */
export const allLabels = () =>
  [...menuOf().querySelectorAll(".label-ticks > li")].map((tick) => ({
    id: tick.querySelector('input[name="label"]').value,
    name: tick.textContent.trim(),
    colour: tick.querySelector(".label-mark").dataset.colour,
  }));

const menuOf = () => document.querySelector("#tools .labelling");

/** Show these labels at the article, and as the ticks of the menu when it stands there. */
export function drawLabels(entry, labels) {
  const menu = menuOf();
  const foot = entry.querySelector(".article-foot");
  const list = document.createElement("ul");
  list.className = "entry-labels";
  list.append(...labels.map((label) => chip(menu, label)));
  foot.querySelector(".entry-labels")?.remove();
  if (labels.length) {
    foot.prepend(list);
  }
  for (const label of labels) {
    if (!menu.querySelector(`input[name="label"][value="${label.id}"]`)) {
      menu.querySelector(".label-ticks").append(tick(menu, label));
    }
  }
  if (menu.closest(".entry") === entry) {
    for (const box of menu.querySelectorAll('input[name="label"]')) {
      box.checked = labels.some((label) => String(label.id) === box.value);
    }
  }
}

function chip(menu, label) {
  const part = menu.querySelector("template.label-chip").content.cloneNode(true);
  const item = part.querySelector("li");
  item.dataset.labelId = label.id;
  item.querySelector("a").href += label.id;
  item.querySelector(".label-mark").dataset.colour = label.colour;
  item.querySelector("a > [dir]").textContent = label.name;
  return part;
}

function tick(menu, label) {
  const part = menu.querySelector("template.label-tick").content.cloneNode(true);
  for (const input of part.querySelectorAll("input")) {
    input.value = label.id;
  }
  part.querySelector(".label-mark").dataset.colour = label.colour;
  part.querySelector("label > [dir]").textContent = label.name;
  return part;
}
