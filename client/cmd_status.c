/* cmd_status.c - status: "Máy đã gửi lên huyện chưa?" */
#include <inttypes.h>
#include <stdio.h>

#include "agent.h"
#include "app.h"
#include "border.h"
#include "commands.h"
#include "standing.h"
#include "tuquan/office_agent.h"
#include "status_values.h"
#include "sync_report.h"
#include "tuquan/office_store.h"
#include "tuquan/office_view.h"
#include "tuquan/reason.h"
#include "tuquan/text.h"
#include "tuquan/words.h"

#define MAX_WAITING 20u
#define LABEL_COLUMNS 24u

static const struct cli_option OPTIONS[] = {
    { "all", 'a', NULL,
            { "mọi dòng đang chờ, không chỉ 20 dòng đầu", "every waiting row, not the first 20" } },
    { "values", 'v', NULL,
            { "của từng ô đang chờ: giá trị trên máy này và giá trị ở huyện",
                    "of each waiting cell: the value here and the district's" } },
    { NULL, 0, NULL, { NULL, NULL } },
};

static const struct cli_column COLUMNS[] = {
    { "table", { "Bảng", "Table" }, false, false },
    { "row", { "Dòng", "Row" }, false, true },
    { "cells", { "Số ô", "Cells" }, true, false },
    { "state", { "Tình trạng", "State" }, false, false },
    { "why", { "Vì sao", "Why" }, false, true },
};

/* "  label:   text", the texts under one another. */
static void put_text(const struct cli *cli, const char *label, const char *text)
{
    size_t width = tq_text_width(tq_slice_str(label));
    int gap = width < LABEL_COLUMNS ? (int)(LABEL_COLUMNS - width) : 0;

    cli_print(cli, "  %s%*s%s", label, gap, "", text);
}

static void put_instant(
        struct cli *cli, const char *key, const char *label, int64_t at_ms, const char *never)
{
    char text[40];

    cli_json_set(cli, key, at_ms != 0 ? json_integer(at_ms) : json_null());
    put_text(cli, label, at_ms != 0 ? cli_show_instant(cli, at_ms, text, sizeof(text)) : never);
}

/* Why the next sync is when it is. */
static const char *next_word(const struct cli *cli, tq_backoff_reason reason, const char **code)
{
    static const struct {
        const char *code;
        struct cli_text text;
    } WORDS[] = {
        [TQ_BACKOFF_ASKED] = { "asked", { "được yêu cầu", "asked for" } },
        [TQ_BACKOFF_FIRST] = { "first", { "chưa tải xong lần đầu", "the first load" } },
        [TQ_BACKOFF_SLOT] = { "slot", { "giờ đồng bộ ban đêm", "the nightly slot" } },
        [TQ_BACKOFF_MISSED] = { "missed", { "lỡ giờ đồng bộ ban đêm", "the slot was missed" } },
        [TQ_BACKOFF_WAITING] = { "waiting", { "có thay đổi chờ gửi", "changes wait" } },
        [TQ_BACKOFF_GAP] = { "gap", { "lỡ một bản phát sóng", "a broadcast was missed" } },
        [TQ_BACKOFF_FAILED] = { "failed", { "thử lại sau lần lỗi", "again after a failure" } },
        [TQ_BACKOFF_COME_BACK] = { "come_back", { "huyện hẹn", "named by the district" } },
        [TQ_BACKOFF_CROWD] = { "crowd", { "giãn ra cho đỡ dồn", "spread" } },
    };
    size_t i = (size_t)reason < sizeof(WORDS) / sizeof(WORDS[0]) && WORDS[reason].code != NULL
                       ? (size_t)reason
                       : TQ_BACKOFF_SLOT;

    *code = WORDS[i].code;
    return cli_say(cli, WORDS[i].text.vi, WORDS[i].text.en);
}

static void print_memory(struct cli *cli, const struct tq_agent_memory *memory)
{
    char told[sizeof(memory->last_error)];
    char text[40];

    cli_json_set(cli, "failures", json_integer(memory->failures));
    cli_json_set(cli, "needs_person", json_boolean(tq_agent_needs_person(memory)));
    tq_word_retell(tq_catalogue_current(), memory->last_error, cli->lang, told, sizeof(told));
    cli_json_set(cli, "last_error", told[0] != '\0' ? json_string(told) : json_null());
    snprintf(text, sizeof(text), "%" PRIu64, memory->news_seq);
    cli_json_set(cli, "news_seq", json_string(text));
    if (memory->last_error[0] != '\0')
        cli_print(cli,
                CLI_SAY(cli, "  Lần thử gần nhất (%s) không thành, %u lần liền: %s",
                        "  The last attempt (%s) failed, %u in a row: %s"),
                cli_show_instant(cli, memory->last_attempt_ms, text, sizeof(text)),
                memory->failures, told);
}

/* What the agent has in mind: its last attempt, the next, the last broadcast. */
static tq_status print_agent(struct app *app, const struct tq_office_facts *facts,
        const struct tq_agent_memory *memory, struct tq_error *err)
{
    struct tq_backoff_decision next;
    struct cli *cli = app->cli;
    char text[40];
    char line[160];
    const char *code;
    const char *word;
    tq_status rc = agent_next(app, (uint32_t)facts->device, &next, err);

    if (rc != TQ_OK)
        return rc;
    put_instant(cli, "news_at", cli_say(cli, "Nhận qua phát sóng:", "Received by broadcast:"),
            memory->news_ms,
            cli_say(cli, "chưa lần nào; không thiếu gì, tin phát sóng nào cũng về khi đồng bộ",
                    "never; nothing is missing, a sync brings all that is broadcast"));
    cli_json_set(cli, "last_attempt_at",
            memory->last_attempt_ms != 0 ? json_integer(memory->last_attempt_ms) : json_null());
    cli_json_set(cli, "last_success_at",
            memory->last_success_ms != 0 ? json_integer(memory->last_success_ms) : json_null());
    word = next_word(cli, next.reason, &code);
    cli_json_set(cli, "next_attempt_at", json_integer(next.at_ms));
    cli_json_set(cli, "next_reason", json_string(code));
    snprintf(line, sizeof(line),
            CLI_SAY(cli, "%s (%s; cần `run` đang chạy)", "%s (%s; while `run` is running)"),
            next.sync_now ? cli_say(cli, "ngay", "now")
                          : cli_show_instant(cli, next.at_ms, text, sizeof(text)),
            word);
    put_text(cli, cli_say(cli, "Đồng bộ lần tới:", "Next sync:"), line);
    print_memory(cli, memory);
    return TQ_OK;
}

static const char *state_word(const struct cli *cli, const struct tq_waiting *waiting)
{
    if (waiting->state == 2 && !waiting->sealed && waiting->reason != 0)
        return cli_say(cli, "đã sửa, chờ gửi lại", "corrected, waits to be sent");
    if (waiting->state == 0 && waiting->sealed)
        return cli_say(cli, "đã đóng gói, chờ biên nhận", "sealed, waits for its receipt");
    return app_sync_word(cli, waiting->state);
}

static tq_status print_waiting(
        struct app *app, const struct tq_office_facts *facts, struct tq_error *err)
{
    int64_t all = facts->rows_waiting;
    struct cli *cli = app->cli;
    struct tq_waiting *rows;
    struct cli_table out;
    size_t n;
    tq_status rc = tq_office_waiting(app->db,
            cli_option(cli, "all") != NULL ? INT32_MAX : MAX_WAITING, app->arena, &rows, &n, err);

    if (rc != TQ_OK)
        return rc;
    cli_table_init(&out, cli, COLUMNS, 5);
    for (size_t i = 0; rc == TQ_OK && i < n; i++) {
        struct tq_slice name = { NULL, 0 };
        json_t *row;

        if (rows[i].table == NULL)
            continue;
        rc = app_row_name(app, rows[i].table, rows[i].key, &name, err);
        cli_table_both(
                &out, tq_word_of_table(rows[i].table, cli->lang), json_string(rows[i].table->name));
        row = json_object();
        json_object_set_new(row, "name", json_stringn((const char *)name.data, name.len));
        json_object_set_new(row, "key", app_key_json(rows[i].table, rows[i].key));
        cli_table_both_text(&out, name, row);
        cli_table_int(&out, rows[i].cells);
        cli_table_both(&out, state_word(cli, &rows[i]), json_string(app_sync_code(rows[i].state)));
        if (rows[i].reason != 0)
            cli_table_both(&out, tq_reason_sentence((tq_reason)rows[i].reason, cli->lang),
                    json_string(tq_reason_code((tq_reason)rows[i].reason)));
        else
            cli_table_str(&out, NULL);
    }
    if (rc == TQ_OK && n > 0)
        cli_print(cli, "%s", "");
    if (rc == TQ_OK)
        rc = cli_table_print(&out, "waiting", err);
    if (rc == TQ_OK && all > (int64_t)n)
        cli_print(cli,
                CLI_SAY(cli, "... và %" PRId64 " dòng nữa (status --all)",
                        "... and %" PRId64 " more rows (status --all)"),
                all - (int64_t)n);
    cli_table_deinit(&out);
    if (rc == TQ_OK && cli_option(cli, "values") != NULL)
        rc = status_print_values(app, rows, n, err);
    return rc;
}

static void print_facts(
        struct cli *cli, const struct tq_office_facts *facts, const struct tq_agent_memory *memory)
{
    const char *never = cli_say(cli, "chưa có", "never");
    enum standing where = standing_of(facts, memory);

    cli_print(cli, "%.*s%s%.*s", (int)facts->unit_name.len, (const char *)facts->unit_name.data,
            facts->district_name.len > 0 ? " - " : "", (int)facts->district_name.len,
            facts->district_name.len > 0 ? (const char *)facts->district_name.data : "");
    cli_print(cli, "%s\n", standing_sentence(cli, where));
    put_instant(cli, "last_sent_at", cli_say(cli, "Gửi lần cuối:", "Last sent:"),
            facts->last_sent_at, never);
    put_instant(cli, "last_confirmed_at", cli_say(cli, "Huyện xác nhận:", "Last confirmed:"),
            facts->last_confirmed_at, never);
    put_instant(cli, "waiting_since", cli_say(cli, "Chờ gửi từ:", "Waiting since:"),
            facts->waiting_since, cli_say(cli, "không có gì chờ", "nothing waits"));
    cli_json_set(cli, "came_back_at",
            facts->came_back_at != 0 ? json_integer(facts->came_back_at) : json_null());
    put_instant(cli, "equal_at", cli_say(cli, "Khớp với huyện lúc:", "Equal to the district:"),
            facts->equal_at, never);
    if (facts->equal_at != 0)
        cli_print(cli, "    %s", app_read_how(cli, facts->equal_at, facts->read_every_row_at));
    cli_json_set(cli, "read_every_row_at",
            facts->read_every_row_at != 0 ? json_integer(facts->read_every_row_at) : json_null());
    put_instant(cli, "last_received_at", cli_say(cli, "Nhận qua đồng bộ:", "Received by sync:"),
            facts->last_received_at, never);
    cli_json_set(cli, "verdict", json_string(standing_sentence(cli, where)));
    cli_json_set(cli, "green", json_boolean(where == STANDING_GREEN));
    cli_json_set(cli, "standing", json_string(standing_code(where)));
    cli_json_set(cli, "tone", json_string(standing_tone(where, facts)));
}

/* What waits, and what came back. */
static void print_counts(const struct cli *cli, const struct tq_office_facts *facts)
{
    cli_print(cli,
            CLI_SAY(cli,
                    "  Chờ: %" PRId64 " dòng (%" PRId64 " thay đổi chưa đóng gói, %" PRId64
                    " gói chờ biên nhận)",
                    "  Waiting: %" PRId64 " rows (%" PRId64 " changes not sealed, %" PRId64
                    " sets without a receipt)"),
            facts->rows_open, facts->changes_unsealed, facts->sets_waiting);
    if (facts->rows_held + facts->rows_returned + facts->rows_requested > 0)
        cli_print(cli,
                CLI_SAY(cli,
                        "  Tạm giữ: %" PRId64 ", trả lại: %" PRId64 ", chờ huyện quyết: %" PRId64,
                        "  Held: %" PRId64 ", returned: %" PRId64 ", requested: %" PRId64),
                facts->rows_held, facts->rows_returned, facts->rows_requested);
    if (facts->cells_refused > 0)
        cli_print(cli,
                CLI_SAY(cli, "  Huyện không nhận: %" PRId64 " ô (xem inbox)",
                        "  Not taken: %" PRId64 " cells (see inbox)"),
                facts->cells_refused);
    if (facts->reports_returned > 0)
        cli_print(cli,
                CLI_SAY(cli, "  Báo cáo huyện trả lại: %" PRId64, "  Reports returned: %" PRId64),
                facts->reports_returned);
    if (facts->changes_not_backed_up > 0)
        cli_print(cli,
                CLI_SAY(cli,
                        "  %" PRId64 " thay đổi huyện đã xác nhận nhưng chưa có trong bản sao lưu "
                        "nào của huyện",
                        "  %" PRId64 " changes are confirmed but in no backup of the district yet"),
                facts->changes_not_backed_up);
    if (facts->faults > 0)
        cli_print(cli,
                CLI_SAY(cli, "  Sai lệch đã sửa: %" PRId64 " (xem doctor)",
                        "  Differences repaired: %" PRId64 " (see doctor)"),
                facts->faults);
    if (facts->foreign_write)
        cli_print(cli, "  %s",
                cli_say(cli, "Có chương trình khác đã ghi vào tệp dữ liệu.",
                        "Another program has written to the data file."));
}

#define FORK_SHOWN_MS (INT64_C(90) * 24 * 3600 * 1000)

/* For some months: that the file was restored or copied, and what came back. */
static tq_status print_fork(struct app *app, struct tq_error *err)
{
    struct tq_office_store *store;
    struct tq_office_fork fork;
    char text[512];
    tq_status rc = tq_office_store_new(&store, app->db, err);

    if (rc == TQ_OK)
        rc = tq_office_store_ops()->fork_last(store, &fork, err);
    if (rc == TQ_OK && fork.incarnation != 0 && app_now(app) - fork.at_ms < FORK_SHOWN_MS) {
        sync_report_fork(app->cli, &fork, text, sizeof(text));
        cli_print(app->cli, "  %s", text);
    }
    if (store != NULL)
        tq_office_store_free(store);
    return rc;
}

static void put_json(struct cli *cli, const struct tq_office_facts *facts)
{
    cli_json_set(cli, "unit", json_stringn((const char *)facts->unit.data, facts->unit.len));
    cli_json_set(cli, "unit_name",
            json_stringn((const char *)facts->unit_name.data, facts->unit_name.len));
    cli_json_set(cli, "joined", json_boolean(facts->joined));
    cli_json_set(cli, "loading", json_boolean(facts->loading));
    cli_json_set(cli, "device", json_integer(facts->device));
    cli_json_set(cli, "incarnation", json_integer(facts->incarnation));
    cli_json_set(cli, "changes_unsealed", json_integer(facts->changes_unsealed));
    cli_json_set(cli, "rows_waiting", json_integer(facts->rows_waiting));
    cli_json_set(cli, "rows_held", json_integer(facts->rows_held));
    cli_json_set(cli, "rows_returned", json_integer(facts->rows_returned));
    cli_json_set(cli, "rows_requested", json_integer(facts->rows_requested));
    cli_json_set(cli, "cells_refused", json_integer(facts->cells_refused));
    cli_json_set(cli, "sets_waiting", json_integer(facts->sets_waiting));
    cli_json_set(cli, "sets_confirmed", json_integer(facts->sets_confirmed));
    cli_json_set(cli, "changes_not_backed_up", json_integer(facts->changes_not_backed_up));
    cli_json_set(cli, "conflicts_open", json_integer(facts->conflicts_open));
    cli_json_set(cli, "requests_open", json_integer(facts->requests_open));
    cli_json_set(cli, "reports_returned", json_integer(facts->reports_returned));
    cli_json_set(cli, "held_open", json_integer(facts->held_open));
    cli_json_set(cli, "faults", json_integer(facts->faults));
    cli_json_set(cli, "foreign_write", json_boolean(facts->foreign_write));
    /* Sequences are 64 bits: text in JSON (sync.md section 7). */
    if (facts->equal_as_of != 0) {
        char text[24];

        snprintf(text, sizeof(text), "%" PRId64, facts->equal_as_of);
        cli_json_set(cli, "equal_as_of", json_string(text));
    }
}

/* What stands as sent, and does not cross. */
static tq_status print_stopped(struct app *app, struct tq_error *err)
{
    struct cli *cli = app->cli;
    size_t count;
    tq_status rc = border_stopped(app, NULL, NULL, &count, err);

    if (rc != TQ_OK)
        return rc;
    cli_json_set(cli, "border_stopped", json_integer((json_int_t)count));
    if (count > 0)
        cli_print(cli,
                CLI_SAY(cli, "  Giáp ranh: %zu dòng đã gửi không sang được bên bạn (xem today).",
                        "  Border: %zu rows were sent and do not cross (see today)."),
                count);
    return TQ_OK;
}

static tq_status run(struct cli *cli, struct tq_error *err)
{
    struct app app;
    struct tq_office_facts facts;
    struct tq_agent_memory memory;
    tq_status rc = app_open(&app, cli, err);

    if (rc == TQ_OK)
        rc = tq_db_begin_read(app.db, err);
    if (rc == TQ_OK)
        rc = tq_office_facts_read(app.db, app.arena, &facts, err);
    if (rc == TQ_OK)
        rc = tq_agent_get(app.db, &memory, err);
    if (rc == TQ_OK) {
        put_json(cli, &facts);
        print_facts(cli, &facts, &memory);
        if (facts.joined)
            rc = print_agent(&app, &facts, &memory, err);
        print_counts(cli, &facts);
        if (rc == TQ_OK)
            rc = print_stopped(&app, err);
        if (rc == TQ_OK)
            rc = print_fork(&app, err);
        if (rc == TQ_OK)
            rc = print_waiting(&app, &facts, err);
    }
    if (app.db != NULL)
        tq_db_rollback(app.db);
    app_close(&app);
    return rc;
}

const struct cli_command CMD_STATUS = {
    .name = "status",
    .summary = { "máy đã gửi lên huyện chưa: gửi, xác nhận, nhận về, còn chờ gì, vì sao",
            "what was sent, confirmed and received, what waits and why" },
    .options = OPTIONS,
    .run = run,
};
