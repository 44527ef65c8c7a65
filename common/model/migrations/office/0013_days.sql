-- The rows of a quarter, counted and turned to without walking the years: `unit` and `voided_at` stand
-- in the index so that the count reads it alone.
CREATE INDEX tq_day_incident ON incident (occurred_on, unit, voided_at);
CREATE INDEX tq_day_activity ON activity (planned_on, unit, voided_at);
CREATE INDEX tq_day_tip ON tip (received_on, unit, voided_at);
