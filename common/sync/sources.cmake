# Sources of common/sync, one a line, sorted.
set(TQ_SOURCES
    change.c
    digest.c
    ledger.c
    meta.c
)
