-- What the district keeps beside the rows: itself, its devices, the ledger of everything that it
-- ever received and answered, what waits, and the index that pulls are answered from.
-- Sequences are epoch << 40 | n. `pos` is the place in the ledger's hash chain, one counter over
-- sets and receipts. Nothing in tq_ledger, tq_receipt, tq_history is ever changed or deleted.

CREATE TABLE tq_district (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    district BLOB NOT NULL,
    name TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    head INTEGER NOT NULL DEFAULT 0,
    t_last INTEGER NOT NULL DEFAULT 0,
    ledger_hash BLOB NOT NULL,
    sign_key BLOB,
    created_at INTEGER NOT NULL DEFAULT 0,
    started_at INTEGER NOT NULL DEFAULT 0,
    backed_up INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One line per head: what T and the ledger hash were then.
CREATE TABLE tq_history (
    head INTEGER PRIMARY KEY,
    t INTEGER NOT NULL,
    ledger_hash BLOB NOT NULL,
    pos INTEGER NOT NULL
) STRICT;

-- Device 0 is the district itself.
CREATE TABLE tq_device (
    device INTEGER PRIMARY KEY,
    unit TEXT NOT NULL,
    letter TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    curve_key BLOB,
    sign_key BLOB NOT NULL,
    machine TEXT NOT NULL DEFAULT '',
    enrolled_at INTEGER NOT NULL DEFAULT 0,
    revoked_at INTEGER,
    revoked_why TEXT,
    last_heard_at INTEGER,
    last_confirmed_at INTEGER,
    offset_ms INTEGER NOT NULL DEFAULT 0,
    software TEXT NOT NULL DEFAULT '',
    schema INTEGER NOT NULL DEFAULT 0,
    waiting INTEGER NOT NULL DEFAULT 0,
    cursor INTEGER NOT NULL DEFAULT 0,
    equal_as_of INTEGER NOT NULL DEFAULT 0,
    equal_at INTEGER,
    equal_read_every_row INTEGER NOT NULL DEFAULT 0,
    certificate BLOB
) STRICT;
CREATE UNIQUE INDEX tq_device_curve ON tq_device (curve_key) WHERE curve_key IS NOT NULL;

-- Every incarnation of every device, with the letter of its labels: no letter is given twice.
CREATE TABLE tq_incarnation (
    device INTEGER NOT NULL,
    incarnation INTEGER NOT NULL,
    unit TEXT NOT NULL,
    letter TEXT NOT NULL,
    given_at INTEGER NOT NULL,
    why TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (device, incarnation)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX tq_incarnation_letter ON tq_incarnation (unit, letter);

CREATE TABLE tq_invitation (
    token_hash BLOB PRIMARY KEY,
    curve_key BLOB NOT NULL,
    unit TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    made_by TEXT NOT NULL DEFAULT '',
    used_at INTEGER,
    used_device INTEGER,
    used_curve_key BLOB,
    used_sign_key BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX tq_invitation_curve ON tq_invitation (curve_key);

CREATE TABLE tq_chain (
    device INTEGER NOT NULL,
    incarnation INTEGER NOT NULL,
    parent_incarnation INTEGER NOT NULL,
    parent_seq INTEGER NOT NULL,
    parent_hash BLOB NOT NULL,
    head_seq INTEGER NOT NULL,
    head_hash BLOB NOT NULL,
    e_last INTEGER NOT NULL,
    PRIMARY KEY (device, incarnation)
) STRICT, WITHOUT ROWID;

CREATE TABLE tq_ledger (
    n INTEGER PRIMARY KEY,
    pos INTEGER NOT NULL,
    device INTEGER NOT NULL,
    incarnation INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    district BLOB NOT NULL,
    prev BLOB NOT NULL,
    hash BLOB NOT NULL,
    signature BLOB NOT NULL,
    first_seq INTEGER NOT NULL,
    nchanges INTEGER NOT NULL,
    ta INTEGER NOT NULL,
    offset_ms INTEGER NOT NULL,
    e0 INTEGER NOT NULL,
    e_last INTEGER NOT NULL,
    merged_at INTEGER NOT NULL,
    payload BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX tq_ledger_chain ON tq_ledger (device, incarnation, seq);
CREATE INDEX tq_ledger_first ON tq_ledger (first_seq);

CREATE TABLE tq_origin (
    seq INTEGER PRIMARY KEY,
    set_n INTEGER NOT NULL,
    place INTEGER NOT NULL
) STRICT;

-- Keys by sequence, in blocks: entries is varint-coded (store/district_index.c).
CREATE TABLE tq_index (
    n INTEGER PRIMARY KEY,
    owner TEXT NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    entries BLOB NOT NULL
) STRICT;
CREATE INDEX tq_index_owner ON tq_index (owner, last_seq);

CREATE TABLE tq_receipt (
    pos INTEGER PRIMARY KEY,
    device INTEGER NOT NULL,
    incarnation INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    t INTEGER NOT NULL,
    amending INTEGER NOT NULL,
    merged_at INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    superseded INTEGER NOT NULL,
    held INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    requested INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX tq_receipt_set ON tq_receipt (device, incarnation, seq, t);
CREATE INDEX tq_receipt_amending ON tq_receipt (device, merged_at) WHERE amending = 1;

CREATE TABLE tq_held (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    reason INTEGER NOT NULL,
    fault_column INTEGER NOT NULL,
    set_n INTEGER NOT NULL,
    place INTEGER NOT NULL,
    e INTEGER NOT NULL,
    wait_tbl INTEGER NOT NULL,
    wait_key BLOB NOT NULL,
    tbl INTEGER NOT NULL,
    key BLOB NOT NULL
) STRICT;
CREATE INDEX tq_held_wait ON tq_held (wait_tbl, wait_key);
CREATE INDEX tq_held_about ON tq_held (tbl, key);

-- Losers of open conflicts.
CREATE TABLE tq_loser (
    seq INTEGER NOT NULL,
    cell INTEGER NOT NULL,
    set_n INTEGER NOT NULL,
    place INTEGER NOT NULL,
    tbl INTEGER NOT NULL,
    key BLOB NOT NULL,
    entry BLOB NOT NULL,
    PRIMARY KEY (seq, cell)
) STRICT, WITHOUT ROWID;
CREATE INDEX tq_loser_cell ON tq_loser (tbl, key, cell);

CREATE TABLE tq_digest (
    tbl INTEGER NOT NULL,
    owner TEXT NOT NULL,
    rows INTEGER NOT NULL,
    sum BLOB NOT NULL,
    PRIMARY KEY (tbl, owner)
) STRICT, WITHOUT ROWID;

CREATE TABLE tq_session_log (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    device INTEGER NOT NULL,
    bytes_in INTEGER NOT NULL,
    bytes_out INTEGER NOT NULL,
    sets INTEGER NOT NULL,
    rows_in INTEGER NOT NULL,
    rows_out INTEGER NOT NULL,
    round_trips INTEGER NOT NULL,
    took_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX tq_session_log_device ON tq_session_log (device, id);

CREATE TABLE tq_audit (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    about TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT ''
) STRICT;
