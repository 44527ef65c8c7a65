#include "web/board.h"

#include <string.h>

#include "tuquan/mem.h"
#include "tuquan/thread.h"

struct web_board {
    struct tq_mutex *lock;
    const struct tq_wake *wake;
    struct tq_buf queue;
};

tq_status web_board_new(struct web_board **out, struct tq_error *err)
{
    struct web_board *board = tq_mem_zalloc(sizeof(*board));
    tq_status rc = board != NULL ? TQ_OK : tq_error_set(err, TQ_NOMEM, "board");

    *out = NULL;
    if (rc == TQ_OK)
        rc = tq_mutex_new(&board->lock, err);
    if (rc != TQ_OK) {
        tq_mem_free(board);
        return rc;
    }
    tq_buf_init(&board->queue, 0);
    *out = board;
    return TQ_OK;
}

void web_board_free(struct web_board *board)
{
    if (board == NULL)
        return;
    tq_buf_deinit(&board->queue);
    tq_mutex_free(board->lock);
    tq_mem_free(board);
}

void web_board_publish(struct web_board *board, const char *event, const char *data)
{
    if (board == NULL)
        return;
    tq_mutex_lock(board->lock);
    if (board->queue.len + strlen(event) + strlen(data) < WEB_BOARD_BYTES)
        tq_buf_printf(&board->queue, "event: %s\ndata: %s\n\n", event, data);
    if (board->wake != NULL)
        tq_wake_signal(board->wake);
    tq_mutex_unlock(board->lock);
}

void web_board_watch(struct web_board *board, const struct tq_wake *wake)
{
    tq_mutex_lock(board->lock);
    board->wake = wake;
    tq_mutex_unlock(board->lock);
}

void web_board_take(struct web_board *board, struct tq_buf *out)
{
    tq_mutex_lock(board->lock);
    tq_buf_append_slice(out, tq_buf_slice(&board->queue));
    out->failed = out->failed || !tq_buf_is_ok(&board->queue);
    tq_buf_clear(&board->queue);
    tq_mutex_unlock(board->lock);
}
