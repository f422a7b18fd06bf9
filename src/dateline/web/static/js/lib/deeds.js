// What can be done by a key or from the palette: `act` does it, `where` is what the page must have for it.

import { loadMore } from "../behaviours/more.js";
import { all, complete, current, toggle } from "./entries.js";
import { readAll, toggleRead, toggleStar } from "./marking.js";
import { move, moveTo, nextUnread, skip } from "./moving.js";

const ENTRIES = "#entries > .row > .entry";
const ENTRY = ".entry";
const OWN = "main:has(.entry) ~ #entry-form"; // visitors have no such form
const SELECTING = "#selected";
const SEARCHES = "#searches";
const SEARCH = '.bar input[type="search"]';

const withCurrent = (act) => () => {
  const entry = current();
  if (entry) {
    act(entry);
  }
};
const wish = (entry, what) => entry.dispatchEvent(new CustomEvent(what, { bubbles: true }));
/** Where several articles are selected, it is done to all of them. */
const ofSelected = (deed, act) => () => {
  if (document.querySelector("#main[data-selecting] .tick:checked")) {
    document.getElementById("selected").dispatchEvent(new CustomEvent("deedwanted", { detail: deed }));
  } else {
    withCurrent(act)();
  }
};
const wanted = (what) => () => document.dispatchEvent(new Event(what));
const press = (selector) => () => document.querySelector(selector)?.click();

export const deeds = {
  next: { where: ENTRIES, act: () => move(1) },
  previous: { where: ENTRIES, act: () => move(-1) },
  next_unread: { where: ENTRIES, act: nextUnread },
  skip: { where: ENTRIES, act: () => skip(1) },
  skip_back: { where: ENTRIES, act: () => skip(-1) },
  first: { where: ENTRIES, act: () => moveTo(all()[0]) },
  last: { where: ENTRIES, act: () => moveTo(all().at(-1)) },
  more: { where: "#entries > .more", act: () => loadMore() },
  toggle: { where: "details.entry", act: withCurrent((entry) => entry.matches("details") && toggle(entry)) },
  site: { where: ENTRY, act: withCurrent((entry) => entry.querySelector("a.original")?.click()) },
  read: { where: OWN, act: ofSelected("read", toggleRead) },
  star: { where: OWN, act: ofSelected("star", toggleStar) },
  labels: { where: "#tools .labelling", act: ofSelected("labels", (entry) => unfold(entry, ".labelling")) },
  share: { where: "#tools .share", act: withCurrent((entry) => unfold(entry, ".share")) },
  media: { where: ENTRY, act: withCurrent(play) },
  read_all: { where: ".mark-all-button", act: press(".mark-all-button") },
  read_above: { where: 'form.mark-all [data-act="above"]', act: withCurrent(readAbove) },
  select: { where: SELECTING, act: () => (current() ? wish(current(), "selectwanted") : press("a.select-link")()) },
  select_to: { where: SELECTING, act: withCurrent((entry) => wish(entry, "selecttowanted")) },
  refresh: { where: "form.refresh", act: () => document.querySelector("form.refresh").requestSubmit() },
  search: { where: SEARCH, act: () => document.querySelector(SEARCH).focus() },
  searches: { where: SEARCHES, act: openSearches },
  ...Object.fromEntries(
    ["normal", "global", "reader", "cards", "panes"].map((view) => {
      const button = `.bar form[method="get"] button[name="view"][value="${view}"]`;
      return [`view_${view}`, { where: button, act: press(button) }];
    }),
  ),
  ...streams("feed", ".feed-link"),
  ...streams("folder", ".folder-link"),
  palette: { where: "body[data-palette]", act: wanted("palettewanted") },
  help: { where: "#panel", act: wanted("panelwanted") },
};

/** Whether this page has what the action is done to. */
export const isPossible = (action) => Boolean(deeds[action] && document.querySelector(deeds[action].where));

/** A menu at the foot of the article: opened with the article, with the focus in it; closed again. */
async function unfold(entry, selector) {
  if (entry.matches("details") && !entry.open) {
    toggle(entry, true);
  }
  await complete(entry);
  wish(entry, "toolswanted");
  const menu = entry.querySelector(`#tools ${selector}`);
  if (!menu) {
    return;
  }
  menu.open = !menu.open;
  if (menu.open) {
    menu.scrollIntoView({ block: "nearest" });
    menu.querySelector("ul :is(a[href], button:not([hidden])), form input:not([type=hidden])")?.focus();
  } else {
    menu.querySelector("summary").focus();
  }
}

/** The menu of saved searches, with the focus on its first entry, so that digits choose; or closed again. */
function openSearches() {
  const menu = document.querySelector(SEARCHES);
  menu.open = !menu.open;
  menu.querySelector(menu.open ? ".menu-sheet a" : "summary").focus();
}

function play(entry) {
  const sound = entry.querySelector("audio, video");
  if (!sound) {
    entry.querySelector("a.on-demand[data-src]")?.click();
  } else if (sound.paused) {
    sound.play().catch(() => {}); // its own controls say what is wrong
  } else {
    sound.pause();
  }
}

function readAbove(entry) {
  const entries = all();
  readAll(entries.slice(0, entries.indexOf(entry)));
}

const ONLY_UNREAD = ["unread", "unread_not_starred"];

/** Four ways through the feeds or folders of the sidebar; where only the unread is shown, past those without any. */
function streams(name, selector) {
  const where = `#sidebar ${selector}`;
  const links = () => {
    const every = [...document.querySelectorAll(where)];
    const unread = every.filter((link) => link.matches(".has-unread, [aria-current]"));
    return ONLY_UNREAD.includes(document.getElementById("main").dataset.shown) && unread.length ? unread : every;
  };
  const go = (link) => link && location.assign(link.href);
  const step = (way) => {
    const every = links();
    const here = document.querySelector("#sidebar [aria-current]");
    const isAfter = (link) => here && here.compareDocumentPosition(link) & Node.DOCUMENT_POSITION_FOLLOWING;
    const isBefore = (link) => here && here.compareDocumentPosition(link) & Node.DOCUMENT_POSITION_PRECEDING;
    go(way > 0 ? every.find(isAfter) : every.findLast(isBefore));
  };
  return {
    [`next_${name}`]: { where, act: () => step(1) },
    [`previous_${name}`]: { where, act: () => step(-1) },
    [`first_${name}`]: { where, act: () => go(links()[0]) },
    [`last_${name}`]: { where, act: () => go(links().at(-1)) },
  };
}
