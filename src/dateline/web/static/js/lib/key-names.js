// A key event → the names it may be bound by, the best first: "j", "shift+j", "alt+home", "?", "space".

const NAMES = { " ": "space" };

export function keyNames(event) {
  const names = [named(event, event.key)];
  // another alphabet, another row of digits, or Alt that writes signs (a Mac): what stands there on a Latin keyboard
  const place = /^(?:Key([A-Z])|Digit(\d))$/.exec(event.code);
  if (place && (event.altKey || !/^[\x20-\x7e]$/.test(event.key) || place[2])) {
    names.push(named(event, (place[1] ?? place[2]).toLowerCase(), Boolean(place[2]) && event.shiftKey));
  }
  return names;
}

function named(event, key, isShiftedDigit = false) {
  const isSign = key.length === 1 && key !== " " && key.toLowerCase() === key.toUpperCase();
  const shift = event.shiftKey && !isSign && !isShiftedDigit ? "shift+" : "";
  return shift + (event.altKey ? "alt+" : "") + (NAMES[key] ?? key.toLowerCase());
}
