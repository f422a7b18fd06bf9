"""How much of a document is read at most, so that a hostile one costs bounded time and memory.

The numbers are far above what real feeds need: the largest captured one has 34,000 tags and 821 entries in 2.5 MB.
Depth (256) and the length of one text (10 MB) are libxml2's own limits, which stay switched on.
"""

MAX_BYTES = 32_000_000
"""Bytes of a whole document; one above is refused."""

MAX_TAGS = 600_000
"""``<`` in a document; what comes after the entry that passes the limit is not read."""

MAX_ATTRIBUTES = 500_000
"""``="`` in a document; one above is refused."""

MAX_ENTRIES = 20_000
"""Entries of one document: the first ones in its order are kept."""

MAX_JSON_NODES = 300_000
"""``{`` and ``[`` in a JSON document; one above is refused."""

MAX_JSON_COMMAS = 1_000_000
"""``,`` in a JSON document; one above is refused."""

MAX_TITLE = 4_000
"""Characters of a title, a name or a tag before its markup is taken out."""

MAX_URL = 8_000
"""Characters of an address; a longer one counts as absent."""

MAX_BASE_URL = 500
"""Characters of a base address: it is repeated in front of every relative one."""

MAX_LIST = 100
"""Authors, tags or enclosures of one entry."""

MAX_CHAPTERS = 500
"""Chapters of one episode."""
