/* What `ledger verify` says of a file that took in devices in every way there is: it is whole, and a
 * damaged twin is not; with the district's real signature under each certificate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "district_fixture.h"
#include "tuquan/codec.h"
#include "tuquan/district_devices.h"
#include "tuquan/district_reports.h"
#include "tuquan/identity.h"

#define DAY_MS INT64_C(86400000)

struct verified {
    struct fixture *f;
    struct tq_keys keys;
    struct tq_signer signer;
};

/* A district whose keys are real, with one commune. */
static int set_up_verified(void **state)
{
    struct verified *v = calloc(1, sizeof(*v));
    char hex[2 * TQ_SIGN_KEY_BYTES + 1];
    char sql[400];
    void *fixture;

    assert_int_equal(set_up(&fixture), 0);
    v->f = fixture;
    assert_int_equal(tq_identity_init(&v->f->err), TQ_OK);
    assert_int_equal(tq_keys_generate(&v->keys, &v->f->err), TQ_OK);
    v->signer = tq_signer_of(&v->keys);
    tq_hex(hex, v->keys.sign_public, TQ_SIGN_KEY_BYTES);
    snprintf(sql, sizeof(sql),
            "UPDATE tq_district SET sign_key = x'%s'; UPDATE tq_device SET sign_key = x'%s'", hex,
            hex);
    shell(v->f, sql);
    *state = v;
    return 0;
}

static int tear_down_verified(void **state)
{
    struct verified *v = *state;
    void *fixture = v->f;

    free(v);
    return tear_down(&fixture);
}

/* As an import of the units brings it: with a row that the merge knows nothing of, `verify` would
 * rightly find damage, so the twins are looked at without it. */
static void with_unit(struct verified *v, bool there)
{
    shell(v->f, there ? "INSERT INTO unit (unit) VALUES ('" BACH_LUU "')" : "DELETE FROM unit");
}

static tq_status certify(void *ctx, struct tq_certificate *certificate, struct tq_error *err)
{
    struct verified *v = ctx;

    return tq_certificate_sign(certificate, &v->signer, err);
}

static struct tq_join a_join(const char *token, uint8_t fill)
{
    struct tq_join join;

    memset(&join, 0, sizeof(join));
    join.token = text(token);
    memset(join.curve_key, fill, sizeof(join.curve_key));
    memset(join.sign_key, fill + 1, sizeof(join.sign_key));
    join.machine = text("máy công an xã");
    return join;
}

/* Joins with an invitation of its own: the certificate. */
static struct tq_certificate joined(struct verified *v, const struct tq_join *join)
{
    struct fixture *f = v->f;
    struct tq_open_invitation invitation;
    struct tq_certificate out;

    memset(&invitation, 0, sizeof(invitation));
    invitation.token = join->token;
    invitation.unit = text(BACH_LUU);
    memset(invitation.curve_key, 1, sizeof(invitation.curve_key));
    invitation.made_at_ms = START_MS;
    invitation.expires_at_ms = START_MS + DAY_MS;
    with_unit(v, true);
    OK(tq_devices_invite(f->store, &invitation, &f->err));
    OK(tq_devices_spend(f->store, join, invitation.curve_key, START_MS + 5, certify, v, f->arena,
            &out, &f->err));
    with_unit(v, false);
    return out;
}

static struct tq_verify_report verify(struct fixture *f, struct tq_district_store *store)
{
    struct tq_verify_report report;

    OK(tq_report_verify(store, tq_codec_ops(), tq_verify, &report, &f->err));
    return report;
}

static void assert_whole(struct verified *v)
{
    assert_string_equal(verify(v->f, v->f->store).what, "");
}

/* A twin with this done to it is damaged, and it is said how. */
static void assert_found(struct verified *v, const char *sql, tq_phrase_id fault)
{
    struct fixture *f = v->f;
    struct fixture twin = *f;
    struct tq_verify_report report;
    char copy[700];

    snprintf(twin.path, sizeof(twin.path), "%.400s/twin.db", f->dir);
    remove(twin.path);
    snprintf(copy, sizeof(copy), "VACUUM INTO '%s'", twin.path);
    shell(f, copy);
    shell(&twin, sql);
    OK(open_store(&twin, false));
    report = verify(f, twin.store);
    tq_district_store_close(twin.store);
    if (!report.damaged || strstr(report.what, tq_phrase(fault)) == NULL)
        fail_msg("%s: '%s', not '%s'", sql, report.what, tq_phrase(fault));
}

static void verify_devices__holds_who_joined_against_his_certificate(void **state)
{
    struct verified *v = *state;
    struct tq_join join = a_join("vé một", 50);

    assert_whole(v);
    joined(v, &join);
    assert_whole(v);
    assert_found(
            v, "UPDATE tq_device SET letter = 'Z' WHERE device = 1", TQ_PHRASE_VERIFY_CERTIFICATE);
    assert_found(v, "UPDATE tq_device SET curve_key = zeroblob(32) WHERE device = 1",
            TQ_PHRASE_VERIFY_CERTIFICATE);
    assert_found(v, "UPDATE tq_device SET sign_key = zeroblob(32) WHERE device = 1",
            TQ_PHRASE_VERIFY_CERTIFICATE);
    assert_found(v, "UPDATE tq_invitation SET unit = '08773@2004-01-01'", TQ_PHRASE_VERIFY_UNIT);
    assert_found(v, "UPDATE tq_incarnation SET unit = '08773@2004-01-01'", TQ_PHRASE_VERIFY_UNIT);
}

static void renew(struct verified *v, uint8_t fill, int64_t at_ms)
{
    struct fixture *f = v->f;
    struct tq_join join = a_join("", fill);
    struct tq_certificate out;

    OK(tq_devices_renew(f->store, 1, &join, at_ms, certify, v, f->arena, &out, &f->err));
}

static void verify_devices__holds_offered_keys_against_theirs(void **state)
{
    struct verified *v = *state;
    struct fixture *f = v->f;
    struct tq_join join = a_join("vé một", 50);

    joined(v, &join);
    for (int i = 0; i < 10; i++) { /* more than a certificate names */
        renew(v, (uint8_t)(60 + 2 * i), START_MS + 10 * i + 10);
        assert_whole(v);
        assert_found(v, "UPDATE tq_device SET next_curve_key = zeroblob(32) WHERE device = 1",
                TQ_PHRASE_VERIFY_OFFERED);
        assert_found(v, "UPDATE tq_device SET next_sign_key = zeroblob(32) WHERE device = 1",
                TQ_PHRASE_VERIFY_OFFERED);
        assert_found(v, "UPDATE tq_device SET next_sign_key = NULL WHERE device = 1",
                TQ_PHRASE_VERIFY_OFFERED);
        assert_found(v, "UPDATE tq_device SET next_certificate = certificate WHERE device = 1",
                TQ_PHRASE_VERIFY_OFFERED);
        assert_found(v, "UPDATE tq_device SET next_certificate = NULL WHERE device = 1",
                TQ_PHRASE_VERIFY_OFFERED);
        OK(tq_devices_keys_used(f->store, 1, START_MS + 10 * i + 15, f->arena, &f->err));
        assert_whole(v);
        assert_found(v, "UPDATE tq_device SET former_keys = NULL WHERE device = 1",
                TQ_PHRASE_VERIFY_CERTIFICATE);
    }
}

/* As one that a district knew and lost would say. */
static struct tq_join a_return(const struct tq_certificate *certificate, uint8_t fill)
{
    struct tq_join join = a_join("", fill);

    join.token = tq_slice_of(NULL, 0);
    join.returns = true;
    join.former_device = certificate->device;
    join.former_incarnation = certificate->incarnation + 2;
    join.letter = text("C");
    join.certificate = *certificate;
    return join;
}

/* `init --keys`: the district without its data, into which the units were not imported yet, or not
 * that of the device. */
static void verify_devices__knows_a_district_that_began_again(void **state)
{
    struct verified *v = *state;
    struct fixture *f = v->f;
    struct tq_certificate given = { .device = 7, .incarnation = 1, .issued_at_ms = START_MS - 1 };
    struct tq_certificate out;
    struct tq_join join;
    bool new_here;

    OK(tq_district_store_begin_again(f->store, START_MS, &f->err));
    assert_whole(v); /* its epoch is ahead of its head */
    assert_found(v, "UPDATE tq_district SET readmit_until = 0", TQ_PHRASE_VERIFY_EPOCH);
    memset(given.district, 7, sizeof(given.district));
    given.letter = text("B");
    given.unit = text(LANG_CONG);
    join = a_return(&given, 50);
    memcpy(join.certificate.curve_key, join.curve_key, sizeof(join.curve_key));
    memcpy(join.certificate.sign_key, join.sign_key, sizeof(join.sign_key));
    OK(tq_devices_readmit(
            f->store, &join, START_MS, certify, v, f->arena, &out, &new_here, &f->err));
    assert_true(new_here);
    assert_whole(v);
    assert_found(v, "UPDATE tq_device SET unit = '" BACH_LUU "' WHERE device = 7",
            TQ_PHRASE_VERIFY_CERTIFICATE);
    assert_found(v, "UPDATE tq_incarnation SET unit = '" BACH_LUU "'", TQ_PHRASE_VERIFY_UNIT);
    join = a_join("vé hai", 70); /* beside one that is of a unit which is not there */
    joined(v, &join);
    assert_whole(v);
}

static void verify_devices__knows_keys_that_came_back_behind_a_renewal(void **state)
{
    struct verified *v = *state;
    struct fixture *f = v->f;
    struct tq_join join = a_join("vé một", 50);
    struct tq_certificate given = joined(v, &join);
    uint8_t former[TQ_SIGN_KEY_BYTES];
    struct tq_certificate out;
    bool new_here;

    renew(v, 70, START_MS + 10); /* offered, and never used: the keys that come have another past */
    memset(former, 51, sizeof(former));
    given.former = tq_slice_of(former, sizeof(former));
    given.issued_at_ms = START_MS + DAY_MS;
    join = a_return(&given, 90);
    memcpy(join.certificate.curve_key, join.curve_key, sizeof(join.curve_key));
    memcpy(join.certificate.sign_key, join.sign_key, sizeof(join.sign_key));
    OK(tq_devices_readmit(f->store, &join, START_MS + 2 * DAY_MS, certify, v, f->arena, &out,
            &new_here, &f->err));
    assert_true(new_here);
    assert_whole(v);
    assert_found(v, "UPDATE tq_device SET former_keys = zeroblob(32) WHERE device = 1",
            TQ_PHRASE_VERIFY_CERTIFICATE);
}

static void verify_devices__knows_one_that_goes_on_with_a_file(void **state)
{
    struct verified *v = *state;
    struct tq_join join = a_join("vé một", 50);
    struct tq_certificate out = joined(v, &join);

    join = a_join("vé hai", 70);
    join.former_device = out.device;
    join.former_incarnation = out.incarnation;
    out = joined(v, &join);
    assert_int_equal(out.device, 2);
    assert_whole(v);
    assert_found(v, "UPDATE tq_device SET curve_key = zeroblob(32) WHERE device = 2",
            TQ_PHRASE_VERIFY_CERTIFICATE);
    assert_found(v, "UPDATE tq_device SET unit = '08773@2004-01-01' WHERE device = 2",
            TQ_PHRASE_VERIFY_CERTIFICATE);
}

static void verify_devices__holds_revocations_against_devices(void **state)
{
    struct verified *v = *state;
    struct fixture *f = v->f;
    struct tq_join join = a_join("vé một", 50);
    struct tq_revocation unknown = { 9, { 3 }, START_MS };
    size_t revoked;

    joined(v, &join);
    join = a_join("vé hai", 70);
    joined(v, &join);
    renew(v, 90, START_MS + 10); /* the offered keys are revoked with those in force */
    OK(tq_devices_revoke(f->store, 1, text("mất máy"), START_MS + 20, &f->err));
    /* Of a device that a district before this one had: nothing of it is here. */
    OK(tq_devices_revoke_again(f->store, &unknown, 1, text("trước"), &revoked, &f->err));
    assert_whole(v);
    assert_found(v, "DELETE FROM tq_revoked", TQ_PHRASE_VERIFY_REVOKED);
    assert_found(v, "UPDATE tq_revoked SET revoked_at = revoked_at + 1", TQ_PHRASE_VERIFY_REVOKED);
    assert_found(v,
            "UPDATE tq_revoked SET curve_key = zeroblob(32) WHERE curve_key = (SELECT curve_key "
            "FROM tq_device WHERE device = 1)",
            TQ_PHRASE_VERIFY_REVOKED);
    assert_found(v, "UPDATE tq_device SET revoked_at = NULL", TQ_PHRASE_VERIFY_REVOKED);
    assert_found(
            v, "UPDATE tq_device SET revoked_at = 5 WHERE device = 2", TQ_PHRASE_VERIFY_REVOKED);
}

/* The keys came into force after the copy was made that is put back now, and were revoked then: the
 * copy knows them as offered only. */
static void revoke_again__by_keys_that_were_offered_then(void **state)
{
    struct verified *v = *state;
    struct fixture *f = v->f;
    struct tq_join join = a_join("vé một", 50);
    struct tq_revocation list = { 1, { 0 }, START_MS + 30 };
    size_t revoked;

    joined(v, &join);
    renew(v, 90, START_MS + 10);
    memset(list.curve_key, 90, sizeof(list.curve_key)); /* as renew() made them */
    OK(tq_devices_revoke_again(f->store, &list, 1, text("trước"), &revoked, &f->err));
    assert_int_equal(revoked, 1);
    assert_whole(v); /* by both keys, or it would not be */
    assert_found(v,
            "DELETE FROM tq_revoked WHERE curve_key <> (SELECT next_curve_key FROM tq_device "
            "WHERE device = 1)",
            TQ_PHRASE_VERIFY_REVOKED);
}

static void verify_kept__knows_counters_of_its_tables_alone(void **state)
{
    struct verified *v = *state;

    /* What counts, and holds nothing any more. */
    shell(v->f, "INSERT INTO tq_liaison (name, made_at) VALUES ('huyện bên', 5);"
                "DELETE FROM tq_liaison");
    assert_whole(v);
    assert_found(v, "INSERT INTO sqlite_sequence (name, seq) VALUES ('tq_liaisoo', 4)",
            TQ_PHRASE_VERIFY_COUNTER);
    assert_found(v, "UPDATE sqlite_sequence SET name = 'tq_liaisoo'", TQ_PHRASE_VERIFY_COUNTER);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up_verified, tear_down_verified)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(verify_devices__holds_who_joined_against_his_certificate),
        CASE(verify_devices__holds_offered_keys_against_theirs),
        CASE(verify_devices__knows_a_district_that_began_again),
        CASE(verify_devices__knows_keys_that_came_back_behind_a_renewal),
        CASE(verify_devices__knows_one_that_goes_on_with_a_file),
        CASE(verify_devices__holds_revocations_against_devices),
        CASE(revoke_again__by_keys_that_were_offered_then),
        CASE(verify_kept__knows_counters_of_its_tables_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
