#include "liaison_heads.h"

#include <inttypes.h>
#include <string.h>

#include "cli/table.h"
#include "member/network.h"
#include "tuquan/liaison_store.h"
#include "tuquan/process.h"

#define DATA_BYTES (TQ_DISTRICT_ID_BYTES + 8u + TQ_HASH_BYTES)

/* What is signed about a head of the district whose mailbox this is. */
static struct tq_slice data_of(const uint8_t mailbox[TQ_DISTRICT_ID_BYTES],
        const struct tq_head_word *word, uint8_t out[DATA_BYTES])
{
    memcpy(out, mailbox, TQ_DISTRICT_ID_BYTES);
    for (size_t i = 0; i < 8; i++)
        out[TQ_DISTRICT_ID_BYTES + i] = (uint8_t)(word->seq >> (56 - 8 * i));
    memcpy(out + TQ_DISTRICT_ID_BYTES + 8, word->hash, TQ_HASH_BYTES);
    return tq_slice_of(out, DATA_BYTES);
}

static void sign(const struct app *box, const char *domain,
        const uint8_t mailbox[TQ_DISTRICT_ID_BYTES], struct tq_head_word *word)
{
    uint8_t data[DATA_BYTES];

    box->signer.sign(box->signer.ctx, domain, data_of(mailbox, word, data), word->signature);
}

static bool holds(const uint8_t signer[TQ_SIGN_KEY_BYTES], const char *domain,
        const uint8_t mailbox[TQ_DISTRICT_ID_BYTES], const struct tq_head_word *word)
{
    uint8_t data[DATA_BYTES];

    return tq_verify(signer, domain, data_of(mailbox, word, data), word->signature);
}

/* Does our ledger hold it? */
static tq_status is_ours(
        struct app *app, const struct tq_head_word *word, bool *out, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    uint8_t hash[TQ_HASH_BYTES];
    int64_t t;
    tq_status rc = ops->history_get(ops->ctx, word->seq, &t, hash, err);

    *out = rc == TQ_OK && memcmp(hash, word->hash, sizeof(hash)) == 0;
    if (rc == TQ_NOT_FOUND) {
        tq_error_clear(err);
        rc = TQ_OK;
    }
    return rc;
}

static tq_status note(struct round *r, const char *way, const struct tq_head_word *word,
        tq_status code, struct tq_error *err)
{
    struct tq_value held[1] = { tq_value_blob(tq_slice_of(word->hash, sizeof(word->hash))) };

    return round_note(
            r, way, NULL, tq_slice_of(NULL, 0), NULL, tq_status_code(code), -1, held, 1, err);
}

/* Its countersignature of a head of ours: kept also when our ledger says otherwise, then above all. */
static tq_status take_seen(struct round *r, const struct tq_head_record *seen,
        const struct district_link *peer, const uint8_t us[TQ_DISTRICT_ID_BYTES],
        struct tq_error *err)
{
    struct tq_head_record kept = *seen;
    bool ours;
    tq_status rc;

    if (seen->word.seq == 0)
        return TQ_OK;
    if (!holds(peer->sign_key, TQ_SIGN_HEAD_SEEN, us, &seen->word))
        return note(r, "head", &seen->word, TQ_FORGED, err);
    kept.link = r->link->id;
    kept.at_ms = r->now_ms;
    memcpy(kept.signer, peer->sign_key, sizeof(kept.signer));
    rc = tq_heads_put(r->app->store, TQ_HEAD_OURS, &kept, err);
    if (rc == TQ_OK)
        rc = is_ours(r->app, &seen->word, &ours, err);
    return rc == TQ_OK && !ours ? note(r, "head", &seen->word, TQ_HEAD_GONE, err) : rc;
}

static bool same_head(const struct tq_head_word *a, const struct tq_head_word *b)
{
    return a->seq == b->seq && memcmp(a->hash, b->hash, sizeof(a->hash)) == 0;
}

/* A head of its own, once it has our word about the one before. */
static tq_status take_told(struct round *r, const struct tq_head_record *told,
        const struct district_link *peer, struct tq_head_record *theirs, struct tq_error *err)
{
    struct tq_head_record kept = *told;

    if (told->word.seq == 0 || (theirs->word.seq != 0 && told->known != theirs->word.seq))
        return TQ_OK;
    if (!holds(peer->sign_key, TQ_SIGN_HEAD, peer->district, &told->word))
        return note(r, "head_in", &told->word, TQ_FORGED, err);
    if (told->word.seq <= theirs->word.seq) /* its ledger went back, or tells two histories */
        return same_head(&told->word, &theirs->word)
                       ? TQ_OK
                       : note(r, "head_in", &told->word, TQ_HEAD_GONE, err);
    kept.link = r->link->id;
    kept.at_ms = r->now_ms;
    memcpy(kept.signer, peer->sign_key, sizeof(kept.signer));
    *theirs = kept;
    return tq_heads_put(r->app->store, TQ_HEAD_THEIRS, &kept, err);
}

/* What our next Hello says. */
static tq_status tell(struct round *r, struct box *box, const struct district_link *peer,
        const struct tq_head_record *theirs, const uint8_t us[TQ_DISTRICT_ID_BYTES],
        struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(r->app->store);
    struct tq_district_state state;
    struct tq_head_record last;
    /* A head that was countersigned is enough for so long. */
    int64_t every_ms = cli_config_number(r->app->config, "liaison_head_s") * 1000;
    tq_status rc = tq_heads_last(r->app->store, TQ_HEAD_OURS, r->link->id, &last, err);

    if (rc == TQ_OK)
        rc = ops->state_get(ops->ctx, &state, err);
    if (rc != TQ_OK)
        return rc;
    r->heads.known = last.word.seq;
    if (last.word.seq == 0 || (state.head != last.word.seq && r->now_ms - last.at_ms >= every_ms)) {
        r->heads.told.seq = state.head;
        memcpy(r->heads.told.hash, state.ledger_hash, sizeof(r->heads.told.hash));
        sign(&box->app, TQ_SIGN_HEAD, us, &r->heads.told);
    }
    if (theirs->word.seq != 0) {
        r->heads.seen = theirs->word;
        sign(&box->app, TQ_SIGN_HEAD_SEEN, peer->district, &r->heads.seen);
    }
    return TQ_OK;
}

tq_status heads_exchange(struct round *r, struct box *box, struct tq_error *err)
{
    uint8_t us[TQ_DISTRICT_ID_BYTES];
    struct district_link peer;
    struct tq_head_record told;
    struct tq_head_record seen;
    struct tq_head_record theirs;
    char dir[APP_PATH_BYTES];
    tq_status rc = box_path(r->app->cli->dir, r->link->id, "in", dir, err);

    memset(&r->heads, 0, sizeof(r->heads));
    if (rc == TQ_OK)
        rc = network_load_link(dir, &peer, err);
    if (rc == TQ_NOT_JOINED) { /* whose word it would be, nobody knows yet */
        tq_error_clear(err);
        return TQ_OK;
    }
    tq_district_id_of(&box->app.keys, us);
    if (rc == TQ_OK)
        rc = tq_heads_last(box->app.store, TQ_HEAD_TOLD, 0, &told, err);
    if (rc == TQ_OK)
        rc = tq_heads_last(box->app.store, TQ_HEAD_SEEN, 0, &seen, err);
    if (rc == TQ_OK)
        rc = tq_heads_last(r->app->store, TQ_HEAD_THEIRS, r->link->id, &theirs, err);
    if (rc == TQ_OK)
        rc = take_seen(r, &seen, &peer, us, err);
    if (rc == TQ_OK)
        rc = take_told(r, &told, &peer, &theirs, err);
    if (rc == TQ_OK)
        rc = tell(r, box, &peer, &theirs, us, err);
    tq_wipe(&peer, sizeof(peer));
    return rc;
}

/* ---- ledger verify ---- */

static tq_status name_of(struct app *app, int64_t link, struct tq_slice *out, struct tq_error *err)
{
    struct tq_link_info *list;
    size_t count;
    tq_status rc = tq_links_list(app->store, false, app->arena, &list, &count, err);

    for (size_t i = 0; rc == TQ_OK && i < count; i++)
        if (list[i].id == link)
            *out = list[i].name;
    return rc;
}

/* *known false: it is not here any more, or cannot be read. */
static tq_status our_mailbox(struct app *app, int64_t link, uint8_t out[TQ_DISTRICT_ID_BYTES],
        bool *known, struct tq_error *err)
{
    struct app box;
    struct tq_keys keys;
    struct tq_error unread;
    char dir[APP_PATH_BYTES];
    tq_status rc = box_path(app->cli->dir, link, "out", dir, err);

    memset(&box, 0, sizeof(box));
    if (rc == TQ_OK)
        rc = app_paths(&box, dir, err);
    if (rc != TQ_OK)
        return rc;
    *known = tq_keys_load(box.key_path, &keys, &unread) == TQ_OK;
    if (*known)
        tq_district_id_of(&keys, out);
    tq_keys_wipe(&keys);
    return TQ_OK;
}

static tq_status look_for_excuse(struct app *app, const struct tq_head_record *head,
        struct heads_report *out, bool *excused, struct tq_error *err)
{
    struct tq_head_excuse excuse;
    tq_status rc = tq_heads_excused(app->store, head, app->arena, &excuse, excused, err);

    if (rc != TQ_OK || !*excused)
        return rc;
    out->excused++;
    if (excuse.at_ms >= out->excuse.at_ms)
        out->excuse = excuse;
    return TQ_OK;
}

/* What our ledger holds is whole, whoever vouches for it; it counts as countersigned where the
 * signature is one to our mailbox of today. A word about what the ledger does not hold was checked as
 * it came (take_seen): it stands, also when that mailbox is gone. */
tq_status heads_verify(struct app *app, struct heads_report *out, struct tq_error *err)
{
    struct tq_head_record *list;
    uint8_t us[TQ_DISTRICT_ID_BYTES] = { 0 };
    bool known = false;
    int64_t link = 0;
    size_t count;
    tq_status rc = tq_heads_list(app->store, TQ_HEAD_OURS, app->arena, &list, &count, err);

    memset(out, 0, sizeof(*out));
    for (size_t i = 0; rc == TQ_OK && !out->contradicted && i < count; i++) {
        bool excused = false;
        bool ours = false;
        bool proven;

        if (list[i].link != link)
            rc = our_mailbox(app, list[i].link, us, &known, err);
        link = list[i].link;
        if (rc == TQ_OK)
            rc = is_ours(app, &list[i].word, &ours, err);
        if (rc != TQ_OK)
            return rc;
        proven = known && holds(list[i].signer, TQ_SIGN_HEAD_SEEN, us, &list[i].word);
        out->countersigned += ours && proven;
        out->former += ours && !proven;
        if (!ours)
            rc = look_for_excuse(app, &list[i], out, &excused, err);
        if (ours || rc != TQ_OK || excused)
            continue;
        out->contradicted = true;
        out->seq = list[i].word.seq;
        out->at_ms = list[i].at_ms;
        rc = name_of(app, list[i].link, &out->link, err);
    }
    return rc;
}

/* ---- a lawful restore ---- */

static tq_status excuse_one(struct app *app, const struct tq_head_record *head, struct tq_slice why,
        uint64_t *count, struct tq_error *err)
{
    struct tq_head_excuse excuse;
    bool restored = false;
    bool found = false;
    bool ours;
    tq_status rc = is_ours(app, &head->word, &ours, err);

    if (rc != TQ_OK || ours)
        return rc;
    rc = tq_heads_excused(app->store, head, app->arena, &excuse, &found, err);
    if (rc == TQ_OK && !found)
        rc = tq_heads_lost_by_restore(app->store, head->word.seq, &restored, err);
    if (rc != TQ_OK || found)
        return rc;
    if (!restored)
        return tq_error_set(err, TQ_HEAD_GONE, "%" PRIu64, head->word.seq);
    excuse = (struct tq_head_excuse){ app_now_ms(), tq_slice_str(app_author(app)), why };
    ++*count;
    return tq_heads_excuse(app->store, head, &excuse, err);
}

tq_status heads_excuse(struct app *app, struct tq_slice why, uint64_t *count, struct tq_error *err)
{
    const struct tq_district_ops *ops = tq_district_store_ops(app->store);
    struct tq_head_record *list;
    size_t n;
    tq_status rc = ops->begin(ops->ctx, err);

    *count = 0;
    if (rc != TQ_OK)
        return rc;
    rc = tq_heads_list(app->store, TQ_HEAD_OURS, app->arena, &list, &n, err);
    for (size_t i = 0; rc == TQ_OK && i < n; i++)
        rc = excuse_one(app, &list[i], why, count, err);
    if (rc == TQ_OK && *count > 0)
        rc = app_audit(app, "ledger excused", tq_slice_str("ledger"), why, err);
    if (rc == TQ_OK)
        return ops->commit(ops->ctx, err);
    ops->rollback(ops->ctx);
    return rc;
}

/* ---- the neighbour's ---- */

#define LATELY_MS (INT64_C(7) * 24 * 3600 * 1000)

tq_status heads_went_back(struct app *app, int64_t link, bool *out, struct tq_error *err)
{
    struct tq_journal_question question = { .link = link, .limit = 1 };
    struct tq_head_record theirs;
    struct tq_link_entry *last;
    size_t count;
    bool more;
    tq_status rc;

    question.way = tq_slice_str("head_in");
    question.code = tq_slice_str(tq_status_code(TQ_HEAD_GONE));
    rc = tq_journal_list(app->store, &question, app->arena, &last, &count, &more, err);
    if (rc == TQ_OK)
        rc = tq_heads_last(app->store, TQ_HEAD_THEIRS, link, &theirs, err);
    *out = rc == TQ_OK && count > 0 &&
           (last->at_ms > theirs.at_ms || app_now_ms() - last->at_ms < LATELY_MS);
    return rc;
}

#define SHOWN 10u /* heads, the last ones */

tq_status heads_show(struct app *app, struct cli *cli, int64_t link, struct tq_error *err)
{
    struct tq_head_record *list;
    json_t *told = json_array();
    size_t count;
    size_t of_link = 0;
    size_t nth = 0;
    tq_status rc = tq_heads_list(app->store, TQ_HEAD_THEIRS, app->arena, &list, &count, err);

    for (size_t i = 0; rc == TQ_OK && i < count; i++)
        of_link += list[i].link == link;
    cli_json_set(cli, "heads_theirs", told);
    cli_json_set(cli, "heads_countersigned", json_integer((json_int_t)of_link));
    if (rc != TQ_OK || of_link == 0)
        return rc;
    cli_print(cli, "%s (%zu):",
            cli_say(cli, "Mốc sổ cái của bạn mà ta đã ký xác nhận",
                    "Heads of theirs that we countersigned"),
            of_link);
    for (size_t i = 0; i < count; i++) {
        char hash[2 * TQ_HASH_BYTES + 1];
        char when[40];

        if (list[i].link != link || ++nth + SHOWN <= of_link)
            continue;
        tq_hex(hash, list[i].word.hash, sizeof(list[i].word.hash));
        json_array_append_new(
                told, json_pack("{s:I, s:s, s:I}", "seq", (json_int_t)list[i].word.seq, "hash",
                              hash, "at_ms", (json_int_t)list[i].at_ms));
        cli_print(cli, "  %" PRIu64 "  %.16s  %s", list[i].word.seq, hash,
                cli_show_instant(cli, list[i].at_ms, when, sizeof(when)));
    }
    return TQ_OK;
}
