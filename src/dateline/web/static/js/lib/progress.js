// How far one is in an article, told to the server and asked of it; the address stands on the tools of the page.

import { post } from "./http.js";

const address = () => document.getElementById("tools")?.dataset.progress ?? document.getElementById("player")?.dataset.progress;

/** {share, url, seconds} of an entry; at the beginning when the server does not know or cannot be reached. */
export async function reached(id) {
  const beginning = { share: 0, url: null, seconds: 0 };
  try {
    const response = await fetch(`${address()}?id=${encodeURIComponent(id)}`, { headers: { Accept: "application/json" } });
    return response.ok ? await response.json() : beginning;
  } catch {
    return beginning;
  }
}

/** Tell it; survives the page's end. What does not arrive is told again by what comes later. */
export const tell = (id, fields) => post(address(), [["id", id], ...Object.entries(fields)]).catch(() => {});
