#include "sync_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/table.h"

static void set(struct cli *cli, const char *key, uint64_t value)
{
    cli_json_set(cli, key, json_integer((json_int_t)value));
}

static void numbers(struct cli *cli, const struct tq_office_result *r)
{
    char seq[24];

    set(cli, "sets_sent", r->progress.sets_confirmed);
    set(cli, "sets_confirmed", r->progress.sets_confirmed);
    set(cli, "changes_sent", r->changes_answered);
    set(cli, "changes_waiting", r->changes_sent - r->changes_answered);
    set(cli, "accepted", r->accepted);
    set(cli, "superseded", r->superseded);
    set(cli, "held", r->held);
    set(cli, "refused", r->refused);
    set(cli, "requested", r->requested);
    set(cli, "rows_received", r->progress.rows_received);
    set(cli, "rows_repaired", r->progress.rows_repaired);
    set(cli, "round_trips", r->round_trips);
    set(cli, "bytes_sent", r->bytes_sent);
    set(cli, "bytes_received", r->bytes_received);
    set(cli, "messages_unreadable", r->messages_unreadable);
    snprintf(seq, sizeof(seq), "%" PRIu64, r->equal_as_of);
    cli_json_set(cli, "equal_as_of", json_string(seq));
    cli_json_set(cli, "equal", json_boolean(r->equal_as_of != 0));
    cli_json_set(cli, "read_every_row", json_boolean(r->every_row));
}

void sync_report_fork(struct cli *cli, const struct tq_office_fork *fork, char *out, size_t size)
{
    uint64_t back = fork->lost > fork->again ? fork->lost - fork->again : 0;
    char when[40];

    cli_show_instant(cli, fork->since_ms, when, sizeof(when));
    out[0] = '\0';
    if (fork->incarnation == 0)
        return;
    if (fork->kind == TQ_FORK_REBOUND)
        snprintf(out, size, "%s",
                cli_say(cli, "Tệp này nay thuộc máy mới vì máy cũ mất khóa; không mất dữ liệu nào.",
                        "This file is now a new device's, for the old one lost its keys; no data "
                        "is lost."));
    else if (fork->kind == TQ_FORK_COPIED)
        snprintf(out, size,
                CLI_SAY(cli,
                        "Tệp này là bản sao, tách ra từ %s; %" PRIu64
                        " thay đổi của bản kia đã lấy về từ huyện. Cả hai bản dùng tiếp được.",
                        "This file is a copy, parted at %s; %" PRIu64
                        " changes of the other one came from the district. Both can be used."),
                when, back);
    else
        snprintf(out, size,
                CLI_SAY(cli,
                        "Tệp này được khôi phục từ bản %s; %" PRIu64
                        " thay đổi mới hơn đã lấy lại từ huyện.",
                        "This file was restored from its state of %s; %" PRIu64
                        " newer changes came back from the district."),
                when, back);
    cli_json_set(cli, "fork",
            json_string(fork->kind == TQ_FORK_REBOUND  ? "rebound"
                        : fork->kind == TQ_FORK_COPIED ? "copied"
                                                       : "restored"));
    cli_json_set(cli, "fork_incarnation", json_integer(fork->incarnation));
    cli_json_set(cli, "fork_letter", json_string(fork->letter));
    cli_json_set(cli, "fork_changes_back", json_integer((json_int_t)back));
    cli_json_set(cli, "fork_sentence", json_string(out));
}

/* What happened to the district, in one sentence each. */
void sync_report_district(const struct cli *cli, const struct tq_office_result *r, bool readmitted,
        char *out, size_t size)
{
    char refilled[256] = "";

    if (r->district_restored)
        snprintf(refilled, sizeof(refilled),
                CLI_SAY(cli,
                        "Huyện đã mất một phần dữ liệu; máy này đã gửi lại %" PRIu32
                        " gói cùng biên nhận, không mất gì.",
                        "The district had lost data; this machine brought back %" PRIu32
                        " sets with their receipts, nothing is lost."),
                r->sets_refilled);
    snprintf(out, size, "%s%s%s",
            readmitted
                    ? cli_say(cli,
                              "Huyện đã mất danh sách máy và nhận lại máy này bằng giấy chứng "
                              "nhận.",
                              "The district had lost its list of machines and took this one back "
                              "by its certificate.")
                    : "",
            readmitted && refilled[0] != '\0' ? " " : "", refilled);
}

/* What the district wrote itself and lost. */
static void report_offered(struct cli *cli, const struct tq_office_result *r)
{
    set(cli, "rows_offered", r->rows_offered);
    set(cli, "rows_refused", r->rows_refused);
    if (r->rows_offered > 0)
        cli_print(cli,
                CLI_SAY(cli,
                        "Máy này còn giữ %" PRIu32 " dòng mà huyện đã ghi và đã mất; đã báo huyện, "
                        "chờ cán bộ huyện quyết định.",
                        "This file holds %" PRIu32 " rows that the district wrote and lost; it was "
                        "told, an officer decides."),
                r->rows_offered);
    if (r->rows_refused > 0)
        cli_print(cli,
                CLI_SAY(cli,
                        "Huyện không ghi lại %" PRIu32 " dòng; các dòng đó đã bỏ khỏi máy này.",
                        "The district did not take back %" PRIu32
                        " rows; they are gone from here."),
                r->rows_refused);
}

/* What the link took is sent only once the district answered for it. */
static void report_sent(struct cli *cli, const struct tq_office_result *r)
{
    uint64_t waits = r->changes_sent - r->changes_answered;

    if (r->changes_answered > 0)
        cli_print(cli,
                CLI_SAY(cli, "Đã gửi %" PRIu64 " thay đổi, huyện đã nhận %" PRIu64,
                        "Sent %" PRIu64 " changes, the district took %" PRIu64),
                r->changes_answered, r->accepted);
    if (waits > 0)
        cli_print(cli,
                CLI_SAY(cli, "%" PRIu64 " thay đổi đang chờ gửi: huyện chưa trả lời.",
                        "%" PRIu64 " changes wait to be sent: the district has not answered."),
                waits);
}

void sync_report(struct cli *cli, const struct tq_office_result *r, bool readmitted)
{
    char fork[512];

    numbers(cli, r);
    cli_json_set(cli, "readmitted", json_boolean(readmitted));
    cli_json_set(cli, "district_restored", json_boolean(r->district_restored));
    set(cli, "sets_refilled", r->sets_refilled);
    sync_report_district(cli, r, readmitted, fork, sizeof(fork));
    if (fork[0] != '\0')
        cli_print(cli, "%s", fork);
    report_offered(cli, r);
    if (r->new_incarnation != 0) {
        sync_report_fork(cli, &r->fork, fork, sizeof(fork));
        cli_print(cli, "%s", fork);
    }
    report_sent(cli, r);
    if (r->held > 0)
        cli_print(cli, "  %s: %" PRIu64 "  (tuquan-commune inbox)", cli_say(cli, "tạm giữ", "held"),
                r->held);
    if (r->refused > 0)
        cli_print(cli, "  %s: %" PRIu64 "  (tuquan-commune inbox)",
                cli_say(cli, "trả lại", "returned"), r->refused);
    if (r->superseded > 0)
        cli_print(cli, "  %s: %" PRIu64, cli_say(cli, "có giá trị mới hơn", "superseded"),
                r->superseded);
    if (r->requested > 0)
        cli_print(cli, "  %s: %" PRIu64,
                cli_say(cli, "thành đề nghị đính chính", "made into correction requests"),
                r->requested);
    if (r->progress.rows_received > 0)
        cli_print(cli, "%s %" PRIu64 " %s", cli_say(cli, "Đã nhận", "Received"),
                r->progress.rows_received, cli_say(cli, "dòng", "rows"));
    if (r->progress.rows_repaired > 0)
        cli_print(cli, "%s %" PRIu64 " %s", cli_say(cli, "Đã sửa lại", "Repaired"),
                (uint64_t)r->progress.rows_repaired,
                cli_say(cli, "dòng sai khác với huyện (tuquan-commune doctor)",
                        "rows that differed from the district (tuquan-commune doctor)"));
    if (r->machines_lost)
        cli_print(cli, "%s",
                cli_say(cli, "Tên các máy của xã chưa ghi lại được; lần đồng bộ sau ghi lại.",
                        "The names of the machines are kept at the next sync."));
    if (r->equal_as_of != 0)
        cli_print(cli, "%s (%s)",
                cli_say(cli, "Tệp khớp với huyện", "The file equals the district's"),
                r->every_row ? cli_say(cli, "đọc hết các dòng", "every row read")
                             : cli_say(cli, "cộng phần đổi", "what changed added up"));
    else if (r->complete != 0)
        cli_print(cli, "%s",
                cli_say(cli, "Tệp chưa khớp với huyện; sẽ so lại lần sau.",
                        "The file does not equal the district's yet; it is compared again next "
                        "time."));
}

/* What stands in our own catalogue for this status is not said twice. */
void sync_report_refusal(
        const struct cli *cli, const struct tq_office_result *result, struct tq_error *err)
{
    tq_status status = result->error.status;
    bool en = cli->lang == TQ_LANG_EN;
    const char *text = en ? result->refusal_en : result->refusal_vi;
    const char *next = en ? result->refusal_next_en : result->refusal_next_vi;
    char when[40] = "";

    if (result->refusal == 0 || err == NULL || err->status != status)
        return;
    if (strcmp(text, tq_status_sentence(status, cli->lang)) == 0)
        text = "";
    if (strcmp(next, tq_status_next_step(status, cli->lang)) == 0)
        next = "";
    if (result->retry_at_ms != 0)
        cli_show_instant(cli, result->retry_at_ms, when, sizeof(when));
    tq_error_set(err, status, "%s%s%s%s%s", text, text[0] != '\0' && next[0] != '\0' ? ". " : "",
            next, (text[0] != '\0' || next[0] != '\0') && when[0] != '\0' ? "; " : "", when);
}
