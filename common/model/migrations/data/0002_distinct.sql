-- Pairs of rows that look alike and that a person has said are two things. Of this file alone: it
-- settles a list, it changes no figure. first_key < second_key.
CREATE TABLE tq_distinct (
    tbl INTEGER NOT NULL,
    first_key BLOB NOT NULL,
    second_key BLOB NOT NULL,
    author TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (tbl, first_key, second_key)
) STRICT, WITHOUT ROWID;
