-- Whose rows the district sends to this file, as of the last whole pull; rows of others stay, and
-- are no longer shown. Empty: not told yet, everything is shown.
CREATE TABLE tq_scope (
    unit TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
