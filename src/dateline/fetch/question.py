"""What is asked, the same over all redirects, and what of it each request on the way gets to see."""

from collections.abc import Iterable

from msgspec import Struct
from multidict import CIMultiDict

from dateline.errors import FetchError
from dateline.model import Validators

from . import headers
from .cookies import Jar
from .exchange import Watch
from .redirects import Trail
from .transport import FORM, PLAIN, Transport


class Question(Struct, frozen=True, kw_only=True):
    """What was asked, the same over all hops."""

    url: str
    user_agent: str
    accept: headers.Accept
    validators: Validators
    validators_url: str | None
    max_bytes: int
    watch: Watch | None = None
    form: bytes | None = None
    """What is sent with a POST, as ``form_type`` says; None: a GET."""
    form_type: str = FORM
    transport: Transport = PLAIN
    jar: Jar | None = None
    """What servers set and get back."""

    def validators_for(self, trail: Trail) -> Validators:
        is_theirs = self.validators_url in (None, trail.url) and not trail.posts
        return self.validators if is_theirs else Validators()

    def fields(self, trail: Trail, validators: Validators, now: float) -> CIMultiDict[str]:
        """The headers of the next request."""
        transport = self.transport
        fields = headers.request_headers(
            user_agent=transport.user_agent or self.user_agent,
            accept=self.accept,
            validators=validators,
            authorization=None if transport.login_by == "digest" else trail.authorization,
        )
        if trail.is_home:
            fields.update(transport.headers)
        cookies = transport.cookies if trail.is_home else ""
        cookies = cookies if self.jar is None else self.jar.header(trail.url, now, cookies)
        if cookies:
            fields["Cookie"] = cookies
        if trail.posts:
            fields["Content-Type"] = transport.body_type if self.form is None else self.form_type
        return fields

    def take_cookies(self, trail: Trail, said: Iterable[str], now: float) -> None:
        """What an answer sets, where it is kept."""
        if self.jar is not None and self.jar.take(trail.url, said, now):
            trail.ask_again()

    def body(self, trail: Trail) -> bytes | None:
        """What the next request sends."""
        if not trail.posts:
            return None
        return self.transport.body.encode("utf-8", "replace") if self.form is None else self.form

    def check_way(self, trail: Trail) -> None:
        """Raise ``FetchError`` ``fetch.redirects`` where somebody's own words would be posted to another server."""
        if trail.posts and self.form is None and not trail.is_home:
            raise FetchError("fetch.redirects", "what is posted goes to no other server", final_url=trail.url)
