/* Links with a neighbour: what is agreed, what crossed, the journal, bundles, while the heap fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mill.h"
#include "store/district_internal.h"
#include "store/sql.h"
#include "test_mem.h"
#include "torture.h"
#include "tuquan/head_store.h"
#include "tuquan/liaison_store.h"
#include "tuquan/parcel_store.h"
#include "tuquan/word_store.h"

#define NAME "Sơn Dương"
#define NOTICE 29u /* any table will do */

static const char TEXT[] = "number = 05/QCPH (mẫu)\n"
                           "signed_on = 2020-10-01\n"
                           "from = 2020-10-15\n"
                           "to = 2021-10-14\n"
                           "side_a = Huyện Sông Lô\n"
                           "side_b = Huyện Sơn Dương\n"
                           "communes_a = 08779@2004-01-01, 08773@2004-01-01\n"
                           "communes_b = 02632@2004-01-01\n"
                           "categories = theft, traffic_accident\n"
                           "article_3 = border_notice: label, category, issued_on, body\n"
                           "article_5 = border_meeting: held_on, place, signed_on\n";

struct fixture {
    struct mill mill;
    struct tq_arena *arena;
    int64_t link;
    unsigned tries;
    long live;
};

static int set_up(void **state)
{
    static struct fixture f;
    struct tq_link_info info;

    f.live = test_mem_live();
    mill_open(&f.mill);
    mill_settle(&f.mill);
    f.arena = tq_arena_new((size_t)16 << 20);
    f.tries = 0;
    assert_int_equal(tq_links_add(f.mill.store, tq_slice_str(NAME), MILL_START_MS, NULL), TQ_OK);
    assert_int_equal(tq_links_find(f.mill.store, tq_slice_str(NAME), f.arena, &info, NULL), TQ_OK);
    f.link = info.id;
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    tq_arena_free(f->arena);
    mill_close(&f->mill);
    assert_int_equal(test_mem_live(), f->live);
    return 0;
}

static void rows(void *fixture, struct tq_buf *out)
{
    struct fixture *f = fixture;

    torture_rows(f->mill.store->db, out);
}

static struct tq_arena *fresh(struct fixture *f)
{
    tq_arena_reset(f->arena);
    return f->arena;
}

/* ---- the agreement ---- */

static tq_status agreement(void *fixture, struct tq_error *err)
{
    static struct tq_agreement out;
    struct fixture *f = fixture;
    tq_status rc = tq_agreement_read(&out, tq_slice_str(TEXT), fresh(f), err);

    assert_true(rc != TQ_OK || (out.narticles == 2 && out.communes[TQ_SIDE_A].count == 2));
    return rc;
}

static tq_status catalogue(void *fixture, struct tq_error *err)
{
    struct tq_catalogue *made;
    tq_status rc = tq_liaison_catalogue_new(&made, tq_catalogue_current(), err);

    (void)fixture;
    assert_int_equal(made != NULL, rc == TQ_OK);
    tq_liaison_catalogue_free(made);
    return rc;
}

/* ---- the file ---- */

static tq_status add(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    char name[32];

    snprintf(name, sizeof(name), "huyện mẫu %u", f->tries++);
    return tq_links_add(f->mill.store, tq_slice_str(name), MILL_START_MS, err);
}

static tq_status note(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;

    return tq_links_note(f->mill.store, f->link, TQ_LIAISON_INVITED,
            tq_slice_str("tcp://127.0.0.1:1"), tq_slice_str("tcp://127.0.0.1:2"), 0,
            MILL_START_MS + f->tries++, err);
}

static tq_status agree(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;

    return tq_links_agree(f->mill.store, f->link, TQ_SIDE_A, tq_slice_str(TEXT),
            tq_slice_str("lãnh đạo"), MILL_START_MS + f->tries++, err);
}

static tq_status end(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;

    return tq_links_end(
            f->mill.store, f->link, tq_slice_str("mẫu"), MILL_START_MS + f->tries++, err);
}

static tq_status cross(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_link_row row = { .link = f->link, .incoming = true };
    char key[17];

    snprintf(key, sizeof(key), "%016u", f->tries++);
    return tq_links_row_put(f->mill.store, NOTICE, tq_slice_of(key, 16), &row, MILL_START_MS, err);
}

static tq_status line(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_link_entry entry = { .link = f->link,
        .way = tq_slice_str("out"),
        .table = NOTICE,
        .article = tq_slice_str("3"),
        .agreement = tq_slice_str("05/QCPH (mẫu)") };
    char key[17];

    snprintf(key, sizeof(key), "%016u", f->tries++);
    entry.key = tq_slice_of(key, 16);
    entry.at_ms = MILL_START_MS + f->tries;
    return tq_journal_add(f->mill.store, &entry, err);
}

/* Two refusals of one row take turns, round after round; a crossing between them begins anew. */
static void journal_add__keeps_turns_of_refusals_short(void **state)
{
    static const char *const CODES[] = { "", "E402", "E319", "E402", "E319", "", "", "E402",
        "E319" };
    struct fixture *f = *state;
    struct tq_journal_question question = { .link = f->link, .limit = 20 };
    struct tq_link_entry *lines;
    size_t n = 0;
    bool more;

    for (size_t i = 0; i < sizeof(CODES) / sizeof(CODES[0]); i++) {
        struct tq_link_entry entry = { .link = f->link,
            .way = tq_slice_str("answer_in"),
            .table = NOTICE,
            .key = tq_slice_str("0123456789abcdef"),
            .at_ms = MILL_START_MS + (int64_t)i,
            .code = tq_slice_str(CODES[i]) };

        entry.hash[0] = (uint8_t)strlen(CODES[i]);
        assert_int_equal(tq_journal_add(f->mill.store, &entry, NULL), TQ_OK);
    }
    assert_int_equal(
            tq_journal_list(f->mill.store, &question, f->arena, &lines, &n, &more, NULL), TQ_OK);
    assert_int_equal(n, 6); /* each once, twice */
    assert_true(tq_slice_equal(lines[3].code, tq_slice_str("")));
}

static tq_status parcel(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_parcel_record record = { .link = f->link, .serial = ++f->tries };

    memcpy(record.code, &f->tries, sizeof(f->tries));
    return tq_parcels_put(f->mill.store, TQ_PARCEL_OUT, &record, err);
}

static tq_status head(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_head_record record = { .link = f->link, .at_ms = MILL_START_MS };

    record.word.seq = ++f->tries;
    return tq_heads_put(f->mill.store, TQ_HEAD_OURS, &record, err);
}

static tq_status words(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_neighbour_words said = { .minutes = tq_slice_str("m") };

    said.agreement[0] = (uint8_t)++f->tries;
    return tq_words_put(f->mill.store, f->link, &said, MILL_START_MS, err);
}

static tq_status minutes(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_minutes line = { .table = NOTICE,
        .key = tq_slice_str("0123456789abcdef"),
        .link = f->link,
        .words = { tq_value_str("1/BB"), tq_value_null(), tq_value_str("2020-10-20") },
        .since_ms = MILL_START_MS };
    uint8_t hash[TQ_HASH_BYTES] = { (uint8_t)++f->tries };
    char number[16];
    tq_status rc;

    snprintf(number, sizeof(number), "%u/BB", f->tries);
    line.words[0] = tq_value_str(number);
    rc = tq_minutes_put(f->mill.store, &line, err);
    return rc == TQ_OK ? tq_signed_put(f->mill.store, NOTICE, line.key, f->tries, hash, err) : rc;
}

static tq_status said(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_minutes *list;
    struct tq_minutes back;
    struct tq_word word;
    struct tq_slice rest;
    struct tq_buf text;
    uint8_t hash[TQ_HASH_BYTES];
    uint64_t answer = 0;
    size_t n = 0;
    tq_status rc = tq_words_get(f->mill.store, f->link, fresh(f), &word, err);

    if (rc == TQ_OK)
        rc = tq_minutes_list(f->mill.store, f->link, 9, f->arena, &list, &n, err);
    if (rc == TQ_OK)
        rc = tq_signed_get(
                f->mill.store, NOTICE, tq_slice_str("0123456789abcdef"), &answer, hash, err);
    assert_true(rc != TQ_OK || (word.said && n == 1 && answer > 0));
    if (rc != TQ_OK)
        return rc;
    tq_buf_init(&text, 0);
    tq_minutes_encode(&text, &list[0]);
    rest = tq_buf_slice(&text);
    if (!tq_buf_is_ok(&text))
        rc = tq_error_set(err, TQ_NOMEM, "minutes");
    else
        assert_true(tq_minutes_decode(&rest, &back) && rest.len == 0 && back.table == NOTICE &&
                    tq_value_equal(&back.words[2], &list[0].words[2]));
    tq_buf_deinit(&text);
    return rc;
}

static tq_status asked(void *fixture, struct tq_error *err)
{
    struct fixture *f = fixture;
    struct tq_link_entry *lines;
    struct tq_link_info *links;
    struct tq_link_info one;
    struct tq_journal_question question = { .link = f->link, .limit = 9 };
    struct tq_parcel_record last = { 0 };
    struct tq_head_record *heads;
    struct tq_link_row row;
    struct tq_slice receipt;
    uint64_t pos = 0;
    size_t n = 0;
    size_t m = 0;
    size_t heard = 0;
    bool found;
    bool more;
    tq_status rc = tq_links_list(f->mill.store, true, fresh(f), &links, &n, err);

    if (rc == TQ_OK)
        rc = tq_links_find(f->mill.store, tq_slice_str(NAME), f->arena, &one, err);
    if (rc == TQ_OK)
        rc = tq_journal_list(f->mill.store, &question, f->arena, &lines, &m, &more, err);
    if (rc == TQ_OK)
        rc = tq_links_row(f->mill.store, NOTICE, tq_slice_str("0123456789abcdef"), &row, err);
    if (rc == TQ_OK)
        rc = tq_parcels_last(f->mill.store, TQ_PARCEL_OUT, f->link, &last, err);
    if (rc == TQ_OK)
        rc = tq_heads_list(f->mill.store, TQ_HEAD_OURS, f->arena, &heads, &heard, err);
    if (rc == TQ_OK)
        rc = tq_links_exception(f->mill.store, &pos, f->arena, &receipt, &found, err);
    assert_true(rc != TQ_OK ||
                (n > 0 && m > 0 && one.id == f->link && last.link == f->link && heard > 0));
    return rc;
}

static void agreements__are_read_whole_or_not(void **state)
{
    static const struct torture CASES[] = {
        { "agreement", agreement, NULL, NULL, false },
        { "catalogue", catalogue, NULL, NULL, false },
    };

    torture(*state, CASES, sizeof(CASES) / sizeof(CASES[0]));
}

static void links__are_written_whole_or_not(void **state)
{
    static const struct torture CASES[] = {
        { "add", add, rows, NULL, true },
        { "note", note, rows, NULL, true },
        { "agree", agree, rows, NULL, true },
        { "cross", cross, rows, NULL, true },
        { "journal", line, rows, NULL, true },
        { "bundle", parcel, rows, NULL, true },
        { "head", head, rows, NULL, true },
        { "words", words, rows, NULL, true },
        { "minutes", minutes, NULL, NULL, true },
        { "said", said, rows, NULL, true },
        { "asked", asked, rows, NULL, true },
        { "end", end, rows, NULL, true },
    };

    torture(*state, CASES, sizeof(CASES) / sizeof(CASES[0]));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(agreements__are_read_whole_or_not),
        TEST(links__are_written_whole_or_not),
        TEST(journal_add__keeps_turns_of_refusals_short),
    };

    sql_use_our_heap(); /* and keep what SQLite keeps for good */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
