// A button that copies what stands in a field.

import { copy } from "../lib/copying.js";
import { show } from "../lib/notice.js";

export default function copyButton(button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await copy(document.getElementById(button.dataset.of).value);
    show(button.dataset.labelCopied);
  });
}
