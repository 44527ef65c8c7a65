-- The device before, when another one goes on with the file: its sets stay as they were signed.
ALTER TABLE tq_fork ADD COLUMN former INTEGER NOT NULL DEFAULT 0;
