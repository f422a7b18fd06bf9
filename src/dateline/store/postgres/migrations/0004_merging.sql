-- Only SQLite's search index is told how to merge; the number stays the same on both.
SELECT 1;
