-- What the capture triggers write, and where the office stands in its syncs.

-- Triggers fire only while applying = 0.
CREATE TABLE tq_flag (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    applying INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO tq_flag (id) VALUES (1);

-- author: set by our programs inside their own transaction; '' means "written by another tool".
CREATE TABLE tq_state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    role TEXT NOT NULL DEFAULT 'office',
    district BLOB,
    district_name TEXT,
    unit TEXT,
    device INTEGER,
    letter TEXT,
    incarnation INTEGER,
    schema INTEGER,
    author TEXT NOT NULL DEFAULT '',
    cursor INTEGER NOT NULL DEFAULT 0,
    seen INTEGER NOT NULL DEFAULT 0,
    t_seen INTEGER NOT NULL DEFAULT 0,
    scan_h INTEGER NOT NULL DEFAULT 0,
    scan_table INTEGER NOT NULL DEFAULT 0,
    scan_key BLOB,
    scope TEXT NOT NULL DEFAULT '',
    top INTEGER NOT NULL DEFAULT 0,
    top_hash BLOB,
    epoch INTEGER NOT NULL DEFAULT 0,
    loading INTEGER NOT NULL DEFAULT 1,
    label_counter INTEGER NOT NULL DEFAULT 0,
    last_sent_at INTEGER,
    last_confirmed_at INTEGER,
    last_received_at INTEGER,
    last_heard_at INTEGER,
    equal_as_of INTEGER,
    equal_at INTEGER,
    read_every_row_at INTEGER,
    foreign_write INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO tq_state (id) VALUES (1);

-- One row for each insert (cell 0) and for each changed cell of an update. AUTOINCREMENT: the id is
-- the order of this device and is never given twice.
CREATE TABLE tq_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tbl INTEGER NOT NULL,
    cell INTEGER NOT NULL,
    key BLOB NOT NULL,
    owner TEXT,
    lock_on TEXT,
    old TEXT,
    new TEXT,
    at_ms INTEGER NOT NULL,
    author TEXT NOT NULL,
    incarnation INTEGER,
    seen INTEGER NOT NULL,
    t_seen INTEGER NOT NULL
) STRICT;

-- One row for each unsettled cell, over the canonical value under it (NULL: no such row).
CREATE TABLE tq_pending (
    tbl INTEGER NOT NULL,
    key BLOB NOT NULL,
    cell INTEGER NOT NULL,
    base TEXT,
    seen INTEGER NOT NULL,
    t_seen INTEGER NOT NULL,
    set_n INTEGER,
    state INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tbl, key, cell)
) STRICT, WITHOUT ROWID;

-- What our program installed, so that a trigger that someone dropped or changed is noticed.
CREATE TABLE tq_trigger (
    name TEXT NOT NULL PRIMARY KEY,
    hash BLOB NOT NULL
) STRICT, WITHOUT ROWID;
