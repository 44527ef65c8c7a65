-- The replicated tables of schema 1, the same at every office and at the district.
--
-- STRICT, and no FOREIGN KEY, CHECK or UNIQUE besides the key: rules run when a person writes (the
-- triggers) and at the merge, never when the district's rows are laid down. WITHOUT ROWID: the key
-- is the only identity, so that no REPLACE can push out a row by a hidden number.

CREATE TABLE unit (
    unit TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    code TEXT,
    valid_from TEXT,
    level INTEGER,
    type TEXT,
    name TEXT,
    short_name TEXT,
    parent TEXT,
    valid_to TEXT,
    borders TEXT,
    state TEXT DEFAULT 'active',
    area_ha INTEGER,
    population INTEGER,
    full_name TEXT,
    PRIMARY KEY (unit)
) STRICT, WITHOUT ROWID;

CREATE TABLE calendar (
    calendar TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    name TEXT,
    basis TEXT,
    valid_from TEXT,
    valid_to TEXT,
    month_starts_day INTEGER,
    year_starts TEXT,
    year_ends TEXT,
    boundary_twice INTEGER DEFAULT 0,
    PRIMARY KEY (calendar)
) STRICT, WITHOUT ROWID;

CREATE TABLE indicator (
    indicator TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    code TEXT,
    version INTEGER,
    name TEXT,
    measure TEXT,
    nature TEXT,
    source TEXT,
    facts TEXT,
    state TEXT DEFAULT 'draft',
    sort INTEGER DEFAULT 0,
    PRIMARY KEY (indicator)
) STRICT, WITHOUT ROWID;

CREATE TABLE scoring_sheet (
    sheet TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    code TEXT,
    version INTEGER,
    name TEXT,
    basis TEXT,
    state TEXT DEFAULT 'draft',
    published_at INTEGER,
    params TEXT,
    PRIMARY KEY (sheet)
) STRICT, WITHOUT ROWID;

CREATE TABLE directive (
    id BLOB NOT NULL PRIMARY KEY DEFAULT (randomblob(16)),
    voided_at INTEGER,
    void_reason TEXT,
    label TEXT,
    document_no TEXT,
    issued_on TEXT,
    title TEXT,
    body TEXT,
    due_on TEXT,
    state TEXT DEFAULT 'issued'
) STRICT, WITHOUT ROWID;

CREATE TABLE unit_successor (
    old_unit TEXT NOT NULL,
    new_unit TEXT NOT NULL,
    happened_on TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    share TEXT DEFAULT 'full',
    resolution_no TEXT,
    PRIMARY KEY (old_unit, new_unit, happened_on)
) STRICT, WITHOUT ROWID;

CREATE TABLE period (
    period TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    calendar TEXT,
    code TEXT,
    kind TEXT,
    starts_on TEXT,
    ends_on TEXT,
    due_at INTEGER,
    grace_days INTEGER DEFAULT 0,
    state TEXT DEFAULT 'future',
    locked_at INTEGER,
    same_last_year TEXT,
    PRIMARY KEY (period)
) STRICT, WITHOUT ROWID;

CREATE TABLE criterion (
    criterion TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    sheet TEXT,
    code TEXT,
    kind TEXT DEFAULT 'item',
    area INTEGER,
    name TEXT,
    max_points_c INTEGER,
    formula TEXT,
    origin TEXT,
    sort INTEGER DEFAULT 0,
    params TEXT,
    PRIMARY KEY (criterion)
) STRICT, WITHOUT ROWID;

CREATE TABLE tie_vote (
    id BLOB NOT NULL PRIMARY KEY DEFAULT (randomblob(16)),
    voided_at INTEGER,
    void_reason TEXT,
    label TEXT,
    period TEXT,
    sheet TEXT,
    ordered_units TEXT,
    voted_on TEXT,
    minutes_no TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE acceptance (
    period TEXT NOT NULL,
    sheet TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    accepted_at INTEGER,
    accepted_by TEXT,
    document_no TEXT,
    missing_units TEXT,
    missing_decision_no TEXT,
    note TEXT,
    PRIMARY KEY (period, sheet)
) STRICT, WITHOUT ROWID;

CREATE TABLE ranking (
    period TEXT NOT NULL,
    sheet TEXT NOT NULL,
    version INTEGER NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    state TEXT DEFAULT 'provisional',
    computed_at INTEGER,
    published_at INTEGER,
    input_hash BLOB,
    engine_version TEXT,
    units_due INTEGER,
    units_scored INTEGER,
    missing_units TEXT,
    decision_no TEXT,
    differences TEXT,
    signature BLOB,
    rows_hash BLOB,
    PRIMARY KEY (period, sheet, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE award (
    id BLOB NOT NULL PRIMARY KEY DEFAULT (randomblob(16)),
    voided_at INTEGER,
    void_reason TEXT,
    label TEXT,
    decision_no TEXT,
    decided_on TEXT,
    recipient_unit TEXT,
    recipient_post TEXT,
    form TEXT,
    level TEXT,
    period TEXT,
    state TEXT DEFAULT 'proposed'
) STRICT, WITHOUT ROWID;

CREATE TABLE village_profile (
    village TEXT NOT NULL,
    as_of TEXT NOT NULL,
    unit TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    households INTEGER,
    residents INTEGER,
    business_households INTEGER,
    document_no TEXT,
    note TEXT,
    PRIMARY KEY (village, as_of)
) STRICT, WITHOUT ROWID;

CREATE TABLE model (
    id BLOB NOT NULL PRIMARY KEY DEFAULT (randomblob(16)),
    unit TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    label TEXT,
    kind TEXT,
    village TEXT,
    name TEXT,
    survey_no TEXT,
    survey_on TEXT,
    plan_no TEXT,
    plan_on TEXT,
    decision_no TEXT,
    decision_on TEXT,
    launched_on TEXT,
    paused_on TEXT,
    ended_on TEXT,
    state TEXT DEFAULT 'proposed',
    note TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE committee_member (
    id BLOB NOT NULL PRIMARY KEY DEFAULT (randomblob(16)),
    unit TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    label TEXT,
    decision_no TEXT,
    position TEXT,
    organisation TEXT,
    official_name TEXT,
    since_on TEXT,
    state TEXT DEFAULT 'active'
) STRICT, WITHOUT ROWID;

CREATE TABLE self_mgmt_group (
    id BLOB NOT NULL PRIMARY KEY DEFAULT (randomblob(16)),
    unit TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    label TEXT,
    village TEXT,
    name TEXT,
    households INTEGER,
    members INTEGER,
    founded_on TEXT,
    trained_on TEXT,
    dissolved_on TEXT,
    state TEXT DEFAULT 'active'
) STRICT, WITHOUT ROWID;

CREATE TABLE covenant (
    village TEXT NOT NULL,
    adopted_on TEXT NOT NULL,
    unit TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    label TEXT,
    mode TEXT,
    households_total INTEGER,
    present INTEGER,
    agreed INTEGER,
    decision_no TEXT,
    doc_hash BLOB,
    state TEXT DEFAULT 'draft',
    PRIMARY KEY (village, adopted_on)
) STRICT, WITHOUT ROWID;

CREATE TABLE emulation_launch (
    unit TEXT NOT NULL,
    year INTEGER NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    registered_on TEXT,
    launched_on TEXT,
    pledged INTEGER,
    document_no TEXT,
    confirmed_on TEXT,
    state TEXT DEFAULT 'open',
    PRIMARY KEY (unit, year)
) STRICT, WITHOUT ROWID;

CREATE TABLE village_return (
    village TEXT NOT NULL,
    period TEXT NOT NULL,
    indicator TEXT NOT NULL,
    unit TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    value INTEGER,
    source TEXT,
    state TEXT DEFAULT 'draft',
    note TEXT,
    PRIMARY KEY (village, period, indicator)
) STRICT, WITHOUT ROWID;

CREATE TABLE recognition (
    unit TEXT NOT NULL,
    year INTEGER NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    answers TEXT,
    registered_on TEXT,
    villages_total INTEGER,
    villages_registered INTEGER,
    villages_recognised INTEGER,
    result TEXT,
    decision_no TEXT,
    decided_on TEXT,
    state TEXT DEFAULT 'registered',
    PRIMARY KEY (unit, year)
) STRICT, WITHOUT ROWID;

CREATE TABLE incident (
    id BLOB NOT NULL PRIMARY KEY DEFAULT (randomblob(16)),
    unit TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    label TEXT,
    area INTEGER,
    category TEXT,
    village TEXT,
    occurred_on TEXT,
    known_at INTEGER,
    reported_at INTEGER,
    due_on TEXT,
    closed_on TEXT,
    deaths INTEGER DEFAULT 0,
    injured INTEGER DEFAULT 0,
    damage_vnd INTEGER DEFAULT 0,
    contained_locally INTEGER DEFAULT 0,
    handled_by TEXT,
    at_border INTEGER DEFAULT 0,
    summary TEXT,
    state TEXT DEFAULT 'new',
    reconciled INTEGER DEFAULT 0,
    reclassified INTEGER,
    reclassified_category TEXT,
    found_by_other INTEGER DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE tip (
    id BLOB NOT NULL PRIMARY KEY DEFAULT (randomblob(16)),
    unit TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    label TEXT,
    area INTEGER,
    received_at INTEGER,
    passed_at INTEGER,
    received_on TEXT,
    solved INTEGER DEFAULT 0,
    solved_confirmed INTEGER DEFAULT 0,
    state TEXT DEFAULT 'received',
    note TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE hotspot (
    id BLOB NOT NULL PRIMARY KEY DEFAULT (randomblob(16)),
    unit TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    label TEXT,
    village TEXT,
    kind TEXT,
    arisen_on TEXT,
    ended_on TEXT,
    note TEXT,
    state TEXT DEFAULT 'open'
) STRICT, WITHOUT ROWID;

CREATE TABLE encroachment (
    id BLOB NOT NULL PRIMARY KEY DEFAULT (randomblob(16)),
    unit TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    label TEXT,
    village TEXT,
    place TEXT,
    found_on TEXT,
    cleared_on TEXT,
    note TEXT,
    state TEXT DEFAULT 'open'
) STRICT, WITHOUT ROWID;

CREATE TABLE activity (
    id BLOB NOT NULL PRIMARY KEY DEFAULT (randomblob(16)),
    unit TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    label TEXT,
    kind TEXT,
    village TEXT,
    planned_on TEXT,
    held_on TEXT,
    participants INTEGER,
    accepted INTEGER,
    settled INTEGER,
    results TEXT,
    state TEXT DEFAULT 'planned'
) STRICT, WITHOUT ROWID;

CREATE TABLE liaison_agreement (
    id BLOB NOT NULL PRIMARY KEY DEFAULT (randomblob(16)),
    unit TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    label TEXT,
    partner_unit TEXT,
    document_no TEXT,
    signed_on TEXT,
    valid_to TEXT,
    standing_unit TEXT,
    doc_hash BLOB,
    partner_signed_on TEXT,
    state TEXT DEFAULT 'draft'
) STRICT, WITHOUT ROWID;

CREATE TABLE border_meeting (
    id BLOB NOT NULL PRIMARY KEY DEFAULT (randomblob(16)),
    unit TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    label TEXT,
    partner_unit TEXT,
    held_on TEXT,
    place TEXT,
    topics TEXT,
    minutes_no TEXT,
    minutes_hash BLOB,
    signed_on TEXT,
    partner_signed_on TEXT,
    state TEXT DEFAULT 'draft'
) STRICT, WITHOUT ROWID;

CREATE TABLE joint_patrol (
    id BLOB NOT NULL PRIMARY KEY DEFAULT (randomblob(16)),
    unit TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    label TEXT,
    partner_unit TEXT,
    planned_on TEXT,
    held_on TEXT,
    participants INTEGER,
    standing_unit TEXT,
    minutes_no TEXT,
    minutes_hash BLOB,
    signed_on TEXT,
    partner_signed_on TEXT,
    results TEXT,
    state TEXT DEFAULT 'draft'
) STRICT, WITHOUT ROWID;

CREATE TABLE report (
    unit TEXT NOT NULL,
    type TEXT NOT NULL,
    period TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    narrative TEXT,
    approved_at INTEGER,
    submitted_at INTEGER,
    state TEXT DEFAULT 'draft',
    received_at INTEGER,
    late_days INTEGER,
    returned_cells TEXT,
    returned_at INTEGER,
    verified_at INTEGER,
    receipt_state TEXT,
    PRIMARY KEY (unit, type, period)
) STRICT, WITHOUT ROWID;

CREATE TABLE self_score (
    unit TEXT NOT NULL,
    period TEXT NOT NULL,
    sheet TEXT NOT NULL,
    criterion TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    points_c INTEGER,
    proposed_c INTEGER,
    note TEXT,
    evidence TEXT,
    PRIMARY KEY (unit, period, sheet, criterion)
) STRICT, WITHOUT ROWID;

CREATE TABLE verified_score (
    unit TEXT NOT NULL,
    period TEXT NOT NULL,
    sheet TEXT NOT NULL,
    criterion TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    points_c INTEGER,
    machine_c INTEGER,
    reason TEXT,
    verified_at INTEGER,
    verified_by TEXT,
    applicable TEXT,
    PRIMARY KEY (unit, period, sheet, criterion)
) STRICT, WITHOUT ROWID;

CREATE TABLE adjustment (
    id BLOB NOT NULL PRIMARY KEY DEFAULT (randomblob(16)),
    unit TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    label TEXT,
    period TEXT,
    code TEXT,
    points_c INTEGER,
    reason TEXT,
    document_no TEXT,
    fact_on TEXT,
    decided_c INTEGER,
    decision_no TEXT,
    state TEXT DEFAULT 'proposed'
) STRICT, WITHOUT ROWID;

CREATE TABLE grade_cap (
    unit TEXT NOT NULL,
    period TEXT NOT NULL,
    code TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    fact TEXT,
    document_no TEXT,
    PRIMARY KEY (unit, period, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE appeal (
    unit TEXT NOT NULL,
    period TEXT NOT NULL,
    criterion TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    reason TEXT,
    asked_on TEXT,
    answer TEXT,
    answered_on TEXT,
    state TEXT DEFAULT 'open',
    PRIMARY KEY (unit, period, criterion)
) STRICT, WITHOUT ROWID;

CREATE TABLE baseline (
    unit TEXT NOT NULL,
    period TEXT NOT NULL,
    code TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    value INTEGER,
    document_no TEXT,
    PRIMARY KEY (unit, period, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE directive_answer (
    directive BLOB NOT NULL,
    unit TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    seen_at INTEGER,
    answer TEXT,
    answered_at INTEGER,
    accepted_at INTEGER,
    PRIMARY KEY (directive, unit)
) STRICT, WITHOUT ROWID;

CREATE TABLE ranking_row (
    period TEXT NOT NULL,
    sheet TEXT NOT NULL,
    version INTEGER NOT NULL,
    unit TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    status TEXT DEFAULT 'scored',
    place INTEGER,
    rank INTEGER,
    shared INTEGER DEFAULT 0,
    final_c INTEGER,
    base_c INTEGER,
    bonus_c INTEGER,
    penalty_c INTEGER,
    area1_c INTEGER,
    area2_c INTEGER,
    area3_c INTEGER,
    area4_c INTEGER,
    area5_c INTEGER,
    grade TEXT,
    caps TEXT,
    tie_reason TEXT,
    coverage_c INTEGER,
    reports_due INTEGER,
    reports_in_time INTEGER,
    provisional INTEGER DEFAULT 0,
    items TEXT,
    adjustments TEXT,
    input_hash BLOB,
    PRIMARY KEY (period, sheet, version, unit)
) STRICT, WITHOUT ROWID;

CREATE TABLE border_notice (
    id BLOB NOT NULL PRIMARY KEY DEFAULT (randomblob(16)),
    unit TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    label TEXT,
    direction TEXT DEFAULT 'out',
    partner_unit TEXT,
    category TEXT,
    issued_on TEXT,
    dispatch_no TEXT,
    body TEXT,
    reply_due TEXT,
    incident BLOB,
    acknowledged_at INTEGER,
    answered_on TEXT,
    answer TEXT,
    answer_no TEXT,
    state TEXT DEFAULT 'draft'
) STRICT, WITHOUT ROWID;

CREATE TABLE correction_request (
    id BLOB NOT NULL PRIMARY KEY DEFAULT (randomblob(16)),
    unit TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    table_name TEXT,
    row_key BLOB,
    cell TEXT,
    old_values TEXT,
    new_values TEXT,
    lock_on TEXT,
    author TEXT,
    device INTEGER,
    written_at INTEGER,
    reason TEXT,
    state TEXT DEFAULT 'asked',
    decision TEXT,
    decided_by TEXT,
    decided_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE conflict (
    id BLOB NOT NULL PRIMARY KEY DEFAULT (randomblob(16)),
    unit TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    table_name TEXT,
    row_key BLOB,
    cell TEXT,
    kept_values TEXT,
    other_values TEXT,
    kept_author TEXT,
    other_author TEXT,
    kept_device INTEGER,
    other_device INTEGER,
    kept_at INTEGER,
    other_at INTEGER,
    reason TEXT,
    state TEXT DEFAULT 'open',
    decision TEXT,
    decided_by TEXT,
    decided_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE held_row (
    id BLOB NOT NULL PRIMARY KEY DEFAULT (randomblob(16)),
    unit TEXT NOT NULL,
    voided_at INTEGER,
    void_reason TEXT,
    table_name TEXT,
    row_key BLOB,
    cell TEXT,
    held_values TEXT,
    author TEXT,
    device INTEGER,
    written_at INTEGER,
    reason TEXT,
    reason_column TEXT,
    detail TEXT,
    state TEXT DEFAULT 'open',
    decision TEXT,
    decided_by TEXT,
    decided_at INTEGER
) STRICT, WITHOUT ROWID;
