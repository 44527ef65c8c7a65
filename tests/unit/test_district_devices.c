#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "district_fixture.h"
#include "test_mem.h"
#include "tuquan/district_audit.h"
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

/* Another invitation, perhaps a stolen one, brings keys back that were turned away. */
static void devices_spend__takes_no_keys_that_were_revoked(void **state)
{
    struct fixture *f = *state;
    struct tq_open_invitation one = an_invitation("vé một", BACH_LUU, 1);
    struct tq_open_invitation two = an_invitation("vé hai", BACH_LUU, 2);
    struct tq_certificate out;
    struct tq_device_info *list;
    size_t count;

    add_unit(f, BACH_LUU);
    OK(tq_devices_invite(f->store, &one, &f->err));
    OK(tq_devices_invite(f->store, &two, &f->err));
    OK(spend(f, "vé một", 1, 50, START_MS + 5, &out));
    OK(tq_devices_revoke(f->store, 1, text("mất máy"), START_MS + 6, &f->err));
    assert_int_equal(spend(f, "vé hai", 2, 50, START_MS + 7, &out), TQ_REVOKED);
    OK(tq_devices_list(f->store, f->arena, &list, &count, &f->err));
    assert_int_equal(count, 2);
    /* The invitation is not spent by it. */
    OK(spend(f, "vé hai", 2, 70, START_MS + 8, &out));
    assert_int_equal(out.device, 2);
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
    shell(f, "INSERT INTO unit (unit, valid_to) VALUES ('" BACH_LUU "', '2000-06-30')");
    assert_int_equal(tq_devices_invite(f->store, &invitation, &f->err), TQ_NOT_FOUND);
}

static void devices_guest__is_let_in_until_it_expires(void **state)
{
    struct fixture *f = *state;
    struct tq_open_invitation invitation = an_invitation("vé một", BACH_LUU, 1);
    struct tq_certificate out;
    const uint8_t *keys;
    size_t count;

    add_unit(f, BACH_LUU);
    OK(tq_devices_guests(f->store, START_MS, f->arena, &keys, &count, &f->err));
    assert_int_equal(count, 0);
    OK(tq_devices_invite(f->store, &invitation, &f->err));
    OK(spend(f, "vé một", 1, 50, START_MS, &out));
    OK(tq_devices_guests(f->store, START_MS, f->arena, &keys, &count, &f->err));
    assert_int_equal(count, 1); /* its answer may have been lost */
    assert_memory_equal(keys, guest(1), TQ_CURVE_KEY_BYTES);
    OK(tq_devices_guests(f->store, START_MS + DAY_MS, f->arena, &keys, &count, &f->err));
    assert_int_equal(count, 0);
}

static void enrol(struct fixture *f)
{
    struct tq_open_invitation invitation = an_invitation("vé một", BACH_LUU, 1);
    struct tq_certificate out;

    add_unit(f, BACH_LUU);
    OK(tq_devices_invite(f->store, &invitation, &f->err));
    OK(spend(f, "vé một", 1, 50, START_MS, &out));
}

static void devices_spend__never_repeats_a_letter(void **state)
{
    struct fixture *f = *state;
    struct tq_certificate out;
    char expected[8];

    enrol(f);
    for (int i = 1; i < 30; i++) {
        char token[16];
        struct tq_open_invitation invitation;

        snprintf(token, sizeof(token), "vé %d", i);
        invitation = an_invitation(token, BACH_LUU, (uint8_t)(100 + i));
        OK(tq_devices_invite(f->store, &invitation, &f->err));
        OK(spend(f, token, (uint8_t)(100 + i), (uint8_t)(150 + 2 * i), START_MS, &out));
        if (i < 26)
            snprintf(expected, sizeof(expected), "%c", 'A' + i);
        else
            snprintf(expected, sizeof(expected), "A%c", 'A' + i - 26);
        assert_true(tq_slice_equal(out.letter, text(expected)));
    }
}

static bool has_key(struct fixture *f, uint8_t fill)
{
    struct tq_device_info *list;
    size_t count;

    OK(tq_devices_list(f->store, f->arena, &list, &count, &f->err));
    for (size_t i = 0; i < count; i++)
        if (list[i].revoked_at_ms == 0 && memcmp(list[i].curve_key, guest(fill), 32) == 0)
            return true;
    return false;
}

/* As device 7 of a district that lost it would say. */
static struct tq_join a_return(uint32_t device, uint8_t fill)
{
    struct tq_join join = a_join("", fill);

    join.token = tq_slice_of(NULL, 0);
    join.returns = true;
    join.former_device = device;
    join.former_incarnation = 3;
    join.letter = text("C");
    memset(join.certificate.district, 7, sizeof(join.certificate.district));
    join.certificate.device = device;
    join.certificate.incarnation = 1;
    join.certificate.letter = text("B");
    join.certificate.unit = text(BACH_LUU);
    memcpy(join.certificate.curve_key, join.curve_key, sizeof(join.curve_key));
    memcpy(join.certificate.sign_key, join.sign_key, sizeof(join.sign_key));
    join.certificate.issued_at_ms = START_MS - DAY_MS;
    return join;
}

static tq_status come_back(
        struct fixture *f, const struct tq_join *join, struct tq_certificate *out, bool *new_here)
{
    int calls = 0;

    return tq_devices_readmit(
            f->store, join, START_MS, certify, &calls, f->arena, out, new_here, &f->err);
}

static void devices_readmit__takes_back_whom_it_knew(void **state)
{
    struct fixture *f = *state;
    struct tq_join join = a_return(7, 50);
    struct tq_open_invitation invitation = an_invitation("vé", BACH_LUU, 1);
    struct tq_certificate out;
    struct tq_certificate again;
    struct tq_device_info info;
    struct tq_readmission readmission;
    bool new_here;

    OK(come_back(f, &join, &out, &new_here));
    assert_true(new_here);
    assert_int_equal(out.device, 7);
    assert_int_equal(out.incarnation, 3); /* where its file stands */
    assert_true(tq_slice_equal(out.letter, text("C")));
    assert_int_equal(out.issued_at_ms, START_MS);
    OK(tq_devices_get(f->store, 7, f->arena, &info, &f->err));
    assert_int_equal(info.enrolled_at_ms, START_MS - DAY_MS);
    assert_int_equal(info.readmitted_at_ms, START_MS);
    /* The answer got lost. */
    OK(come_back(f, &join, &again, &new_here));
    assert_false(new_here);
    assert_memory_equal(again.signature, out.signature, TQ_SIGNATURE_BYTES);
    OK(tq_devices_readmission(f->store, &readmission, &f->err));
    assert_int_equal(readmission.devices, 1);
    /* Neither its number nor one of its letters is given to another. */
    add_unit(f, BACH_LUU);
    OK(tq_devices_invite(f->store, &invitation, &f->err));
    OK(spend(f, "vé", 1, 90, START_MS, &out));
    assert_int_equal(out.device, 8);
    assert_true(tq_slice_equal(out.letter, text("D")));
}

static void devices_readmit__refuses_what_is_not_its_own(void **state)
{
    struct fixture *f = *state;
    struct tq_join join = a_return(7, 50);
    struct tq_certificate out;
    bool new_here;

    join.certificate.district[3] ^= 1;
    assert_int_equal(come_back(f, &join, &out, &new_here), TQ_FORGED);
    join = a_return(7, 50);
    join.curve_key[0] ^= 1;
    assert_int_equal(come_back(f, &join, &out, &new_here), TQ_FORGED);
    join = a_return(7, 50);
    join.sign_key[0] ^= 1;
    assert_int_equal(come_back(f, &join, &out, &new_here), TQ_FORGED);
    join = a_return(0, 50);
    assert_int_equal(come_back(f, &join, &out, &new_here), TQ_PROTOCOL);
    join = a_return(7, 50);
    join.former_incarnation = 0;
    assert_int_equal(come_back(f, &join, &out, &new_here), TQ_PROTOCOL);
    join = a_return(7, 50);
    OK(come_back(f, &join, &out, &new_here));
    join = a_return(7, 60); /* its number is another machine's */
    assert_int_equal(come_back(f, &join, &out, &new_here), TQ_NOT_ADMITTED);
}

static void devices_readmit__turns_away_who_was_revoked(void **state)
{
    struct fixture *f = *state;
    struct tq_join join = a_return(7, 50);
    struct tq_revocation revoked = { 7, { 0 }, START_MS };
    struct tq_revocation *list;
    struct tq_certificate out;
    size_t count;
    bool new_here;

    memcpy(revoked.curve_key, guest(50), sizeof(revoked.curve_key));
    OK(tq_devices_revoke_again(f->store, &revoked, 1, text("trước đây"), &count, &f->err));
    assert_int_equal(count, 0);
    assert_int_equal(come_back(f, &join, &out, &new_here), TQ_REVOKED);
    join = a_return(8, 60);
    OK(come_back(f, &join, &out, &new_here));
    OK(tq_devices_revoke(f->store, 8, text("mất"), START_MS + 1, &f->err));
    assert_int_equal(come_back(f, &join, &out, &new_here), TQ_REVOKED);
    OK(tq_devices_revocations(f->store, f->arena, &list, &count, &f->err));
    assert_int_equal(count, 2);
    assert_int_equal(list[1].device, 8);
    /* A file from before the revocation. */
    shell(f, "UPDATE tq_device SET revoked_at = NULL");
    assert_true(has_key(f, 60));
    OK(tq_devices_revoke_again(f->store, list, count, text("trước đây"), &count, &f->err));
    assert_int_equal(count, 1);
    assert_false(has_key(f, 60));
}

static tq_status renew(struct fixture *f, uint8_t fill, int64_t at, struct tq_certificate *out)
{
    struct tq_join join = a_join("", fill);
    int calls = (int)(at % 7);

    return tq_devices_renew(f->store, 1, &join, at, certify, &calls, f->arena, out, &f->err);
}

static bool signs(struct fixture *f, uint8_t fill)
{
    struct tq_device device;

    OK(f->ops->device_get(f->ops->ctx, 1, f->arena, &device, &f->err));
    if (device.sign_key[0] == fill)
        return true;
    for (size_t i = 0; i < device.other_keys.len; i += TQ_SIGN_KEY_BYTES)
        if (device.other_keys.data[i] == fill)
            return true;
    return false;
}

static void devices_renew__puts_keys_in_force_once_they_are_used(void **state)
{
    struct fixture *f = *state;
    struct tq_certificate first;
    struct tq_certificate again;
    struct tq_device_info info;

    enrol(f); /* signs with 51 */
    OK(renew(f, 60, START_MS + 1, &first));
    assert_int_equal(first.former.len, TQ_SIGN_KEY_BYTES);
    assert_int_equal(first.former.data[0], 51);
    OK(tq_devices_get(f->store, 1, f->arena, &info, &f->err));
    assert_true(info.offers_keys);
    assert_int_equal(info.curve_key[0], 50); /* goes on */
    /* The answer got lost; then another pair is offered in the place of the unused one. */
    OK(renew(f, 60, START_MS + 2, &again));
    assert_memory_equal(again.signature, first.signature, TQ_SIGNATURE_BYTES);
    OK(renew(f, 60, START_MS + 2 + TQ_OFFER_MS, &again)); /* forgotten meanwhile */
    assert_int_equal(again.issued_at_ms, START_MS + 2 + TQ_OFFER_MS);
    OK(renew(f, 70, START_MS + 3, &first));
    OK(tq_devices_keys_used(f->store, 1, START_MS + 4, f->arena, &f->err));
    OK(tq_devices_keys_used(f->store, 1, START_MS + 5, f->arena, &f->err)); /* nothing more */
    OK(tq_devices_get(f->store, 1, f->arena, &info, &f->err));
    assert_int_equal(info.curve_key[0], 70);
    assert_int_equal(info.keys_since_ms, START_MS + 4);
    assert_false(info.offers_keys);
    OK(renew(f, 70, START_MS + 6, &again)); /* in force: its certificate */
    assert_memory_equal(again.signature, first.signature, TQ_SIGNATURE_BYTES);
    assert_int_equal(again.former.len, TQ_SIGN_KEY_BYTES);
    assert_true(signs(f, 71));
    assert_true(signs(f, 51));  /* for ever */
    assert_false(signs(f, 61)); /* was never used */
}

static void devices_renew__refuses_keys_of_another_or_revoked_ones(void **state)
{
    struct fixture *f = *state;
    struct tq_join join = a_return(7, 80);
    struct tq_certificate out;
    bool new_here;

    enrol(f);
    OK(come_back(f, &join, &out, &new_here));
    assert_int_equal(renew(f, 80, START_MS + 1, &out), TQ_EXISTS);
    OK(tq_devices_revoke(f->store, 7, text("mất"), START_MS + 2, &f->err));
    assert_int_equal(renew(f, 80, START_MS + 3, &out), TQ_EXISTS);
}

static void devices_readmit__takes_the_keys_of_a_renewal_that_was_lost(void **state)
{
    struct fixture *f = *state;
    struct tq_join join = a_return(1, 90);
    uint8_t former[TQ_SIGN_KEY_BYTES];
    struct tq_certificate out;
    bool new_here;

    enrol(f);
    memset(former, 51, sizeof(former));
    join.certificate.issued_at_ms = START_MS + DAY_MS;
    assert_int_equal(come_back(f, &join, &out, &new_here), TQ_NOT_ADMITTED);
    join.certificate.former = tq_slice_of(former, sizeof(former));
    join.certificate.issued_at_ms = START_MS - DAY_MS; /* older than what is known */
    assert_int_equal(come_back(f, &join, &out, &new_here), TQ_NOT_ADMITTED);
    join.certificate.issued_at_ms = START_MS + DAY_MS;
    OK(come_back(f, &join, &out, &new_here));
    assert_true(new_here);
    assert_true(has_key(f, 90));
    assert_false(has_key(f, 50));
    assert_true(signs(f, 51));
}

static void devices_take_back__counts_on_above_what_was_lost(void **state)
{
    struct fixture *f = *state;
    struct tq_open_invitation invitation = an_invitation("vé", BACH_LUU, 1);
    struct tq_readmission readmission;
    struct tq_certificate out;
    bool opened;

    add_unit(f, BACH_LUU);
    OK(tq_devices_invite(f->store, &invitation, &f->err));
    OK(tq_devices_lost_some(f->store, START_MS, &opened, &f->err));
    assert_true(opened);
    OK(tq_devices_lost_some(f->store, START_MS + DAY_MS, &opened, &f->err));
    assert_false(opened); /* it is open */
    OK(spend(f, "vé", 1, 50, START_MS, &out));
    assert_int_equal(out.device, 46800); /* ten-minute spans since 2020 */
    assert_true(tq_slice_equal(out.letter, text("AA")));
    OK(tq_devices_readmission(f->store, &readmission, &f->err));
    assert_int_equal(readmission.until_ms, START_MS + TQ_READMIT_MS);
    OK(tq_devices_take_back(f->store, 0, START_MS, &f->err));
    OK(tq_devices_lost_some(f->store, START_MS, &opened, &f->err));
    assert_false(opened); /* an officer said no */
    OK(tq_devices_readmission(f->store, &readmission, &f->err));
    assert_true(readmission.closed);
    assert_int_equal(readmission.until_ms, 0);
}

static uint32_t give(struct fixture *f, uint32_t head)
{
    struct tq_fork fork = { .device = 1, .kind = TQ_FORK_COPIED };

    fork.head.incarnation = head;
    OK(f->ops->begin(f->ops->ctx, &f->err));
    OK(f->ops->fork_give(f->ops->ctx, &fork, &f->err));
    OK(f->ops->commit(f->ops->ctx, &f->err));
    return fork.incarnation;
}

/* A restored district does not know which incarnations it had given since; its epoch is a new one. */
static void fork_give__gives_no_number_of_an_earlier_start(void **state)
{
    struct fixture *f = *state;
    uint64_t epoch;
    uint64_t next;

    enrol(f);
    OK(tq_district_store_start(f->store, NULL, START_MS, &epoch, &f->err));
    assert_int_equal(give(f, 1), epoch << 7);
    assert_int_equal(give(f, 1), (epoch << 7) + 1);
    OK(tq_district_store_start(f->store, NULL, START_MS, &next, &f->err));
    assert_true(next > epoch);
    assert_int_equal(give(f, 1), next << 7);
    assert_int_equal(give(f, (uint32_t)(next << 7) + 9), (next << 7) + 10);
}

static void devices_revoke__is_seen_by_key_and_by_number(void **state)
{
    struct fixture *f = *state;
    struct tq_device device;

    enrol(f);
    assert_true(has_key(f, 50));
    OK(tq_devices_revoke(f->store, 1, text("mất máy"), START_MS, &f->err));
    assert_false(has_key(f, 50));
    OK(f->ops->device_get(f->ops->ctx, 1, f->arena, &device, &f->err));
    assert_true(device.revoked);
    assert_int_equal(tq_devices_revoke(f->store, 1, text("lại"), START_MS, &f->err), TQ_EXISTS);
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
    OK(tq_devices_heard(f->store, 1, START_MS + 1, -300000, 1, text("0.1.0"), 0, &f->err));
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
    /* Status may get lost: the next Hello tells it again, and nothing older replaces it. */
    OK(tq_devices_heard(f->store, 1, START_MS + 5, 0, 1, text("0.1.0"), 77, &f->err));
    OK(tq_devices_heard(f->store, 1, START_MS + 9, 0, 1, text("0.1.0"), 99, &f->err));
    OK(tq_devices_heard(f->store, 1, START_MS + 10, 0, 1, text("0.1.0"), 98, &f->err));
    OK(tq_devices_get(f->store, 1, f->arena, &info, &f->err));
    assert_int_equal(info.equal_as_of, 99);
    assert_int_equal(info.equal_at_ms, START_MS + 5);
    assert_int_equal(tq_devices_heard(f->store, 8, 0, 0, 1, text(""), 0, &f->err), TQ_NOT_FOUND);
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

static void audit_list__tells_the_newest_first(void **state)
{
    static const char *const WHAT[] = { "sign_in", "user_add", "user_role" };
    struct fixture *f = *state;
    struct tq_audit_entry *list;
    size_t n;

    for (int i = 0; i < 3; i++)
        assert_int_equal(tq_devices_audit(f->store, i + 1, text("an"), text(WHAT[i]), text("binh"),
                                 text(""), NULL),
                TQ_OK);
    assert_int_equal(tq_audit_list(f->store, 0, text(""), 2, f->arena, &list, &n, NULL), TQ_OK);
    assert_int_equal(n, 2);
    assert_int_equal(list[0].at_ms, 3);
    assert_true(tq_slice_equal(list[0].what, text("user_role")));
    assert_true(tq_slice_equal(list[1].what, text("user_add")));
    assert_true(tq_slice_equal(list[1].about, text("binh")));
    assert_int_equal(tq_audit_list(f->store, 0, text(""), 100, f->arena, &list, &n, NULL), TQ_OK);
    assert_true(n >= 3);
    /* Older ones, and those of one kind. */
    assert_int_equal(
            tq_audit_list(f->store, list[0].id, text(""), 1, f->arena, &list, &n, NULL), TQ_OK);
    assert_int_equal(n, 1);
    assert_true(tq_slice_equal(list[0].what, text("user_add")));
    assert_int_equal(
            tq_audit_list(f->store, 0, text("sign_in"), 9, f->arena, &list, &n, NULL), TQ_OK);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].at_ms, 1);
}

static void expect_trail(struct fixture *f, bool whole, const char *which)
{
    char what[160];

    OK(tq_audit_verify(f->store, what, sizeof(what), &f->err));
    if ((what[0] == '\0') != whole)
        fail_msg("%s: '%s'", which, what);
}

/* A line that is gone, in the middle or the last one; two that are exchanged; hashes taken out. */
static void audit_verify__finds_what_is_missing(void **state)
{
    static const char *const CUTS[] = {
        "DELETE FROM tq_audit WHERE id = (SELECT max(id) - 1 FROM tq_audit)",
        "DELETE FROM tq_audit WHERE id = (SELECT max(id) FROM tq_audit)",
        "DELETE FROM tq_audit",
        "UPDATE tq_audit SET what = CASE what WHEN 'b' THEN 'c' ELSE 'b' END WHERE what IN ('b', "
        "'c')",
        "UPDATE tq_audit SET hash = NULL",
        "UPDATE tq_audit SET hash = NULL WHERE id = (SELECT max(id) FROM tq_audit)",
    };
    struct fixture *f = *state;

    for (int i = 0; i < 4; i++)
        OK(tq_devices_audit(f->store, i + 1, text("an"),
                tq_slice_of((const uint8_t *)"abcd" + i, 1), text(""), text(""), &f->err));
    expect_trail(f, true, "as written");
    shell(f, "CREATE TABLE kept AS SELECT * FROM tq_audit");
    for (size_t i = 0; i < sizeof(CUTS) / sizeof(CUTS[0]); i++) {
        shell(f, CUTS[i]);
        expect_trail(f, false, CUTS[i]);
        shell(f, "DELETE FROM tq_audit; INSERT INTO tq_audit SELECT * FROM kept ORDER BY id");
        expect_trail(f, true, "put back");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(audit_list__tells_the_newest_first),
        CASE(audit_verify__finds_what_is_missing),
        CASE(devices_spend__is_idempotent),
        CASE(devices_spend__takes_no_keys_that_were_revoked),
        CASE(devices_spend__refuses_what_is_not_its_own),
        CASE(devices_invite__needs_an_open_unit),
        CASE(devices_guest__is_let_in_until_it_expires),
        CASE(devices_spend__never_repeats_a_letter),
        CASE(devices_readmit__takes_back_whom_it_knew),
        CASE(devices_readmit__refuses_what_is_not_its_own),
        CASE(devices_readmit__turns_away_who_was_revoked),
        CASE(devices_renew__puts_keys_in_force_once_they_are_used),
        CASE(devices_renew__refuses_keys_of_another_or_revoked_ones),
        CASE(devices_readmit__takes_the_keys_of_a_renewal_that_was_lost),
        CASE(devices_take_back__counts_on_above_what_was_lost),
        CASE(fork_give__gives_no_number_of_an_earlier_start),
        CASE(devices_revoke__is_seen_by_key_and_by_number),
        CASE(devices__what_a_session_told_is_kept),
        CASE(devices_spend__leaves_nothing_when_memory_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
