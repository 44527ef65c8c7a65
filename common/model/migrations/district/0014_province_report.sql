-- The district's own report of a period to the province: drafted from the facts, filled in by people,
-- signed once by a leader and never changed from then on. Of this file alone: no office has it.
CREATE TABLE tq_province_report (
    period TEXT NOT NULL PRIMARY KEY,
    document_no TEXT,
    situation TEXT,
    results TEXT,
    assessment TEXT,
    proposals TEXT,
    made_by TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    signed_by TEXT,
    signed_at INTEGER
) STRICT, WITHOUT ROWID;
