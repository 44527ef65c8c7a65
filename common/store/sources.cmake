# Sources of common/store, one a line, sorted.
set(TQ_SOURCES
    capture.c
    capture_install.c
    capture_rules.c
    database.c
    district_devices.c
    district_held.c
    district_index.c
    district_ledger.c
    district_rows.c
    district_sql.c
    district_store.c
    migrate.c
    sql.c
)
