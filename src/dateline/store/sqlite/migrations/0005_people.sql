-- Folders stand where their owner puts them: the lowest position first, by name among equals.
ALTER TABLE folder ADD COLUMN position INTEGER NOT NULL DEFAULT 0;

-- What the file that brought a subscription says and nothing here does yet, as JSON: given back when one leaves.
ALTER TABLE subscription ADD COLUMN unapplied TEXT;
-- The cookies that a server gave a feed that keeps them, encrypted with the instance's key; for this feed alone.
ALTER TABLE feed ADD COLUMN cookies BLOB;

-- Which of the entries that a deed read had been marked unread by hand, so that its undoing gives that back; null: none.
ALTER TABLE history ADD COLUMN kept BLOB;

-- Browsers that are told of news (Web Push). A device belongs to the session that added it, and goes with it.
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
CREATE INDEX device_user ON device (user_id);
CREATE INDEX device_session ON device (session_hash);

-- What is to be shown on a device, until its push service has it: a queue by lease.
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
CREATE INDEX notification_due ON notification (next_at);
CREATE INDEX notification_device ON notification (device_id);
