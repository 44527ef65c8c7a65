# Migrations in the order in which they run, of one role each or `data` (both); append only: a file
# that has been released is never changed again.
set(TQ_MIGRATION_FILES
    data/0001_tables.sql
    office/0001_capture.sql
    office/0002_sync.sql
    office/0003_import.sql
    office/0004_agent.sql
    district/0001_meta.sql
    district/0002_ledger.sql
    district/0003_refill.sql
    data/0002_distinct.sql
    office/0005_identity.sql
    office/0006_commits.sql
    district/0004_identity.sql
    district/0005_parts.sql
    office/0007_scope.sql
    district/0006_digest_schema.sql
    office/0008_devices.sql
    district/0007_readmit.sql
    office/0009_backup.sql
    office/0010_loaded.sql
    district/0008_keys.sql
    office/0011_refused.sql
    district/0009_proposals.sql
    office/0012_open.sql
    district/0010_liaison.sql
    district/0011_liaison_index.sql
    office/0013_days.sql
    district/0012_parcel.sql
    district/0013_liaison_head.sql
    district/0014_province_report.sql
    district/0015_days.sql
    district/0016_head_excuse.sql
    office/0014_machines.sql
    district/0017_facts.sql
    district/0018_province_paper.sql
    data/0003_border.sql
    district/0019_border_meta.sql
    district/0020_festivals.sql
    district/0021_trail.sql
    office/0015_answers.sql
    office/0016_facts.sql
    data/0004_agreement.sql
    district/0022_came.sql
    data/0005_place.sql
    district/0023_liaison_word.sql
    office/0017_filters.sql
)
set(TQ_MIGRATIONS_C ${CMAKE_CURRENT_BINARY_DIR}/migrations.c)
set(TQ_MIGRATION_PATHS ${TQ_MIGRATION_FILES})
list(TRANSFORM TQ_MIGRATION_PATHS PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/model/migrations/)
add_custom_command(OUTPUT ${TQ_MIGRATIONS_C}
    COMMAND ${CMAKE_COMMAND} -DOUT=${TQ_MIGRATIONS_C}
        -DDIR=${CMAKE_CURRENT_SOURCE_DIR}/model/migrations "-DFILES=${TQ_MIGRATION_FILES}"
        -P ${CMAKE_CURRENT_SOURCE_DIR}/model/migrations/embed.cmake
    DEPENDS ${TQ_MIGRATION_PATHS} ${CMAKE_CURRENT_SOURCE_DIR}/model/migrations/embed.cmake
        ${CMAKE_CURRENT_SOURCE_DIR}/model/migrations.cmake
    VERBATIM)
list(APPEND TQ_COMMON_SOURCES ${TQ_MIGRATIONS_C})
