-- A search that a person keeps: what it asks, where, and how its stream is shown.
CREATE TABLE saved_search (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  position BIGINT NOT NULL,                     -- from 1 on, as the user put them
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  query TEXT NOT NULL,                      -- '' asks for the whole stream
  kind TEXT NOT NULL,                       -- the stream that is searched
  key BIGINT,
  shown TEXT NOT NULL DEFAULT '',           -- '': all
  sort_order TEXT NOT NULL DEFAULT '',      -- '': as that stream stands
  UNIQUE (user_id, name_key)
);

-- What is done by itself with what arrives and meets a query.
CREATE TABLE rule (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  query TEXT NOT NULL,
  folder_id BIGINT REFERENCES folder (id) ON DELETE CASCADE,              -- of what lies in it;
  subscription_id BIGINT REFERENCES subscription (id) ON DELETE CASCADE,  -- of this one alone; of neither: of all
  marks_read BIGINT NOT NULL DEFAULT 0,
  stars BIGINT NOT NULL DEFAULT 0,
  label_id BIGINT REFERENCES label (id) ON DELETE SET NULL,
  created_at BIGINT NOT NULL,
  met BIGINT NOT NULL DEFAULT 0,                -- how many arrivals met it
  met_at BIGINT                                 -- and when the last
);
CREATE INDEX rule_user ON rule (user_id);
CREATE INDEX rule_folder ON rule (folder_id) WHERE folder_id IS NOT NULL;
CREATE INDEX rule_subscription ON rule (subscription_id) WHERE subscription_id IS NOT NULL;
CREATE INDEX rule_label ON rule (label_id) WHERE label_id IS NOT NULL;

-- What waited to be delivered up to this entry when somebody chose anew what counts as read by itself: it is not.
ALTER TABLE subscription ADD COLUMN spared_entry_id BIGINT NOT NULL DEFAULT 0;

-- What was delivered to somebody who has rules, and waits for them.
CREATE TABLE rule_due (
  user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  entry_id BIGINT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
  again BIGINT NOT NULL DEFAULT 0,              -- 1: it came back changed, and may only be read
  PRIMARY KEY (user_id, entry_id)
);
CREATE INDEX rule_due_entry ON rule_due (entry_id);

-- Which deed this one took back: who takes back one after the other finds everything as it was before the first.
ALTER TABLE history ADD COLUMN undoes BIGINT;
