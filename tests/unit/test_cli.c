#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <qrencode.h>

#include "cli/cli.h"
#include "cli/config.h"
#include "cli/json.h"
#include "cli/qr.h"
#include "cli/table.h"
#include "test_mem.h"
#include "tmp.h"
#include "torture.h"
#include "tuquan/file.h"
#include "tuquan/text.h"

/* What a program printed: standard output and error go into files while it runs. */
struct printed {
    int code;
    char out[8192];
    char err[2048];
};

static void swap_stream(FILE *stream, int fd)
{
    fflush(stream);
    dup2(fd, fileno(stream));
}

static void slurp(FILE *file, char *out, size_t size)
{
    size_t n;

    rewind(file);
    n = fread(out, 1, size - 1, file);
    out[n] = '\0';
    fclose(file);
}

static tq_status run_sum(struct cli *cli, struct tq_error *err)
{
    int64_t times;
    int64_t sum = 0;
    tq_status rc = cli_option_number(cli, "times", 1, 9, 1, &times, err);

    if (rc != TQ_OK)
        return rc;
    if (cli_option(cli, "fail") != NULL)
        return tq_error_set(err, TQ_RULE, "%s", cli_option(cli, "fail"));
    for (size_t i = 0; i < cli->nargs; i++)
        sum += strtoll(cli->args[i], NULL, 10) * times;
    cli_print(cli, "%s = %d", cli_say(cli, "tổng", "sum"), (int)sum);
    cli_json_set(cli, "sum", json_integer(sum));
    return TQ_OK;
}

static const struct cli_option SUM_OPTIONS[] = {
    { "times", 't', "N", { "nhân", "factor" } },
    { "fail", 0, "WHY", { "hỏng", "fail" } },
    { NULL, 0, NULL, { NULL, NULL } },
};
static const struct cli_command SUM = { .name = "sum",
    .usage = "A B",
    .summary = { "cộng hai số", "add two numbers" },
    .options = SUM_OPTIONS,
    .min_args = 2,
    .max_args = 2,
    .run = run_sum };
static const struct cli_command *const COMMANDS[] = { &SUM, NULL };
static const struct cli_program PROGRAM = { .name = "prog",
    .version = "1.2",
    .summary = { "thử", "a trial" },
    .default_dir = ".",
    .commands = COMMANDS };

static void run(struct printed *printed, const char *line)
{
    char copy[256];
    char *argv[16] = { (char *)"prog" };
    int argc = 1;
    FILE *out = tmpfile();
    FILE *err = tmpfile();
    int saved_out = dup(1);
    int saved_err = dup(2);
    char *save = NULL;

    snprintf(copy, sizeof(copy), "%s", line);
    for (char *w = strtok_r(copy, " ", &save); w != NULL; w = strtok_r(NULL, " ", &save))
        argv[argc++] = w;
    swap_stream(stdout, fileno(out));
    swap_stream(stderr, fileno(err));
    printed->code = cli_main(&PROGRAM, NULL, argc, argv);
    swap_stream(stdout, saved_out);
    swap_stream(stderr, saved_err);
    close(saved_out);
    close(saved_err);
    slurp(out, printed->out, sizeof(printed->out));
    slurp(err, printed->err, sizeof(printed->err));
}

static void cli_main__gives_the_exit_code_of_each_failure(void **state)
{
    static const struct {
        const char *line;
        int code;
        const char *out; /* must be in it */
        const char *err;
    } CASES[] = {
        { "sum 1 2", 0, "tổng = 3", "" },
        { "sum -t 3 1 2", 0, "tổng = 9", "" },
        { "--lang en sum --times=2 1 2", 0, "sum = 6", "" },
        { "sum 1 2 --lang=en", 0, "sum = 3", "" },
        { "sum 1", 2, "", "[E114]" },
        { "sum 1 2 3", 2, "", "\"3\"" },
        { "sum --times=x 1 2", 2, "", "--times=x (1..9)" },
        { "sum --times=10 1 2", 2, "", "--times=10 (1..9)" },
        { "sum --wrong 1 2", 2, "", "--wrong" },
        { "smu 1 2", 2, "", "smu (sum?)" },
        { "--lang xx sum 1 2", 2, "", "--lang=xx (vi, en)" },
        { "", 2, "cộng hai số", "" },
        { "--help", 0, "Các lệnh", "" },
        { "sum --help", 0, "--times=N", "" },
        { "--version", 0, "prog 1.2", "" },
        { "sum --fail=x 1 2", 5, "", "trái quy tắc của bảng: x" },
        { "--lang=en sum --fail=x 1 2", 5, "", "What to do" },
        { "sum --json 1 2", 0, "\"sum\": 3", "" },
        { "sum --json --fail=x 1 2", 5, "\"code\": \"E202\"", "" },
        { "--json nothing", 2, "\"code\": \"E114\"", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct printed printed;
        long live = test_mem_live();

        run(&printed, CASES[i].line);
        if (printed.code != CASES[i].code || strstr(printed.out, CASES[i].out) == NULL ||
                strstr(printed.err, CASES[i].err) == NULL)
            fail_msg("\"%s\": %d\n%s\n%s", CASES[i].line, printed.code, printed.out, printed.err);
        if (strstr(CASES[i].line, "json") != NULL)
            assert_string_equal(printed.err, "");
        assert_int_equal(test_mem_live(), live);
    }
}

static const struct cli_column COLUMNS[] = {
    { "unit", { "Đơn vị", "Unit" }, false, true },
    { "points_c", { "Điểm", "Points" }, true, false },
    { "grade", { "Xếp loại", "Grade" }, false, false },
};

static void fill(struct cli_table *table)
{
    char text[40];

    cli_table_str(table, "Xã Bạch Lưu");
    cli_table_both(
            table, cli_show_points(table->cli, 9239, text, sizeof(text)), json_integer(9239));
    cli_table_str(table, "Xuất sắc");
    cli_table_str(table, "Đồng Quế");
    cli_table_both(table, cli_show_points(table->cli, -50, text, sizeof(text)), json_integer(-50));
    cli_table_str(table, NULL);
}

static void cli_table__aligns_vietnamese(void **state)
{
    struct cli cli = { 0 };
    struct cli_table table;
    FILE *out = tmpfile();
    int saved = dup(1);
    char text[1024];

    (void)state;
    cli_table_init(&table, &cli, COLUMNS, 3);
    fill(&table);
    swap_stream(stdout, fileno(out));
    assert_int_equal(cli_table_print(&table, "rows", NULL), TQ_OK);
    swap_stream(stdout, saved);
    close(saved);
    slurp(out, text, sizeof(text));
    assert_string_equal(text, "Đơn vị        Điểm  Xếp loại\n"
                              "Xã Bạch Lưu  92,39  Xuất sắc\n"
                              "Đồng Quế     -0,50\n");
    cli_table_deinit(&table);
}

static const char WORD[] = "dữ liệu ";

static void cli_table_blocks__fold_at_100_columns(void **state)
{
    struct cli cli = { 0 };
    struct cli_table table;
    FILE *out = tmpfile();
    int saved = dup(1);
    char text[2048];
    char note[400] = "";

    (void)state;
    for (int i = 0; i < 30; i++)
        memcpy(note + (size_t)i * strlen(WORD), WORD, strlen(WORD) + 1);
    note[strlen(note) - 1] = '\0';
    cli_table_init(&table, &cli, COLUMNS, 3);
    fill(&table);
    cli_table_str(&table, note);
    cli_table_str(&table, NULL);
    cli_table_str(&table, "Tốt");
    swap_stream(stdout, fileno(out));
    assert_int_equal(cli_table_print_blocks(&table, "rows", NULL), TQ_OK);
    swap_stream(stdout, saved);
    close(saved);
    slurp(out, text, sizeof(text));
    assert_non_null(strstr(text, "  1. Đơn vị:   Xã Bạch Lưu\n     Điểm:     92,39\n"));
    assert_non_null(strstr(text, "\n  2. Đơn vị:   Đồng Quế\n     Điểm:     -0,50\n\n  3. "));
    assert_non_null(strstr(text, "dữ liệu\n               dữ liệu"));
    assert_non_null(strstr(text, "\n     Xếp loại: Tốt\n"));
    for (char *at = text, *end; (end = strchr(at, '\n')) != NULL; at = end + 1)
        assert_true(tq_text_width(tq_slice_of(at, (size_t)(end - at))) <= 100);
    cli_table_deinit(&table);
}

static void cli_table__leaves_out_what_is_empty_when_asked(void **state)
{
    struct cli cli = { 0 };
    struct cli_table table;
    FILE *out = tmpfile();
    int saved = dup(1);
    char text[1024];

    (void)state;
    cli_table_init(&table, &cli, COLUMNS, 3);
    table.drop_empty = true;
    cli_table_str(&table, "Xã Bạch Lưu");
    cli_table_str(&table, NULL);
    cli_table_str(&table, "Tốt");
    swap_stream(stdout, fileno(out));
    assert_int_equal(cli_table_print(&table, "rows", NULL), TQ_OK);
    swap_stream(stdout, saved);
    close(saved);
    slurp(out, text, sizeof(text));
    assert_string_equal(text, "Đơn vị       Xếp loại\n"
                              "Xã Bạch Lưu  Tốt\n");
    cli_table_deinit(&table);
}

static void cli_table__says_to_a_page_what_people_read(void **state)
{
    struct cli cli = { .json = true, .texts = true, .result = json_object() };
    struct cli_table table;
    json_t *row;

    (void)state;
    cli_table_init(&table, &cli, COLUMNS, 3);
    cli_table_both(&table, "Xã Bạch Lưu", json_string("08779"));
    cli_table_int(&table, 3);
    cli_table_both(&table, "", json_string("good"));
    assert_int_equal(cli_table_print(&table, "rows", NULL), TQ_OK);
    row = json_array_get(json_object_get(cli.result, "rows"), 0);
    assert_string_equal(json_string_value(json_object_get(row, "unit")), "08779");
    assert_string_equal(json_string_value(json_object_get(row, "unit_text")), "Xã Bạch Lưu");
    assert_int_equal(json_object_size(row), 4);
    cli_table_deinit(&table);
    json_decref(cli.result);
}

static void cli_table__has_stable_keys_in_json(void **state)
{
    struct cli cli = { .json = true, .result = json_object() };
    struct cli_table table;
    json_t *row;

    (void)state;
    cli_table_init(&table, &cli, COLUMNS, 3);
    fill(&table);
    assert_int_equal(cli_table_print(&table, "rows", NULL), TQ_OK);
    row = json_array_get(json_object_get(cli.result, "rows"), 0);
    assert_int_equal(json_integer_value(json_object_get(row, "points_c")), 9239);
    assert_string_equal(json_string_value(json_object_get(row, "unit")), "Xã Bạch Lưu");
    row = json_array_get(json_object_get(cli.result, "rows"), 1);
    assert_true(json_is_null(json_object_get(row, "grade")));
    cli_table_deinit(&table);
    json_decref(cli.result);
}

/* A cell whose text had no memory is no empty cell. */
static void cli_table__fails_by_a_text_that_had_no_memory(void **state)
{
    (void)state;
    for (int both = 0; both < 2; both++)
        for (int json = 0; json < 2; json++) {
            struct cli cli = { .json = json == 1, .result = json_object() };
            struct cli_table table;
            struct tq_buf text;

            cli_table_init(&table, &cli, COLUMNS, 1);
            tq_buf_init(&text, 0);
            test_mem_fail_after(0, false);
            tq_buf_append_str(&text, "đã thẩm định");
            test_mem_fail_after(-1, false);
            if (both == 1)
                cli_table_both_buf(&table, &text, json_string("verified"));
            else
                cli_table_text_buf(&table, &text);
            assert_int_equal(cli_table_print(&table, "rows", NULL), TQ_NOMEM);
            assert_null(cli_json_buf(&text));
            assert_true(cli_json_take_short());
            tq_buf_deinit(&text);
            cli_table_deinit(&table);
            json_decref(cli.result);
        }
}

static void cli_show__speaks_vietnamese_numbers_and_dates(void **state)
{
    struct cli cli = { 0 };
    char text[40];

    (void)state;
    assert_string_equal(cli_show_number(&cli, 1234567, text, sizeof(text)), "1.234.567");
    assert_string_equal(cli_show_number(&cli, -200, text, sizeof(text)), "-200");
    assert_string_equal(
            cli_show_date(&cli, tq_slice_str("2020-11-15"), text, sizeof(text)), "15/11/2020");
    /* 2020-11-14T17:00:00Z is midnight of the 15th in Viet Nam. */
    assert_string_equal(
            cli_show_instant(&cli, INT64_C(1605373200000), text, sizeof(text)), "00:00 15/11/2020");
    cli.lang = TQ_LANG_EN;
    assert_string_equal(cli_show_number(&cli, 1234567, text, sizeof(text)), "1,234,567");
    assert_string_equal(
            cli_show_instant(&cli, INT64_C(951782399000), text, sizeof(text)), "2000-02-29 06:59");
}

static const struct cli_setting SETTINGS[] = {
    { "server", CLI_SETTING_TEXT, 0, 0, "", { "máy chủ", "server" } },
    { "port", CLI_SETTING_NUMBER, 1, 65535, "7311", { "cổng", "port" } },
    { "nightly", CLI_SETTING_TIME, 0, 0, "22:30", { "giờ", "time" } },
    { "broadcast", CLI_SETTING_FLAG, 0, 0, "yes", { "nghe", "listen" } },
    { NULL, CLI_SETTING_TEXT, 0, 0, NULL, { NULL, NULL } },
};

static tq_status load(
        const char *dir, const char *text, struct cli_config **out, struct tq_error *err)
{
    char path[160];

    snprintf(path, sizeof(path), "%s/tuquan.ini", dir);
    if (text != NULL)
        assert_int_equal(tq_file_replace(path, tq_slice_str(text), false, NULL), TQ_OK);
    return cli_config_load(out, path, SETTINGS, err);
}

static void cli_config__names_the_line_that_is_wrong(void **state)
{
    static const struct {
        const char *text;
        const char *facts;
    } CASES[] = {
        { "port = 80\nprot = 81\n", "tuquan.ini:2: không có mục cấu hình tên prot (= 81)" },
        { "; note\n\nport = 70000\n", "tuquan.ini:3: port = 70000 (1..65535)" },
        { "port = 80x\n", "tuquan.ini:1: port = 80x (1..65535)" },
        { "nightly = 25:00\n", "tuquan.ini:1: nightly = 25:00 (HH:MM)" },
        { "broadcast = maybe\n", "tuquan.ini:1: broadcast = maybe (yes, no)" },
        { "port = 80\nport = 81\n", "tuquan.ini:2: port (2x)" },
        { "[sync]\nport = 80\n", "tuquan.ini:2: [sync]" },
        { "port\n", "tuquan.ini:1: ?" },
        { "server = B\xb9"
          "ch\n",
                "tuquan.ini:1: UTF-8?" },
    };
    char dir[128];

    (void)state;
    tmp_make(dir, sizeof(dir));
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct cli_config *config;
        struct tq_error err = { 0 };

        assert_int_equal(load(dir, CASES[i].text, &config, &err), TQ_CONFIG);
        assert_null(config);
        if (strstr(err.msg, CASES[i].facts) == NULL)
            fail_msg("%s: %s", CASES[i].text, err.msg);
    }
    tmp_remove(dir);
}

static tq_status load_two(void *fixture, struct tq_error *err)
{
    struct cli_config *config;
    tq_status rc = load(fixture, "server = tcp://huyen:1\nport = 12\n", &config, err);

    assert_true(rc != TQ_OK || cli_config_number(config, "port") == 12);
    cli_config_free(config);
    return rc;
}

static tq_status print_code(void *fixture, struct tq_error *err)
{
    struct tq_buf out;
    tq_status rc;

    (void)fixture;
    tq_buf_init(&out, 0);
    rc = cli_qr_append(&out, "TQ1-ABCDEFGH", true, err);
    assert_true(rc != TQ_OK || out.len > 500);
    tq_buf_deinit(&out);
    return rc;
}

static void cli__says_that_there_is_no_memory(void **state)
{
    static const struct torture CASES[] = {
        { "config", load_two, NULL, NULL, false },
        { "code", print_code, NULL, NULL, false },
    };
    char dir[64];

    (void)state;
    tmp_make(dir, sizeof(dir));
    torture(dir, CASES, sizeof(CASES) / sizeof(CASES[0]));
    tmp_remove(dir);
}

static void cli_config__environment_goes_before_the_file(void **state)
{
    struct cli_config *config;
    struct tq_error err = { 0 };
    char dir[128];

    (void)state;
    tmp_make(dir, sizeof(dir));
    assert_int_equal(load(dir, NULL, &config, &err), TQ_OK);
    assert_int_equal(cli_config_number(config, "port"), 7311);
    assert_int_equal(cli_config_number(config, "nightly"), 22 * 60 + 30);
    cli_config_free(config);
    assert_int_equal(
            load(dir, "\xef\xbb\xbfserver = 10.0.0.1\r\nport = 80\r\nbroadcast = không\r\n",
                    &config, &err),
            TQ_OK);
    assert_string_equal(cli_config_text(config, "server"), "10.0.0.1");
    assert_int_equal(cli_config_number(config, "port"), 80);
    assert_int_equal(cli_config_number(config, "broadcast"), 0);
    cli_config_free(config);
    setenv("TUQUAN_PORT", "81", 1);
    assert_int_equal(load(dir, NULL, &config, &err), TQ_OK);
    assert_int_equal(cli_config_number(config, "port"), 81);
    cli_config_free(config);
    setenv("TUQUAN_PORT", "none", 1);
    assert_int_equal(load(dir, NULL, &config, &err), TQ_CONFIG);
    assert_non_null(strstr(err.msg, "TUQUAN_PORT = none (1..65535)"));
    unsetenv("TUQUAN_PORT");
    tmp_remove(dir);
}

/* The modules of one line of half blocks: two rows. */
static size_t read_halves(const char **at, bool *upper, bool *lower)
{
    size_t n = 0;

    for (; **at != '\n'; n++) {
        const unsigned char *c = (const unsigned char *)*at;
        bool block = c[0] == 0xe2 && c[1] == 0x96;

        assert_true(c[0] == ' ' || (block && (c[2] == 0x80 || c[2] == 0x84 || c[2] == 0x88)));
        upper[n] = block && (c[2] == 0x80 || c[2] == 0x88);
        lower[n] = block && (c[2] == 0x84 || c[2] == 0x88);
        *at += block ? 3 : 1;
    }
    (*at)++;
    return n;
}

static void cli_qr__shows_the_modules_of_the_code_inside_a_quiet_zone(void **state)
{
    const char *text = "TQ1-0123456789ABCDEFGHJKMNPQRSTVWXYZ-tcp://10.0.0.1:7300";
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
    size_t width = (size_t)code->width + 2 * (size_t)CLI_QR_QUIET;
    struct tq_error err = { 0 };
    struct tq_buf out;
    const char *at;
    bool rows[2][200];

    (void)state;
    tq_buf_init(&out, 0);
    assert_int_equal(cli_qr_append(&out, text, false, &err), TQ_OK);
    tq_buf_append_u8(&out, '\0');
    at = (const char *)out.data;
    for (size_t row = 0; row < width; row++) {
        if (row % 2 == 0)
            assert_int_equal(read_halves(&at, rows[0], rows[1]), width);
        for (size_t column = 0; column < width; column++) {
            size_t y = row - CLI_QR_QUIET;
            size_t x = column - CLI_QR_QUIET;
            bool inside = y < (size_t)code->width && x < (size_t)code->width;

            assert_int_equal(rows[row % 2][column],
                    inside && (code->data[y * (size_t)code->width + x] & 1) != 0);
        }
    }
    assert_int_equal(*at, '\0');
    tq_buf_deinit(&out);
    QRcode_free(code);
}

/* Each dark module is in one of the runs "Mx yhNv1h-Nz" of the picture, and nothing else is. */
static void cli_qr_image__draws_the_modules_of_the_code(void **state)
{
    const char *text = "otpauth://totp/TuQuan:an?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
    bool drawn[100][100] = { { false } };
    struct tq_buf out;
    const char *at;

    (void)state;
    tq_buf_init(&out, 0);
    assert_int_equal(cli_qr_image(&out, text, NULL), TQ_OK);
    tq_buf_append_u8(&out, '\0');
    at = strstr((const char *)out.data, "#000");
    assert_non_null(at);
    assert_non_null(strstr(at, "</svg>"));
    while ((at = strchr(at + 1, 'M')) != NULL) {
        char *rest;
        long x = strtol(at + 1, &rest, 10);
        long y = strtol(rest, &rest, 10);
        long n = *rest == 'h' ? strtol(rest + 1, &rest, 10) : 0;

        assert_true(n > 0 && strncmp(rest, "v1", 2) == 0);
        for (long i = 0; i < n; i++)
            drawn[y - (long)CLI_QR_QUIET][x - (long)CLI_QR_QUIET + i] = true;
    }
    for (int y = 0; y < code->width; y++)
        for (int x = 0; x <= code->width; x++)
            assert_int_equal(
                    drawn[y][x], x < code->width && (code->data[y * code->width + x] & 1) != 0);
    tq_buf_deinit(&out);
    QRcode_free(code);
}

static void cli_qr__brings_its_own_colours_to_a_screen_and_has_a_limit(void **state)
{
    struct tq_error err = { 0 };
    struct tq_buf out;
    char *large = calloc(1, 4001);

    (void)state;
    tq_buf_init(&out, 0);
    assert_int_equal(cli_qr_append(&out, "x", true, &err), TQ_OK);
    tq_buf_append_u8(&out, '\0');
    for (const char *at = (const char *)out.data; *at != '\0'; at = strchr(at, '\n') + 1) {
        assert_memory_equal(at, "\033[30;107m", 9);
        assert_memory_equal(strchr(at, '\n') - 4, "\033[0m", 4);
    }
    memset(large, 'x', 4000);
    assert_int_equal(cli_qr_append(&out, large, false, &err), TQ_TOO_LARGE);
    free(large);
    tq_buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cli_main__gives_the_exit_code_of_each_failure),
        cmocka_unit_test(cli_table__aligns_vietnamese),
        cmocka_unit_test(cli_table_blocks__fold_at_100_columns),
        cmocka_unit_test(cli_table__leaves_out_what_is_empty_when_asked),
        cmocka_unit_test(cli_table__says_to_a_page_what_people_read),
        cmocka_unit_test(cli_table__has_stable_keys_in_json),
        cmocka_unit_test(cli_table__fails_by_a_text_that_had_no_memory),
        cmocka_unit_test(cli_show__speaks_vietnamese_numbers_and_dates),
        cmocka_unit_test(cli_config__names_the_line_that_is_wrong),
        cmocka_unit_test(cli_config__environment_goes_before_the_file),
        cmocka_unit_test(cli__says_that_there_is_no_memory),
        cmocka_unit_test(cli_qr__shows_the_modules_of_the_code_inside_a_quiet_zone),
        cmocka_unit_test(cli_qr_image__draws_the_modules_of_the_code),
        cmocka_unit_test(cli_qr__brings_its_own_colours_to_a_screen_and_has_a_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
