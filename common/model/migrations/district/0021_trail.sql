-- The trail and the liaison journal are chains: each line holds the hash of itself and of the one before
-- it (tq_trail, common/store/district_trail.c), and the district's row the last one. Lines that were
-- written before this have none.
ALTER TABLE tq_audit ADD COLUMN hash BLOB;
ALTER TABLE tq_liaison_journal ADD COLUMN chain BLOB;
ALTER TABLE tq_district ADD COLUMN audit_hash BLOB;
ALTER TABLE tq_district ADD COLUMN journal_hash BLOB;
CREATE TRIGGER tq_audit_end AFTER INSERT ON tq_audit BEGIN
    UPDATE tq_district SET audit_hash = new.hash;
END;
CREATE TRIGGER tq_journal_end AFTER INSERT ON tq_liaison_journal BEGIN
    UPDATE tq_district SET journal_hash = new.chain;
END;
