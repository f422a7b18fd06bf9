"""Sentences for people: an error's stable code → what happened and what to do next, in the reader's language.

The only place that makes sentences of codes. Every code of ``errors.ALL_CODES`` has one (a test compares).
"""

from dateline.errors import DatelineError
from dateline.web.i18n import N_, Words

_UNKNOWN = N_("Something went wrong. It was written to the log.")

SENTENCES: dict[str, str] = {
    "settings.unknown_key": N_("A setting of this server has an unknown name. Its administrator finds it in the log."),
    "settings.bad_value": N_("A setting of this server cannot be used. Its administrator finds it in the log."),
    "settings.bad_file": N_("The settings file of this server cannot be read. Its administrator finds it in the log."),
    "fetch.bad_url": N_("This is not a web address. It should look like https://example.org/feed."),
    "fetch.forbidden_address": N_(
        "This address leads into a private network, which feeds may not reach. The administrator can open it with "
        "DATELINE_ALLOWED_NETWORKS."
    ),
    "fetch.dns": N_("The name of this server is not known. Check the address for a typing mistake."),
    "fetch.connect": N_("The server does not accept connections."),
    "fetch.tls": N_("The server’s certificate is not valid, so nobody can be sure who answers."),
    "fetch.no_tls": N_(
        "The server does not speak TLS at this address, so https:// does not work. Try http:// instead."
    ),
    "fetch.timeout": N_("The server took too long to answer."),
    "fetch.protocol": N_("The server’s answer is not proper HTTP."),
    "fetch.bad_transport": N_("What is set for fetching this feed cannot be sent as it is."),
    "fetch.proxy": N_("The proxy that is set for this feed does not let us through."),
    "fetch.redirects": N_("The server sends us from address to address without an end."),
    "fetch.too_large": N_("The answer is larger than this instance accepts."),
    "fetch.truncated": N_("The answer broke off before its end. It will be tried again."),
    "fetch.not_media": N_("This is no picture, sound or film."),
    "fetch.encoding": N_("The answer is compressed in a way that cannot be undone."),
    "fetch.unauthorized": N_("The server wants a user name and a password."),
    "fetch.forbidden": N_("The server refuses to give us this feed."),
    "fetch.bot_wall": N_(
        "A wall against robots stands before this feed and wants proof that a person is asking, which a reader cannot "
        "give. Its publisher can let feed readers pass."
    ),
    "fetch.not_found": N_("There is nothing at this address (404). The feed may have moved."),
    "fetch.gone": N_("The publisher has withdrawn this feed for good (410)."),
    "fetch.rate_limited": N_("The server asks us to come less often. We wait as long as it wishes."),
    "fetch.unavailable": N_("The server is out of service for the moment. It will be tried again."),
    "fetch.client_error": N_("The server does not accept our request."),
    "fetch.server_error": N_("The server has an error of its own. It will be tried again."),
    "fetch.mailbox_login": N_(
        "The mail server does not take this user name and password. Many providers want a password made for one "
        "program here (“app password”)."
    ),
    "fetch.mailbox_folder": N_("The mail server knows no such folder. Write it as it is called there."),
    "fetch.mailbox_protocol": N_("What answers there does not speak IMAP as it should. Check the server and the port."),
    "fetch.mailbox_insecure": N_(
        "The connection would not be encrypted, so the password was not sent. Choose TLS; without it only servers "
        "that the administrator opened with DATELINE_ALLOWED_NETWORKS are asked."
    ),
    "fetch.mailbox_refused": N_("The mail server does not want to talk to us for the moment. It will be tried again."),
    "fetch.mailbox_full": N_("You have as many subscriptions as an account may have. The mail waits in its mailbox."),
    "fetch.unexpected_status": N_("The server gave an answer that means nothing to us."),
    "parse.empty": N_("The answer is empty."),
    "parse.web_page": N_("There is a web page at this address, not a feed."),
    "parse.not_a_feed": N_("What stands at this address is not a feed."),
    "parse.too_complex": N_("The document is nested too deeply to be a feed."),
    "parse.not_opml": N_("This file is not an OPML file with subscriptions. Choose the one that your reader exported."),
    "parse.no_articles": N_("This file holds no articles that another reader exported."),
    "parse.bad_archive": N_("This ZIP file is damaged, or locked with a password."),
    "parse.opml_damaged": N_(
        "The list is damaged, so nobody knows what is missing from it. Nothing was changed; it will be tried again."
    ),
    "parse.bad_rules": N_("One of the rules that say how this page is read is not understood."),
    "parse.not_json": N_("The rules expect JSON, and there is none."),
    "parse.not_mail": N_("This is no mail, or it names no sender."),
    "parse.no_entries": N_("The page was read, but its rules found no article in it. It may have changed."),
    "extract.no_address": N_("This article leads to no page."),
    "extract.not_a_page": N_("What stands there is not a page but a file, such as a PDF. Open it at the publisher’s."),
    "extract.nothing_found": N_("No article was found in the page. A selector of your own may help."),
    "extract.no_match": N_("Your selectors match nothing in the page."),
    "extract.bad_selector": N_("This is not a CSS selector."),
    "extract.too_complex": N_("The page is too large or too tangled to be read in reasonable time."),
    "extract.paywall": N_("The page gives only a beginning; the rest is for its subscribers."),
    "extract.bot_wall": N_("The site wants to make sure that a human asks, and gives us no page."),
    "extract.consent": N_("The site shows a page that asks for consent instead of the article."),
    "extract.shorter": N_("The page gives less than the feed."),
    "extract.robots": N_("The site asks programs not to fetch this page by themselves. You may fetch it yourself."),
    "extract.crashed": N_("Reading the page failed in a way that should not happen."),
    "store.unreachable": N_("The database cannot be reached. Try again in a moment."),
    "store.not_a_database": N_("The database file is something else. The administrator should run “dateline doctor”."),
    "store.newer_schema": N_("The database was written by a newer Dateline. This server should be updated."),
    "store.full": N_("The disk is full. Nothing was lost, but nothing can be saved until there is space."),
    "store.busy": N_("The database is busy. Nothing was changed; try again in a moment."),
    "store.read_only": N_("The database cannot be written. Its file or folder lacks the permission."),
    "store.corrupt": N_("The database is damaged. The administrator should restore the last backup."),
    "store.in_use": N_("Another server is using this database."),
    "store.bad_backup": N_("This backup is not whole and was not used."),
    "store.secret": N_("The key of this instance is missing or not the right one."),
    "refresh.crashed": N_(
        "Reading this feed failed twice in a way that should not happen. It is tried again more rarely."
    ),
    "refresh.failed": N_("Reading this feed failed in a way that should not happen. It will be tried again."),
    "action.not_found": N_("There is nothing here, or it is not yours to see."),
    "action.forbidden": N_("You may not do that."),
    "action.empty_rule": N_("A rule says which articles it is for, and what is done with them."),
    "action.name_taken": N_("This name is taken. Choose another."),
    "action.name_invalid": N_("This name cannot be used. Choose a short one without “/” or control characters."),
    "action.password_too_short": N_("The password is too short. Take at least ten characters; a few words do well."),
    "action.password_too_long": N_("The password is too long."),
    "action.label_exists": N_("Another label has this name. The two can be made one."),
    "action.wrong_password": N_("The name or the password is not right."),
    "action.too_many_attempts": N_("Too many attempts. Wait a few minutes, then try again."),
    "action.wrong_start_code": N_("This is not the code that the server printed when it started."),
    "action.already_subscribed": N_("You are subscribed to this feed already."),
    "action.bad_url": N_("This is not a web address. It should look like https://example.org/feed."),
    "action.secrets_stay": N_(
        "This address is of another server, and how the feed is fetched was made for the present one. Take that away"
        " first."
    ),
    "action.mail_off": N_("This server takes no newsletters. Its administrator can switch them on."),
    "action.mailboxes_off": N_("This server reads no mailboxes. Its administrator can allow it."),
    "action.mailbox_known": N_("This folder is read for you already."),
    "action.bad_mailbox": N_("This cannot be sent to a mail server as it is. Look at what was entered."),
    "action.too_many_mailboxes": N_("You have as many mailboxes as an account may have. Remove one first."),
    "action.push_off": N_("This server sends no notifications. Its administrator can allow it."),
    "action.too_many_devices": N_("You have as many devices as an account may have. Remove one first."),
    "action.sender_refused": N_("You unsubscribed from this sender. Allow it again on the page of newsletters."),
    "action.no_feed_found": N_("No feed was found at this address. Try the address of the feed itself."),
    "action.place_without_feed": N_(
        "This site has no feed for such a page. Look whether the same people also write a blog or a newsletter "
        "elsewhere."
    ),
    "action.place_unread": N_(
        "This site is known, but its page did not tell us where the feed is: it may not exist, or show itself to "
        "browsers only. Try the address of the feed itself."
    ),
    "action.bad_value": N_(
        "The server did not understand this request. Go back, look at what was entered, and try again."
    ),
    "action.bad_query": N_("This cannot be searched for. The table below says how it is written."),
    "action.search_in_itself": N_("A saved search cannot look for itself, nor by way of more than five others."),
    "action.too_many_searches": N_("You have as many saved searches as an account may have. Delete one first."),
    "action.bad_transport": N_("This cannot be sent as it is. Look at what was entered, and try again."),
    "action.too_large": N_("What was sent is too large."),
    "action.sheet_reaches_out": N_(
        "A style sheet of your own cannot fetch anything: leave out @import, url(), src(), image() and image-set()."
    ),
    "action.last_admin": N_("This is the only administrator left. Make somebody else one first."),
}

PAGES: dict[str, str] = {
    "fetch.bot_wall": N_("The site wants to make sure that a human asks, and gives us no page."),
    "fetch.forbidden": N_("The site refuses to give us this page."),
    "fetch.not_found": N_("There is no page at this address any more (404)."),
    "fetch.gone": N_("The publisher has withdrawn this page (410)."),
    "fetch.forbidden_address": N_("The page is inside a private network, which we may not reach."),
}
"""What codes mean for an article's page, where that is not what they mean for a feed."""

MAILBOXES: dict[str, str] = {
    "fetch.forbidden_address": N_(
        "This mail server is inside a private network. The administrator can open it with DATELINE_ALLOWED_NETWORKS."
    ),
    "fetch.dns": N_("The name of this mail server is not known. Check it for a typing mistake."),
    "fetch.connect": N_("The mail server does not accept connections at this port."),
    "fetch.no_tls": N_(
        "The mail server does not begin with TLS at this port. Take the port for TLS (993 mostly), or STARTTLS."
    ),
    "fetch.rate_limited": N_("This mail server is being asked for somebody else just now. Try again in a minute."),
    "fetch.too_large": N_("The mail is larger than 10 MB."),
    "parse.empty": N_("The mail is empty."),
    "parse.too_complex": N_("The mail is nested too deeply."),
    "store.secret": N_(
        "The password cannot be read any more: the key of this server is another one. Remove the mailbox and add it "
        "again."
    ),
    "refresh.crashed": N_("Reading it broke off several times."),
    "refresh.failed": N_("Reading it failed in a way that should not happen."),
}
"""The same for mailboxes and their mails."""

LOOKS: dict[str, str] = dict.fromkeys(
    ("fetch.truncated", "fetch.unavailable", "fetch.server_error", "fetch.rate_limited"),
    N_("The server does not answer well just now. Try again later."),
) | {
    "fetch.connect": N_("The server does not accept connections. Try again later."),
    "fetch.timeout": N_("The server took too long to answer. Try again later."),
}
"""The same where somebody looks at an address before anything is subscribed to: nobody else tries it again."""

WARNINGS: dict[str, str] = {
    "parse.recovered": N_("The XML is not well-formed; it was repaired."),
    "parse.junk_before": N_("There is text before the document; it was ignored."),
    "parse.cut": N_("The document is too long, or nested too deeply; the rest of it was not read."),
    "parse.entries_cut": N_("There are too many entries: only the first ones were read."),
    "parse.encoding_guessed": N_("The encoding was guessed."),
    "parse.declaration_wrong": N_("The document is not in the encoding that it names."),
    "parse.duplicate_guid": N_("Some entries repeat the id of another."),
    "parse.no_date": N_("Some entries have no date."),
    "parse.bad_date": N_("Some dates make no sense."),
    "page.empty_list": N_("The list is empty for now."),
    "page.empty_entries": N_("Some entries have neither title nor link nor content, and are left out."),
}
"""What had to be worked around in a document (``ParsedFeed.warnings``)."""

TITLES: dict[int, str] = {
    400: N_("That was not understood"),
    403: N_("Not allowed"),
    404: N_("Nothing here"),
    405: N_("Not this way"),
    413: N_("Too large"),
    421: N_("An unknown address"),
    429: N_("A little slower, please"),
    502: N_("The other server did not answer well"),
    503: N_("Out of service for a moment"),
}
_ERROR_TITLE = N_("Something went wrong")

_STATUS = {
    "action.not_found": 404,
    "action.forbidden": 403,
    "action.too_large": 413,
    "action.too_many_attempts": 429,
}
_FAMILY_STATUS = {"action": 400, "fetch": 502, "parse": 502, "extract": 502, "store": 503}


def sentence(words: Words, code: str) -> str:
    """What a code means, and the next step."""
    return words.text(SENTENCES.get(code, _UNKNOWN))


def of_page(words: Words, code: str) -> str:
    """The same where the page of an article was asked for."""
    return words.text(PAGES.get(code) or SENTENCES.get(code, _UNKNOWN))


def of_mailbox(words: Words, code: str) -> str:
    """The same for a mailbox, or a mail in it."""
    return words.text(MAILBOXES.get(code) or SENTENCES.get(code, _UNKNOWN))


def of_look(words: Words, code: str) -> str:
    """The same for an address that somebody looks at before subscribing."""
    return words.text(LOOKS.get(code) or SENTENCES.get(code, _UNKNOWN))


def warning(words: Words, code: str) -> str:
    """What was odd about a document; "" for a code without words."""
    return words.text(WARNINGS[code]) if code in WARNINGS else ""


def title(words: Words, status: int) -> str:
    """The heading of the error page for an HTTP status."""
    return words.text(TITLES.get(status, _ERROR_TITLE))


def status_of(error: DatelineError) -> int:
    """The HTTP status that says an error best."""
    return _STATUS.get(error.code) or _FAMILY_STATUS.get(error.code.partition(".")[0], 500)
