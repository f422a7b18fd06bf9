"""The site map: every address of the pages, what may be done there, and by whom. One table, nothing else."""

from dateline.web.endpoints import Place
from dateline.web.forms import MAX_IMPORT_BYTES
from dateline.web.pages import (
    adding,
    changes,
    debugging,
    entry,
    feed_health,
    folders,
    following,
    full_text,
    health,
    icon,
    login,
    marking,
    newsletters,
    opml,
    page_source,
    retention,
    settings,
    start,
    static,
    stream,
    subscription,
    subscriptions,
    transport,
)


def routes() -> tuple[Place, ...]:
    """All places; the first whose path fits is taken."""
    return (
        # Reading: one's own streams
        Place(path="/", get=stream.front, open_to="anyone"),
        Place(path="/important", get=stream.important),
        Place(path="/starred", get=stream.starred),
        Place(path="/all", get=stream.everything),
        Place(path="/folder/{key}", get=stream.folder),
        Place(path="/feed/{key}", get=stream.feed),
        Place(path="/entry/{entry_id}", get=entry.show),
        Place(path="/entry/{entry_id}/changes", get=changes.show),
        # Reading: what an account opened to visitors
        Place(path="/@{account}", get=stream.front, open_to="anyone"),
        Place(path="/@{account}/", get=stream.front, open_to="anyone"),
        Place(path="/@{account}/important", get=stream.important, open_to="anyone"),
        Place(path="/@{account}/starred", get=stream.starred, open_to="anyone"),
        Place(path="/@{account}/all", get=stream.everything, open_to="anyone"),
        Place(path="/@{account}/folder/{key}", get=stream.folder, open_to="anyone"),
        Place(path="/@{account}/feed/{key}", get=stream.feed, open_to="anyone"),
        Place(path="/@{account}/entry/{entry_id}", get=entry.show, open_to="anyone"),
        Place(path="/@{account}/entry/{entry_id}/changes", get=changes.show, open_to="anyone"),
        # Doing something with entries
        Place(path="/entries/read", post=marking.mark_read),
        Place(path="/entries/unread", post=marking.mark_unread),
        Place(path="/entries/star", post=marking.star),
        Place(path="/entries/unstar", post=marking.unstar),
        Place(path="/entries/read-all", post=marking.mark_all_read),
        Place(path="/entries/full-text", post=full_text.fetch),
        Place(path="/undo", post=marking.undo),
        Place(path="/refresh", post=marking.refresh),
        # Accounts
        Place(path="/start", get=start.show, post=start.create, open_to="anyone"),
        Place(path="/login", get=login.show, post=login.log_in, open_to="anyone"),
        Place(path="/logout", post=login.log_out, open_to="anyone"),
        Place(path="/settings", get=settings.show),
        Place(path="/settings/reading", post=settings.save_reading),
        Place(path="/settings/find", get=settings.find),
        Place(path="/settings/visitors", get=settings.show_visitors, post=settings.save_visitors),
        Place(path="/settings/password", get=settings.show_password, post=settings.save_password),
        Place(path="/settings/retention", get=retention.show, post=retention.save),
        Place(path="/settings/newsletters", get=newsletters.show, post=newsletters.change),
        # What an account is subscribed to
        Place(path="/subscriptions", get=subscriptions.show, post=adding.subscribe),
        Place(path="/subscriptions/add", get=adding.show, post=adding.look),
        Place(path="/subscriptions/page", get=page_source.show, post=page_source.act),
        Place(path="/subscriptions/{subscription_id}", get=subscription.show, post=subscription.edit),
        Place(path="/subscriptions/{subscription_id}/remove", get=subscription.ask_remove, post=subscription.remove),
        Place(path="/subscriptions/{subscription_id}/retention", get=retention.show, post=retention.save),
        Place(path="/subscriptions/{subscription_id}/address", post=feed_health.change_address),
        Place(path="/subscriptions/{subscription_id}/debug", post=debugging.run_subscription),
        Place(path="/debug", get=debugging.show, post=debugging.run),
        Place(path="/health", get=feed_health.show, post=feed_health.act),
        Place(path="/health/server", get=feed_health.show_server),
        Place(
            path="/subscriptions/{subscription_id}/page", get=page_source.show_source, post=page_source.act_on_source
        ),
        Place(path="/subscriptions/{subscription_id}/transport", get=transport.show, post=transport.save),
        Place(path="/subscriptions/{subscription_id}/full-text", get=full_text.show, post=full_text.save),
        Place(path="/folders", post=folders.add),
        Place(path="/folders/{folder_id}", get=folders.show, post=folders.edit),
        Place(path="/folders/{folder_id}/remove", post=folders.remove),
        Place(path="/folders/{folder_id}/list", get=following.show, post=following.change),
        Place(path="/folders/{folder_id}/retention", get=retention.show, post=retention.save),
        Place(path="/opml", get=opml.show, post=opml.read, max_bytes=MAX_IMPORT_BYTES),
        Place(path="/opml/subscriptions.opml", get=opml.write, post=opml.write),
        Place(path="/opml/starred.json", get=opml.write_saved),
        Place(path="/opml/everything.zip", get=opml.write_everything),
        # For browsers and those who watch over the server
        Place(path="/icon/{icon_id}", get=icon.show, open_to="anyone"),
        Place(path="/static/{hash}/{name:path}", get=static.show, open_to="anyone"),
        Place(path="/healthz", get=health.show, open_to="anyone"),
    )
