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
-- How far somebody is in an article, until it is finished: share of its text in thousandths; seconds of what it plays.
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

-- What shall be played next, in order of place.
CREATE TABLE play_queue (
  user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  entry_id INTEGER NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  place INTEGER NOT NULL,
  PRIMARY KEY (user_id, entry_id)
) WITHOUT ROWID;
CREATE INDEX play_queue_entry ON play_queue (entry_id);

-- Highlights and notes: the words with what stands around them, so that they are found again in a changed article.
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
CREATE INDEX highlight_user ON highlight (user_id, id);
CREATE INDEX highlight_entry ON highlight (entry_id, user_id);


-- A subscription that rests since then: nothing of it is delivered; a feed whose subscribers all rest is not fetched.
ALTER TABLE subscription ADD COLUMN paused_at INTEGER;
CREATE INDEX subscription_paused ON subscription (feed_id) WHERE paused_at IS NOT NULL;

-- What somebody did since a moment: deeds that are told late do not undo what was done after them.
CREATE INDEX history_user_at ON history (user_id, at);
