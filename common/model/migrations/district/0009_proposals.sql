-- What the district wrote itself and lost, as offices still hold it: waits for an officer.

-- One value of a row that is not here, or of cells that differ; `cells`: number and value of each
-- column, as encoded; `hash` is over them. state 0: waits, 1: refused, so that it is not asked again.
CREATE TABLE tq_proposal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tbl INTEGER NOT NULL,
    key BLOB NOT NULL,
    hash BLOB NOT NULL,
    cells BLOB NOT NULL,
    first_at INTEGER NOT NULL,
    state INTEGER NOT NULL DEFAULT 0,
    decided_at INTEGER,
    decided_by TEXT,
    UNIQUE (tbl, key, hash)
) STRICT;

-- Which devices hold it; a device holds one value of a row.
CREATE TABLE tq_proposal_by (
    device INTEGER NOT NULL,
    proposal INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (device, proposal)
) STRICT, WITHOUT ROWID;
CREATE INDEX tq_proposal_holders ON tq_proposal_by (proposal);
