"""What a site runs on, told by its pages, and where such sites keep their feeds. Pure.

For pages that announce no feed: many engines have one all the same, at an address of their own (a theme forgot to
announce it, the page is a category's, the administrator took the line out). ``TEXT`` is written as ``place_rows`` says;
its hosts are marks, and the mark ``any`` is every page's. docs/places.md says where the facts stand.
"""

import re
from collections.abc import Mapping

from .forge_table import FORGEJO, GITLAB
from .place_rows import rows
from .places import Lead, leads_by_engine

SEARCHED = 200_000
"""Bytes of a page in which marks are looked for."""

_META = re.compile(rb"<meta\s[^<>]{1,400}>")

_GENERATORS: tuple[bytes, ...] = (
    b"wordpress", b"ghost", b"hugo", b"jekyll", b"hexo", b"gatsby", b"eleventy", b"astro", b"docusaurus", b"pelican",
    b"zola", b"nikola", b"blogger", b"drupal", b"joomla", b"squarespace", b"discourse", b"mediawiki", b"spip",
    b"dotclear", b"dokuwiki", b"typo3", b"pluxml", b"movable type", b"wix.com", b"phpbb", b"xenforo", b"typecho",
)  # fmt: skip

_SIGNS: Mapping[str, bytes] = {
    "medium": b"com.medium.reader",
    "substack": b"substackcdn.com",
    "squarespace": b"static1.squarespace.com",
    "shopify": b"cdn.shopify.com",
    "wix": b"static.parastorage.com",
    "tumblr": b"assets.tumblr.com",
    "wordpress": b"/wp-content/",
    "ghost": b"ghost.org/",
    "gitlab": b'content="gitlab"',
    "forgejo": b"self-hosted,gitea",
    "discourse": b"data-discourse-setup",
    "lemmy": b"window.isodata",
    "xenforo": b'id="xf"',
}
"""Other marks, in lower case, anywhere near the top of a page."""

TEXT = r"""
WordPress | wordpress
  .*/(?:category|tag|author|categorie|mot-cle|kategorie|categoria|etiqueta|schlagwort|topic)/.+
    posts {origin}{path}/feed/
    posts {origin}/feed/
    posts {origin}/?feed=rss2
  /**
    posts {origin}/feed/
    posts {origin}/?feed=rss2

Ghost | ghost
  /(?:tag|author)/.+
    posts {origin}{path}/rss/
    posts {origin}/rss/
  /**
    posts {origin}/rss/

Hugo | hugo
  /**
    posts {origin}{path}/index.xml
    posts {origin}/index.xml
    posts {origin}/feed.xml

Jekyll | jekyll
  /**
    posts {origin}/feed.xml
    posts {origin}/atom.xml

Hexo | hexo zola typo3
  /**
    posts {origin}/atom.xml
    posts {origin}/rss.xml

Gatsby | gatsby astro nikola
  /**
    posts {origin}/rss.xml

Eleventy | eleventy
  /**
    posts {origin}/feed/feed.xml
    posts {origin}/feed.xml

Docusaurus | docusaurus
  /**
    posts {origin}/blog/atom.xml
    posts {origin}/blog/rss.xml

Pelican | pelican
  /**
    posts {origin}/feeds/all.atom.xml
    posts {origin}/feeds/all.rss.xml

Blogger | blogger
  /search/label/<label>
    tag {origin}/feeds/posts/default/-/{label}
    posts {origin}/feeds/posts/default
  /**
    posts {origin}/feeds/posts/default

Drupal | drupal
  /taxonomy/term/<id:\d+>
    posts {origin}/taxonomy/term/{id}/feed
    posts {origin}/rss.xml
  /**
    posts {origin}/rss.xml

Joomla | joomla
  /**
    posts {origin}{path}?format=feed&type=rss

Squarespace | squarespace
  /
    posts {origin}/blog?format=rss
  /**
    posts {origin}{path}?format=rss
    posts {origin}/blog?format=rss

Shopify | shopify
  /blogs/<name>/**
    posts {origin}/blogs/{name}.atom
  /**
    posts {origin}/blogs/news.atom

Wix | wix wix.com
  /**
    posts {origin}/blog-feed.xml

Medium | medium
  /tagged/<tag>
    tag {origin}/feed/tagged/{tag}
    posts {origin}/feed
  /**
    posts {origin}/feed

Substack | substack
  /**
    posts {origin}/feed

Tumblr | tumblr
  /tagged/<tag>
    tag {origin}/tagged/{tag}/rss
    posts {origin}/rss
  /**
    posts {origin}/rss

Discourse | discourse
  <page:/c/.+|/t/[^/]+/\d+>/**
    posts {origin}{page}.rss
    newest {origin}/latest.rss
  /tags?/<tag>
    tag {origin}/tag/{tag}.rss
  /u/<name>/**
    activity {origin}/u/{name}/activity.rss
  /**
    newest {origin}/latest.rss

MediaWiki | mediawiki
  /**
    changes {origin}/index.php?title=Special:RecentChanges&feed=atom
    changes {origin}/w/index.php?title=Special:RecentChanges&feed=atom

SPIP | spip
  /**
    posts {origin}/spip.php?page=backend

Dotclear | dotclear
  /**
    posts {origin}/feed/atom
    posts {origin}/index.php?feed/atom

PluXml | pluxml
  /**
    posts {origin}/feed/rss
    posts {origin}/feed.php?rss

DokuWiki | dokuwiki
  /**
    changes {origin}/feed.php

Movable Type | movable-type
  /**
    posts {origin}/atom.xml
    posts {origin}/index.xml

phpBB | phpbb
  /**
    posts {origin}/app.php/feed
    posts {origin}/feed.php

XenForo | xenforo
  /(?:forums|threads)/.+
    posts {origin}{path}/index.rss
  /**
    posts {origin}/forums/-/index.rss

Typecho | typecho
  /**
    posts {origin}/feed/

GitLab | gitlab
$GITLAB_ROWS
Forgejo | forgejo
$FORGEJO_ROWS
Lemmy | lemmy
  /c/<name:[\w.-]+>@<host:[\w-]+(?:\.[\w-]+)+>
    newest https://{host}/feeds/c/{name}.xml?sort=New
  /(?P<what>c|u)/<name:[\w.-]+>
    newest {origin}/feeds/{what}/{name}.xml?sort=New
  /
    newest {origin}/feeds/local.xml?sort=New

Fediverse | any
  /@<name:[\w.-]+>@<host:[\w-]+(?:\.[\w-]+)+>/**
    posts https://{host}/.well-known/webfinger?resource=acct:{name}@{host} webfinger
  /@<name:[\w.-]+>/tagged/<tag>
    tag {origin}/@{name}/tagged/{tag}.rss
    posts {origin}/@{name}.rss
  /@<name:[\w.-]+>/**
    posts {origin}/@{name}.rss
    posts {origin}/@{name}.atom
  /users/<name:[\w.-]+>
    posts {origin}/users/{name}/feed.atom
    posts {origin}/users/{name}.atom
  /tags/<tag>
    tag {origin}/tags/{tag}.rss
  /c/<name:[\w.-]+>
    newest {origin}/feeds/c/{name}.xml?sort=New
"""

TABLE = rows(TEXT.replace("$GITLAB_ROWS\n", GITLAB).replace("$FORGEJO_ROWS\n", FORGEJO))


def engine_leads(body: bytes, url: str) -> tuple[Lead, ...]:
    """Where a page's feeds are, as its engine has it; all guesses, the engine's before those by the address's shape."""
    return leads_by_engine(url, (*marks(body), "any"), TABLE)


def marks(body: bytes) -> list[str]:
    """The engines that a page shows marks of."""
    top = body[:SEARCHED].lower()
    named = b" ".join(tag for tag in _META.findall(top) if b"generator" in tag)
    found = [name.decode().replace(" ", "-") for name in _GENERATORS if name in named]
    found += [name for name, sign in _SIGNS.items() if sign in top]
    return list(dict.fromkeys(found))
