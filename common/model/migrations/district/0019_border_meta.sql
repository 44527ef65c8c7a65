-- What the merge keeps beside a row, for the tables that came with catalogue 2.
ALTER TABLE border_statistics ADD COLUMN tq_meta BLOB;
ALTER TABLE border_handover ADD COLUMN tq_meta BLOB;
