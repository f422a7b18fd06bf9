-- Folders stand where their owner puts them: the lowest position first, by name among equals.
ALTER TABLE folder ADD COLUMN position INTEGER NOT NULL DEFAULT 0;

-- What the file that brought a subscription says and nothing here does yet, as JSON: given back when one leaves.
ALTER TABLE subscription ADD COLUMN unapplied TEXT;
-- The cookies that a server gave a feed that keeps them, encrypted with the instance's key; for this feed alone.
ALTER TABLE feed ADD COLUMN cookies BLOB;

-- Which of the entries that a deed read had been marked unread by hand, so that its undoing gives that back; null: none.
ALTER TABLE history ADD COLUMN kept BLOB;
