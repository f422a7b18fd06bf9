// The sidebar on a narrow screen: a sheet over the page, opened and closed without leaving it.

export default function sidebar(sheet) {
  const links = () => document.querySelectorAll('a[href$="#sidebar"]');
  const set = (isOpen) => {
    sheet.classList.toggle("is-open", isOpen);
    for (const link of links()) {
      link.setAttribute("aria-expanded", String(isOpen));
    }
  };
  let before = null;
  const close = () => {
    if (sheet.classList.contains("is-open")) {
      set(false);
      before?.focus({ preventScroll: true });
    }
  };

  for (const link of links()) {
    link.setAttribute("role", "button");
    link.setAttribute("aria-expanded", "false");
    link.addEventListener("click", (event) => {
      event.preventDefault();
      before = link;
      set(true);
      sheet.querySelector("a, button")?.focus({ preventScroll: true });
    });
    link.addEventListener("keydown", (event) => {
      if (event.key === " ") {
        event.preventDefault();
        link.click();
      }
    });
  }
  document.addEventListener("click", (event) => {
    const isLink = event.target.closest('a[href$="#sidebar"]');
    if (!isLink && (!sheet.contains(event.target) || event.target.closest(".sidebar-close"))) {
      if (sheet.classList.contains("is-open")) {
        event.preventDefault();
      }
      close();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      close();
    }
  });
}
