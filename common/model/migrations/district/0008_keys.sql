-- Signing keys that a device had before, one after the other, oldest first: what they signed verifies
-- for ever. And the pair that it has offered and not used yet; the one in force goes on until then.
ALTER TABLE tq_device ADD COLUMN former_keys BLOB;
ALTER TABLE tq_device ADD COLUMN next_curve_key BLOB;
ALTER TABLE tq_device ADD COLUMN next_sign_key BLOB;
ALTER TABLE tq_device ADD COLUMN next_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tq_device ADD COLUMN next_certificate BLOB;
ALTER TABLE tq_device ADD COLUMN keys_since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tq_device ADD COLUMN renew_asked INTEGER NOT NULL DEFAULT 0;
UPDATE tq_device SET keys_since = enrolled_at;
