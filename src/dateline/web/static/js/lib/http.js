// Asking the server: a form's fields → the JSON answer; an address → a part of a page.

/** An answer that says no; `message` is a sentence for people, `status` the HTTP status: "" and 0 when the server could not be reached. */
export class Refused extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

/**
 * POST `fields` (FormData, or [name, value] pairs) and give the JSON answer. Survives the page's end (keepalive).
 * Raises Refused.
 */
export async function post(address, fields) {
  let response;
  let answer;
  try {
    response = await fetch(address, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(fields),
      keepalive: true,
    });
    answer = await response.json();
  } catch {
    throw new Refused("", response?.ok ? 0 : response?.status);
  }
  if (!response.ok) {
    throw new Refused(answer.message ?? "", response.status);
  }
  return answer;
}

/** GET a part of a page as a DocumentFragment. Raises Refused. */
export async function fragment(address) {
  const page = await getDocument(address);
  const part = document.createDocumentFragment();
  part.append(...page.body.childNodes);
  return part;
}

/** GET a page as a Document of its own; its scripts do not run. Raises Refused. */
export async function getDocument(address) {
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    if (!response.ok || response.redirected) {
      throw new Refused("");
    }
    return new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    throw new Refused("");
  }
}
