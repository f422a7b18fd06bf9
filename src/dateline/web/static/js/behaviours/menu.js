// A menu (details): closes by Escape, by a click beside it, and when another opens. Without scripts, by its own button.

export default function menu(box) {
  const button = box.querySelector("summary");
  const close = ({ focus = false } = {}) => {
    if (box.open) {
      box.open = false;
      if (focus) {
        button.focus({ preventScroll: true });
      }
    }
  };
  document.addEventListener("click", (event) => {
    if (!box.contains(event.target)) {
      close();
    }
  });
  box.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !box.contains(event.relatedTarget)) {
      close();
    }
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && box.open) {
      event.preventDefault();
      event.stopPropagation();
      close({ focus: true });
    }
  });
}
