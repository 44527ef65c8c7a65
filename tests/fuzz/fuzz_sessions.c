/* fuzz_sessions.c - Both sessions, on real stores, fed with any sequence of messages.
 *
 * First byte: 0 the district; 1 one whose file was restored, so that it asks for rows that it lost;
 * 2 the office between sessions, that hears broadcasts; else the office in a session. Then messages:
 * one byte (five bits kind, one which peer, one the session, one: the turn of the loop first), two
 * bytes length, the plain body. What the district takes for signed is what the hash says (no signature
 * is checked), so that sets reach the merge.
 * The files live as long as the process and are made anew now and then; nothing may crash, and the
 * district's digests must hold at the end of each input. */
#include <stdlib.h>
#include <string.h>

#include "envelope.h"
#include "fuzz.h"
#include "mill.h"
#include "office_world.h"
#include "tuquan/district_session.h"
#include "tuquan/office_session.h"

#define SESSION UINT64_C(0x0807060504030201) /* as the envelope writes it */
#define OTHER UINT64_C(0x0102030405060708)
#define RUNS_A_FILE 4000u

enum { KIND = 31, OTHER_PEER = 32, THIS_SESSION = 64, TURN_FIRST = 128 };

struct ends {
    bool open;
    unsigned runs;
    struct mill mill;
    struct office_world office;
    struct tq_arena *arena;
    uint64_t sent;
};

static tq_status district_send(void *ctx, uint64_t peer, const struct tq_message *message,
        size_t *bytes, struct tq_error *err)
{
    struct ends *ends = ctx;
    struct tq_buf buf;

    (void)peer;
    tq_buf_init(&buf, 0);
    if (tq_message_encode(message, &buf, err) != TQ_OK)
        fuzz_fail("the district's answer does not encode", err->msg);
    *bytes = buf.len;
    ends->sent++;
    tq_buf_deinit(&buf);
    return TQ_OK;
}

static tq_status office_send(
        void *ctx, const struct tq_message *message, size_t *bytes, struct tq_error *err)
{
    return district_send(ctx, 0, message, bytes, err);
}

/* A signature is good when its first byte is 1: the fuzzer can make it. */
static bool easy(const uint8_t key[TQ_SIGN_KEY_BYTES], const char *domain, struct tq_slice data,
        const uint8_t signature[TQ_SIGNATURE_BYTES])
{
    (void)key;
    (void)domain;
    (void)data;
    return signature[0] == 1;
}

static struct ends both;

static void close_ends(void)
{
    mill_close(&both.mill);
    world_close(&both.office);
    tq_arena_free(both.arena);
}

static void open_ends(struct ends *ends)
{
    if (ends->open && ends->runs++ < RUNS_A_FILE)
        return;
    if (ends->open)
        close_ends();
    else
        atexit(close_ends); /* with their folders */
    memset(ends, 0, sizeof(*ends));
    mill_open(&ends->mill);
    mill_settle(&ends->mill);
    mill_device(&ends->mill, 7, WORLD_UNIT);
    world_open(&ends->office);
    ends->office.live = -1;
    ends->office.office.verify = easy;
    ends->arena = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
    ends->open = true;
}

/* The next message of the input, decoded; false at the end. */
static bool next(
        struct ends *ends, struct tq_slice *in, struct tq_message *out, bool *good, uint8_t *op)
{
    struct tq_slice body;
    struct tq_error err;
    struct tq_buf buf;
    uint8_t high;
    uint8_t low;

    if (!tq_read_u8(in, op) || !tq_read_u8(in, &high) || !tq_read_u8(in, &low))
        return false;
    body.len = (size_t)high << 8 | low;
    if (body.len > in->len)
        body.len = in->len;
    if (!tq_read_bytes(in, body.len, &body))
        return false;
    tq_buf_init(&buf, 0);
    envelope_wrap(&buf, *op & KIND, 0, 0, body);
    tq_arena_reset(ends->arena);
    *good = tq_message_decode(tq_buf_slice(&buf), ends->arena, out, &err) == TQ_OK;
    tq_buf_deinit(&buf);
    return true;
}

static tq_status yes(void *ctx, bool *out, struct tq_error *err)
{
    (void)ctx;
    (void)err;
    *out = true;
    return TQ_OK;
}

static void district(struct ends *ends, bool rebuilt, struct tq_slice in)
{
    struct tq_district_session_config config;
    struct tq_district_ops ops = *ends->mill.ops;
    struct tq_district *d;
    struct tq_message m;
    struct tq_error err;
    bool good;
    uint8_t op;

    memset(&config, 0, sizeof(config));
    config.merge.catalogue = ends->mill.catalogue;
    if (rebuilt)
        ops.was_rebuilt = yes;
    config.merge.store = &ops;
    config.merge.codec = tq_codec_ops();
    config.merge.signer = mill_signer(0);
    config.merge.verify = easy;
    config.chunk_rows = 5;
    config.max_sessions = 3;
    config.busy_retry_ms = 1000;
    config.send = district_send;
    config.send_ctx = ends;
    if (tq_district_new(&d, &config, &err) != TQ_OK)
        fuzz_fail("district", err.msg);
    while (next(ends, &in, &m, &good, &op)) {
        uint64_t peer = (op & OTHER_PEER) != 0 ? 2 : 1;
        tq_status rc = TQ_OK;

        if ((op & TURN_FIRST) != 0)
            rc = tq_district_turn(d, ends->mill.now_ms, &err);
        if (rc == TQ_OK && good)
            rc = tq_district_receive(d, peer, 7, &m, 100, ends->mill.now_ms, &err);
        else if (rc == TQ_OK)
            tq_district_drop(d, peer);
        if (rc != TQ_OK && tq_status_fault(rc) == TQ_FAULT_CORRUPTION)
            fuzz_fail("the district says that its own file is broken", err.msg);
        ends->mill.now_ms += 10;
    }
    if (tq_district_turn(d, ends->mill.now_ms, &err) != TQ_OK &&
            tq_status_fault(err.status) == TQ_FAULT_CORRUPTION)
        fuzz_fail("the district says that its own file is broken", err.msg);
    tq_district_free(d);
    mill_check_digests(&ends->mill);
}

static void office(struct ends *ends, struct tq_slice in)
{
    struct tq_office_session_config config;
    struct tq_office_session *session;
    struct tq_message m;
    struct tq_error err;
    bool good;
    uint8_t op;

    memset(&config, 0, sizeof(config));
    config.office = &ends->office.office;
    config.session = OTHER;
    config.software = tq_slice_str("fuzz");
    config.send = office_send;
    config.send_ctx = ends;
    if (tq_office_session_new(&session, &config, &err) != TQ_OK)
        fuzz_fail("office", err.msg);
    (void)tq_office_session_start(session, WORLD_NOW);
    while (!tq_office_session_has_ended(session) && next(ends, &in, &m, &good, &op)) {
        if (good)
            m.session = (op & THIS_SESSION) != 0 ? SESSION : OTHER;
        if (good)
            (void)tq_office_session_message(session, WORLD_NOW + 1000, &m, 100);
        else
            (void)tq_office_session_link_lost(session);
    }
    tq_office_session_free(session);
    world_expect(&ends->office, "SELECT applying FROM tq_flag", "0");
}

static bool is_public(const struct tq_broadcast *b)
{
    for (size_t i = 0; i < b->nrows; i++) {
        const struct tq_table *table = tq_catalogue_table(tq_catalogue_current(), b->rows[i].table);

        if (table != NULL && table->scope != TQ_PUBLIC)
            return false;
    }
    return true;
}

/* What opened and verified: its rows are laid, or it is refused whole. */
static void broadcasts(struct ends *ends, struct tq_slice in)
{
    struct tq_message m;
    struct tq_error err;
    bool good;
    uint8_t op;

    while (next(ends, &in, &m, &good, &op)) {
        tq_broadcast_outcome outcome;

        if (!good || m.kind != TQ_MSG_BROADCAST)
            continue;
        if ((op & THIS_SESSION) != 0)
            m.u.broadcast.epoch = ends->office.office.epoch;
        if (tq_office_apply_broadcast(
                    &ends->office.office, &m.u.broadcast, WORLD_NOW, &outcome, &err) == TQ_OK) {
            if (outcome != TQ_BROADCAST_UNMET && !is_public(&m.u.broadcast))
                fuzz_fail("a row that is not public is taken from a broadcast", "");
        } else if (tq_status_fault(err.status) == TQ_FAULT_CORRUPTION) {
            fuzz_fail("the office says that its own file is broken", err.msg);
        }
    }
    world_expect(&ends->office, "SELECT applying FROM tq_flag", "0");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tq_slice in = tq_slice_of(data + (size > 0), size - (size > 0));

    open_ends(&both);
    if (size > 0 && data[0] < 2)
        district(&both, data[0] == 1, in);
    else if (size > 0 && data[0] == 2)
        broadcasts(&both, in);
    else if (size > 0)
        office(&both, in);
    return 0;
}
