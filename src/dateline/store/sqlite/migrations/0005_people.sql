-- Folders stand where their owner puts them: the lowest position first, by name among equals.
ALTER TABLE folder ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
