// A settings form without its button: a change is saved at once, and said so.

import { post } from "../lib/http.js";
import { fail, tell } from "../lib/notice.js";

export default function autosave(form) {
  form.querySelector(".autosave-button").hidden = true;
  form.addEventListener("change", async (event) => {
    if ("reload" in event.target.dataset) {
      form.requestSubmit(); // the language: the whole page changes
      return;
    }
    try {
      tell(await post(form.action, new FormData(form)));
    } catch (error) {
      fail(error);
    }
  });
}
