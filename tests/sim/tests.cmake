# Simulated nights: tests/sim/sim_main.c says what the options are.
add_executable(sim sim/sim_main.c sim/sim_account.c sim/sim_args.c sim/sim_border_check.c sim/sim_captured.c sim/sim_check.c sim/sim_chores.c sim/sim_clerk.c sim/sim_confirm.c sim/sim_copies.c sim/sim_disk.c
    sim/sim_district.c sim/sim_fold.c sim/sim_heap.c sim/sim_history.c sim/sim_judged.c sim/sim_line.c sim/sim_net.c sim/sim_office.c sim/sim_officers.c sim/sim_parcel.c sim/sim_people.c sim/sim_plan.c
    sim/sim_rebuild.c sim/sim_reports.c sim/sim_rest.c sim/sim_round.c sim/sim_run.c sim/sim_shadow.c sim/sim_shell.c sim/sim_shrink.c sim/sim_side.c sim/sim_stick.c sim/sim_sync.c sim/sim_template.c sim/sim_told.c sim/sim_versions.c sim/sim_vfs.c
    sim/sim_world.c support/mill.c $<TARGET_OBJECTS:tq_support>)
# The rounds of a link and its bundles are the server's own.
foreach(part app_merge bundle_merge edit liaison_ask liaison_case liaison_lay liaison_lock liaison_minutes liaison_round liaison_tell parcel_files parcel_make
        parcel_open)
    target_sources(sim PRIVATE ${PROJECT_SOURCE_DIR}/server/${part}.c)
endforeach()
foreach(part guest join network one_way)
    target_sources(sim PRIVATE ${PROJECT_SOURCE_DIR}/common/member/${part}.c)
endforeach()
target_include_directories(sim PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/support
    ${PROJECT_SOURCE_DIR}/common ${PROJECT_SOURCE_DIR}/server)
target_link_libraries(sim PRIVATE tq_flags tq_testing PkgConfig::CMOCKA)
target_compile_definitions(sim PRIVATE TQ_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

# tq_sim(<name> <option...>)
function(tq_sim name)
    add_test(NAME sim.${name} COMMAND sim ${ARGN})
    set_tests_properties(sim.${name} PROPERTIES LABELS sim TIMEOUT 300)
endfunction()

tq_sim(nights --seeds 8 --shrink 0)
tq_sim(more_nights --first 18 --seeds 8 --shrink 0)
tq_sim(copies --copies --first 1 --seeds 5 --nights 6 --shrink 0)
tq_sim(refills --refills --first 5 --seeds 5 --nights 6 --shrink 0)
tq_sim(versions --versions --first 5 --seeds 6 --nights 6 --shrink 0)
tq_sim(empties --copies --empties --first 4 --seeds 6 --nights 6 --shrink 0)
# After a loss everybody comes to rest, and the run goes on as one without.
tq_sim(rests --copies --refills --empties --rests --first 1 --seeds 4 --nights 6 --shrink 0)
# A clerk's shell has begun to write; ours is told that the file is busy, and goes on later.
tq_sim(shells --shells --copies --first 1 --seeds 4 --nights 5 --shrink 0)
tq_sim(moments --moments --first 1 --seeds 5 --nights 6 --shrink 0)
tq_sim(delays --delays --first 1 --seeds 5 --nights 6 --shrink 0)
# An answer of a session before comes when the next one has begun, and would move the file.
tq_sim(answer_of_the_session_before --delays --copies --refills --moments --chores --first 129
    --seeds 1 --nights 6 --shrink 0)
tq_sim(chores --chores --first 1 --seeds 5 --nights 6 --shrink 0)
tq_sim(sticks --sticks --copies --versions --moments --chores --first 2002 --seeds 5 --nights 6 --shrink 0)
tq_sim(neighbours --neighbours --copies --refills --first 6 --seeds 5 --nights 4 --shrink 0)
# The same, and bundles as a third road; where the seed is even, nothing else is left at rest.
tq_sim(bundles_across --neighbours --parcels --first 18 --seeds 4 --nights 4 --shrink 0)
tq_sim(hostile_neighbour --neighbours --first 31 --seeds 1 --nights 4 --shrink 0)
# An agreement that no longer names a table could not be brought in while rows of it lay in the mailbox,
# nor one that no longer names a row that was answered.
tq_sim(agreement_without_a_table --neighbours --first 2 --seeds 1 --nights 4 --shrink 0)
# A meeting of the neighbour's that an officer entered again after a restore was taken for ours (E320).
tq_sim(entered_again_after_a_restore --neighbours --refills --empties --first 43 --seeds 1 --nights 6 --shrink 0)
# A district was lost while its link had ended: the one in its place has no agreement until it is signed.
tq_sim(lost_behind_an_end --neighbours --copies --refills --empties --first 6 --seeds 1 --nights 5 --shrink 0)
# The same, and the neighbour invites anew: what was entered again is heard of by nobody (docs/liaison.md).
tq_sim(invited_anew_after_a_loss --neighbours --copies --refills --empties --versions --moments --delays --chores
    --sticks --first 3000076 --seeds 1 --shrink 0)
# Everything that a campaign plays (script/campaign), of one seed; what follows the seed comes to it.
function(tq_sim_wide name seed)
    tq_sim(${name} --neighbours --copies --refills --empties --versions --moments --delays --chores --sticks
        --parcels --reports --rests --servers --shells --histories --first ${seed} --seeds 1 --shrink 0 ${ARGN})
endfunction()

# A minute of a locked period was asked for, refused, and asked for again when the agreement no longer named
# all of it: the words of the first time stood there (522), or it was done by then (502).
tq_sim_wide(asked_again_after_the_agreement_narrowed 522)
tq_sim_wide(done_after_the_agreement_narrowed 502)
# Faults of the simulator's own checks: an entry that says what the column has anyhow; a shell whose machine
# goes while the file is closed; an answer to a row of ours when another agreement holds.
tq_sim_wide(default_entered 30000106)
tq_sim_wide(shell_of_a_dead_machine 30000141)
tq_sim_wide(answered_after_the_agreement_narrowed 31000150)
# An office that offers what a district lost took 2.4 MB for each table.
tq_sim_wide(offers_of_many_tables 70000161 --deaths)
# A submission that waited was none when it came (a report's received_at).
tq_sim_wide(submission_that_waited 70000194 --deaths)
tq_sim_wide(receipt_for_the_stick 90000012 --deaths)

# Reports are sent, given back and sent again. In any order of their sets (--histories) they were received
# as late as what came first; what was granted came when it had been asked for; a first part brought nothing.
tq_sim(reports --reports --histories --first 38 --seeds 1 --nights 4 --shrink 0)
tq_sim(reports_in_any_order --reports --histories --first 11 --seeds 1 --nights 4 --shrink 0)
tq_sim(reports_granted --reports --histories --first 30 --seeds 1 --nights 4 --shrink 0)
tq_sim(reports_in_parts --reports --histories --first 52 --seeds 1 --nights 4 --shrink 0)
tq_sim(calm --calm --seeds 2)
tq_sim(replay --twice --first 100 --seeds 2 --nights 4 --shrink 0)

# Scripts that failed once.
file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/sim/scripts/*.txt)
foreach(script ${scripts})
    get_filename_component(name ${script} NAME_WE)
    tq_sim(${name} --histories --shrink 0 --script ${script})
endforeach()

# Whole histories with their receipts, in any order (section 9.1). Seeds 2, 11 and 16 found that a
# refused request came back as one that still waits.
tq_sim(histories --calm --histories --seeds 2 --shrink 0)
tq_sim(refused_request --histories --first 16 --seeds 1 --shrink 0)
# A cell that was asked for by itself came back dropped with its row, which was voided later.
tq_sim(asked_then_voided --histories --first 22 --seeds 1 --shrink 0)
# A request that was refused and asked again came back refused.
tq_sim(asked_again --histories --first 26 --seeds 1 --shrink 0)
# A row that was asked for, and that another device entered meanwhile, was asked for still.
tq_sim(asked_and_entered --histories --calm --first 13 --seeds 1 --shrink 0)
# The district's clock was years ahead, and so are the epochs that its sets name.
tq_sim(years_ahead --histories --first 128 --seeds 1 --shrink 0)
# A grant of one device's row let in what another had asked for the same row.
tq_sim(granted_to_another --histories --first 86 --seeds 1 --shrink 0)

# A set that was lost twice, with an amending receipt made between, is no damage of the ledger.
tq_sim(lost_twice --copies --refills --first 317 --seeds 1 --shrink 0)
# Branches of a file that come back whole, and a branch that was sent before its parent was back.
tq_sim(lost_branches --copies --refills --first 309 --seeds 1 --shrink 0)

# The seeds of tests/README.md, "Bugs that the simulator found".
tq_sim(restored_repair_lost --copies --refills --first 4 --seeds 1 --nights 8 --shrink 0)
tq_sim(restored_answered_again --copies --refills --first 12 --seeds 1 --nights 8 --shrink 0)
tq_sim(restored_revoked --copies --refills --first 13 --seeds 1 --nights 8 --shrink 0)
tq_sim(restored_no_welcome --copies --refills --first 39 --seeds 1 --nights 8 --shrink 0)
tq_sim(restored_mid_pull --copies --refills --first 205 --seeds 1 --nights 8 --shrink 0)
tq_sim(restored_amended_twice --copies --refills --first 72 --seeds 1 --nights 8 --shrink 0)
tq_sim(key_without_memory --copies --refills --first 245 --seeds 1 --nights 8 --shrink 0)
tq_sim(restored_place_taken --copies --refills --first 27 --seeds 1 --nights 8 --shrink 0)
tq_sim(restored_answered_twice --copies --refills --first 424 --seeds 1 --nights 8 --shrink 0)
tq_sim(restored_thrice --copies --refills --first 1000 --seeds 1 --nights 8 --shrink 0)
tq_sim(restored_receipt_lost --copies --refills --first 613 --seeds 1 --nights 8 --shrink 0)
tq_sim(copies_before_branch --copies --refills --first 3123 --seeds 1 --nights 8 --shrink 0)
tq_sim(restored_e0 --copies --refills --first 2130 --seeds 1 --nights 8 --shrink 0)
tq_sim(restored_while_it_comes --copies --refills --first 634 --seeds 1 --nights 8 --shrink 0)
tq_sim(restored_and_reopened --copies --refills --first 130 --seeds 1 --nights 8 --shrink 0)

# The same, with everything on.
function(tq_sim_all name seed)
    tq_sim(${name} --copies --refills --empties --versions --moments --first ${seed} --seeds 1 --shrink 0)
endfunction()

tq_sim_all(memory_at_commit 2171)
tq_sim_all(amended_in_another_history 1014)
tq_sim_all(brought_by_a_lost_branch 2132)
tq_sim_all(put_right_and_lost 2119)
tq_sim_all(made_nfc 2321)
tq_sim_all(restored_answered_copy 100153)
tq_sim_all(two_histories_half_loaded 200112)
tq_sim_all(receipt_lost_before_an_answer 400001)
tq_sim_all(voided_before_it_was_amended 200089)
# What an officer had refused was asked again by a copy of the file, and nobody could decide it.
tq_sim(refused_to_a_copy --copies --refills --empties --versions --moments --histories --first 710084
    --seeds 1 --shrink 0)
# What people had decided came back before what it was about.
function(tq_sim_chores name seed)
    tq_sim(${name} --copies --refills --empties --versions --moments --histories --delays --chores
        --first ${seed} --seeds 1 --shrink 0)
endfunction()
tq_sim_chores(given_back_before_it_waits 3)
tq_sim_chores(decided_before_the_conflict 11)
tq_sim_chores(receipt_lost_between_answers 730025)
tq_sim_chores(answered_by_both_histories 730022)
tq_sim_chores(amended_by_the_other_history 760001)
tq_sim_chores(waited_in_the_other_history 770041)
tq_sim_chores(dropped_receipt_lost 770050)
# A decision that two took alike: the one that lost kept its own time under the clerk's.
tq_sim_chores(decided_alike_comes_down 880003)
# What an officer had given back waited again when a copy of the file sent it.
tq_sim_chores(given_back_to_a_copy 880020)
# A request that was closed when its row was voided, and asked again, still told of the void.
tq_sim_chores(asked_again_after_a_void 881058)
# What two copies of a file had sent, and what waits, came back in one batch.
tq_sim_chores(held_by_two_copies_in_one_batch 881086)
# Of one insert in two branches that of the other one was looked at, which was dropped.
tq_sim_chores(dropped_in_the_other_branch 881184)
# A clerk decides a conflict about a column that his older program does not have.
tq_sim_chores(conflict_of_a_newer_program 953153)
# An officer gave a refused row back; a copy of the file sent it again, and that opened it anew.
tq_sim_chores(refused_row_given_back_to_a_copy 950765)
# A row that two copies sent was refused, and the one of them asked again.
tq_sim_chores(asked_again_by_one_copy 953634)
# It waited here, and another copy had its answer from a district that was lost: it was taken.
tq_sim_chores(taken_for_another_copy 950588)

# A set that two lost histories had answered, the one by a bundle's answer that came late.
tq_sim(answered_by_two_lost_histories --sticks --copies --refills --empties --versions --moments
    --delays --chores --first 17 --seeds 1 --shrink 0)

# A session began again while sets came back to a restored district, and went on behind the last of them.
tq_sim(copy_found_while_sets_come_back --sticks --copies --refills --empties --versions --moments
    --delays --chores --first 5066 --seeds 1 --nights 4 --shrink 0)

# A file that had branched twice, by a clock that had been ahead, was told of its first branch.
tq_sim(told_of_its_last_branch --copies --refills --empties --versions --moments --delays --chores --sticks
    --neighbours --parcels --reports --rests --first 5200005 --seeds 1 --nights 3 --shrink 0)

# A branch that a lost district had given was taken for a second file at the empty one.
tq_sim(branch_that_a_district_lost --copies --refills --empties --versions --moments --delays --chores --sticks
    --neighbours --parcels --reports --rests --servers --first 5300006 --seeds 1 --nights 5 --shrink 0)

# A campaign that is stopped tells which faults have struck too seldom.
add_test(NAME sim.stopped COMMAND Python3::Interpreter -B
    ${CMAKE_CURRENT_SOURCE_DIR}/integration/sim_stopped.py $<TARGET_FILE:sim>)
set_tests_properties(sim.stopped PROPERTIES LABELS sim TIMEOUT 300)

# A disk that does not sync what it says it has synced must be found out.
tq_sim(lies --lies --first 1 --seeds 4 --stop --shrink 0)
set_tests_properties(sim.lies PROPERTIES WILL_FAIL TRUE)
