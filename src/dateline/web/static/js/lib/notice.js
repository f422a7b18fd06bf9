// The one notice of the page: what an action did, with *undo* where there is one.

const LASTS = 8000;
const undos = new Map();
let timer;

const box = () => document.getElementById("notice");

/** Say what an answer of the server says; `undone` restores this page once the person takes it back; it hears the set of the ids that changed. */
export function tell(answer, undone) {
  if (answer.undo && undone) {
    undos.set(String(answer.undo), undone);
  }
  show(answer.notice, answer.undo);
}

/** Say what went wrong: the server's sentence, or that it could not be reached. */
export function fail(error) {
  show(error.message || box().dataset.labelFailed, null, true);
}

/** Show a sentence; it leaves by itself. */
export function show(text, undo = null, isError = false) {
  const notice = box();
  if (!text || !notice) {
    return;
  }
  notice.querySelector(".notice-text").textContent = text;
  const form = notice.querySelector(".notice-undo");
  if (form) {
    if (!undo && form.contains(document.activeElement)) {
      giveBack();
    }
    form.hidden = !undo;
    form.elements.seq.value = undo ?? "";
  }
  notice.classList.toggle("is-error", isError);
  notice.classList.remove("is-empty");
  wait();
}

let before = null;

/** Where the focus was before it came into the notice. */
export function cameFrom(element) {
  before = element;
}

/** The focus goes back there, never nowhere. */
function giveBack() {
  const there = before?.isConnected && before.checkVisibility() ? before : document.getElementById("main");
  there?.focus({ preventScroll: true });
}

/** Let the notice leave after a while. */
export function wait() {
  clearTimeout(timer);
  timer = setTimeout(hide, LASTS);
}

/** Stop the clock: somebody reads or points at it. */
export function hold() {
  clearTimeout(timer);
}

/** Take the notice away. */
export function hide() {
  clearTimeout(timer);
  const notice = box();
  if (notice.contains(document.activeElement)) {
    giveBack();
  }
  notice.classList.add("is-empty");
}

/** What restores this page when the action `seq` is undone; undefined when this page does not know it. */
export const undoneBy = (seq) => undos.get(String(seq));
