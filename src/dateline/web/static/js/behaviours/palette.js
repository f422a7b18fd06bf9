// The command palette (Ctrl + K, ⌘ K): any stream, folder, feed, setting or action by a few of its letters. A dialog with
// a combobox (ARIA APG: the focus stays in the field, aria-activedescendant says what is chosen). Fetched when it first opens.
// A popover as large as the page: a modal dialog makes the browser style a whole stream anew, which takes thrice as long.

import { deeds, isPossible } from "../lib/deeds.js";
import { best } from "../lib/fuzzy.js";
import { Refused } from "../lib/http.js";
import { fail } from "../lib/notice.js";

const AT_MOST = 40;

let box = null;

export default function palette() {
  document.addEventListener("palettewanted", openPalette);
  document.addEventListener("keydown", (event) => {
    const isAsked = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k";
    if (isAsked && !document.querySelector("dialog[open]:not(.commands)")) {
      event.preventDefault();
      if (box?.dialog.matches(".is-open")) {
        box.close();
      } else {
        openPalette();
      }
    }
  });
}

/** Open it with an empty field; what can be chosen comes while one types, the first time. */
function openPalette() {
  box ??= build(document.body.dataset.labelPalette);
  box.open();
  if (!box.isFilled) {
    box.isFilled = true;
    load().then(box.fill, (error) => {
      box.isFilled = false;
      box.close();
      fail(error);
    });
  }
}

async function load() {
  const response = await fetch(document.body.dataset.palette, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!response?.ok || response.redirected) {
    throw new Refused("");
  }
  return response.json();
}

function build(label) {
  const dialog = element("dialog", { className: "commands", ariaLabel: label, ariaModal: "true", popover: "auto" });
  const inside = element("div", {});
  const field = element("input", { type: "text", ariaLabel: label, placeholder: label, autocomplete: "off", spellcheck: false, maxLength: 100 });
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "true", "aria-controls": "palette-goals", "aria-autocomplete": "list" })) {
    field.setAttribute(name, value);
  }
  const list = element("ul", { id: "palette-goals", role: "listbox", ariaLabel: label });
  const nothing = element("p", { role: "status" });
  inside.append(field, list, nothing);
  dialog.append(inside);
  document.body.append(dialog);

  let offered = [];
  let none = "";
  let isHasty = false; // Enter came before there was anything to choose
  let shown = [];
  let chosen = 0;

  const choose = (index) => {
    chosen = index;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
    field.setAttribute("aria-activedescendant", shown.length ? `palette-goal-${chosen}` : "");
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
  };
  const find = () => {
    shown = best(offered, field.value, AT_MOST);
    list.replaceChildren(...shown.map(optionOf));
    nothing.textContent = shown.length ? "" : none;
    choose(0);
  };
  const close = () => (dialog.open ? dialog.close() : dialog.hidePopover());
  const go = (goal) => {
    close(); // the focus goes back to where it was
    if (goal.url) {
      location.assign(goal.url);
    } else {
      deeds[goal.action].act();
    }
  };

  field.addEventListener("input", find);
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && shown.length) {
      event.preventDefault();
      choose((chosen + step + shown.length) % shown.length);
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      isHasty = !none;
      if (shown[chosen]) {
        go(shown[chosen]);
      }
    } else if (event.key === "Tab") {
      event.preventDefault(); // nothing else in it takes the focus, and the page behind is not to be had
    }
  });
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) {
      go(shown[[...list.children].indexOf(option)]);
    }
  });
  dialog.addEventListener("mousedown", (event) => {
    if (event.target !== field) {
      event.preventDefault(); // the focus stays in the field: elsewhere, keys would act on the page
    }
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) {
      close(); // beside it
    }
  });
  for (const name of ["beforetoggle", "close"]) {
    dialog.addEventListener(name, (event) => dialog.classList.toggle("is-open", event.newState === "open"));
  }
  const open = () => {
    field.value = "";
    find(); // first: then all is laid out at once
    if (dialog.showPopover) {
      dialog.showPopover();
    } else {
      dialog.showModal();
      dialog.classList.add("is-open");
    }
    field.focus();
    list.scrollTop = 0;
  };
  const fill = (answer) => {
    none = answer.none;
    offered = answer.goals.filter((goal) => goal.url || (goal.action !== "palette" && isPossible(goal.action)));
    find();
    if (isHasty && shown.length && dialog.matches(".is-open")) {
      go(shown[0]);
    }
  };
  return { dialog, open, close, fill, isFilled: false };
}

function optionOf(goal, index) {
  const option = element("li", { id: `palette-goal-${index}`, role: "option" });
  option.append(element("span", { className: "command-name", dir: "auto", textContent: goal.name }));
  option.append(element("span", { className: "command-group", textContent: goal.group }));
  if (goal.keys) {
    option.append(element("kbd", { textContent: goal.keys }));
  }
  return option;
}

const element = (name, properties) => Object.assign(document.createElement(name), properties);
