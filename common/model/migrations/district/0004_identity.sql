-- Files that were restored or copied: which state of which file an incarnation was given for (so
-- that a lost Welcome is answered the same again), why, and where it was last heard from.
ALTER TABLE tq_incarnation ADD COLUMN fork INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tq_incarnation ADD COLUMN head_incarnation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tq_incarnation ADD COLUMN head_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tq_incarnation ADD COLUMN head_hash BLOB;
ALTER TABLE tq_incarnation ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tq_incarnation ADD COLUMN place BLOB;
ALTER TABLE tq_incarnation ADD COLUMN heard_at INTEGER;

-- A device whose keys were lost goes on as another one with the same file.
ALTER TABLE tq_device ADD COLUMN former INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tq_chain ADD COLUMN parent_device INTEGER NOT NULL DEFAULT 0;
