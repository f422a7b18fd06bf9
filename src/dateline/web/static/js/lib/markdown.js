// An article → Markdown (CommonMark, tables of GitHub's): what is read, nothing of the page around it.

const BLOCKS = {
  P: (element) => inline(element),
  DIV: (element) => blocks(element),
  SECTION: (element) => blocks(element),
  ARTICLE: (element) => blocks(element),
  FIGURE: (element) => blocks(element),
  FIGCAPTION: (element) => wrapped(inline(element), "*"),
  BLOCKQUOTE: (element) => prefixed(blocks(element), "> ", "> "),
  PRE: (element) => fenced(element.textContent.replace(/\n$/, "")),
  UL: (element) => list(element, () => "- "),
  OL: (element) => list(element, (index) => `${(element.start || 1) + index}. `),
  HR: () => "---",
  TABLE: (element) => table(element),
};
const INLINE = {
  A: (element) => link(element),
  IMG: (element) => (element.src ? `![${plain(element.alt)}](${address(element.src)})` : ""),
  BR: () => "  \n",
  EM: (element) => wrapped(inline(element), "*"),
  I: (element) => wrapped(inline(element), "*"),
  STRONG: (element) => wrapped(inline(element), "**"),
  B: (element) => wrapped(inline(element), "**"),
  DEL: (element) => wrapped(inline(element), "~~"),
  S: (element) => wrapped(inline(element), "~~"),
  CODE: (element) => code(element.textContent),
  BUTTON: () => "",
};

/** The whole article: its title with its address, who and when, then the text. */
export function markdown(article, { title, url, authors, date }) {
  const head = [`# [${plain(title)}](${address(url)})`, [authors, date].filter(Boolean).map(plain).join(" · ")];
  const content = article.querySelector(".article-content");
  return `${[...head, content ? blocks(content) : ""].filter(Boolean).join("\n\n")}\n`;
}

/** What stands in an element, block by block. */
function blocks(element) {
  const parts = [];
  let line = "";
  const flush = () => {
    parts.push(line.trim());
    line = "";
  };
  for (const node of element.childNodes) {
    const block = node.nodeType === Node.ELEMENT_NODE ? blockOf(node) : undefined;
    if (block) {
      flush();
      parts.push(block(node));
    } else {
      line += text(node);
    }
  }
  flush();
  return parts.filter(Boolean).join("\n\n");
}

function blockOf(element) {
  const level = /^H([1-6])$/.exec(element.tagName)?.[1];
  if (level) {
    return () => `${"#".repeat(Math.max(Number(level), 2))} ${inline(element).replaceAll("\n", " ")}`;
  }
  return BLOCKS[element.tagName] ?? (element.querySelector("p, ul, ol, table, pre, blockquote, figure") ? blocks : undefined);
}

const inline = (element) => [...element.childNodes].map(text).join("").trim();

function text(node) {
  if (node.nodeType === Node.TEXT_NODE) {
    return plain(node.data.replace(/\s+/g, " "));
  }
  if (node.nodeType !== Node.ELEMENT_NODE) {
    return "";
  }
  return INLINE[node.tagName]?.(node) ?? [...node.childNodes].map(text).join("");
}

/** Text that says nothing in Markdown. */
const plain = (words) => words.replace(/[\\`*_[\]<>]|^(?=#{1,6} |[-+] )/g, (mark) => `\\${mark}`).replace(/^(\d+)([.)]) /, "$1\\$2 ");

const address = (url) => url.replace(/[\s()<>]/g, (mark) => encodeURIComponent(mark).replace("(", "%28").replace(")", "%29"));

function link(element) {
  const words = inline(element);
  return element.href && words ? `[${words}](${address(element.href)})` : words;
}

const wrapped = (words, mark) => (words ? `${mark}${words}${mark}` : "");

function code(words) {
  const longest = Math.max(0, ...(words.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return longest ? `${fence} ${words} ${fence}` : fence + words + fence;
}

function fenced(words) {
  const longest = Math.max(2, ...(words.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${words}\n${fence}`;
}

const prefixed = (words, first, rest) =>
  words.split("\n").map((line, index) => ((index ? rest : first) + line).trimEnd()).join("\n");

const list = (element, mark) =>
  [...element.children].map((child, index) => prefixed(blocks(child), mark(index), " ".repeat(mark(index).length))).join("\n");

function table(element) {
  const rows = [...element.rows].map((row) => [...row.cells].map((cell) => inline(cell).replace(/\s*\n\s*/g, " ").replaceAll("|", "\\|")));
  if (!rows.length) {
    return "";
  }
  const width = Math.max(...rows.map((row) => row.length));
  const line = (cells) => `| ${Array.from({ length: width }, (_, index) => cells[index] ?? "").join(" | ")} |`;
  return [line(rows[0]), line(Array(width).fill("---")), ...rows.slice(1).map(line)].join("\n");
}
