-- Which articles count as read by themselves, as JSON; null: as the folder says, then the account.
ALTER TABLE subscription ADD COLUMN read_when TEXT;
ALTER TABLE folder ADD COLUMN read_when TEXT;
-- Who chose any of it is found at once, and so is that nobody did.
CREATE INDEX subscription_read_when ON subscription (user_id, feed_id) WHERE read_when IS NOT NULL;
CREATE INDEX folder_read_when ON folder (user_id) WHERE read_when IS NOT NULL;
CREATE INDEX users_read_when ON users (id) WHERE preferences LIKE '%"read_when"%';

-- One's own icon of a feed, its site and its description in one's own words; null: the publisher's.
ALTER TABLE subscription ADD COLUMN own_icon_id INTEGER REFERENCES icon (id);
ALTER TABLE subscription ADD COLUMN own_site_url TEXT;
ALTER TABLE subscription ADD COLUMN own_description TEXT;
CREATE INDEX subscription_own_icon ON subscription (own_icon_id) WHERE own_icon_id IS NOT NULL;

-- Whether visitors of an open account may have its feeds asked.
ALTER TABLE users ADD COLUMN visitors_may_refresh INTEGER NOT NULL DEFAULT 0;

-- The favourites of a feed, in order of arrival.
CREATE INDEX star_feed ON star (user_id, feed_id, listed_at, entry_id);
