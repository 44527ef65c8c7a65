#include "standing.h"

/* What the district did not take of this machine's work. */
static bool came_back(const struct tq_office_facts *facts)
{
    return facts->rows_returned > 0 || facts->rows_held > 0 || facts->cells_refused > 0 ||
           facts->reports_returned > 0;
}

/* Whatever the district has not confirmed by a receipt. */
static bool waits(const struct tq_office_facts *facts)
{
    return facts->rows_open > 0 || facts->changes_unsealed > 0 || facts->sets_waiting > 0;
}

enum standing standing_of(const struct tq_office_facts *facts, const struct tq_agent_memory *memory)
{
    if (memory->trouble == TQ_TROUBLE_FILE)
        return STANDING_DAMAGED;
    if (!facts->joined)
        return STANDING_ALONE;
    if (memory->trouble == TQ_TROUBLE_TURNED)
        return STANDING_TURNED;
    if (facts->loading)
        return STANDING_LOADING;
    if (came_back(facts) || facts->conflicts_open > 0 || facts->held_open > 0)
        return STANDING_DECIDE;
    if (memory->trouble == TQ_TROUBLE_ANSWER)
        return STANDING_TRIED;
    if (waits(facts))
        return STANDING_WAITS;
    if (facts->rows_requested > 0 || facts->requests_open > 0)
        return STANDING_REQUESTED;
    return STANDING_GREEN;
}

const char *standing_sentence(const struct cli *cli, enum standing where)
{
    switch (where) {
    case STANDING_DAMAGED:
        return cli_say(cli,
                "Tệp dữ liệu trên máy này bị hỏng: đừng nhập thêm, lấy lại từ bản sao lưu "
                "(restore).",
                "The data file of this machine is damaged: enter no more, go back to a backup "
                "(restore).");
    case STANDING_ALONE:
        return cli_say(cli, "Máy chưa nối với huyện: dữ liệu mới chỉ có trên máy này.",
                "Not joined to a district: the data is on this machine only.");
    case STANDING_TURNED:
        return cli_say(cli,
                "Máy không đồng bộ được với huyện, thử lại cũng không qua: cần người giải quyết.",
                "This machine cannot sync and trying again will not help: a person is needed.");
    case STANDING_LOADING:
        return cli_say(
                cli, "Máy đang tải dữ liệu lần đầu, chưa xong.", "The first load is not complete.");
    case STANDING_DECIDE:
        return cli_say(cli, "Có việc cần người xem: mở hộp việc bằng lệnh inbox.",
                "Something needs a person: see inbox.");
    case STANDING_TRIED:
        return cli_say(cli,
                "Lần đồng bộ vừa rồi không được; `run` sẽ tự thử lại, hoặc chạy lại lệnh sync.",
                "The last sync failed; `run` will try again by itself, or run sync once more.");
    case STANDING_WAITS:
        return cli_say(cli, "Còn dữ liệu chờ huyện xác nhận.",
                "Some data is not confirmed by the district yet.");
    case STANDING_REQUESTED:
        return cli_say(cli, "Mọi thứ đã gửi; còn đề nghị đính chính chờ huyện quyết định.",
                "Everything was sent; a correction request waits for the district's decision.");
    case STANDING_GREEN:
        break;
    }
    return cli_say(cli, "Huyện đã xác nhận mọi thứ trên máy này.",
            "The district has confirmed everything on this machine.");
}

const char *standing_code(enum standing where)
{
    static const char *const CODES[] = { "damaged", "alone", "turned_away", "loading", "decide",
        "tried", "waits", "requested", "green" };

    return CODES[where];
}

const char *standing_tone(enum standing where, const struct tq_office_facts *facts)
{
    if (where == STANDING_GREEN)
        return "ok";
    return where == STANDING_DAMAGED || where == STANDING_TURNED || came_back(facts) ? "bad"
                                                                                     : "wait";
}
