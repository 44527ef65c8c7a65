-- What the neighbour says beside rows, in each Hello (link 0: in the mailbox that it reads): the hash of the
-- agreement that it goes by, and the minutes that it has otherwise, as they came.
CREATE TABLE tq_liaison_word (
    link INTEGER PRIMARY KEY,
    agreement BLOB NOT NULL,
    minutes BLOB NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;

-- Rows whose minutes the two sides do not have alike while one of them has signed, with what the neighbour
-- says. incoming 1: a row of the neighbour's. before 1: it signed what stood in our row before.
CREATE TABLE tq_liaison_minutes (
    tbl INTEGER NOT NULL,
    key BLOB NOT NULL,
    link INTEGER NOT NULL,
    incoming INTEGER NOT NULL,
    before INTEGER NOT NULL,
    number TEXT,
    hash BLOB,
    signed_on TEXT,
    since_ms INTEGER NOT NULL,
    PRIMARY KEY (tbl, key)
) STRICT, WITHOUT ROWID;

-- Of a row of ours: what its minutes were (a hash of number and hash) when the neighbour's signature came, and
-- with which change of the mailbox it came.
CREATE TABLE tq_liaison_signed (
    tbl INTEGER NOT NULL,
    key BLOB NOT NULL,
    answer INTEGER NOT NULL,
    minutes BLOB NOT NULL,
    PRIMARY KEY (tbl, key)
) STRICT, WITHOUT ROWID;
