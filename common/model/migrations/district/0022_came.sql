-- Pulls find amending receipts by the head with which they came into the ledger (tq_history), not by the
-- one that they name: one that was lost with it, and came back, is news to a copy that pulled since.
DROP INDEX tq_receipt_amending;
CREATE INDEX tq_receipt_amending ON tq_receipt (device, pos) WHERE amending = 1;
CREATE INDEX tq_history_pos ON tq_history (pos, head);
