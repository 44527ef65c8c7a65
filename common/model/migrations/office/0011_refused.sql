-- Changes of rows that the district did not take: the cell went back to the district's value, so what
-- was written here stands nowhere else in the file. Kept until a person has answered.
CREATE TABLE tq_refused(
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- what people call it by
    tbl INTEGER NOT NULL,
    key BLOB NOT NULL,
    cell INTEGER NOT NULL,
    mine TEXT NOT NULL,              -- "number=quoted," repeated
    reason INTEGER NOT NULL,         -- reason.h
    "column" INTEGER NOT NULL,       -- at fault; 0: the row
    detail TEXT NOT NULL,
    set_n INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    answered INTEGER NOT NULL DEFAULT 0,
    UNIQUE(tbl, key, cell)
) STRICT;
