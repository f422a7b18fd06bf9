// The panel beside the page: opens over it, takes the focus, gives it back. Without scripts it is a :target.

let before = null;

const panelOf = () => document.getElementById("panel");

export default function panel(box) {
  box.querySelector("a.close").addEventListener("click", (event) => {
    event.preventDefault();
    close();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest('a[href$="#panel"]')) {
      event.preventDefault();
      togglePanel();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && box.classList.contains("is-open")) {
      close();
    }
  });
}

/** Open the panel, or close it. */
export function togglePanel() {
  const box = panelOf();
  if (!box) {
    return;
  }
  if (box.classList.contains("is-open")) {
    close();
    return;
  }
  before = document.activeElement;
  box.classList.add("is-open");
  box.querySelector("a.close").focus();
}

function close() {
  panelOf().classList.remove("is-open");
  if (location.hash === "#panel") {
    location.hash = "";
  }
  before?.focus?.({ preventScroll: true });
  before = null;
}
