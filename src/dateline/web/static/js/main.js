// Starts the behaviours that the page asks for: every element with data-behaviour="a b" is given to a(element), b(element).
// Without scripts every page works; a behaviour saves a round trip or keeps a place on the screen.

import autosave from "./behaviours/autosave.js";
import busy from "./behaviours/busy.js";
import filter from "./behaviours/filter.js";
import guessZone from "./behaviours/guess-zone.js";
import keyboard from "./behaviours/keyboard.js";
import markAll from "./behaviours/mark-all.js";
import media from "./behaviours/media.js";
import more from "./behaviours/more.js";
import notice from "./behaviours/notice.js";
import panel from "./behaviours/panel.js";
import readingBar from "./behaviours/reading-bar.js";
import refresh from "./behaviours/refresh.js";
import sidebar from "./behaviours/sidebar.js";
import stream from "./behaviours/stream.js";
import swipe from "./behaviours/swipe.js";
import waiting from "./behaviours/waiting.js";

const behaviours = {
  autosave,
  busy,
  filter,
  "guess-zone": guessZone,
  keyboard,
  "mark-all": markAll,
  media,
  more,
  notice,
  panel,
  "reading-bar": readingBar,
  refresh,
  sidebar,
  stream,
  swipe,
  waiting,
};

for (const element of document.querySelectorAll("[data-behaviour]")) {
  for (const name of element.dataset.behaviour.split(/\s+/)) {
    try {
      behaviours[name]?.(element);
    } catch (error) {
      reportError(error); // one that fails takes no other with it
    }
  }
}
document.documentElement.dataset.ready = "";
