-- The catalogue's version whose column list the kept digests add up: after an upgrade they are made
-- anew.
ALTER TABLE tq_district ADD COLUMN digest_schema INTEGER NOT NULL DEFAULT 1;
