// Several articles at once: a box in each row (put there by this script, unless the page came with them), shift for all
// between, a bar that counts them and does what is pressed to all in one request, with one undo.

import { showCounts } from "../lib/counts.js";
import { all, current, handle, idOf, isStarred, isUnread, setStarred, setUnread } from "../lib/entries.js";
import { post } from "../lib/http.js";
import { allLabels, drawLabels, labelsOf } from "../lib/labels.js";
import { CHANGES } from "../lib/marking.js";
import { fail, show, tell } from "../lib/notice.js";
import { flush, keepAll, mayComeLater, waitForConnection } from "../lib/read-queue.js";

const MOST = 1000;
const OTHERS_ESCAPE = "dialog[open], .commands.is-open, #panel.is-open";
const ITS_ESCAPE = "details:is(.menu, .share, .labelling)[open], input:not([type=checkbox])";

const main = () => document.getElementById("main");
const cameWithBoxes = () => new URLSearchParams(location.search).get("select") === "1";
const isSelecting = () => "selecting" in main().dataset;
const tickOf = (entry) => entry.closest(".row").querySelector(":scope > .tick");
const selected = () => all().filter((entry) => tickOf(entry)?.checked);
const shown = () => all().filter((entry) => !entry.closest(".row").hidden);

export default function selecting(bar) {
  const way = document.querySelector(".menu-group:has(> a.select-link)");
  let last = null;

  const count = () => {
    const number = selected().length;
    bar.querySelector("output").textContent = bar.dataset.labelCount.replace("{count}", number);
    bar.querySelector('[data-act="all"]').setAttribute("aria-pressed", String(number > 0 && number === Math.min(shown().length, MOST)));
  };

  const start = () => {
    main().dataset.selecting = "";
    all().forEach((entry) => tickOf(entry) ?? entry.closest(".row").prepend(newTick(entry)));
    bar.hidden = false;
    way.hidden = !cameWithBoxes();
    bar.querySelector('[data-act="all"]').hidden = false;
    count();
  };

  const stop = () => {
    const held = document.activeElement?.closest(".row, #selected");
    const entry = held?.querySelector(".entry") ?? last ?? all()[0];
    delete main().dataset.selecting;
    document.querySelectorAll("#entries .tick").forEach((tick) => tick.remove());
    bar.hidden = true;
    way.hidden = false;
    last = null;
    if (held && entry) {
      handle(entry).focus({ preventScroll: true });
    }
  };

  /** Tick or untick these, as many as may be. */
  const put = (entries, isOn) => {
    let room = MOST - selected().length;
    for (const tick of entries.map(tickOf)) {
      if (isOn && !tick.checked && room-- <= 0) {
        show(bar.dataset.labelMost);
        break;
      }
      tick.checked = isOn;
    }
    count();
  };

  const between = (one, other) => {
    const entries = shown();
    const [from, to] = [entries.indexOf(one), entries.indexOf(other)].sort((a, b) => a - b);
    return from < 0 ? [other] : entries.slice(from, to + 1);
  };

  /** A press on one: with shift, all from the last to it become as it becomes. */
  const pressed = (entry, isOn, isRange) => {
    put(isRange && last ? between(last, entry) : [entry], isOn);
    last = entry;
  };

  main().addEventListener("click", (event) => {
    const row = isSelecting() && event.target.closest(".row");
    const entry = row && row.querySelector(".entry");
    if (!entry) {
      return;
    }
    if (event.target.matches(".tick")) {
      const isOn = event.target.checked;
      event.target.checked = false; // it may be one too many
      pressed(entry, isOn, event.shiftKey);
    } else if (event.detail && event.target.closest("details.entry > summary")) { // by a pointer: the whole row is the box
      event.preventDefault();
      pressed(entry, !tickOf(entry).checked, event.shiftKey);
    }
  }, true);
  main().addEventListener("mousedown", (event) => {
    if (event.shiftKey && isSelecting() && event.target.closest(".row > .tick, details.entry > summary")) {
      event.preventDefault(); // the words between are not marked
    }
  });

  for (const [wish, isRange] of [["selectwanted", false], ["selecttowanted", true]]) {
    main().addEventListener(wish, ({ target }) => {
      if (!isSelecting()) {
        start();
      }
      pressed(target, isRange || !tickOf(target).checked, isRange);
    });
  }

  for (const link of document.querySelectorAll("a.select-link, a.selected-close")) {
    link.addEventListener("click", (event) => {
      if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || cameWithBoxes()) {
        return; // such a page leaves them by its links
      }
      event.preventDefault();
      if (isSelecting()) {
        stop();
        return;
      }
      document.querySelector(".mark-all > .menu").open = false;
      start();
      tickOf(current() ?? shown()[0] ?? all()[0]).focus({ preventScroll: true });
    });
  }

  bar.querySelector('[data-act="all"]').addEventListener("click", ({ currentTarget }) => {
    const isOn = currentTarget.getAttribute("aria-pressed") !== "true";
    put(isOn ? shown() : all(), isOn);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isSelecting() && !document.querySelector(OTHERS_ESCAPE) && !event.target.closest?.(ITS_ESCAPE)) {
      bar.querySelector(".selected-close").click();
    }
  }, true);
  document.addEventListener("entriesadded", () => isSelecting() && start());
  bar.querySelector("details").addEventListener("toggle", () => offerLabels(bar));

  bar.addEventListener("deedwanted", ({ detail }) => {
    if (detail === "labels") {
      bar.querySelector("details").open = true;
      offerLabels(bar);
      bar.querySelector("select").focus();
      return;
    }
    const verb = detail === "read" ? (selected().some(isUnread) ? "read" : "unread") : (selected().every(isStarred) ? "unstar" : "star");
    buttonOf(bar, verb).click();
  });
  bar.addEventListener("submit", (event) => {
    event.preventDefault();
    send(bar, event.submitter);
  });

  if (isSelecting()) {
    start();
  }
}

const buttonOf = (bar, verb) => bar.querySelector(`button[formaction$="/${verb}"]`);

function newTick(entry) {
  const tick = document.createElement("input");
  Object.assign(tick, { type: "checkbox", className: "tick", name: "id", value: idOf(entry) });
  tick.setAttribute("form", "selected");
  tick.setAttribute("aria-label", entry.querySelector(".title, .article-title").textContent);
  return tick;
}

/** The labels to choose from: those of the account by now. */
function offerLabels(bar) {
  const choice = bar.elements.label;
  const chosen = choice.value;
  choice.replaceChildren(choice.options[0], ...allLabels().map(({ id, name }) => new Option(name, id)));
  choice.value = chosen;
}

async function send(bar, button) {
  const entries = selected();
  if (!entries.length) {
    show(bar.dataset.labelNone);
    return;
  }
  const verb = new URL(button.formAction).pathname.split("/").at(-1);
  const restore = change(entries, verb);
  button.setAttribute("aria-busy", "true");
  try {
    await flush();
    const answer = await post(button.formAction, new FormData(bar));
    const isLabelled = Boolean(answer.label);
    const relabel = isLabelled ? turnLabel(entries, answer.label, verb === "label") : null;
    showCounts(answer.unread);
    tell(answer, relabel ?? restore);
    if (isLabelled) {
      bar.elements.new_label.value = "";
      bar.querySelector("details").open = false;
      bar.querySelector("details > summary").focus({ preventScroll: true });
    }
  } catch (error) {
    if (mayComeLater(error) && keepForLater(bar, entries, verb)) {
      waitForConnection();
      return;
    }
    restore();
    fail(error);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/** Of what was there before, what is to come back: all, or the ids that an undo changed. */
const among = (before, changed) => before.filter(([entry]) => changed?.has(idOf(entry)) !== false);

/** The page first; gives what takes it back. */
function change(entries, verb) {
  const before = entries.map((entry) => [entry, isUnread(entry), isStarred(entry)]);
  entries.forEach((entry) => CHANGES[verb]?.(entry));
  return (changed) => among(before, changed).forEach(([entry, unread, starred]) => {
    setUnread(entry, unread);
    setStarred(entry, starred);
  });
}

/** Draw a label at these articles, or take it away; gives what takes that back. */
function turnLabel(entries, label, isOn) {
  const id = String(label.id);
  const before = entries.map((entry) => [entry, labelsOf(entry)]);
  for (const [entry, labels] of before) {
    const others = labels.filter((one) => one.id !== id);
    drawLabels(entry, isOn ? [...others, { ...label, id }] : others);
  }
  return (changed) => among(before, changed).forEach(([entry, labels]) => drawLabels(entry, labels));
}

/** Without a connection: what was done waits in the browser. A label that does not exist yet cannot. */
function keepForLater(bar, entries, verb) {
  if (!verb.endsWith("label")) {
    keepAll(entries.map(idOf), verb);
    return true;
  }
  const label = bar.elements.new_label.value.trim() ? null : allLabels().find(({ id }) => id === bar.elements.label.value);
  if (!label) {
    return false;
  }
  turnLabel(entries, label, verb === "label");
  keepAll(entries.map(idOf), `${verb}:${label.id}`);
  return true;
}
