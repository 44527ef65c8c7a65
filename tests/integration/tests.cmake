# Tests of real processes on real sockets, and checks of the tree itself.
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)

# tq_check(<name> [argument...]): tests/integration/check_<name>.py over the tree, and its
# self-test, which shows that it can fail.
function(tq_check name)
    set(script ${CMAKE_CURRENT_SOURCE_DIR}/integration/check_${name}.py)
    add_test(NAME check.${name} COMMAND Python3::Interpreter -B ${script} ${ARGN})
    add_test(NAME check.${name}_can_fail COMMAND Python3::Interpreter -B ${script} --self-test)
    set_tests_properties(check.${name} check.${name}_can_fail PROPERTIES LABELS check TIMEOUT 300
        SKIP_RETURN_CODE 77)
endfunction()

tq_check(banned)
tq_check(borders)
tq_check(breaks)
tq_check(demo_data)
tq_check(facts)
tq_check(format)
tq_check(globals ${PROJECT_BINARY_DIR})
tq_check(headers)
tq_check(headlines)
tq_check(machine)
tq_check(map)
tq_check(migrations)
tq_check(proto)
tq_check(settings)
tq_check(sizes)
tq_check(sources)
tq_check(testmap)
tq_check(torture)

tq_test(integration hub support/line_world.c support/raw_peer.c)
tq_test(integration link support/line_world.c)
tq_test(integration night_score support/sheet_file.c)
target_compile_definitions(integration_night_score PRIVATE TQ_PYTHON="${Python3_EXECUTABLE}")
tq_test(integration link_line support/line_world.c)
tq_test(integration night_import)
target_compile_definitions(integration_night_import PRIVATE TQ_PYTHON="${Python3_EXECUTABLE}")
tq_test(integration stock_shell support/office_db.c)

# Real programs at a command line.
add_test(NAME integration.commune_cli COMMAND Python3::Interpreter -B
    ${CMAKE_CURRENT_SOURCE_DIR}/integration/commune_cli.py $<TARGET_FILE:tuquan-commune>)
set_tests_properties(integration.commune_cli PROPERTIES LABELS integration TIMEOUT 300)

# Excel in and out.
add_test(NAME integration.excel COMMAND Python3::Interpreter -B
    ${CMAKE_CURRENT_SOURCE_DIR}/integration/excel.py $<TARGET_FILE:tuquan-commune>)
set_tests_properties(integration.excel PROPERTIES LABELS integration TIMEOUT 300)

# The whole demo, with this build's programs, and a look around as it advises.
add_test(NAME integration.night COMMAND Python3::Interpreter -B
    ${CMAKE_CURRENT_SOURCE_DIR}/integration/night.py --bin ${PROJECT_BINARY_DIR}/bin
    --data ${PROJECT_SOURCE_DIR}/data)
set_tests_properties(integration.night PROPERTIES LABELS integration TIMEOUT 600)

# The real district and offices, as processes on free ports.
foreach(name agent bad_states crash identity inbox keys scope tools)
    add_test(NAME integration.office_${name} COMMAND Python3::Interpreter -B
        ${CMAKE_CURRENT_SOURCE_DIR}/integration/office_${name}.py
        $<TARGET_FILE:tuquan-commune> $<TARGET_FILE:tuquan-district>)
    set_tests_properties(integration.office_${name} PROPERTIES LABELS integration TIMEOUT 600)
endforeach()
foreach(name border_due liaison liaison_bundle liaison_told stick district_cli district_year district_proposals district_readmit district_restore every_command join_cli
    ledger_flips long_texts)
    add_test(NAME integration.${name} COMMAND Python3::Interpreter -B
        ${CMAKE_CURRENT_SOURCE_DIR}/integration/${name}.py
        $<TARGET_FILE:tuquan-commune> $<TARGET_FILE:tuquan-district>)
    set_tests_properties(integration.${name} PROPERTIES LABELS integration TIMEOUT 600)
endforeach()

# The pages, as a browser asks them.
add_test(NAME integration.board_api COMMAND Python3::Interpreter -B
    ${CMAKE_CURRENT_SOURCE_DIR}/integration/board_api.py
    $<TARGET_FILE:tuquan-commune> $<TARGET_FILE:tuquan-district>)
set_tests_properties(integration.board_api PROPERTIES LABELS "integration;web" TIMEOUT 600)
add_test(NAME integration.page_api COMMAND Python3::Interpreter -B
    ${CMAKE_CURRENT_SOURCE_DIR}/integration/page_api.py
    $<TARGET_FILE:tuquan-commune> $<TARGET_FILE:tuquan-district>)
set_tests_properties(integration.page_api PROPERTIES LABELS "integration;web" TIMEOUT 600)
add_library(fail_rename MODULE support/fail_rename.c)
target_link_libraries(fail_rename PRIVATE ${CMAKE_DL_LIBS})
add_test(NAME integration.page_restore COMMAND Python3::Interpreter -B
    ${CMAKE_CURRENT_SOURCE_DIR}/integration/page_restore.py
    $<TARGET_FILE:tuquan-commune> $<TARGET_FILE:tuquan-district> $<TARGET_FILE:fail_rename>)
set_tests_properties(integration.page_restore PROPERTIES LABELS "integration;web" TIMEOUT 600)

# Hostile peers on real sockets against the running district; the attacker is a program of its own.
add_executable(attacker integration/attacker.c integration/attacker_chain.c
    integration/attacker_honest.c integration/attacker_neighbour.c integration/attacker_sets.c integration/attacker_talk.c
    support/enemy.c support/envelope.c $<TARGET_OBJECTS:tq_support>)
target_include_directories(attacker PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support)
target_link_libraries(attacker PRIVATE tq_flags tq_testing)
foreach(name greedy members neighbour strangers)
    add_test(NAME integration.attack_${name} COMMAND Python3::Interpreter -B
        ${CMAKE_CURRENT_SOURCE_DIR}/integration/attack_${name}.py
        $<TARGET_FILE:tuquan-commune> $<TARGET_FILE:tuquan-district> $<TARGET_FILE:attacker>)
    set_tests_properties(integration.attack_${name} PROPERTIES LABELS integration TIMEOUT 600)
endforeach()

# What the world does to the programs: clocks, lines, disks, stops.
add_executable(relay integration/relay_main.c $<TARGET_OBJECTS:tq_support>)
target_include_directories(relay PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support)
target_link_libraries(relay PRIVATE tq_flags tq_testing)
add_test(NAME integration.office_faults COMMAND Python3::Interpreter -B
    ${CMAKE_CURRENT_SOURCE_DIR}/integration/office_faults.py
    $<TARGET_FILE:tuquan-commune> $<TARGET_FILE:tuquan-district> $<TARGET_FILE:relay>)
set_tests_properties(integration.office_faults PROPERTIES LABELS integration TIMEOUT 600)

# A heap that fails at any allocation of any command. A sanitizer has a heap of its own in its place.
if(NOT TQ_SANITIZE)
    add_library(fail_heap MODULE support/fail_heap.c)
    target_include_directories(fail_heap PRIVATE ${PROJECT_SOURCE_DIR}/common/include)
    foreach(name no_memory no_memory_line secrets_wiped)
        add_test(NAME integration.${name} COMMAND Python3::Interpreter -B
            ${CMAKE_CURRENT_SOURCE_DIR}/integration/${name}.py
            $<TARGET_FILE:tuquan-commune> $<TARGET_FILE:tuquan-district> $<TARGET_FILE:fail_heap>)
        set_tests_properties(integration.${name} PROPERTIES LABELS integration TIMEOUT 600)
    endforeach()
    add_test(NAME integration.district_init COMMAND Python3::Interpreter -B
        ${CMAKE_CURRENT_SOURCE_DIR}/integration/district_init.py $<TARGET_FILE:tuquan-commune>
        $<TARGET_FILE:tuquan-district> $<TARGET_FILE:fail_heap> $<TARGET_FILE:fail_rename>)
    set_tests_properties(integration.district_init PROPERTIES LABELS integration TIMEOUT 600)
endif()

# A server that is held while it starts: who knocks then is not told that nobody knows him.
add_library(hold_listen MODULE support/hold_listen.c)
target_link_libraries(hold_listen PRIVATE ${CMAKE_DL_LIBS})
add_test(NAME integration.district_starting COMMAND Python3::Interpreter -B
    ${CMAKE_CURRENT_SOURCE_DIR}/integration/district_starting.py
    $<TARGET_FILE:tuquan-commune> $<TARGET_FILE:tuquan-district> $<TARGET_FILE:hold_listen>)
set_tests_properties(integration.district_starting PROPERTIES LABELS integration TIMEOUT 600)

# A bad line of the kernel's own, where it has one.
add_test(NAME integration.kernel_line COMMAND Python3::Interpreter -B
    ${CMAKE_CURRENT_SOURCE_DIR}/integration/kernel_line.py
    $<TARGET_FILE:tuquan-commune> $<TARGET_FILE:tuquan-district>)
set_tests_properties(integration.kernel_line PROPERTIES LABELS integration TIMEOUT 600
    SKIP_RETURN_CODE 77)

# What is installed, an outside project against it, packages.
add_test(NAME integration.package COMMAND Python3::Interpreter -B
    ${CMAKE_CURRENT_SOURCE_DIR}/integration/package.py ${PROJECT_BINARY_DIR} ${CMAKE_COMMAND})
set_tests_properties(integration.package PROPERTIES LABELS integration TIMEOUT 600
    SKIP_RETURN_CODE 77)

# Under a sanitizer the first report ends the program, whichever it is, and so the test.
get_property(tests DIRECTORY PROPERTY TESTS)
list(FILTER tests INCLUDE REGEX "^integration\\.")
set_property(TEST ${tests} APPEND PROPERTY ENVIRONMENT
    "TSAN_OPTIONS=halt_on_error=1:suppressions=${CMAKE_CURRENT_SOURCE_DIR}/support/tsan.supp"
    "ASAN_OPTIONS=halt_on_error=1" "UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1")
