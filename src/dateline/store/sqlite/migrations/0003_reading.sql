-- How each person reads, and what reading makes.

-- What a person chose, as JSON (model.Preferences); '' = all as it comes. A folder and a subscription may differ (model.Display).
ALTER TABLE users ADD COLUMN preferences TEXT NOT NULL DEFAULT '';
ALTER TABLE folder ADD COLUMN display TEXT;
ALTER TABLE subscription ADD COLUMN display TEXT;
