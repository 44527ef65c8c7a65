/* liaison_health.h - How a link with a neighbouring district stands: what `liaison list`, `status`,
 * `doctor` and the figures for monitoring tell of it.
 *
 * Ownership: what is read lives in the app's arena.
 * Threads:   any, each with an app of its own. */
#ifndef TQ_SERVER_LIAISON_HEALTH_H
#define TQ_SERVER_LIAISON_HEALTH_H

#include "app.h"
#include "tuquan/border_due.h"
#include "tuquan/liaison_store.h"
#include "tuquan/word_store.h"

typedef enum link_state {
    LINK_NEW,
    LINK_ONE_WAY,
    LINK_NO_AGREEMENT,
    LINK_OPEN,
    LINK_BY_FILE, /* open, and there is no line: nobody is waited for */
    LINK_SHUT,    /* all keys that we let in are revoked, and nobody joined since */
    LINK_REFUSED, /* the neighbour does not take us any more */
    LINK_NOT_NOW,
    LINK_ENDED
} link_state;

/* What an officer should look at. */
typedef enum link_worry {
    WORRY_NONE,
    WORRY_UNFINISHED,  /* one way so far, or no agreement */
    WORRY_NOT_NOW,     /* an agreement that is not in force */
    WORRY_SOON,        /* it ends within TQ_AGREEMENT_SOON_DAYS */
    WORRY_INVITE,      /* it cannot come: its key was revoked when the link ended */
    WORRY_UNKNOWN,     /* our key is nobody's there: it ended the link, or never took us */
    WORRY_ENDED_THERE, /* it says that no agreement is in force */
    WORRY_DIFFERS,     /* it goes by another text than we do */
    WORRY_SILENT,      /* no round went to its end for a day */
    WORRY_WAITS,       /* what waits was not fetched for three days */
    WORRY_MINUTES,     /* minutes that the sides have otherwise, signed */
    WORRY_WENT_BACK,   /* its ledger told two histories */
    WORRY_UNREAD,      /* its mailbox cannot be read */
    WORRY_COUNT
} link_worry;

struct link_health {
    link_state state;
    link_worry worry;
    struct tq_agreement *agreement; /* NULL: none */
    int64_t days_left;        /* of the agreement, today among them; 0 when none is in force */
    int64_t partner_heard_ms; /* its last Hello at our mailbox; 0: never */
    int64_t waits; /* rows that it has not pulled; of one without programs nobody knows */
    int64_t strangers;
    int64_t revoked;
    bool locked_out;     /* there are keys of its at our mailbox, and each is revoked */
    struct tq_word word; /* what its last Hello said beside rows */
    bool unread;         /* the mailbox cannot be opened: what it would tell is 0 */
};

/* A mailbox that is not there yet is an empty one; one that cannot be read is that link's worry, and
 * hides no other. Fails: NOMEM, LIAISON_FILE. */
TQ_MUST_CHECK tq_status link_health_read(struct app *app, struct cli *cli,
        const struct tq_link_info *link, struct link_health *out, struct tq_error *err);

/* A line for people: how it stands, when it was heard, what waits and was refused. Appends. */
void link_health_say(const struct cli *cli, const struct tq_link_info *link,
        const struct link_health *health, struct tq_buf *out);

/* Something is wrong, and not only unfinished. */
bool link_is_alarming(const struct link_health *health);

/* For `status`: a line for each link, and "links" in the result. *alarm: one of them is alarming. */
TQ_MUST_CHECK tq_status liaison_status(
        struct app *app, struct cli *cli, bool *alarm, struct tq_error *err);

const char *link_state_code(link_state state);
const char *link_state_words(const struct cli *cli, link_state state);
const char *link_worry_code(link_worry worry); /* "" for none */
const char *link_worry_words(const struct cli *cli, link_worry worry);

#endif
