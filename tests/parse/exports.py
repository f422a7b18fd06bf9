"""Exports as each program writes them, made by us: the shapes, none of their texts."""

import json
from typing import Any

FRESHRSS_STARRED: dict[str, Any] = {
    "id": "user/alice/state/org.freshrss/starred",
    "title": "List of favourite articles",
    "author": "alice",
    "items": [
        {
            "id": "tag:google.com,2005:reader/item/00061a2b3c4d5e6f",
            "crawlTimeMsec": "1718000000000",
            "timestampUsec": "1718000000123456",
            "published": 1717990000,
            "title": "Fish &amp; ships",
            "canonical": [{"href": "https://harbour.example/fish?a=1&b=2"}],
            "alternate": [{"href": "https://harbour.example/fish?a=1&b=2", "type": "text/html"}],
            "categories": [
                "user/-/state/com.google/reading-list",
                "user/-/state/com.google/read",
                "user/-/state/com.google/starred",
                "user/-/label/To cook",
                "user/-/label/Sea &amp; salt",
                "seafood",
            ],
            "origin": {
                "streamId": "feed/12",
                "htmlUrl": "https://harbour.example/",
                "title": "Harbour &amp; Post",
                "feedUrl": "https://harbour.example/feed",
            },
            "content": {"content": "<p>Fresh fish. <script>alert(1)</script><a href='/more'>More</a></p>"},
            "guid": "harbour-1",
            "enclosure": [{"href": "https://harbour.example/fish.mp3", "type": "audio/mpeg", "length": 1234}],
            "author": "Ann; Bob",
        },
        {
            # before 1.20: the guid is the id, and there is no word of states but these
            "id": "https://harbour.example/rope",
            "timestampUsec": "1716000000000000",
            "categories": ["user/-/state/com.google/unread", "user/-/label/To cook"],
            "title": "Rope",
            "author": "",
            "published": 1715990000,
            "updated": 1715990000,
            "alternate": [{"href": "https://harbour.example/rope", "type": "text/html"}],
            "content": {"content": "<p>Knots.</p>"},
            "origin": {
                "streamId": 12,
                "title": "Harbour &amp; Post",
                "htmlUrl": "https://harbour.example/",
                "feedUrl": "https://harbour.example/feed",
            },
        },
    ],
}

GOOGLE_STARRED: dict[str, Any] = {
    "direction": "ltr",
    "id": "user/01234567890123456789/state/com.google/starred",
    "title": "Starred items",
    "self": [{"href": "http://www.google.example/reader/api/0/stream/contents/user/-/state/com.google/starred"}],
    "author": "Alice",
    "updated": 1371600000,
    "items": [
        {
            "crawlTimeMsec": "1370000000000",
            "timestampUsec": "1370000000500000",
            "id": "tag:google.com,2005:reader/item/9f8e7d6c5b4a3928",
            "categories": [
                "user/01234567890123456789/label/Ships",
                "user/01234567890123456789/label/Read later",
                "user/01234567890123456789/state/com.google/read",
                "user/01234567890123456789/state/com.google/starred",
                "user/01234567890123456789/state/com.google/fresh",
                "Boats",
            ],
            "title": "A boat",
            "published": 1369990000,
            "updated": 1369990000,
            "canonical": [{"href": "http://boats.example/canonical/a-boat"}],
            "alternate": [{"href": "http://boats.example/a-boat", "type": "text/html"}],
            "summary": {"direction": "ltr", "content": "<p>It floats.</p>"},
            "author": "Cap",
            "likingUsers": [],
            "comments": [],
            "annotations": [],
            "origin": {
                "streamId": "feed/http://boats.example/rss",
                "title": "Boats",
                "htmlUrl": "http://boats.example/",
            },
        }
    ],
}

FEEDLY_SAVED: list[dict[str, Any]] = [
    {
        "id": "Xne8uW/IUiZhV1EuO2ZMzIrc2Ak6NlhGjboZ+Yk0rJ8=_146f8b2a1c0:1a2b:70c8",
        "originId": "https://hill.example/?p=7",
        "fingerprint": "77fc1a3e",
        "title": "Hill & dale",
        "published": 1700000000000,
        "crawled": 1700000300000,
        "actionTimestamp": 1700500000000,
        "unread": False,
        "author": "Dee",
        "keywords": ["hills"],
        "canonicalUrl": "https://hill.example/hill-and-dale",
        "alternate": [{"type": "text/html", "href": "https://hill.example/hill-and-dale?utm=1"}],
        "origin": {
            "streamId": "feed/https://hill.example/feed",
            "title": "Hill Weekly",
            "htmlUrl": "https://hill.example/",
        },
        "summary": {"content": "<p>Up and down.</p>", "direction": "ltr"},
        "categories": [{"id": "user/x/category/Nature", "label": "Nature"}],
        "tags": [
            {"id": "user/c0ffee/tag/global.saved", "label": "Saved For Later"},
            {"id": "user/c0ffee/tag/9a1b", "label": "Walks"},
        ],
    }
]

FEEDBIN_STARRED: list[dict[str, Any]] = [
    {
        "id": 4711,
        "title": "Quiet",
        "author": None,
        "content": "<p>Hush.</p>",
        "url": "https://quiet.example/hush",
        "published": "2024-05-06T07:08:09.000Z",
        "created_at": "2024-05-06T08:00:00.000Z",
    }
]


def file(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
