// Drag and drop in the sidebar: a feed into a folder, a folder into another; on the stream above, out of all of them.
// The same is done by keys on the page of a feed (its folders), of a folder (where it lies) and in the table of both.

export default function arrange(tree) {
  let dragged = null;
  const sidebar = tree.closest("nav");
  const feedOf = (link) => link?.getAttribute("href").match(/\/feed\/(\d+)$/)?.[1];
  const folderOf = (link) => link?.getAttribute("href").match(/\/folder\/(\d+)$/)?.[1];
  const isTop = (link) => link?.querySelector('[data-count="main"]') !== null && link !== null;

  /** Where the link under the pointer would take what is dragged: a folder's id, "" for the top, null for nowhere. */
  const target = (event) => {
    const link = event.target.closest?.("a");
    if (!dragged || !link || link === dragged) {
      return null;
    }
    const folder = folderOf(link);
    if (folder) {
      return dragged.closest("li").contains(link) && folderOf(dragged) ? null : folder;
    }
    return isTop(link) ? "" : null;
  };
  const unmark = () => sidebar.querySelector(".is-target")?.classList.remove("is-target");

  tree.addEventListener("dragstart", (event) => {
    const link = event.target.closest?.("a");
    if (feedOf(link) || folderOf(link)) {
      dragged = link;
      event.dataTransfer.effectAllowed = "move";
    }
  });
  sidebar.addEventListener("dragover", (event) => {
    unmark();
    if (target(event) !== null) {
      event.preventDefault();
      event.target.closest("a").classList.add("is-target");
    }
  });
  sidebar.addEventListener("dragend", () => {
    dragged = null;
    unmark();
  });
  sidebar.addEventListener("drop", (event) => {
    const place = target(event);
    if (place === null) {
      return;
    }
    event.preventDefault();
    const feed = feedOf(dragged);
    const fields = feed
      ? { id: feed, do: place ? `move:${place}` : "out", sure: "1" }
      : { name: dragged.querySelector(".name").textContent, parent_id: place };
    send(feed ? tree.dataset.several : `${tree.dataset.folders}/${folderOf(dragged)}`, fields);
  });
}

function send(address, fields) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = address;
  form.hidden = true;
  for (const [name, value] of Object.entries({ ...fields, next: location.pathname + location.search })) {
    const field = document.createElement("input");
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.body.append(form);
  form.submit();
}
