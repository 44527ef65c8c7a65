-- The workbook as it was when the report was signed: what is downloaded later is what was signed. NULL:
-- signed before this was kept, or not signed.
ALTER TABLE tq_province_report ADD COLUMN paper BLOB;
