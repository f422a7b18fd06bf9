"""What a podcast says of its episode is bounded, its addresses absolute and of the web."""

from dateline.clean.episode import MAX_CHAPTERS, MAX_CHARS, clean_episode
from dateline.episode import Chapter, Credit, Episode, Transcript

BASE = "https://pod.example/feed"


def test_addresses_become_absolute_and_others_are_dropped() -> None:
    episode = clean_episode(
        Episode(
            chapters_url="/chapters.json",
            player_url="javascript:alert(1)",
            transcripts=(Transcript(url="t.vtt", type="text/vtt", language="de"), Transcript(url="data:text/plain,x")),
            credits=(Credit(name=" Ann \n Bell ", role="host", url="/ann"), Credit(name="  ")),
            chapters=(Chapter(start_seconds=5, title="One", url="ftp://x.example/"),),
        ),
        BASE,
    )
    assert episode == Episode(
        chapters_url="https://pod.example/chapters.json",
        transcripts=(Transcript(url="https://pod.example/t.vtt", type="text/vtt", language="de"),),
        credits=(Credit(name="Ann Bell", role="host", url="https://pod.example/ann"),),
        chapters=(Chapter(start_seconds=5, title="One"),),
    )


def test_everything_is_bounded() -> None:
    chapters = tuple(Chapter(start_seconds=number, title="x" * 5_000) for number in range(1_000))
    episode = clean_episode(Episode(chapters=(*chapters, Chapter(start_seconds=10**9, title="late"))), BASE)
    assert episode is not None
    assert len(episode.chapters) == MAX_CHAPTERS
    assert max(len(one.title) for one in episode.chapters) <= MAX_CHARS


def test_an_episode_that_says_nothing_is_none() -> None:
    assert clean_episode(Episode(explicit=False, player_url="mailto:x@y.example"), BASE) is None
