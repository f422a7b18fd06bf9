-- Generated from the migrations; `make schema` writes it anew.

CREATE TABLE attempt (
  key TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  last_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE device (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  session_hash BLOB NOT NULL REFERENCES session (token_hash) ON DELETE CASCADE,
  name TEXT NOT NULL,
  endpoint_hash BLOB NOT NULL UNIQUE,
  address BLOB NOT NULL,                   -- the endpoint and the browser's keys, encrypted with the instance's key
  told_entry_id INTEGER NOT NULL,          -- told of what came up to this entry
  created_at INTEGER NOT NULL,
  sent_at INTEGER,
  failures INTEGER NOT NULL DEFAULT 0,     -- in a row
  error_code TEXT
);

CREATE INDEX device_session ON device (session_hash);

CREATE INDEX device_user ON device (user_id);

CREATE TABLE entry (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  feed_id INTEGER NOT NULL REFERENCES feed (id),
  guid TEXT NOT NULL,
  guid_hash BLOB NOT NULL,
  content_hash BLOB NOT NULL,
  url TEXT,
  title TEXT NOT NULL,
  authors TEXT,
  tags TEXT,
  language TEXT,
  enclosures TEXT,
  thumbnail_url TEXT,
  comments_url TEXT,
  preview TEXT NOT NULL,
  word_count INTEGER NOT NULL,
  published_at INTEGER,
  updated_at INTEGER,
  received_at INTEGER NOT NULL,
  listed_at INTEGER NOT NULL,
  gone_at INTEGER, source_hash BLOB, revised_at INTEGER, episode TEXT,
  UNIQUE (feed_id, guid_hash)
);

CREATE INDEX entry_arrived ON entry (feed_id, id);

CREATE INDEX entry_carried ON entry (feed_id) WHERE gone_at IS NULL;

CREATE INDEX entry_listed ON entry (feed_id, listed_at, id);

CREATE TABLE entry_body (
  entry_id INTEGER PRIMARY KEY REFERENCES entry (id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  body BLOB NOT NULL
);

CREATE TABLE entry_edited (entry_id INTEGER PRIMARY KEY);

CREATE TABLE entry_label (
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  label_id INTEGER NOT NULL REFERENCES label (id) ON DELETE CASCADE,
  listed_at INTEGER NOT NULL,
  entry_id INTEGER NOT NULL REFERENCES entry (id),
  feed_id INTEGER NOT NULL,
  PRIMARY KEY (user_id, label_id, listed_at, entry_id)
) WITHOUT ROWID;

CREATE INDEX entry_label_entry ON entry_label (entry_id);

CREATE VIRTUAL TABLE entry_text USING fts5 (
  title, body, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TABLE entry_version (
  entry_id INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  replaced_at INTEGER NOT NULL,
  title TEXT NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (entry_id, replaced_at)
) WITHOUT ROWID;

CREATE TABLE feed (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  url TEXT NOT NULL,
  owner_id INTEGER NOT NULL DEFAULT 0,      -- 0: shared by all users
  host TEXT NOT NULL,
  credentials BLOB,                         -- user:password taken out of the address, encrypted with the instance's key
  title TEXT NOT NULL DEFAULT '',
  site_url TEXT,
  description TEXT,
  language TEXT,
  format TEXT,
  image_url TEXT,
  icon_url TEXT,
  icon_id INTEGER REFERENCES icon (id),
  icon_checked_at INTEGER,
  etag TEXT,
  last_modified TEXT,
  validators_url TEXT,                      -- the address that gave them: they are sent to no other
  body_hash BLOB,
  hints TEXT,                               -- the last document's ttl and skipped hours and days, as JSON
  identity TEXT NOT NULL DEFAULT 'guid',    -- what tells entries apart: guid, link or content
  last_entry_id INTEGER NOT NULL DEFAULT 0,
  entry_count INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  next_at INTEGER,                          -- null: not fetched (gone, or nobody subscribes)
  lease_holder TEXT,
  lease_until INTEGER NOT NULL DEFAULT 0,
  lease_count INTEGER NOT NULL DEFAULT 0,   -- leases taken since the last one that was given back
  checked_at INTEGER,
  check_count INTEGER NOT NULL DEFAULT 0,
  ok_at INTEGER,
  changed_at INTEGER,
  failures INTEGER NOT NULL DEFAULT 0,
  error_code TEXT,
  error_detail TEXT,
  error_at INTEGER,
  stopped_at INTEGER,                       -- the server said 410 Gone
  moved_url TEXT,                           -- the target of a permanent redirect, asked from now on
  moved_at INTEGER,
  old_asked_at INTEGER,                         -- when the old address was asked last, to see whether it still redirects
  orphaned_at INTEGER, kind TEXT NOT NULL DEFAULT 'feed', rules TEXT, empty_rounds INTEGER NOT NULL DEFAULT 0, transport BLOB, wished_until INTEGER NOT NULL DEFAULT 0, whole_at INTEGER, previous_url TEXT, address_kept INTEGER NOT NULL DEFAULT 0, tidied_at INTEGER NOT NULL DEFAULT 0, cookies BLOB,                      -- since when nobody subscribes
  UNIQUE (url, owner_id)
);

CREATE INDEX feed_due ON feed (next_at) WHERE next_at IS NOT NULL;

CREATE INDEX feed_icon ON feed (icon_id) WHERE icon_id IS NOT NULL;

CREATE INDEX feed_icon_due ON feed (ok_at) WHERE icon_checked_at IS NULL AND ok_at IS NOT NULL;

CREATE INDEX feed_moved ON feed (moved_url) WHERE moved_url IS NOT NULL;

CREATE INDEX feed_orphaned ON feed (orphaned_at) WHERE orphaned_at IS NOT NULL;

CREATE INDEX feed_owner ON feed (owner_id) WHERE owner_id <> 0;

CREATE INDEX feed_tidied ON feed (tidied_at);

CREATE TABLE feed_check (
  feed_id INTEGER NOT NULL REFERENCES feed (id) ON DELETE CASCADE,
  slot INTEGER NOT NULL,
  at INTEGER NOT NULL,
  code TEXT NOT NULL,
  status INTEGER,
  wire_bytes INTEGER NOT NULL DEFAULT 0,
  duration_ms INTEGER NOT NULL DEFAULT 0,
  new_entries INTEGER NOT NULL DEFAULT 0,
  changed_entries INTEGER NOT NULL DEFAULT 0,
  detail TEXT,
  PRIMARY KEY (feed_id, slot)
) WITHOUT ROWID;

CREATE TABLE folder (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  parent_id INTEGER REFERENCES folder (id) ON DELETE SET NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL, retention TEXT, display TEXT, position INTEGER NOT NULL DEFAULT 0, read_when TEXT,
  UNIQUE (user_id, name_key)
);

CREATE INDEX folder_parent ON folder (parent_id);

CREATE INDEX folder_read_when ON folder (user_id) WHERE read_when IS NOT NULL;

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

CREATE TABLE full_text_due (
  entry_id INTEGER PRIMARY KEY REFERENCES entry (id) ON DELETE CASCADE,
  feed_id INTEGER NOT NULL REFERENCES feed (id) ON DELETE CASCADE,
  next_at INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0
);

CREATE INDEX full_text_due_at ON full_text_due (next_at);

CREATE INDEX full_text_due_feed ON full_text_due (feed_id);

CREATE TABLE highlight (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  entry_id INTEGER NOT NULL REFERENCES entry (id),
  quote TEXT NOT NULL,                       -- '': a note on the article as a whole
  prefix TEXT NOT NULL,
  suffix TEXT NOT NULL,
  place INTEGER NOT NULL,                      -- characters of the article's text before it
  colour TEXT NOT NULL,
  note TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
);

CREATE INDEX highlight_entry ON highlight (entry_id, user_id);

CREATE INDEX highlight_user ON highlight (user_id, id);

CREATE TABLE history (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  action TEXT NOT NULL,
  entries BLOB NOT NULL
, kept BLOB, undoes INTEGER);

CREATE INDEX history_at ON history (at);

CREATE INDEX history_user ON history (user_id, seq);

CREATE INDEX history_user_at ON history (user_id, at);

CREATE TABLE host (
  name TEXT PRIMARY KEY,
  next_at INTEGER NOT NULL DEFAULT 0,
  quiet_until INTEGER NOT NULL DEFAULT 0,
  holder TEXT,
  held_until INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE icon (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash BLOB NOT NULL UNIQUE,
  content_type TEXT NOT NULL,
  body BLOB NOT NULL
);

CREATE TABLE label (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL, colour TEXT NOT NULL DEFAULT '',
  UNIQUE (user_id, name_key)
);

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
, security TEXT NOT NULL DEFAULT 'tls', since_at INTEGER, reread_to INTEGER NOT NULL DEFAULT 0, ok_at INTEGER, taken INTEGER NOT NULL DEFAULT 0, left_out INTEGER NOT NULL DEFAULT 0, left_out_last TEXT, trying_uid INTEGER, tries INTEGER NOT NULL DEFAULT 0, lease TEXT, lease_until INTEGER NOT NULL DEFAULT 0);

CREATE INDEX mailbox_due ON mailbox (next_at);

CREATE INDEX mailbox_user ON mailbox (user_id);

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE notification (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  device_id INTEGER NOT NULL REFERENCES device (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  content TEXT NOT NULL,                   -- what it says, as JSON
  created_at INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,        -- to send it that failed
  begun INTEGER NOT NULL DEFAULT 0         -- leases since that nothing was heard of
);

CREATE INDEX notification_device ON notification (device_id);

CREATE INDEX notification_due ON notification (next_at);

CREATE TABLE play_queue (
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  entry_id INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  PRIMARY KEY (user_id, entry_id)
) WITHOUT ROWID;

CREATE INDEX play_queue_entry ON play_queue (entry_id);

CREATE TABLE progress (
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  entry_id INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  share INTEGER NOT NULL DEFAULT 0,
  played_url TEXT,                           -- which of its files
  played INTEGER NOT NULL DEFAULT 0,           -- seconds
  played_of INTEGER NOT NULL DEFAULT 0,        -- seconds that it takes; 0: not known
  at INTEGER NOT NULL,
  PRIMARY KEY (user_id, entry_id)
) WITHOUT ROWID;

CREATE INDEX progress_at ON progress (user_id, at);

CREATE INDEX progress_entry ON progress (entry_id);

CREATE TABLE robots (
  origin TEXT PRIMARY KEY,
  checked_at INTEGER NOT NULL,
  body TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX robots_checked ON robots (checked_at);

CREATE TABLE rule (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  query TEXT NOT NULL,
  folder_id INTEGER REFERENCES folder (id) ON DELETE CASCADE,              -- of what lies in it;
  subscription_id INTEGER REFERENCES subscription (id) ON DELETE CASCADE,  -- of this one alone; of neither: of all
  marks_read INTEGER NOT NULL DEFAULT 0,
  stars INTEGER NOT NULL DEFAULT 0,
  label_id INTEGER REFERENCES label (id) ON DELETE SET NULL,
  created_at INTEGER NOT NULL,
  met INTEGER NOT NULL DEFAULT 0,                -- how many arrivals met it
  met_at INTEGER                                 -- and when the last
);

CREATE INDEX rule_folder ON rule (folder_id) WHERE folder_id IS NOT NULL;

CREATE INDEX rule_label ON rule (label_id) WHERE label_id IS NOT NULL;

CREATE INDEX rule_subscription ON rule (subscription_id) WHERE subscription_id IS NOT NULL;

CREATE INDEX rule_user ON rule (user_id);

CREATE TABLE rule_due (
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  entry_id INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  again INTEGER NOT NULL DEFAULT 0,              -- 1: it came back changed, and may only be read
  PRIMARY KEY (user_id, entry_id)
);

CREATE INDEX rule_due_entry ON rule_due (entry_id);

CREATE TABLE saved_search (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,                     -- from 1 on, as the user put them
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  query TEXT NOT NULL,                      -- '' asks for the whole stream
  kind TEXT NOT NULL,                       -- the stream that is searched
  key INTEGER,
  shown TEXT NOT NULL DEFAULT '',           -- '': all
  sort_order TEXT NOT NULL DEFAULT '',      -- '': as that stream stands
  UNIQUE (user_id, name_key)
);

CREATE TABLE session (
  token_hash BLOB PRIMARY KEY,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX session_expiry ON session (expires_at);

CREATE INDEX session_of_user ON session (user_id);

CREATE TABLE star (
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  listed_at INTEGER NOT NULL,
  entry_id INTEGER NOT NULL REFERENCES entry (id),
  feed_id INTEGER NOT NULL,
  starred_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, listed_at, entry_id)
) WITHOUT ROWID;

CREATE INDEX star_entry ON star (entry_id);

CREATE INDEX star_feed ON star (user_id, feed_id, listed_at, entry_id);

CREATE TABLE subscription (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  feed_id INTEGER NOT NULL REFERENCES feed (id),
  title TEXT NOT NULL DEFAULT '',           -- '': the feed's own
  visibility TEXT NOT NULL DEFAULT 'main',
  hidden_from_visitors INTEGER NOT NULL DEFAULT 0,
  unread_count INTEGER NOT NULL DEFAULT 0,
  seen_entry_id INTEGER NOT NULL DEFAULT 0, -- delivered up to this entry
  created_at INTEGER NOT NULL, full_text TEXT NOT NULL DEFAULT 'off', full_text_rules TEXT, revised_unread INTEGER NOT NULL DEFAULT 0, retention TEXT, followed_folder_id INTEGER REFERENCES folder (id) ON DELETE SET NULL, followed_url TEXT, display TEXT, paused_at INTEGER, unapplied TEXT, read_when TEXT, own_icon_id INTEGER REFERENCES icon (id), own_site_url TEXT, own_description TEXT, spared_entry_id INTEGER NOT NULL DEFAULT 0,
  UNIQUE (user_id, feed_id)
);

CREATE INDEX subscription_feed ON subscription (feed_id);

CREATE INDEX subscription_followed ON subscription (followed_folder_id) WHERE followed_folder_id IS NOT NULL;

CREATE INDEX subscription_own_icon ON subscription (own_icon_id) WHERE own_icon_id IS NOT NULL;

CREATE INDEX subscription_paused ON subscription (feed_id) WHERE paused_at IS NOT NULL;

CREATE INDEX subscription_read_when ON subscription (user_id, feed_id) WHERE read_when IS NOT NULL;

CREATE INDEX subscription_retention ON subscription (feed_id) WHERE retention IS NOT NULL;

CREATE TABLE subscription_folder (
  subscription_id INTEGER NOT NULL REFERENCES subscription (id) ON DELETE CASCADE,
  folder_id INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
  PRIMARY KEY (subscription_id, folder_id)
) WITHOUT ROWID;

CREATE INDEX subscription_folder_folder ON subscription_folder (folder_id);

CREATE TABLE tombstone (
  feed_id INTEGER NOT NULL REFERENCES feed (id) ON DELETE CASCADE,
  guid_hash BLOB NOT NULL,
  PRIMARY KEY (feed_id, guid_hash)
) WITHOUT ROWID;

CREATE TABLE unread (
  user_id INTEGER NOT NULL,
  feed_id INTEGER NOT NULL,
  listed_at INTEGER NOT NULL,
  entry_id INTEGER NOT NULL, kept INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (user_id, feed_id, listed_at, entry_id)
) WITHOUT ROWID;

CREATE INDEX unread_listed ON unread (user_id, listed_at, entry_id);

CREATE TABLE users (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  is_admin INTEGER NOT NULL DEFAULT 0,
  language TEXT NOT NULL DEFAULT 'en',
  time_zone TEXT NOT NULL DEFAULT 'UTC',
  preview INTEGER NOT NULL DEFAULT 0,
  open_to_visitors INTEGER NOT NULL DEFAULT 0,
  indexed INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  active_at INTEGER NOT NULL
, retention TEXT, preferences TEXT NOT NULL DEFAULT '', visitors_may_refresh INTEGER NOT NULL DEFAULT 0);

CREATE INDEX users_read_when ON users (id) WHERE preferences LIKE '%"read_when"%';

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

CREATE TABLE websub_push (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  feed_id INTEGER NOT NULL REFERENCES feed (id) ON DELETE CASCADE,
  content_type TEXT NOT NULL,
  size INTEGER NOT NULL,                     -- of the body as it is here
  body BLOB NOT NULL,                        -- a zstd frame
  next_at INTEGER NOT NULL,                  -- when it may be taken (again)
  tries INTEGER NOT NULL DEFAULT 0           -- times that somebody took it
);

CREATE INDEX websub_push_due ON websub_push (next_at, id);

CREATE INDEX websub_push_feed ON websub_push (feed_id, id, size);
