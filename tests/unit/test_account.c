/* test_account.c - Accounts of the district's page: roles, passwords, the second factor, and how long
 * whoever guesses has to wait. */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "account.h"
#include "cli/json.h"
#include "throttle.h"
#include "tmp.h"
#include "torture.h"
#include "totp.h"
#include "tuquan/file.h"
#include "tuquan/mem.h"

#define PASSWORD "mot mat khau dai"
#define LATER INT64_C(1000)

static int set_up(void **state)
{
    char *path = tq_mem_zalloc(64);

    assert_non_null(path);
    tmp_make(path, 64);
    *state = path;
    return 0;
}

static int tear_down(void **state)
{
    tmp_remove(*state);
    tq_mem_free(*state);
    return 0;
}

static const struct account *load(const char *dir, struct account_list *list, const char *name)
{
    const struct account *account;

    assert_int_equal(account_load(dir, list, NULL), TQ_OK);
    account = account_find(list, name);
    assert_non_null(account);
    return account;
}

static void account_add__keeps_a_hash_in_a_private_file(void **state)
{
    const char *dir = *state;
    struct account_list list;
    const struct account *account;
    char path[512];
    struct tq_buf text;

    assert_int_equal(account_load(dir, &list, NULL), TQ_OK);
    assert_int_equal(list.n, 0);
    assert_int_equal(account_add(dir, "Phòng TC", ACCOUNT_OFFICER, PASSWORD, 7, NULL, NULL), TQ_OK);
    account = load(dir, &list, "Phòng TC");
    assert_int_equal(account->role, ACCOUNT_OFFICER);
    assert_int_equal(account->created_ms, 7);
    assert_true(account_password_is(account->hash, PASSWORD));
    assert_false(account_password_is(account->hash, "mot mat khau da"));
    snprintf(path, sizeof(path), "%s/%s", dir, ACCOUNT_FILE);
    assert_true(tq_file_is_private(path));
    tq_buf_init(&text, 0);
    assert_int_equal(tq_file_read(path, 1 << 20, &text, NULL), TQ_OK);
    tq_buf_append_u8(&text, 0);
    assert_null(strstr((const char *)text.data, PASSWORD));
    assert_non_null(strstr((const char *)text.data, "$argon2id$"));
    tq_buf_deinit(&text);
}

static void account_add__refuses_what_cannot_be(void **state)
{
    static const char *const NAMES[] = { "", "a#1", "a\nb", "\xff",
        "12345678901234567890123456789012345678901" };
    const char *dir = *state;

    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        assert_int_equal(
                account_add(dir, NAMES[i], ACCOUNT_OFFICER, PASSWORD, 7, NULL, NULL), TQ_INVALID);
    assert_int_equal(
            account_add(dir, "an", ACCOUNT_OFFICER, "12345678901", 7, NULL, NULL), TQ_INVALID);
    assert_int_equal(account_add(dir, "an", ACCOUNT_OFFICER, PASSWORD, 7, NULL, NULL), TQ_OK);
    assert_int_equal(account_add(dir, "an", ACCOUNT_LEADER, PASSWORD, 7, NULL, NULL), TQ_EXISTS);
}

static void account_set__ends_what_was_signed_in(void **state)
{
    const char *dir = *state;
    const account_role role = ACCOUNT_READ_ONLY;
    const bool yes = true;
    const struct account_edit edits[] = { { .password = "mot mat khau khac" }, { .role = &role },
        { 0 }, { .drops_totp = true } };
    const struct account_edit disable = { .disabled = &yes };
    struct account_list list;
    char ticket[ACCOUNT_TICKET_BYTES];

    assert_int_equal(account_add(dir, "an", ACCOUNT_OFFICER, PASSWORD, 7, NULL, NULL), TQ_OK);
    for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
        account_ticket(load(dir, &list, "an"), "1", ticket);
        assert_non_null(account_of_ticket(&list, ticket));
        assert_int_equal(account_set(dir, "an", &edits[i], NULL, NULL), TQ_OK);
        load(dir, &list, "an");
        assert_null(account_of_ticket(&list, ticket));
    }
    assert_int_equal(load(dir, &list, "an")->role, ACCOUNT_READ_ONLY);
    assert_true(account_password_is(load(dir, &list, "an")->hash, "mot mat khau khac"));
    assert_int_equal(account_set(dir, "an", &disable, NULL, NULL), TQ_OK);
    account_ticket(load(dir, &list, "an"), "1", ticket);
    assert_null(account_of_ticket(&list, ticket));
    assert_null(account_of_ticket(&list, ""));
    assert_int_equal(account_set(dir, "binh", &disable, NULL, NULL), TQ_NOT_FOUND);
}

/* Whoever changes his own password in one browser is not asked for it there: nothing that waits in
 * between may end that session. All others end. */
static void account_set__keeps_the_session_that_made_the_change(void **state)
{
    const char *dir = *state;
    const struct account_edit own = { .password = "mot mat khau khac", .keeps = "11" };
    const struct account_edit again = { .keeps = "11" };
    const struct account_edit others = { .keeps = NULL };
    struct account_list list;
    char kept[ACCOUNT_TICKET_BYTES];
    char other[ACCOUNT_TICKET_BYTES];

    assert_int_equal(account_add(dir, "an", ACCOUNT_OFFICER, PASSWORD, 7, NULL, NULL), TQ_OK);
    account_ticket(load(dir, &list, "an"), "11", kept);
    account_ticket(load(dir, &list, "an"), "22", other);
    assert_string_equal(account_ticket_nonce(kept), "11");
    assert_int_equal(account_set(dir, "an", &own, NULL, NULL), TQ_OK);
    load(dir, &list, "an");
    assert_non_null(account_of_ticket(&list, kept));
    assert_null(account_of_ticket(&list, other));
    assert_int_equal(account_set(dir, "an", &again, NULL, NULL), TQ_OK);
    load(dir, &list, "an");
    assert_non_null(account_of_ticket(&list, kept));
    assert_int_equal(account_set(dir, "an", &others, NULL, NULL), TQ_OK);
    load(dir, &list, "an");
    assert_null(account_of_ticket(&list, kept));
    assert_null(account_of_ticket(&list, "an#7#"));
    assert_null(account_of_ticket(&list, "an"));
}

/* "Phòng" in one letter and in two; forty letters of three bytes are forty. */
static void account_add__takes_letters_however_they_were_typed(void **state)
{
    static const char COMPOSED[] = "Ph\xc3\xb2ng";
    static const char PARTED[] = "Pho\xcc\x80ng";
    const char *dir = *state;
    struct account_list list;
    char name[4 * 41 + 1] = "";
    char password[3 * 129 + 1] = "";

    assert_int_equal(account_add(dir, PARTED, ACCOUNT_OFFICER,
                             "m\xe1\xba\xadt kh\xe1\xba\xa9u d\xc3\xa0i", 7, NULL, NULL),
            TQ_OK);
    assert_string_equal(load(dir, &list, COMPOSED)->name, COMPOSED);
    assert_ptr_equal(load(dir, &list, PARTED), load(dir, &list, COMPOSED));
    assert_int_equal(
            account_add(dir, COMPOSED, ACCOUNT_OFFICER, PASSWORD, 7, NULL, NULL), TQ_EXISTS);
    assert_true(account_password_is(
            load(dir, &list, COMPOSED)->hash, "ma\xcc\xa3\xcc\x82t kh\xe1\xba\xa9u da\xcc\x80i"));
    assert_false(account_password_is(load(dir, &list, COMPOSED)->hash, "\xff"));
    for (int i = 0; i < 40; i++)
        memcpy(name + strlen(name), "\xe1\xba\xad", 4);
    for (int i = 0; i < 128; i++)
        memcpy(password + strlen(password), "\xe1\xba\xad", 4);
    assert_int_equal(account_add(dir, name, ACCOUNT_OFFICER, password, 7, NULL, NULL), TQ_OK);
    assert_true(account_password_is(load(dir, &list, name)->hash, password));
    memcpy(name + strlen(name), "a", 2);
    assert_int_equal(account_add(dir, name, ACCOUNT_OFFICER, PASSWORD, 7, NULL, NULL), TQ_INVALID);
    memcpy(password + strlen(password), "\xe1\xba\xad", 4);
    assert_int_equal(account_add(dir, "an", ACCOUNT_OFFICER, password, 7, NULL, NULL), TQ_INVALID);
    /* Eleven letters are too few, whatever bytes they take. */
    assert_int_equal(account_add(dir, "an", ACCOUNT_OFFICER,
                             "\xe1\xba\xad\xe1\xba\xad\xe1\xba\xad\xe1\xba\xad"
                             "1234567",
                             7, NULL, NULL),
            TQ_INVALID);
}

static tq_status refuse_seal(void *ctx, struct tq_error *err)
{
    (void)ctx;
    return tq_error_set(err, TQ_DISK_FULL, "%s", "");
}

/* No line in the trail, no change. */
static void account_set__is_taken_back_when_its_seal_fails(void **state)
{
    const char *dir = *state;
    const struct account_seal seal = { refuse_seal, NULL };
    const bool yes = true;
    const struct account_edit disable = { .disabled = &yes };
    struct account_list list;

    assert_int_equal(account_add(dir, "an", ACCOUNT_OFFICER, PASSWORD, 7, NULL, NULL), TQ_OK);
    assert_int_equal(account_set(dir, "an", &disable, &seal, NULL), TQ_DISK_FULL);
    assert_false(load(dir, &list, "an")->disabled);
    assert_int_equal(
            account_add(dir, "binh", ACCOUNT_OFFICER, PASSWORD, 7, &seal, NULL), TQ_DISK_FULL);
    assert_int_equal(account_load(dir, &list, NULL), TQ_OK);
    assert_null(account_find(&list, "binh"));
}

static void account_set__leaves_one_who_keeps_accounts(void **state)
{
    const char *dir = *state;
    const account_role role = ACCOUNT_LEADER;
    const bool yes = true;
    const struct account_edit demote = { .role = &role };
    const struct account_edit disable = { .disabled = &yes };
    struct account_list list;

    assert_int_equal(account_add(dir, "an", ACCOUNT_OPERATOR, PASSWORD, 7, NULL, NULL), TQ_OK);
    assert_int_equal(account_set(dir, "an", &demote, NULL, NULL), TQ_RULE);
    assert_int_equal(account_set(dir, "an", &disable, NULL, NULL), TQ_RULE);
    assert_int_equal(load(dir, &list, "an")->role, ACCOUNT_OPERATOR);
    assert_false(load(dir, &list, "an")->disabled);
    assert_int_equal(account_add(dir, "binh", ACCOUNT_OPERATOR, PASSWORD, 7, NULL, NULL), TQ_OK);
    assert_int_equal(account_set(dir, "an", &demote, NULL, NULL), TQ_OK);
}

static void account_learn__knows_the_newest(void **state)
{
    struct account account = { .ndevices = 0 };
    uint8_t hash[TQ_HASH_BYTES];
    char text[16];

    (void)state;
    for (int i = 0; i < 12; i++) {
        snprintf(text, sizeof(text), "%d", i);
        account_device_hash("browser", text, hash);
        account_learn(&account, hash);
        account_device_hash("browser", "0", hash);
        account_learn(&account, hash); /* used each time: it stays */
    }
    assert_int_equal(account.ndevices, ACCOUNT_DEVICES);
    assert_true(account_knows(&account, hash));
    account_device_hash("address", "0", hash);
    assert_false(account_knows(&account, hash));
    account_device_hash("browser", "1", hash);
    assert_false(account_knows(&account, hash));
    account_device_hash("browser", "11", hash);
    assert_true(account_knows(&account, hash));
}

static void account_load__trusts_no_file_that_others_read_or_that_is_damaged(void **state)
{
    const char *dir = *state;
    struct account_list list;
    char path[512];

    snprintf(path, sizeof(path), "%s/%s", dir, ACCOUNT_FILE);
    assert_int_equal(tq_file_replace(path, tq_slice_str("[]"), false, NULL), TQ_OK);
    assert_int_equal(account_load(dir, &list, NULL), TQ_KEY_FILE);
    assert_int_equal(tq_file_replace(path, tq_slice_str("[{\"name\":\"an\"}]"), true, NULL), TQ_OK);
    assert_int_equal(account_load(dir, &list, NULL), TQ_CONFIG);
    assert_int_equal(tq_file_replace(path, tq_slice_str("[]"), true, NULL), TQ_OK);
    assert_int_equal(account_load(dir, &list, NULL), TQ_OK);
}

/* ---- the second factor ---- */

static const uint8_t SECRET[] = "12345678901234567890"; /* of RFC 6238 */

static void totp_check__knows_the_codes_of_the_standard(void **state)
{
    static const struct {
        int64_t at_s;
        const char *code;
    } CASES[] = { { 59, "287082" }, { 1111111109, "081804" }, { 1111111111, "050471" },
        { 1234567890, "005924" }, { 2000000000, "279037" } };
    char text[TOTP_TEXT_BYTES];
    int64_t step;
    bool right;

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        int64_t now_ms = CASES[i].at_s * 1000;

        assert_int_equal(totp_check(SECRET, CASES[i].code, now_ms, 0, &right, &step, NULL), TQ_OK);
        assert_true(right);
        assert_int_equal(step, CASES[i].at_s / 30);
        /* Half a minute early or late is fine; more is not; and once used it is used up. */
        assert_int_equal(
                totp_check(SECRET, CASES[i].code, now_ms + 30000, 0, &right, &step, NULL), TQ_OK);
        assert_true(right);
        assert_int_equal(
                totp_check(SECRET, CASES[i].code, now_ms + 60000, 0, &right, &step, NULL), TQ_OK);
        assert_false(right);
        assert_int_equal(
                totp_check(SECRET, CASES[i].code, now_ms, CASES[i].at_s / 30, &right, &step, NULL),
                TQ_OK);
        assert_false(right);
    }
    assert_int_equal(totp_check(SECRET, "28708", 59000, 0, &right, &step, NULL), TQ_OK);
    assert_false(right);
    assert_int_equal(totp_check(SECRET, "", 59000, 0, &right, &step, NULL), TQ_OK);
    assert_false(right);
    totp_text(SECRET, text);
    assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}

/* What nobody's phone shows yet must lock nobody out. */
static void account_set__lets_a_second_factor_count_once_it_is_proved(void **state)
{
    static const uint8_t NEXT[TOTP_SECRET_BYTES] = "09876543210987654321";
    const char *dir = *state;
    const int64_t now_ms = 59000;
    struct account_edit first = { .pending = SECRET, .asks_code = true, .now_ms = now_ms };
    struct account_edit next = { .pending = NEXT, .asks_code = true, .now_ms = now_ms };
    struct account_edit proof = { .proves = true, .code = "287083", .now_ms = now_ms };
    struct account_list list;
    char ticket[ACCOUNT_TICKET_BYTES];

    assert_int_equal(account_add(dir, "an", ACCOUNT_LEADER, PASSWORD, 7, NULL, NULL), TQ_OK);
    assert_int_equal(account_set(dir, "an", &proof, NULL, NULL), TQ_NOT_FOUND);
    account_ticket(load(dir, &list, "an"), "1", ticket);
    assert_int_equal(account_set(dir, "an", &first, NULL, NULL), TQ_OK);
    assert_false(load(dir, &list, "an")->has_totp);
    assert_non_null(account_of_ticket(&list, ticket)); /* asking for one ends nothing */
    assert_int_equal(account_set(dir, "an", &proof, NULL, NULL), TQ_PAGE_PASSWORD);
    assert_false(load(dir, &list, "an")->has_totp);
    proof.code = "287082";
    assert_int_equal(account_set(dir, "an", &proof, NULL, NULL), TQ_OK);
    assert_true(load(dir, &list, "an")->has_totp);
    assert_false(list.list[0].has_pending);
    assert_int_equal(list.list[0].totp_step, 1); /* its code is used up */
    assert_null(account_of_ticket(&list, ticket));
    /* The next one: asked for with a code of the one in force, which stays in force meanwhile. */
    assert_int_equal(account_set(dir, "an", &next, NULL, NULL), TQ_PAGE_CODE);
    next.code = "287082";
    assert_int_equal(account_set(dir, "an", &next, NULL, NULL), TQ_PAGE_PASSWORD); /* used */
    next.code = "081804";
    next.now_ms = INT64_C(1111111109000);
    assert_int_equal(account_set(dir, "an", &next, NULL, NULL), TQ_OK);
    assert_memory_equal(load(dir, &list, "an")->totp, SECRET, TOTP_SECRET_BYTES);
    assert_memory_equal(list.list[0].pending, NEXT, TOTP_SECRET_BYTES);
    assert_int_equal(
            account_set(dir, "an", &(struct account_edit){ .drops_totp = true }, NULL, NULL),
            TQ_OK);
    assert_false(load(dir, &list, "an")->has_totp);
    assert_false(list.list[0].has_pending);
}

/* ---- waiting ---- */

static void throttle_fail__waits_longer_each_time(void **state)
{
    struct throttle *throttle;
    int64_t now = LATER;
    int64_t last = 0;

    (void)state;
    assert_int_equal(throttle_new(&throttle, NULL), TQ_OK);
    for (int i = 0; i < 4; i++)
        throttle_fail(throttle, "an", 5, now);
    assert_int_equal(throttle_wait_ms(throttle, "an", now), 0);
    for (int i = 0; i < 12; i++) {
        throttle_fail(throttle, "an", 5, now);
        assert_true(throttle_wait_ms(throttle, "an", now) >= last);
        last = throttle_wait_ms(throttle, "an", now);
        assert_true(i > 0 || last == THROTTLE_FIRST_MS);
        now += last;
        assert_int_equal(throttle_wait_ms(throttle, "an", now), 0);
    }
    assert_int_equal(last, THROTTLE_LONGEST_MS);
    assert_int_equal(throttle_wait_ms(throttle, "binh", now), 0);
    throttle_fail(throttle, "an", 5, now);
    throttle_forget(throttle, "an");
    assert_int_equal(throttle_wait_ms(throttle, "an", now), 0);
    for (int i = 0; i < 5; i++)
        throttle_fail(throttle, "an", 5, now);
    throttle_fail(throttle, "an", 5, now + THROTTLE_DAY_MS + 1); /* a day forgets */
    assert_int_equal(throttle_wait_ms(throttle, "an", now + THROTTLE_DAY_MS + 1), 0);
    throttle_free(throttle);
}

/* Whoever invents names must not make room for himself among those that are counted. */
static void throttle_fail__keeps_the_worst_when_it_is_full(void **state)
{
    struct throttle *throttle;
    char name[24];

    (void)state;
    assert_int_equal(throttle_new(&throttle, NULL), TQ_OK);
    for (int i = 0; i < 8; i++)
        throttle_fail(throttle, "an", 5, LATER);
    for (unsigned i = 0; i < 2 * THROTTLE_MAX; i++) {
        snprintf(name, sizeof(name), "x%u", i);
        throttle_fail(throttle, name, 5, LATER + 1);
    }
    assert_true(throttle_wait_ms(throttle, "an", LATER + 1) > 0);
    throttle_free(throttle);
}

static void throttle_place__is_what_one_household_has(void **state)
{
    static const char *const CASES[][2] = {
        { "10.0.0.5", "10.0.0.5" },
        { "2001:db8:1:2:3:4:5:6", "2001:db8:1:2" },
        { "2001:db8:1:2:ffff:4:5:6", "2001:db8:1:2" },
        { "2001:db8::1", "2001:db8" },
        { "2001:db8:1:2::9", "2001:db8:1:2" },
        { "::1", "" },
        { "?", "?" },
    };
    char place[48];

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        throttle_place(CASES[i][0], place, sizeof(place));
        assert_string_equal(place, CASES[i][1]);
    }
}

static tq_status set_created(void *ctx, struct account_list *list, struct tq_error *err)
{
    struct account *account = account_find(list, "an");

    (void)err;
    assert_non_null(account);
    account->created_ms = *(int64_t *)ctx;
    return TQ_OK;
}

static tq_status change(void *dir, struct tq_error *err)
{
    static int64_t tries = 100;

    tries++;
    return account_change(dir, set_created, &tries, NULL, err);
}

static void text_of_file(void *dir, struct tq_buf *out)
{
    char path[512];

    snprintf(path, sizeof(path), "%s/%s", (const char *)dir, ACCOUNT_FILE);
    assert_int_equal(tq_file_read(path, 1 << 20, out, NULL), TQ_OK);
}

static void account_change__is_all_or_nothing_when_memory_fails(void **state)
{
    static const struct torture CASES[] = { { "change", change, text_of_file, NULL, false } };
    char *dir = *state;
    struct account_list list;

    assert_int_equal(account_add(dir, "an", ACCOUNT_OFFICER, PASSWORD, 7, NULL, NULL), TQ_OK);
    torture(dir, CASES, 1);
    assert_int_equal(account_load(dir, &list, NULL), TQ_OK);
    assert_true(account_find(&list, "an")->created_ms > 100);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(account_add__keeps_a_hash_in_a_private_file),
        CASE(account_add__refuses_what_cannot_be),
        CASE(account_set__ends_what_was_signed_in),
        CASE(account_set__keeps_the_session_that_made_the_change),
        CASE(account_set__is_taken_back_when_its_seal_fails),
        CASE(account_set__lets_a_second_factor_count_once_it_is_proved),
        CASE(account_change__is_all_or_nothing_when_memory_fails),
        CASE(account_add__takes_letters_however_they_were_typed),
        CASE(account_set__leaves_one_who_keeps_accounts),
        CASE(account_load__trusts_no_file_that_others_read_or_that_is_damaged),
        cmocka_unit_test(account_learn__knows_the_newest),
        cmocka_unit_test(totp_check__knows_the_codes_of_the_standard),
        cmocka_unit_test(throttle_fail__waits_longer_each_time),
        cmocka_unit_test(throttle_fail__keeps_the_worst_when_it_is_full),
        cmocka_unit_test(throttle_place__is_what_one_household_has),
    };

    cli_json_use_our_heap(); /* as the programs do */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
