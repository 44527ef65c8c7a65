/* district_board.c - The board of the communes and the lists of open entries. */
#include "store/district_internal.h"
#include "tuquan/district_reports.h"

#include <string.h>

/* An array in the arena that grows. */
struct growing {
    struct tq_arena *arena;
    uint8_t *list;
    size_t size; /* of an element */
    size_t count;
    size_t room;
};

static void *grow(struct growing *to)
{
    if (to->count == to->room) {
        size_t room = to->room == 0 ? 32 : to->room * 2;
        uint8_t *grown = tq_arena_array(to->arena, room, to->size);

        if (grown == NULL)
            return NULL;
        if (to->count > 0)
            memcpy(grown, to->list, to->count * to->size);
        to->list = grown;
        to->room = room;
    }
    return to->list + to->size * to->count++;
}

/* Texts of the present row, one after the other. */
struct texts {
    const struct district_bind *q;
    struct tq_arena *arena;
    struct tq_error *err;
    tq_status rc;
};

static struct tq_slice text_at(struct texts *from, int at)
{
    struct tq_slice out = { NULL, 0 };

    if (from->rc == TQ_OK)
        from->rc = column_copy(from->q, at, from->arena, &out, from->err);
    return out;
}

static tq_status read_board(const struct district_bind *q, struct tq_arena *arena,
        struct tq_board_row *out, struct tq_error *err)
{
    struct texts texts = { q, arena, err, TQ_OK };

    out->unit = text_at(&texts, 0);
    out->code = text_at(&texts, 1);
    out->name = text_at(&texts, 2);
    out->devices = (uint32_t)column_u64(q, 3);
    out->last_heard_at_ms = column_int(q, 4);
    out->last_confirmed_at_ms = column_int(q, 5);
    out->offset_ms = column_int(q, 6);
    out->software = text_at(&texts, 7);
    out->schema = (uint32_t)column_u64(q, 8);
    out->equal_as_of = column_u64(q, 9);
    out->waiting = column_u64(q, 10);
    out->held = column_u64(q, 11);
    out->refused = column_u64(q, 12);
    out->conflicts = column_u64(q, 13);
    out->requests = column_u64(q, 14);
    out->has_report = column_int(q, 15) != 0;
    out->report_state = text_at(&texts, 16);
    out->receipt_state = text_at(&texts, 17);
    out->report_submitted_at_ms = column_int(q, 18);
    out->report_received_at_ms = column_int(q, 19);
    out->report_late_days = column_int(q, 20);
    return texts.rc;
}

tq_status tq_report_board(struct tq_district_store *store, const struct tq_board_question *question,
        struct tq_arena *arena, struct tq_board_row **out, size_t *count, struct tq_error *err)
{
    struct growing rows = { arena, NULL, sizeof(struct tq_board_row), 0, 0 };
    struct district_bind q = district_take(store, SQL_BOARD);
    char today[TQ_DAY_TEXT];
    bool row;
    tq_status rc;

    tq_day_print(question->on, today);
    bind_text(&q, question->parent);
    bind_text(&q, question->period);
    bind_text(&q, question->type);
    bind_int(&q, question->since_ms);
    bind_text(&q, tq_slice_str(today));
    rc = district_step(&q, &row, "board", err);
    while (rc == TQ_OK && row) {
        struct tq_board_row *to = grow(&rows);

        rc = to != NULL ? read_board(&q, arena, to, err) : district_no_memory(arena, err);
        if (rc == TQ_OK)
            rc = district_step(&q, &row, "board", err);
    }
    district_end(&q);
    *out = (struct tq_board_row *)(void *)rows.list;
    *count = rc == TQ_OK ? rows.count : 0;
    return rc;
}

static tq_status read_open(const struct district_bind *q, struct tq_arena *arena,
        struct tq_open_entry *out, struct tq_error *err)
{
    struct texts texts = { q, arena, err, TQ_OK };

    texts.rc = column_fixed(q, 0, out->id, sizeof(out->id), "open entry", err);
    out->unit = text_at(&texts, 1);
    out->table_name = text_at(&texts, 2);
    out->row_key = text_at(&texts, 3);
    out->cell = text_at(&texts, 4);
    out->values = text_at(&texts, 5);
    out->other_values = text_at(&texts, 6);
    out->author = text_at(&texts, 7);
    out->other_author = text_at(&texts, 8);
    out->device = (uint32_t)column_u64(q, 9);
    out->other_device = (uint32_t)column_u64(q, 10);
    out->at_ms = column_int(q, 11);
    out->other_at_ms = column_int(q, 12);
    out->reason = text_at(&texts, 13);
    out->detail = text_at(&texts, 14);
    return texts.rc;
}

static tq_status open_entries(struct tq_district_store *store, enum district_sql which,
        struct tq_slice of, size_t most, struct tq_arena *arena, struct tq_open_entry **out,
        size_t *count, struct tq_error *err)
{
    struct growing rows = { arena, NULL, sizeof(struct tq_open_entry), 0, 0 };
    struct district_bind q = district_take(store, which);
    bool row;
    tq_status rc;

    bind_text(&q, of);
    if (most > 0)
        bind_int(&q, (int64_t)most);
    rc = district_step(&q, &row, "open entries", err);
    while (rc == TQ_OK && row) {
        struct tq_open_entry *to = grow(&rows);

        rc = to != NULL ? read_open(&q, arena, to, err) : district_no_memory(arena, err);
        if (rc == TQ_OK)
            rc = district_step(&q, &row, "open entries", err);
    }
    district_end(&q);
    *out = (struct tq_open_entry *)(void *)rows.list;
    *count = rc == TQ_OK ? rows.count : 0;
    return rc;
}

tq_status tq_report_held(struct tq_district_store *store, struct tq_slice unit,
        struct tq_arena *arena, struct tq_open_entry **out, size_t *count, struct tq_error *err)
{
    return open_entries(store, SQL_OPEN_HELD, unit, 0, arena, out, count, err);
}

tq_status tq_report_conflicts(struct tq_district_store *store, struct tq_slice unit,
        struct tq_arena *arena, struct tq_open_entry **out, size_t *count, struct tq_error *err)
{
    return open_entries(store, SQL_OPEN_CONFLICTS, unit, 0, arena, out, count, err);
}

tq_status tq_report_closed(struct tq_district_store *store, struct tq_slice unit, size_t most,
        struct tq_arena *arena, struct tq_open_entry **out, size_t *count, struct tq_error *err)
{
    return open_entries(store, SQL_CLOSED_CONFLICTS, unit, most, arena, out, count, err);
}

tq_status tq_report_requests(struct tq_district_store *store, struct tq_slice unit,
        struct tq_arena *arena, struct tq_open_entry **out, size_t *count, struct tq_error *err)
{
    return open_entries(store, SQL_OPEN_REQUESTS, unit, 0, arena, out, count, err);
}

tq_status tq_report_neighbours(struct tq_district_store *store, struct tq_slice author, size_t most,
        struct tq_arena *arena, struct tq_open_entry **out, size_t *count, struct tq_error *err)
{
    return open_entries(store, SQL_OPEN_NEIGHBOURS, author, most, arena, out, count, err);
}

tq_status tq_report_refused(struct tq_district_store *store, struct tq_slice unit,
        struct tq_arena *arena, struct tq_open_entry **out, size_t *count, struct tq_error *err)
{
    return open_entries(store, SQL_REFUSED_NEIGHBOURS, unit, 0, arena, out, count, err);
}
