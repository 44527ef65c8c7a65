-- The movement's screen counts festivals: a few hundred among a million activities.
CREATE INDEX tq_facts_festival ON activity (kind, unit, planned_on, held_on, state, voided_at)
WHERE kind = 'festival';
