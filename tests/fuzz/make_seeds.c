/* make_seeds.c - Writes small first inputs for the fuzz targets into <folder>/message, body,
 * invitation, small, files, sessions, bundle
 * and parcel: one or two of every kind, from fixed seeds. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "envelope.h"
#include "message_gen.h"
#include "tuquan/bundle.h"
#include "tuquan/catalogue.h"
#include "tuquan/codec.h"
#include "tuquan/file.h"
#include "tuquan/identity.h"
#include "tuquan/parcel.h"

#define SMALL 1200u

static void write_seed(const char *folder, const char *name, int number, struct tq_slice data)
{
    char path[4096];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s-%d", folder, name, number);
    file = fopen(path, "wb");
    if (file == NULL || fwrite(data.data, 1, data.len, file) != data.len) {
        perror(path);
        exit(1);
    }
    fclose(file);
}

static void message_seeds(const char *folder, struct tq_arena *arena)
{
    for (int kind = TQ_MSG_HELLO; kind <= TQ_MSG_OFFER; kind++) {
        int made = 0;

        for (uint64_t seed = 0; seed < 200 && made < 4; seed++) {
            struct gen g;
            struct tq_message message;
            struct tq_error err;
            struct tq_buf bytes;
            struct tq_buf plain;

            tq_arena_reset(arena);
            tq_buf_init(&bytes, 0);
            tq_buf_init(&plain, 0);
            gen_init(&g, arena, seed, 5);
            gen_message(&g, (tq_message_kind)kind, &message);
            tq_buf_append_u8(&plain, made % 2 == 0 ? (uint8_t)kind : 0);
            if (tq_message_encode(&message, &bytes, &err) == TQ_OK) {
                if (made % 2 == 0)
                    envelope_unwrap(tq_buf_slice(&bytes), &plain);
                else
                    tq_buf_append_slice(&plain, tq_buf_slice(&bytes));
                if (plain.len < SMALL)
                    write_seed(folder, "kind", kind * 10 + made++, tq_buf_slice(&plain));
            }
            tq_buf_deinit(&bytes);
            tq_buf_deinit(&plain);
        }
    }
}

/* A guest's JOIN, one that comes back, one that renews; and a JOINED whose certificate names former
 * keys: each that the generator draws by chance only. */
static void join_seeds(const char *folder, struct tq_arena *arena)
{
    for (int shape = 0; shape < 6; shape++) {
        tq_message_kind kind = shape < 4 ? TQ_MSG_JOIN : TQ_MSG_JOINED;

        for (uint64_t seed = 0;; seed++) {
            struct gen g;
            struct tq_message message;
            struct tq_error err;
            struct tq_buf bytes;
            struct tq_buf plain;
            bool is;

            tq_arena_reset(arena);
            gen_init(&g, arena, seed, 2);
            gen_message(&g, kind, &message);
            is = kind == TQ_MSG_JOIN
                         ? message.u.join.returns == (shape % 2 == 1) &&
                                   message.u.join.renews == (shape / 2 == 1)
                         : (message.u.joined.certificate.former.len > 0) == (shape % 2 == 1);
            if (!is)
                continue;
            tq_buf_init(&bytes, 0);
            tq_buf_init(&plain, 0);
            tq_buf_append_u8(&plain, (uint8_t)kind);
            if (tq_message_encode(&message, &bytes, &err) == TQ_OK &&
                    envelope_unwrap(tq_buf_slice(&bytes), &plain))
                write_seed(folder, "join", shape, tq_buf_slice(&plain));
            tq_buf_deinit(&bytes);
            tq_buf_deinit(&plain);
            break;
        }
    }
}

static void body_seeds(const char *folder, struct tq_arena *arena)
{
    int made = 0;

    for (uint64_t seed = 0; seed < 400 && made < 24; seed++) {
        struct gen g;
        struct tq_set_body body;
        struct tq_error err;
        struct tq_buf bytes;

        tq_arena_reset(arena);
        tq_buf_init(&bytes, 0);
        gen_init(&g, arena, seed, 1 + seed % 8);
        gen_body(&g, &body);
        if (tq_body_encode(&body, &bytes, &err) == TQ_OK && bytes.len < SMALL)
            write_seed(folder, "body", made++, tq_buf_slice(&bytes));
        tq_buf_deinit(&bytes);
    }
}

static void invitation_seed(const char *folder)
{
    struct tq_invitation invitation;
    struct tq_error err;
    char text[TQ_INVITATION_BYTES];

    memset(&invitation, 0, sizeof(invitation));
    snprintf(invitation.guest_address, sizeof(invitation.guest_address), "tcp://127.0.0.1:1");
    memset(invitation.guest_secret, 1, sizeof(invitation.guest_secret));
    if (tq_invitation_text(&invitation, text, &err) == TQ_OK)
        write_seed(folder, "invitation", 0, tq_slice_str(text));
}

/* kind, length, body: as fuzz_sessions reads it. */
static void add_message(struct tq_buf *out, const struct tq_message *message)
{
    struct tq_error err;
    struct tq_buf bytes;
    struct tq_buf plain;

    tq_buf_init(&bytes, 0);
    tq_buf_init(&plain, 0);
    if (tq_message_encode(message, &bytes, &err) == TQ_OK &&
            envelope_unwrap(tq_buf_slice(&bytes), &plain) && plain.len < 4 * SMALL) {
        tq_buf_append_u8(out, (uint8_t)message->kind);
        tq_buf_append_u8(out, (uint8_t)(plain.len >> 8));
        tq_buf_append_u8(out, (uint8_t)plain.len);
        tq_buf_append_slice(out, tq_buf_slice(&plain));
    }
    tq_buf_deinit(&bytes);
    tq_buf_deinit(&plain);
}

static void add_hello(struct tq_buf *out)
{
    struct tq_message m;

    memset(&m, 0, sizeof(m));
    m.kind = TQ_MSG_HELLO;
    m.session = 1;
    m.u.hello.protocol_low = 1;
    m.u.hello.protocol_high = 1;
    m.u.hello.schema = tq_catalogue_current()->version;
    m.u.hello.device = 7;
    m.u.hello.head.incarnation = 1;
    add_message(out, &m);
    memset(&m, 0, sizeof(m));
    m.kind = TQ_MSG_PULL;
    m.session = 1;
    m.u.pull.credit_bytes = 1 << 20;
    add_message(out, &m);
}

static void add_push(struct tq_buf *out, struct tq_arena *arena, uint64_t seed)
{
    struct tq_message m;
    struct tq_set_body body;
    struct tq_error err;
    struct tq_buf payload;
    struct gen g;

    tq_buf_init(&payload, 0);
    gen_init(&g, arena, seed, 2);
    gen_body(&g, &body);
    body.schema = tq_catalogue_current()->version;
    memset(&m, 0, sizeof(m));
    m.kind = TQ_MSG_PUSH;
    m.session = 1;
    memset(m.u.push.district, 0xd1, sizeof(m.u.push.district));
    m.u.push.device = 7;
    m.u.push.incarnation = 1;
    m.u.push.seq = 1;
    m.u.push.signature[0] = 1;
    if (tq_body_encode(&body, &payload, &err) == TQ_OK) {
        m.u.push.payload = tq_buf_slice(&payload);
        add_message(out, &m);
    }
    tq_buf_deinit(&payload);
}

/* A receipt of the set, by a district whose signatures the target takes for good. */
static void add_refill(struct tq_buf *out, const struct tq_set *set)
{
    struct tq_receipt receipt;
    struct tq_message m;
    struct tq_error err;
    struct tq_slice bytes;
    struct tq_buf buf;

    memset(&receipt, 0, sizeof(receipt));
    receipt.device = set->device;
    receipt.incarnation = set->incarnation;
    receipt.seq = set->seq;
    memcpy(receipt.set_hash, set->hash, sizeof(receipt.set_hash));
    receipt.t = receipt.ta = 1600000000000 + (int64_t)set->seq;
    receipt.first_seq = 1000 + set->seq;
    receipt.merged_at = receipt.first_seq;
    receipt.accepted = 1;
    receipt.copies = 1;
    receipt.ledger_seq = set->seq;
    receipt.signature[0] = 1;
    memset(&m, 0, sizeof(m));
    m.kind = TQ_MSG_REFILL;
    m.session = UINT64_C(0x0807060504030201);
    m.u.refill.set = *set;
    m.u.refill.nreceipts = 1;
    m.u.refill.receipts = &bytes;
    tq_buf_init(&buf, 0);
    if (tq_receipt_encode(&receipt, true, &buf, &err) == TQ_OK) {
        bytes = tq_buf_slice(&buf);
        add_message(out, &m);
    }
    tq_buf_deinit(&buf);
}

/* The seq-th set of the device: the first enters a row of its own unit, later ones change a cell. */
static void add_own_set(struct tq_buf *out, uint64_t seq, bool refill, uint8_t prev[TQ_HASH_BYTES])
{
    static const uint8_t KEY[16] = { 7, 7, 7 };
    static const char *const NAMES[] = { "kind", "planned_on", "participants" };
    struct tq_value after[] = { tq_value_str("patrol"), tq_value_str("2020-09-15"),
        tq_value_int(5) };
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "activity");
    struct tq_value before = tq_value_int(5);
    struct tq_value now = tq_value_int(6);
    struct tq_change change;
    struct tq_set_body body;
    struct tq_message m;
    struct tq_error err;
    struct tq_buf payload;
    uint32_t columns[3];

    for (int i = 0; i < 3; i++)
        columns[i] = table->columns[tq_table_column_find(table, NAMES[i])].id;
    memset(&change, 0, sizeof(change));
    change.table = table->id;
    change.cell = seq == 1 ? TQ_CELL_ROW : columns[2];
    change.key = tq_slice_of(KEY, sizeof(KEY));
    change.owner = tq_slice_str("08779@2004-01-01");
    change.ncolumns = seq == 1 ? 3 : 1;
    change.columns = seq == 1 ? columns : &columns[2];
    change.after = seq == 1 ? after : &now;
    change.before = seq == 1 ? NULL : &before;
    change.at_ms = 1600000000000;
    change.incarnation = 1;
    change.log_id = seq;
    change.lock_on = tq_slice_str("2020-09-15");
    memset(&body, 0, sizeof(body));
    body.schema = tq_catalogue_current()->version;
    body.group = seq;
    body.part = 1;
    body.parts = 1;
    body.nchanges = 1;
    body.changes = &change;
    memset(&m, 0, sizeof(m));
    m.kind = TQ_MSG_PUSH;
    m.session = UINT64_C(0x0807060504030201);
    memset(m.u.push.district, 0xd1, sizeof(m.u.push.district));
    m.u.push.device = 7;
    m.u.push.incarnation = 1;
    m.u.push.seq = seq;
    memcpy(m.u.push.prev, prev, TQ_HASH_BYTES);
    m.u.push.signature[0] = 1;
    tq_buf_init(&payload, 0);
    if (tq_body_encode(&body, &payload, &err) == TQ_OK) {
        m.u.push.payload = tq_buf_slice(&payload);
        tq_set_hash(&m.u.push, prev);
        memcpy(m.u.push.hash, prev, TQ_HASH_BYTES);
        if (refill)
            add_refill(out, &m.u.push);
        else
            add_message(out, &m);
    }
    tq_buf_deinit(&payload);
}

/* A row and, in a turn of its own, a change of it: both are accepted; as sets that come back with
 * their receipts, too. */
static void accepted_seed(const char *folder, bool refill)
{
    uint8_t prev[TQ_HASH_BYTES] = { 0 };
    struct tq_buf out;

    tq_buf_init(&out, 0);
    tq_buf_append_u8(&out, 0);
    add_hello(&out);
    for (uint64_t seq = 1; seq <= 2; seq++) {
        size_t at = out.len;

        add_own_set(&out, seq, refill, prev);
        out.data[at] |= 128; /* the turn before it */
    }
    write_seed(folder, refill ? "refill" : "accepted", 0, tq_buf_slice(&out));
    tq_buf_deinit(&out);
}

/* The name of a unit that stands here under another: the district that was restored notes it. */
static void add_offer(struct tq_buf *out)
{
    const struct tq_table *table = tq_catalogue_find(tq_catalogue_current(), "unit");
    uint32_t column = table->columns[tq_table_column_find(table, "name")].id;
    struct tq_value name = tq_value_str("m\xe1\xba\xabu");
    struct tq_message m;
    struct tq_row row;

    memset(&row, 0, sizeof(row));
    row.table = table->id;
    row.key = tq_slice_str("08779@2004-01-01");
    row.exists = true;
    row.ncolumns = 1;
    row.columns = &column;
    row.values = &name;
    memset(&m, 0, sizeof(m));
    m.kind = TQ_MSG_OFFER;
    m.session = UINT64_C(0x0807060504030201);
    m.u.offer.number = 1;
    m.u.offer.nrows = 1;
    m.u.offer.rows = &row;
    add_message(out, &m);
}

static void offer_seeds(const char *folder, struct tq_arena *arena)
{
    for (uint64_t n = 0; n < 4; n++) {
        struct tq_message m;
        struct tq_buf out;
        struct gen g;

        tq_arena_reset(arena);
        tq_buf_init(&out, 0);
        tq_buf_append_u8(&out, n < 2 ? 1 : 3);
        if (n < 2) {
            add_hello(&out);
            add_offer(&out);
        }
        for (uint64_t i = 0; i < 3; i++) {
            gen_init(&g, arena, 900 + n * 10 + i, 2);
            gen_message(&g, TQ_MSG_OFFER, &m);
            m.session = UINT64_C(0x0807060504030201);
            add_message(&out, &m);
        }
        write_seed(folder, "offer", (int)n, tq_buf_slice(&out));
        tq_buf_deinit(&out);
    }
}

/* A row that only its own office may see, in a broadcast to all. */
static void add_secret(struct tq_buf *out)
{
    static const uint8_t KEY[16] = { 9 };
    struct tq_message m;
    struct tq_row row;
    size_t at = out->len;

    memset(&row, 0, sizeof(row));
    row.table = tq_catalogue_find(tq_catalogue_current(), "activity")->id;
    row.key = tq_slice_of(KEY, sizeof(KEY));
    row.seq = 1;
    memset(&m, 0, sizeof(m));
    m.kind = TQ_MSG_BROADCAST;
    m.u.broadcast.seq = 1;
    m.u.broadcast.nrows = 1;
    m.u.broadcast.rows = &row;
    add_message(out, &m);
    if (out->len > at)
        out->data[at] |= 64;
}

static void broadcast_seeds(const char *folder, struct tq_arena *arena)
{
    for (uint64_t n = 0; n < 6; n++) {
        struct tq_buf out;

        tq_arena_reset(arena);
        tq_buf_init(&out, 0);
        tq_buf_append_u8(&out, 2);
        if (n == 5)
            add_secret(&out);
        for (uint64_t i = 0; i < 2; i++) {
            size_t at = out.len;
            struct tq_message m;
            struct gen g;

            gen_init(&g, arena, 800 + n * 10 + i, 2);
            gen_message(&g, TQ_MSG_BROADCAST, &m);
            add_message(&out, &m);
            if (out.len > at)
                out.data[at] |= 64; /* of the start of the district that the office met */
        }
        write_seed(folder, "news", (int)n, tq_buf_slice(&out));
        tq_buf_deinit(&out);
    }
}

static void session_seeds(const char *folder, struct tq_arena *arena)
{
    static const tq_message_kind TO_OFFICE[] = { TQ_MSG_WELCOME, TQ_MSG_RECEIPT, TQ_MSG_ROWS,
        TQ_MSG_DIGEST_TELL, TQ_MSG_CREDIT, TQ_MSG_REFUSED };
    static const tq_message_kind TO_DISTRICT[] = { TQ_MSG_PULL, TQ_MSG_CREDIT, TQ_MSG_DIGEST_ASK,
        TQ_MSG_RECEIPT_ASK, TQ_MSG_STATUS, TQ_MSG_PULL };

    for (int n = 0; n < 16; n++) {
        bool office = n % 2 == 1;
        struct tq_buf out;

        tq_arena_reset(arena);
        tq_buf_init(&out, 0);
        tq_buf_append_u8(&out, office ? 3 : 0);
        if (!office)
            add_hello(&out);
        if (!office)
            add_push(&out, arena, (uint64_t)n + 1);
        for (uint64_t i = 0; i < 3; i++) {
            tq_message_kind kind = office ? TO_OFFICE[((uint64_t)n / 2 + i) % 6]
                                          : TO_DISTRICT[((uint64_t)n / 2 + i) % 6];
            struct tq_message m;
            struct gen g;

            gen_init(&g, arena, (uint64_t)n * 10 + i, 2);
            gen_message(&g, kind, &m);
            add_message(&out, &m);
        }
        write_seed(folder, "night", n, tq_buf_slice(&out));
        tq_buf_deinit(&out);
    }
}

static void small_seeds(const char *folder, struct tq_arena *arena)
{
    static const char *const TEXTS[] = { "\5a,b\n1,\"x\"\"y\"\n", "\5sep=;\na;b\n",
        "\6code,area,name,max_c,formula,parameters,basis\n5TQ@1,,T,10000,SHEET,,\n",
        "\7ADMIN/2020-Q4", "\7COMMUNE/2020", "\0072020-11-15", "\10\0\0\0\5(\xb5/\xfd \5)" };
    struct tq_receipt receipt;
    struct tq_error err;
    struct tq_buf out;
    struct gen g;
    int n = 0;

    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++)
        write_seed(folder, "text", n++, tq_slice_of(TEXTS[i], 1 + strlen(TEXTS[i] + 1)));
    for (uint64_t seed = 1; seed < 6; seed++) {
        tq_arena_reset(arena);
        tq_buf_init(&out, 0);
        tq_buf_append_u8(&out, 0);
        gen_init(&g, arena, seed, 3);
        gen_receipt(&g, &receipt);
        if (tq_receipt_encode(&receipt, true, &out, &err) == TQ_OK)
            write_seed(folder, "receipt", (int)seed, tq_buf_slice(&out));
        tq_buf_deinit(&out);
    }
}

/* One message of a bundle's inside: field 1 of BundleBody. */
static void append_inside(struct tq_buf *out, struct tq_slice message)
{
    size_t len = message.len;

    tq_buf_append_u8(out, 0x0a);
    for (; len > 0x7f; len >>= 7)
        tq_buf_append_u8(out, (uint8_t)(len | 0x80));
    tq_buf_append_u8(out, (uint8_t)len);
    tq_buf_append_slice(out, message);
}

/* The inside of a question and of an answer, and a whole file. */
static void bundle_seeds(const char *folder, struct tq_arena *arena)
{
    static const tq_message_kind KINDS[2][3] = { { TQ_MSG_HELLO, TQ_MSG_PUSH, TQ_MSG_PULL },
        { TQ_MSG_WELCOME, TQ_MSG_RECEIPT, TQ_MSG_ROWS } };
    struct tq_error err;

    for (int way = 0; way < 2; way++) {
        struct tq_bundle head = {
            .kind = way == 0 ? TQ_BUNDLE_OFFICE : TQ_BUNDLE_ANSWER, .device = 1, .messages = 3
        };
        struct tq_buf messages;
        struct tq_buf inside;
        struct tq_buf file;
        struct tq_keys keys;
        struct tq_slice rest;
        struct tq_slice one;

        tq_buf_init(&messages, 0);
        tq_buf_init(&inside, 0);
        tq_buf_init(&file, 0);
        tq_buf_append_u8(&inside, 1);
        tq_buf_append_u8(&inside, (uint8_t)way);
        tq_buf_append_u8(&inside, 3);
        tq_buf_append_u8(&file, 0);
        for (int i = 0; i < 3; i++) {
            struct tq_message message;
            struct gen g;
            size_t bytes;

            gen_init(&g, arena, 7 + (uint64_t)i, 2);
            gen_message(&g, KINDS[way][i], &message);
            message.session = 0;
            if (tq_bundle_put(&messages, &message, &bytes, &err) != TQ_OK)
                exit(1);
        }
        for (rest = tq_buf_slice(&messages); tq_bundle_next(&rest, &one);)
            append_inside(&inside, one);
        if (tq_keys_generate(&keys, &err) != TQ_OK ||
                tq_bundle_write(&head, tq_buf_slice(&messages), &keys, keys.curve_public, &file,
                        &err) != TQ_OK)
            exit(1);
        write_seed(folder, "inside", way, tq_buf_slice(&inside));
        write_seed(folder, "file", way, tq_buf_slice(&file));
        tq_buf_deinit(&file);
        tq_buf_deinit(&inside);
        tq_buf_deinit(&messages);
    }
}

/* A readable file with one view, and the inside of it. */
static void parcel_seeds(const char *folder, struct tq_arena *arena)
{
    struct tq_parcel head = { .readable = true,
        .from_name = tq_slice_str("A"),
        .to_name = tq_slice_str("B"),
        .number = tq_slice_str("1") };
    struct tq_parcel_body body;
    struct tq_message message;
    struct tq_buf view;
    struct tq_buf file;
    struct tq_buf inside;
    struct tq_slice views[1];
    struct tq_keys keys;
    struct tq_error err;
    struct gen g;

    tq_buf_init(&view, 0);
    tq_buf_init(&file, 0);
    tq_buf_init(&inside, 0);
    memset(&body, 0, sizeof(body));
    gen_init(&g, arena, 7, 2);
    gen_message(&g, TQ_MSG_ROWS, &message);
    tq_buf_append_u8(&file, 0);
    tq_buf_append_u8(&inside, 1);
    if (tq_parcel_view_put(message.u.rows.rows, message.u.rows.nrows, &view, &err) != TQ_OK)
        exit(1);
    views[0] = tq_buf_slice(&view);
    body.view = views;
    body.nview = 1;
    append_inside(&inside, views[0]);
    inside.data[1] = 0x2a; /* field 5 */
    if (tq_keys_generate(&keys, &err) != TQ_OK ||
            tq_parcel_write(&head, &body, &keys, NULL, &file, &err) != TQ_OK)
        exit(1);
    write_seed(folder, "file", 0, tq_buf_slice(&file));
    write_seed(folder, "inside", 0, tq_buf_slice(&inside));
    tq_buf_deinit(&inside);
    tq_buf_deinit(&file);
    tq_buf_deinit(&view);
}

/* Keys made of nothing but ones and twos: of nobody. The other small files are written by hand. */
static void key_seed(const char *folder)
{
    struct tq_keys keys;
    struct tq_error err;
    struct tq_buf bytes;
    uint8_t seed[crypto_sign_SEEDBYTES];
    char path[4096];

    memset(&keys, 0, sizeof(keys));
    memset(keys.curve_secret, 1, sizeof(keys.curve_secret));
    tq_curve_public(keys.curve_public, keys.curve_secret);
    memset(seed, 2, sizeof(seed));
    crypto_sign_seed_keypair(keys.sign_public, keys.sign_secret, seed);
    snprintf(path, sizeof(path), "%s/keys", folder);
    tq_buf_init(&bytes, 0);
    tq_buf_append_u8(&bytes, 0);
    tq_file_remove(path);
    if (tq_keys_save(path, &keys, &err) == TQ_OK && tq_file_read(path, 4096, &bytes, &err) == TQ_OK)
        write_seed(folder, "keys", 1, tq_buf_slice(&bytes));
    tq_file_remove(path);
    tq_buf_deinit(&bytes);
}

int main(int argc, char **argv)
{
    struct tq_arena *arena = tq_arena_new((size_t)256 << 20);
    char folder[2048];

    if (argc != 2 || arena == NULL)
        return 2;
    snprintf(folder, sizeof(folder), "%s/message", argv[1]);
    message_seeds(folder, arena);
    join_seeds(folder, arena);
    snprintf(folder, sizeof(folder), "%s/body", argv[1]);
    body_seeds(folder, arena);
    snprintf(folder, sizeof(folder), "%s/invitation", argv[1]);
    invitation_seed(folder);
    snprintf(folder, sizeof(folder), "%s/small", argv[1]);
    small_seeds(folder, arena);
    snprintf(folder, sizeof(folder), "%s/files", argv[1]);
    key_seed(folder);
    snprintf(folder, sizeof(folder), "%s/sessions", argv[1]);
    session_seeds(folder, arena);
    accepted_seed(folder, false);
    accepted_seed(folder, true);
    offer_seeds(folder, arena);
    broadcast_seeds(folder, arena);
    snprintf(folder, sizeof(folder), "%s/bundle", argv[1]);
    bundle_seeds(folder, arena);
    snprintf(folder, sizeof(folder), "%s/parcel", argv[1]);
    parcel_seeds(folder, arena);
    tq_arena_free(arena);
    return 0;
}
