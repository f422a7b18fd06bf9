// News while the page is open: the server says that something changed (server-sent events), the page asks what. Where no
// event comes through, it asks each minute; while nobody looks, each five minutes, for the title and the icon.

import { badge, shownCount } from "../lib/badge.js";
import { ask } from "../lib/live.js";

const MINUTE = 60_000;
const SETTLED = 250;

export default function live(sidebar) {
  let source = null;
  let moment = null; // as it was heard last
  let timer;

  /** Whether the page was made when things stood so. */
  const isShown = (told) => {
    const [newest, deed] = told.split(" ").map(Number);
    return newest <= Number(document.getElementById("main").dataset.newestId ?? Infinity) && deed === Number(sidebar.dataset.deed);
  };
  const later = (pause, act) => {
    clearTimeout(timer);
    timer = setTimeout(act, pause);
  };
  const close = () => {
    source?.close();
    source = null;
    clearTimeout(timer);
  };

  const open = () => {
    close();
    source = new EventSource(sidebar.dataset.live);
    source.addEventListener("moment", (event) => {
      const isNews = moment !== null ? event.data !== moment : !isShown(event.data);
      moment = event.data;
      if (isNews) {
        later(SETTLED, ask);
      }
    });
    source.addEventListener("error", () => {
      if (source?.readyState === EventSource.CLOSED) {
        close(); // refused, or a proxy that lets none through
        poll(MINUTE);
      }
    });
  };
  const poll = (pause) => later(pause, async () => {
    await ask();
    if (document.hidden) {
      poll(pause);
    } else {
      open();
    }
  });

  const follow = () => {
    if (document.hidden) {
      close();
      poll(5 * MINUTE);
    } else {
      open();
    }
  };
  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => {
    if (event.persisted) { // back in the browser's memory: much may have happened
      moment = "";
      follow();
    }
  });
  badge(shownCount());
  follow();
}
