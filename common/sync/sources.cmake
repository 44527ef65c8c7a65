# Sources of common/sync, one a line, sorted.
set(TQ_SOURCES
    change.c
    digest.c
    ledger.c
    merge.c
    merge_admit.c
    merge_answer.c
    merge_cell.c
    merge_held.c
    merge_inbox.c
    merge_judge.c
    merge_row.c
    merge_rules.c
    merge_source.c
    meta.c
    stamp.c
)
