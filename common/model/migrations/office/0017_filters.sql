-- A list is filtered by state, village, kind and area, too: what a filter asks for stands in the index
-- of days, so that the rows' texts are not read to find a page of them, nor to count them.
DROP INDEX IF EXISTS tq_day_incident;
DROP INDEX IF EXISTS tq_day_activity;
DROP INDEX IF EXISTS tq_day_tip;
CREATE INDEX tq_day_incident ON incident (occurred_on, unit, voided_at, state, village, area, category);
CREATE INDEX tq_day_activity ON activity (planned_on, unit, voided_at, state, village, kind);
CREATE INDEX tq_day_tip ON tip (received_on, unit, voided_at, state, area);
