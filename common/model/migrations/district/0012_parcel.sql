-- Bundles of a link: made for the neighbour (way 'out') and of the neighbour's, opened ('in'). code: the
-- SHA-256 of the file, as the cover shows it. signer: who signed it, so that a key of before is known.
CREATE TABLE tq_parcel (
    link INTEGER NOT NULL,
    way TEXT NOT NULL,
    serial INTEGER NOT NULL,
    code BLOB NOT NULL,
    signer BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (link, way, serial)
) STRICT, WITHOUT ROWID;
CREATE INDEX tq_parcel_code ON tq_parcel (code);
