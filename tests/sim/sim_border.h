/* sim_border.h - The neighbour of the simulated district, and the link of the two (docs/liaison.md).
 *
 * Each side is a machine with its district's file and the two mailboxes of the link; the neighbour has
 * one office besides. Ours (side 0) is the district of sim.h, on its disk. The rounds are the server's
 * own (server/liaison_round.h); files, lines and clocks are those of the simulator.
 *
 *   side 0: district.db  out --line--> side 1: in, district.db <--line 2-- office
 *                        in  <--line-- side 1: out
 *
 * Threads: one. */
#ifndef TQ_TESTS_SIM_BORDER_H
#define TQ_TESTS_SIM_BORDER_H

#include "liaison_round.h"
#include "member/network.h"
#include "sim.h"

#define BORDER_TERMS 64
#define BORDER_PACKETS 512
#define BORDER_PARCELS 4 /* of a side that lie about */
#define BORDER_KEPT 16   /* messages that come hours late, or once more */
#define BORDER_OFFICER "cán bộ huyện (dữ liệu mẫu)" /* drafts figures: no change by the link */
#define BORDER_UNIT "02632@2004-01-01"
#define BORDER_OTHER "02635@2004-01-01" /* beyond the border, in no agreement */

/* What an agreement says; its text and what may lie in a mailbox under it are worked out apart. */
struct border_terms {
    unsigned number;
    size_t communes;     /* of ours: so many, from the first */
    unsigned categories; /* bits of BORDER_CATEGORIES */
    bool body;
    bool reply_due;
    bool answer;
    bool meetings;
    bool place;
    bool signs;
    bool patrols;
    bool results;
    bool area;
    bool where; /* the place of a notice */
    bool statistics;
    bool figures;
    bool handovers;
    bool standing;
    bool cases; /* where a shared case happened */
    bool seen;  /* who saw meetings, patrols, hand-overs */
};

/* Where sessions are served. */
struct border_hall {
    struct border_side *side;
    char path[96];
    char height[200];
    uint32_t keys; /* number of its signing keys */
    uint8_t id;
    const struct tq_catalogue *catalogue;
    struct tq_district_store *store;
    struct tq_district_ops ops;
    struct tq_district *core;
    uint64_t starts;
    struct border_line *line; /* of the session that goes on */
    bool shut;                /* who speaks there is nobody any more */
    struct tq_keys own;       /* of a mailbox: for its bundles */
    struct {                  /* what a server would write down of a session, after it */
        bool hello;
        bool complete;
        uint32_t schema;
        int64_t offset_ms;
        uint64_t equal_as_of;
        uint64_t head;
    } noted;
};

/* Where they begin. */
struct border_seat {
    struct border_side *side;
    char path[96];
    uint32_t device;
    struct border_hall *hall;
    const struct tq_catalogue *catalogue;
    struct tq_db *file;
    struct tq_office_store *store;
    struct tq_office_ops ops;
    struct tq_signer signer;
    struct tq_office office;
    struct tq_buf kept[BORDER_KEPT]; /* of its line: for the sessions after */
    bool kept_up[BORDER_KEPT];       /* towards the hall */
    size_t nkept;
};

/* A bundle that lies about. */
struct border_parcel {
    struct tq_buf file;
    uint64_t number;
    bool opened;
};

struct border_side {
    struct sim *sim;
    size_t number;
    struct sim_disk *disk;
    struct tq_clock clock;
    struct tq_random random;
    int64_t offset_ms;       /* of the neighbour; ours is the district's */
    uint32_t version;        /* likewise */
    struct border_hall home; /* the neighbour's district */
    struct border_hall out;
    struct border_seat in;
    struct border_seat office; /* the neighbour's */
    struct network net;
    struct cli cli;
    struct app app;
    char dir[160]; /* real: what a program keeps beside its mailboxes */
    struct border_parcel parcels[BORDER_PARCELS];
    struct tq_arena *arena; /* of a step */
    bool locked;            /* a round goes on */
    bool unsure;            /* a file of before the agreement: until that is brought in anew */
    bool aged;              /* a mailbox file came back from a copy: E317 says, once by the line */
    bool crashed;
    int crash_in;
    bool crash_after;
    long no_memory;
    bool lost; /* its journal or file is not the one that it was */
};

struct border {
    struct sim *sim;
    struct border_side sides[2];
    struct tq_catalogue *link[SIM_VERSIONS + 1]; /* of the mailboxes */
    struct tq_catalogue lax; /* what a partner that keeps to nothing opens its mailbox with */
    struct border_terms terms[BORDER_TERMS];
    size_t nterms; /* the last is what the two have agreed on */
    bool hostile;
    bool ended;
    bool blind;  /* files and mailboxes were lost together: whose a row is, nobody may know */
    bool behind; /* the mailbox that we fill came back from a copy, or was made anew after an end */
    int64_t cut_off_until_ms;
    int depth;      /* of rounds: the partner's goes on within ours */
    uint64_t lines; /* sessions so far */
    uint64_t parcels;
    uint64_t
            aside_of; /* draws beside the run's own, so that what was played before is played on: */
    uint64_t asides;  /* of which draw of its, how many */
};

/* sim_people.c: below `sides`, without a draw of the run's. */
uint32_t border_aside(struct sim *s, uint32_t sides);

/* sim_side.c */
void border_build(struct sim *s);
void border_free(struct sim *s);
void border_use(struct border_side *side);
bool border_is_dead(const struct border_side *side);
/* Its files: with the district's own, when that is closed and opened. */
void border_close(struct sim *s, size_t number);
void border_open(struct sim *s, size_t number);
/* It died, or ends and starts. */
void border_restart(struct border_side *side);
struct tq_district_store *border_store(const struct border_side *side);
struct tq_merger *border_merger(const struct border_side *side);
const struct tq_catalogue *border_catalogue(const struct border_side *side);
struct border_side *border_partner(const struct border_side *side);
/* The mailboxes between `reader` and its partner are lost: invited and accepted anew. */
void border_invite(struct border_side *reader);
/* Ours was restored, or is empty: what its officer does then. */
void border_restored(struct sim *s, bool empty);
int64_t border_int(struct tq_district_store *store, const char *sql);
void border_upgrade(struct border_side *side);

/* sim_line.c: one session over a bad line. */
tq_status border_session(struct border_seat *seat, struct tq_error *err);
tq_status border_hall_send(void *ctx, uint64_t peer, const struct tq_message *message,
        size_t *bytes, struct tq_error *err);

/* sim_round.c */
struct round_way border_way(struct border_side *side);
tq_status border_open_out(struct border_side *side, struct box *box, struct app *app,
        const struct tq_link_info *link, struct tq_error *err);
/* `fn` by a side that is on, with all that may strike it meanwhile; what came of it is told to `said`,
 * unless it died. */
typedef tq_status (*border_do_fn)(
        struct border_side *side, const struct tq_link_info *link, void *ctx, struct tq_error *err);
typedef void (*border_said_fn)(
        struct border_side *side, tq_status rc, void *ctx, const struct tq_error *err);
void border_step(struct border_side *side, border_do_fn fn, border_said_fn said, void *ctx);
bool border_is_nobodys_fault(struct border_side *side, tq_status rc);
void border_round(struct border_side *side);
/* Bring in what was agreed last; true: it holds. */
bool border_agree(struct border_side *side);
void border_new_terms(struct sim *s);
void border_end(struct border_side *side);
void border_begin_again(struct sim *s);
/* The link of this side's file; false: there is none, or it cannot be read now. */
bool border_link(struct border_side *side, struct tq_arena *arena, struct tq_link_info *out);
/* Can a key of ours be given once more by the partner, for nothing that we have says whose it is? */
bool border_knows_not(const struct sim *s);
void border_event(struct sim *s, const struct sim_event *e);
void border_rest(struct sim *s);

/* sim_parcel.c */
void border_folders(struct border_side *side);
void border_pin(struct border_hall *out, struct border_side *reader);
void border_parcel_make(struct border_side *side);
void border_parcel_open(struct border_side *side);
void border_parcel_rest(struct sim *s);
void border_parcels_free(struct border_side *side);

/* sim_people.c: clerks at both sides, and a partner that keeps to nothing. */
void border_office(struct sim *s, struct sim_office *o);
void border_neighbour_works(struct sim *s);
void border_hostile(struct sim *s);

/* sim_confirm.c: after a restore, what an office holds of the neighbour's is entered again. */
void border_confirm(struct sim *s);

/* sim_border_check.c */
void border_terms_text(const struct sim *s, const struct border_terms *terms, struct tq_buf *out);
/* After each event. */
void border_check(struct sim *s);
/* What the link wrote into our own file: sets of the ledger behind `from`. */
void border_check_sets(struct border_side *side, uint64_t from);
/* What was just pulled to the end is what lies there. */
void border_check_pulled(struct border_seat *seat);
void border_check_rest(struct sim *s);

extern const char *const BORDER_CATEGORIES[3];

#endif
