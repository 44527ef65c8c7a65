# The bench: script/bench builds it in a release build and runs it. Here it is only seen to run.
add_executable(tuquan-bench
    bench/bench.c
    bench/capture.c
    bench/ends.c
    bench/merge.c
    bench/night.c
    bench/workload.c
    support/tmp.c
)
target_include_directories(tuquan-bench PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support)
target_link_libraries(tuquan-bench PRIVATE tq_flags tq_member PkgConfig::SQLITE3 PkgConfig::SODIUM
    PkgConfig::ZSTD)
set_target_properties(tuquan-bench PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
add_test(NAME bench.smoke COMMAND Python3::Interpreter -B
    ${CMAKE_CURRENT_SOURCE_DIR}/bench/smoke.py $<TARGET_FILE:tuquan-bench>)
set_tests_properties(bench.smoke PROPERTIES LABELS bench TIMEOUT 300)

# How quick the office's page is; here it is only seen to run.
add_test(NAME bench.page COMMAND Python3::Interpreter -B ${CMAKE_CURRENT_SOURCE_DIR}/bench/page.py
    $<TARGET_FILE:tuquan-commune> --rows 2000 --times 3)
set_tests_properties(bench.page PROPERTIES LABELS bench TIMEOUT 300)
