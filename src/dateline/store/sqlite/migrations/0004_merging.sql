-- The search index merges sixteen segments at a time, a piece with each write; all at once only where that cannot keep
-- up: a merge of thousands of entries would let others wait.
INSERT INTO entry_text (entry_text, rank) VALUES ('automerge', 16);
INSERT INTO entry_text (entry_text, rank) VALUES ('crisismerge', 64);
