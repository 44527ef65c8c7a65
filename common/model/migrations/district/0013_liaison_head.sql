-- Ledger heads of two districts. kind: 'told', 'seen' what the neighbour said last (in its mailbox, link 0);
-- 'theirs' a head of the neighbour's that we countersign; 'ours' one of ours with its countersignature. known:
-- of 'told', the last head of its own whose countersignature the neighbour has. signer: whose signature it is.
CREATE TABLE tq_liaison_head (
    link INTEGER NOT NULL,
    kind TEXT NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    signature BLOB NOT NULL,
    signer BLOB NOT NULL,
    known INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (link, kind, seq)
) STRICT, WITHOUT ROWID;
