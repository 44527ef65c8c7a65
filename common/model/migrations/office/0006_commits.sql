-- How often one of our programs committed what the triggers captured, so that a commit of anybody
-- else stands out: the log of SQLite counts them all.
ALTER TABLE tq_state ADD COLUMN commits INTEGER NOT NULL DEFAULT 0;
