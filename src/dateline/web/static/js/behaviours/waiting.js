// A stream whose feeds were never fetched yet: looks again for two minutes, and shows what came.

import { getDocument } from "../lib/http.js";

const PAUSES = [2, 2, 3, 4, 5, 8, 12, 20, 30, 40];

export default async function waiting() {
  for (const seconds of PAUSES) {
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const page = document.hidden ? null : await getDocument(location.href).catch(() => null);
    if (page?.getElementById("entries")) {
      location.reload();
      return;
    }
  }
}
