"""The tree of everything that may go wrong, each with a stable code.

::

    DatelineError
    ├── SettingsError   settings.*   a setting is unknown or unusable; nothing was started
    ├── FetchError      fetch.*      the network, the server or the guard said no
    ├── ParseError      parse.*      the bytes are not what they should be
    ├── ExtractError    extract.*    a web page does not give its article
    ├── StoreError      store.*      the database cannot be used as it is
    ├── RefreshError    refresh.*    the line itself failed for one feed
    └── ActionError     action.*     a person asked for something that cannot be done
        ├── NotFound                 … because it does not exist, or not for this person
        └── Forbidden                … because this person may not

A code is stored, sent by the APIs and never changes its meaning; sentences for people are made of it in
``web/messages.py`` alone. ``detail`` is a short plain-English text for logs and the command line; it may hold
text from outside and is never trusted as markup.
"""

from typing import ClassVar


class DatelineError(Exception):
    """Any failure Dateline knows by name.

    ``code`` is one of the class's ``CODES``; ``detail`` says what exactly (an address, a name, a number).
    Raises ``ValueError`` for a code that the class does not list, so that no code is ever invented in passing.
    """

    CODES: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, code: str, detail: str = "") -> None:
        if code not in self.CODES:
            raise ValueError(f"{code!r} is not a code of {type(self).__name__}")
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}" if self.detail else self.code


class SettingsError(DatelineError):
    """A setting is unknown or its value cannot be used."""

    CODES = frozenset({"settings.unknown_key", "settings.bad_value", "settings.bad_file"})


class FetchError(DatelineError):
    """One GET did not bring a usable answer.

    ``status`` is the HTTP status where there was one; ``retry_after`` the seconds the server asked to wait;
    ``final_url`` the address that failed, after redirects.
    """

    CODES = frozenset(
        {
            "fetch.bad_url",  # not an absolute http(s) address
            "fetch.forbidden_address",  # the guard: an address inside a network that feeds may not reach
            "fetch.dns",  # the name does not resolve
            "fetch.connect",  # refused, unreachable, reset
            "fetch.tls",  # certificate or handshake
            "fetch.no_tls",  # it answers in something else than TLS, where TLS is asked for
            "fetch.timeout",  # any phase
            "fetch.protocol",  # not HTTP, or broken HTTP
            "fetch.bad_transport",  # how somebody wants it to be asked cannot be: the field's name is the detail
            "fetch.proxy",  # the proxy is not allowed, does not answer, or refuses
            "fetch.redirects",  # too many, a loop, without a target
            "fetch.too_large",  # before or after decompression
            "fetch.truncated",  # the body ended early
            "fetch.not_media",  # a picture, sound or film was asked for, and something else came
            "fetch.encoding",  # the compression is broken or unknown
            "fetch.unauthorized",  # 401
            "fetch.forbidden",  # 403
            "fetch.bot_wall",  # a wall against robots answered, whatever the status; its name is in the detail
            "fetch.not_found",  # 404
            "fetch.gone",  # 410
            "fetch.rate_limited",  # 429
            "fetch.unavailable",  # 503
            "fetch.client_error",  # any other 4xx
            "fetch.server_error",  # any other 5xx
            "fetch.mailbox_login",  # the mail server does not take this user name and password
            "fetch.mailbox_folder",  # there is no such folder, or it may not be read
            "fetch.mailbox_protocol",  # not IMAP, or broken IMAP
            "fetch.mailbox_insecure",  # no TLS where there must be
            "fetch.mailbox_refused",  # it does not want to talk now: too many connections, out of service, gone
            "fetch.mailbox_full",  # the reader has too many subscriptions for another sender
            "fetch.unexpected_status",  # 1xx, 3xx without meaning, 2xx without a body of use
        }
    )

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        status: int | None = None,
        retry_after: float | None = None,
        final_url: str | None = None,
    ) -> None:
        super().__init__(code, detail)
        self.status = status
        self.retry_after = retry_after
        self.final_url = final_url


class ParseError(DatelineError):
    """The bytes could not be understood."""

    CODES = frozenset(
        {
            "parse.empty",  # nothing, or only blanks
            "parse.web_page",  # HTML: discovery may help
            "parse.not_a_feed",  # anything else
            "parse.too_complex",  # depth, attributes, elements beyond the limits
            "parse.not_opml",  # an OPML import that holds no outline
            "parse.no_articles",  # JSON, or nearly, that is no list of articles
            "parse.bad_archive",  # a ZIP that is broken or encrypted
            "parse.opml_damaged",  # a followed list that breaks off or is not well-formed: what it lacks is unknown
            "parse.bad_rules",  # how a page is to be read cannot be understood
            "parse.not_json",  # a page's rules want JSON, or an episode its chapters in it, and there is none
            "parse.not_mail",  # no message, or one without a sender
            "parse.no_entries",  # a page was read by its rules, and they found nothing
        }
    )


class ExtractError(DatelineError):
    """A web page does not give the article that an entry leads to."""

    CODES = frozenset(
        {
            "extract.no_address",  # the entry leads nowhere
            "extract.not_a_page",  # a PDF, a picture, a film: nothing to read here
            "extract.nothing_found",  # no text that could be an article
            "extract.no_match",  # one's own selectors match nothing
            "extract.bad_selector",  # one's own selectors are not CSS
            "extract.too_complex",  # too many elements, or it took too long
            "extract.paywall",  # only a beginning, the rest is for subscribers
            "extract.bot_wall",  # a page that wants to see a human first
            "extract.consent",  # a page that wants consent first
            "extract.shorter",  # the page gives less than the feed
            "extract.robots",  # the site asks programs not to fetch it (robots.txt)
            "extract.crashed",  # reading the page ended its process
        }
    )


class StoreError(DatelineError):
    """The database cannot be used as it is."""

    CODES = frozenset(
        {
            "store.unreachable",  # cannot be opened or connected to
            "store.not_a_database",  # the file is something else
            "store.newer_schema",  # written by a newer Dateline
            "store.full",  # no space left
            "store.busy",  # another process holds the lock for too long
            "store.read_only",  # the file or folder cannot be written
            "store.corrupt",  # the engine found damage
            "store.in_use",  # a second serve on the same database
            "store.bad_backup",  # a backup that does not verify
            "store.secret",  # the instance's key is missing, unreadable or not the one the secrets were made with
        }
    )


class RefreshError(DatelineError):
    """The line failed for one feed through no fault of network or bytes."""

    CODES = frozenset(
        {
            "refresh.crashed",  # a lease expired twice: the process died on this feed
            "refresh.failed",  # an unexpected error, with its name in the detail
        }
    )


class ActionError(DatelineError):
    """A person asked for something that cannot be done as asked."""

    CODES = frozenset(
        {
            "action.not_found",
            "action.forbidden",
            "action.name_taken",
            "action.name_invalid",
            "action.label_exists",  # another label has this name: they can be merged; its id is the detail
            "action.password_too_short",
            "action.password_too_long",
            "action.wrong_password",
            "action.too_many_attempts",
            "action.wrong_start_code",
            "action.already_subscribed",
            "action.bad_url",
            "action.secrets_stay",  # a feed's login, headers or cookies would go to another server
            "action.mail_off",  # this instance takes no newsletters
            "action.mailboxes_off",  # this instance reads no mailboxes
            "action.mailbox_known",  # this mailbox is read for this user already
            "action.bad_mailbox",  # how a mailbox is reached: the detail names what cannot be
            "action.too_many_mailboxes",
            "action.push_off",  # this instance tells devices nothing
            "action.too_many_devices",
            "action.sender_refused",  # newsletters of this sender were unsubscribed from
            "action.no_feed_found",
            "action.place_without_feed",  # a known place that offers none for such a page
            "action.place_unread",  # a known place whose page did not tell where its feed is
            "action.bad_value",
            "action.bad_query",  # a search that cannot be meant
            "action.search_in_itself",  # a saved search that finds itself, or by way of too many others
            "action.too_many_searches",
            "action.bad_transport",  # how a feed shall be fetched: the detail names what cannot be
            "action.too_large",
            "action.sheet_reaches_out",  # a person's own style sheet could make browsers fetch something
            "action.last_admin",
            "action.empty_rule",  # it does nothing, or all of it to everything
        }
    )


class NotFound(ActionError):
    """It does not exist, or not for this person: the two look alike on purpose."""

    def __init__(self, detail: str = "") -> None:
        super().__init__("action.not_found", detail)


class Forbidden(ActionError):
    """This person may see it but not do that."""

    def __init__(self, detail: str = "") -> None:
        super().__init__("action.forbidden", detail)


FAMILIES = (SettingsError, FetchError, ParseError, ExtractError, StoreError, RefreshError, ActionError)
ALL_CODES = frozenset().union(*(family.CODES for family in FAMILIES))
