-- All that is counted of a row, in an index of its own: a year has a hundred thousand rows, and the
-- score of a quarter read each of them whole, its texts, too.
CREATE INDEX tq_facts_incident ON incident (unit, occurred_on, due_on, known_at, voided_at, area,
    category, reclassified, reclassified_category, reported_at, closed_on, deaths, injured,
    contained_locally, reconciled, found_by_other);
CREATE INDEX tq_facts_activity ON activity (unit, planned_on, held_on, voided_at, kind, state, accepted,
    settled);
CREATE INDEX tq_facts_tip ON tip (unit, received_at, received_on, voided_at, passed_at,
    solved_confirmed);
