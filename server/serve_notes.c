/* serve_notes.c - What sessions told, written down once a turn in one commit, so that no session
 * pays for it. */
#include <stdio.h>
#include <string.h>

#include "serve_internal.h"
#include "tuquan/head_store.h"
#include "tuquan/mem.h"
#include "tuquan/word_store.h"

#define NOTES_AT_ONCE 300
#define NOTES_A_MINUTE 120

/* A mailbox is of a link, and its members are neighbours. */
static bool is_mailbox(const struct server *s)
{
    return s->app->catalogue != tq_catalogue_current();
}

static void copy_words(struct pending_note *n, const struct tq_neighbour_words *words)
{
    uint8_t *minutes = tq_mem_alloc(words->minutes.len + 1);

    if (minutes == NULL)
        return; /* the next Hello says it again */
    if (words->minutes.len > 0)
        memcpy(minutes, words->minutes.data, words->minutes.len);
    n->words = *words;
    n->words.minutes.data = minutes;
}

static void copy_hello(struct server *s, struct pending_note *n, const struct tq_hello *hello)
{
    if (hello == NULL)
        return;
    if (is_mailbox(s))
        copy_words(n, &hello->words);
    n->schema = hello->schema;
    n->equal_as_of = hello->equal_as_of;
    n->incarnation = hello->head.incarnation;
    memcpy(n->place, hello->place, sizeof(n->place));
    n->heads = hello->heads;
    snprintf(n->software, sizeof(n->software), "%.*s", (int)hello->software.len,
            (const char *)hello->software.data);
    snprintf(n->machine, sizeof(n->machine), "%.*s", (int)hello->machine.len,
            (const char *)hello->machine.data);
}

void notes_take(void *ctx, const struct tq_district_note *note)
{
    struct server *s = ctx;
    struct pending_note *n;
    struct member *member;

    watch_note(s, note);
    s->offers = s->offers || note->event == TQ_EVENT_OFFER;
    if (note->event == TQ_EVENT_RECEIPT || note->event == TQ_EVENT_DROPPED ||
            note->event == TQ_EVENT_OFFER)
        return;
    member = peers_member(&s->peers, note->device);
    if (member == NULL || !allowance_take(&member->notes, NOTES_AT_ONCE, NOTES_A_MINUTE))
        return; /* the log of sessions must not grow at a member's will */
    n = tq_mem_zalloc(sizeof(*n));
    if (n == NULL)
        return; /* a line of a log, not data */
    n->event = note->event;
    n->device = note->device;
    n->now_ms = s->now_ms;
    n->offset_ms = note->offset_ms;
    n->head = note->head;
    n->restored = note->restored;
    copy_hello(s, n, note->hello);
    if (note->status != NULL) {
        n->status = *note->status;
        n->status.note = tq_slice_of(NULL, 0);
    }
    if (note->fork != NULL)
        n->fork = *note->fork;
    n->record.at_ms = s->now_ms;
    n->record.device = note->device;
    n->record.bytes_in = note->bytes_in;
    n->record.bytes_out = note->bytes_out;
    n->record.rows_out = note->rows_out;
    n->record.round_trips = note->round_trips;
    n->record.took_ms =
            note->hello_ms != 0 && note->hello_ms < s->now_ms ? s->now_ms - note->hello_ms : 0;
    snprintf(n->outcome, sizeof(n->outcome), "%s",
            note->event == TQ_EVENT_COMPLETE ? "complete"
            : note->event == TQ_EVENT_FORKED
                    ? n->fork.kind == TQ_FORK_COPIED ? "copied" : "restored"
            : note->event == TQ_EVENT_REFUSED && note->why != NULL
                    ? tq_status_code(note->why->status)
                    : "refused");
    if (s->last_note != NULL)
        s->last_note->next = n;
    else
        s->notes = n;
    s->last_note = n;
}

/* A restored or copied file, for the officers: in the audit trail and the log of sessions. */
static tq_status write_fork(struct server *s, const struct pending_note *n, struct tq_error *err)
{
    struct tq_district_store *store = s->app->store;
    struct tq_session_record record = n->record;
    char about[32];
    char detail[128];
    tq_status rc;

    snprintf(about, sizeof(about), "device %u", n->device);
    snprintf(detail, sizeof(detail), "incarnation %u letter %s, %llu changes come back",
            n->fork.incarnation, n->fork.letter, (unsigned long long)n->fork.lost);
    rc = tq_devices_audit(store, n->now_ms, tq_slice_str("server"), tq_slice_str(n->outcome),
            tq_slice_str(about), tq_slice_str(detail), err);
    record.outcome = tq_slice_str(n->outcome);
    record.detail = tq_slice_str(detail);
    return rc == TQ_OK ? tq_devices_log_session(store, &record, err) : rc;
}

static tq_status write_one(struct server *s, const struct pending_note *n, struct tq_error *err)
{
    struct tq_district_store *store = s->app->store;
    struct tq_session_record record = n->record;
    tq_status rc;

    if (n->restored) { /* then machines may be missing, too */
        bool opened;

        rc = tq_devices_lost_some(store, n->now_ms, &opened, err);
        if (rc != TQ_OK)
            return rc;
    }
    if (n->event == TQ_EVENT_HELLO) {
        rc = tq_devices_heard(store, n->device, n->now_ms, n->offset_ms, n->schema,
                tq_slice_str(n->software), n->restored ? 0 : n->equal_as_of, err);
        if (rc == TQ_OK && n->machine[0] != '\0')
            rc = tq_devices_named(store, n->device, tq_slice_str(n->machine), n->now_ms, err);
        if (rc == TQ_OK && is_mailbox(s))
            rc = tq_heads_heard(store, &n->heads, n->now_ms, err);
        if (rc == TQ_OK && n->words.minutes.data != NULL)
            rc = tq_words_put(store, 0, &n->words, n->now_ms, err);
        return rc == TQ_OK ? tq_devices_placed(
                                     store, n->device, n->incarnation, n->place, n->now_ms, err)
                           : rc;
    }
    if (n->event == TQ_EVENT_FORKED)
        return write_fork(s, n, err);
    if (n->event == TQ_EVENT_STATUS)
        return tq_devices_checked(store, n->device, n->now_ms, &n->status, err);
    record.outcome = tq_slice_str(n->outcome);
    rc = tq_devices_log_session(store, &record, err);
    if (rc == TQ_OK && n->event == TQ_EVENT_COMPLETE)
        rc = tq_devices_confirmed(store, n->device, n->now_ms, n->head, err);
    return rc;
}

tq_status notes_write(struct server *s, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(s->app->store);
    tq_status rc;

    if (s->notes == NULL)
        return TQ_OK;
    rc = ops->begin(ops->ctx, err);
    if (rc != TQ_OK)
        return rc;
    for (const struct pending_note *n = s->notes; rc == TQ_OK && n != NULL; n = n->next) {
        rc = write_one(s, n, err);
        if (rc == TQ_NOT_FOUND) { /* a device that is not there is no reason to stop */
            tq_error_clear(err);
            rc = TQ_OK;
        }
    }
    if (rc == TQ_OK)
        rc = ops->commit(ops->ctx, err);
    if (rc != TQ_OK)
        ops->rollback(ops->ctx);
    notes_free(s);
    return rc;
}

void notes_free(struct server *s)
{
    while (s->notes != NULL) {
        struct pending_note *next = s->notes->next;

        tq_mem_free((void *)s->notes->words.minutes.data);
        tq_mem_free(s->notes);
        s->notes = next;
    }
    s->last_note = NULL;
}
