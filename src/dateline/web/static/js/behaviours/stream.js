// The stream: one entry open at a time, its row keeping its place; opening marks as read; buttons without a reload.

import { afterPaint, whenIdle } from "../lib/after-paint.js";
import { all, closeOthers, complete, makeReachable, toggle } from "../lib/entries.js";
import { mark, marksOn, readSoon } from "../lib/marking.js";

export default function stream(main) {
  main.addEventListener("click", (event) => {
    const row = event.target.closest("details.entry > summary");
    if (row && !event.defaultPrevented) {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) {
        openBehind(row.parentElement);
      } else {
        toggle(row.parentElement);
      }
    }
  });

  // the middle button on a row is as on the link that its title is at the publisher's; elsewhere it scrolls
  main.addEventListener("mousedown", (event) => {
    if (event.button === 1 && event.target.closest("details.entry > summary")) {
      event.preventDefault();
    }
  });
  main.addEventListener("auxclick", (event) => {
    const row = event.button === 1 && event.target.closest("details.entry > summary");
    if (row) {
      event.preventDefault();
      openBehind(row.parentElement);
    }
  });

  main.addEventListener("entryopen", (event) => {
    wasOpened(event.target);
    afterPaint(() => whenIdle(() => prepareNext(event.target)));
  });

  // "toggle" does not bubble; it comes however the entry was opened, by find-in-page too
  main.addEventListener("toggle", (event) => {
    if (event.target.matches("details.entry") && event.target.open) {
      wasOpened(event.target);
    }
  }, true);

  completeInSight(main);

  watchDeeds(main);

  const single = main.querySelector(":scope > .entry");
  if (single) {
    makeReachable(single);
    readNow(single);
  }

  document.getElementById("entry-form")?.addEventListener("submit", (event) => {
    const button = event.submitter;
    const entry = button?.closest(".row")?.querySelector("details.entry") ?? button?.closest(".entry");
    if (entry) {
      event.preventDefault();
      pressed(button, entry);
    }
  });
}

/** Where all articles are open, the long ones come before they are reached. */
function completeInSight(main) {
  const seen = new IntersectionObserver((sightings) => {
    for (const { isIntersecting, target } of sightings) {
      if (isIntersecting) {
        seen.unobserve(target);
        complete(target);
      }
    }
  }, { rootMargin: "1000px" });
  const watch = () => main.querySelectorAll("#entries > .row > .entry.whole").forEach((entry) => {
    makeReachable(entry);
    if (entry.querySelector("[data-fragment]")) {
      seen.observe(entry);
    }
  });
  watch();
  const list = main.querySelector("#entries");
  if (list) {
    new MutationObserver(watch).observe(list, { childList: true });
  }
}

function wasOpened(entry) {
  closeOthers(entry);
  afterPaint(() => makeReachable(entry));
  complete(entry);
  readNow(entry);
}

/** Most read on with the next: while nobody waits, its article is laid out, closed as it is, and then only to be shown. */
function prepareNext(entry) {
  const entries = all();
  entries[entries.indexOf(entry) + 1]?.querySelector(".article")?.getBoundingClientRect();
}

/** The publisher's page in a tab of its own behind this one, as browsers do with a link. */
function openBehind(entry) {
  entry.querySelector("a.original")?.dispatchEvent(
    new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey: true, metaKey: true }),
  );
}

function readNow(entry) {
  if (marksOn("open")) {
    readSoon(entry);
  }
}

/** Going to the publisher's page, with whichever button; coming to a row by keyboard. */
function watchDeeds(main) {
  const toSite = (event) => {
    const link = event.target.closest("a[href][target='_blank']");
    const entry = link?.closest(".entry");
    if (entry && event.button < 2 && link.href === entry.querySelector("a.original")?.href) {
      readSoon(entry);
    }
  };
  if (marksOn("site")) {
    main.addEventListener("click", toSite);
    main.addEventListener("auxclick", toSite);
  }
  if (marksOn("focus")) {
    main.addEventListener("focusin", (event) => {
      const row = event.target.closest("details.entry > summary:focus-visible");
      if (row) {
        readSoon(row.parentElement);
      }
    });
  }
}

const OPPOSITES = { read: "unread", unread: "read", star: "unstar", unstar: "star" };

function pressed(button, entry) {
  const verb = new URL(button.formAction).pathname.split("/").at(-1);
  const hadFocus = document.activeElement === button;
  mark(entry, verb);
  if (hadFocus) {
    // the pressed button has given way to its opposite: the focus goes there
    button.parentElement.querySelector(`button[formaction$="/${OPPOSITES[verb]}"]`)?.focus();
  }
}
