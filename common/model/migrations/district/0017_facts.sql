-- The same, with all that is counted of a row: a commune's facts are read from its part of the index
-- alone. Each row had to be fetched by its key before, ten thousand for a quarter of one commune.
DROP INDEX tq_days_incident;
DROP INDEX tq_days_activity;
DROP INDEX tq_days_tip;
DROP INDEX tq_months_return;
CREATE INDEX tq_facts_incident ON incident (unit, occurred_on, due_on, known_at, voided_at, area,
    category, reclassified, reclassified_category, reported_at, closed_on, deaths, injured, damage_vnd,
    contained_locally, reconciled, found_by_other);
CREATE INDEX tq_facts_activity ON activity (unit, planned_on, held_on, voided_at, kind, state, accepted,
    settled);
CREATE INDEX tq_facts_tip ON tip (unit, received_at, received_on, voided_at, passed_at,
    solved_confirmed);
CREATE INDEX tq_facts_return ON village_return (unit, period, voided_at, state, value);
