// The bar of what plays: speed, skipping, the queue, where one stopped. It drives the article's own player while that is
// on the page; on the next page of ours it goes on by itself with a sound of its own. Nothing is asked of anybody else
// before somebody pressed play.

import { post } from "./http.js";
import { show as say } from "./notice.js";
import { reached, tell } from "./progress.js";

const KEY = "dateline-playing"; // of this tab: {id, title, feed, page, url, seconds, isPlaying}
const SPEED = "dateline-speed"; // of this browser
const EVERY = 30; // seconds of playing between two messages
const BACK = 15;
const FORWARD = 30;

let bar;
let sound = null; // the audio or video that the bar drives
let now = null; // what it plays
let toldSeconds = 0;

/** Show the bar; `started` is the player that somebody started, if that is what it is shown for. */
export function start(element, started) {
  bar = element;
  document.addEventListener("play", (event) => event.target.closest?.("[data-media]") && took(event.target), true);
  for (const [name, then] of Object.entries({ play: changed, pause: paused, timeupdate: moved, ended, durationchange: drawTime, error: failed })) {
    document.addEventListener(name, (event) => event.target === sound && then(), true);
  }
  bar.addEventListener("click", (event) => ACTS[event.target.closest("[data-act]")?.dataset.act]?.());
  bar.querySelector("[data-seek]").addEventListener("input", (event) => seek(Number(event.target.value)));
  const speed = bar.querySelector("[data-speed]");
  speed.value = stored(localStorage, SPEED) ?? "1";
  speed.addEventListener("change", () => {
    store(localStorage, SPEED, speed.value);
    setSpeed();
  });
  addEventListener("pagehide", () => keep());
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && keep());
  if (started) {
    took(started);
  } else {
    resume();
  }
}

const ACTS = {
  back: () => seek((sound?.currentTime ?? 0) - BACK),
  forward: () => seek((sound?.currentTime ?? 0) + FORWARD),
  toggle: () => (sound?.paused ? play() : sound?.pause()),
  close: () => {
    sound?.pause();
    keep();
    store(sessionStorage, KEY, null);
    sound = now = null;
    bar.hidden = true;
    document.body.classList.remove("has-player");
  },
};

/** A player of the page was started: the bar is its bar now, and it begins where one stopped. */
async function took(element) {
  if (element === sound) {
    return;
  }
  sound?.pause();
  keep();
  sound = element;
  now = about(element);
  toldSeconds = 0;
  showBar();
  setSpeed();
  changed();
  const known = await reached(now.id);
  if (sound === element && known.seconds && known.url === now.url && element.currentTime < 5) {
    seek(known.seconds);
  }
}

/** What a player of the page plays: the words of its article. */
function about(element) {
  const entry = element.closest("[data-entry-id]");
  const row = entry.closest(".row") ?? entry;
  const text = (where) => row.querySelector(where)?.textContent.trim() ?? "";
  const source = element.querySelector("source");
  return {
    id: entry.dataset.entryId,
    title: text(".article-title") || text(".shelf-title"),
    feed: text(".feed-name") || text(".shelf-about [dir]") || document.querySelector(".bar-title")?.textContent.trim() || "",
    page: (entry.querySelector("a.permalink") ?? entry.querySelector(".shelf-title a"))?.href ?? "",
    url: source?.getAttribute("src") ?? element.currentSrc,
  };
}

/** Play something with a sound of the bar's own. */
function load(what, { start }) {
  sound?.pause();
  now = what;
  toldSeconds = what.seconds;
  const own = new Audio();
  own.dataset.own = "";
  own.preload = "none";
  own.src = what.url;
  bar.querySelector("audio")?.remove();
  own.hidden = true;
  bar.append(own);
  sound = own;
  showBar();
  setSpeed();
  if (start) {
    play();
  }
  drawTime();
}

/** Begin, or go on: a sound that was not asked for yet goes to where one stopped first. */
function play() {
  if (sound.readyState === 0 && now.seconds) {
    seek(now.seconds);
  }
  sound.play().catch(() => changed()); // the browser wants a press first
}

function seek(seconds) {
  const go = () => {
    sound.currentTime = Math.min(Math.max(seconds, 0), sound.duration || seconds);
  };
  if (sound.readyState > 0) {
    go();
  } else {
    const meant = sound;
    sound.addEventListener("loadedmetadata", () => meant === sound && go(), { once: true });
  }
}

function setSpeed() {
  if (sound) {
    sound.playbackRate = sound.defaultPlaybackRate = Number(bar.querySelector("[data-speed]").value);
  }
}

// ------------------------------------------------------------------------------------------------ what happens

function changed() {
  const isPlaying = Boolean(sound) && !sound.paused;
  bar.toggleAttribute("data-playing", isPlaying);
  bar.querySelector(".player-toggle").title = isPlaying ? bar.dataset.labelPause : bar.dataset.labelPlay;
  if ("mediaSession" in navigator) {
    navigator.mediaSession.playbackState = isPlaying ? "playing" : "paused";
  }
}

function paused() {
  changed();
  keep();
}

function moved() {
  drawTime();
  if (Math.abs(sound.currentTime - toldSeconds) >= EVERY) {
    keep();
  }
}

async function ended() {
  keep();
  const { id } = now;
  changed();
  try {
    const { queue } = await getQueue();
    if (queue.some((one) => String(one.id) === id)) {
      await post(bar.dataset.queue, [["do", "remove"], ["id", id]]);
    }
    const next = queue.find((one) => String(one.id) !== id);
    if (next && now?.id === id) {
      load({ ...next, id: String(next.id) }, { start: true });
    }
  } catch {
    // the queue cannot be reached: what was played is played
  }
}

function failed() {
  say(bar.dataset.labelFailed, null, true);
  changed();
}

async function getQueue() {
  const response = await fetch(bar.dataset.queue, { headers: { Accept: "application/json" } });
  return response.json();
}

// ------------------------------------------------------------------------------------------------ what is kept

/** Tell the server and the next page where this one is. */
function keep() {
  if (!sound || !now) {
    return;
  }
  const isBegun = sound.readyState > 0;
  const seconds = isBegun ? Math.floor(sound.currentTime) : now.seconds || 0;
  store(sessionStorage, KEY, JSON.stringify({ ...now, seconds, isPlaying: !sound.paused }));
  if (isBegun && (Math.abs(seconds - toldSeconds) > 1 || sound.ended)) {
    toldSeconds = seconds;
    tell(now.id, { url: now.url, seconds, of: Number.isFinite(sound.duration) ? Math.floor(sound.duration) : 0 });
  }
}

/** What the page before played goes on; where the browser does not let it, it waits for a press. */
function resume() {
  try {
    const before = JSON.parse(stored(sessionStorage, KEY));
    if (before?.url && before.id) {
      load(before, { start: before.isPlaying });
    }
  } catch {
    store(sessionStorage, KEY, null);
  }
}

const stored = (where, key) => {
  try {
    return where.getItem(key);
  } catch {
    return null; // storage may be forbidden
  }
};
const store = (where, key, value) => {
  try {
    value === null ? where.removeItem(key) : where.setItem(key, value);
  } catch {
    // nothing is remembered, all works
  }
};

// ------------------------------------------------------------------------------------------------ what is seen

function showBar() {
  bar.hidden = false;
  document.body.classList.add("has-player");
  const title = bar.querySelector(".player-title");
  title.textContent = now.title;
  title.href = now.page || bar.dataset.queue;
  bar.querySelector(".player-feed").textContent = now.feed;
  drawTime();
  session();
}

function drawTime() {
  const range = bar.querySelector("[data-seek]");
  const at = sound.readyState > 0 ? sound.currentTime : now.seconds || 0;
  const length = Number.isFinite(sound.duration) ? sound.duration : 0;
  range.max = Math.floor(length);
  range.disabled = !length;
  range.value = Math.floor(at);
  const words = length ? `${clock(at)} / ${clock(length)}` : clock(at);
  bar.querySelector("output").textContent = words;
  range.setAttribute("aria-valuetext", words);
}

/** 3723 → 1:02:03 */
function clock(seconds) {
  const whole = Math.floor(seconds);
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** The keys of the keyboard, the headphones and the locked phone. */
function session() {
  if (!("mediaSession" in navigator)) {
    return;
  }
  navigator.mediaSession.metadata = new MediaMetadata({ title: now.title, artist: now.feed });
  const handlers = { play, pause: () => sound?.pause(), seekbackward: ACTS.back, seekforward: ACTS.forward, nexttrack: ended };
  for (const [action, handler] of Object.entries(handlers)) {
    try {
      navigator.mediaSession.setActionHandler(action, handler);
    } catch {
      // this browser has no such key
    }
  }
}
