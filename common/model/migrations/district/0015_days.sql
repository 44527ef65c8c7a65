-- What the facts of one commune in one period are found by. Without them each of the seventeen is found
-- by a walk over all rows of all: a ranking of three years' file took half a minute.
CREATE INDEX tq_days_incident ON incident (unit, occurred_on, due_on, known_at);
CREATE INDEX tq_days_activity ON activity (unit, planned_on, held_on);
CREATE INDEX tq_days_tip ON tip (unit, received_at, received_on);
CREATE INDEX tq_months_return ON village_return (unit, period);
