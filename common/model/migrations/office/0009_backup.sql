-- What the district said of its backups: what is in one that was restored for a test.
ALTER TABLE tq_state ADD COLUMN backed_up INTEGER NOT NULL DEFAULT 0;   -- up to this sequence
ALTER TABLE tq_state ADD COLUMN backup_from INTEGER NOT NULL DEFAULT 0; -- older ones do not count
