-- How each person reads, and what reading makes.

-- The search index is merged by eight segments at a time instead of four: an eighth of its writing less.
INSERT INTO entry_text (entry_text, rank) VALUES ('automerge', 8);

-- What a person chose, as JSON (model.Preferences); '' = all as it comes. A folder and a subscription may differ (model.Display).
ALTER TABLE users ADD COLUMN preferences TEXT NOT NULL DEFAULT '';
ALTER TABLE folder ADD COLUMN display TEXT;
ALTER TABLE subscription ADD COLUMN display TEXT;

-- What hubs brought and signed, until a worker has read it: in order within a feed, the first one taken by lease.
CREATE TABLE websub_push (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  feed_id INTEGER NOT NULL REFERENCES feed (id) ON DELETE CASCADE,
  content_type TEXT NOT NULL,
  size INTEGER NOT NULL,                     -- of the body as it is here
  body BLOB NOT NULL,                        -- a zstd frame
  next_at INTEGER NOT NULL,                  -- when it may be taken (again)
  tries INTEGER NOT NULL DEFAULT 0           -- times that somebody took it
);
CREATE INDEX websub_push_feed ON websub_push (feed_id, id, size);
CREATE INDEX websub_push_due ON websub_push (next_at, id);

-- A label's colour: a word of the palette (store/labels.py), '' for none.
ALTER TABLE label ADD COLUMN colour TEXT NOT NULL DEFAULT '';

-- 1: marked unread by hand: scrolling past does not mark it read again.
ALTER TABLE unread ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;

-- Mailboxes that newsletters are read from (table mailbox).
ALTER TABLE mailbox ADD COLUMN security TEXT NOT NULL DEFAULT 'tls';  -- tls, starttls, none (fetch.imap_wire)
ALTER TABLE mailbox ADD COLUMN since_at INTEGER;                  -- what came before is left out when UIDs begin anew; null: nothing is
ALTER TABLE mailbox ADD COLUMN reread_to INTEGER NOT NULL DEFAULT 0;  -- up to this UID mails were there when UIDs began anew
ALTER TABLE mailbox ADD COLUMN ok_at INTEGER;
ALTER TABLE mailbox ADD COLUMN taken INTEGER NOT NULL DEFAULT 0;  -- mails that became articles
ALTER TABLE mailbox ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0;  -- mails that could not
ALTER TABLE mailbox ADD COLUMN left_out_last TEXT;                  -- the last of them, JSON: uid, code, detail, at
ALTER TABLE mailbox ADD COLUMN trying_uid INTEGER;                -- the mail that is being read, and how many rounds began it
ALTER TABLE mailbox ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mailbox ADD COLUMN lease TEXT;                          -- who reads it now, and how long that is believed
ALTER TABLE mailbox ADD COLUMN lease_until INTEGER NOT NULL DEFAULT 0;
