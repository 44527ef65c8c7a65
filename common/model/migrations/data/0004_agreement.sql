-- Catalogue 3: what an agreement in force allows, for the offices: communes, categories, kinds of rows, who
-- signed it by post.
ALTER TABLE liaison_agreement ADD COLUMN valid_from TEXT;
ALTER TABLE liaison_agreement ADD COLUMN signer TEXT;
ALTER TABLE liaison_agreement ADD COLUMN partner_signer TEXT;
ALTER TABLE liaison_agreement ADD COLUMN partner_units TEXT;
ALTER TABLE liaison_agreement ADD COLUMN categories TEXT;
ALTER TABLE liaison_agreement ADD COLUMN allowed TEXT;
