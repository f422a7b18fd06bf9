// A search box over a table: rows that do not fit leave while one types.

export default function filter(form) {
  const field = form.elements.q;
  const rows = [...document.querySelectorAll(form.dataset.rows)];
  const none = document.querySelector(form.dataset.none);
  const texts = rows.map((row) => row.dataset.text.toLocaleLowerCase());
  form.querySelector(".filter-button").hidden = true;
  form.addEventListener("submit", (event) => event.preventDefault());
  field.addEventListener("input", () => {
    const needle = field.value.trim().toLocaleLowerCase();
    rows.forEach((row, index) => {
      row.hidden = !texts[index].includes(needle);
    });
    none.hidden = rows.some((row) => !row.hidden);
  });
}
