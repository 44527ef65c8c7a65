/* sim.h - A district and its offices in one process, one thread, from one seed.
 *
 * Real are the sessions, the stores with their triggers, SQLite, and the codec (every message is
 * encoded and decoded on its way). Faked are the disks (sim_disk.h), the network, all clocks and all
 * randomness; signatures are the keyed hash of tests/support/mill.h.
 * Invariant: a seed and its options give the same run, to the last byte.
 * Threads:   one; SQLite's clock and disks are variables of this process. */
#ifndef TQ_TESTS_SIM_H
#define TQ_TESTS_SIM_H

#include <setjmp.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "mill.h"
#include "sim_disk.h"
#include "tuquan/codec.h"
#include "tuquan/district_reports.h"
#include "tuquan/district_session.h"
#include "tuquan/district_store.h"
#include "tuquan/office_session.h"
#include "tuquan/office_store.h"

#define SIM_OFFICES 15
#define SIM_COMMUNES 5
#define SIM_PACKETS 8192
#define SIM_DISTRICT SIM_OFFICES /* as the end of a packet */
#define SIM_START_MS INT64_C(1607900000000)
#define SIM_DAY_MS INT64_C(86400000)
#define SIM_HOUR_MS INT64_C(3600000)
#define SIM_KEYS 512
#define SIM_TABLES 96
#define SIM_VERSIONS 3 /* of the catalogue, where they stand side by side */

/* What may be switched on in a run: X(field, name). sim_draw_options chooses from the seed. */
#define SIM_SWITCHES(X)                                                                            \
    X(network)    /* messages get lost, repeated, reordered, delayed; lines are cut */             \
    X(crashes)    /* of offices */                                                                 \
    X(power)      /* a crash takes the machine with it: what was not synced is lost */             \
    X(clocks)     /* wrong, stepping, fast */                                                      \
    X(restarts)   /* of the district, and its crashes */                                           \
    X(partitions) /* for days */                                                                   \
    X(broadcasts)                                                                                  \
    X(disks)        /* full, or with errors */                                                     \
    X(memory)       /* allocations fail */                                                         \
    X(revokes)      /* a device is revoked */                                                      \
    X(decisions)    /* correction requests are granted and refused */                              \
    X(copies)       /* office files restored and copied */                                         \
    X(refills)      /* the district restored */                                                    \
    X(empties)      /* the district lost; restored together with offices */                        \
    X(moments)      /* locks, edits, verdicts between the messages of a session */                 \
    X(versions)     /* catalogues of several versions side by side */                              \
    X(delays)       /* messages come minutes and hours late, after those of later sessions */      \
    X(chores)       /* inbox decisions, held rows decided, backups, pruning, a torn height file */ \
    X(sticks)       /* sessions go and come as files, too: lost, late, twice, in any order */      \
    X(neighbours)   /* a second district, and a link with it (sim_border.h) */                     \
    X(parcels)      /* bundles go between the two districts, too */                                \
    X(deaths)       /* ... whose machines die in a session of the other's; rounds meet */          \
    X(hostile)      /* ... which keeps to nothing */                                               \
    X(reports)      /* sent, given back, sent again */                                             \
    X(servers)      /* the district's clock runs fast or slow, its height file is torn anywhere */ \
    X(shells)       /* another program holds an office's file, reads or writes it */               \
    X(rests)        /* after a loss everybody comes to rest, some morning, and the run goes on */  \
    X(all_tables)   /* else the few that something happens in: faster by half */                   \
    X(small_chunks) /* little credit, small sets: many chunks and parts */

struct sim_options {
    uint64_t seed;
    int nights;
    bool verbose;
    bool lies;      /* disks do not sync: the checks must find it */
    bool histories; /* at the end, the sets of the whole run are folded in other orders */
#define X(field) bool field;
    SIM_SWITCHES(X)
#undef X
};

/* Each kind of fault, counted when it struck, not when it was planned: a cut lost a message or ended a
 * session, an edit changed a row, a clock was read while it was wrong. X(name, text). */
#define SIM_FAULTS(X)                                                                              \
    X(LOST, "message lost")                                                                        \
    X(REPEATED, "message repeated")                                                                \
    X(REORDERED, "message out of order")                                                           \
    X(DELAYED, "message delayed over a second")                                                    \
    X(LINE_CUT, "line cut between messages")                                                       \
    X(FRAME_CUT, "line cut within a message")                                                      \
    X(PARTITION, "office cut off for days")                                                        \
    X(CLOCK_WRONG, "office's clock wrong by an hour or more")                                      \
    X(CLOCK_STEP, "office's clock steps while it runs")                                            \
    X(CLOCK_FAST, "office's clock runs fast or slow")                                              \
    X(DISTRICT_CLOCK, "district's clock steps")                                                    \
    X(KILL, "office killed between operations")                                                    \
    X(CRASH_COMMIT, "crash just before or after a commit")                                         \
    X(CRASH_WRITE, "crash within a write")                                                         \
    X(CRASH_SYNC, "crash within a sync")                                                           \
    X(CRASH_OPEN, "crash while a file is opened again")                                            \
    X(DISTRICT_CRASH, "crash of the district")                                                     \
    X(DISTRICT_RESTART, "restart of the district")                                                 \
    X(POWER, "power lost")                                                                         \
    X(LOST_PAGES, "un-synced write lost")                                                          \
    X(TORN_PAGES, "un-synced write torn")                                                          \
    X(DISK_FULL, "disk full")                                                                      \
    X(WRITE_ERROR, "error on write")                                                               \
    X(SYNC_ERROR, "error on sync")                                                                 \
    X(READ_ERROR, "error on read")                                                                 \
    X(NOMEM, "allocation failed at an office")                                                     \
    X(BUSY, "office's file held by another program")                                               \
    X(SHELL_WROTE, "office's file written by another program meanwhile")                           \
    X(DISTRICT_NOMEM, "allocation failed at the district")                                         \
    X(LOCK, "period locked or opened at sync time")                                                \
    X(PUBLISH, "published at sync time")                                                           \
    X(VOID_EDIT, "row voided at one PC, edited at another")                                        \
    X(REVOKE, "device revoked")                                                                    \
    X(GRANT, "request granted")                                                                    \
    X(REFUSE, "request refused")                                                                   \
    X(RESTORE, "office file restored")                                                             \
    X(COPY, "office file copied to another PC")                                                    \
    X(FORK, "new incarnation taken")                                                               \
    X(TOLD, "file behind its own chain, and told so")                                              \
    X(RESTORE_DISTRICT, "district restored")                                                       \
    X(WHOLE_AGAIN, "everything back after a loss, and the run went on")                            \
    X(DISTRICT_CRASH_COMMIT, "district: crash just before or after a commit")                      \
    X(DISTRICT_CRASH_WRITE, "district: crash within a write")                                      \
    X(DISTRICT_CRASH_SYNC, "district: crash within a sync")                                        \
    X(DISTRICT_POWER, "district: power lost")                                                      \
    X(DISTRICT_LOST_PAGES, "district: un-synced write lost")                                       \
    X(DISTRICT_TORN_PAGES, "district: un-synced write torn")                                       \
    X(DISTRICT_DISK_FULL, "district: disk full")                                                   \
    X(DISTRICT_WRITE_ERROR, "district: error on write")                                            \
    X(DISTRICT_SYNC_ERROR, "district: error on sync")                                              \
    X(DISTRICT_READ_ERROR, "district: error on read")                                              \
    X(DISTRICT_CLOCK_FAST, "district's clock runs fast or slow")                                   \
    X(LOCK_WITHIN, "period locked or opened between messages of a session")                        \
    X(PUBLISH_WITHIN, "published between messages of a session")                                   \
    X(VOID_WITHIN, "voided and edited between messages of a session")                              \
    X(EDIT_WITHIN, "edited between messages of its own session")                                   \
    X(DECIDE_WITHIN, "request decided between messages of a session")                              \
    X(OFFICE_UPGRADE, "office upgraded")                                                           \
    X(UPGRADE_UNSENT, "office upgraded with unsent sets")                                          \
    X(DISTRICT_UPGRADE, "district upgraded")                                                       \
    X(OFFICE_AHEAD, "synced with an older district")                                               \
    X(OFFICE_BEHIND, "synced with a newer district")                                               \
    X(RELEASED, "change waited for the district's upgrade")                                        \
    X(EMPTY_DISTRICT, "district lost, an empty one in its place")                                  \
    X(RESTORE_BOTH, "district and an office restored together")                                    \
    X(LATE, "message late by minutes or hours")                                                    \
    X(STALE, "message of an earlier session")                                                      \
    X(INBOX_KEEP, "conflict decided: keep")                                                        \
    X(INBOX_TAKE, "conflict decided: take the other")                                              \
    X(INBOX_EDIT, "conflict decided: neither")                                                     \
    X(HELD_RELEASED, "held row judged again by an officer")                                        \
    X(HELD_RETURNED, "held row returned by an officer")                                            \
    X(BACKUP, "district backed up and tried")                                                      \
    X(YEAR, "more than a year passed")                                                             \
    X(PRUNED, "sets pruned at an office")                                                          \
    X(HEIGHT, "height file torn")                                                                  \
    X(STICK, "bundle opened at the district")                                                      \
    X(STICK_TAKEN, "answer to a bundle taken")                                                     \
    X(STICK_LEFT, "bundle or answer left to the line")                                             \
    X(BORDER_LOST, "link: message lost")                                                           \
    X(BORDER_REPEATED, "link: message repeated")                                                   \
    X(BORDER_REORDERED, "link: message out of order")                                              \
    X(BORDER_LATE, "link: message of an earlier session")                                          \
    X(BORDER_CUT, "link: line cut")                                                                \
    X(BORDER_PARTITION, "link: nobody to be reached for days")                                     \
    X(BORDER_CRASH, "link: crash within a write or sync")                                          \
    X(BORDER_CRASH_COMMIT, "link: crash just before or after a commit")                            \
    X(BORDER_PARTNER_DIED, "link: the partner died in a session")                                  \
    X(BORDER_POWER, "link: power lost at the neighbour")                                           \
    X(BORDER_FULL, "link: disk full in a round")                                                   \
    X(BORDER_IO, "link: error of a disk in a round")                                               \
    X(BORDER_NOMEM, "link: allocation failed in a round")                                          \
    X(BORDER_CLOCK, "link: a round by a clock that is wrong by an hour or more")                   \
    X(BORDER_BUSY, "link: a round while another goes on")                                          \
    X(BORDER_BOTH, "link: the partner's round within ours")                                        \
    X(BORDER_NARROWED, "link: an agreement withdrew what lay there")                               \
    X(BORDER_NARROWED_WITHIN, "link: ... between messages of a session")                           \
    X(BORDER_ENDED, "link: ended")                                                                 \
    X(BORDER_ENDED_WITHIN, "link: ended between messages of a session")                            \
    X(BORDER_RESTORED, "link: a district restored or lost")                                        \
    X(BORDER_CONFIRMED, "link: a row of the neighbour's entered again after a restore")            \
    X(BORDER_BOX_RESTORED, "link: a mailbox restored")                                             \
    X(BORDER_BOX_LOST, "link: a mailbox lost, invited anew")                                       \
    X(BORDER_OTHER_VERSION, "link: pulled from another schema version")                            \
    X(HOSTILE_REFUSED, "hostile: a row outside the agreement refused")                             \
    X(HOSTILE_OURS, "hostile: a row of ours refused")                                              \
    X(HOSTILE_ANSWER, "hostile: answers and cells that nobody asked for")                          \
    X(BORDER_REPLAY, "hostile: messages of earlier sessions once more")                            \
    X(REPORT_RETURNED, "report given back")                                                        \
    X(REPORT_AGAIN, "report sent again after it was given back")                                   \
    X(PARCEL, "bundle between districts opened")                                                   \
    X(PARCEL_AGAIN, "bundle between districts: opened once more")                                  \
    X(PARCEL_BEHIND, "bundle between districts: the line was there before")                        \
    X(PARCEL_OLD, "bundle between districts: older than one that was opened")                      \
    X(PARCEL_TERMS, "bundle between districts: of another agreement")                              \
    X(PARCEL_OTHERS, "bundle between districts: of a mailbox that was lost since")                 \
    X(PARCEL_LOST, "bundle between districts: never opened")

typedef enum sim_fault {
#define X(name, text) SIM_##name,
    SIM_FAULTS(X)
#undef X
            SIM_FAULT_KINDS,
} sim_fault;

/* What happens to whom and when; the script of a run is a list of these. */
#define SIM_EVENTS(X)                                                                              \
    X(WORK, "work")                                                                                \
    X(SYNC, "sync")                                                                                \
    X(KILL_OFFICE, "kill")                                                                         \
    X(ARM_COMMIT, "arm-commit")                                                                    \
    X(ARM_DISK, "arm-disk")                                                                        \
    X(CUT, "cut")                                                                                  \
    X(CUT_BYTES, "cut-bytes")                                                                      \
    X(CUT_OFF, "partition")                                                                        \
    X(SET_CLOCK, "clock")                                                                          \
    X(CLOCK_RATE, "clock-rate")                                                                    \
    X(FULL, "disk-full")                                                                           \
    X(IO_ERROR, "io-error")                                                                        \
    X(NO_MEMORY, "no-memory")                                                                      \
    X(VOIDS, "void-edit")                                                                          \
    X(SAVES, "save")                                                                               \
    X(RESTORES, "restore")                                                                         \
    X(COPIES, "copy")                                                                              \
    X(REVOKES, "revoke")                                                                           \
    X(DISTRICT, "district")                                                                        \
    X(RESTART, "restart")                                                                          \
    X(DISTRICT_ARM_COMMIT, "district-arm-commit")                                                  \
    X(DISTRICT_ARM_DISK, "district-arm-disk")                                                      \
    X(DISTRICT_FULL, "district-disk-full")                                                         \
    X(DISTRICT_IO_ERROR, "district-io-error")                                                      \
    X(DISTRICT_NO_MEMORY, "district-no-memory")                                                    \
    X(DISTRICT_SET_CLOCK, "district-clock")                                                        \
    X(LOCKS, "lock")                                                                               \
    X(PUBLISHES, "publish")                                                                        \
    X(DECIDES, "decide")                                                                           \
    X(DISTRICT_SAVES, "district-save")                                                             \
    X(DISTRICT_RESTORES, "district-restore")                                                       \
    X(FOLD, "fold")                                                                                \
    X(UPGRADES, "upgrade")                                                                         \
    X(DISTRICT_UPGRADES, "district-upgrade")                                                       \
    X(MOMENT, "moment")                                                                            \
    X(DISTRICT_EMPTIES, "district-empty")                                                          \
    X(BOTH_RESTORE, "both-restore")                                                                \
    X(INBOX, "inbox")                                                                              \
    X(PRUNES, "prune")                                                                             \
    X(HELD, "held")                                                                                \
    X(BACKS_UP, "back-up")                                                                         \
    X(YEAR, "year")                                                                                \
    X(TEARS_HEIGHT, "tear-height")                                                                 \
    X(STICK_MAKES, "stick-make")                                                                   \
    X(STICK_OPENS, "stick-open")                                                                   \
    X(STICK_TAKES, "stick-take")                                                                   \
    X(BORDER_ROUND, "round")                                                                       \
    X(BORDER_WORK, "border-work")                                                                  \
    X(BORDER_TERMS, "agreement")                                                                   \
    X(BORDER_FAULT, "border-fault")                                                                \
    X(BORDER_BOXES, "boxes")                                                                       \
    X(BORDER_END, "link-end")                                                                      \
    X(BORDER_UPGRADE, "neighbour-upgrade")                                                         \
    X(BORDER_HOSTILE, "hostile")                                                                   \
    X(PARCEL_MAKES, "parcel-make")                                                                 \
    X(PARCEL_OPENS, "parcel-open")                                                                 \
    X(REPORTS, "report")                                                                           \
    X(RETURNS, "return")                                                                           \
    X(RESTS, "rest")                                                                               \
    X(DISTRICT_CLOCK_RATE, "district-clock-rate")                                                  \
    X(SHELLS, "shell")

typedef enum sim_kind {
#define X(name, text) SIM_DO_##name,
    SIM_EVENTS(X)
#undef X
            SIM_EVENT_KINDS,
} sim_kind;

struct sim_event {
    sim_kind kind;
    int night;
    int64_t at_ms; /* after SIM_START_MS */
    size_t office;
    uint64_t seed; /* of all that is drawn while it happens */
};

struct sim_script {
    struct sim_options options;
    struct sim_event *events;
    size_t n;
    size_t cap;
};

struct sim_stats {
    uint64_t nights; /* of one office */
    uint64_t syncs;
    uint64_t syncs_done;
    uint64_t changes;
    uint64_t accepted;
    uint64_t exceptions;
    uint64_t refused;
    uint64_t held;
    uint64_t requested;
    uint64_t superseded;
    uint64_t conflicts;
    uint64_t packets;
    uint64_t checked_commits;
    uint64_t checked_seen;
    uint64_t folds;
    uint64_t accounted; /* cells of changes whose whereabouts were found */
    uint64_t receipts;  /* compared with the district's */
    uint64_t captured;  /* changes followed from their capture to a set */
    uint64_t rounds;    /* of a link */
    uint64_t crossed;   /* rows by it */
    uint64_t answers;
    uint64_t turned_away; /* rows and answers that were refused there */
    uint64_t faults[SIM_FAULT_KINDS];
};

struct sim;
struct border;

struct sim_packet {
    bool used;
    size_t from;
    size_t to;
    uint64_t conn; /* the connection of the office that it travels on */
    uint64_t sync; /* the sync of the office that it was sent in */
    bool overtaken;
    bool repeated;
    int64_t sent_ms;
    int64_t at_ms;
    uint64_t order;
    struct tq_buf bytes;
};

/* A row of the file before a transaction that lays rows. */
struct sim_before {
    uint32_t table;
    struct tq_slice key;
    const struct tq_value *values;
};

/* What was ever captured in a file: each change must come to the ledger. */
struct sim_captured {
    struct sim_change *list;
    size_t n;
    size_t cap;
    int64_t log_id; /* of the last one */
};

struct sim_change {
    uint32_t incarnation;
    uint64_t log_id;
    uint64_t hash; /* of its row, cell and values */
};

/* The messages of one session in one direction, as a file would hold them. */
struct sim_stick {
    uint64_t session; /* 0: there is none */
    uint32_t device;  /* that it is of: the file may be on another PC since */
    uint32_t age;     /* sim->age at which it was made */
    bool foreign;     /* by a file of another history than the district's of then */
    struct tq_buf messages;
};

#define SIM_STICKS 4

struct sim_office {
    struct sim *sim;
    size_t number;
    uint32_t device;
    size_t commune;
    uint32_t version; /* of its catalogue; 0: the build's own */
    char path[96];
    struct sim_disk *disk;
    struct tq_db *file;
    sqlite3 *db;
    struct tq_office_store *store;
    sqlite3_stmt *walks[SIM_TABLES]; /* of sim_check.c, by place in the catalogue */
    struct tq_office_ops ops;        /* the store's, with our hooks */
    struct tq_signer signer;
    struct tq_clock clock;
    struct tq_random random;
    struct tq_office office;
    struct tq_office_session *session;
    int64_t offset_ms; /* its clock minus the truth */
    int64_t rate_ppm;  /* how much faster it runs, since: */
    int64_t rate_from_ms;
    uint64_t cut_after; /* bytes until its line breaks; 0: does not */
    bool line_dead;     /* broken; nobody knows yet */
    long no_memory;     /* allocations until one fails in its next call; 0: none */
    long heap;          /* bytes that it holds */
    bool revoked;
    bool forked;  /* its file was restored or copied: what it had not sent may be lost */
    bool at_sea;  /* a fault of its disk or memory has struck since its last good sync */
    bool behind;  /* the district has lost something since all of this file was known to be there */
    bool foreign; /* the file of its session knew another history than the district's */
    uint32_t incarnation; /* as its session began */
    bool owed;            /* then the district held sets of it that the file had not */
    int64_t told;         /* last line of tq_fault by then: later ones may not tell of a loss */
    int64_t partition_until_ms;
    bool partition_struck; /* a message was lost by it */
    bool clock_steps;      /* has stepped, and was not read since */
    bool clock_drifts;
    uint64_t syncs;
    uint64_t session_number; /* of the last one */
    int written;             /* rows that the last statement of its clerk changed */
    struct sim_captured captured;
    struct sim_captured saved; /* as its saved file has it */
    uint32_t saved_age;        /* sim->age as of then */
    int64_t last_heard_ms;
    uint64_t conn;
    uint64_t last_cursor; /* of its last commit: no crash takes it back */
    uint64_t last_seen;
    uint64_t last_top;
    int64_t last_log;
    int64_t foreign_log; /* changes up to there were made in a file of another history */
    struct sim_stick questions[SIM_STICKS]; /* that lie about */
    struct sim_stick answers[SIM_STICKS];
    long moment;    /* messages of a session until something happens between them; 0: nothing */
    sqlite3 *shell; /* another program's; NULL: none */
    bool shell_writes;
    bool shell_wrote;
    int64_t shell_until_ms;
    bool crashed; /* in the middle of a call: close and open again */
    int crash_in; /* commits until it crashes; 0: does not */
    bool crash_after;
    bool applying;
    struct tq_arena *before_arena;
    struct sim_before before[SIM_KEYS];
    size_t nbefore;
};

/* A row at the district as it was from `head` on. */
struct sim_version {
    uint64_t head;
    bool exists;
    const struct tq_value *values;
    struct tq_meta meta;
    struct sim_version *older;
};

struct sim_row {
    const struct tq_table *table;
    struct tq_slice key;
    struct tq_slice owner;
    struct sim_version *newest;
    struct sim_row *next; /* in its bucket */
    struct sim_row *all;  /* in order of arrival */
};

struct sim_shadow {
    struct tq_arena *arena;
    struct sim_row *buckets[4096];
    struct sim_row *first;
    struct sim_row **last;
    uint64_t head;
    uint64_t ledger_n;
    uint64_t base; /* what was before is not known: the district's catalogue changed */
};

struct sim_heard {
    bool hello;
    uint32_t device;
    uint32_t incarnation;
    uint8_t place[TQ_PLACE_BYTES];
};

struct sim_district {
    char path[96];
    char height[200];
    struct sim_disk *disk;
    struct tq_district_store *store;
    struct tq_district_ops ops; /* the store's, with our hooks */
    struct tq_district *core;
    int64_t offset_ms;
    int64_t rate_ppm; /* all as an office's */
    int64_t rate_from_ms;
    bool clock_steps;
    bool clock_drifts;
    bool turn_due;
    int64_t turn_at_ms;
    bool crashed;
    int crash_in;
    bool crash_after;
    uint64_t epoch;
    long no_memory; /* as an office's */
    long heap;
    bool said;              /* something was sent in this turn */
    struct sim_heard heard; /* what its last Hello said of where it came from */
    uint64_t last_said;     /* head as of the last broadcast */
};

struct sim {
    struct sim_options options;
    struct sim_stats stats;
    uint64_t rng;
    int64_t now_ms;     /* the truth */
    int64_t skipped_ms; /* years that passed by themselves */
    int night;
    bool ending;
    bool faults; /* on at present */
    bool rebuilt; /* the district was restored, and not all of what it lost is back (sim_history.c) */
    uint32_t losses; /* of the district */
    uint32_t age;    /* counts losses, and the rests at which everything was back */
    uint64_t back_n; /* sets up to there in the ledger may have come back */
    bool rest_due;
    uint64_t twins; /* devices whose file was ever copied to another PC, by number */
    const struct sim_script *script;
    char dir[128];
    uint64_t files_made;
    uint32_t version;                     /* of the district's catalogue; 0: the build's own */
    uint32_t first_version;               /* that it began with */
    const struct tq_catalogue *catalogue; /* the district's */
    struct tq_catalogue strict[SIM_VERSIONS + 1];
    struct tq_catalogue lax[SIM_VERSIONS + 1]; /* what the offices run: rules are missing */
    struct tq_arena *arena;                    /* for the whole run */
    struct tq_arena *scratch;                  /* of a step */
    struct sim_office offices[SIM_OFFICES];
    size_t noffices;
    size_t ncommunes;
    struct sim_district district;
    struct sim_shadow shadow;
    struct border *border; /* NULL: no neighbour */
    struct sim_packet packets[SIM_PACKETS];
    size_t npackets;
    uint64_t packet_order;
    int64_t last_at[SIM_OFFICES][2]; /* of a channel: keeps its order */
    uint64_t conns;
    uint64_t values; /* every good value is another one */
    uint64_t published;
    struct tq_slice incidents[SIM_COMMUNES][SIM_KEYS]; /* keys that some PC made */
    size_t nincidents[SIM_COMMUNES];
    uint64_t trace;        /* hash of everything that travelled */
    struct sim_disk *past; /* the district as it was at the start */
    uint64_t past_n;       /* of its ledger */
    jmp_buf failed;
    char why[960];
};

/* sim_world.c: names, chance, what is there at the beginning. */
void sim_build(struct sim *s);
void sim_tear_down(struct sim *s);
int64_t sim_some_offset(struct sim *s);
/* Is this what a fault of a disk or of the memory looks like, and are there such faults? */
bool sim_may_fail(const struct sim *s, tq_status rc);
uint32_t sim_draw(uint64_t *rng, uint32_t sides);
uint32_t sim_roll(struct sim *s, uint32_t sides);
bool sim_chance(struct sim *s, uint32_t percent);
void sim_say(const struct sim *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sim_fail(struct sim *s, const char *format, ...)
        __attribute__((noreturn, format(printf, 2, 3)));
void sim_must(struct sim *s, tq_status rc, const char *what, const struct tq_error *err);
const char *sim_unit(size_t commune);
const char *sim_village(struct sim *s, size_t commune, uint32_t number);
bool sim_same_cell(const struct tq_table *table, uint32_t cell, const struct tq_value *a,
        const struct tq_value *b);
const char *sim_key_text(struct sim *s, const struct tq_table *table, struct tq_slice key);
/* A text value as a string, in the arena. */
const char *sim_text(struct sim *s, const struct tq_value *value);
/* The key that these parts make, which are not at their places in a row. */
bool sim_key(const struct tq_table *table, const struct tq_value *parts, struct tq_buf *out);
const char *sim_cell_text(
        struct sim *s, const struct tq_table *table, uint32_t cell, const struct tq_value *values);

/* sim_template.c: new files, made once a process. What a file's triggers add up to; */
struct tq_capture_sum;
const struct tq_capture_sum *sim_template_triggers(
        struct sim *s, const struct tq_catalogue *catalogue);
/* an office's file, closed; */
void sim_template_office(struct sim *s, const struct tq_catalogue *catalogue, const char *path);
/* what opening would make of no file; false: there is one, and it was left alone. True: the connection
 * is to be warmed, as if it had made the file itself. */
bool sim_template_district(struct sim *s, const char *path);
bool sim_template_seat(struct sim *s, const struct tq_catalogue *catalogue, const char *path);
void sim_template_warm(struct tq_db *db);
/* A new district's store, in memory: what verifying compares the schema with. */
struct tq_district_store *sim_template_empty(struct sim *s);
/* As if it had been made for that. */
void sim_template_draw_empty(void);

/* sim_plan.c: the script of a seed; as text, too. */
struct sim_args;
void sim_plan(struct sim_script *out, uint64_t seed, const struct sim_args *args);
void sim_script_free(struct sim_script *script);
void sim_script_write(const struct sim_script *script, const char *why, FILE *out);
bool sim_script_read(struct sim_script *out, FILE *in);

/* sim_run.c: what happens at the district, or to an office of its choice; */
bool sim_is_districts(sim_kind kind);
/* true when everything held; `why` (of 1024 bytes) says what did not. */
bool sim_run(const struct sim_script *script, struct sim_stats *total, uint64_t *trace, char *why);
void sim_stats_add(struct sim_stats *to, const struct sim_stats *from);

/* sim_shrink.c: leave out what is not needed to make it fail in the same way. */
void sim_shrink(struct sim_script *script, char *why, int seconds);

/* sim_net.c */
void sim_clock_use(struct sim *s, int64_t offset_ms);
void sim_net_send(struct sim *s, size_t from, size_t to, uint64_t conn,
        const struct tq_message *message, size_t *bytes);
/* The next packet to arrive; NULL: none. */
struct sim_packet *sim_net_next(struct sim *s);
void sim_net_arrived(struct sim *s, const struct sim_packet *packet);
void sim_net_take(struct sim *s, struct sim_packet *packet);
/* True: something was lost by it. */
bool sim_net_cut(struct sim *s, struct sim_office *o);
/* Lines that broke within a message: both ends learn of it now. */
bool sim_net_break(struct sim *s);
void sim_net_clear(struct sim *s);

/* sim_office.c */
/* Its clock and its hooks are those that run. */
void sim_office_use(struct sim_office *o);
/* What the next start finds, after it died. */
void sim_office_settle(struct sim_office *o);
void sim_office_make(
        struct sim *s, size_t number, size_t commune, uint32_t device, uint32_t version);
void sim_office_open(struct sim_office *o);
void sim_office_close(struct sim_office *o);
/* The program ends as it should, and starts again. */
void sim_office_reopen(struct sim_office *o);
bool sim_office_is_dead(const struct sim_office *o);
/* Killed, or (by the options and chance) without power; closes and opens again. */
void sim_office_crash(struct sim_office *o);
int64_t sim_office_int(struct sim_office *o, const char *sql);
int64_t sim_office_now(const struct sim_office *o);

/* sim_heap.c: a step of an office, or (NULL) of the district, begins and ends. */
void sim_heap_reset(void);
void sim_heap_enter(void);
void sim_heap_pause(bool pause);
void sim_heap_leave(struct sim *s, const struct sim_office *o, long *held);
/* The most that anybody held so far. */
long sim_heap_most(bool district);

/* sim_versions.c */
void sim_versions_make(struct sim *s);
uint32_t sim_versions_draw(struct sim *s);
/* Does the office's program know what came with that version? */
bool sim_knows(const struct sim_office *o, uint32_t since);
/* By its number, as the newest version has it. */
const struct tq_table *sim_table(struct sim *s, uint32_t id);
void sim_office_upgrade(struct sim_office *o);
void sim_district_upgrade(struct sim *s);
void sim_versions_count(struct sim_office *o);

/* sim_sync.c */
void sim_office_sync(struct sim_office *o);
void sim_office_message(struct sim_office *o, const struct tq_message *message, size_t bytes);
void sim_office_silence(struct sim_office *o);
void sim_office_seal(struct sim_office *o);

/* sim_told.c: a session begins, is done. */
void sim_told_begin(struct sim_office *o);
void sim_told_end(struct sim_office *o);

/* sim_shell.c: another program opens the office's file, and holds it for a while; is done with it; */
void sim_shell_open(struct sim_office *o);
void sim_shell_close(struct sim_office *o);
/* whoever is done by now. */
void sim_shells_end(struct sim *s);
/* Is this what ours says while another writes? Counted. */
bool sim_is_busy(struct sim_office *o, tq_status rc);

/* sim_clerk.c */
void sim_office_work(struct sim_office *o);
void sim_office_void_edit(struct sim_office *o);

/* Its clock is read: does that show what was done to it? */
void sim_clock_struck(struct sim_office *o);
/* SQL of its clerk; false: refused. o->written: rows that it changed. */
bool sim_clerk(struct sim_office *o, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* sim_chores.c: what people do now and then. */
void sim_office_inbox(struct sim_office *o);
void sim_office_prune(struct sim_office *o);
void sim_district_held(struct sim *s);
void sim_district_back_up(struct sim *s);
void sim_district_tear_height(struct sim *s);
void sim_year(struct sim *s);

/* sim_reports.c */
void sim_office_report(struct sim_office *o);
void sim_district_return(struct sim *s);
void sim_check_reports(struct sim *s);

/* sim_captured.c: what was written in a file, from its capture to the ledger. */
void sim_captured_note(struct sim_office *o);
void sim_captured_copy(struct sim *s, struct sim_captured *to, const struct sim_captured *from);
uint64_t sim_change_hash(const struct tq_change *change);

/* sim_copies.c: keep a copy of the file; put it back; give it to another PC of the commune. */
void sim_office_save(struct sim_office *o);
bool sim_office_restore(struct sim_office *o);
void sim_office_copy(struct sim_office *o);

/* sim_district.c */
void sim_district_make(struct sim *s);
void sim_district_open(struct sim *s, bool create);
void sim_district_close(struct sim *s);
/* What the next start finds, after it died. */
void sim_district_found(struct sim *s);
void sim_district_admit(struct sim *s, const struct sim_office *o);
void sim_district_settle(struct sim *s);
void sim_district_message(
        struct sim *s, const struct sim_packet *packet, const struct tq_message *message);
void sim_district_turn(struct sim *s);
/* Changes of the district itself; RULE when a rule refuses them. */
tq_status sim_district_write(struct sim *s, const struct tq_change *changes, size_t n);

/* For what goes on at the server beside its loop: its clock and hooks are those that run; steps of the
 * product run with what is armed against its memory; then: did it die, what has changed, and when does
 * it look again? `wait_ms` 0: at its next message. */
void sim_district_use(struct sim *s);
int64_t sim_district_now(const struct sim *s);
/* From now on its clock runs faster or slower. */
void sim_district_rate(struct sim *s);
void sim_district_arm(struct sim *s);
void sim_district_disarm(struct sim *s);
void sim_district_after(struct sim *s, int64_t wait_ms);
bool sim_district_is_dead(const struct sim_district *d);
void sim_district_config(struct sim *s, struct tq_district_session_config *out);

/* sim_stick.c: a session in a file, its answer, and the answer taken in. */
void sim_stick_make(struct sim_office *o);
void sim_stick_open(struct sim_office *o);
void sim_stick_take(struct sim_office *o);
void sim_stick_free(struct sim_office *o);

/* sim_rebuild.c: keep a copy of the file; start again from it. */
bool sim_district_save(struct sim *s);
void sim_district_restore(struct sim *s);
/* The file is lost; an empty one with the same keys takes its place. */
void sim_district_empty(struct sim *s);
/* With it, each office that has a copy of its file: perhaps. */
void sim_both_restore(struct sim *s);

/* sim_history.c: a history is lost; the next one has begun; */
void sim_history_lost(struct sim *s);
void sim_history_begins(struct sim *s);
/* something that was kept at that age comes into use; */
void sim_history_old(struct sim *s, uint32_t age);
/* after a rest that held: everything is back. */
void sim_history_whole(struct sim *s);
/* May the set at `n` of the ledger have been lost and brought back? Not without a loss. */
bool sim_may_be_back(const struct sim *s, uint64_t n);
/* Is the file of the district's present history, and equal to it as of some time? */
bool sim_knows_history(struct sim_office *o);

/* sim_officers.c */
void sim_district_work(struct sim *s);
void sim_district_lock(struct sim *s);
void sim_district_publish(struct sim *s);
void sim_district_decide(struct sim *s);
void sim_district_revoke(struct sim *s, struct sim_office *o);
void sim_count_disk(struct sim *s, const struct sim_disk *disk);
/* While paused (it counts) no disk and no allocation fails: for what the simulator does itself. */
void sim_pause(bool pause);
void sim_district_restart(struct sim *s);
/* A change of one row as the district has it; false: refused. */
bool sim_district_change(
        struct sim *s, const struct sim_row *row, const char *column, const char *value);
/* A random row of a table as the district has it; NULL: none. */
struct sim_row *sim_district_pick(struct sim *s, const char *table);
int64_t sim_district_int(struct sim *s, const char *sql);

/* sim_shadow.c */
void sim_shadow_init(struct sim *s);
void sim_shadow_free(struct sim *s);
struct sim_row *sim_shadow_find(struct sim *s, const struct tq_table *table, struct tq_slice key);
/* Look at what the last transaction of the district did. */
void sim_check_district(struct sim *s);

/* sim_check.c */
void sim_check_before(struct sim_office *o);
void sim_check_commit(struct sim_office *o);
bool sim_is_of_this_history(struct sim_office *o, const struct tq_office_state *state);
/* At rest: row by row as the district has it, whatever histories were lost on the way. */
void sim_check_rows(struct sim_office *o);

/* sim_rest.c; what receipts say that the district has, it has: */
void sim_check_acknowledged(struct sim *s, bool rest);
void sim_check_rest(struct sim *s);

/* sim_account.c: every value that was ever written; an office's receipts are the district's. */
void sim_account(struct sim *s);
void sim_check_receipts(struct sim_office *o);

/* sim_fold.c: the sets that wait at the offices, merged in several orders. */
void sim_fold(struct sim *s);
/* Remember the district as it is; later, all sets that it took since, with their receipts, give what
 * it has become, in any order. */
void sim_fold_begin(struct sim *s);
void sim_fold_history(struct sim *s);
void sim_fold_end(struct sim *s);

#endif
