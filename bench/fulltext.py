"""Which library finds the article in a page: ``python -m bench.fulltext FOLDER [NAME…]`` over a folder of real pages.

FOLDER holds ``NAME.html`` with ``NAME.txt``, the text of its article (or its beginning: under ``WHOLE`` words), and
perhaps ``NAME.url``. For each library that is installed: recall and precision of three-word (in scripts without blanks
five-character) runs, pages that failed, pictures and links kept, time a page, and the memory that it takes, each in a
process of its own. Nothing of the pages is kept.
"""

import importlib
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import mean, median
from typing import Any

from bench.processes import pss_mb
from dateline.clean import clean_html, plain_text
from dateline.model import RawHTML

WHOLE = 60
"""From this many words on a text is taken for the whole article; of a shorter one only recall is counted."""

Extract = Callable[[bytes, str], str]
_SPACELESS = re.compile(r"[\u0e00-\u0e7f\u1000-\u109f\u3040-\u30ff\u3400-\u9fff]")


def _page(body: bytes) -> str:
    return body.decode("utf-8", "replace")


def _nothing() -> Extract:
    return lambda body, url: _page(body)


def _ours() -> Extract:
    extract = importlib.import_module("dateline.clean.extract").extract
    return lambda body, url: str(extract(body, url=url).html)


def _readability() -> Extract:
    document = importlib.import_module("readability").Document
    return lambda body, url: str(document(_page(body), url=url).summary(html_partial=True))


def _trafilatura() -> Extract:
    extract = importlib.import_module("trafilatura").extract
    return lambda body, url: str(
        extract(
            body,
            url=url,
            output_format="html",
            include_links=True,
            include_images=True,
            include_formatting=True,
            include_comments=False,
        )
        or ""
    )


def _newspaper() -> Extract:
    article = importlib.import_module("newspaper").Article

    def extract(body: bytes, url: str) -> str:
        found = article(url, fetch_images=False)
        found.download(input_html=_page(body))
        found.parse()
        return str(found.article_html or found.text)

    return extract


def _goose() -> Extract:
    goose = importlib.import_module("goose3").Goose({"enable_image_fetching": False})
    return lambda body, url: str(goose.extract(raw_html=_page(body)).cleaned_text)


def _breadability() -> Extract:
    article = importlib.import_module("breadability.readable").Article
    return lambda body, url: str(article(_page(body), url=url).readable)


def _resiliparse() -> Extract:
    extract = importlib.import_module("resiliparse.extract.html2text").extract_plain_text
    return lambda body, url: str(extract(_page(body), main_content=True, links=False, alt_texts=False))


def _boilerpy() -> Extract:
    extractor = importlib.import_module("boilerpy3.extractors").ArticleExtractor(raise_on_failure=False)
    return lambda body, url: str(extractor.get_content(_page(body)))


LIBRARIES: dict[str, Callable[[], Extract]] = {
    "the whole page": _nothing,
    "dateline": _ours,
    "readability-lxml": _readability,
    "trafilatura": _trafilatura,
    "newspaper4k": _newspaper,
    "goose3": _goose,
    "breadability": _breadability,
    "resiliparse": _resiliparse,
    "boilerpy3": _boilerpy,
}


def runs(text: str) -> Counter[str]:
    """The runs that two texts are compared by."""
    words = re.findall(r"\w+", text.lower())
    if _SPACELESS.search(text[:500]):
        joined = "".join(words)
        return Counter(joined[place : place + 5] for place in range(len(joined) - 4))
    return Counter(" ".join(words[place : place + 3]) for place in range(len(words) - 2))


def measured(name: str, folder: Path) -> str:
    """One library over all pages → a line of the table."""
    before = pss_mb(os.getpid())
    started = time.perf_counter()
    extract = LIBRARIES[name]()
    loading = time.perf_counter() - started
    loaded = pss_mb(os.getpid())
    recalls: list[float] = []
    precisions: list[float] = []
    times: list[float] = []
    failed = pictures = links = 0
    for page, body, url, expected in _pages(folder):
        started = time.perf_counter()
        try:
            html = extract(body, url)
        except Exception as error:  # noqa: BLE001 - whatever a library raises for a page is its failure there
            print(f"{name}: {page}: {type(error).__name__}: {error}"[:200], file=sys.stderr)
            html = ""
        times.append(1000 * (time.perf_counter() - started))
        html = clean_html(RawHTML(html), url)
        pictures, links = pictures + html.count("<img "), links + html.count("<a ")
        wanted, found = runs(expected), runs(plain_text(html))
        common = sum((wanted & found).values())
        recall = common / max(1, sum(wanted.values()))
        failed += recall < 0.5
        recalls.append(recall)
        if len(expected.split()) >= WHOLE:
            precisions.append(common / max(1, sum(found.values())))
        if "-v" in sys.argv:
            print(f"{name:17} {page:28} {recall:5.2f} {sum(found.values()):6}/{sum(wanted.values())}", file=sys.stderr)
    recall, precision = mean(recalls), mean(precisions)
    return (
        f"| {name} | {recall:.3f} | {precision:.3f} | {2 * recall * precision / (recall + precision):.3f} | {failed}"
        f" of {len(recalls)} | {pictures} | {links} | {median(times):.0f} | {max(times):.0f} | {loading * 1000:.0f}"
        f" | {loaded - before:.1f} | {pss_mb(os.getpid()) - before:.1f} |"
    )


def _pages(folder: Path) -> Iterator[tuple[str, bytes, str, str]]:
    for page in sorted(folder.glob("*.html")):
        expected = page.with_suffix(".txt")
        address = page.with_suffix(".url")
        if expected.exists():
            url = address.read_text().strip() if address.exists() else "https://example.org/"
            yield page.stem, page.read_bytes(), url, expected.read_text(encoding="utf-8")


def main(arguments: list[str]) -> None:
    """Print the table, a process a library; with a last argument ``--one`` only a line."""
    plain: list[Any] = [argument for argument in arguments if not argument.startswith("-")]
    folder, names = Path(plain[0]), plain[1:] or list(LIBRARIES)
    if "--one" in arguments:
        print(measured(names[0], folder))
        return
    print(
        "| library | recall | precision | F1 | missed | pictures | links | ms | ms at most | load ms | MB | MB then |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|", flush=True)
    for name in names:
        subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "bench.fulltext", *arguments[:1], name, "--one"], check=False
        )


if __name__ == "__main__":
    main(sys.argv[1:])
