-- Catalogue 2: area and place of a border notice; statistics that an agreement lists, and the yearly hand-over
-- of the standing unit.
ALTER TABLE border_notice ADD COLUMN area INTEGER;
ALTER TABLE border_notice ADD COLUMN place TEXT;

CREATE TABLE border_statistics (
    id BLOB NOT NULL PRIMARY KEY DEFAULT (randomblob(16)),
    unit TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    label TEXT,
    direction TEXT DEFAULT 'out',
    partner_unit TEXT,
    period TEXT,
    figures TEXT,
    issued_on TEXT,
    acknowledged_at INTEGER,
    state TEXT DEFAULT 'draft'
) STRICT, WITHOUT ROWID;

CREATE TABLE border_handover (
    id BLOB NOT NULL PRIMARY KEY DEFAULT (randomblob(16)),
    unit TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    label TEXT,
    partner_unit TEXT,
    year INTEGER,
    standing TEXT,
    handed_on TEXT,
    minutes_no TEXT,
    minutes_hash BLOB,
    signed_on TEXT,
    partner_signed_on TEXT,
    state TEXT DEFAULT 'draft'
) STRICT, WITHOUT ROWID;
