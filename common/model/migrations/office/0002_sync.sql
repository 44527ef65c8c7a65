-- The office's side of synchronisation: what was sealed, what the district answered, what waits.
CREATE TABLE tq_set(
    n INTEGER PRIMARY KEY,           -- order in this file
    incarnation INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    prev BLOB NOT NULL,
    payload BLOB NOT NULL,           -- as first sealed; never rewritten
    signature BLOB NOT NULL,
    sealed_at INTEGER NOT NULL,
    nchanges INTEGER NOT NULL,
    acked INTEGER NOT NULL DEFAULT 0,     -- 0 waits, 1 receipt stored, 2 sealed again
    canonical INTEGER NOT NULL DEFAULT 0, -- its accepted changes were made canonical
    merged_at INTEGER,               -- of its latest receipt
    UNIQUE(incarnation, seq)
) STRICT;
CREATE INDEX tq_set_open ON tq_set(acked, canonical, n);
CREATE TABLE tq_receipt(
    incarnation INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    t INTEGER NOT NULL,
    bytes BLOB NOT NULL,             -- encoded, signature included
    PRIMARY KEY(incarnation, seq, t)
) STRICT, WITHOUT ROWID;
CREATE TABLE tq_returned(
    tbl INTEGER NOT NULL,
    key BLOB NOT NULL,
    reason INTEGER NOT NULL,         -- reason.h; 0: the district no longer has the row
    "column" INTEGER NOT NULL,       -- at fault; 0: the row
    detail TEXT NOT NULL,
    set_n INTEGER,
    place INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY(tbl, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE tq_cell_history(
    tbl INTEGER NOT NULL,
    key BLOB NOT NULL,
    cell INTEGER NOT NULL,
    seq INTEGER NOT NULL,            -- of the row when it came
    device INTEGER NOT NULL,
    author TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY(tbl, key, cell, seq) -- key columns first: integrity_check of SQLite 3.40 needs it
) STRICT, WITHOUT ROWID;
CREATE TABLE tq_fault(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    kind INTEGER NOT NULL,           -- 1 a value differed, 2 a row was missing, 3 a row too many
    tbl INTEGER NOT NULL,
    key BLOB NOT NULL,
    cell INTEGER NOT NULL,           -- number of the column; 0: the whole row
    found ANY,
    expected ANY,
    text TEXT NOT NULL               -- table, key and column by name
) STRICT;
CREATE TABLE tq_broadcast(
    tbl INTEGER PRIMARY KEY,         -- 0: the last broadcast as a whole
    seq INTEGER NOT NULL
) STRICT;
