-- What is open and due, for the page of the day: few rows of tables that grow for years.
CREATE INDEX tq_open_incident ON incident (due_on) WHERE closed_on IS NULL AND voided_at IS NULL;
CREATE INDEX tq_open_activity ON activity (planned_on) WHERE held_on IS NULL AND voided_at IS NULL;
CREATE INDEX tq_open_tip ON tip (received_at) WHERE passed_at IS NULL AND voided_at IS NULL;
