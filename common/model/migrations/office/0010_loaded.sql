-- The scope of the last whole pull, with the catalogue that it was for: of a column or table that came
-- with a later one the file has seen nothing. (`scope` is that of the last chunk.)
ALTER TABLE tq_state ADD COLUMN loaded_scope TEXT NOT NULL DEFAULT '';
