// This browser as a device that is told of news: what it can, may and does, and its switch. The browser asks the person
// (Notification.requestPermission), its maker's push service gives an address (PushManager.subscribe), the server keeps it.

import { post } from "../lib/http.js";
import { fail, show } from "../lib/notice.js";

const PATIENCE = 10_000;

export default function device(section) {
  const say = (state) => {
    for (const part of section.querySelectorAll("[data-when]")) {
      part.hidden = part.dataset.when !== state;
    }
  };
  const refused = (error) => {
    if (error.status !== undefined) {
      fail(error); // the server's own words
    } else {
      show(section.dataset.labelFailed, null, true);
    }
  };
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
    say("unable");
    return;
  }
  const here = document.querySelector("[data-here]")?.dataset.here;
  say(""); // scripts do run; the rest is known in a moment
  look(section, here).then(say, () => say("unable"));
  section.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-do]");
    if (!button) {
      return;
    }
    button.disabled = true;
    try {
      if (button.dataset.do === "off") {
        await switchOff(section, here);
      } else if ((await Notification.requestPermission()) !== "granted") {
        say(Notification.permission === "denied" ? "denied" : "off");
        return;
      } else {
        await switchOn(section);
      }
      location.reload();
    } catch (error) {
      refused(error);
    } finally {
      button.disabled = false;
    }
  });
}

/** The worker that the behaviour `offline` started; an error when there is none after a while. */
const worker = () =>
  Promise.race([navigator.serviceWorker.ready, new Promise((_, reject) => setTimeout(reject, PATIENCE, new Error("no worker")))]);

/** How it stands: denied, on (the browser and the server agree, on the key too) or off. */
async function look({ dataset }, here) {
  if (Notification.permission === "denied") {
    return "denied";
  }
  const known = await (await worker()).pushManager.getSubscription();
  const isOurs = known && isSame(known.options.applicationServerKey, bytesOf(dataset.key));
  return isOurs && here && Notification.permission === "granted" ? "on" : "off";
}

async function switchOn({ dataset }) {
  const { active, pushManager } = await worker();
  const key = bytesOf(dataset.key);
  const before = await pushManager.getSubscription();
  if (before && !isSame(before.options.applicationServerKey, key)) {
    await before.unsubscribe(); // of another instance's key: nothing of ours would come through
  }
  const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const { endpoint, keys } = subscription.toJSON();
  active.postMessage({ device: dataset.account });
  await post(dataset.address, { do: "add", endpoint, key: keys.p256dh, secret: keys.auth });
}

async function switchOff({ dataset }, here) {
  const subscription = await (await worker()).pushManager.getSubscription();
  await post(dataset.address, { do: "remove", id: here });
  await subscription?.unsubscribe();
}

function bytesOf(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function isSame(buffer, key) {
  const known = new Uint8Array(buffer ?? []);
  return known.length === key.length && known.every((byte, place) => byte === key[place]);
}
