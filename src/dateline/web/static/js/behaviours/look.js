// The look of pages: a choice is seen at once, on the page that offers it.

const ATTRIBUTES = { theme: "auto", typeface: "serif", text_size: "19", measure: "normal", density: "comfortable", row_site: "full" };

export default function look(form) {
  const root = document.documentElement;
  const sample = document.querySelector(".look-sample");
  const show = () => {
    for (const [name, usual] of Object.entries(ATTRIBUTES)) {
      const field = form.elements[name];
      const attribute = `data-${name === "text_size" ? "text" : name.replace("_", "-")}`;
      if (field.value === usual || !field.checkValidity()) {
        root.removeAttribute(attribute);
      } else {
        root.setAttribute(attribute, field.value);
      }
    }
    const pictures = form.elements.thumbnail.value;
    sample.dataset.pictures = pictures === "none" ? "" : pictures;
    sample.querySelector(".thumb").hidden = pictures === "none";
    sample.querySelector(".preview").hidden = !form.elements.preview.checked;
    sample.querySelector(".entry-authors").hidden = !form.elements.row_authors.checked;
  };
  form.addEventListener("input", show);
  show();
}
