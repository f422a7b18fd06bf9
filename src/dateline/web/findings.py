"""How the reading of a page went, in words for people: a finding of ``parse.page.why`` → a sentence."""

from dateline.parse.page.why import Code, Finding, findings_of
from dateline.web import messages
from dateline.web.i18n import N_, NN_, Words

FIELDS: dict[str, str] = {
    "entry": N_("Articles"),
    "title": N_("Title"),
    "url": N_("Link"),
    "content": N_("Content"),
    "author": N_("Author"),
    "date": N_("Date"),
    "thumbnail": N_("Picture"),
    "tags": N_("Keywords"),
    "guid": N_("Own id"),
    "script": N_("Script"),
    "date_format": N_("Form of the date"),
    "feed_title": N_("Title of the source"),
}
"""What the rules are called on the page."""

_COUNTED: dict[Code, tuple[str, str]] = {
    "entries": NN_("{count} article was found.", "{count} articles were found."),
    "entry.none": NN_(
        "“{part}” matches nothing. What stands before it, “{before}”, matches {count} element.",
        "“{part}” matches nothing. What stands before it, “{before}”, matches {count} elements.",
    ),
    "entry.empty": NN_(
        "{count} of them has neither a title nor a link nor content, and is left out.",
        "{count} of them have neither a title nor a link nor content, and are left out.",
    ),
    "date.unread": NN_(
        "{count} date is not understood: “{part}”. Say its form, such as d/m/Y.",
        "{count} dates are not understood, for example “{part}”. Say their form, such as d/m/Y.",
    ),
}
_PLAIN: dict[Code, str] = {
    "entry.nothing": N_("“{part}” matches nothing in this page."),
    "entry.similar": N_("The page has {names}, which look alike."),
    "script.none": N_("No script of this page holds JSON."),
    "json.missing": N_("There is no “{part}” in “{before}”. What is there: {names}."),
    "json.not_list": N_("What stands at “{part}” is no list."),
    "json.empty": N_("The list at “{part}” is empty for now. That is no mistake."),
    "field": N_("{name}: in {count} of {total}."),
}
CODES = frozenset({*_COUNTED, *_PLAIN, "failed"})
"""Every code that a finding may have (a test compares)."""


def sentence(words: Words, finding: Finding, error_code: str | None) -> str:
    """What a finding means. ``error_code`` is the reading's, for one that failed."""
    if finding.code in _COUNTED:
        count = finding.before_count if finding.code == "entry.none" else finding.count
        return words.plural(*_COUNTED[finding.code], count, part=finding.part, before=finding.before)
    if finding.code == "failed":
        return f"{messages.sentence(words, error_code or 'parse.bad_rules')} ({_named(words, finding.part)})"
    return words.text(
        _PLAIN[finding.code],
        part=finding.part,
        before=finding.before,
        names=", ".join(finding.names),
        name=words.text(FIELDS.get(finding.field, finding.field)),
        count=words.number(finding.count),
        total=words.number(finding.before_count),
    )


def trouble(words: Words, code: str, detail: str) -> tuple[str, str]:
    """A feed's error in words, and what is left of its detail: why a page's rules found nothing is words too."""
    said = messages.sentence(words, code)
    found = findings_of(detail) if code == "parse.no_entries" else ()
    if not found:
        return said, detail
    return " ".join([said, *(sentence(words, finding, code) for finding in found)]), ""


def is_problem(finding: Finding) -> bool:
    """Whether something should be done about it."""
    if finding.code == "field":
        return finding.count == 0
    return finding.code not in {"entries", "json.empty", "entry.similar"}


def _named(words: Words, detail: str) -> str:
    """An error's detail, the rule that it names called as on the page."""
    field, mark, rest = detail.partition(": ")
    if not mark or field not in FIELDS:
        return detail
    return words.text(N_("{name}: {detail}"), name=words.text(FIELDS[field]), detail=rest)
