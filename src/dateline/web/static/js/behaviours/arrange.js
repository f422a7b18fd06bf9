// Drag and drop in the sidebar: a feed into a folder, a folder into another or between two; on the stream above, out of
// all of them. The same is done by keys on the page of a feed (its folders), of a folder (where it lies and stands) and
// in the table of both.

const EDGE = 0.3; // of a folder's line: above it and below it means beside that folder, the middle means into it

export default function arrange(tree) {
  let dragged = null;
  const sidebar = tree.closest("nav");
  const feedOf = (link) => link?.getAttribute("href").match(/\/feed\/(\d+)$/)?.[1];
  const folderOf = (link) => link?.getAttribute("href").match(/\/folder\/(\d+)$/)?.[1];
  const isTop = (link) => link?.querySelector('[data-count="main"]') !== null && link !== null;

  /** Where what is dragged would go: `link` under the pointer, its folder's `id` ("" for the top), `how`: "into", or "before" or "after" that folder. */
  const target = (event) => {
    const link = event.target.closest?.("a");
    if (!dragged || !link || link === dragged) {
      return null;
    }
    const id = folderOf(link);
    if (!id) {
      return isTop(link) ? { link, id: "", how: "into" } : null;
    }
    if (!folderOf(dragged)) {
      return { link, id, how: "into" };
    }
    return dragged.closest("li").contains(link) ? null : { link, id, how: side(link, event.clientY) };
  };
  const unmark = () => {
    for (const name of ["is-target", "is-before", "is-after"]) {
      sidebar.querySelector(`.${name}`)?.classList.remove(name);
    }
  };
  const mark = ({ link, how }) => {
    if (how === "into") {
      link.classList.add("is-target");
    } else {
      link.closest("li").classList.add(`is-${how}`);
    }
  };

  tree.addEventListener("dragstart", (event) => {
    const link = event.target.closest?.("a");
    if (feedOf(link) || folderOf(link)) {
      dragged = link;
      event.dataTransfer.effectAllowed = "move";
    }
  });
  sidebar.addEventListener("dragover", (event) => {
    unmark();
    const place = target(event);
    if (place !== null) {
      event.preventDefault();
      mark(place);
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
    const folder = `${tree.dataset.folders}/${folderOf(dragged)}`;
    if (feed) {
      send(tree.dataset.several, { id: feed, do: place.id ? `move:${place.id}` : "out", sure: "1" });
    } else if (place.how === "into") {
      send(folder, { name: dragged.querySelector(".name").textContent, parent_id: place.id });
    } else {
      send(`${folder}/place`, { do: place.how, beside: place.id });
    }
  });
}

/** Whether a pointer at this height means before the folder of a link, after it, or into it. */
function side(link, height) {
  const line = link.getBoundingClientRect();
  const share = (height - line.top) / line.height;
  if (share < EDGE) {
    return "before";
  }
  return share > 1 - EDGE ? "after" : "into";
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
