"""Whether a reader would notice that an entry was changed: its title, its words or its pictures are others.

What changes by itself is left out: counters ("12 comments", "Views: 40,184"), times that run ("5 minutes ago",
"Updated: 12:05"), what stands behind the question mark of a picture's address, and where links lead. One walk over the
words; those known here are of the languages that most feeds are written in.
"""

import re
from collections.abc import Iterator
from typing import Final

from dateline.model import SafeHTML

from . import urls
from .text import loose_text


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MAX_CHARS: Final = 400_000
"""Of a text that is compared; nobody notices what is behind."""

_TOKEN: Final = re.compile(r"\d[\d.,:'’\u202f]{0,20}(?:[kKmM](?![^\W\d_]))?|[^\W\d_]{1,60}|[\n#▲△↑⬆👍❤♥★☆💬👁]")
_COUNTED: Final = re.compile(
    r"comm?ent|koment|komment|коммент|комент|views?$|vues?$|vistas?$|visuali[sz]|aufruf|ansicht|lectur|lettur|readers?$"
    r"|reads$|vot(?:e|es|os?|i|ed)$|stimmen?$|points?$|punkte?$|punt[oi]$|likes?$|shares?$|partages?$|repl(?:y|ies)$"
    r"|répons|respuest|antwort|rispost|ratings?$|bewertung|subscriber|abonné|follower|downloads?$|télécharg|visits?$|visitor"
    r"|upvotes?$|boosts?$|favou?rites?$|retweet|plays$|listens$|listeners$|просмотр|ответ|голос|отзыв|лайк|σχόλι|yorum"
    r"|görüntü|beğeni|评论|評論|回复|回應|浏览|瀏覽|阅读|点赞|次浏览|コメント|閲覧|いいね|ビュー|조회|댓글|추천|좋아요|تعليق|مشاهد|תגוב|צפי",
    re.IGNORECASE,
)
_UNIT: Final = re.compile(
    r"(?:sec(?:ond)?s?|min(?:ute)?s?|h(?:ou)?rs?|days?|weeks?|months?|years?|secondes?|heures?|jours?|semaines?|mois|ans?"
    r"|sekunden?|minuten?|stunden?|tage?n?|wochen?|monate?n?|jahre?n?|segundos?|minutos?|horas?|días?|dias?|semanas?"
    r"|mes(?:es)?|años?|anos?|second[oi]|minut[oi]|or[ae]|giorn[oi]|settiman[ae]|mes[ei]|ann[oi]|секунд[аы]?|минут[аы]?"
    r"|час(?:а|ов)?|день|дня|дней|초|분|시간|일|주|개월|년|[hdmsw])",
    re.IGNORECASE,
)
_EAST_ASIAN_AGO: Final = re.compile(r"(?:秒|分钟?|分鐘|小时|小時|時間|天|日|周|週間?|个月|か月|年)以?前")
_AGO: Final = _words("ago назад fa atrás geleden önce 전")
_SINCE: Final = _words("vor hace há siden a")  # "il y a"
_SOME: Final = _words("a an one un une ein eine einer einem una uno no aucun keine few some")
_UPDATED: Final = _words(
    "updated modified refreshed generated actualisé aktualisiert stand actualizado aggiornato обновлено jour"
)
_SYMBOLS: Final = frozenset("#▲△↑⬆👍❤♥★☆💬👁")
_AFTER_UPDATED: Final = 10
_PICTURE: Final = re.compile(r'<img src="([^"?]*)')
_PICTURE_NAME: Final = re.compile(
    r"([^/]{1,200}?)(?:[-_]\d{2,4}x\d{2,4})?\.(?:jpe?g|png|webp|avif|svg)$", re.IGNORECASE
)


def is_noticed(old: tuple[str, SafeHTML], new: tuple[str, SafeHTML]) -> bool:
    """Whether somebody who read (title, content) ``old`` would find anything new in ``new``. Pure, in linear time."""
    if old[0] != new[0] and steady(old[0]) != steady(new[0]):
        return True
    before, after = loose_text(old[1]), loose_text(new[1])
    if before != after and steady(before) != steady(after):
        return True
    return not pictures(new[1]) <= pictures(old[1])


def steady(text: str) -> list[str]:
    """The words of a text without what changes by itself."""
    tokens: list[str] = _TOKEN.findall(text[:MAX_CHARS])
    gone = set(_changing(tokens))
    kept = (word for place, word in enumerate(tokens) if place not in gone)
    return [word for word in kept if word not in _SYMBOLS and not word.isspace()]


def pictures(html: SafeHTML) -> frozenset[str]:
    """The names of the files of the pictures in a content, without sizes, places and tokens."""
    found = set()
    for address in _PICTURE.findall(html):
        name = _PICTURE_NAME.search(urls.unescaped(address).rpartition("/")[2].partition("#")[0])
        if name is not None:
            found.add(name[1].lower())
    return frozenset(found)


def _changing(tokens: list[str]) -> Iterator[int]:
    """The places of the words that change by themselves."""
    for place, token in enumerate(tokens):
        lower = token.lower()
        if token[0].isdigit() or lower in _SOME:
            yield from _counter_or_time(tokens, place)
        elif lower in _UPDATED:
            yield from _after_updated(tokens, place)
        elif lower == "now" and _at(tokens, place - 1) in ("just", "right"):
            yield from (place - 1, place)


def _counter_or_time(tokens: list[str], place: int) -> Iterator[int]:
    """A number: beside a counted thing or a symbol it is a counter, before a unit and "ago" a running time."""
    is_number = tokens[place][0].isdigit()
    before, after, then = _at(tokens, place - 1), _at(tokens, place + 1), _at(tokens, place + 2)
    if _COUNTED.match(after):
        yield from (place, place + 1)
    elif is_number and (_COUNTED.match(before) or before in _SYMBOLS or after in _SYMBOLS):
        yield place
    elif _UNIT.fullmatch(after):
        if then in _AGO:
            yield from (place, place + 1, place + 2)
        elif before in _SINCE:
            yield from (place - 1, place, place + 1)
    elif is_number and _EAST_ASIAN_AGO.match(after):
        yield place
        if _EAST_ASIAN_AGO.fullmatch(after):
            yield place + 1


def _after_updated(tokens: list[str], place: int) -> Iterator[int]:
    """The date and time behind "updated", to the end of the line: only when there is a number soon."""
    end = place + 1
    while end < len(tokens) and end <= place + _AFTER_UPDATED and tokens[end] != "\n":
        end += 1
    numbers = [other for other in range(place + 1, end) if tokens[other][0].isdigit()]
    if numbers and numbers[0] <= place + 5:
        yield from range(place + 1, numbers[-1] + 1)


def _at(tokens: list[str], place: int) -> str:
    """The word at a place in lower case; empty beyond the ends."""
    return tokens[place].lower() if 0 <= place < len(tokens) else ""
