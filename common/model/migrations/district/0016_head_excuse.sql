-- Heads of ours that a neighbour countersigned and a lawful restore lost: who said so, when, and why.
CREATE TABLE tq_liaison_excuse (
    link INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (link, seq, hash)
) STRICT, WITHOUT ROWID;
