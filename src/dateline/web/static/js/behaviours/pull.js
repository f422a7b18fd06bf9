// A finger that pulls the top of a stream down refreshes it, as its button does.

const ENOUGH = 84;
const FURTHEST = 120;

export default function pull(main) {
  const form = document.querySelector("form.refresh");
  if (!form) {
    return;
  }
  const sign = document.createElement("div");
  sign.className = "pull";
  sign.setAttribute("aria-hidden", "true");
  sign.append(form.querySelector(".icon").cloneNode(true));
  main.before(sign);
  document.documentElement.classList.add("is-pullable");
  let from = null;
  let way = 0;

  const stop = () => {
    from = null;
    way = 0;
    sign.style.translate = "";
    sign.classList.remove("is-pulled", "is-enough");
  };

  main.addEventListener("touchstart", (event) => {
    stop();
    if (event.touches.length === 1 && window.scrollY <= 0) {
      from = event.touches[0];
    }
  }, { passive: true });

  main.addEventListener("touchmove", (event) => {
    if (!from) {
      return;
    }
    const down = event.touches[0].clientY - from.clientY;
    const across = Math.abs(event.touches[0].clientX - from.clientX);
    if (window.scrollY > 0 || event.touches.length > 1 || (!way && (down < 0 || across > down))) {
      stop(); // it scrolls, swipes or zooms
      return;
    }
    way = Math.max(0, Math.min(FURTHEST, down));
    sign.style.translate = `0 ${way}px`;
    sign.classList.add("is-pulled");
    sign.classList.toggle("is-enough", way >= ENOUGH);
  }, { passive: true });

  main.addEventListener("touchend", () => {
    const isEnough = way >= ENOUGH;
    stop();
    if (isEnough) {
      form.requestSubmit();
    }
  });
  main.addEventListener("touchcancel", stop);
}
