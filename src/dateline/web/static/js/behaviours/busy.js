// A form whose answer takes seconds: its button says so, and is not pressed twice.

export default function busy(form) {
  form.addEventListener("submit", (event) => {
    if (form.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      return;
    }
    form.setAttribute("aria-busy", "true");
    event.submitter?.setAttribute("aria-busy", "true");
  });
  // back from the answer: the page may come out of the browser's memory as it was left
  addEventListener("pageshow", () => {
    for (const element of [form, ...form.querySelectorAll("[aria-busy]")]) {
      element.removeAttribute("aria-busy");
    }
  });
}
