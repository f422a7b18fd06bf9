"""Feeds that nobody wrote: the same at every run, as long and as hard to compress as real ones.

30 entries a feed, 2.2 kB of HTML each; a third Atom, a third RSS with ``content:encoded``, a third with escaped
descriptions. Words follow Zipf's law, so that the search index has the work that it has with language.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cached_property
from html import escape
from itertools import accumulate

ENTRIES = 30
COMMON_WORD = "tano"
"""Stands in nearly every entry."""

_START = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)
_SYLLABLES = [first + second for first in "bdfgklmnprstvz" for second in ("a", "e", "é", "i", "o", "u", "an", "er")]
_WORDS = 20_000
_SENTENCES = 20_000


class Writer:
    """Writes entries and documents; the same for the same ``seed``."""

    def __init__(self, seed: int = 1) -> None:
        self._seed = seed

    @cached_property
    def sentences(self) -> list[str]:
        """Sentences of 8 to 18 words."""
        dice = random.Random(self._seed)
        words = [COMMON_WORD]
        seen = set(words)
        while len(words) < _WORDS:
            word = "".join(dice.choices(_SYLLABLES, k=dice.choice((1, 2, 2, 3, 3, 4))))
            if word not in seen:
                seen.add(word)
                words.append(word)
        bounds = list(accumulate(1 / (rank + 3) for rank in range(_WORDS)))
        return [
            " ".join(dice.choices(words, cum_weights=bounds, k=dice.randint(8, 18))).capitalize() + "."
            for _ in range(_SENTENCES)
        ]

    @cached_property
    def phrases(self) -> list[str]:
        """Two to four words each."""
        dice = random.Random(self._seed)
        return [" ".join(sentence[:-1].lower().split()[: dice.randint(2, 4)]) for sentence in self.sentences]

    def html(self, dice: random.Random) -> str:
        """The body of one entry: 2.2 kB on the average, with as many tags, links and references as published ones."""
        pick = dice.choice
        key = dice.randrange(10**8)
        picture = f'<img src="https://img.example/{key}.jpg" alt="{pick(self.sentences)}" width="800" height="450">'
        parts = [
            f'<p><a href="https://site.example/{key}">{picture}</a></p>',
            f"<p><strong>{pick(self.sentences)}</strong><br>{pick(self.sentences)}</p>",
        ]
        for _ in range(dice.randint(1, 6)):
            link = (
                f'<a href="https://site.example/{dice.randrange(10**6)}?ref=feed&amp;id={key}">{pick(self.phrases)}</a>'
            )
            parts.append(
                f"<p>{pick(self.sentences)} “{pick(self.phrases)}” {link}, {pick(self.phrases)}&nbsp;– "
                f"{pick(self.sentences)} <em>{pick(self.phrases)}</em> l&#8217;{pick(self.phrases)} "
                f"{pick(self.sentences)}</p>"
            )
        if dice.random() < 0.5:
            parts.append(f'<blockquote class="q"><p>{pick(self.sentences)}</p></blockquote>')
        if dice.random() < 0.5:
            items = [f'<li><a href="https://site.example/{key}-{n}">{pick(self.phrases)}</a></li>' for n in range(5)]
            parts.append("<ul>" + "".join(items) + "</ul>")
        return "\n".join(parts)

    def title(self, dice: random.Random) -> str:
        """The title of one entry."""
        return dice.choice(self.sentences)[:90].rstrip(" .")

    def document(self, feed: int, newest: int = ENTRIES - 1) -> bytes:
        """Feed number ``feed`` whose newest entry is number ``newest``: entries come and go, none ever changes."""
        numbers = range(newest, newest - ENTRIES, -1)
        if feed % 3 == 0:
            return self._atom(feed, numbers)
        return self._rss(feed, numbers, encoded=feed % 3 == 1)

    def _entries(self, feed: int, numbers: range) -> Iterator[tuple[int, str, datetime, str]]:
        for number in numbers:
            dice = random.Random(feed * 1_000_003 + number)
            at = _START + timedelta(hours=number * 7, minutes=feed % 420)
            yield number, self.title(dice), at, self.html(dice)

    def _rss(self, feed: int, numbers: range, *, encoded: bool) -> bytes:
        site = f"https://feed{feed}.example/"
        items = []
        for number, title, at, html in self._entries(feed, numbers):
            text = (
                f"<description>{escape(title)} …</description><content:encoded><![CDATA[{html}]]></content:encoded>"
                if encoded
                else f"<description>{escape(html)}</description>"
            )
            items.append(
                f"<item><title>{escape(title)}</title><link>{site}{number}</link>"
                f'<guid isPermaLink="false">{feed}-{number}</guid>'
                f"<pubDate>{format_datetime(at)}</pubDate><dc:creator>Author {feed % 7}</dc:creator>"
                f"<category>News</category>{text}</item>\n"
            )
        head = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
            ' xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
            f"<title>Feed {feed}</title><link>{site}</link><description>The feed {feed}</description>\n"
        )
        return (head + "".join(items) + "</channel></rss>\n").encode()

    def _atom(self, feed: int, numbers: range) -> bytes:
        site = f"https://feed{feed}.example/"
        entries = [
            f"<entry><id>tag:feed{feed}.example,2026:{number}</id><title>{escape(title)}</title>"
            f'<link href="{site}{number}"/>'
            f"<published>{at.isoformat()}</published><updated>{at.isoformat()}</updated><author><name>Author {feed % 7}"
            f'</name></author><category term="News"/><content type="html">{escape(html)}</content></entry>\n'
            for number, title, at, html in self._entries(feed, numbers)
        ]
        head = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
            f'<id>tag:feed{feed}.example,2026:feed</id><title>Feed {feed}</title><link href="{site}"/>'
            f"<updated>{_START.isoformat()}</updated>\n"
        )
        return (head + "".join(entries) + "</feed>\n").encode()
