#include "tuquan/district_session.h"

#include <assert.h>
#include <string.h>

#include "sync/district_internal.h"
#include "tuquan/process.h"

#define QUEUE_PLACES 4096u
#define SCHEMAS_BACK 2u /* an office may be this many versions behind */

/* Which phase may follow which; REFUSED and FRESH end here until the next Hello. */
static const bool MOVES[TQ_DISTRICT_PHASES][TQ_DISTRICT_PHASES] = {
    [TQ_DISTRICT_FRESH] = { [TQ_DISTRICT_OPEN] = true, [TQ_DISTRICT_REFUSED] = true },
    [TQ_DISTRICT_OPEN] = { [TQ_DISTRICT_PULLING] = true,
            [TQ_DISTRICT_REFUSED] = true,
            [TQ_DISTRICT_FRESH] = true },
    [TQ_DISTRICT_PULLING] = { [TQ_DISTRICT_SERVED] = true,
            [TQ_DISTRICT_PULLING] = true, /* a chunk or a receipt got lost: it pulls again */
            [TQ_DISTRICT_REFUSED] = true,
            [TQ_DISTRICT_FRESH] = true },
    [TQ_DISTRICT_SERVED] = { [TQ_DISTRICT_PULLING] = true,
            [TQ_DISTRICT_REFUSED] = true,
            [TQ_DISTRICT_FRESH] = true },
    [TQ_DISTRICT_REFUSED] = { [TQ_DISTRICT_FRESH] = true },
};

bool tq_district_phase_may_follow(tq_district_phase from, tq_district_phase to)
{
    return (unsigned)from < TQ_DISTRICT_PHASES && (unsigned)to < TQ_DISTRICT_PHASES &&
           MOVES[from][to];
}

bool district_session_move(struct session *s, tq_district_phase to)
{
    if (!tq_district_phase_may_follow(s->phase, to))
        return false;
    s->phase = to;
    return true;
}

tq_status tq_district_new(struct tq_district **out, const struct tq_district_session_config *config,
        struct tq_error *err)
{
    struct tq_district *d = tq_mem_zalloc(sizeof(*d));
    tq_status rc;

    *out = NULL;
    if (d == NULL)
        return tq_error_set(err, TQ_NOMEM, "district");
    d->config = *config;
    if (d->config.max_sessions == 0)
        d->config.max_sessions = 1024;
    if (d->config.chunk_rows == 0 || d->config.chunk_rows > CHUNK_ROWS)
        d->config.chunk_rows = CHUNK_ROWS;
    d->arena = tq_arena_new(DISTRICT_TURN_ARENA);
    rc = d->arena == NULL ? tq_error_set(err, TQ_NOMEM, "district")
                          : tq_merger_new(&d->merger, &config->merge, err);
    if (rc != TQ_OK) {
        tq_district_free(d);
        return rc;
    }
    *out = d;
    return TQ_OK;
}

static void forget_waiting(struct session *s)
{
    while (s->first != NULL) {
        struct waiting_set *next = s->first->next;

        tq_mem_free(s->first);
        s->first = next;
    }
    s->last = NULL;
    s->waiting_bytes = 0;
}

void tq_district_free(struct tq_district *d)
{
    if (d == NULL)
        return;
    while (d->sessions != NULL)
        tq_district_drop(d, d->sessions->peer);
    district_origins_forget(d);
    district_sums_forget(d);
    tq_merger_free(d->merger);
    tq_arena_free(d->arena);
    tq_wipe(d->group_key, sizeof(d->group_key));
    tq_mem_free(d);
}

struct tq_merger *tq_district_merger(struct tq_district *d)
{
    return d->merger;
}

void tq_district_set_group_key(struct tq_district *d, const uint8_t id[8], const uint8_t key[32])
{
    memcpy(d->group_key_id, id, sizeof(d->group_key_id));
    memcpy(d->group_key, key, sizeof(d->group_key));
}

static struct session *find(const struct tq_district *d, uint64_t peer)
{
    struct session *s = d->sessions;

    while (s != NULL && s->peer != peer)
        s = s->next;
    return s;
}

void tq_district_drop(struct tq_district *d, uint64_t peer)
{
    for (struct session **at = &d->sessions; *at != NULL; at = &(*at)->next) {
        struct session *s = *at;

        if (s->peer != peer)
            continue;
        *at = s->next;
        forget_waiting(s);
        tq_mem_free(s);
        d->nsessions--;
        return;
    }
}

void tq_district_drop_device(struct tq_district *d, uint32_t device)
{
    struct session *s = d->sessions;

    while (s != NULL) {
        struct session *next = s->next;

        if (s->device == device)
            tq_district_drop(d, s->peer);
        s = next;
    }
}

tq_district_phase tq_district_phase_of(const struct tq_district *d, uint64_t peer)
{
    const struct session *s = find(d, peer);

    return s != NULL ? s->phase : TQ_DISTRICT_FRESH;
}

size_t tq_district_sessions(const struct tq_district *d)
{
    return d->nsessions;
}

void district_note(struct tq_district *d, struct session *s, struct tq_district_note *note)
{
    if (d->config.note == NULL)
        return;
    note->peer = s->peer;
    note->device = s->device;
    note->offset_ms = s->offset_ms;
    note->bytes_in = s->bytes_in;
    note->bytes_out = s->bytes_out;
    note->rows_out = s->rows_out;
    note->round_trips = s->round_trips;
    note->hello_ms = s->hello_ms;
    d->config.note(d->config.note_ctx, note);
}

tq_status district_send(
        struct tq_district *d, struct session *s, struct tq_message *message, struct tq_error *err)
{
    size_t bytes = 0;
    tq_status rc;

    message->session = s->number;
    rc = d->config.send(d->config.send_ctx, s->peer, message, &bytes, err);
    s->bytes_out += bytes;
    s->credit -= bytes < s->credit ? bytes : s->credit;
    return rc;
}

/* A refusal carries the sentences of its status, so that an old office can show a new one's. */
static tq_status refuse(struct tq_district *d, struct session *s, tq_refusal code, tq_status why,
        uint32_t retry_after_ms, int64_t now_ms, struct tq_error *err)
{
    struct tq_message message;
    struct tq_district_note note;
    struct tq_error facts;
    tq_status rc;

    memset(&message, 0, sizeof(message));
    message.kind = TQ_MSG_REFUSED;
    message.u.refused.code = code;
    message.u.refused.text_vi = tq_slice_str(tq_status_sentence(why, TQ_LANG_VI));
    message.u.refused.text_en = tq_slice_str(tq_status_sentence(why, TQ_LANG_EN));
    message.u.refused.next_vi = tq_slice_str(tq_status_next_step(why, TQ_LANG_VI));
    message.u.refused.next_en = tq_slice_str(tq_status_next_step(why, TQ_LANG_EN));
    message.u.refused.retry_after_ms = retry_after_ms;
    rc = district_send(d, s, &message, err);
    forget_waiting(s);
    district_session_move(s, TQ_DISTRICT_REFUSED);
    memset(&note, 0, sizeof(note));
    tq_error_set(&facts, why, "session %llu", (unsigned long long)s->number);
    note.event = TQ_EVENT_REFUSED;
    note.refusal = code;
    note.why = &facts;
    note.now_ms = now_ms;
    district_note(d, s, &note);
    return rc;
}

/* What the office's other machines are called, those of the units that were closed into it, too. */
static tq_status name_machines(struct tq_district *d, const struct session *s,
        struct tq_welcome *welcome, struct tq_error *err)
{
    const struct tq_district_ops *store = d->config.merge.store;
    struct tq_machine *all = tq_arena_array(d->arena, TQ_MAX_MACHINES, sizeof(*all));
    size_t count = 0;
    tq_status rc = all == NULL ? tq_error_set(err, TQ_NOMEM, "machines") : TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < s->nunits; i++) {
        struct tq_machine *list;
        size_t n;

        rc = store->machines_get(
                store->ctx, tq_slice_str(s->units[i]), s->device, d->arena, &list, &n, err);
        for (size_t k = 0; rc == TQ_OK && k < n && count < TQ_MAX_MACHINES; k++)
            all[count++] = list[k];
    }
    welcome->machines = all;
    welcome->nmachines = count;
    return rc;
}

/* `fork` (else NULL): the file goes on under another incarnation, and says Hello again. */
static tq_status welcome(struct tq_district *d, struct session *s, const struct tq_hello *hello,
        const struct tq_chain *chain, const struct tq_fork *fork,
        const struct tq_district_state *state, bool *restored, struct tq_error *err)
{
    struct tq_message message;
    struct tq_slice scope;
    tq_status rc = district_scope_text(d, s, &scope, err);

    *restored = false;
    if (rc != TQ_OK)
        return rc;
    s->other_scope = !tq_slice_equal(scope, hello->scope);
    memset(&message, 0, sizeof(message));
    message.kind = TQ_MSG_WELCOME;
    message.u.welcome.protocol = TQ_PROTOCOL_HIGH;
    memcpy(message.u.welcome.district, state->district, TQ_DISTRICT_ID_BYTES);
    message.u.welcome.epoch = state->epoch;
    message.u.welcome.backed_up = state->backed_up;
    message.u.welcome.held = chain->head;
    message.u.welcome.held.incarnation = s->incarnation;
    message.u.welcome.offset_ms = s->offset_ms;
    message.u.welcome.scope = scope;
    message.u.welcome.schema = d->config.merge.catalogue->version;
    message.u.welcome.credit_bytes = TQ_DISTRICT_CREDIT_BYTES;
    memcpy(message.u.welcome.group_key_id, d->group_key_id, sizeof(d->group_key_id));
    memcpy(message.u.welcome.group_key, d->group_key, sizeof(d->group_key));
    message.u.welcome.renew_keys = s->renew_keys;
    if (d->config.by_file && hello->top != 0) { /* else it was not the reader who asked: a bundle */
        message.u.welcome.by_file = true;
        memcpy(message.u.welcome.asked_hash, hello->top_hash, sizeof(hello->top_hash));
    }
    if (fork != NULL) {
        message.u.welcome.held = fork->parent;
        message.u.welcome.incarnation = fork->incarnation;
        message.u.welcome.letter = tq_slice_str(fork->letter);
        message.u.welcome.fork = fork->kind;
        message.u.welcome.lost = fork->lost;
    }
    rc = district_restored(d, hello, &message.u.welcome.restored, &message.u.welcome.kept, err);
    *restored = rc == TQ_OK && message.u.welcome.restored;
    s->wants_offers = *restored;
    if (rc == TQ_OK && !*restored)
        rc = d->config.merge.store->was_rebuilt(d->config.merge.store->ctx, &s->wants_offers, err);
    message.u.welcome.wants_offers = s->wants_offers;
    if (rc == TQ_OK)
        rc = name_machines(d, s, &message.u.welcome, err);
    if (rc == TQ_OK)
        rc = district_send(d, s, &message, err);
    tq_wipe(message.u.welcome.group_key, sizeof(message.u.welcome.group_key));
    return rc;
}

/* A file cannot be asked: of an unknown branch, or of a history that this ledger lost, only the wire
 * can make something. Fails: NOT_COMPLETE then. */
static tq_status check_by_file(struct tq_district *d, const struct tq_hello *hello, bool known,
        bool *forked, struct tq_error *err)
{
    bool restored = false;
    uint64_t kept;
    tq_status rc = known ? district_restored(d, hello, &restored, &kept, err) : TQ_OK;

    *forked = false;
    if (rc == TQ_OK && (!known || restored || hello->astray))
        rc = tq_error_set(err, TQ_NOT_COMPLETE, "%u", hello->head.incarnation);
    return rc;
}

/* Admit or refuse; reads the store in one snapshot. */
static tq_status handle_hello(struct tq_district *d, struct session *s,
        const struct tq_hello *hello, int64_t now_ms, struct tq_error *err)
{
    const struct tq_district_ops *store = d->config.merge.store;
    struct tq_district_note note;
    struct tq_district_state state;
    struct tq_device device;
    struct tq_chain chain;
    int64_t offset = now_ms - hello->clock_ms;
    struct tq_fork fork;
    bool known = false;
    bool forked;
    tq_status rc;

    if (d->config.by_file)
        offset = d->config.file_offset_ms;
    s->offset_ms = offset > -120000 && offset < 120000 ? 0 : offset;
    if (hello->protocol_low > TQ_PROTOCOL_HIGH || hello->protocol_high < TQ_PROTOCOL_LOW)
        return refuse(d, s, TQ_REFUSAL_PROTOCOL, TQ_VERSION, 0, now_ms, err);
    if (hello->schema == 0 || hello->schema + SCHEMAS_BACK < d->config.merge.catalogue->version)
        return refuse(d, s, TQ_REFUSAL_SCHEMA, TQ_VERSION, 0, now_ms, err);
    rc = store->device_get(store->ctx, s->device, d->arena, &device, err);
    if (rc == TQ_NOT_FOUND) {
        tq_error_clear(err);
        return refuse(d, s, TQ_REFUSAL_UNKNOWN_DEVICE, TQ_NOT_ADMITTED, 0, now_ms, err);
    }
    if (rc != TQ_OK)
        return rc;
    if (device.revoked)
        return refuse(d, s, TQ_REFUSAL_REVOKED, TQ_REVOKED, 0, now_ms, err);
    if (hello->device != s->device || device.unit.len == 0)
        return refuse(d, s, TQ_REFUSAL_WRONG_UNIT, TQ_WRONG_FILE, 0, now_ms, err);
    rc = store->chain_get(store->ctx, s->device, hello->head.incarnation, &chain, err);
    if (rc == TQ_OK)
        rc = store->state_get(store->ctx, &state, err);
    if (rc == TQ_OK)
        known = chain.exists || hello->head.incarnation == device.incarnation;
    if (rc == TQ_OK && d->config.by_file)
        rc = check_by_file(d, hello, known, &forked, err);
    else if (rc == TQ_OK)
        rc = district_fork(d, s, hello, known, &chain, now_ms, &fork, &forked, err);
    if (rc == TQ_NOT_COMPLETE && d->config.by_file) {
        tq_error_clear(err);
        return refuse(d, s, TQ_REFUSAL_CHAIN, TQ_BUNDLE_OLD, 0, now_ms, err);
    }
    if (rc == TQ_COME_BACK) {
        tq_error_clear(err);
        return refuse(d, s, TQ_REFUSAL_CHAIN, TQ_COPIED, 0, now_ms, err);
    }
    if (rc != TQ_OK)
        return rc;
    if ((rc = district_scope_load(d, s, device.unit, err)) != TQ_OK)
        return rc;
    s->incarnation = hello->head.incarnation;
    s->schema = hello->schema < d->config.merge.catalogue->version
                        ? hello->schema
                        : d->config.merge.catalogue->version;
    s->office_head = hello->head;
    s->renew_keys = device.renew_asked;
    s->seen = hello->seen;
    if (!forked) /* else fresh: whatever comes before the next Hello is dropped */
        district_session_move(s, TQ_DISTRICT_OPEN);
    memset(&note, 0, sizeof(note));
    rc = welcome(d, s, hello, &chain, forked ? &fork : NULL, &state, &note.restored, err);
    note.event = forked ? TQ_EVENT_FORKED : TQ_EVENT_HELLO;
    note.now_ms = now_ms;
    note.hello = hello;
    note.fork = forked ? &fork : NULL;
    note.head = state.head;
    district_note(d, s, &note);
    return rc;
}

static tq_status handle_push(struct tq_district *d, struct session *s, const struct tq_set *set,
        const struct tq_slice *receipts, size_t nreceipts, size_t bytes, int64_t now_ms,
        struct tq_error *err)
{
    if (s->waiting_bytes + bytes > TQ_DISTRICT_CREDIT_BYTES + TQ_BEFORE_WELCOME_BYTES)
        return refuse(d, s, TQ_REFUSAL_BROKEN, TQ_TOO_LARGE, 0, now_ms, err);
    return district_keep_set(s, set, receipts, nreceipts, bytes, err);
}

/* A file that holds nothing, or whose position was made with another scope: unless it already stands
 * in the scan that this session began (a chunk was lost, and it pulls again). */
static bool must_scan(const struct session *s, const struct tq_position *from)
{
    bool ours = s->began_h != 0 &&
                (from->scanning ? from->scan_h == s->began_h : from->cursor >= s->began_h);

    return (!from->scanning && from->cursor == 0) || (s->other_scope && !ours);
}

static tq_status handle_pull(struct tq_district *d, struct session *s, const struct tq_pull *pull,
        int64_t now_ms, struct tq_error *err)
{
    if (pull->from.scan_key.len > sizeof(s->scan_key) ||
            !district_session_move(s, TQ_DISTRICT_PULLING))
        return refuse(d, s, TQ_REFUSAL_BROKEN, TQ_PROTOCOL, 0, now_ms, err);
    s->at = pull->from;
    if (pull->from.scan_key.len > 0)
        memcpy(s->scan_key, pull->from.scan_key.data, pull->from.scan_key.len);
    s->at.scan_key.data = s->scan_key;
    s->rescope = must_scan(s, &pull->from);
    s->sets_coming = pull->sets_coming;
    s->credit = pull->credit_bytes;
    if (d->config.by_file && s->credit > TQ_DISTRICT_FILE_BYTES)
        s->credit = TQ_DISTRICT_FILE_BYTES;
    s->window = s->credit;
    return TQ_OK;
}

/* What a question costs is bounded by the rows of its scope, and a session asks a few times. */
static tq_status handle_digest_ask(struct tq_district *d, struct session *s,
        const struct tq_ranges *ask, int64_t now_ms, struct tq_error *err)
{
    if (++s->asks > DISTRICT_MAX_ASKS || !district_ranges_are_fair(ask))
        return refuse(d, s, TQ_REFUSAL_BROKEN, TQ_PROTOCOL, 0, now_ms, err);
    return district_ranges(d, s, ask, err);
}

static tq_status send_receipts(struct tq_district *d, struct session *s,
        const struct tq_slice *list, size_t count, struct tq_error *err)
{
    tq_status rc = TQ_OK;

    for (size_t i = 0; rc == TQ_OK && i < count; i++) {
        struct tq_message message;

        memset(&message, 0, sizeof(message));
        message.kind = TQ_MSG_RECEIPT;
        rc = d->config.merge.codec->receipt_decode(list[i], d->arena, &message.u.receipt, err);
        if (rc == TQ_OK)
            rc = district_send(d, s, &message, err);
    }
    return rc;
}

static tq_status handle_receipt_ask(struct tq_district *d, struct session *s,
        const struct tq_chain_point *ask, struct tq_error *err)
{
    const struct tq_district_ops *store = d->config.merge.store;
    struct tq_slice *list;
    size_t count;
    uint32_t device;
    tq_status rc = store->chain_device(store->ctx, s->device, ask->incarnation, &device, err);

    if (rc == TQ_OK)
        rc = store->receipts_of(
                store->ctx, device, ask->incarnation, ask->seq, d->arena, &list, &count, err);

    return rc != TQ_OK ? rc : send_receipts(d, s, list, count, err);
}

static void drop_message(struct tq_district *d, struct session *s, int64_t now_ms)
{
    struct tq_district_note note;

    memset(&note, 0, sizeof(note));
    note.event = TQ_EVENT_DROPPED;
    note.now_ms = now_ms;
    district_note(d, s, &note);
}

static tq_status open_session(struct tq_district *d, uint64_t peer, uint32_t device,
        struct session **out, struct tq_error *err)
{
    struct session *s = find(d, peer);

    if (s == NULL) {
        s = tq_mem_zalloc(sizeof(*s));
        if (s == NULL)
            return tq_error_set(err, TQ_NOMEM, "session");
        s->peer = peer;
        s->next = d->sessions;
        d->sessions = s;
        d->nsessions++;
    }
    s->device = device;
    *out = s;
    return TQ_OK;
}

/* Sessions that the server works for; others wait for nothing. */
static size_t working(const struct tq_district *d)
{
    size_t n = 0;

    for (const struct session *s = d->sessions; s != NULL; s = s->next)
        n += s->phase == TQ_DISTRICT_OPEN || s->phase == TQ_DISTRICT_PULLING;
    return n;
}

/* Whoever is turned away in one moment must not come back in one: max_sessions of them at a time. */
static uint32_t place_in_queue(struct tq_district *d)
{
    uint64_t ms = d->config.busy_retry_ms;

    assert(d->config.max_sessions > 0);
    ms += ms * d->turned_away / d->config.max_sessions;
    d->turned_away += d->turned_away < QUEUE_PLACES;
    return ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
}

/* A Hello begins a session anew, whatever was before it on this connection. */
static tq_status begin(struct tq_district *d, struct session *s, const struct tq_message *message,
        size_t bytes, int64_t now_ms, struct tq_error *err)
{
    forget_waiting(s);
    s->phase = TQ_DISTRICT_FRESH;
    s->number = message->session;
    s->bytes_in = bytes;
    s->bytes_out = 0;
    s->rows_out = 0;
    s->credit = 0;
    s->window = 0;
    s->to_credit = 0;
    s->rescope = false;
    s->began_h = 0;
    s->asks = 0;
    s->round_trips = 1;
    s->pulled = false;
    s->hello_ms = now_ms;
    if (working(d) >= d->config.max_sessions)
        return refuse(d, s, TQ_REFUSAL_BUSY, TQ_COME_BACK, place_in_queue(d), now_ms, err);
    d->turned_away -= d->turned_away > 0;
    return handle_hello(d, s, &message->u.hello, now_ms, err);
}

static tq_status handle_status(struct tq_district *d, struct session *s,
        const struct tq_office_status *status, int64_t now_ms)
{
    struct tq_district_note note;

    memset(&note, 0, sizeof(note));
    note.event = TQ_EVENT_STATUS;
    note.now_ms = now_ms;
    note.status = status;
    district_note(d, s, &note);
    return TQ_OK;
}

static void handle_credit(struct session *s, uint64_t bytes)
{
    s->credit += bytes;
    if (s->credit > s->window)
        s->credit = s->window;
}

/* What the office waits for; the first Pull is on its way beside Hello. */
static void count_round_trip(struct session *s, tq_message_kind kind)
{
    s->round_trips += kind == TQ_MSG_DIGEST_ASK || kind == TQ_MSG_RECEIPT_ASK ||
                      kind == TQ_MSG_OFFER || (kind == TQ_MSG_PULL && s->pulled);
    s->pulled = s->pulled || kind == TQ_MSG_PULL;
}

tq_status tq_district_receive(struct tq_district *d, uint64_t peer, uint32_t device,
        const struct tq_message *message, size_t bytes, int64_t now_ms, struct tq_error *err)
{
    struct session *s = NULL;
    tq_status rc = open_session(d, peer, device, &s, err);

    if (rc != TQ_OK)
        return rc;
    tq_arena_reset(d->arena);
    if (message->kind == TQ_MSG_HELLO)
        return begin(d, s, message, bytes, now_ms, err);
    if (s->phase == TQ_DISTRICT_FRESH || s->phase == TQ_DISTRICT_REFUSED ||
            message->session != s->number) {
        drop_message(d, s, now_ms);
        return TQ_OK;
    }
    s->bytes_in += bytes;
    count_round_trip(s, message->kind);
    switch (message->kind) {
    case TQ_MSG_PUSH:
        return handle_push(d, s, &message->u.push, NULL, 0, bytes, now_ms, err);
    case TQ_MSG_REFILL:
        return handle_push(d, s, &message->u.refill.set, message->u.refill.receipts,
                message->u.refill.nreceipts, bytes, now_ms, err);
    case TQ_MSG_PULL:
        return handle_pull(d, s, &message->u.pull, now_ms, err);
    case TQ_MSG_CREDIT:
        handle_credit(s, message->u.credit_bytes);
        return TQ_OK;
    case TQ_MSG_DIGEST_ASK:
        return handle_digest_ask(d, s, &message->u.ranges, now_ms, err);
    case TQ_MSG_RECEIPT_ASK:
        return handle_receipt_ask(d, s, &message->u.receipt_ask, err);
    case TQ_MSG_OFFER:
        return district_offer(d, s, &message->u.offer, now_ms, err);
    case TQ_MSG_STATUS:
        return handle_status(d, s, &message->u.status, now_ms);
    case TQ_MSG_HELLO:
    case TQ_MSG_WELCOME:
    case TQ_MSG_REFUSED:
    case TQ_MSG_RECEIPT:
    case TQ_MSG_ROWS:
    case TQ_MSG_DIGEST_TELL:
    case TQ_MSG_JOIN:
    case TQ_MSG_JOINED:
    case TQ_MSG_BROADCAST:
        break;
    }
    return refuse(d, s, TQ_REFUSAL_BROKEN, TQ_PROTOCOL, 0, now_ms, err);
}

bool tq_district_has_work(const struct tq_district *d)
{
    for (const struct session *s = d->sessions; s != NULL; s = s->next)
        if (s->first != NULL || (s->phase == TQ_DISTRICT_PULLING && s->credit > 0))
            return true;
    return false;
}

/* What a set's own fault means for its session. */
static tq_refusal refusal_for(tq_status status)
{
    if (status == TQ_COPIED)
        return TQ_REFUSAL_CHAIN;
    if (status == TQ_REVOKED)
        return TQ_REFUSAL_REVOKED;
    if (status == TQ_NOT_ADMITTED)
        return TQ_REFUSAL_UNKNOWN_DEVICE;
    if (tq_status_is_retryable(status))
        return TQ_REFUSAL_BUSY; /* a full disk, a lock: ours, and it passes */
    return TQ_REFUSAL_BROKEN;
}

/* Receipt or refusal for one merged item of a session. */
static tq_status settle(struct tq_district *d, struct session *s, const struct tq_merge_item *item,
        int64_t now_ms, struct tq_error *err)
{
    struct tq_district_note note;
    tq_status rc;

    /* It went out with Hello, and those before it are lost here: they come, and it comes again. */
    if (item->ahead && (item->nrefill > 0 || item->set->incarnation != s->office_head.incarnation ||
                               item->set->seq <= s->office_head.seq)) {
        drop_message(d, s, now_ms);
        return TQ_OK;
    }
    if (item->status != TQ_OK)
        return refuse(d, s, refusal_for(item->status), item->status,
                tq_status_is_retryable(item->status) ? d->config.busy_retry_ms : 0, now_ms, err);
    rc = send_receipts(d, s, item->receipts, item->nreceipts, err);
    memset(&note, 0, sizeof(note));
    note.event = TQ_EVENT_RECEIPT;
    note.now_ms = now_ms;
    note.item = item;
    district_note(d, s, &note);
    return rc;
}

/* Credit goes back once half a window was consumed: volume adds no round trip. */
static tq_status give_credit(struct tq_district *d, struct session *s, struct tq_error *err)
{
    struct tq_message message;

    if (s->to_credit < TQ_DISTRICT_CREDIT_BYTES / 2)
        return TQ_OK;
    memset(&message, 0, sizeof(message));
    message.kind = TQ_MSG_CREDIT;
    message.u.credit_bytes = s->to_credit;
    s->to_credit = 0;
    return district_send(d, s, &message, err);
}

struct batch_item {
    struct session *session;
    struct waiting_set *waiting;
};

static size_t gather(struct tq_district *d, struct tq_merge_item *items, struct batch_item *owners)
{
    size_t n = 0;

    for (struct session *s = d->sessions; s != NULL; s = s->next) {
        for (struct waiting_set *w = s->first; w != NULL; w = w->next) {
            if (items != NULL) {
                memset(&items[n], 0, sizeof(items[n]));
                items[n].set = &w->set;
                items[n].device = s->device;
                items[n].offset_ms = s->offset_ms;
                items[n].refill = w->receipts;
                items[n].nrefill = w->nreceipts;
                owners[n].session = s;
                owners[n].waiting = w;
            }
            n++;
        }
    }
    return n;
}

/* What fails for one session alone ends that one, which asks again: a peer that does not read must
 * not keep the receipts of the others back. Even its refusal may not fit its queue any more. */
static tq_status end_alone(struct tq_district *d, struct session *s, tq_status rc, int64_t now_ms,
        struct tq_error *err)
{
    tq_status said;

    if (rc == TQ_OK || tq_status_fault(rc) == TQ_FAULT_CORRUPTION)
        return rc;
    tq_error_clear(err);
    if (s->phase == TQ_DISTRICT_REFUSED)
        return TQ_OK;
    said = refuse(d, s, refusal_for(rc), rc, d->config.busy_retry_ms, now_ms, err);
    if (said == TQ_OK || tq_status_fault(said) == TQ_FAULT_CORRUPTION)
        return said;
    tq_error_clear(err);
    return TQ_OK;
}

/* All sets that wait, in one transaction; one by one when that breaks. */
static tq_status merge_waiting(struct tq_district *d, int64_t now_ms, struct tq_error *err)
{
    size_t count = gather(d, NULL, NULL);
    struct tq_merge_item *items;
    struct batch_item *owners;
    bool alone;
    tq_status rc;

    if (count == 0)
        return TQ_OK;
    items = tq_arena_array(d->arena, count, sizeof(*items));
    owners = tq_arena_array(d->arena, count, sizeof(*owners));
    if (items == NULL || owners == NULL)
        return tq_error_set(err, TQ_NOMEM, "batch");
    gather(d, items, owners);
    rc = tq_merge_batch(d->merger, items, count, now_ms, err);
    alone = rc != TQ_OK;
    for (size_t i = 0; i < count; i++) {
        struct session *s = owners[i].session;

        if (s->phase == TQ_DISTRICT_REFUSED)
            continue;
        if (alone) {
            rc = tq_merge_batch(d->merger, &items[i], 1, now_ms, err);
            if (rc != TQ_OK)
                items[i].status = rc;
        }
        s->to_credit += owners[i].waiting->bytes;
        rc = settle(d, s, &items[i], now_ms, err); /* a refusal forgets what waited */
        rc = end_alone(d, s, rc, now_ms, err);
        if (rc != TQ_OK)
            return rc;
    }
    for (struct session *s = d->sessions; s != NULL; s = s->next) {
        forget_waiting(s);
        if (s->phase != TQ_DISTRICT_REFUSED)
            rc = end_alone(d, s, give_credit(d, s, err), now_ms, err);
        if (rc != TQ_OK)
            return rc;
    }
    return TQ_OK;
}

/* One session's pull goes on. */
static tq_status pump(
        struct tq_district *d, struct session *s, int64_t now_ms, struct tq_error *err)
{
    return end_alone(d, s, district_pump(d, s, now_ms, err), now_ms, err);
}

tq_status tq_district_turn(struct tq_district *d, int64_t now_ms, struct tq_error *err)
{
    tq_status rc;

    tq_arena_reset(d->arena);
    rc = merge_waiting(d, now_ms, err);
    for (struct session *s = d->sessions; rc == TQ_OK && s != NULL; s = s->next)
        if (s->phase == TQ_DISTRICT_PULLING)
            rc = pump(d, s, now_ms, err);
    return rc;
}
