-- What the other machines of this office are called, as the district told; those that went stay, for
-- what they wrote is still here.
CREATE TABLE tq_machine (
    device INTEGER PRIMARY KEY,
    letter TEXT NOT NULL,
    name TEXT NOT NULL,
    since_ms INTEGER NOT NULL
) STRICT;
