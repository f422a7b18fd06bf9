// A link to drag to the bookmarks: it opens the page for adding feeds with the address of wherever one is.

export default function bookmarklet(link) {
  const address = JSON.stringify(new URL(link.href).href);
  link.href = `javascript:location.href=${address}+"?url="+encodeURIComponent(location.href)`;
  link.addEventListener("click", (event) => event.preventDefault());
  link.closest("[hidden]")?.removeAttribute("hidden");
}
