"""Known places where programs are made and published: GitHub, GitLab, Forgejo, the registries of packages.

Written as ``place_rows`` says; docs/places.md says where the facts stand.
"""

GITLAB = r"""
let LAB_WORDS explore|dashboard|users|search|help|admin|groups|projects|-|api|public
let PROJECT /(?!(?:$LAB_WORDS$)(?:/|$))<project:[\w.-]+(?:/[\w.-]+)+?>
let LAB {origin}/{project}
  $PROJECT$/-/commits/<ref:.+>
    commits $LAB$/-/commits/{ref}?format=atom
    releases $LAB$/-/releases.atom
  $PROJECT$/-/tree/<ref>
    commits $LAB$/-/commits/{ref}?format=atom
    releases $LAB$/-/releases.atom
  $PROJECT$/-/tags/**
    versions $LAB$/-/tags?format=atom
    releases $LAB$/-/releases.atom
    activity $LAB$.atom
  $PROJECT$/-/issues/**
    issues $LAB$/-/issues.atom
    releases $LAB$/-/releases.atom
  $PROJECT$/-/merge_requests/**
    merge_requests $LAB$/-/merge_requests.atom
    releases $LAB$/-/releases.atom
  $PROJECT$(?:/-/.*)?
    releases $LAB$/-/releases.atom
    versions $LAB$/-/tags?format=atom
    activity $LAB$.atom
  /(?!(?:$LAB_WORDS$)(?:/|$))<name:[\w-]+>
    activity {origin}/{name}.atom
"""
"""The paths of GitLab, wherever it runs."""

FORGEJO = r"""
let TEA_WORDS explore|user|admin|assets|-|api|org|repo|issues|pulls|notifications|milestones
let TEA_REPO /(?!(?:$TEA_WORDS$)(?:/|$))<owner:[\w.-]+>/<repo:[\w.-]+>
let TEA {origin}/{owner}/{repo}
  $TEA_REPO$/(?:src|commits)/branch/<ref>
    commits $TEA$/rss/branch/{ref}
    releases $TEA$/releases.rss
  $TEA_REPO$/src/branch/<ref>/<file:.+>
    commits $TEA$/rss/branch/{ref}/{file}
    releases $TEA$/releases.rss
  $TEA_REPO$/tags
    versions $TEA$/tags.rss
    releases $TEA$/releases.rss
    activity $TEA$.rss
  $TEA_REPO$/**
    releases $TEA$/releases.rss
    versions $TEA$/tags.rss
    activity $TEA$.rss
  /(?!(?:$TEA_WORDS$)(?:/|$))<name:[\w-]+>
    activity {origin}/{name}.rss
"""
"""The paths of Gitea and Forgejo, wherever they run."""

TEXT = r"""
let HUB https://github.com/{owner}/{repo}
let HUB_WORDS settings|explore|topics|trending|collections|events|sponsors|about|pricing|search|marketplace|features
+ |site|enterprise|team|login|signup|join|notifications|new|organizations|codespaces|pulls|issues|apps|readme|security
+ |contact|orgs|users|stars|dashboard|copilot|mobile|advisories|customer-stories
let REPO /(?!(?:$HUB_WORDS$)(?:/|$))<owner:[\w.-]+>/<repo:[\w.-]+?>(?:\.git)?

GitHub | gist.github.com
  /<name:[\w-]+>/**
    posts https://gist.github.com/{name}.atom

GitHub | github.com
  $REPO$/commits?/<ref>
    commits $HUB$/commits/{ref}.atom
    releases $HUB$/releases.atom
  $REPO$/(?:commits|blob|blame)/<ref>/<file:.+>
    commits $HUB$/commits/{ref}/{file}.atom
    releases $HUB$/releases.atom
  $REPO$/tree/<ref>
    commits $HUB$/commits/{ref}.atom
    releases $HUB$/releases.atom
    versions $HUB$/tags.atom
  $REPO$/commits
    commits $HUB$/commits.atom
    releases $HUB$/releases.atom
    versions $HUB$/tags.atom
  $REPO$/tags
    versions $HUB$/tags.atom
    releases $HUB$/releases.atom
    commits $HUB$/commits.atom
  $REPO$/wiki/**
    wiki $HUB$/wiki.atom
    releases $HUB$/releases.atom
  $REPO$/discussions/**
    discussions $HUB$/discussions.atom
    releases $HUB$/releases.atom
  $REPO$/**
    releases $HUB$/releases.atom
    commits $HUB$/commits.atom
    versions $HUB$/tags.atom
  /orgs/<name:[\w-]+>/**
    activity https://github.com/{name}.atom
  /(?!(?:$HUB_WORDS$)(?:/|$))<name:[\w-]+>
    activity https://github.com/{name}.atom

GitLab | gitlab.com gitlab.gnome.org gitlab.freedesktop.org framagit.org salsa.debian.org invent.kde.org
$GITLAB_ROWS
Forgejo | codeberg.org gitea.com code.forgejo.org git.disroot.org
$FORGEJO_ROWS
PyPI | pypi.org
  /project/<name:[\w.-]+>/**
    releases https://pypi.org/rss/project/{name}/releases.xml

crates.io | crates.io
  /crates/<name:[\w-]+>/**
    releases https://static.crates.io/rss/crates/{name}.xml

RubyGems | rubygems.org
  /gems/<name:[\w.-]+>/**
    releases https://rubygems.org/gems/{name}/versions.atom

Packagist | packagist.org
  /packages/<name:[\w.-]+/[\w.-]+>
    releases https://packagist.org/feeds/package.{name}.rss

NuGet | nuget.org
  /packages/<name:[\w.-]+>/**
    releases https://www.nuget.org/packages/{name}/atom.xml

npm | npmjs.com
  /package/.+

SourceForge | sourceforge.net
  /(?:projects|p)/<name:[\w-]+>/**
    activity https://sourceforge.net/p/{name}/activity/feed.rss
    releases https://sourceforge.net/projects/{name}/rss?path=/

SourceHut | git.sr.ht
  /<owner:~[\w-]+>/<repo:[\w.-]+>/**
    versions https://git.sr.ht/{owner}/{repo}/refs/rss.xml
    commits https://git.sr.ht/{owner}/{repo}/log/rss.xml
""".replace("$GITLAB_ROWS\n", GITLAB).replace("$FORGEJO_ROWS\n", FORGEJO)
"""Everything of this module, as a part of ``place_table``."""
