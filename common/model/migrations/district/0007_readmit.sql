-- A district that lost devices with its data takes them back by their certificates: until when; and
-- from which number and letter on new ones are counted, for those of the lost part are in use.
-- readmit_until 1: closed by an officer.
ALTER TABLE tq_district ADD COLUMN readmit_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tq_district ADD COLUMN device_floor INTEGER NOT NULL DEFAULT 1;
ALTER TABLE tq_district ADD COLUMN letter_floor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tq_device ADD COLUMN readmitted_at INTEGER;

-- Keys that never come back, whatever is restored: copied from and to the file beside the keys.
CREATE TABLE tq_revoked (
    curve_key BLOB PRIMARY KEY,
    device INTEGER NOT NULL,
    revoked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO tq_revoked (curve_key, device, revoked_at)
    SELECT curve_key, device, revoked_at FROM tq_device
    WHERE revoked_at IS NOT NULL AND curve_key IS NOT NULL;
