/* parcel_make.c - A bundle for the neighbour: what it asked, answered; what we ask; and all that it is
 * told, for people. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bundle_merge.h"
#include "member/guest.h"
#include "member/join.h"
#include "member/one_way.h"
#include "parcel.h"
#include "tuquan/codec.h"
#include "tuquan/district_devices.h"
#include "tuquan/parcel_store.h"
#include "tuquan/process.h"
#include "tuquan/random.h"
#include "tuquan/version.h"

#define QUESTION_BYTES ((uint64_t)16 * 1024 * 1024)
#define VIEWS 256u /* pages of ROUND_PAGE rows: what a link tells */

struct making {
    struct app *app;
    struct parcel_made *made;
    struct tq_buf *file;
    struct parcel_peer peer;
    struct tq_keys keys; /* of the mailbox */
    bool has_keys;
    struct tq_buf join;
    struct tq_buf joined;
    struct bundle_answer answer;
    struct one_way_said said;
    struct tq_buf view[VIEWS];
    size_t nview;
    uint8_t guest[TQ_CURVE_KEY_BYTES];
    struct tq_parcel_body body;
};

/* ---- what the neighbour asked ---- */

/* As an office asks that has heard of nothing behind `cursor`. */
static tq_status ask_for_it(struct box *box, const struct tq_device_info *member,
        struct tq_buf *question, struct tq_error *err)
{
    const struct tq_random *random = tq_random_system();
    struct tq_message message;
    uint64_t session;
    size_t bytes;
    tq_status rc;

    random->fill(random->ctx, &session, sizeof(session));
    memset(&message, 0, sizeof(message));
    message.kind = TQ_MSG_HELLO;
    message.session = session;
    message.u.hello.protocol_low = TQ_PROTOCOL_LOW;
    message.u.hello.protocol_high = TQ_PROTOCOL_HIGH;
    message.u.hello.schema = member->schema != 0 ? member->schema : box->catalogue->version;
    message.u.hello.device = member->device;
    message.u.hello.head.incarnation = member->incarnation;
    message.u.hello.confirmed.incarnation = member->incarnation;
    message.u.hello.cursor = member->cursor;
    message.u.hello.clock_ms = app_time_ms(&box->app);
    message.u.hello.software = tq_slice_str("tuquan-district");
    rc = tq_bundle_put(question, &message, &bytes, err);
    if (rc != TQ_OK)
        return rc;
    memset(&message, 0, sizeof(message));
    message.kind = TQ_MSG_PULL;
    message.session = session;
    message.u.pull.from.cursor = member->cursor;
    message.u.pull.credit_bytes = QUESTION_BYTES;
    return tq_bundle_put(question, &message, &bytes, err);
}

/* Its last question by file, unless the wire has heard of it since. */
static tq_status last_question(struct box *box, const struct tq_device_info *member,
        struct tq_buf *question, bool *found, struct tq_error *err)
{
    char path[APP_PATH_BYTES];
    struct tq_buf kept;
    struct tq_slice rest;
    uint64_t came_ms;
    uint32_t device;
    tq_status rc = tq_file_join(path, sizeof(path), box->dir, PARCEL_QUESTION, err);

    *found = false;
    if (rc != TQ_OK || !tq_file_exists(path))
        return rc;
    tq_buf_init(&kept, TQ_BUNDLE_MAX_BYTES);
    rc = tq_file_read(path, TQ_BUNDLE_MAX_BYTES, &kept, err);
    rest = tq_buf_slice(&kept);
    if (rc == TQ_OK && tq_read_u64(&rest, &came_ms) && tq_read_u32(&rest, &device) &&
            device == member->device && member->last_heard_at_ms <= (int64_t)came_ms) {
        *found = true;
        tq_buf_append_slice(question, rest);
        if (!tq_buf_is_ok(question))
            rc = tq_error_set(err, TQ_NOMEM, "%s", path);
    }
    tq_buf_deinit(&kept);
    return rc;
}

static tq_status answer_it(struct making *m, struct box *box, const struct tq_device_info *member,
        struct tq_error *err)
{
    struct tq_buf question;
    struct tq_slice first;
    struct tq_slice rest;
    tq_message_kind kind;
    bool found;
    tq_status rc;

    tq_buf_init(&question, 0);
    rc = last_question(box, member, &question, &found, err);
    if (rc == TQ_OK && !found)
        rc = ask_for_it(box, member, &question, err);
    rest = tq_buf_slice(&question);
    if (rc == TQ_OK && tq_bundle_next(&rest, &first))
        rc = tq_message_peek(first, &kind, &m->body.answer_session, err);
    if (rc == TQ_OK)
        rc = bundle_merge(&box->app, member->device, member->offset_ms, tq_buf_slice(&question),
                &m->answer, err);
    tq_buf_deinit(&question);
    return rc;
}

/* ---- joining ---- */

static tq_status certify(void *ctx, struct tq_certificate *certificate, struct tq_error *err)
{
    return tq_certificate_sign(certificate, ctx, err);
}

static tq_status fill_joined(struct making *m, struct box *box, struct tq_joined *joined,
        char addresses[2][TQ_ADDRESS_BYTES], struct tq_error *err)
{
    struct tq_district_identity identity;
    tq_status rc = tq_district_store_identity(box->app.store, box->app.arena, &identity, err);

    if (rc == TQ_OK)
        rc = app_public_address(&box->app, box->sync_address, addresses[0], TQ_ADDRESS_BYTES, err);
    if (rc == TQ_OK)
        rc = app_public_address(&box->app, box->guest_address, addresses[1], TQ_ADDRESS_BYTES, err);
    if (rc != TQ_OK)
        return rc;
    joined->sync_address = joined->broadcast_address = tq_slice_str(addresses[0]);
    joined->guest_address = tq_slice_str(addresses[1]);
    joined->district_name = identity.name;
    memcpy(joined->district_sign_key, box->app.keys.sign_public, TQ_SIGN_KEY_BYTES);
    if (m->made->head.readable) /* no secret in what anybody can read */
        return TQ_OK;
    tq_readmit_pair(&box->app.keys, NULL, joined->readmit_secret);
    return TQ_OK;
}

/* The answer to its JOIN goes with every bundle until it was heard as a member. */
static tq_status tell_joined(struct making *m, struct box *box, struct tq_error *err)
{
    char addresses[2][TQ_ADDRESS_BYTES];
    char path[APP_PATH_BYTES];
    struct tq_message in;
    struct tq_message out;
    struct tq_buf kept;
    struct tq_slice rest;
    struct tq_slice guest;
    tq_status rc = tq_file_join(path, sizeof(path), box->dir, PARCEL_JOIN, err);

    if (rc != TQ_OK || !tq_file_exists(path))
        return rc;
    tq_buf_init(&kept, TQ_MESSAGE_MAX_BYTES);
    tq_buf_keep_secret(&kept);
    rc = tq_file_read(path, TQ_MESSAGE_MAX_BYTES, &kept, err);
    rest = tq_buf_slice(&kept);
    if (rc == TQ_OK && !tq_read_bytes(&rest, TQ_CURVE_KEY_BYTES, &guest))
        rc = tq_error_set(err, TQ_CORRUPT, "%s", path);
    if (rc == TQ_OK)
        rc = tq_message_decode(rest, box->app.arena, &in, err);
    memset(&out, 0, sizeof(out));
    out.kind = TQ_MSG_JOINED;
    if (rc == TQ_OK)
        rc = tq_devices_spend(box->app.store, &in.u.join, guest.data, app_time_ms(&box->app),
                certify, &box->app.signer, box->app.arena, &out.u.joined.certificate, err);
    if (rc == TQ_OK)
        rc = fill_joined(m, box, &out.u.joined, addresses, err);
    if (rc == TQ_OK)
        rc = tq_message_encode(&out, &m->joined, err);
    tq_wipe(out.u.joined.readmit_secret, sizeof(out.u.joined.readmit_secret));
    tq_buf_deinit(&kept);
    return rc;
}

/* A join_ask_fn: the question goes into the bundle, the answer comes in another one. */
static tq_status ask_by_file(void *ctx, const struct tq_invitation *invitation,
        const struct tq_join *join, struct tq_arena *arena, struct tq_joined *out,
        struct tq_error *err)
{
    struct making *m = ctx;
    struct tq_message message;
    tq_status rc;

    (void)arena;
    (void)out;
    memset(&message, 0, sizeof(message));
    message.kind = TQ_MSG_JOIN;
    message.u.join = *join;
    memcpy(m->guest, invitation->guest_public, sizeof(m->guest));
    rc = tq_message_encode(&message, &m->join, err);
    return rc == TQ_OK ? tq_error_set(err, TQ_COME_BACK, "parcel") : rc;
}

static tq_status ask_to_join(
        struct making *m, struct round *r, struct box *box, struct tq_error *err)
{
    char dir[APP_PATH_BYTES];
    char machine[128];
    char unit[64];
    char theirs[128];
    struct tq_buf text;
    tq_status rc = box_path(m->app->cli->dir, r->link->id, "in", dir, err);

    if (m->made->head.readable) /* an invitation is a secret */
        return rc;
    tq_buf_init(&text, TQ_INVITATION_BYTES + 1);
    tq_buf_keep_secret(&text);
    if (rc == TQ_OK)
        rc = parcel_invitation(m->app, r->link->id, &text, err);
    snprintf(machine, sizeof(machine), "%s", box->app.author);
    if (rc == TQ_OK)
        rc = join_by(dir, (const char *)text.data, machine, box->catalogue, ask_by_file, m, unit,
                theirs, err);
    tq_buf_deinit(&text);
    if (rc == TQ_COME_BACK) {
        tq_error_clear(err);
        m->made->joins = true;
        rc = TQ_OK;
    }
    return rc;
}

/* ---- for people ---- */

static void count_kind(struct parcel_made *made, const struct tq_table *table, uint32_t rows)
{
    size_t i = 0;

    while (i < PARCEL_KINDS && made->kinds[i].table != NULL && made->kinds[i].table != table)
        i++;
    made->head.rows += rows;
    if (i == PARCEL_KINDS)
        return;
    made->kinds[i].table = table;
    made->kinds[i].rows += rows;
}

static tq_status view_page(struct making *m, const struct tq_table *table,
        const struct tq_stored_row *page, size_t n, struct tq_arena *arena, struct tq_error *err)
{
    struct tq_row *rows = tq_arena_array(arena, n, sizeof(*rows));
    uint32_t *columns = tq_arena_array(arena, table->ncolumns, sizeof(*columns));
    size_t nrows = 0;

    if (rows == NULL || columns == NULL)
        return tq_error_set(err, TQ_NOMEM, "view");
    for (uint32_t i = 0; i < table->ncolumns; i++)
        columns[i] = table->columns[i].id;
    for (size_t i = 0; i < n; i++) {
        memset(&rows[nrows], 0, sizeof(rows[nrows]));
        rows[nrows].table = table->id;
        rows[nrows].key = page[i].key;
        rows[nrows].exists = true;
        rows[nrows].seq = page[i].meta.row_seq;
        rows[nrows].ncolumns = (uint32_t)table->ncolumns;
        rows[nrows].columns = columns;
        rows[nrows++].values = page[i].values;
    }
    if (m->nview == VIEWS)
        return tq_error_set(err, TQ_TOO_LARGE, "view");
    tq_buf_init(&m->view[m->nview], 0);
    count_kind(m->made, tq_catalogue_table(m->app->catalogue, table->id), (uint32_t)nrows);
    return tq_parcel_view_put(rows, nrows, &m->view[m->nview++], err);
}

static tq_status view_table(struct making *m, struct round *r, struct box *box,
        const struct tq_table *table, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(box->app.store);
    uint8_t last[TQ_MAX_KEY_BYTES];
    struct tq_slice after = tq_slice_of(NULL, 0);
    size_t got = ROUND_PAGE;
    tq_status rc = TQ_OK;

    while (rc == TQ_OK && got == ROUND_PAGE) {
        struct tq_stored_row *page;

        tq_arena_reset(r->arena);
        page = tq_arena_array(r->arena, ROUND_PAGE, sizeof(*page));
        if (page == NULL)
            return tq_error_set(err, TQ_NOMEM, "view");
        rc = ops->rows_scan(ops->ctx, table, tq_slice_of(NULL, 0), after, tq_slice_of(NULL, 0),
                ROUND_PAGE, r->arena, page, &got, err);
        if (rc == TQ_OK && got > 0)
            rc = view_page(m, table, page, got, r->arena, err);
        if (rc == TQ_OK && got > 0) {
            memcpy(last, page[got - 1].key.data, page[got - 1].key.len);
            after = tq_slice_of(last, page[got - 1].key.len);
        }
    }
    return rc;
}

/* The names of the communes that it is about: who has no programs knows them by no other way. */
static tq_status view_units(struct making *m, struct round *r, struct tq_error *err)
{
    const struct tq_table *table = tq_catalogue_find(r->app->catalogue, "unit");
    int name = tq_table_column_find(table, "name");
    uint32_t columns[2] = { table->columns[table->key[0]].id, table->columns[name].id };
    struct tq_value values[2 * TQ_AGREEMENT_LIST][2];
    struct tq_row rows[2 * TQ_AGREEMENT_LIST];
    size_t n = 0;
    tq_status rc = TQ_OK;

    memset(rows, 0, sizeof(rows));
    tq_arena_reset(r->arena);
    for (size_t side = 0; rc == TQ_OK && side < 2; side++)
        for (size_t i = 0; rc == TQ_OK && i < r->agreement.communes[side].count; i++) {
            struct tq_stored_row row;

            rc = round_row(r, table, r->agreement.communes[side].items[i], &row, err);
            if (rc != TQ_OK || !row.exists)
                continue;
            values[n][0] = row.values[table->key[0]];
            values[n][1] = row.values[name];
            rows[n] = (struct tq_row){ .table = table->id,
                .key = r->agreement.communes[side].items[i],
                .exists = true,
                .ncolumns = 2,
                .columns = columns,
                .values = values[n] };
            n++;
        }
    if (rc != TQ_OK || n == 0)
        return rc;
    tq_buf_init(&m->view[m->nview], 0);
    return tq_parcel_view_put(rows, n, &m->view[m->nview++], err);
}

static tq_status view(struct making *m, struct round *r, struct box *box, struct tq_error *err)
{
    tq_status rc = view_units(m, r, err);

    for (size_t t = 0; rc == TQ_OK && t < box->catalogue->ntables; t++)
        if (tq_liaison_is_table(&box->catalogue->tables[t]))
            rc = view_table(m, r, box, &box->catalogue->tables[t], err);
    return rc;
}

/* ---- both mailboxes ---- */

static tq_status copy_name(
        struct making *m, struct tq_slice from, struct tq_slice *to, struct tq_error *err)
{
    const void *copy = tq_arena_copy(m->app->arena, from.data, from.len);

    *to = tq_slice_of(copy, from.len);
    return copy == NULL && from.len > 0 ? tq_error_set(err, TQ_NOMEM, "parcel") : TQ_OK;
}

static tq_status out_part(void *ctx, struct round *r, struct box *box, struct tq_error *err)
{
    struct making *m = ctx;
    struct tq_parcel *head = &m->made->head;
    struct tq_device_info member;
    tq_status rc = parcel_member(box, &member, err);

    m->keys = box->app.keys;
    m->has_keys = true;
    head->readable = r->agreement.readable;
    memcpy(head->agreement, r->agreement.hash, sizeof(head->agreement));
    if (rc == TQ_OK && member.revoked_at_ms == 0) {
        rc = answer_it(m, box, &member, err);
        m->made->answers = rc == TQ_OK;
        if (rc == TQ_OK && member.last_heard_at_ms == 0)
            rc = tell_joined(m, box, err);
    } else if (rc == TQ_NOT_FOUND) {
        tq_error_clear(err);
        rc = TQ_OK;
    }
    if (rc == TQ_OK && m->peer.pinned && !m->peer.joined)
        rc = ask_to_join(m, r, box, err);
    if (rc == TQ_OK)
        rc = view(m, r, box, err);
    if (rc == TQ_OK)
        rc = copy_name(m, r->agreement.names[r->ours], &head->from_name, err);
    if (rc == TQ_OK)
        rc = copy_name(m, r->agreement.names[r->theirs], &head->to_name, err);
    return rc == TQ_OK ? copy_name(m, r->agreement.number, &head->number, err) : rc;
}

static tq_status in_part(void *ctx, struct round *r, struct box *box, struct tq_error *err)
{
    struct making *m = ctx;
    char software[48];
    tq_status rc;

    snprintf(software, sizeof(software), "tuquan-district %s", tq_version());
    rc = one_way_say(box->net, software, QUESTION_BYTES, r->now_ms, &m->said, err);
    m->made->head.answers = m->said.sets;
    return rc;
}

static tq_status write_it(struct making *m, const struct tq_link_info *link, struct tq_error *err)
{
    struct tq_parcel_record record;
    struct tq_parcel *head = &m->made->head;
    struct tq_slice views[VIEWS];
    tq_status rc;

    if (!m->has_keys || (!head->readable && !m->peer.pinned))
        return tq_error_set(
                err, TQ_NOT_JOINED, "%.*s", (int)link->name.len, (const char *)link->name.data);
    rc = tq_parcels_last(m->app->store, TQ_PARCEL_OUT, link->id, &record, err);
    if (rc != TQ_OK)
        return rc;
    head->made_at_ms = app_time_ms(m->app);
    head->serial = record.serial >= (uint64_t)head->made_at_ms ? record.serial + 1
                                                               : (uint64_t)head->made_at_ms;
    memcpy(head->to, m->peer.district, sizeof(head->to));
    for (size_t i = 0; i < m->nview; i++)
        views[i] = tq_buf_slice(&m->view[i]);
    m->body.join = tq_buf_slice(&m->join);
    m->body.guest = tq_slice_of(m->guest, m->join.len > 0 ? sizeof(m->guest) : 0);
    m->body.joined = tq_buf_slice(&m->joined);
    m->body.answer = tq_buf_slice(&m->answer.messages);
    m->body.question = tq_buf_slice(&m->said.messages);
    m->body.view = views;
    m->body.nview = m->nview;
    rc = tq_parcel_write(
            head, &m->body, &m->keys, head->readable ? NULL : m->peer.curve_key, m->file, err);
    if (rc != TQ_OK)
        return rc;
    memcpy(head->signer, m->keys.sign_public, sizeof(head->signer));
    tq_district_id_of(&m->keys, head->from);
    tq_parcel_code(tq_buf_slice(m->file), m->made->code);
    return TQ_OK;
}

void parcel_say_kinds(const struct parcel_made *made, tq_lang lang, struct tq_buf *out)
{
    for (size_t i = 0; i < PARCEL_KINDS && made->kinds[i].table != NULL; i++)
        tq_buf_printf(out, "%s%s: %" PRIu32, i > 0 ? "; " : "",
                tq_word_of_table(made->kinds[i].table, lang), made->kinds[i].rows);
}

tq_status parcel_record(struct app *app, const struct tq_link_info *link,
        const struct parcel_made *made, struct tq_slice file, struct tq_error *err)
{
    struct tq_parcel_record record = { .link = link->id };
    tq_status rc;

    record.serial = made->head.serial;
    record.at_ms = made->head.made_at_ms;
    memcpy(record.code, made->code, sizeof(record.code));
    memcpy(record.signer, made->head.signer, sizeof(record.signer));
    rc = tq_parcels_put(app->store, TQ_PARCEL_OUT, &record, err);
    return rc == TQ_OK
                   ? parcel_note(app, link->id, "bundle_out", made->head.number, TQ_OK, file, err)
                   : rc;
}

struct visiting {
    struct app *app;
    const struct tq_link_info *link;
    const struct round_visit *visit;
    struct round_result result;
};

static tq_status try_visit(void *ctx, struct tq_error *err)
{
    struct visiting *v = ctx;

    return round_visit(v->app, v->link, v->visit, &v->result, err);
}

tq_status parcel_make(struct app *app, const struct tq_link_info *link, struct parcel_made *made,
        struct tq_buf *out, struct tq_error *err)
{
    struct making *m = tq_arena_alloc(app->arena, sizeof(*m));
    struct round_visit visit = { m, out_part, in_part, false };
    struct visiting visiting = { .app = app, .link = link, .visit = &visit };
    tq_status rc;

    memset(made, 0, sizeof(*made));
    if (m == NULL)
        return tq_error_set(err, TQ_NOMEM, "parcel");
    memset(m, 0, sizeof(*m));
    m->app = app;
    m->made = made;
    m->file = out;
    tq_buf_init(&m->join, 0);
    tq_buf_init(&m->joined, 0);
    tq_buf_init(&m->answer.messages, 0);
    tq_buf_init(&m->said.messages, 0);
    rc = parcel_peer_of(app, link->id, &m->peer, err);
    if (rc == TQ_OK)
        rc = round_when_free(app, try_visit, &visiting, err);
    if (rc == TQ_OK)
        m->body.question_session = m->said.session;
    if (rc == TQ_OK)
        rc = write_it(m, link, err);
    for (size_t i = 0; i < m->nview; i++)
        tq_buf_deinit(&m->view[i]);
    tq_buf_deinit(&m->said.messages);
    tq_buf_deinit(&m->answer.messages);
    tq_buf_deinit(&m->joined);
    tq_buf_deinit(&m->join);
    tq_keys_wipe(&m->keys);
    return rc;
}
