"""Error pages: whatever went wrong → a finished page with a sentence and a next step, or JSON for a behaviour."""

from msgspec import Struct
from starlette.responses import Response

from dateline.errors import DatelineError
from dateline.web import messages
from dateline.web.visit import Visit


class ErrorPage(Struct, frozen=True, kw_only=True):
    """The context of ``pages/error.html``. ``hint`` is one more sentence, "" for none."""

    status: int
    title: str
    sentence: str
    hint: str = ""


def failed(visit: Visit, error: DatelineError) -> Response:
    """A failure with a name."""
    if error.code.startswith("store."):
        visit.forget_user()
    sentence = messages.sentence(visit.words, error.code)
    return _answer(visit, messages.status_of(error), error.code, sentence)


def broken(visit: Visit) -> Response:
    """A failure without one: a mistake of ours."""
    visit.forget_user()
    sentence = visit.words.text(
        "Dateline made a mistake. It was written to the server’s log. Nothing of yours is lost; try again."
    )
    return _answer(visit, 500, "failed", sentence)


def not_found(visit: Visit) -> Response:
    """No page has this address."""
    return _answer(visit, 404, "action.not_found", messages.sentence(visit.words, "action.not_found"))


def wrong_method(visit: Visit, allowed: str) -> Response:
    """The address is right, the method is not."""
    sentence = visit.words.text("This address cannot be used in this way. Go back and use the page’s own buttons.")
    response = _answer(visit, 405, "action.bad_value", sentence)
    response.headers["allow"] = allowed
    return response


def wrong_host(visit: Visit) -> Response:
    """The ``Host`` header is not ours."""
    sentence = visit.words.text("This server does not answer under the address you used.")
    hint = visit.words.text("If it should, its administrator sets DATELINE_BASE_URL to that address.")
    return _answer(visit, 421, "action.forbidden", sentence, hint)


def wrong_origin(visit: Visit) -> Response:
    """A POST that may have been made by another site."""
    sentence = visit.words.text("This request did not come from a page of this server, so nothing was done.")
    hint = visit.words.text("Go back, load the page again and repeat what you did.")
    return _answer(visit, 403, "action.forbidden", sentence, hint)


def _answer(visit: Visit, status: int, code: str, sentence: str, hint: str = "") -> Response:
    if visit.wants_json:
        return visit.json({"code": code, "message": sentence}, status=status)
    page = ErrorPage(status=status, title=messages.title(visit.words, status), sentence=sentence, hint=hint)
    return visit.html("pages/error.html", page, status=status)
