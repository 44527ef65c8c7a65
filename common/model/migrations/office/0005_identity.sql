-- What became of this file when it was restored, copied, or its device lost its keys.
CREATE TABLE tq_fork(
    incarnation INTEGER PRIMARY KEY,  -- taken then
    at_ms INTEGER NOT NULL,
    kind INTEGER NOT NULL,            -- 1 restored, 2 copied, 3 another device goes on with it
    letter TEXT NOT NULL,
    parent_incarnation INTEGER NOT NULL,
    parent_seq INTEGER NOT NULL,
    parent_hash BLOB NOT NULL,
    since_ms INTEGER NOT NULL,        -- the state of the file that was found: its last exchange
    lost INTEGER NOT NULL,            -- changes that the district held and the file did not
    again INTEGER NOT NULL DEFAULT 0  -- of them, those that the file had all the same
) STRICT;
