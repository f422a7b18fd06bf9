// What can be done with an article, made once a page: moves to the foot of the article that is open, and does it.

import { afterPaint } from "../lib/after-paint.js";
import { copy as copyText } from "../lib/copying.js";
import { post } from "../lib/http.js";
import { fail, show, tell } from "../lib/notice.js";

const ACTS = {
  native: ({ url, title }) => navigator.share({ url, title }).catch(() => {}), // they thought better of it
  link: (article, box) => copy(article.url, box),
  markdown: async (article, box) => {
    const { markdown } = await import("../lib/markdown.js");
    copy(markdown(article.element, article), box);
  },
  print: () => print(),
};

export default function tools(box) {
  let element = null;

  const attach = (entry) => {
    const foot = entry?.querySelector(".article .actions");
    if (!foot || foot.contains(box)) {
      return;
    }
    element = entry.querySelector(".article");
    box.querySelector("details.share").open = false;
    foot.append(box);
    box.hidden = false;
    const feed = box.querySelector(".feed-of");
    if (feed && entry.matches(".row *")) {
      feed.hidden = !entry.dataset.feedId;
      feed.href = feedOf(entry);
    }
    const queue = box.querySelector(".queue-add");
    if (queue) {
      queue.hidden = !isPlayable(entry);
      queue.elements.id.value = entry.dataset.entryId;
    }
    const about = { ...described(element), entry: entry.dataset.entryId };
    for (const link of box.querySelectorAll("a[data-template]")) {
      link.href = filled(link.dataset.template, about);
    }
  };

  for (const button of box.querySelectorAll("[data-act]")) {
    button.hidden = button.dataset.act === "native" && !navigator.share;
  }
  box.addEventListener("click", (event) => {
    const act = ACTS[event.target.closest("[data-act]")?.dataset.act];
    if (act && element) {
      act({ ...described(element), element }, box);
    }
  });
  box.querySelector(".queue-add")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      tell(await post(event.target.action, new FormData(event.target)));
    } catch (error) {
      fail(error);
    }
  });
  box.addEventListener("keydown", (event) => {
    const open = box.querySelector("details.share[open]");
    if (event.key === "Escape" && open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  });
  const offer = () => document.querySelectorAll("#entries > .row > .entry.whole").forEach((entry) => offerTools(entry, box));
  offer();
  document.addEventListener("entriesadded", offer);
  document.addEventListener("toolswanted", (event) => attach(event.target)); // a key was quicker than the next picture
  document.addEventListener("entryopen", (event) => afterPaint(() => attach(event.target)));
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("details.entry") && event.target.open) {
      afterPaint(() => event.target.open && attach(event.target));
    }
  }, true);
  attach(document.querySelector(".single > .entry, details.entry[open]"));
}

const feedOf = (entry) => new URL(`../feed/${entry.dataset.feedId}`, entry.querySelector("a.permalink").href);
const isPlayable = (entry) => entry.querySelector("[data-media] :is(audio, video)") !== null;

/** Where all articles are open, each foot has what the tools begin with: pressed, the tools come there and do it. */
function offerTools(entry, box) {
  const foot = entry.querySelector(".article .actions");
  if (foot.querySelector(".tool-way, .tools")) {
    return;
  }
  for (const tool of box.children) {
    if (tool.matches("details")) {
      foot.append(wayTo(entry, tool.querySelector("summary"), () => unfold(box, tool)));
    } else if (tool.matches(".feed-of") && entry.dataset.feedId) {
      const link = tool.cloneNode(true);
      link.href = feedOf(entry);
      link.hidden = false;
      link.classList.add("tool-way");
      foot.append(link);
    } else if (tool.matches("form") && isPlayable(entry)) {
      const button = tool.querySelector("button");
      foot.append(
        wayTo(entry, button, () => {
          button.focus({ preventScroll: true }); // what was pressed goes, this stands in its place
          tool.requestSubmit();
        }),
      );
    }
  }
}

function wayTo(entry, button, act) {
  const way = document.createElement("button");
  way.type = "button";
  way.className = "tool-way";
  way.append(...button.cloneNode(true).childNodes);
  way.addEventListener("click", () => {
    entry.dispatchEvent(new CustomEvent("toolswanted", { bubbles: true }));
    act();
  });
  return way;
}

function unfold(box, menu) {
  for (const one of box.querySelectorAll(":scope > details")) {
    one.open = one === menu;
  }
  menu.querySelector("summary").focus({ preventScroll: true });
}

/** The article's address (its own page here where it has none), title, feed and date. */
function described(article) {
  const original = article.querySelector("a.original");
  return {
    url: original?.href ?? article.querySelector("a.permalink").href,
    title: article.querySelector(".article-title").textContent.trim(),
    authors: article.querySelector(".authors")?.textContent.trim() ?? "",
    date: article.querySelector(".published")?.textContent.trim() ?? "",
  };
}

/** Put the article into a template: whatever its title says, it stays a value. */
const filled = (template, about) =>
  template.replace(/\{(url|title|entry)\}/g, (_, name) => encodeURIComponent(about[name].toWellFormed?.() ?? about[name]));

async function copy(text, box) {
  await copyText(text);
  show(box.dataset.labelCopied);
}
