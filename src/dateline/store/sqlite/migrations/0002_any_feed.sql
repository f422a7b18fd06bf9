-- Any feed: kinds of sources, transport, retention, full text, earlier versions, WebSub, followed OPML.

-- feed (a document is fetched and parsed), page (a web page or JSON answer read by `rules`), mail (a sender of newsletters)
ALTER TABLE feed ADD COLUMN kind TEXT NOT NULL DEFAULT 'feed';
-- how a page is read, as JSON; null for the other kinds
ALTER TABLE feed ADD COLUMN rules TEXT;
-- rounds in a row in which a page gave no entry though it was answered
ALTER TABLE feed ADD COLUMN empty_rounds INTEGER NOT NULL DEFAULT 0;
-- how it is asked (user agent, headers, cookies, proxy, …), as JSON, encrypted with the instance's key; null: as all are
ALTER TABLE feed ADD COLUMN transport BLOB;
-- the server wants to be left alone until then (Retry-After, max-age, ttl), whoever asks
ALTER TABLE feed ADD COLUMN wished_until INTEGER NOT NULL DEFAULT 0;
-- when the last whole document came: a 304 says nothing about what it hides
ALTER TABLE feed ADD COLUMN whole_at INTEGER;
-- the address before the last one that was adopted; its owner may go back to it
ALTER TABLE feed ADD COLUMN previous_url TEXT;
-- 1: somebody went back; redirects are followed and not adopted any more
ALTER TABLE feed ADD COLUMN address_kept INTEGER NOT NULL DEFAULT 0;

-- what the item looked like in its document, before it was understood: equal bytes need no reading
ALTER TABLE entry ADD COLUMN source_hash BLOB;
-- when its content was last seen to differ in a way that a reader would notice
ALTER TABLE entry ADD COLUMN revised_at INTEGER;
-- season, number, chapters, transcripts of a podcast's episode, as JSON
ALTER TABLE entry ADD COLUMN episode TEXT;

-- What an entry was before it was changed; body as in entry_body.
CREATE TABLE entry_version (
  entry_id INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  replaced_at INTEGER NOT NULL,
  title TEXT NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (entry_id, replaced_at)
) WITHOUT ROWID;

-- The article behind an entry's link, by the rules it was taken with (empty: none of one's own).
CREATE TABLE full_text (
  entry_id INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  rules_hash BLOB NOT NULL,
  fetched_at INTEGER NOT NULL,
  code TEXT NOT NULL,                       -- ok, or why there is none
  page_url TEXT,                            -- where the page was in the end
  word_count INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 0,       -- the cleaner's, as in entry_body
  body BLOB,                               -- as in entry_body: what is safe, and what it was made of
  PRIMARY KEY (entry_id, rules_hash)
) WITHOUT ROWID;

-- Articles that are to be fetched.
CREATE TABLE full_text_due (
  entry_id INTEGER PRIMARY KEY REFERENCES entry (id) ON DELETE CASCADE,
  feed_id INTEGER NOT NULL REFERENCES feed (id) ON DELETE CASCADE,
  next_at INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX full_text_due_at ON full_text_due (next_at);
CREATE INDEX full_text_due_feed ON full_text_due (feed_id);

-- What sites ask of programs that fetch many pages (RFC 9309): kept a day. body: the part of robots.txt that is for us.
CREATE TABLE robots (
  origin TEXT PRIMARY KEY,
  checked_at INTEGER NOT NULL,
  body TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX robots_checked ON robots (checked_at);

-- Subscriptions at hubs (W3C WebSub). token: the last part of our callback's address; secret: encrypted.
CREATE TABLE websub (
  feed_id INTEGER PRIMARY KEY REFERENCES feed (id) ON DELETE CASCADE,
  hub_url TEXT NOT NULL,
  topic_url TEXT NOT NULL,
  token TEXT UNIQUE,
  secret BLOB,
  state TEXT NOT NULL DEFAULT 'offered',    -- offered, asked, verified, denied, leaving
  next_at INTEGER,                         -- when to ask the hub (again)
  tries INTEGER NOT NULL DEFAULT 0,        -- in vain, since it last said yes
  asked_at INTEGER,
  verified_at INTEGER,
  lease_until INTEGER NOT NULL DEFAULT 0,
  delivered_at INTEGER,                    -- when it last brought something; null: not trusted yet
  missed INTEGER NOT NULL DEFAULT 0,       -- polls since then that found what it had not brought
  detail TEXT                               -- why it did not work, as the hub or the network said
);
CREATE INDEX websub_due ON websub (next_at) WHERE next_at IS NOT NULL;

-- off, truncated (where the feed gives only a beginning), always
ALTER TABLE subscription ADD COLUMN full_text TEXT NOT NULL DEFAULT 'off';
ALTER TABLE subscription ADD COLUMN full_text_rules TEXT;
-- 1: an entry that was revised is unread again
ALTER TABLE subscription ADD COLUMN revised_unread INTEGER NOT NULL DEFAULT 0;
-- what is kept, as JSON; null: as the folder, then the account, then the instance says
ALTER TABLE subscription ADD COLUMN retention TEXT;
ALTER TABLE folder ADD COLUMN retention TEXT;
ALTER TABLE users ADD COLUMN retention TEXT;
CREATE INDEX subscription_retention ON subscription (feed_id) WHERE retention IS NOT NULL;
-- when what nobody keeps was last taken out
ALTER TABLE feed ADD COLUMN tidied_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX feed_tidied ON feed (tidied_at);
-- the followed OPML that brought it, by its folder; null: a person did
ALTER TABLE subscription ADD COLUMN followed_folder_id INTEGER REFERENCES folder (id) ON DELETE SET NULL;
-- its address in that list: the feed itself may have moved since
ALTER TABLE subscription ADD COLUMN followed_url TEXT;

-- Folders that follow an OPML file somewhere else.
CREATE TABLE followed_opml (
  folder_id INTEGER PRIMARY KEY REFERENCES folder (id) ON DELETE CASCADE,
  url TEXT NOT NULL,
  etag TEXT,
  last_modified TEXT,
  validators_url TEXT,                      -- the address that gave them: they are sent to no other
  body_hash BLOB,
  next_at INTEGER NOT NULL,
  checked_at INTEGER,
  ok_at INTEGER,
  failures INTEGER NOT NULL DEFAULT 0,
  error_code TEXT,
  error_detail TEXT,
  left_out TEXT                              -- JSON: addresses that the person unsubscribed from, never brought again
);
CREATE INDEX followed_opml_due ON followed_opml (next_at);
CREATE INDEX subscription_followed ON subscription (followed_folder_id) WHERE followed_folder_id IS NOT NULL;

-- Where newsletters come from: an address of ours that mail is sent to, or a mailbox that is read.
CREATE TABLE mail_address (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  token TEXT NOT NULL UNIQUE,               -- the local part of the address
  created_at INTEGER NOT NULL
);
CREATE INDEX mail_address_user ON mail_address (user_id);

CREATE TABLE mailbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  host TEXT NOT NULL,
  port INTEGER NOT NULL,
  login BLOB NOT NULL,                     -- user:password, encrypted with the instance's key
  folder TEXT NOT NULL DEFAULT 'INBOX',
  uid_validity INTEGER,
  last_uid INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL,
  checked_at INTEGER,
  failures INTEGER NOT NULL DEFAULT 0,
  error_code TEXT,
  error_detail TEXT
);
CREATE INDEX mailbox_user ON mailbox (user_id);
CREATE INDEX mailbox_due ON mailbox (next_at);

-- Private feeds of one owner: also where articles stand that a person brought from another reader.
CREATE INDEX feed_owner ON feed (owner_id) WHERE owner_id <> 0;
