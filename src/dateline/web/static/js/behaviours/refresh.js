// Refresh: ask for the feeds to be fetched, then look a few times whether something came, and say so.

import { getDocument, post } from "../lib/http.js";
import { fail, tell } from "../lib/notice.js";

const LOOKS = [3000, 4000, 6000, 10000, 15000];

export default function refresh(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
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

async function look() {
  const main = document.getElementById("main");
  for (const pause of LOOKS) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    const page = await getDocument(location.href).catch(() => null);
    const there = page?.getElementById("main");
    if (there && Number(there.dataset.newestId) > Number(main.dataset.newestId)) {
      takeCounts(page);
      announce();
      return;
    }
  }
}

/** The sidebar's numbers as the server shows them now. */
function takeCounts(page) {
  for (const place of document.querySelectorAll("[data-count]")) {
    const there = page.querySelector(`[data-count="${CSS.escape(place.dataset.count)}"]`);
    place.textContent = there?.textContent ?? "";
  }
  document.title = page.title;
}

/** New articles never push the page: a bar tells of them, and shows them when it is pressed. */
function announce() {
  document.getElementById("arrivals").hidden = false;
}
