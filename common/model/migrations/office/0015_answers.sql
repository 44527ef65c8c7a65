-- What people answered in the inbox that is no decision of a conflict (those are rows of their own),
-- so that it can be taken back: of this machine alone.
CREATE TABLE tq_answer (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- the order in which they were given
    item TEXT NOT NULL,             -- what the item is called: its key in hex, or r and a number
    kind TEXT NOT NULL,             -- returned, held, correction, refused, conflict
    what TEXT NOT NULL,             -- keep, take, edit
    tbl INTEGER NOT NULL,
    key BLOB NOT NULL,
    before TEXT NOT NULL,           -- "number=quoted," repeated: what stood
    after TEXT NOT NULL,            -- what was written; of keep: what was not taken
    refused INTEGER NOT NULL,       -- the change in tq_refused that it answered; 0: none
    author TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0
) STRICT;

-- A refused change whose answer was taken back waits again: of the changes of its cell only those
-- after this id of tq_log answer it. 0: any does.
ALTER TABLE tq_refused ADD COLUMN reopened INTEGER NOT NULL DEFAULT 0;
