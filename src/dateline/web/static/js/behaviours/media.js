// Players that wait: a link becomes its frame when it is pressed. Chapters: their times move the sound beside them.

export default function media(main) {
  main.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) {
      return; // a new tab was asked for
    }
    const waiting = event.target.closest("a.on-demand[data-src]");
    const moment = event.target.closest("a.moment[data-seconds]");
    if (waiting) {
      event.preventDefault();
      load(waiting);
    } else if (moment && play(moment)) {
      event.preventDefault();
    }
  });
}

/** Put the frame before its link, which stays as the way to the film's own page. */
function load(link) {
  const frame = document.createElement("iframe");
  for (const [name, value] of Object.entries(link.dataset)) {
    if (name !== "src") {
      frame.setAttribute(name, value);
    }
  }
  frame.src = link.dataset.src; // last: the sandbox must be there when it loads
  for (const name of Object.keys(link.dataset)) {
    delete link.dataset[name];
  }
  link.classList.remove("on-demand");
  link.before(frame);
  frame.focus();
}

function play(moment) {
  const sound = moment.closest("[data-media]")?.querySelector("audio, video");
  if (!sound) {
    return false;
  }
  const go = () => {
    sound.currentTime = Number(moment.dataset.seconds);
  };
  if (sound.readyState > 0) {
    go();
  } else {
    sound.addEventListener("loadedmetadata", go, { once: true });
  }
  sound.play().catch(() => {}); // its own controls say what is wrong
  return true;
}
