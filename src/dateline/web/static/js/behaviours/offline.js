// The device's side of the page: the service worker that keeps pages, the number on the app's icon, and the word that
// there is no connection. What is kept belongs to one account: a page of nobody, or of another, takes it away at once.

const PAGES = "dateline-pages";
const PICTURES = "dateline-pictures";
const AT_ONCE = 20;

export default function offline(banner) {
  if (banner.dataset.worker) {
    sayWhen(banner);
    keep(banner);
    badge();
  } else if ("leaves" in banner.dataset) {
    leave();
  }
}

/** "Offline: as of 14:58"; CSS shows it on a kept page, and here when the connection is lost. */
function sayWhen(banner) {
  const root = document.documentElement;
  const loaded = new Date(Number(root.dataset.keptAt) || Date.now());
  const isOld = Date.now() - loaded > 12 * 3_600_000;
  const time = loaded.toLocaleString(root.lang, { timeStyle: "short", hourCycle: "h23", ...(isOld && { dateStyle: "medium" }) });
  const say = (isShown) => {
    banner.textContent = isShown ? banner.dataset.label.replace("{time}", time) : "";
    banner.classList.toggle("is-shown", isShown);
  };
  say("keptAt" in root.dataset || !navigator.onLine);
  addEventListener("offline", () => say(true));
  addEventListener("online", () => say("keptAt" in root.dataset));
}

/** Start the worker, and let it keep what it did not see come: this page, and its articles that are too long for it. */
async function keep(banner) {
  const workers = navigator.serviceWorker;
  if (!workers) {
    return;
  }
  const wasSeen = Boolean(workers.controller);
  try {
    await workers.register(banner.dataset.worker, { scope: banner.dataset.scope, updateViaCache: "none" });
  } catch {
    return; // not allowed here
  }
  const { active } = await workers.ready;
  if (navigator.connection?.saveData || "keptAt" in document.documentElement.dataset) {
    return;
  }
  const long = [...document.querySelectorAll("#entries .article-content[data-fragment]")].map((body) => body.dataset.fragment);
  active.postMessage({ keep: [...(wasSeen ? [] : [location.href]), ...long.slice(0, AT_ONCE)] });
}

/** The number of unread articles on the icon of the installed app. */
function badge() {
  const count = document.querySelector('#sidebar [data-count="main"]');
  if (!count || !navigator.setAppBadge) {
    return;
  }
  const show = () => navigator.setAppBadge(Number(count.textContent.replace(/\D/g, ""))).catch(() => {});
  show();
  new MutationObserver(show).observe(count, { childList: true, characterData: true, subtree: true });
}

/** Nobody is logged in: nothing stays. */
function leave() {
  globalThis.caches?.delete(PAGES);
  globalThis.caches?.delete(PICTURES);
  navigator.clearAppBadge?.().catch(() => {});
}
