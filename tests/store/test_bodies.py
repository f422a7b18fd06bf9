"""Bodies as they are stored, and those that were shown lately."""

from threading import Thread

from hypothesis import given
from hypothesis import strategies as st

from dateline.model import CLEANER_VERSION, RawHTML, SafeHTML
from dateline.store.bodies import Body, Recent, pack, safe_html, unpack

TEXT = st.text(st.characters(codec="utf-8"), max_size=3000)


def packed(text: str) -> bytes:
    return pack(Body(html=SafeHTML(text)))


@given(TEXT, TEXT)
def test_what_is_packed_comes_out_again(html: str, content: str) -> None:
    body = Body(html=SafeHTML(html), content=RawHTML(content))
    assert unpack(pack(body)) == body
    assert safe_html(pack(body), CLEANER_VERSION, None) == html


def test_a_large_body_comes_out_again() -> None:
    body = Body(html=SafeHTML("<p>é" * 1_000_000), content=RawHTML("🚀 " * 1_000_000))
    assert unpack(pack(body)) == body


def test_what_was_shown_lately_is_not_made_again() -> None:
    recent = Recent()
    first = recent.safe_html(packed("<p>One</p>"), CLEANER_VERSION, None)
    assert first == "<p>One</p>"
    assert recent.safe_html(packed("<p>One</p>"), CLEANER_VERSION, None) is first
    assert recent.safe_html(packed("<p>Two</p>"), CLEANER_VERSION, None) == "<p>Two</p>"


def test_what_was_shown_long_ago_is_forgotten() -> None:
    recent = Recent(most=10_000)
    shown = [recent.safe_html(packed(f"{number} " * 100), CLEANER_VERSION, None) for number in range(100)]
    newest, oldest = packed("99 " * 100), packed("0 " * 100)
    assert recent.safe_html(newest, CLEANER_VERSION, None) is shown[99]
    assert recent.safe_html(oldest, CLEANER_VERSION, None) is not shown[0]
    too_large = packed("x" * 20_000)
    assert recent.safe_html(too_large, CLEANER_VERSION, None) is not recent.safe_html(too_large, CLEANER_VERSION, None)
    assert recent.safe_html(too_large, CLEANER_VERSION, None) == "x" * 20_000


def test_a_body_of_an_older_policy_is_cleaned_each_time() -> None:
    recent = Recent()
    body = pack(Body(html=SafeHTML("<p>Old</p>"), content=RawHTML("<p>Raw</p>"), base_url="https://a.example/"))
    asked: list[tuple[RawHTML, str | None]] = []

    def cleaned(raw: RawHTML, base: str | None) -> SafeHTML:
        asked.append((raw, base))
        return SafeHTML("<p>New</p>")

    for _ in range(2):
        assert recent.safe_html(body, CLEANER_VERSION - 1, cleaned) == "<p>New</p>"
    assert asked == [("<p>Raw</p>", "https://a.example/")] * 2


def test_threads_may_share_it() -> None:
    recent = Recent(most=5_000)
    wrong = []

    def show(offset: int) -> None:
        for number in range(500):
            text = f"{(number * 7 + offset) % 50} " * 100
            if recent.safe_html(packed(text), CLEANER_VERSION, None) != text:
                wrong.append(text)

    threads = [Thread(target=show, args=(offset,)) for offset in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
