-- Times are integers: microseconds since 1970 UTC. Truth values are 0 or 1. Hashes are 16-byte BLAKE2b.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE users (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  is_admin BIGINT NOT NULL DEFAULT 0,
  language TEXT NOT NULL DEFAULT 'en',
  time_zone TEXT NOT NULL DEFAULT 'UTC',
  preview BIGINT NOT NULL DEFAULT 0,
  open_to_visitors BIGINT NOT NULL DEFAULT 0,
  indexed BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  active_at BIGINT NOT NULL
);

CREATE TABLE session (
  token_hash BYTEA PRIMARY KEY,
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX session_of_user ON session (user_id);
CREATE INDEX session_expiry ON session (expires_at);

-- Failed logins, counted per name and per client address.
CREATE TABLE attempt (
  key TEXT PRIMARY KEY,
  failures BIGINT NOT NULL,
  last_at BIGINT NOT NULL
);

CREATE TABLE icon (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  hash BYTEA NOT NULL UNIQUE,
  content_type TEXT NOT NULL,
  body BYTEA NOT NULL
);

-- Politeness, shared by all processes: who may ask a host, and when again.
CREATE TABLE host (
  name TEXT PRIMARY KEY,
  next_at BIGINT NOT NULL DEFAULT 0,
  quiet_until BIGINT NOT NULL DEFAULT 0,
  holder TEXT,
  held_until BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE feed (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  url TEXT NOT NULL,
  owner_id BIGINT NOT NULL DEFAULT 0,      -- 0: shared by all users
  host TEXT NOT NULL,
  credentials BYTEA,                         -- user:password taken out of the address, encrypted with the instance's key
  title TEXT NOT NULL DEFAULT '',
  site_url TEXT,
  description TEXT,
  language TEXT,
  format TEXT,
  image_url TEXT,
  icon_url TEXT,
  icon_id BIGINT REFERENCES icon (id),
  icon_checked_at BIGINT,
  etag TEXT,
  last_modified TEXT,
  validators_url TEXT,                      -- the address that gave them: they are sent to no other
  body_hash BYTEA,
  hints TEXT,                               -- the last document's ttl and skipped hours and days, as JSON
  identity TEXT NOT NULL DEFAULT 'guid',    -- what tells entries apart: guid, link or content
  last_entry_id BIGINT NOT NULL DEFAULT 0,
  entry_count BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  next_at BIGINT,                          -- null: not fetched (gone, or nobody subscribes)
  lease_holder TEXT,
  lease_until BIGINT NOT NULL DEFAULT 0,
  lease_count BIGINT NOT NULL DEFAULT 0,   -- leases taken since the last one that was given back
  checked_at BIGINT,
  check_count BIGINT NOT NULL DEFAULT 0,
  ok_at BIGINT,
  changed_at BIGINT,
  failures BIGINT NOT NULL DEFAULT 0,
  error_code TEXT,
  error_detail TEXT,
  error_at BIGINT,
  stopped_at BIGINT,                       -- the server said 410 Gone
  moved_url TEXT,                           -- the target of a permanent redirect, asked from now on
  moved_at BIGINT,
  old_asked_at BIGINT,                          -- when the old address was asked last, to see whether it still redirects
  orphaned_at BIGINT,                      -- since when nobody subscribes
  UNIQUE (url, owner_id)
);
CREATE INDEX feed_due ON feed (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX feed_icon_due ON feed (ok_at) WHERE icon_checked_at IS NULL AND ok_at IS NOT NULL;
CREATE INDEX feed_orphaned ON feed (orphaned_at) WHERE orphaned_at IS NOT NULL;
CREATE INDEX feed_icon ON feed (icon_id) WHERE icon_id IS NOT NULL;
CREATE INDEX feed_moved ON feed (moved_url) WHERE moved_url IS NOT NULL;

-- The last 50 checks of each feed: slot = number of the check modulo 50.
CREATE TABLE feed_check (
  feed_id BIGINT NOT NULL REFERENCES feed (id) ON DELETE CASCADE,
  slot BIGINT NOT NULL,
  at BIGINT NOT NULL,
  code TEXT NOT NULL,
  status BIGINT,
  wire_bytes BIGINT NOT NULL DEFAULT 0,
  duration_ms BIGINT NOT NULL DEFAULT 0,
  new_entries BIGINT NOT NULL DEFAULT 0,
  changed_entries BIGINT NOT NULL DEFAULT 0,
  detail TEXT,
  PRIMARY KEY (feed_id, slot)
);

CREATE TABLE entry (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  feed_id BIGINT NOT NULL REFERENCES feed (id),
  guid TEXT NOT NULL,
  guid_hash BYTEA NOT NULL,
  content_hash BYTEA NOT NULL,
  url TEXT,
  title TEXT NOT NULL,
  authors TEXT,
  tags TEXT,
  language TEXT,
  enclosures TEXT,
  thumbnail_url TEXT,
  comments_url TEXT,
  preview TEXT NOT NULL,
  word_count BIGINT NOT NULL,
  published_at BIGINT,
  updated_at BIGINT,
  received_at BIGINT NOT NULL,
  listed_at BIGINT NOT NULL,
  gone_at BIGINT,
  UNIQUE (feed_id, guid_hash)
);
CREATE INDEX entry_listed ON entry (feed_id, listed_at, id);
CREATE INDEX entry_arrived ON entry (feed_id, id);
CREATE INDEX entry_carried ON entry (feed_id) WHERE gone_at IS NULL;

-- body: zstd of the msgpack of [safe HTML, raw content, raw summary, base address]; version: the cleaner's.
CREATE TABLE entry_body (
  entry_id BIGINT PRIMARY KEY REFERENCES entry (id) ON DELETE CASCADE,
  version BIGINT NOT NULL,
  body BYTEA NOT NULL
);

-- Purged entries never come back as new.
CREATE TABLE tombstone (
  feed_id BIGINT NOT NULL REFERENCES feed (id) ON DELETE CASCADE,
  guid_hash BYTEA NOT NULL,
  PRIMARY KEY (feed_id, guid_hash)
);

CREATE TABLE subscription (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  feed_id BIGINT NOT NULL REFERENCES feed (id),
  title TEXT NOT NULL DEFAULT '',           -- '': the feed's own
  visibility TEXT NOT NULL DEFAULT 'main',
  hidden_from_visitors BIGINT NOT NULL DEFAULT 0,
  unread_count BIGINT NOT NULL DEFAULT 0,
  seen_entry_id BIGINT NOT NULL DEFAULT 0, -- delivered up to this entry
  created_at BIGINT NOT NULL,
  UNIQUE (user_id, feed_id)
);
CREATE INDEX subscription_feed ON subscription (feed_id);

CREATE TABLE folder (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  parent_id BIGINT REFERENCES folder (id) ON DELETE SET NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  UNIQUE (user_id, name_key)
);
CREATE INDEX folder_parent ON folder (parent_id);

CREATE TABLE subscription_folder (
  subscription_id BIGINT NOT NULL REFERENCES subscription (id) ON DELETE CASCADE,
  folder_id BIGINT NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
  PRIMARY KEY (subscription_id, folder_id)
);
CREATE INDEX subscription_folder_folder ON subscription_folder (folder_id);

-- A row exists only while the entry is unread.
CREATE TABLE unread (
  user_id BIGINT NOT NULL,
  feed_id BIGINT NOT NULL,
  listed_at BIGINT NOT NULL,
  entry_id BIGINT NOT NULL,
  PRIMARY KEY (user_id, feed_id, listed_at, entry_id)
);
CREATE INDEX unread_listed ON unread (user_id, listed_at, entry_id) INCLUDE (feed_id);

CREATE TABLE star (
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  listed_at BIGINT NOT NULL,
  entry_id BIGINT NOT NULL REFERENCES entry (id),
  feed_id BIGINT NOT NULL,
  starred_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, listed_at, entry_id)
);
CREATE INDEX star_entry ON star (entry_id);

CREATE TABLE label (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  UNIQUE (user_id, name_key)
);

CREATE TABLE entry_label (
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  label_id BIGINT NOT NULL REFERENCES label (id) ON DELETE CASCADE,
  listed_at BIGINT NOT NULL,
  entry_id BIGINT NOT NULL REFERENCES entry (id),
  feed_id BIGINT NOT NULL,
  PRIMARY KEY (user_id, label_id, listed_at, entry_id)
);
CREATE INDEX entry_label_entry ON entry_label (entry_id);

-- One row an action; entries: zstd of the packed ids (signed 64-bit, little-endian, rising).
CREATE TABLE history (
  seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  at BIGINT NOT NULL,
  action TEXT NOT NULL,
  entries BYTEA NOT NULL
);
CREATE INDEX history_user ON history (user_id, seq);
CREATE INDEX history_at ON history (at);

-- Entries whose text changed after they were indexed.
CREATE TABLE entry_edited (entry_id BIGINT PRIMARY KEY);

CREATE TABLE entry_text (
  entry_id BIGINT PRIMARY KEY REFERENCES entry (id) ON DELETE CASCADE,
  words TSVECTOR NOT NULL
);
CREATE INDEX entry_text_words ON entry_text USING gin (words);
