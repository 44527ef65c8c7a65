-- Links with neighbouring districts: whom, under which agreements, what crossed and what was refused.

-- side: 0 A, 1 B of the agreement; receipts: place of the last receipt of the mailbox that was looked at.
CREATE TABLE tq_liaison (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    sync_address TEXT NOT NULL DEFAULT '',
    guest_address TEXT NOT NULL DEFAULT '',
    made_at INTEGER NOT NULL,
    invited_at INTEGER NOT NULL DEFAULT 0,
    accepted_at INTEGER NOT NULL DEFAULT 0,
    heard_at INTEGER NOT NULL DEFAULT 0,
    tried_at INTEGER NOT NULL DEFAULT 0,
    problem TEXT NOT NULL DEFAULT '',
    ended_at INTEGER NOT NULL DEFAULT 0,
    ended_why TEXT NOT NULL DEFAULT '',
    receipts INTEGER NOT NULL DEFAULT 0
) STRICT;

-- The text as both sides brought it in; the last one of a link holds.
CREATE TABLE tq_liaison_agreement (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    link INTEGER NOT NULL,
    side INTEGER NOT NULL,
    text BLOB NOT NULL,
    agreed_at INTEGER NOT NULL,
    agreed_by TEXT NOT NULL
) STRICT;

-- Rows that crossed. incoming 1: came from there; frozen_at: the link had ended.
CREATE TABLE tq_liaison_row (
    tbl INTEGER NOT NULL,
    key BLOB NOT NULL,
    link INTEGER NOT NULL,
    incoming INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    frozen_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tbl, key)
) STRICT, WITHOUT ROWID;

-- code '': it crossed; else why it did not. hash: of what it held, so that one thing is noted once.
CREATE TABLE tq_liaison_journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    link INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    way TEXT NOT NULL,
    tbl INTEGER NOT NULL,
    key BLOB NOT NULL,
    agreement TEXT NOT NULL,
    article TEXT NOT NULL,
    code TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE INDEX tq_liaison_journal_row ON tq_liaison_journal (link, way, tbl, key);
