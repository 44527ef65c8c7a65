-- Imports of CSV files, so that one can be taken back as a whole.
CREATE TABLE tq_import (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    author TEXT NOT NULL,
    files TEXT NOT NULL,
    added INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    undone_at INTEGER
) STRICT;

-- One row for each row that it added (column 0) and for each cell that it changed.
CREATE TABLE tq_import_cell (
    n INTEGER NOT NULL,
    id INTEGER NOT NULL,
    tbl INTEGER NOT NULL,
    key BLOB NOT NULL,
    "column" INTEGER NOT NULL,
    old ANY,
    new ANY,
    PRIMARY KEY (n, id)
) STRICT, WITHOUT ROWID;
