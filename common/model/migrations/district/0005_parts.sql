-- What waits, again: `cell` is the one cell of an insert that waits apart (0: the whole change), and
-- no id is given twice, for a list that was read before may name one that is gone.
CREATE TABLE tq_held_new (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind INTEGER NOT NULL,
    reason INTEGER NOT NULL,
    fault_column INTEGER NOT NULL,
    set_n INTEGER NOT NULL,
    place INTEGER NOT NULL,
    e INTEGER NOT NULL,
    wait_tbl INTEGER NOT NULL,
    wait_key BLOB NOT NULL,
    tbl INTEGER NOT NULL,
    key BLOB NOT NULL,
    cell INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO tq_held_new (id, kind, reason, fault_column, set_n, place, e, wait_tbl, wait_key, tbl, key)
    SELECT id, kind, reason, fault_column, set_n, place, e, wait_tbl, wait_key, tbl, key FROM tq_held;
DROP TABLE tq_held;
ALTER TABLE tq_held_new RENAME TO tq_held;
CREATE INDEX tq_held_wait ON tq_held (wait_tbl, wait_key);
CREATE INDEX tq_held_about ON tq_held (tbl, key);
