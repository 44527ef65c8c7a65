# Unit tests, one line each, sorted.
tq_test(unit csv)
tq_test(unit log)
tq_test(unit scoring support/sheet_file.c)
tq_test(unit text)
tq_test(unit calendar)
tq_test(unit catalogue)
tq_test(unit database ${CMAKE_CURRENT_SOURCE_DIR}/support/office_db.c)
tq_test(unit value)
tq_test(unit cli ${PROJECT_SOURCE_DIR}/common/cli/cli.c ${PROJECT_SOURCE_DIR}/common/cli/config.c
    ${PROJECT_SOURCE_DIR}/common/cli/options.c ${PROJECT_SOURCE_DIR}/common/cli/table.c)
target_link_libraries(unit_cli PRIVATE PkgConfig::POPT PkgConfig::INIH PkgConfig::JANSSON)
tq_test(unit file)
tq_test(unit intake)
