// The table of subscriptions: the bar for several appears when there are some, a click with shift ticks all between.

export default function several(form) {
  const bar = form.querySelector(".several");
  const ticks = [...form.querySelectorAll('tbody input[name="id"]')];
  const name = form.querySelector("#new_folder")?.closest(".field");
  let last = null;
  if (!bar) {
    return;
  }

  const show = () => {
    bar.hidden = !form.elements.all.checked && !ticks.some((tick) => tick.checked);
    name.hidden = form.elements.do.value !== "add_new";
  };

  form.addEventListener("click", (event) => {
    const tick = event.target;
    if (!ticks.includes(tick)) {
      return;
    }
    if (event.shiftKey && last) {
      const [from, to] = [ticks.indexOf(last), ticks.indexOf(tick)].sort((a, b) => a - b);
      for (const between of ticks.slice(from, to + 1)) {
        if (!between.closest("tr").hidden) {
          between.checked = tick.checked;
        }
      }
    }
    last = tick;
  });
  form.addEventListener("change", show);
  show();
}
