-- What a link is counted by, and what its end freezes, without a walk over all rows that ever crossed.
CREATE INDEX tq_liaison_row_link ON tq_liaison_row (link, incoming, frozen_at);
CREATE INDEX tq_liaison_journal_refused ON tq_liaison_journal (link) WHERE code <> '';
