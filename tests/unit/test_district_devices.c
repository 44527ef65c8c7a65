#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "district_fixture.h"
#include "test_mem.h"
#include "tuquan/district_devices.h"

#define DAY_MS INT64_C(86400000)

static void add_unit(struct fixture *f, const char *unit)
{
    char sql[256];

    snprintf(sql, sizeof(sql), "INSERT INTO unit (unit) VALUES ('%s')", unit);
    shell(f, sql);
}

static uint8_t *guest(uint8_t fill)
{
    static uint8_t key[256][TQ_CURVE_KEY_BYTES];

    memset(key[fill], fill, TQ_CURVE_KEY_BYTES);
    return key[fill];
}

static struct tq_open_invitation an_invitation(const char *token, const char *unit, uint8_t key)
{
    struct tq_open_invitation invitation;

    memset(&invitation, 0, sizeof(invitation));
    invitation.token = text(token);
    invitation.unit = text(unit);
    memcpy(invitation.curve_key, guest(key), TQ_CURVE_KEY_BYTES);
    invitation.made_at_ms = START_MS;
    invitation.expires_at_ms = START_MS + DAY_MS;
    invitation.made_by = text("cán bộ huyện");
    return invitation;
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

static tq_status certify(void *ctx, struct tq_certificate *certificate, struct tq_error *err)
{
    int *calls = ctx;

    (void)err;
    (*calls)++;
    memset(certificate->signature, 0x30 + *calls, TQ_SIGNATURE_BYTES);
    return TQ_OK;
}

static tq_status spend(struct fixture *f, const char *token, uint8_t guest_fill, uint8_t own,
        int64_t at, struct tq_certificate *out)
{
    struct tq_join join = a_join(token, own);
    int calls = 0;

    return tq_devices_spend(
            f->store, &join, guest(guest_fill), at, certify, &calls, f->arena, out, &f->err);
}

static void devices_spend__is_idempotent(void **state)
{
    struct fixture *f = *state;
    struct tq_open_invitation invitation = an_invitation("vé một", BACH_LUU, 1);
    struct tq_certificate first;
    struct tq_certificate again;
    struct tq_device_info *list;
    size_t count;

    add_unit(f, BACH_LUU);
    OK(tq_devices_invite(f->store, &invitation, &f->err));
    assert_int_equal(tq_devices_invite(f->store, &invitation, &f->err), TQ_EXISTS);
    OK(spend(f, "vé một", 1, 50, START_MS + 5, &first));
    assert_int_equal(first.device, 1);
    assert_int_equal(first.incarnation, 1);
    assert_true(tq_slice_equal(first.letter, text("A")));
    assert_true(tq_slice_equal(first.unit, text(BACH_LUU)));
    assert_int_equal(first.district[3], 7);
    assert_int_equal(first.issued_at_ms, START_MS + 5);
    reopen(f);
    /* The answer was lost; asked again, even after it expired. */
    OK(spend(f, "vé một", 1, 50, START_MS + 3 * DAY_MS, &again));
    assert_int_equal(again.device, 1);
    assert_int_equal(again.issued_at_ms, first.issued_at_ms);
    assert_memory_equal(again.signature, first.signature, TQ_SIGNATURE_BYTES);
    assert_memory_equal(again.curve_key, first.curve_key, TQ_CURVE_KEY_BYTES);
    OK(tq_devices_list(f->store, f->arena, &list, &count, &f->err));
    assert_int_equal(count, 2);
    assert_true(tq_slice_equal(list[1].machine, text("máy công an xã")));
}

static void devices_spend__refuses_what_is_not_its_own(void **state)
{
    struct fixture *f = *state;
    struct tq_open_invitation one = an_invitation("vé một", BACH_LUU, 1);
    struct tq_open_invitation two = an_invitation("vé hai", BACH_LUU, 2);
    struct tq_certificate out;

    add_unit(f, BACH_LUU);
    OK(tq_devices_invite(f->store, &one, &f->err));
    OK(tq_devices_invite(f->store, &two, &f->err));
    assert_int_equal(spend(f, "vé lạ", 1, 50, START_MS, &out), TQ_INVITATION);
    assert_int_equal(spend(f, "vé một", 2, 50, START_MS, &out), TQ_INVITATION);
    assert_int_equal(spend(f, "vé một", 1, 50, START_MS + DAY_MS, &out), TQ_INVITATION);
    OK(spend(f, "vé một", 1, 50, START_MS, &out));
    assert_int_equal(spend(f, "vé một", 1, 60, START_MS, &out), TQ_INVITATION);
    /* The keys of one device cannot become a second one. */
    assert_int_equal(spend(f, "vé hai", 2, 50, START_MS, &out), TQ_EXISTS);
    OK(spend(f, "vé hai", 2, 70, START_MS, &out));
    assert_int_equal(out.device, 2);
    assert_true(tq_slice_equal(out.letter, text("B")));
}

static void devices_invite__needs_an_open_unit(void **state)
{
    struct fixture *f = *state;
    struct tq_open_invitation invitation = an_invitation("vé một", BACH_LUU, 1);

    assert_int_equal(tq_devices_invite(f->store, &invitation, &f->err), TQ_NOT_FOUND);
    shell(f, "INSERT INTO unit (unit, valid_to) VALUES ('" BACH_LUU "', '2025-06-30')");
    assert_int_equal(tq_devices_invite(f->store, &invitation, &f->err), TQ_NOT_FOUND);
}

static void devices_guest__is_let_in_until_it_expires(void **state)
{
    struct fixture *f = *state;
    struct tq_open_invitation invitation = an_invitation("vé một", BACH_LUU, 1);
    struct tq_certificate out;
    bool open;

    add_unit(f, BACH_LUU);
    OK(tq_devices_guest(f->store, NULL, START_MS, &open, &f->err));
    assert_false(open);
    OK(tq_devices_invite(f->store, &invitation, &f->err));
    OK(spend(f, "vé một", 1, 50, START_MS, &out));
    OK(tq_devices_guest(f->store, NULL, START_MS, &open, &f->err));
    assert_true(open);
    OK(tq_devices_guest(f->store, guest(1), START_MS, &open, &f->err));
    assert_true(open);
    OK(tq_devices_guest(f->store, guest(2), START_MS, &open, &f->err));
    assert_false(open);
    OK(tq_devices_guest(f->store, guest(1), START_MS + DAY_MS, &open, &f->err));
    assert_false(open);
}

static void enrol(struct fixture *f)
{
    struct tq_open_invitation invitation = an_invitation("vé một", BACH_LUU, 1);
    struct tq_certificate out;

    add_unit(f, BACH_LUU);
    OK(tq_devices_invite(f->store, &invitation, &f->err));
    OK(spend(f, "vé một", 1, 50, START_MS, &out));
}

static void devices_reincarnate__never_repeats_a_letter(void **state)
{
    struct fixture *f = *state;
    struct tq_certificate out;
    struct tq_device device;
    struct tq_device_info info;
    char expected[8];
    int calls = 0;

    enrol(f);
    for (int i = 1; i < 30; i++) {
        OK(tq_devices_reincarnate(
                f->store, 1, "bản chép", START_MS + i, certify, &calls, f->arena, &out, &f->err));
        assert_int_equal(out.incarnation, i + 1);
        if (i < 26)
            snprintf(expected, sizeof(expected), "%c", 'A' + i);
        else
            snprintf(expected, sizeof(expected), "A%c", 'A' + i - 26);
        assert_true(tq_slice_equal(out.letter, text(expected)));
    }
    OK(f->ops->device_get(f->ops->ctx, 1, f->arena, &device, &f->err));
    assert_int_equal(device.incarnation, 30);
    assert_true(tq_slice_equal(device.letter, text("AD")));
    OK(tq_devices_get(f->store, 1, f->arena, &info, &f->err));
    assert_int_equal(info.enrolled_at_ms, START_MS);
    assert_int_equal(tq_devices_reincarnate(
                             f->store, 9, "", START_MS, certify, &calls, f->arena, &out, &f->err),
            TQ_NOT_FOUND);
}

static void devices_revoke__is_seen_by_key_and_by_number(void **state)
{
    struct fixture *f = *state;
    struct tq_device device;
    uint32_t number;

    enrol(f);
    OK(tq_devices_by_curve(f->store, guest(50), &number, &f->err));
    assert_int_equal(number, 1);
    assert_int_equal(tq_devices_by_curve(f->store, guest(51), &number, &f->err), TQ_NOT_FOUND);
    OK(tq_devices_revoke(f->store, 1, text("mất máy"), START_MS, &f->err));
    assert_int_equal(tq_devices_by_curve(f->store, guest(50), &number, &f->err), TQ_REVOKED);
    OK(f->ops->device_get(f->ops->ctx, 1, f->arena, &device, &f->err));
    assert_true(device.revoked);
    assert_int_equal(tq_devices_revoke(f->store, 1, text("lại"), START_MS, &f->err), TQ_NOT_FOUND);
    assert_int_equal(
            tq_devices_revoke(f->store, 0, text("huyện"), START_MS, &f->err), TQ_NOT_FOUND);
}

static void devices__what_a_session_told_is_kept(void **state)
{
    struct fixture *f = *state;
    struct tq_office_status status;
    struct tq_session_record record;
    struct tq_device_info info;

    memset(&status, 0, sizeof(status));
    memset(&record, 0, sizeof(record));
    status.equal_as_of = 77;
    status.read_every_row = true;
    status.waiting = 3;
    enrol(f);
    /* In one commit when the caller has begun one. */
    begin(f);
    OK(tq_devices_heard(f->store, 1, START_MS + 1, -300000, 1, text("0.1.0"), &f->err));
    OK(tq_devices_confirmed(f->store, 1, START_MS + 2, 70, &f->err));
    OK(tq_devices_checked(f->store, 1, START_MS + 3, &status, &f->err));
    record.device = 1;
    record.outcome = text("complete");
    OK(tq_devices_log_session(f->store, &record, &f->err));
    OK(tq_devices_audit(
            f->store, START_MS, text("huyện"), text("enroll"), text(BACH_LUU), text(""), &f->err));
    commit(f);
    OK(tq_devices_get(f->store, 1, f->arena, &info, &f->err));
    assert_int_equal(info.last_heard_at_ms, START_MS + 1);
    assert_int_equal(info.last_confirmed_at_ms, START_MS + 2);
    assert_int_equal(info.cursor, 70);
    assert_int_equal(info.offset_ms, -300000);
    assert_int_equal(info.equal_as_of, 77);
    assert_true(info.equal_read_every_row);
    assert_int_equal(info.waiting, 3);
    assert_true(tq_slice_equal(info.software, text("0.1.0")));
    assert_int_equal(tq_devices_heard(f->store, 8, 0, 0, 1, text(""), &f->err), TQ_NOT_FOUND);
}

static void devices_spend__leaves_nothing_when_memory_fails(void **state)
{
    struct fixture *f = *state;
    struct tq_open_invitation invitation = an_invitation("vé một", BACH_LUU, 1);
    struct tq_certificate out;
    struct tq_device_info *list;
    size_t count;
    tq_status rc = TQ_NOMEM;

    add_unit(f, BACH_LUU);
    OK(tq_devices_invite(f->store, &invitation, &f->err));
    for (long n = 0; rc != TQ_OK; n++) {
        reopen(f);
        test_mem_fail_after(n, false);
        rc = spend(f, "vé một", 1, 50, START_MS, &out);
        test_mem_fail_after(-1, false);
        if (rc == TQ_OK)
            break;
        assert_int_equal(rc, TQ_NOMEM);
        OK(tq_devices_list(f->store, f->arena, &list, &count, &f->err));
        assert_int_equal(count, 1);
        assert_true(n < 5000);
    }
    OK(tq_devices_list(f->store, f->arena, &list, &count, &f->err));
    assert_int_equal(count, 2);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(devices_spend__is_idempotent),
        CASE(devices_spend__refuses_what_is_not_its_own),
        CASE(devices_invite__needs_an_open_unit),
        CASE(devices_guest__is_let_in_until_it_expires),
        CASE(devices_reincarnate__never_repeats_a_letter),
        CASE(devices_revoke__is_seen_by_key_and_by_number),
        CASE(devices__what_a_session_told_is_kept),
        CASE(devices_spend__leaves_nothing_when_memory_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
