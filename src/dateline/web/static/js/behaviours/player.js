// The bar of what plays comes when something does: here, or on the page before this one.

export default function player(bar) {
  const begin = async (started) => (await import("../lib/playing.js")).start(bar, started);
  if (wasPlaying()) {
    begin();
    return;
  }
  const played = ({ target }) => {
    if (target.closest?.("[data-media]")) {
      document.removeEventListener("play", played, true);
      begin(target);
    }
  };
  document.addEventListener("play", played, true);
}

function wasPlaying() {
  try {
    return sessionStorage.getItem("dateline-playing") !== null;
  } catch {
    return false;
  }
}
