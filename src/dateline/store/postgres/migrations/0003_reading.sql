-- How each person reads, and what reading makes.

-- What a person chose, as JSON (model.Preferences); '' = all as it comes. A folder and a subscription may differ (model.Display).
ALTER TABLE users ADD COLUMN preferences TEXT NOT NULL DEFAULT '';
ALTER TABLE folder ADD COLUMN display TEXT;
ALTER TABLE subscription ADD COLUMN display TEXT;

-- What hubs brought and signed, until a worker has read it: in order within a feed, the first one taken by lease.
CREATE TABLE websub_push (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  feed_id BIGINT NOT NULL REFERENCES feed (id) ON DELETE CASCADE,
  content_type TEXT NOT NULL,
  size BIGINT NOT NULL,                      -- of the body as it is here
  body BYTEA NOT NULL,                       -- a zstd frame
  next_at BIGINT NOT NULL,                   -- when it may be taken (again)
  tries BIGINT NOT NULL DEFAULT 0            -- times that somebody took it
);
CREATE INDEX websub_push_feed ON websub_push (feed_id, id, size);
CREATE INDEX websub_push_due ON websub_push (next_at, id);

-- A label's colour: a word of the palette (store/labels.py), '' for none.
ALTER TABLE label ADD COLUMN colour TEXT NOT NULL DEFAULT '';

-- 1: marked unread by hand: scrolling past does not mark it read again.
ALTER TABLE unread ADD COLUMN kept BIGINT NOT NULL DEFAULT 0;

-- Mailboxes that newsletters are read from (table mailbox).
ALTER TABLE mailbox ADD COLUMN security TEXT NOT NULL DEFAULT 'tls';  -- tls, starttls, none (fetch.imap_wire)
ALTER TABLE mailbox ADD COLUMN since_at BIGINT;                  -- what came before is left out when UIDs begin anew; null: nothing is
ALTER TABLE mailbox ADD COLUMN reread_to BIGINT NOT NULL DEFAULT 0;  -- up to this UID mails were there when UIDs began anew
ALTER TABLE mailbox ADD COLUMN ok_at BIGINT;
ALTER TABLE mailbox ADD COLUMN taken BIGINT NOT NULL DEFAULT 0;  -- mails that became articles
ALTER TABLE mailbox ADD COLUMN left_out BIGINT NOT NULL DEFAULT 0;  -- mails that could not
ALTER TABLE mailbox ADD COLUMN left_out_last TEXT;                  -- the last of them, JSON: uid, code, detail, at
ALTER TABLE mailbox ADD COLUMN trying_uid BIGINT;                -- the mail that is being read, and how many rounds began it
ALTER TABLE mailbox ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE mailbox ADD COLUMN lease TEXT;                          -- who reads it now, and how long that is believed
ALTER TABLE mailbox ADD COLUMN lease_until BIGINT NOT NULL DEFAULT 0;
