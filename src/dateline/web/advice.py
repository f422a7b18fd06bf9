"""What to do about a feed that does not come: a stable code, or what is known of the feed, → the next step in words.

``messages`` says what happened; this says what a reader can do about it. Every code of fetching and parsing has advice
(a test compares).
"""

from dateline.store.health import Kind
from dateline.web.i18n import N_, Words

_WAIT = N_("Nothing to do: it is tried again by itself, less and less often.")
_LOOK = N_(
    "Open the address in your browser: the site may have a new one for its feed."
    " Subscribe to that one, and unsubscribe from this."
)
_DEBUG = N_("The debugger shows what came instead. The site may have a new address for its feed.")
_PUBLISHER = N_("Only the publisher can repair this. A note to them helps; it is tried again by itself.")
_ADDRESS = N_("Subscribe again with the right address, and unsubscribe from this one.")
_RULES = N_("The page may have changed. Open the subscription and let it be looked through again for its articles.")

ADVICE: dict[str, str] = {
    "fetch.bad_url": _ADDRESS,
    "fetch.forbidden_address": N_("The administrator can allow this network; otherwise unsubscribe."),
    "fetch.dns": N_("The site may be gone, or have another name. If it opens in your browser, wait; else unsubscribe."),
    "fetch.connect": _WAIT,
    "fetch.tls": _PUBLISHER,
    "fetch.no_tls": N_(
        "If it opens in your browser with http://, enter that under “Give it another address” on the subscription’s"
        " page."
    ),
    "fetch.timeout": _WAIT,
    "fetch.protocol": _PUBLISHER,
    "fetch.bad_transport": N_("Look at “How it is fetched” on the subscription’s page, and save it again."),
    "fetch.proxy": N_("Take another proxy under “How it is fetched”, or none; the administrator says which there are."),
    "fetch.redirects": _LOOK,
    "fetch.too_large": N_("The administrator can raise DATELINE_FETCH_MAX_BYTES."),
    "fetch.truncated": _WAIT,
    "fetch.encoding": _PUBLISHER,
    "fetch.unauthorized": N_(
        "Enter the user name and the password under “How it is fetched” on the subscription’s page."
    ),
    "fetch.forbidden": N_(
        "The site keeps programs out, or this feed is for its members. Ask the publisher to let feed readers in, or "
        "look for another address."
    ),
    "fetch.bot_wall": N_(
        "Ask the publisher to let feed readers pass: such walls have a switch for it, and their name stands beside. "
        "Perhaps the site has the same feed at another address. If they gave you a key or a cookie for it, enter it "
        "under “How it is fetched”."
    ),
    "fetch.not_found": _LOOK,
    "fetch.gone": N_("Unsubscribe: favourites stay. Or try it once more, if you know that it is back."),
    "fetch.rate_limited": N_("Nothing to do: we stay away for as long as the site asks."),
    "fetch.unavailable": _WAIT,
    "fetch.client_error": _LOOK,
    "fetch.server_error": _WAIT,
    "fetch.unexpected_status": _DEBUG,
    "parse.empty": _WAIT,
    "parse.web_page": _LOOK,
    "parse.not_a_feed": _DEBUG,
    "parse.too_complex": _PUBLISHER,
    "parse.not_mail": _PUBLISHER,
    "parse.bad_rules": _RULES,
    "parse.not_json": _RULES,
    "parse.no_entries": _RULES,
    "refresh.crashed": N_("Tell whoever runs this server: the log says what happened."),
    "refresh.failed": N_("Tell whoever runs this server: the log says what happened."),
}

TITLES: dict[Kind, str] = {
    "gone": N_("Withdrawn"),
    "dead": N_("Dead"),
    "refused": N_("Closed to us"),
    "failing": N_("Failing for now"),
    "moved": N_("Moved"),
    "silent": N_("Silent"),
    "well": N_("Well"),
}
MEANINGS: dict[Kind, str] = {
    "gone": N_("The publisher says that these are gone for good. They are not asked any more."),
    "dead": N_("These have not answered for a month or more. They are asked about once a week."),
    "refused": N_("These want something of us before they let us in."),
    "failing": N_("These did not answer well the last time. Most come back by themselves."),
    "moved": N_("These have a new address. It is taken over when it has been the same for three days."),
    "silent": N_("These answer, and have brought nothing for half a year. Nothing is wrong with them."),
    "well": N_("These answer."),
}


def for_code(words: Words, code: str) -> str:
    """The next step after a failure."""
    return words.text(ADVICE.get(code, _WAIT))


def title(words: Words, kind: Kind) -> str:
    """The heading of a group of feeds."""
    return words.text(TITLES[kind])


def meaning(words: Words, kind: Kind) -> str:
    """What such feeds have in common, and what becomes of them."""
    return words.text(MEANINGS[kind])
