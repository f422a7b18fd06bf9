"""What is known of places: which page of which host has which feeds. Facts only; docs/places.md says where they stand.

Written as ``place_rows`` says. To support one more place, add it here, with a test and a line in docs/places.md.
"""

from .forge_table import TEXT as FORGES
from .place_rows import rows

TEXT = r"""
let YT https://www.youtube.com/feeds/videos.xml
let VIDEO https://www.youtube.com/watch?v={v}&ucbcb=1 youtube
let LIST (?:PL|UU|OL|FL|EC)[\w-]{10,60}

YouTube | youtube.com m.youtube.com music.youtube.com
  /channel/UC<id:[\w-]{22}>/shorts
    shorts $YT$?playlist_id=UUSH{id}
    uploads $YT$?channel_id=UC{id}
    videos $YT$?playlist_id=UULF{id}
    live $YT$?playlist_id=UULV{id}
  /channel/UC<id:[\w-]{22}>/(?:streams|live)
    live $YT$?playlist_id=UULV{id}
    uploads $YT$?channel_id=UC{id}
    videos $YT$?playlist_id=UULF{id}
    shorts $YT$?playlist_id=UUSH{id}
  /channel/UC<id:[\w-]{22}>/**
    uploads $YT$?channel_id=UC{id}
    videos $YT$?playlist_id=UULF{id}
    shorts $YT$?playlist_id=UUSH{id}
    live $YT$?playlist_id=UULV{id}
  /<name:@[^/]+|c/[^/]+|user/[^/]+>/shorts
    shorts https://www.youtube.com/{name}?ucbcb=1 youtube
  /<name:@[^/]+|c/[^/]+|user/[^/]+>/(?:streams|live)
    live https://www.youtube.com/{name}?ucbcb=1 youtube
  /user/<name>/**
    uploads $YT$?user={name}
    uploads https://www.youtube.com/user/{name}?ucbcb=1 youtube
  /<name:@[^/]+|c/[^/]+>/**
    uploads https://www.youtube.com/{name}?ucbcb=1 youtube
  /playlist ?list=$LIST$
    playlist $YT$?playlist_id={list}
  /watch ?v=[\w-]{11} ?list=$LIST$
    uploads $VIDEO$
    playlist $YT$?playlist_id={list}
  /watch ?v=[\w-]{11}
    uploads $VIDEO$

YouTube | youtube.com m.youtube.com youtube-nocookie.com
  /(?:shorts|live|embed|v|e)/<v:[\w-]{11}>
    uploads $VIDEO$

YouTube | youtu.be
  /<v:[\w-]{11}>
    uploads $VIDEO$

let VIMEO about|blog|business|categories|channels|create|enterprise|features|groups|help|join|log_in|manage|ondemand
+ |pricing|search|settings|showcase|solutions|stock|upload|watch|\d+

Vimeo | vimeo.com
  /channels/<name>/**
    videos https://vimeo.com/channels/{name}/videos/rss
  /groups/<name>/**
    videos https://vimeo.com/groups/{name}/videos/rss
  /(?!(?:$VIMEO$)(?:/|$))<name>/**
    videos https://vimeo.com/{name}/videos/rss

let DAILYMOTION video|playlist|channel|topic|rss|search|signin|legal|embed|library|partner|studio|trending

Dailymotion | dailymotion.com
  /playlist/<name:\w+>
    playlist https://www.dailymotion.com/rss/playlist/{name}
  /(?:user/)?(?!(?:$DAILYMOTION$)(?:/|$))<name:[\w-]+>(?:/\d+)?
    videos https://www.dailymotion.com/rss/user/{name}

SoundCloud | soundcloud.com m.soundcloud.com
  /(?!(?:discover|stream|search|upload|you|charts|pages|tags|settings)(?:/|$))<name:[\w-]+>/**
    podcast https://soundcloud.com/{name} soundcloud

Odysee | odysee.com
  /<name:@[^/]+>/**
    videos https://odysee.com/$/rss/{name}

Flickr | flickr.com
  /photos/tags/<tag>
    tag https://www.flickr.com/services/feeds/photos_public.gne?tags={tag}
  /(?:photos|people)/<id:\d+@N\d\d>/**
    posts https://www.flickr.com/services/feeds/photos_public.gne?id={id}
  /groups/<id:\d+@N\d\d>/**
    posts https://www.flickr.com/services/feeds/groups_pool.gne?id={id}

let APPLE https://itunes.apple.com/lookup?id={id}&entity=podcast apple

Apple Podcasts | podcasts.apple.com itunes.apple.com
  (?:/[a-z]{2})?/podcast/(?:[^/]+/)?id<id:\d{4,12}>
    podcast $APPLE$

Overcast | overcast.fm
  /itunes<id:\d{4,12}>/**
    podcast $APPLE$

Castro | castro.fm
  /itunes/<id:\d{4,12}>
    podcast $APPLE$

fyyd | fyyd.de
  /podcast/[^/]+/<id:\d+>/**
    podcast https://api.fyyd.de/0.2/podcast?podcast_id={id} fyyd

Audioboom | audioboom.com
  /channels?/<id:\d{3,}>/**
    podcast https://audioboom.com/channels/{id}.rss

Acast | shows.acast.com
  /<name:[\w-]+>/**
    podcast https://feeds.acast.com/public/shows/{name}

Spreaker | spreaker.com
  /(?:podcast|show)/[^/]+--<id:\d+>
    podcast https://www.spreaker.com/show/{id}/episodes/feed
  /show/<id:\d+>
    podcast https://www.spreaker.com/show/{id}/episodes/feed

Buzzsprout | buzzsprout.com
  /<id:\d{3,}>/**
    podcast https://feeds.buzzsprout.com/{id}.rss

RSS.com | rss.com
  /podcasts/<name:[\w-]+>/**
    podcast https://media.rss.com/{name}/feed.xml

Podbean | *.podbean.com
  /**
    podcast https://feed.podbean.com/{site}/feed.xml

Libsyn | *.libsyn.com
  /|/website|/podcast
    podcast https://{site}.libsyn.com/rss

Podigee | *.podigee.io
  /|/\d+-.*
    podcast https://{site}.podigee.io/feed/mp3

let R https://www.reddit.com

Reddit | reddit.com old.reddit.com new.reddit.com np.reddit.com m.reddit.com i.reddit.com sh.reddit.com
  /r/<name:[\w+-]+>/comments/<id:\w+>/**
    comments $R$/r/{name}/comments/{id}/.rss
  /r/<name:[\w+-]+>/comments
    comments $R$/r/{name}/comments/.rss
  /r/<name:[\w+-]+>/search ?q=.{1,500}
    search $R$/r/{name}/search.rss?q={q}&restrict_sr=on&sort=new
  /search ?q=.{1,500}
    search $R$/search.rss?q={q}&sort=new
  /r/<name:[\w+-]+>/<sort:top|controversial> ?t=hour|day|week|month|year|all
    posts $R$/r/{name}/{sort}/.rss?t={t}
    comments $R$/r/{name}/comments/.rss
  /r/<name:[\w+-]+>/<sort:new|hot|top|rising|controversial|best>
    posts $R$/r/{name}/{sort}/.rss
    comments $R$/r/{name}/comments/.rss
  /r/<name:[\w+-]+>/**
    popular $R$/r/{name}/.rss
    newest $R$/r/{name}/new/.rss
    comments $R$/r/{name}/comments/.rss
  /u(?:ser)?/<name:[\w-]+>/m/<multi:\w+>
    posts $R$/user/{name}/m/{multi}/.rss
  /u(?:ser)?/<name:[\w-]+>/submitted
    posts $R$/user/{name}/submitted/.rss
  /u(?:ser)?/<name:[\w-]+>/comments
    comments $R$/user/{name}/comments/.rss
  /u(?:ser)?/<name:[\w-]+>(?:/overview)?
    activity $R$/user/{name}/.rss
    posts $R$/user/{name}/submitted/.rss
    comments $R$/user/{name}/comments/.rss
  /
    popular $R$/.rss
  /domain/<name>(?:/new)?
    posts $R$/domain/{name}/.rss

Reddit | redd.it
  /<id:\w{4,10}>
    comments $R$/comments/{id}/.rss

Bluesky | bsky.app
  /profile/<name:(?:did:[a-z]+:)?[\w.:%-]+>(?:/post/.*)?
    posts https://bsky.app/profile/{name}/rss
  /profile/[^/]+/(?:feed|lists)/.*

Lemmy | lemmy.world lemmy.ml lemmy.ca lemmy.zip programming.dev sh.itjust.works beehaw.org feddit.org feddit.uk
+ feddit.nl feddit.it sopuli.xyz discuss.tchncs.de aussie.zone slrpnk.net infosec.pub lemmy.dbzer0.com
+ lemmy.blahaj.zone jlai.lu mander.xyz reddthat.com lemmygrad.ml midwest.social startrek.website ttrpg.network
  /c/<name:[\w.-]+>@<host:[\w-]+(?:\.[\w-]+)+>
    newest https://{host}/feeds/c/{name}.xml?sort=New
  /u/<name:[\w.-]+>@<host:[\w-]+(?:\.[\w-]+)+>
    newest https://{host}/feeds/u/{name}.xml?sort=New
  /c/<name:[\w.-]+>
    newest {origin}/feeds/c/{name}.xml?sort=New
    popular {origin}/feeds/c/{name}.xml?sort=Hot
  /u/<name:[\w.-]+>
    newest {origin}/feeds/u/{name}.xml?sort=New
  /
    newest {origin}/feeds/local.xml?sort=New
    popular {origin}/feeds/all.xml?sort=Hot

Hacker News | news.ycombinator.com
  /|/news
    popular https://news.ycombinator.com/rss
  /show|/shownew
    posts https://news.ycombinator.com/showrss
  /.+

Letterboxd | letterboxd.com
  /(?!films?|list|lists|members|journal|about|pro|search)<name:\w+>
    activity https://letterboxd.com/{name}/rss/

DeviantArt | deviantart.com
  /(?!tag|search|topic|daily)<name:[\w-]+>(?:/gallery.*)?
    posts https://backend.deviantart.com/rss.xml?type=deviation&q=by%3A{name}+sort%3Atime+meta%3Aall

Stack Exchange | stackoverflow.com *.stackoverflow.com *.stackexchange.com serverfault.com superuser.com askubuntu.com
+ mathoverflow.net stackapps.com meta.serverfault.com meta.superuser.com meta.askubuntu.com
  /questions/tagged/<tag>
    tag {origin}/feeds/tag?tagnames={tag}&sort=newest
  /(?:questions|q)/<id:\d+>/**
    replies {origin}/feeds/question/{id}
  /users/<id:\d+>/**
    activity {origin}/feeds/user/{id}
  /|/questions
    newest {origin}/feeds

Substack | substack.com
  /@<name:[\w-]+>/**
    posts https://{name}.substack.com/feed

Substack | open.substack.com
  /pub/<name:[\w-]+>/**
    posts https://{name}.substack.com/feed

Substack | *.substack.com
  /**
    posts https://{site}.substack.com/feed

let MEDIUM p|tag|topic|search|me|m|new-story|plans|membership|about|feed|creators|policy

Medium | medium.com
  /@<name:[\w.-]+>/**
    posts https://medium.com/feed/@{name}
  /(?:tag|topic)/<tag:[\w-]+>/**
    tag https://medium.com/feed/tag/{tag}
  /(?!(?:$MEDIUM$)(?:/|$))<name:[\w-]+>/tagged/<tag:[\w-]+>
    tag https://medium.com/feed/{name}/tagged/{tag}
    posts https://medium.com/feed/{name}
  /(?!(?:$MEDIUM$)(?:/|$))<name:[\w-]+>/**
    posts https://medium.com/feed/{name}

Medium | *.medium.com
  /tagged/<tag:[\w-]+>
    tag https://medium.com/feed/{site}/tagged/{tag}
    posts https://{site}.medium.com/feed
  /**
    posts https://{site}.medium.com/feed

let TUMBLR dashboard|explore|search|tagged|login|register|about|settings|blog

Tumblr | tumblr.com
  /(?:(?:dashboard/)?blog/(?:view/)?)?(?!(?:$TUMBLR$)(?:/|$))<name:[\w-]+>/**
    posts https://{name}.tumblr.com/rss
  /tagged/.+

Tumblr | *.tumblr.com
  /tagged/<tag>
    tag https://{site}.tumblr.com/tagged/{tag}/rss
    posts https://{site}.tumblr.com/rss
  /**
    posts https://{site}.tumblr.com/rss

WordPress.com | *.wordpress.com
  <list:/(?:category|tag|author)/.+?>(?:/page/\d+)?
    posts {origin}{list}/feed/
    posts {origin}/feed/
  /**
    posts {origin}/feed/
    comments {origin}/comments/feed/

Blogger | *.blogspot.com *.blogspot.co.uk *.blogspot.de *.blogspot.fr *.blogspot.ca *.blogspot.in *.blogspot.it
+ *.blogspot.be *.blogspot.ch *.blogspot.nl *.blogspot.jp *.blogspot.ru *.blogspot.com.br *.blogspot.com.es
+ *.blogspot.com.au
  /search/label/<label>
    tag https://{site}.blogspot.com/feeds/posts/default/-/{label}
    posts https://{site}.blogspot.com/feeds/posts/default
  /**
    posts https://{site}.blogspot.com/feeds/posts/default
    comments https://{site}.blogspot.com/feeds/comments/default

Ghost | *.ghost.io
  <list:/(?:tag|author)/[^/]+>/**
    posts {origin}{list}/rss/
    posts {origin}/rss/
  /**
    posts {origin}/rss/

DEV | dev.to
  /t/<tag:\w+>/**
    tag https://dev.to/feed/tag/{tag}
  /(?!feed|api|search|enter|top|latest|tags|settings)<name:\w+>/**
    posts https://dev.to/feed/{name}

Hashnode | *.hashnode.dev
  /**
    posts https://{site}.hashnode.dev/rss.xml

Bear Blog | *.bearblog.dev
  /**
    posts https://{site}.bearblog.dev/feed/

LiveJournal | *.livejournal.com
  /**
    posts https://{site}.livejournal.com/data/rss

let SPECIAL (?:Special|Spezial|Sp%C3%A9cial|Especial|Speciale?)

Wikipedia | *.wikipedia.org *.wiktionary.org *.wikinews.org *.wikibooks.org *.wikiquote.org *.wikisource.org
+ *.wikivoyage.org *.wikiversity.org wikidata.org commons.wikimedia.org meta.wikimedia.org
  /wiki/[^/:]+:(?:Contributions|Contribs)/<name>
    activity {origin}/w/api.php?action=feedcontributions&user={name}&feedformat=atom
  /wiki/[^/:]+:Recent_?changes
    changes {origin}/w/index.php?title=Special:RecentChanges&feed=atom
  /wiki/(?!$SPECIAL$:|Main_Page)<title:.+>
    changes {origin}/w/index.php?title={title}&action=history&feed=atom
  /w/index\.php ?title=.{1,300} ?action=history
    changes {origin}/w/index.php?title={title}&action=history&feed=atom

arXiv | arxiv.org
  /(?:list|archive)/<list:[\w.-]+>/**
    newest https://rss.arxiv.org/atom/{list}

Google News | news.google.com
  /search ?q=.{1,500}
    search https://news.google.com/rss/search?q={q}
  /topics/<id:[\w-]+>/**
    news https://news.google.com/rss/topics/{id}

Steam | store.steampowered.com steamcommunity.com
  /(?:news/)?app/<id:\d+>/**
    news https://store.steampowered.com/feeds/news/app/{id}/

Steam | steamcommunity.com
  /groups/<name:[\w-]+>
    news https://steamcommunity.com/groups/{name}/rss/

itch.io | *.itch.io
  /<game:[\w-]+>(?:/devlog/**)?
    news https://{site}.itch.io/{game}/devlog.rss

itch.io | itch.io
  /<list:games(?:/[\w-]+)?>
    newest https://itch.io/{list}.xml

X | twitter.com x.com mobile.twitter.com
  /.*

Instagram | instagram.com
  /.*

Facebook | facebook.com m.facebook.com fb.com
  /.*

Threads | threads.net threads.com
  /.*

TikTok | tiktok.com
  /.*

LinkedIn | linkedin.com *.linkedin.com
  /.*

Telegram | t.me telegram.me
  /.*

Spotify | open.spotify.com
  (?:/intl-\w+)?/(?:show|episode|artist|playlist|album)/.*

Twitch | twitch.tv m.twitch.tv
  /.+

Patreon | patreon.com
  /.+
"""

TABLE = rows(TEXT + FORGES)

CHANNEL = next(row.feeds for row in TABLE if row.path.startswith("/channel/") and row.path.endswith("(?:/.*)?"))
"""A YouTube channel's feeds, by its id without ``UC``."""
