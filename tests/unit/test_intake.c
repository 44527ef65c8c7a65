#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tuquan/intake.h"
#include "tuquan/words.h"

static const struct tq_table *table_of(const char *name)
{
    return tq_catalogue_find(tq_catalogue_current(), name);
}

static void intake_value__takes_what_a_clerk_types(void **state)
{
    static const struct {
        const char *table;
        const char *column;
        const char *text;
        int intake;
        const char *stored; /* as tq_intake_print shows it */
    } CASES[] = {
        { "incident", "occurred_on", "15/11/2020", TQ_INTAKE_OK, "2020-11-15" },
        { "incident", "occurred_on", " 5/1/2020 ", TQ_INTAKE_OK, "2020-01-05" },
        { "incident", "occurred_on", "2020-11-15", TQ_INTAKE_OK, "2020-11-15" },
        { "incident", "occurred_on", "31/11/2020", TQ_INTAKE_DATE, "" },
        { "incident", "occurred_on", "11-15-2020", TQ_INTAKE_DATE, "" },
        { "incident", "occurred_on", "15/11/20", TQ_INTAKE_DATE, "" },
        { "incident", "known_at", "15/11/2020 07:05", TQ_INTAKE_OK, "2020-11-15 07:05" },
        { "incident", "known_at", "2020-11-15T23:59", TQ_INTAKE_OK, "2020-11-15 23:59" },
        { "incident", "known_at", "2020-11-15", TQ_INTAKE_OK, "2020-11-15 00:00" },
        { "incident", "known_at", "2020-11-15 24:00", TQ_INTAKE_INSTANT, "" },
        { "incident", "damage_vnd", "1200000", TQ_INTAKE_OK, "1200000" },
        { "incident", "damage_vnd", "1.200.000", TQ_INTAKE_DOTS, "" },
        { "incident", "damage_vnd", "1,5", TQ_INTAKE_DOTS, "" },
        { "incident", "damage_vnd", "12 triệu", TQ_INTAKE_NUMBER, "" },
        { "incident", "damage_vnd", "-1", TQ_INTAKE_RULE, "" },
        { "incident", "damage_vnd", "99999999999999999999", TQ_INTAKE_NUMBER, "" },
        { "incident", "at_border", "có", TQ_INTAKE_OK, "1" },
        { "incident", "at_border", "no", TQ_INTAKE_OK, "0" },
        { "incident", "area", "6", TQ_INTAKE_RULE, "" },
        { "incident", "category", "Trộm cắp", TQ_INTAKE_OK, "theft" },
        { "incident", "category", "trom-cap", TQ_INTAKE_OK, "theft" },
        { "incident", "category", "theft", TQ_INTAKE_OK, "theft" },
        { "incident", "category", "thef", TQ_INTAKE_LIST, "" },
        { "incident", "summary", "  to\xcc\x82\xcc\x89  ", TQ_INTAKE_OK, "tổ" },
        { "incident", "summary", "a\x07", TQ_INTAKE_TEXT, "" },
        { "incident", "summary", "Tuyệt mật", TQ_INTAKE_SECRET, "" },
        { "incident", "summary", "", TQ_INTAKE_OK, "" },
        { "covenant", "mode", "họp thôn", TQ_INTAKE_OK, "meeting" },
    };
    struct tq_arena *arena = tq_arena_new(1 << 20);

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const struct tq_table *table = table_of(CASES[i].table);
        const struct tq_column *column =
                &table->columns[tq_table_column_find(table, CASES[i].column)];
        struct tq_value value;
        struct tq_buf shown;
        tq_reason reason;
        tq_intake intake =
                tq_intake_value(table, column, tq_slice_str(CASES[i].text), arena, &value, &reason);

        if ((int)intake != CASES[i].intake)
            fail_msg("%s = \"%s\": %d", CASES[i].column, CASES[i].text, (int)intake);
        if (intake != TQ_INTAKE_OK) {
            assert_true(strlen(tq_intake_sentence(intake, reason, TQ_LANG_VI)) > 5);
            assert_true(strlen(tq_intake_sentence(intake, reason, TQ_LANG_EN)) > 5);
            continue;
        }
        tq_buf_init(&shown, 0);
        tq_intake_print(column, &value, &shown);
        tq_buf_append_u8(&shown, 0);
        assert_string_equal((char *)shown.data, CASES[i].stored);
        tq_buf_deinit(&shown);
    }
    tq_arena_free(arena);
}

static void words__know_every_code_and_no_two_alike(void **state)
{
    const struct tq_catalogue *catalogue = tq_catalogue_current();

    (void)state;
    for (size_t t = 0; t < catalogue->ntables; t++) {
        const struct tq_table *table = &catalogue->tables[t];

        assert_ptr_equal(tq_word_to_table(catalogue, tq_slice_str(table->name)), table);
        for (size_t c = 0; c < table->ncolumns; c++) {
            const struct tq_column *column = &table->columns[c];

            assert_int_equal(tq_word_to_column(table, tq_slice_str(column->name)), c);
            if (column->rule.kind != TQ_RULE_LIST)
                continue;
            for (const char *const *code = column->rule.list; *code != NULL; code++) {
                struct tq_slice word =
                        tq_word_of_code(table->name, column, tq_slice_str(*code), TQ_LANG_VI);
                const char *back = tq_word_to_code(table->name, column, word);

                /* Codes of paragraphs (B1, D6) are their own words. */
                if (word.data == (const uint8_t *)*code && strlen(*code) > 2)
                    fail_msg("%s.%s: no word for %s", table->name, column->name, *code);
                if (back == NULL || strcmp(back, *code) != 0)
                    fail_msg("%s.%s: %s comes back as %s", table->name, column->name, *code, back);
            }
        }
    }
}

/* What an English reader sees is words, not names of columns, and may be typed. */
static void check_english(const struct tq_table *table, const struct tq_column *column)
{
    const char *english = tq_word_of_column(column, TQ_LANG_EN);

    if (strchr(english, '_') != NULL || english[0] < 'A' || english[0] > 'Z')
        fail_msg("%s.%s is called \"%s\"", table->name, column->name, english);
    if (tq_word_to_column(table, tq_slice_str(english)) != (int)(column - table->columns))
        fail_msg("%s: two columns are called \"%s\"", table->name, english);
    if (column->rule.kind != TQ_RULE_LIST)
        return;
    for (const char *const *code = column->rule.list; *code != NULL; code++) {
        struct tq_slice word =
                tq_word_of_code(table->name, column, tq_slice_str(*code), TQ_LANG_EN);
        const char *back = tq_word_to_code(table->name, column, word);

        if (memchr(word.data, '_', word.len) != NULL || back == NULL || strcmp(back, *code) != 0)
            fail_msg("%s.%s: %s is called \"%.*s\"", table->name, column->name, *code,
                    (int)word.len, (const char *)word.data);
    }
}

static void words__are_plain_english_and_come_back(void **state)
{
    const struct tq_catalogue *catalogue = tq_catalogue_current();

    (void)state;
    for (size_t t = 0; t < catalogue->ntables; t++) {
        const struct tq_table *table = &catalogue->tables[t];
        const char *english = tq_word_of_table(table, TQ_LANG_EN);

        if (strchr(english, '_') != NULL || english[0] < 'A' || english[0] > 'Z')
            fail_msg("%s is called \"%s\"", table->name, english);
        assert_ptr_equal(tq_word_to_table(catalogue, tq_slice_str(english)), table);
        for (size_t c = 0; c < table->ncolumns; c++)
            check_english(table, &table->columns[c]);
    }
}

static void words__find_tables_and_columns_by_vietnamese(void **state)
{
    const struct tq_table *incident = table_of("incident");

    (void)state;
    assert_ptr_equal(tq_word_to_table(tq_catalogue_current(), tq_slice_str("vu-viec")), incident);
    assert_ptr_equal(tq_word_to_table(tq_catalogue_current(), tq_slice_str("Vụ việc")), incident);
    assert_int_equal(tq_word_to_column(incident, tq_slice_str("ngay-xay-ra")),
            tq_table_column_find(incident, "occurred_on"));
    assert_int_equal(tq_word_to_column(incident, tq_slice_str("Ngày xảy ra")),
            tq_table_column_find(incident, "occurred_on"));
    assert_int_equal(tq_word_to_column(incident, tq_slice_str("ngày")), -1);
    assert_null(tq_word_to_table(tq_catalogue_current(), tq_slice_str("tq_state")));
}

static void words_retell__speaks_the_readers_language(void **state)
{
    const struct tq_catalogue *c = tq_catalogue_current();
    char text[512];

    (void)state;
    /* A trigger's own sentence, by the titles of the screen. */
    tq_word_retell(c,
            "[R09] incident.category: giá trị không có trong danh sách. Chọn trong danh sách.",
            TQ_LANG_EN, text, sizeof(text));
    assert_string_equal(
            text, "[R09] Incident, Category: the value is not in the list. Choose from the list.");
    tq_word_retell(c,
            "[R14] incident: dòng này đã có rồi, không ghi đè được (row exists: use UPDATE). "
            "Dùng UPDATE để sửa.",
            TQ_LANG_EN, text, sizeof(text));
    assert_string_equal(text,
            "[R14] Incident: the row exists and is not overwritten. Use UPDATE to change it.");
    tq_word_retell(c, "incident X-1", TQ_LANG_VI, text, sizeof(text));
    assert_string_equal(text, "Vụ việc X-1");
    tq_word_retell(c, "model (--dir)", TQ_LANG_VI, text, sizeof(text)); /* a folder, as typed */
    assert_string_equal(text, "model (--dir)");
    /* The store's facts; what an earlier run wrote down, either way. */
    tq_retell("/x/office.db: không phải tệp SQLite", TQ_LANG_EN, text, sizeof(text));
    assert_string_equal(text, "/x/office.db: not an SQLite file");
    tq_retell("[E302] the district did not answer in time: tcp://h:1. Wait and sync again.",
            TQ_LANG_VI, text, sizeof(text));
    assert_string_equal(
            text, "[E302] máy chủ huyện trả lời quá lâu: tcp://h:1. Chờ và đồng bộ lại.");
    /* What somebody typed stays as it is; what has no room is cut. */
    tq_retell("note = \"không có tệp\"", TQ_LANG_EN, text, sizeof(text));
    assert_string_equal(text, "note = \"không có tệp\"");
    assert_string_equal(tq_retell("a: mở tệp", TQ_LANG_EN, text, 14), "a: opening th");
}

/* Each phrase is told whole, behind a name and before a value: no other one takes a part of it. */
static void intake_phrases__are_told_whole(void **state)
{
    static const char *const PHRASES[][2] = {
#define X(name, vi, en) { (vi), (en) },
        TQ_PHRASE_MAP(X)
#undef X
    };
    char text[512];
    char told[512];
    char want[512];

    (void)state;
    for (size_t i = 0; i < sizeof(PHRASES) / sizeof(PHRASES[0]); i++) {
        assert_string_equal(tq_phrase((tq_phrase_id)i), PHRASES[i][0]);
        snprintf(text, sizeof(text), "a.csv: %s 7", PHRASES[i][0]);
        snprintf(want, sizeof(want), "a.csv: %s 7", PHRASES[i][1]);
        assert_string_equal(tq_retell(text, TQ_LANG_VI, told, sizeof(told)), text);
        assert_string_equal(tq_retell(text, TQ_LANG_EN, told, sizeof(told)), want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intake_value__takes_what_a_clerk_types),
        cmocka_unit_test(words__know_every_code_and_no_two_alike),
        cmocka_unit_test(words__are_plain_english_and_come_back),
        cmocka_unit_test(words__find_tables_and_columns_by_vietnamese),
        cmocka_unit_test(words_retell__speaks_the_readers_language),
        cmocka_unit_test(intake_phrases__are_told_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
