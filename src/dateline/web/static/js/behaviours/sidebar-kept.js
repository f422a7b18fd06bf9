// The sidebar stays as it was left, from page to page: how far it is scrolled in this tab, which folders were opened or
// closed by hand on this device. What is read now is always in sight.

const PLACE = "dateline-sidebar";

export default function sidebarKept(sidebar) {
  const folders = `dateline-folders-${document.getElementById("entry-form")?.dataset.account ?? ""}`;
  keepFolders(sidebar, folders);
  const current = sidebar.querySelector('.tree [aria-current="page"]');
  sidebar.scrollTop = stored(sessionStorage, PLACE) ?? 0;
  bringIntoSight(sidebar, current);
  addEventListener("pagehide", () => store(sessionStorage, PLACE, Math.round(sidebar.scrollTop)));
}

function keepFolders(sidebar, key) {
  const known = stored(localStorage, key) ?? {};
  const byId = new Map([...sidebar.querySelectorAll("details.folder")].map((one) => [one.dataset.folderId, one]));
  for (const [id, folder] of byId) {
    if (typeof known[id] === "boolean" && !folder.querySelector('[aria-current="page"]')) {
      folder.open = known[id];
    }
  }
  sidebar.addEventListener("click", (event) => {
    const folder = event.target.closest("details.folder > summary")?.parentElement;
    if (folder) {
      known[folder.dataset.folderId] = !folder.open; // it changes after this
      store(localStorage, key, Object.fromEntries(Object.entries(known).filter(([id]) => byId.has(id))));
    }
  });
}

/** Between what sticks to the top and to the bottom of the sidebar. */
function bringIntoSight(sidebar, link) {
  if (!link) {
    return;
  }
  const place = link.getBoundingClientRect();
  const top = sidebar.querySelector(".brand-line").getBoundingClientRect().bottom;
  const bottom = sidebar.querySelector(".sidebar-foot").getBoundingClientRect().top;
  if (place.top < top || place.bottom > bottom) {
    sidebar.scrollTop += place.top - (top + bottom) / 2;
  }
}

function stored(storage, key) {
  try {
    return JSON.parse(storage.getItem(key));
  } catch {
    return null; // refused, or written by something else
  }
}

function store(storage, key, value) {
  try {
    storage.setItem(key, JSON.stringify(value));
  } catch {
    // refused or full: the sidebar begins anew on the next page
  }
}
