-- Catalogue 4: where an incident happened that both sides of a border see; the case that each side linked to a
-- notice; who saw meetings, patrols and hand-overs when; in which order units stand.
ALTER TABLE incident ADD COLUMN across_unit TEXT;
ALTER TABLE incident ADD COLUMN counted_here INTEGER DEFAULT 0;
ALTER TABLE border_notice ADD COLUMN happens_on TEXT;
ALTER TABLE border_notice ADD COLUMN case_unit TEXT;
ALTER TABLE border_notice ADD COLUMN partner_case_unit TEXT;
ALTER TABLE border_meeting ADD COLUMN acknowledged_at INTEGER;
ALTER TABLE border_meeting ADD COLUMN came INTEGER DEFAULT 0;
ALTER TABLE joint_patrol ADD COLUMN acknowledged_at INTEGER;
ALTER TABLE joint_patrol ADD COLUMN came INTEGER DEFAULT 0;
ALTER TABLE border_handover ADD COLUMN acknowledged_at INTEGER;
ALTER TABLE border_handover ADD COLUMN came INTEGER DEFAULT 0;
ALTER TABLE liaison_agreement ADD COLUMN standing_order TEXT;
ALTER TABLE liaison_agreement ADD COLUMN standing_from INTEGER;

-- The few that are counted elsewhere: who counts the others looks here, not at the rows.
CREATE INDEX tq_facts_across ON incident (unit, across_unit, counted_here) WHERE across_unit IS NOT NULL;
