// A settings form without its button: a change is saved at once, and said so. One after the other: two on the way at once
// could arrive the other way round, and the older choices would stand.

import { post } from "../lib/http.js";
import { fail, tell } from "../lib/notice.js";

export default function autosave(form) {
  let last = Promise.resolve();
  const save = async () => {
    try {
      tell(await post(form.action, new FormData(form)));
    } catch (error) {
      fail(error);
    }
  };
  form.querySelector(".autosave-button").hidden = true;
  form.addEventListener("change", (event) => {
    if ("reload" in event.target.dataset) {
      form.requestSubmit(); // the language: the whole page changes
      return;
    }
    last = last.then(save);
  });
}
