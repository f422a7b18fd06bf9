"""The line for pages that are read by rules: what is asked with, what of an answer is the same, how it is read."""

import hashlib

from dateline.errors import ParseError
from dateline.model import ParsedFeed, Response, Validators
from dateline.parse.page import parse_page
from dateline.parse.page.reading import no_entries_error
from dateline.parse.page.rules import rules_from_json
from dateline.store.feeds import PAGE_MARK, Feed

FLAGGED_AFTER = 3
"""Rounds in a row that failed, or gave no entry, after which a page's rules are held to be out of date; those of an
empty list count where it held entries before."""


def known_validators(feed: Feed) -> tuple[Validators, str | None]:
    """What to ask again with, and the address that gave it: a page's go with the rules that they were got with."""
    if feed.kind != "page":
        return feed.validators, feed.validators_url
    address, mark, rest = (feed.validators_url or "").partition(PAGE_MARK)
    return (feed.validators, address) if address and mark + rest == feed.mark else (Validators(), None)


def body_hash(feed: Feed, answer: Response) -> bytes:
    """What tells a known document: for a page, its bytes together with the rules."""
    if feed.kind != "page":
        return answer.body_hash
    return hashlib.blake2b(answer.body_hash + feed.mark.encode(), digest_size=16).digest()


def by_rules(feed: Feed, answer: Response) -> ParsedFeed:
    """A page as if it were a feed, its warnings saying why when it has no entries. Raises ``ParseError``."""
    return parse_page(
        answer.body,
        rules_from_json(feed.rules or ""),
        url=answer.final_url,
        content_type=answer.content_type,
        content_language=answer.content_language,
        content_location=answer.content_location,
    )


def read_by_rules(feed: Feed, answer: Response) -> ParsedFeed:
    """The same for the line. Raises ``parse.no_entries`` too, so that nothing is held to be gone."""
    parsed = by_rules(feed, answer)
    error: ParseError | None = no_entries_error(parsed)
    if error is not None:
        raise error
    return parsed


def is_flagged(kind: str, failures: int, empty_rounds: int) -> bool:
    """Whether a source should be analysed again."""
    return kind == "page" and max(failures, empty_rounds) >= FLAGGED_AFTER
