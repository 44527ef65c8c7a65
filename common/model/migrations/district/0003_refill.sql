-- What came back from the offices after the district's file was restored or lost.

-- A refilled set keeps the sequences that its receipts name.
CREATE TABLE tq_refill (
    set_n INTEGER PRIMARY KEY,
    lost_first INTEGER NOT NULL,
    lost_merged_at INTEGER NOT NULL
) STRICT;

-- Its changes have new sequences, `count` of them from `first_seq` on; `lost` is the head under which
-- they were known before: what an office had seen then is compared with that one.
CREATE TABLE tq_lost (
    first_seq INTEGER PRIMARY KEY,
    count INTEGER NOT NULL,
    lost INTEGER NOT NULL
) STRICT;

-- A change that was decided anew before the receipt that had decided it came back is found by its set.
CREATE INDEX tq_origin_set ON tq_origin (set_n, place);
