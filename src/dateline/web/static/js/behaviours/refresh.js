// Refresh: ask for the feeds to be fetched, then look a few times whether something came, and say so.

import { post } from "../lib/http.js";
import { ask } from "../lib/live.js";
import { fail, tell } from "../lib/notice.js";

const LOOKS = [3000, 4000, 6000, 10000, 15000];

export default function refresh(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    leaveMenu(event.submitter?.closest("details[open]"));
    const button = form.querySelector("button");
    if (button.getAttribute("aria-busy") === "true") {
      return;
    }
    button.setAttribute("aria-busy", "true");
    try {
      const answer = await post(form.action, new FormData(form));
      tell(answer);
      if (answer.count !== 0) {
        await look();
      }
    } catch (error) {
      fail(error);
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
}

/** A narrow bar has the button in its menu of views. */
function leaveMenu(menu) {
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus({ preventScroll: true });
  }
}

async function look() {
  for (const pause of LOOKS) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (await ask()) {
      return;
    }
  }
}
