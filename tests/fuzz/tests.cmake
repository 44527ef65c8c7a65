# Fuzz targets. With TQ_FUZZ (preset fuzz) they are libFuzzer programs; everywhere their corpus is
# replayed as a normal test, fuzz.<name>. New seeds: build fuzz_seeds, run it on tests/fuzz/corpus.
set(TQ_FUZZ_SUPPORT support/envelope.c support/message_gen.c support/message_same.c)

# tq_fuzz(<name>): fuzz/fuzz_<name>.c over fuzz/corpus/<name>.
function(tq_fuzz name)
    set(target fuzz_${name})
    set(corpus ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${name})
    add_executable(${target} fuzz/fuzz_${name}.c ${TQ_FUZZ_SUPPORT} $<TARGET_OBJECTS:tq_support>)
    target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support
        ${PROJECT_SOURCE_DIR}/common)
    target_link_libraries(${target} PRIVATE tq_flags tq_testing)
    if(TQ_FUZZ)
        target_link_options(${target} PRIVATE -fsanitize=fuzzer)
        add_test(NAME fuzz.${name} COMMAND ${target} -runs=0 ${corpus})
    else()
        target_sources(${target} PRIVATE fuzz/replay.c)
        add_test(NAME fuzz.${name} COMMAND ${target} ${corpus})
    endif()
    set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 300)
endfunction()

tq_fuzz(body)
tq_fuzz(bundle)
tq_fuzz(files)
tq_fuzz(invitation)
tq_fuzz(message)
tq_fuzz(page)
target_link_libraries(fuzz_page PRIVATE tq_page)
tq_fuzz(parcel)
target_sources(fuzz_parcel PRIVATE ${PROJECT_SOURCE_DIR}/server/parcel_reply.c)
target_include_directories(fuzz_parcel PRIVATE ${PROJECT_SOURCE_DIR}/server)
target_link_libraries(fuzz_parcel PRIVATE PkgConfig::JANSSON PkgConfig::ZLIB)
tq_fuzz(sessions)
tq_fuzz(small)
tq_fuzz(typed)
target_sources(fuzz_typed PRIVATE ${PROJECT_SOURCE_DIR}/common/web/guard.c
    ${PROJECT_SOURCE_DIR}/common/web/path.c)
target_link_libraries(fuzz_typed PRIVATE PkgConfig::UTF8PROC)
tq_fuzz(xlsx)
target_link_libraries(fuzz_xlsx PRIVATE tq_excel_testing PkgConfig::ZIP)
target_sources(fuzz_sessions PRIVATE support/mill.c support/office_world.c)
target_link_libraries(fuzz_sessions PRIVATE PkgConfig::CMOCKA)
target_compile_definitions(fuzz_sessions PRIVATE TQ_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    TQ_BINARY_DIR="${PROJECT_BINARY_DIR}")

target_sources(fuzz_files PRIVATE ${PROJECT_SOURCE_DIR}/common/member/network.c
    ${PROJECT_SOURCE_DIR}/common/cli/answer.c ${PROJECT_SOURCE_DIR}/common/cli/cli.c
    ${PROJECT_SOURCE_DIR}/common/cli/config.c ${PROJECT_SOURCE_DIR}/common/cli/json.c
    ${PROJECT_SOURCE_DIR}/common/cli/options.c
    ${PROJECT_SOURCE_DIR}/server/revocation_list.c)
target_include_directories(fuzz_files PRIVATE ${PROJECT_SOURCE_DIR}/common ${PROJECT_SOURCE_DIR}/server)
target_link_libraries(fuzz_files PRIVATE PkgConfig::INIH PkgConfig::JANSSON PkgConfig::POPT)

add_executable(fuzz_seeds EXCLUDE_FROM_ALL fuzz/make_seeds.c ${TQ_FUZZ_SUPPORT}
    $<TARGET_OBJECTS:tq_support>)
target_include_directories(fuzz_seeds PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support)
target_link_libraries(fuzz_seeds PRIVATE tq_flags tq_testing)
