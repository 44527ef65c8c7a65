-- What the agent remembers between two attempts: it decides from this alone (level-triggered).
CREATE TABLE tq_agent (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    last_attempt_at INTEGER NOT NULL DEFAULT 0,
    last_success_at INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    random INTEGER NOT NULL DEFAULT 0,
    needs_person INTEGER NOT NULL DEFAULT 0,
    gap_since INTEGER NOT NULL DEFAULT 0,
    come_back_at INTEGER NOT NULL DEFAULT 0,
    last_error TEXT NOT NULL DEFAULT '',
    news_at INTEGER NOT NULL DEFAULT 0,
    news_seq INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO tq_agent (id) VALUES (1);
