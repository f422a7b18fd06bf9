// The number of unread entries on the page's icon, and on that of the installed app.

const SIZE = 64;
const WORDS = "600 34px system-ui, sans-serif";

let shown = 0;
let picture = null;

/** What the sidebar says is unread in the main stream. */
export const shownCount = () =>
  Number(document.querySelector('[data-count="main"]')?.textContent.replace(/\D/g, "") ?? 0);

/** Draw a count: "7", "12", "1k", "+"; nothing for 0. */
export async function badge(count) {
  if (count === shown) {
    return;
  }
  shown = count;
  navigator[count ? "setAppBadge" : "clearAppBadge"]?.(count || undefined).catch(() => {});
  const link = document.querySelector('link[rel="icon"]');
  link.dataset.plain ??= link.href;
  if (!count) {
    link.href = link.dataset.plain;
    return;
  }
  try {
    picture ??= load(link.dataset.plain);
    const drawn = draw(await picture, short(count));
    if (shown === count) {
      link.href = drawn;
    }
  } catch {
    picture = null; // the plain icon stays
  }
}

const short = (count) => (count < 100 ? String(count) : count < 1000 ? "99+" : count < 10_000 ? `${Math.floor(count / 1000)}k` : "+");

async function load(address) {
  const image = new Image(SIZE, SIZE);
  image.src = address;
  await image.decode();
  return image;
}

function draw(image, text) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0, SIZE, SIZE);
  pen.font = WORDS;
  const width = Math.max(pen.measureText(text).width + 16, 42);
  pen.fillStyle = "#b3261e";
  pen.beginPath();
  pen.roundRect(SIZE - width, SIZE - 42, width, 42, 14);
  pen.fill();
  pen.fillStyle = "#fff";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(text, SIZE - width / 2, SIZE - 20);
  return canvas.toDataURL("image/png");
}
