// The service worker: static files are kept as a whole; pages and pictures that the server allows to keep are kept as
// they come, and shown when the server cannot be reached. The server writes KNOWN before this: {base, version, files}.
//
// What is kept belongs to one account (the header dateline-account): another's page, or nobody's, takes all of it away.
// Nothing is answered but GET: what is sent goes straight to the server.

const STATIC = `dateline-static-${KNOWN.version}`;
const PAGES = "dateline-pages";
const PICTURES = "dateline-pictures";
const MOST = { [PAGES]: { count: 80, bytes: 30e6 }, [PICTURES]: { count: 500, bytes: 50e6 } };
const LARGEST_PICTURE = 3e6;
const LATE = "dateline-late";
const DEVICE = "dateline-device";
const AT_ONCE = 500;
const PATIENCE = 4000;
const OWNER = `${KNOWN.base}/offline?owner`;
const TOLD = `${KNOWN.base}/offline?told`;
const OFFLINE = `${KNOWN.base}/offline`;
const FRONT = `${KNOWN.base}/`;

const addressOf = (name) => `${KNOWN.base}/static/${KNOWN.version}/${name}`;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));

async function install() {
  const cache = await caches.open(STATIC);
  await cache.addAll(KNOWN.files.map(addressOf));
  await self.skipWaiting();
}

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith("dateline-static-") && name !== STATIC) {
      await caches.delete(name);
    }
  }
  await self.clients.claim();
  await serially(keepOfflinePage);
}

self.addEventListener("message", (event) => {
  const { late, device, keep } = event.data;
  event.waitUntil(late ? keepLate(late) : device ? becomeDevice(device) : keepAll(keep ?? []));
});

self.addEventListener("sync", (event) => {
  if (event.tag === LATE) {
    event.waitUntil(tellLate());
  }
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin || !pathname.startsWith(FRONT)) {
    return;
  }
  const path = pathname.slice(KNOWN.base.length);
  if (request.method !== "GET") {
    if (["/login", "/logout", "/start"].includes(path)) {
      event.waitUntil(forget());
    }
    if (path === "/logout") {
      event.waitUntil(beNoDevice());
    }
  } else if (path.startsWith("/static/")) {
    event.respondWith(file(request, path));
  } else if (request.mode === "navigate") {
    event.respondWith(page(event, path));
  } else if (request.destination === "image") {
    event.respondWith(picture(event));
  } else if (request.headers.get("accept") === "text/html") {
    event.respondWith(page(event, path));
  }
});

// ---------------------------------------------------------------------------------------------- one deed at a time

let last = Promise.resolve();
/** How often everything was forgotten: what was asked for before is not kept after. */
let age = 0;

/** What changes the caches of an account happens in turns. */
function serially(deed) {
  last = last.then(deed).catch(() => {}); // a full disk keeps nothing, and breaks nothing
  return last;
}

function forget() {
  age += 1;
  return serially(clear);
}

async function clear() {
  sizes.clear();
  await caches.delete(PAGES);
  await caches.delete(PICTURES);
  await keepOfflinePage();
}

async function keepOfflinePage() {
  const answer = await fetch(OFFLINE);
  if (answer.ok) {
    await (await caches.open(STATIC)).put(OFFLINE, answer);
  }
}

// ---------------------------------------------------------------------------------------------- static files

/** Ours, of this version; for a page that was kept under an earlier one, the file of that name. */
async function file(request, path) {
  const cache = await caches.open(STATIC);
  const kept = await cache.match(request.url, { ignoreVary: true });
  if (kept) {
    return kept;
  }
  try {
    return await fetch(request);
  } catch {
    const name = path.split("/").slice(3).join("/");
    return (await cache.match(addressOf(name), { ignoreVary: true })) ?? Response.error();
  }
}

// ---------------------------------------------------------------------------------------------- pages

/** A page or a part of one: the server's; what was kept when it cannot be reached, or not soon. */
async function page(event, path) {
  const { request } = event;
  const answer = asked(request, path);
  event.waitUntil(answer.catch(() => {}));
  const kept = await stored(PAGES, request.url);
  try {
    return await (kept ? Promise.race([answer, late()]) : answer);
  } catch {
    if (request.mode !== "navigate") {
      return kept ?? Response.error();
    }
    return kept ? dated(kept) : ((await stored(STATIC, OFFLINE)) ?? Response.error());
  }
}

const late = () => new Promise((_, reject) => setTimeout(reject, PATIENCE));

async function asked(request, path) {
  const begun = age;
  const answer = await fetch(request);
  if ([502, 503, 504].includes(answer.status) && (await stored(PAGES, request.url))) {
    throw new Error("nobody is there");
  }
  if (answer.ok && !answer.redirected && answer.headers.get("content-type")?.startsWith("text/html")) {
    judge(request, path, answer, begun);
  }
  return answer;
}

/** Keep a page, or forget everything since it is nobody's. */
function judge(request, path, answer, begun) {
  const account = answer.headers.get("dateline-account");
  if (account) {
    beDeviceOf(account);
  }
  if (!account && path !== "/offline") {
    forget();
  } else if (answer.headers.has("dateline-keep")) {
    const copy = answer.clone();
    serially(() => begun === age && keepPage(request.url, copy, account));
  }
}

async function keepPage(url, answer, account) {
  const owner = await (await (await caches.open(PAGES)).match(OWNER))?.text();
  if (owner !== account) {
    age += 1;
    await clear();
    await (await caches.open(PAGES)).put(OWNER, new Response(account));
  }
  await store(PAGES, url, answer);
}

/** A kept page that says since when. */
async function dated(kept) {
  const html = await kept.text();
  return new Response(html.replace("<html ", `<html data-kept-at="${Number(kept.headers.get("dateline-kept-at"))}" `), {
    headers: kept.headers,
  });
}

/** Pages that came before this worker saw them, and long articles that their list holds no more of than an address. */
async function keepAll(addresses) {
  for (const address of addresses) {
    const url = new URL(address, location.origin);
    url.hash = "";
    if (url.origin === location.origin && url.pathname.startsWith(FRONT) && !(await stored(PAGES, url.href))) {
      try {
        await asked(new Request(url, { headers: { Accept: "text/html" } }), url.pathname.slice(KNOWN.base.length));
        await last;
      } catch {
        return;
      }
    }
  }
}

// ---------------------------------------------------------------------------------------------- pictures

/** Icons, and pictures that come by way of the server; those of other hosts are none of this worker's. */
async function picture(event) {
  const begun = age;
  try {
    const answer = await fetch(event.request);
    if (answer.status === 200 && Number(answer.headers.get("content-length") ?? 0) < LARGEST_PICTURE) {
      const copy = answer.clone();
      event.waitUntil(serially(() => begun === age && keepPicture(event.request.url, copy)));
    }
    return answer;
  } catch {
    return (await stored(PICTURES, event.request.url)) ?? Response.error();
  }
}

async function keepPicture(url, answer) {
  if (await (await caches.open(PAGES)).match(OWNER)) {
    await store(PICTURES, url, answer);
  }
}

// ---------------------------------------------------------------------------------------------- what is kept

/** How large everything is: cache → address → bytes, the oldest first; read when it is first wanted. */
const sizes = new Map();

const stored = async (name, url) => (await caches.open(name)).match(url, { ignoreVary: true });

async function store(name, url, answer) {
  const body = await answer.blob();
  const headers = new Headers(answer.headers);
  headers.delete("content-encoding");
  headers.delete("content-length");
  headers.set("dateline-kept-at", Date.now());
  headers.set("dateline-size", body.size);
  const cache = await caches.open(name);
  const known = await sizesOf(name, cache);
  await cache.put(url, new Response(body, { headers }));
  known.delete(url);
  known.set(url, body.size);
  await shrink(cache, known, MOST[name]);
}

async function sizesOf(name, cache) {
  if (!sizes.has(name)) {
    const known = new Map();
    for (const request of await cache.keys()) {
      const size = (await cache.match(request, { ignoreVary: true }))?.headers.get("dateline-size");
      if (size) {
        known.set(request.url, Number(size));
      }
    }
    sizes.set(name, known);
  }
  return sizes.get(name);
}

/** The oldest leave until the rest fits; the front page stays. */
async function shrink(cache, known, most) {
  let bytes = [...known.values()].reduce((sum, size) => sum + size, 0);
  for (const [url, size] of [...known]) {
    if (known.size <= most.count && bytes <= most.bytes) {
      return;
    }
    if (url !== new URL(FRONT, location.origin).href) {
      await cache.delete(url);
      known.delete(url);
      bytes -= size;
    }
  }
}

// ---------------------------------------------------------------------------------------------- deeds told late

// The page keeps what waits (lib/read-queue.js) and tells it when it can. This copy is for when no page is open as the
// connection comes back (Background Sync); the server takes a deed by its time and its account, so twice is as once.

const letterOf = (account) => `${KNOWN.base}/entries/late?account=${account}`;

async function keepLate(letter) {
  await (await caches.open(LATE)).put(letterOf(letter.account), new Response(JSON.stringify(letter)));
  await self.registration.sync?.register(LATE).catch(() => {}); // not allowed here: the page does it
}

async function tellLate() {
  const cache = await caches.open(LATE);
  for (const request of await cache.keys()) {
    const letter = await (await cache.match(request)).json();
    const rest = Object.entries(letter.deeds);
    while (rest.length) {
      const batch = rest.splice(0, AT_ONCE);
      if (!(await isTold(letter, batch))) {
        return; // another account's, or a session that ended: its own page will tell
      }
      for (const client of await self.clients.matchAll()) {
        client.postMessage({ told: { account: letter.account, deeds: Object.fromEntries(batch) } });
      }
    }
    await cache.delete(request);
  }
}

/** Whether the server took them, or never will; an error, which lets the browser try again, when it is not there. */
async function isTold({ address, account }, batch) {
  const fields = new URLSearchParams([["account", account]]);
  for (const [key, [action, at]] of batch) {
    fields.append("deed", `${parseInt(key, 10)} ${action} ${Math.max(0, Date.now() - at)}`);
  }
  const answer = await fetch(address, { method: "POST", headers: { Accept: "application/json" }, body: fields });
  if (answer.status >= 500) {
    throw new Error("nobody is there");
  }
  return ![401, 403, 429].includes(answer.status);
}

// ---------------------------------------------------------------------------------------------- notifications

// What comes is for one account (DEVICE says which): where another is logged in, or nobody is any more, it is not shown
// and the browser is told nothing from then on. While a page of ours is seen, only a test is shown.

const LINES = 4;

async function becomeDevice(account) {
  await (await caches.open(DEVICE)).put(TOLD, new Response(account));
}

/** The account whose device this browser is; "" when it is none. */
const accountTold = async () => (await (await caches.match(TOLD, { cacheName: DEVICE }))?.text()) ?? "";

/** A page of an account came: if it is another's, this browser is not the first one's device any more. */
async function beDeviceOf(account) {
  const before = await accountTold();
  if (before && before !== account) {
    await beNoDevice();
  }
}

async function beNoDevice() {
  await caches.delete(DEVICE);
  await (await self.registration.pushManager?.getSubscription())?.unsubscribe();
}

// The browser's push service gave it another address: the server is told, by the session that the device belongs to.
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

async function renew({ oldSubscription, newSubscription }) {
  const account = await accountTold();
  const server = oldSubscription?.options.applicationServerKey;
  if (!account || !(newSubscription || server)) {
    return;
  }
  const wish = { userVisibleOnly: true, applicationServerKey: server };
  const { endpoint, keys } = (newSubscription ?? (await self.registration.pushManager.subscribe(wish))).toJSON();
  await fetch(`${KNOWN.base}/settings/notifications`, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams({ do: "renew", account, endpoint, key: keys.p256dh, secret: keys.auth }),
  });
}

self.addEventListener("push", (event) => event.waitUntil(show(event.data)));

async function show(data) {
  let said;
  try {
    said = data.json();
  } catch {
    return; // nothing of ours
  }
  if (said.account !== (await accountTold())) {
    await beNoDevice();
    return;
  }
  if (said.kind !== "test" && (await ourPages()).some((page) => page.visibilityState === "visible")) {
    return;
  }
  const before = await self.registration.getNotifications({ tag: said.kind });
  const lines = [said.body, ...before.flatMap((one) => one.body.split("\n"))];
  await self.registration.showNotification(said.title, {
    body: [...new Set(lines)].slice(0, LINES).join("\n"),
    tag: said.kind,
    icon: addressOf("icons/app-192.png"),
    data: { path: said.path },
  });
}

async function ourPages() {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return pages.filter((page) => isOurs(new URL(page.url)));
}

const isOurs = ({ origin, pathname }) => origin === location.origin && pathname.startsWith(FRONT);

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.path));
});

/** Where a notification leads, never out of our own pages. */
async function open(path) {
  const wanted = new URL(`${KNOWN.base}${path}`, location.origin);
  const target = isOurs(wanted) ? wanted.href : new URL(FRONT, location.origin).href;
  const page = (await ourPages()).find(({ url }) => url === target);
  await (page ? page.focus() : self.clients.openWindow(target));
}
