#include "member/join.h"

#include <stdio.h>
#include <string.h>

#include "member/guest.h"
#include "member/network.h"
#include "tuquan/calendar.h"
#include "tuquan/clock.h"
#include "tuquan/codec.h"
#include "tuquan/file.h"
#include "tuquan/office_store.h"
#include "tuquan/process.h"
#include "tuquan/text.h"

struct joining {
    const char *dir;
    const char *machine;
    const struct tq_catalogue *catalogue; /* of the file; NULL: that of the build */
    struct tq_invitation invitation;
    struct tq_keys keys;
    join_ask_fn ask;
    void *ask_ctx;
    struct tq_arena *arena;
    struct tq_joined answer;
    bool joined_before; /* its keys were lost */
    struct tq_db *db;
    struct tq_office_store *store;
    struct tq_office office;
    struct tq_signer signer;
    struct tq_join whose; /* the file's device and where it stands */
};

/* The keys of this machine: made once; an earlier try's are used again. */
static tq_status have_keys(struct joining *j, struct tq_error *err)
{
    char path[NETWORK_PATH_BYTES];
    tq_status rc = tq_file_join(
            path, sizeof(path), j->dir, j->joined_before ? NETWORK_FRESH_KEYS : NETWORK_KEYS, err);

    if (rc != TQ_OK)
        return rc;
    if (tq_file_exists(path))
        return tq_keys_load(path, &j->keys, err);
    rc = tq_keys_generate(&j->keys, err);
    return rc != TQ_OK ? rc : tq_keys_save(path, &j->keys, err);
}

/* What an older program left unsealed, as in any other command. A file that has no keys any more, or
 * never had, has nothing to seal with: its log stays as it is, and this join is its way on. */
static tq_status seal_older(void *ctx, struct tq_db *db, struct tq_error *err)
{
    const struct tq_clock *clock = tq_db_clock(db);
    const struct joining *j = ctx;
    struct tq_seal_result result;
    struct network net = { 0 };
    tq_status rc = network_open(&net, j->dir, db, err);

    if (rc == TQ_NOT_JOINED || rc == TQ_KEY_FILE) {
        tq_error_clear(err);
        return TQ_OK;
    }
    if (rc == TQ_OK)
        rc = tq_office_seal(&net.office, clock->now_ms(clock->ctx), &result, err);
    network_close(&net);
    return rc;
}

/* The file as it is, or a new one; whose it is goes with Join. */
static tq_status open_file(struct joining *j, const char *path, struct tq_error *err)
{
    struct tq_db_config config;
    tq_status rc;

    memset(&config, 0, sizeof(config));
    config.path = path;
    config.role = TQ_ROLE_OFFICE;
    config.catalogue = j->catalogue;
    config.create = true;
    config.seal = seal_older;
    config.seal_ctx = j;
    rc = tq_db_open(&j->db, &config, NULL, err);
    if (rc == TQ_OK)
        rc = tq_office_store_new(&j->store, j->db, err);
    if (rc != TQ_OK)
        return rc;
    j->office.catalogue = tq_db_catalogue(j->db);
    j->office.ops = tq_office_store_ops();
    j->office.store = j->store;
    j->office.codec = tq_codec_ops();
    j->office.signer = &j->signer;
    j->office.verify = tq_verify;
    j->office.nfc = tq_text_nfc;
    return tq_office_whose(&j->office, &j->whose, err);
}

/* Does the machine lack what it joined with: its own key, that opens, or a file that is its own? */
static tq_status check_lost(struct joining *j, struct tq_error *err)
{
    char key[NETWORK_PATH_BYTES];
    char fresh[NETWORK_PATH_BYTES];
    char link_path[NETWORK_PATH_BYTES];
    struct district_link link;
    struct tq_error unreadable;
    struct tq_keys keys;
    bool good;
    tq_status rc = tq_file_join(key, sizeof(key), j->dir, NETWORK_KEYS, err);

    if (rc == TQ_OK)
        rc = tq_file_join(fresh, sizeof(fresh), j->dir, NETWORK_FRESH_KEYS, err);
    if (rc == TQ_OK)
        rc = tq_file_join(link_path, sizeof(link_path), j->dir, NETWORK_LINK, err);
    if (rc != TQ_OK)
        return rc;
    good = tq_keys_load(key, &keys, &unreadable) == TQ_OK;
    j->joined_before = j->whose.former_device != 0 || tq_file_exists(fresh) ||
                       tq_file_exists(link_path) || (!good && tq_file_exists(key));
    if (network_load_link(j->dir, &link, &unreadable) != TQ_OK)
        rc = TQ_OK; /* joining writes it anew */
    else if (memcmp(link.district, j->invitation.district, sizeof(link.district)) != 0)
        rc = tq_error_set(
                err, TQ_WRONG_FILE, "%s: %s", link_path, tq_phrase(TQ_PHRASE_INVITED_ELSEWHERE));
    else if (good && !tq_file_exists(fresh) &&
             network_check_keys(j->dir, &link, &keys, &unreadable) == TQ_OK &&
             link.device == j->whose.former_device)
        rc = tq_error_set(err, TQ_JOINED, "%s", link_path);
    tq_keys_wipe(&keys);
    tq_wipe(&link, sizeof(link));
    return rc;
}

/* device-2026-11-23-NNN.key: what was there is kept. */
static tq_status put_aside(const char *dir, const char *key, struct tq_error *err)
{
    const struct tq_clock *clock = tq_clock_system();
    int64_t now = clock->now_ms(clock->ctx);
    char path[NETWORK_PATH_BYTES];
    char name[64];
    char day[TQ_DAY_TEXT];
    tq_status rc;

    tq_day_print(tq_day_of_instant(now), day);
    snprintf(name, sizeof(name), "device-%s-%08d.key", day, (int)(now % 86400000));
    rc = tq_file_join(path, sizeof(path), dir, name, err);
    return rc != TQ_OK ? rc : tq_file_move(key, path, err);
}

/* The new keys take their place, last of all: until then the join goes on where it was cut. */
static tq_status place_keys(const struct joining *j, struct tq_error *err)
{
    char key[NETWORK_PATH_BYTES];
    char fresh[NETWORK_PATH_BYTES];
    tq_status rc = tq_file_join(key, sizeof(key), j->dir, NETWORK_KEYS, err);

    if (rc == TQ_OK)
        rc = tq_file_join(fresh, sizeof(fresh), j->dir, NETWORK_FRESH_KEYS, err);
    if (rc == TQ_OK && j->joined_before && tq_file_exists(key))
        rc = put_aside(j->dir, key, err);
    if (rc == TQ_OK && j->joined_before)
        rc = tq_file_move(fresh, key, err);
    return rc;
}

static tq_status bind_file(struct joining *j, struct tq_error *err)
{
    const struct tq_clock *clock = tq_clock_system();
    const struct tq_joined *joined = &j->answer;

    j->signer = tq_signer_of(&j->keys);
    return tq_office_rebind(&j->office, &joined->certificate, joined->district_name,
            clock->now_ms(clock->ctx), err);
}

static void copy_text(char *out, size_t size, struct tq_slice text)
{
    snprintf(out, size, "%.*s", (int)text.len, (const char *)text.data);
}

static tq_status keep(const struct joining *j, struct tq_error *err)
{
    struct district_link link;
    tq_status rc;

    memset(&link, 0, sizeof(link));
    memcpy(link.curve_key, j->invitation.district_curve_key, sizeof(link.curve_key));
    copy_text(link.machine, sizeof(link.machine), tq_slice_str(j->machine));
    rc = network_fill_link(&link, &j->answer, err);
    if (rc == TQ_OK)
        rc = network_save_link(j->dir, &link, err);
    tq_wipe(&link, sizeof(link));
    return rc;
}

/* One question and its answer. */
static tq_status be_admitted(struct joining *j, struct tq_error *err)
{
    j->whose.token = tq_slice_of(j->invitation.token, sizeof(j->invitation.token));
    memcpy(j->whose.curve_key, j->keys.curve_public, TQ_CURVE_KEY_BYTES);
    memcpy(j->whose.sign_key, j->keys.sign_public, TQ_SIGN_KEY_BYTES);
    j->whose.machine = tq_slice_str(j->machine);
    return j->ask(j->ask_ctx, &j->invitation, &j->whose, j->arena, &j->answer, err);
}

/* Over the line. `ctx`: how long, in ms. */
static tq_status ask_there(void *ctx, const struct tq_invitation *invitation,
        const struct tq_join *join, struct tq_arena *arena, struct tq_joined *out,
        struct tq_error *err)
{
    const int *timeout_ms = ctx;
    struct guest_config config;
    tq_status rc;

    memset(&config, 0, sizeof(config));
    rc = tq_net_new(&config.net, err);
    if (rc != TQ_OK)
        return rc;
    config.address = invitation->guest_address;
    memcpy(config.server_key, invitation->district_curve_key, TQ_CURVE_KEY_BYTES);
    memcpy(config.public_key, invitation->guest_public, TQ_CURVE_KEY_BYTES);
    memcpy(config.secret_key, invitation->guest_secret, TQ_CURVE_KEY_BYTES);
    config.timeout_ms = *timeout_ms;
    config.patient = true;
    config.stop_fd = -1;
    rc = guest_ask(&config, join, invitation->district, arena, out, err);
    tq_wipe(config.secret_key, sizeof(config.secret_key));
    tq_net_free(config.net);
    /* Who is not admitted there holds an invitation that is not open. */
    return rc == TQ_NOT_ADMITTED ? tq_error_set(err, TQ_INVITATION, "%s", invitation->guest_address)
                                 : rc;
}

tq_status join_district(const char *dir, const char *invitation, const char *machine,
        const struct tq_catalogue *catalogue, int timeout_ms, char unit[64],
        char district_name[128], struct tq_error *err)
{
    return join_by(
            dir, invitation, machine, catalogue, ask_there, &timeout_ms, unit, district_name, err);
}

tq_status join_by(const char *dir, const char *invitation, const char *machine,
        const struct tq_catalogue *catalogue, join_ask_fn ask, void *ask_ctx, char unit[64],
        char district_name[128], struct tq_error *err)
{
    char path[NETWORK_PATH_BYTES];
    char lock_path[NETWORK_PATH_BYTES];
    struct tq_file_lock *lock = NULL;
    struct joining j;
    tq_status rc;

    memset(&j, 0, sizeof(j));
    j.dir = dir;
    j.machine = machine;
    j.catalogue = catalogue;
    j.ask = ask;
    j.ask_ctx = ask_ctx;
    rc = tq_invitation_parse(tq_slice_str(invitation), &j.invitation, err);
    if (rc == TQ_OK)
        rc = tq_file_make_dir(dir, err);
    if (rc == TQ_OK)
        rc = tq_file_join(lock_path, sizeof(lock_path), dir, "agent.lock", err);
    if (rc == TQ_OK) /* the agent holds it as long as it runs */
        rc = tq_file_lock(&lock, lock_path, err);
    if (rc == TQ_OK)
        rc = tq_file_join(path, sizeof(path), dir, "office.db", err);
    if (rc == TQ_OK && tq_file_exists(path))
        rc = open_file(&j, path, err);
    if (rc == TQ_OK)
        rc = check_lost(&j, err);
    if (rc == TQ_OK)
        rc = have_keys(&j, err);
    if (rc != TQ_OK)
        goto out;
    j.arena = tq_arena_new(TQ_MESSAGE_ARENA_BYTES);
    rc = j.arena == NULL ? tq_error_set(err, TQ_NOMEM, "join") : be_admitted(&j, err);
    if (rc == TQ_OK && j.db == NULL)
        rc = open_file(&j, path, err);
    if (rc == TQ_OK)
        rc = bind_file(&j, err);
    if (rc == TQ_OK)
        rc = keep(&j, err);
    if (rc == TQ_OK)
        rc = place_keys(&j, err);
    if (rc == TQ_OK) {
        copy_text(unit, 64, j.answer.certificate.unit);
        copy_text(district_name, 128, j.answer.district_name);
    }

out:
    tq_office_store_free(j.store);
    tq_db_close(j.db);
    tq_arena_free(j.arena);
    tq_keys_wipe(&j.keys);
    tq_invitation_wipe(&j.invitation);
    tq_wipe(j.answer.readmit_secret, sizeof(j.answer.readmit_secret));
    tq_file_unlock(lock);
    return rc;
}
